"""Tables and lists read whole, one evaluate a page that returns JSON text; and the wait until a page has settled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bots.browser.driver import By, Element, Page
from bots.browser.tablescripts import READ, READ_VIRTUAL, SETTLED
from bots.errors import ConditionUnmet, ConnectionLost, ServerFailed

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
SCREENS = 5_000
"""A virtual table longer than this many screens is not read by scrolling."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as text: its header and its rows, each row as wide as the header when there is one."""

    header: list[str]
    rows: list[list[str]]

    def records(self) -> list[dict[str, str]]:
        """The rows as mappings; a column without a title is called 列1, 列2, …, a title met twice gets its number."""
        width = max((len(row) for row in self.rows), default=len(self.header))
        names: list[str] = []
        for index in range(max(width, len(self.header))):
            name = (self.header[index] if index < len(self.header) else "") or f"列{index + 1}"
            names.append(f"{name} ({names.count(name) + 1})" if name in names else name)
        return [dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=True)) for row in self.rows]


async def scrape(page: Page, element: Element | None = None) -> Rows:
    """The table that `element` is or holds, else the page's largest: header and rows as one look sees them.

    Merged cells repeat their text downwards; empty-table notices are no rows. A virtual table gives the rows it has
    drawn: use `scrape_virtual` for all of them.
    """
    return _rows(await _evaluate(page, element, {}))


async def scrape_cards(page: Page, cards: str, fields: Mapping[str, str], element: Element | None = None) -> Rows:
    """Cards (CSS `cards`) as rows: each field is the text of a CSS selector inside the card, "" for the card itself."""
    return _rows(await _evaluate(page, element, {"cards": cards, "fields": dict(fields)}))


async def scrape_virtual(element: Element) -> Rows:
    """Every row of a virtual table, scrolled from top to end inside one evaluate; rows are told apart by key."""
    return _rows(await element.evaluate_json(READ_VIRTUAL, {"screens": SCREENS}))


async def _evaluate(page: Page, element: Element | None, options: dict[str, Any]) -> Any:
    if element is None:
        return await page.evaluate_json(READ, options)
    return await element.evaluate_json(READ, options)


def _rows(answer: Any) -> Rows:
    return Rows(answer["header"], answer["rows"]) if answer else Rows([], [])


async def settled(page: Page, busy: Sequence[By] = (), timeout_ms: int = 30_000) -> None:
    """The page has stopped moving: loaded, no spinner shown, its rows and text the same for a moment.

    Raises ConditionUnmet when it does not within `timeout_ms`; ServerFailed at once when the page is a server error.
    """
    loop = asyncio.get_running_loop()
    started_at = since = loop.time()
    spinners = ",".join([*BUSY, *(by.value for by in busy if by.by == "css")])
    last: object = None
    while True:
        seen = await _seen(page, spinners)
        now = loop.time()
        if seen != last or seen is None or seen["busy"] or not seen["ready"]:
            since, last = now, seen
        elif now - since >= QUIET_S:
            return
        if (page.last_status or 0) >= 500:
            raise ServerFailed(page.url, page.last_status or 0)
        if now - started_at >= timeout_ms / 1000:
            raise ConditionUnmet("loaded", waited_ms=int((now - started_at) * 1000), seen=_state(seen))
        await asyncio.sleep(POLL_S)


async def _seen(page: Page, spinners: str) -> dict[str, Any] | None:
    try:
        return cast("dict[str, Any] | None", await page.evaluate_json(SETTLED, spinners))
    except ConnectionLost:  # the document is being replaced
        return None


def _state(seen: dict[str, Any] | None) -> str:
    if seen is None:
        return "页面还在跳转"
    return f"{seen['busy']} 个转圈，{seen['rows']} 行"
