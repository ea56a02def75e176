"""Effects outside happen exactly once: journaled before and after, looked at when in doubt, never guessed.

1. The journal says what is known. done → skipped. person → waits.
2. `unless` is looked at first: already so → closed as found_done, nothing is done.
3. Begun before, end unknown, and `unless` cannot tell: `verify` may still show it; else a person has to look.
   Everything was clicked in this run, nothing failed, and still nothing shows: looked at again, never done again.
   The site has not answered what it was asked to change: it may still do it, so that too is only looked at.
4. `do` runs without healing and without retries; then `verify` is waited for.
5. Any failure inside leaves the effect open and raises EffectInDoubt: the attempt loop starts again from a known page
   and comes back to 1, which is the same path that a killed process takes.
   If nothing had been touched yet, it certainly did not happen, and the failure stays what it was.
"""

from asyncio import CancelledError
from collections.abc import Iterator

from bots.conditions import answered, holds, wait_until
from bots.context import Context, Effect, StopRun
from bots.engine.diary import Diary
from bots.error_words import Said
from bots.errors import (
    BotError,
    BusinessError,
    ConditionUnmet,
    EffectInDoubt,
    EffectUnclear,
    ExpressionFailed,
    Interrupted,
    SessionExpired,
    SiteError,
)
from bots.flow.step import Step, Steps
from bots.flow.values import Condition
from bots.steps.once import Once

UNSEEN = Said("都点完了，还看不到结果", "everything was clicked, and the result does not show")
UNANSWERED = Said(
    "网站一直没有回答，也许还在做，所以不再提交，只去看做成没有",
    "the site has not answered and may still be at it, so it is not submitted again, only looked at",
)
ANSWER_WAIT_MS = 60_000
"""How long the answer to a submission is waited for once something has gone wrong: a page that is left asks no more."""


class Shown(Exception):
    """A dry run has come to an effect: it was shown, and nothing after it can be tried. `str` is what it is called."""

    def message(self, lang: str) -> str:
        """How far it went, in one sentence."""
        return f"dry run: up to {self}, which was not done" if lang == "en" else f"试运行：到「{self}」为止，没有做"


class Effects:
    """The effects of one run, and what is known of them."""

    def __init__(self, ctx: Context, diary: Diary) -> None:
        self._ctx = ctx
        self._diary = diary
        self.in_doubt: dict[str, str] = {}
        self.seen: set[str] = set()
        self._asked: dict[str, Said] = {}
        self.committed = 0
        self.found = 0

    def begin_item(self) -> None:
        """A new row: nothing done, nothing found, nothing in doubt."""
        self.in_doubt.clear()
        self.seen.clear()
        self.committed = self.found = 0

    def key(self, label: str) -> str:
        """The effect's name for all time: the account, the work item (else the job), the words of the step."""
        facts = self._ctx.facts
        return f"{facts.account.name}|{self._ctx.item_id or facts.job_key}|{label}"

    async def play(self, effect: Effect) -> None:
        """The effect has happened exactly once. Raises EffectInDoubt, EffectUnclear, or the business's refusal."""
        if self._ctx.facts.dry_run:
            await self._show(effect)
            return
        key = self.key(effect.label)
        journal = self._ctx.facts.journal
        known = journal.open_effect(key, self._ctx.facts.run_id, self._ctx.item_key, effect.label)
        self.seen.add(key)
        if known == "done":
            self._ctx.log.info("以前已完成，不再做：{}", effect.label)
            self.found += 1
            return
        if known == "person":
            if await self._seen_now(effect, key):
                return
            raise EffectUnclear(effect.label, Said("以前就在等人核对", "a person was asked to check it before"))
        self.in_doubt[key] = effect.label
        if known == "new":
            # Nothing has been touched in this attempt: until `do` acts, it has certainly not happened.
            if await self._found_already(effect, key, certain_not_done=True):
                return
        elif await self._found_after_doubt(effect, key):
            return
        acts_before = self._ctx.acts
        try:
            await self._do(effect, key)
        except (BotError, StopRun, Shown):
            raise
        except (Exception, CancelledError):  # the run is ended here, or another's now: the effect stays open for it
            self._broken_off(effect, touched=self._ctx.acts != acts_before)
            raise

    def _broken_off(self, effect: Effect, *, touched: bool) -> None:
        """What whoever takes the run up wants to know."""
        far = "已经动手，做成没有不知道，接手的会先看" if touched else "还没有动手，页面没有碰"
        self._ctx.note(f"「{effect.label}」记下要做之后停下了：{far}")

    async def _found_already(self, effect: Effect, key: str, *, certain_not_done: bool) -> bool:
        if effect.unless is None:
            return False
        try:
            found = await holds(self._ctx, effect.unless)
        except SiteError:
            if certain_not_done:
                self._close(key, "not_done", "还没有动手")
            raise
        if found:
            self._close(key, "found_done", "页面上已经是这样")
            self.found += 1
        return found

    async def _seen_now(self, effect: Effect, key: str) -> bool:
        """Whether what a person was to look at shows itself now. It is only looked at, never done again."""
        for sign in (effect.unless, effect.verify):
            if sign is not None and await holds(self._ctx, sign):
                self._close(key, "found_done", "再看时，页面上已经是这样")
                self.found += 1
                return True
        return False

    async def _found_after_doubt(self, effect: Effect, key: str) -> bool:
        if await self._found_already(effect, key, certain_not_done=False):
            return True
        if effect.verify is not None and await holds(self._ctx, effect.verify):
            self._close(key, "found_done", "核实过，已经完成")
            self.found += 1
            return True
        if key in self._asked:
            # The site may be slow to show it or to do it, or `unless` cannot see it: none of that must make it happen
            # again. It is looked at again, then a person is asked.
            raise EffectInDoubt(effect.label, self._asked[key])
        if effect.unless is None:
            self._close(key, "person", "看不出有没有成功")
            raise EffectUnclear(effect.label, Said("没有写 unless，看不出来", "there is no unless to tell it by"))
        self._close(key, "not_done", "核实过，没有发生")
        journal = self._ctx.facts.journal
        journal.open_effect(key, self._ctx.facts.run_id, self._ctx.item_key, effect.label)
        self.in_doubt[key] = effect.label
        return False

    async def _do(self, effect: Effect, key: str) -> None:
        ctx = self._ctx
        acts_before = ctx.acts
        was_inside, ctx.in_effect = ctx.in_effect, True
        writes = ctx.session.writes()
        try:
            await ctx.player.steps(effect.do)
            if effect.verify is not None:
                await self._verified(effect.verify, key)
                ctx.unanswered = False
            else:
                await answered(ctx)
        except BusinessError as refusal:
            self._close(key, "not_done", str(refusal))
            raise
        except SiteError as error:
            if ctx.acts == acts_before:
                self._close(key, "not_done", "还没有动手")
                raise
            if not await writes.over(ANSWER_WAIT_MS):
                self._asked[key] = UNANSWERED
                raise EffectInDoubt(effect.label, UNANSWERED) from error
            if isinstance(error, SessionExpired | Interrupted):
                raise
            raise EffectInDoubt(effect.label, error.said) from error
        finally:
            ctx.in_effect = was_inside
            writes.close()
        self._close(key, "done", "")
        self.committed += 1

    async def _verified(self, verify: Condition, key: str) -> None:
        try:
            await wait_until(self._ctx, verify, self._ctx.timeout_ms)
        except ConditionUnmet:
            self._asked[key] = UNSEEN
            raise

    def _close(self, key: str, how: str, note: str) -> None:
        self._ctx.facts.journal.close_effect(key, how, note)
        self.in_doubt.pop(key, None)

    async def _show(self, effect: Effect) -> None:
        """Said with a picture, what would be done and with which values; one that is so already needs nothing done."""
        ctx = self._ctx
        if effect.unless is not None and await holds(ctx, effect.unless):
            already = (
                f"dry run: {effect.label} is so already, nothing to do"
                if ctx.facts.lang == "en"
                else f"试运行：「{effect.label}」页面上已经是这样，不用做"
            )
            ctx.note(already)
            self.found += 1
            return
        path = "" if ctx.sensitive else await self._diary.show(f"dry-{len(self._diary.pictures) + 1:03d}")
        english = ctx.facts.lang == "en"
        would = ("; " if english else "；").join(self._diary.said(step) for step in flat(effect.do) if not step.off)
        pairs = (f"{name} = {value}" for name, value in self._diary.values_in(effect).items())
        values = (", " if english else "，").join(pairs)
        names = ("would do: ", "values: ", "page: ") if english else ("会做：", "值：", "页面：")
        shown = Shown(effect.label)
        told = [name + fact for name, fact in zip(names, (would, values, path), strict=True) if fact]
        ctx.note((". " if english else "。").join([shown.message(ctx.facts.lang), *told]))
        raise shown

    def give_up(self, reason: Said) -> None:
        """No more attempts: what is still in doubt waits for a person. Raises EffectUnclear if anything is."""
        labels = list(self.in_doubt.values())
        for key in list(self.in_doubt):
            self._close(key, "person", reason.zh)
        if labels:
            raise EffectUnclear("、".join(labels), reason)

    def look_back(self, steps: Steps, reason: Said) -> bool:
        """Whether an effect of these steps, not reached this time, was finished by an earlier attempt.

        A row that "cannot be found" may be gone from the list because its effect has happened. Raises EffectUnclear
        when an earlier attempt began one and its end is unknown.
        """
        facts = self._ctx.facts
        finished = False
        for once in onces(steps):
            try:
                label = self._ctx.text(once.label)
            except ExpressionFailed:
                continue  # its name is made on the way there, so the earlier attempt cannot be asked for it
            key = self.key(label)
            if key in self.seen:
                continue
            known = facts.journal.open_effect(key, facts.run_id, self._ctx.item_key, label)
            if known == "new":
                facts.journal.close_effect(key, "not_done", "这次没有走到")
            elif known == "done":
                finished = True
            else:
                if known == "open":
                    facts.journal.close_effect(key, "person", reason.zh)
                raise EffectUnclear(label, reason)
        return finished


def flat(steps: Steps) -> Iterator[Step]:
    """Every step, those inside other steps too, in the order they are written."""
    step: Step
    for step in steps:
        yield step
        for inner in step.children():
            yield from flat(inner)


def onces(steps: Steps) -> Iterator[Once]:
    """Every `once` among the steps, those inside other steps too."""
    step: Step
    for step in steps:
        if step.off:
            continue
        if isinstance(step, Once):
            yield step
        for inner in step.children():
            yield from onces(inner)
