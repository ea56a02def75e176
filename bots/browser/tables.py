"""Tables and lists read whole, one evaluate a page that returns JSON text; and the wait until a page has settled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from bots.browser.driver import By, Element, Json, Page
from bots.browser.tablescripts import READ, SETTLED
from bots.error_words import Said
from bots.errors import ConditionUnmet, ConnectionLost, DocumentUnexpected, ElementMissing, ServerFailed

BUSY: tuple[str, ...] = (
    ".el-loading-mask",
    ".el-skeleton",
    ".ant-spin-spinning",
    ".ant-skeleton-active",
    "[aria-busy=true]",
)
"""Spinners of the widget builds that back-ends are made of; a site's own are added by its element library."""

QUIET_S = 0.12
"""How long the page must have looked the same; a page that asks its server shows a spinner or new rows meanwhile."""
POLL_S = 0.04
AT_ONCE_S = 1.0
"""So long the page looks at itself before it is asked whether it is a server's error."""
SCREENS = 5_000
"""A virtual table longer than this many screens is not read by scrolling."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as text: its header and its rows.

    `keys` tell rows apart where the table was read by scrolling; `skipped` counts full-width lines that are no rows;
    `end` says that the list itself says it has ended, `heights` how tall it was then.
    """

    header: list[str]
    rows: list[list[str]]
    keys: list[str] = field(default_factory=list, compare=False)
    skipped: int = field(default=0, compare=False)
    end: bool = field(default=False, compare=False)
    heights: list[int] = field(default_factory=list, compare=False)

    def records(self) -> list[dict[str, str]]:
        """The rows as mappings.

        A column without a title is called 列1, 列2, …; a title met again is 姓名, 姓名_2, 姓名_3: names that can be
        used in `${…}`. Rows that are shorter than the widest get empty cells.
        """
        width = max([len(self.header), *(len(row) for row in self.rows)])
        names = column_names(self.header, width)
        return [dict(zip(names, [*row, *[""] * (width - len(row))], strict=True)) for row in self.rows]


def column_names(header: Sequence[str], width: int) -> list[str]:
    """One name per column, every one different: the titles, numbered where they repeat, 列N where there is none."""
    names: list[str] = []
    for index in range(width):
        name = (header[index] if index < len(header) else "") or f"列{index + 1}"
        chosen, number = name, 1
        while chosen in names:
            number += 1
            chosen = f"{name}_{number}"
        names.append(chosen)
    return names


async def scrape(page: Page, element: Element | None = None, *, group: str = "", still: bool = False) -> Rows:
    """The table that `element` is or holds, else the page's largest: header and rows, in one evaluate.

    A merged cell stands in every row and column that it covers. Empty-table notices, footers and selection columns are
    left out; lines over the whole width are no rows, but with `group` they fill a first column of that name for the
    rows below. A virtual table is scrolled from top to end, unless `still`. Raises ElementMissing when there is none.
    """
    return _rows(await _evaluate(page, element, {"group": group, "screens": SCREENS, "still": still}))


async def scrape_cards(page: Page, cards: str, fields: Mapping[str, str], element: Element | None = None) -> Rows:
    """Cards (CSS `cards`) as rows: each field is the text of a CSS selector inside the card, "" for the card itself.

    `img@src` and `a@href` give an attribute instead of the text.
    """
    return _rows(await _evaluate(page, element, {"cards": cards, "fields": dict(fields), "still": True}))


async def scrape_scrolling(
    page: Page, element: Element | None, *, further: bool, cards: str = "", fields: Mapping[str, str] | None = None
) -> Rows:
    """What an endless list shows on the way to its end, from the top or `further` from where it is."""
    where = "here" if further else "top"
    options = {"cards": cards, "fields": dict(fields or {}), "scroll": True, "from": where, "screens": SCREENS}
    return _rows(await _evaluate(page, element, options))


async def _evaluate(page: Page, element: Element | None, options: dict[str, Any]) -> Any:
    if element is None:
        return await page.evaluate_json(READ, options)
    return await element.evaluate_json(READ, options)


def _rows(answer: Any) -> Rows:
    if not answer:
        raise ElementMissing("表格")
    rows = answer["rows"]
    if len(rows) < answer.get("due", 0):
        raise DocumentUnexpected(
            Said("表格", "table"),
            Said(
                f"从头滚到尾应有 {answer['due']} 行以上，只读到 {len(rows)} 行",
                f"at least {answer['due']} rows were due from top to end, {len(rows)} were read",
            ),
        )
    keys, skipped = answer.get("keys", []), answer.get("skipped", 0)
    return Rows(answer["header"], rows, keys, skipped, bool(answer.get("end")), answer.get("heights", []))


async def settled(page: Page, busy: Sequence[By] = (), timeout_ms: int = 30_000) -> None:
    """The page has stopped moving: loaded, no spinner shown, its rows and text the same for a moment.

    Raises ConditionUnmet when it does not within `timeout_ms`; ServerFailed at once when the page is a server error.
    """
    loop = asyncio.get_running_loop()
    started_at = loop.time()
    spinners = ",".join([*BUSY, *(by.value for by in busy if by.by == "css")])
    while True:
        left_s = started_at + timeout_ms / 1000 - loop.time()
        seen = await _seen(page, spinners, min(left_s, AT_ONCE_S))
        if (page.last_status or 0) >= 500:
            raise ServerFailed(page.url, page.last_status or 0)
        if seen is not None and seen["still"]:
            return
        if loop.time() - started_at >= timeout_ms / 1000:
            waited_ms = int((loop.time() - started_at) * 1000)
            raise ConditionUnmet("loaded", waited_ms=waited_ms, seen=_state(seen))
        if seen is None:
            await asyncio.sleep(POLL_S)


async def _seen(page: Page, spinners: str, most_s: float) -> dict[str, Any] | None:
    """What the page shows once it is still, or after so long; None where its document is being replaced."""
    wish: dict[str, Json] = {
        "busy": spinners, "quiet": QUIET_S * 1000, "look": POLL_S * 1000, "most": max(most_s, 0) * 1000
    }  # fmt: skip
    try:
        return cast("dict[str, Any] | None", await page.evaluate_json(SETTLED, wish))
    except ConnectionLost:
        return None


def _state(seen: dict[str, Any] | None) -> str:
    if seen is None:
        return "页面还在跳转"
    return f"{seen['busy']} 个转圈，{seen['rows']} 行"
