"""The only loop over steps: when, off, optional, retry, secrecy, and where an error stands."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol, cast

from bots.conditions import holds
from bots.context import Context, Effect
from bots.engine.diary import Diary
from bots.engine.effects import Effects
from bots.engine.secrecy import mentions_secret, written_by
from bots.error_words import Said
from bots.errors import BotError, EffectInDoubt, Interrupted, SessionExpired, SiteError, StepMisused
from bots.facts import Progress
from bots.flow.flow import Flow
from bots.flow.problem import Refused
from bots.flow.step import Step, Steps
from bots.runpage import StepLine
from bots.steps.login import Login
from bots.steps.open_ import Open

DEEPEST_FLOWS = 8


class Runs(Protocol):
    """A step that can run; every verb in `bots.steps` is one."""

    async def run(self, ctx: Context) -> None:
        """Do what the sentence of the step says."""
        ...


LoadFlow = Callable[[str, str], Flow]
"""From the name of a flow and the file that asks for it to the flow. Raises AuthorError."""


class StepPlayer:
    """Plays steps on a context; the `Player` that verbs with steps inside see."""

    def __init__(self, ctx: Context, diary: Diary, effects: Effects, load_flow: LoadFlow) -> None:
        self._ctx = ctx
        self._diary = diary
        self._effects = effects
        self._load_flow = load_flow
        self._deep = 0

    async def steps(self, steps: Steps) -> None:
        """The steps have run, in order; the first error ends them."""
        for index, step in enumerate(steps, start=1):
            self._ctx.headed_for = self._headed_for(step, steps[index:])
            if self._diary.depth < 0:
                self._ctx.facts.report(Progress("step", self._diary.said(step), index, len(steps), self._ctx.item_key))
            await self.step(step)

    def _headed_for(self, step: Step, following: Steps) -> str:
        """Where the flow goes as soon as it is signed in: `open` right after `login`; "" when that is not certain."""
        after = next((one for one in following if not one.off), None)
        if not isinstance(step, Login) or not isinstance(after, Open) or after.when is not None:
            return ""
        try:
            return self._ctx.lookup.address(self._ctx.text(after.page))
        except BotError:  # the step itself will say so, at its own place
            return ""

    async def step(self, step: Step) -> None:
        """The step has run, was switched off, or did not apply. Raises what it raised, with its place."""
        if step.off:
            return
        ctx = self._ctx
        outer, ctx.step = ctx.step, step
        try:
            with self._diary.line(step) as line:
                await self._applied(step, line)
        finally:
            ctx.step = outer

    async def _applied(self, step: Step, line: StepLine) -> None:
        try:
            if step.when is not None and not await holds(self._ctx, step.when):
                line.outcome = "skipped"
                return
            await self._tried(step)
            line.outcome = "done"
        except BotError as error:
            if not error.where:
                error.where, error.column, error.step = step.where, step.span.column, line.text
            line.outcome = {"business": "rejected", "person": "person"}.get(error.who, "failed")
            if not step.optional or not _may_be_missed(error):
                raise
            self._ctx.log.info("可选的一步没有成，接着做：{}", error)
            line.outcome = "skipped"

    async def _tried(self, step: Step) -> None:
        """The step's own retries: for failures of the site only, never across or inside a committed effect."""
        ctx = self._ctx
        times = step.retry.times if step.retry is not None and not ctx.in_effect else 0
        committed = self._effects.committed
        for attempt in range(1, times + 2):
            try:
                await self._run(step)
            except SiteError as error:
                again = attempt <= times and _may_be_missed(error) and self._effects.committed == committed
                if not again or step.retry is None:
                    raise
                wait_ms = step.retry.wait_ms(attempt)
                ctx.log.warning("第 {} 次没有成：{}；{} 毫秒后再试", attempt, error, wait_ms)
                await asyncio.sleep(wait_ms / 1000)
                await ctx.clear_way()
            else:
                return

    async def _run(self, step: Step) -> None:
        runs, self._ctx.unanswered = cast(Runs, step), False
        try:
            if step.secret or mentions_secret(step):
                async with self._ctx.secrecy():
                    await self._secretly(runs, step)
            else:
                await runs.run(self._ctx)
        except Refused as refused:
            raise StepMisused(step.verb, Said(refused.zh, refused.en)) from refused
        if step.asks:
            self._ctx.unanswered = True

    async def _secretly(self, runs: Runs, step: Step) -> None:
        """What a step marked `secret` writes or reads is hidden from now on."""
        ctx = self._ctx
        if step.secret:
            for template in written_by(step):
                ctx.facts.mask.learn(ctx.text(template))
        await runs.run(ctx)
        if step.secret:
            for name in step.defines():
                ctx.facts.mask.learn_all(ctx.scope.names.get(name))

    async def effect(self, effect: Effect) -> None:
        """The effect has happened exactly once, or an error says what is known."""
        await self._effects.play(effect)

    async def flow(self, name: str, inputs: Mapping[str, object]) -> dict[str, object]:
        """Another flow of the same site has run on the same page; its outputs by name."""
        ctx = self._ctx
        if self._deep >= DEEPEST_FLOWS:
            raise StepMisused(
                "run", Said(f"流程套得太深了（{DEEPEST_FLOWS} 层）", f"flows run flows {DEEPEST_FLOWS} deep: too deep")
            )
        flow = self._load_flow(name, ctx.flow.path)
        if flow.items is not None or flow.site not in {"", ctx.facts.site.name}:
            raise StepMisused(
                "run",
                Said(
                    f"{name} 是逐行的流程，或属于另一个站点，不能在流程里运行",
                    f"{name} works row by row, or on another site: it cannot run inside a flow",
                ),
            )
        try:
            values = flow.read_inputs(inputs, ctx.facts.today)
        except Refused as refused:
            raise StepMisused("run", Said(refused.zh, refused.en)) from refused
        outer, ctx.flow = ctx.flow, flow
        self._deep += 1
        try:
            with ctx.scope.item({**values}):
                await self.steps((*flow.before, *flow.steps))
                return {name: ctx.expand(template) for name, template in flow.outputs.items()}
        finally:
            self._deep -= 1
            ctx.flow = outer


def _may_be_missed(error: BotError) -> bool:
    """A failure of the page itself; a lost session or an effect in doubt is never passed over."""
    return isinstance(error, SiteError) and not isinstance(error, EffectInDoubt | Interrupted | SessionExpired)
