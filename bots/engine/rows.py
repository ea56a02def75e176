"""The only loop over rows: each is one durable piece of work with one of five ends.

Business failure → marked with the reason, next row. Site failure → evidence, fresh page, `before` again, retried; after
`stop_after` rows in a row the run stops, after a refused sign-in at once. Person → the row waits, next row.
A row that is done or rejected is never begun again; one that failed or waited is tried again when the run is: its
effects know what they have done.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bots.conditions import answered
from bots.context import Context
from bots.engine.attempts import Attempts
from bots.engine.diary import Diary
from bots.engine.effects import Effects, Shown
from bots.error_words import Said
from bots.errors import (
    AuthorError,
    BotError,
    CaptchaShown,
    CodeNeeded,
    InputInvalid,
    LoginFailed,
    PersonNeeded,
    RowRejected,
    SiteError,
    TooManyFailures,
)
from bots.facts import Progress
from bots.flow.flow import Items
from bots.folder import Record, stamp
from bots.sheets import Row

SETTLED = {"done", "rejected"}


class RowLoop:
    """Works through the rows of one run."""

    def __init__(self, ctx: Context, diary: Diary, effects: Effects, items: Items) -> None:
        self._ctx = ctx
        self._diary = diary
        self._effects = effects
        self._items = items
        self._attempts = Attempts(ctx, diary, effects)
        self._known_page = False
        self._troubles = 0
        self._trouble: BotError | None = None
        self.results: dict[int, Record] = {}

    async def run(self, rows: Sequence[Row]) -> None:
        """Every row has its end in `results`, by its number from 0. Raises TooManyFailures, StopRun, BotError."""
        self._check_columns(rows)
        earlier = self._ctx.facts.folder.earlier_results()
        first_with: dict[str, int] = {}
        for number, row in enumerate(rows):
            with self._ctx.scope.item(row):
                key = self._ctx.text(self._items.key).strip()
                self._ctx.item_key, self._ctx.item_id = key, row.get("_id", "")
                try:
                    if not key:
                        self._end(
                            number, row, key, "rejected", self._words("这一行没有编号，没有做", "no key, not done")
                        )
                    elif key in first_with:
                        self._repeat(number, row, key, first_with[key])
                    else:
                        first_with[key] = number
                        await self._one(number, len(rows), row, key, earlier.get(key))
                except AuthorError as error:
                    error.item = key
                    raise
                finally:
                    self._ctx.item_key = self._ctx.item_id = ""

    def _check_columns(self, rows: Sequence[Row]) -> None:
        """The columns that tell the rows apart are there. Raises InputInvalid with those that are."""
        known = {*self._ctx.scope.names, "row", *(rows[0] if rows else self._items.key.names)}
        lacking = sorted(self._items.key.names - known)
        if not lacking:
            return
        sheet = self._items.from_
        name = self._items.worklist or (Path(self._ctx.text(sheet)).name if sheet is not None else "")
        there = [column for column in rows[0] if not column.startswith("_")]
        raise InputInvalid(
            name,
            "",
            Said(
                f"表里没有列「{'、'.join(lacking)}」，有的是：{'、'.join(there)}；列名要写在第一行",
                f"there is no column {', '.join(lacking)}; there are: {', '.join(there)}. Names stand in the first row",
            ),
        )

    def _repeat(self, number: int, row: Row, key: str, first: int) -> None:
        """The same key is never worked on twice: it shares the end of the first one."""
        result = self.results[first]
        same = self._words(f"与第 {first + 1} 行相同", f"the same as row {first + 1}")
        self._end(number, row, key, str(result["outcome"]), same)

    async def _one(self, number: int, total: int, row: Row, key: str, earlier: Record | None) -> None:
        ctx = self._ctx
        known = ctx.facts.journal.start_item(ctx.facts.run_id, key, dict(row))
        ctx.facts.report(Progress("item", key, number + 1, total, key))
        if known in SETTLED:
            outcome, reason = (
                (str(earlier["outcome"]), str(earlier["reason"]))
                if earlier
                else (known, self._words("以前已处理", "dealt with before"))
            )
            at = str(earlier["at"]) if earlier else ""
            self._end(number, row, key, outcome, reason, at=at)
            return
        self._effects.begin_item()
        before = len(self._diary.pictures)
        outcome, reason = await self._played(resumed=known != "new")
        # The result line first: if the process dies in between, the row is looked at again, and nothing is lost.
        self._end(number, row, key, outcome, reason, self._diary.pictures[before:])
        ctx.facts.journal.end_item(ctx.facts.run_id, key, outcome, reason)
        self._count_troubles(outcome, reason)

    async def _played(self, *, resumed: bool) -> tuple[str, str]:
        self._trouble = None
        try:
            await self._attempts.until_done(self._work, self._items.retries)
        except Shown as shown:
            self._known_page = False
            return "shown", shown.message(self._ctx.facts.lang)
        except LoginFailed:
            raise  # every further row would send the same password again, and sites lock accounts
        except (RowRejected, SiteError, PersonNeeded) as raised:
            self._known_page = False
            self._trouble = raised
        error = self._trouble
        if error is None:
            return ("found_done" if self._effects.found and not self._effects.committed else "done"), ""
        again = resumed or self._attempts.number > 1
        outcome = {"business": "rejected", "person": "person"}.get(error.who, "failed")
        return self._believed(outcome, error) if again and outcome != "person" else (outcome, self._said(error))

    def _believed(self, outcome: str, error: BotError) -> tuple[str, str]:
        """What an earlier attempt has done outweighs what the page seems to say now."""
        try:
            finished = self._effects.look_back(self._ctx.flow.steps, error.said)
        except PersonNeeded as unclear:
            return "person", self._said(unclear)
        return ("done", "") if finished and outcome == "rejected" else (outcome, self._said(error))

    def _said(self, error: BotError) -> str:
        facts = self._ctx.facts
        return facts.mask.hide(error.message(facts.lang))

    async def _work(self, fresh: bool) -> None:
        if fresh or not self._known_page:
            await self._ctx.player.steps(self._ctx.flow.before)
            self._known_page = True
        await self._ctx.player.steps(self._ctx.flow.steps)
        await answered(self._ctx)

    def _words(self, zh: str, en: str) -> str:
        return en if self._ctx.facts.lang == "en" else zh

    def _count_troubles(self, outcome: str, reason: str) -> None:
        blocked = outcome == "person" and isinstance(self._trouble, CaptchaShown | CodeNeeded)
        self._troubles = self._troubles + 1 if outcome == "failed" or blocked else 0
        if self._troubles >= self._items.stop_after:
            raise TooManyFailures(self._troubles, reason)

    def _end(
        self, number: int, row: Row, key: str, outcome: str, reason: str, evidence: Sequence[str] = (), at: str = ""
    ) -> None:
        facts = self._ctx.facts
        result: Record = {
            "worklist": self._items.worklist or "",
            "key": key,
            "action": Path(self._ctx.flow.path).stem,
            "shop": _shop(row) or facts.account.shop,
            "outcome": outcome,
            "reason": reason,
            "at": at or stamp(facts.clock()),
            "evidence": list(evidence),
            "data": dict(row),
        }
        self.results[number] = result
        if not at:
            facts.folder.append_result(result)


def _shop(row: Mapping[str, str]) -> str:
    return row.get("店铺", "") or row.get("shop", "")
