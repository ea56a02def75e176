"""Tables and lists read whole, one evaluate a page that returns JSON text; and the wait until a page has settled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bots.browser.driver import By, Element, Page
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


_READ = r"""/* table */ (arg, given) => {
  const root = given === undefined ? document : arg;
  const opts = given === undefined ? arg : given;
  const skip = '.el-table__fixed,.el-table__fixed-right';
  const seen = el => el.checkVisibility ? el.checkVisibility({visibilityProperty: true}) : !!el.offsetParent;
  const say = el => {
    const inputs = [...el.querySelectorAll('input:not([type=hidden]):not([type=checkbox]):not([type=radio]),textarea')];
    const text = (el.innerText ?? el.textContent).replace(/[\u200b\ufeff]/g, '').replace(/[\s\u00a0]+/g, ' ').trim();
    return text || inputs.map(i => i.value).join(' ');
  };
  if (opts.cards) {
    const cards = [...root.querySelectorAll(opts.cards)].filter(seen);
    const names = Object.keys(opts.fields);
    return JSON.stringify({header: names, rows: cards.map(c => names.map(n => {
      const el = opts.fields[n] ? c.querySelector(opts.fields[n]) : c;
      return el ? say(el) : '';
    }))});
  }
  const grids = '.el-table,.el-table-v2,.ant-table,[role=grid],[role=table],table';
  const box = root !== document && root.matches(grids) ? root
    : [...root.querySelectorAll(grids)].filter(t => seen(t) && !t.parentElement.closest(grids))
        .sort((a, b) => b.querySelectorAll('tr,[role=row],.el-table-v2__row').length -
          a.querySelectorAll('tr,[role=row],.el-table-v2__row').length)[0];
  if (!box) return JSON.stringify({header: [], rows: []});
  const lineCss = 'tr,[role=row],.el-table-v2__row,.el-table-v2__header-row';
  const lines = [...box.querySelectorAll(lineCss)]
    .filter(r => !r.closest(skip) && seen(r) && r.closest('table,[role=grid],[role=table],.el-table-v2') !== null);
  const cellsOf = r => [...r.querySelectorAll('td,th,[role=cell],[role=gridcell],[role=columnheader],' +
    '.el-table-v2__row-cell,.el-table-v2__header-cell')].filter(c => c.closest(lineCss) === r);
  const isHead = r => r.matches('.el-table-v2__header-row') || !!r.closest('thead') ||
    (cellsOf(r).length > 0 && cellsOf(r).every(c => c.matches('th,[role=columnheader],.el-table-v2__header-cell')));
  const wide = r => cellsOf(r).flatMap(c => [say(c), ...Array(Math.max(0, (c.colSpan || 1) - 1)).fill('')]);
  const heads = lines.filter(isHead);
  const header = heads.length ? wide(heads[heads.length - 1]) : [];
  const rows = [], open = [];
  for (const r of lines) {
    if (isHead(r) || r.matches('.el-table__placeholder,.ant-table-placeholder,.ant-table-measure-row')) continue;
    const cells = cellsOf(r);
    if (!cells.length || cells.length === 1 && cells[0].colSpan > 1 && header.length > 1) continue;
    const row = [];
    let at = 0;
    const place = () => { while (open[at]?.left) { row[at] = open[at].text; open[at].left--; at++; } };
    for (const c of cells) {
      place();
      const text = say(c);
      for (let i = 0; i < (c.colSpan || 1); i++, at++) {
        row[at] = i ? '' : text;
        if (c.rowSpan > 1) open[at] = {left: c.rowSpan - 1, text: row[at]};
      }
    }
    place();
    rows.push(row);
  }
  return JSON.stringify({header, rows});
}"""

_SETTLED = """/* settled */ busy => {
  const seen = el => el.checkVisibility({visibilityProperty: true, opacityProperty: true}) &&
    !el.closest('[class*="-leave-active"]') && el.getBoundingClientRect().height > 0;
  const spinning = [...document.querySelectorAll(busy)].filter(seen).length;
  const rows = document.querySelectorAll('tr,[role=row],.el-table-v2__row,li').length;
  const size = document.body ? document.body.textContent.length : 0;
  return JSON.stringify({busy: spinning, rows, size, ready: document.readyState !== 'loading', at: location.href});
}"""


async def scrape(page: Page, element: Element | None = None) -> Rows:
    """The table that `element` is or holds, else the page's largest: header and rows as one look sees them.

    Merged cells repeat their text downwards; empty-table notices are no rows. A virtual table gives the rows it has
    drawn: use `scrape_virtual` for all of them.
    """
    return _rows(await _evaluate(page, element, {}))


async def scrape_cards(page: Page, cards: str, fields: Mapping[str, str], element: Element | None = None) -> Rows:
    """Cards (CSS `cards`) as rows: each field is the text of a CSS selector inside the card, "" for the card itself."""
    return _rows(await _evaluate(page, element, {"cards": cards, "fields": dict(fields)}))


async def _evaluate(page: Page, element: Element | None, options: dict[str, Any]) -> Any:
    if element is None:
        return await page.evaluate_json(_READ, options)
    return await element.evaluate_json(_READ, options)


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
        return cast("dict[str, Any] | None", await page.evaluate_json(_SETTLED, spinners))
    except ConnectionLost:  # the document is being replaced
        return None


def _state(seen: dict[str, Any] | None) -> str:
    if seen is None:
        return "页面还在跳转"
    return f"{seen['busy']} 个转圈，{seen['rows']} 行"
