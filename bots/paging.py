"""A list read whole over all its pages: by the table's own pager, a "next" button, a "more" button, or scrolling.

No row is lost and none is there twice, also when the list moves while it is being read: what was read is held against
the total that the pager shows, against rows that come again on another page, and against a second look at the first
page. A reading that does not agree with itself is made again; two equal readings are believed.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from bots.browser import find
from bots.browser.driver import By, Element, Json
from bots.browser.failures import PageMoved
from bots.browser.tables import Rows
from bots.browser.tablescripts import DEAD, FIRST_PAGE, HEIGHTS, NEXT_PAGE, PAGER
from bots.conditions import rest
from bots.error_words import Said
from bots.errors import ConditionUnmet, DocumentUnexpected, ElementBlocked, LimitReached
from bots.flow.values import Target
from bots.sheets import Row

if TYPE_CHECKING:
    from bots.context import Context

READINGS = 3
TURN_POLL_S = 0.1
END_QUIET_MS = 2_500
"""An endless list that has not grown for so long, with no spinner shown, has ended."""

Mode = Literal["whole", "still", "top", "further"]
Look = Callable[[Mode], Awaitable[Rows]]
"""Reads what is shown: `whole` scrolls a virtual table to its end, `still` only looks, `top` and `further` scroll an
endless list from its top or from where it is."""


@dataclass(frozen=True)
class Wish:
    """How the list goes on, how far at most, and which column tells its rows apart ("": the whole row)."""

    next: Target | None = None
    more: Target | None = None
    scroll: bool = False
    pages: int | None = None
    max_pages: int = 200
    key: str = ""


@dataclass
class Reading:
    """One passage through all pages."""

    pages: list[list[Row]] = field(default_factory=list)
    totals: set[int] = field(default_factory=set)
    moved: str = ""

    @property
    def rows(self) -> list[Row]:
        """All rows, in order."""
        return [row for page in self.pages for row in page]

    def doubt(self, key: str, whole: bool) -> str:
        """Why this reading may have lost a row or have one twice; empty when nothing speaks against it."""
        if self.moved:
            return self.moved
        if len(self.totals) > 1:
            return f"总数从 {min(self.totals)} 变成了 {max(self.totals)}"
        twice = self.twice(key)
        if twice:
            return f"有 {len(twice)} 行在两页上都出现，例如 {twice[0]}"
        if whole and self.totals and len(self.rows) not in self.totals:
            return f"页面说共 {max(self.totals)} 条，读到 {len(self.rows)} 行"
        return ""

    def twice(self, key: str) -> list[str]:
        """What tells rows apart and stands on more than one page, although no page has it twice."""
        names = [[_name(row, key) for row in page] for page in self.pages]
        if not key and any(most > 1 for page in names for most in Counter(page).values()):
            return []  # rows repeat within a page, so equal rows mean nothing
        counts = Counter(name for page in names for name in set(page))
        return [name for name, count in counts.items() if count > 1]


def _name(row: Row, key: str) -> str:
    return row.get(key, "") if key else " | ".join(row.values())


class Pages:
    """Reads one list of the page that `ctx` works on."""

    def __init__(self, ctx: "Context", wish: Wish, look: Look, table: Target | None, said: str) -> None:
        self._ctx = ctx
        self._wish = wish
        self._look = look
        self._table = table
        self._said = said

    async def read(self) -> list[Row]:
        """Every row once. Raises DocumentUnexpected when the list does not hold still, ConditionUnmet, LimitReached."""
        last: Reading | None = None
        doubt = ""
        for _ in range(READINGS):
            reading = await self._through()
            doubt = reading.doubt(self._wish.key, self._wish.pages is None)
            if not doubt:
                return reading.rows
            if last is not None and last.rows == reading.rows and not reading.moved:
                return self._believed(reading, doubt)
            last = reading
            self._ctx.log.warning("翻页时列表变了：{}；从头再读一遍", doubt)
            if not await self._first_page():
                break
        raise DocumentUnexpected(
            self._said, Said(f"翻页时列表一直在变：{doubt}", f"the list kept changing while it was read: {doubt}")
        )

    def _believed(self, reading: Reading, doubt: str) -> list[Row]:
        if self._wish.key and reading.twice(self._wish.key):
            raise DocumentUnexpected(
                self._said,
                Said(
                    f"列「{self._wish.key}」不能区分每一行：{doubt}",
                    f"the column {self._wish.key} does not tell the rows apart: {doubt}",
                ),
            )
        self._ctx.log.warning("两次读到的完全一样，就按读到的算：{}", doubt)
        return reading.rows

    async def _through(self) -> Reading:
        wish = self._wish
        if wish.scroll:
            return Reading([await self._scrolled()])
        if wish.more is not None:
            return Reading([await self._grown(wish.more)])
        reading = Reading()
        await self._ctx.clear_way()
        await rest(self._ctx)
        pager = await self._pager()
        if pager is not None and wish.next is None and pager["page"] > 1:
            self._ctx.log.info("列表停在第 {} 页，先回到第 1 页", pager["page"])
            await self._first_page()
        while True:
            seen = await self._look("whole")
            self._note_skipped(seen)
            reading.pages.append(seen.records())
            pager = await self._pager()
            if pager is not None and pager["total"] is not None:
                reading.totals.add(pager["total"])
            count = len(reading.pages)
            if count == wish.pages:
                return reading
            if not await self._turn(pager, self._marks(await self._still() if seen.keys else seen), count):
                break
            if count >= wish.max_pages:
                raise LimitReached(self._said, wish.max_pages)
        await self._look_back(reading, pager)
        return reading

    async def _look_back(self, reading: Reading, pager: dict[str, Any] | None) -> None:
        """Without a total, the first page is looked at again: if it has changed, rows have moved between pages."""
        if pager is None or reading.totals or len(reading.pages) == 1 or not await self._first_page():
            return
        again = (await self._look("whole")).records()
        if again != reading.pages[0]:
            reading.moved = "读完以后第 1 页已经不一样"

    def _note_skipped(self, seen: Rows) -> None:
        if seen.skipped:
            self._ctx.log.info("有 {} 行占满整行，不算数据行（要用就写 group）", seen.skipped)

    # ---- the next page

    async def _still(self) -> Rows:
        return await self._look("still")

    def _marks(self, seen: Rows) -> list[str]:
        """What tells this page from another: the column `key` if there is one, for others may tick by themselves."""
        key = self._wish.key
        return [_name(row, key if key in row else "") for row in seen.records()]

    async def _turn(self, pager: dict[str, Any] | None, before: list[str], number: int) -> bool:
        """Whether there was another page; it is shown now. Raises ConditionUnmet when it does not come."""
        following = self._wish.next
        if following is None:
            if pager is None or not pager["more"]:
                return False
            await self._press(NEXT_PAGE)
            if not await self._changed(before):
                raise ConditionUnmet(
                    Said(f"第 {number + 1} 页的数据", f"rows of page {number + 1}"),
                    waited_ms=self._ctx.timeout_ms,
                    seen="和上一页一样",
                )
            return True
        if not await self._alive(following):
            return False
        await self._ctx.act(following, _click)
        if not await self._changed(before):
            self._ctx.log.warning(
                "点了「{}」，{} 毫秒内没有变化，当作最后一页", following.say("zh"), self._ctx.timeout_ms
            )
            return False
        return True

    async def _alive(self, target: Target) -> bool:
        if await find.count(self._ctx.page, self._ctx.resolved(target)) == 0:
            return False
        element = await self._ctx.find(target)
        return await element.is_enabled() and not await element.evaluate_json(DEAD)

    async def _changed(self, before: list[str]) -> bool:
        """Whether other rows are shown than `before`, waited for."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._ctx.timeout_ms / 1000
        while loop.time() < end:
            await asyncio.sleep(TURN_POLL_S)
            await self._ctx.clear_way()
            await rest(self._ctx)
            try:
                now = self._marks(await self._still())
            except (ElementBlocked, PageMoved):
                continue  # the table is being drawn anew, or its page is
            if now and now != before:
                return True
        return False

    # ---- the table's own pager

    async def _place(self) -> Element | None:
        """The table, or what stands for it; sought each time, for a site may draw it anew with every page."""
        if self._table is not None:
            return await self._ctx.find(self._table, want="see")
        found = await self._ctx.page.query(By("css", "body"))
        return found[0] if found else None

    async def _pager(self) -> dict[str, Any] | None:
        if self._table is None:  # the page's own: no element has to be brought here first
            return cast("dict[str, Any] | None", await self._ctx.page.evaluate_json(PAGER))
        place = await self._place()
        return None if place is None else cast("dict[str, Any] | None", await place.evaluate_json(PAGER))

    async def _press(self, script: str) -> bool:
        place = await self._place()
        button = await place.follow(script) if place is not None else None
        if button is None:
            return False
        self._ctx.acting()
        try:
            await button.click(timeout_ms=self._ctx.timeout_ms)
        except ElementBlocked:
            await self._ctx.clear_way()
            await button.click(timeout_ms=self._ctx.timeout_ms)
        return True

    async def _first_page(self) -> bool:
        """Whether the list can be brought back to its first page; it is there now."""
        pager = await self._pager()
        if pager is None or not pager["page"]:
            return False  # it does not say where it is
        if pager["page"] > 1:
            before = self._marks(await self._still())
            if not await self._press(FIRST_PAGE) or not await self._changed(before):
                return False
        return True

    # ---- lists that grow

    async def _grown(self, more: Target) -> list[Row]:
        """All rows after "more" has been pressed until there is no more."""
        for _ in range(self._wish.max_pages):
            await self._ctx.clear_way()
            await rest(self._ctx)
            if not await self._alive(more):
                return (await self._look("whole")).records()
            before = self._marks(await self._still())
            await self._ctx.act(more, _click)
            if not await self._changed(before):
                self._ctx.log.warning("点了「{}」，没有更多行，当作到底了", more.say("zh"))
                return (await self._look("whole")).records()
        raise LimitReached(self._said, self._wish.max_pages)

    async def _scrolled(self) -> list[Row]:
        """All rows of a list that goes on when it is scrolled to its end."""
        found: dict[str, list[str]] = {}
        seen = Rows([], [])
        for turn in range(self._wish.max_pages):
            await self._ctx.clear_way()
            await rest(self._ctx)
            seen = await self._look("further" if turn else "top")
            for key, row in zip(seen.keys or map(str, range(len(seen.rows))), seen.rows, strict=True):
                found.setdefault(key, row)
            if seen.end or not await self._taller(seen):
                return Rows(seen.header, list(found.values())).records()
        raise LimitReached(self._said, self._wish.max_pages)

    async def _taller(self, seen: Rows) -> bool:
        """Whether the list has grown since it was read, waited for."""
        loop = asyncio.get_running_loop()
        step = self._ctx.step
        patience_ms = step.timeout.ms if step is not None and step.timeout is not None else END_QUIET_MS
        end = loop.time() + patience_ms / 1000
        while loop.time() < end:
            await asyncio.sleep(TURN_POLL_S)
            if await self._heights() != seen.heights:
                await rest(self._ctx)
                return True
        return False

    async def _heights(self) -> Json:
        if self._table is not None:
            return await (await self._ctx.find(self._table, want="see")).evaluate_json(HEIGHTS)
        return await self._ctx.page.evaluate_json(HEIGHTS)


async def _click(element: Element, timeout_ms: int) -> None:
    await element.click(timeout_ms=timeout_ms)
