"""scrape: a table or cards to rows, over pages."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from bots.browser import find, tables
from bots.browser.driver import Download as Received
from bots.conditions import rest
from bots.context import Context
from bots.errors import DocumentUnexpected, LimitReached
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Comparison, Target, Template
from bots.intake import Wanted, record, wanted
from bots.sheets import Row
from bots.steps.click import click


class Scrape(Step):
    """The table (or the page's largest) as rows with names from its header, over all pages when `next` is given.

    `as` names the rows for later steps, `save` keeps them as a csv file of the run. `cards` and `fields` (CSS) read
    lists that are no tables. One look per page.
    """

    verb: ClassVar[str] = "scrape"
    zh: ClassVar[str] = "抓取表格"
    title: ClassVar[Bilingual] = Bilingual("抓取表格", "Scrape")
    main: ClassVar[str] = "table"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "as": "叫做",
        "cards": "卡片",
        "fields": "字段",
        "kind": "单据种类",
        "max_pages": "最多页数",
        "next": "下一页",
        "rows": "行数",
        "save": "存为",
    }
    example: ClassVar[str] = "scrape: 订单表\nas: orders\nnext: 下一页\nmax_pages: 50"

    table: Target | None = None
    as_: str | None = None
    next: Target | None = None
    max_pages: Annotated[int, Field(ge=1, le=10_000)] = 200
    cards: Template | None = None
    fields: dict[str, Template] = Field(default_factory=dict)
    rows: Comparison | None = None
    save: Template | None = None
    kind: Template | None = None

    def defines(self) -> Iterable[str]:
        """Return the name of the rows."""
        return (self.as_,) if self.as_ else ()

    async def run(self, ctx: Context) -> None:
        """Read whole, or an error. Raises ElementMissing, DocumentUnexpected, LimitReached."""
        records = await self._pages(ctx)
        if self.rows is not None and not self.rows.holds(len(records), ctx.scope.names):
            raise DocumentUnexpected(self.say("zh"), f"有 {len(records)} 行，要求 {self.rows.source}")
        if self.as_:
            ctx.scope.put(self.as_, records)
        if self.save is not None:
            self._save(ctx, records, wanted(ctx, self.save, self.kind, None))
        ctx.log.info("抓到 {} 行", len(records))

    async def _pages(self, ctx: Context) -> list[Row]:
        records: list[Row] = []
        last: list[list[str]] | None = None
        for _ in range(self.max_pages):
            await ctx.clear_way()
            await rest(ctx)
            seen = await self._look(ctx)
            if seen.rows == last:
                return records
            records.extend(seen.records())
            last = seen.rows
            if self.next is None or not await self._turn(ctx, self.next):
                return records
        raise LimitReached(self.say("zh"), self.max_pages)

    async def _look(self, ctx: Context) -> tables.Rows:
        element = await ctx.find(self.table, want="see") if self.table is not None else None
        if self.cards is None:
            return await tables.scrape(ctx.page, element)
        fields = {name: ctx.text(css) for name, css in self.fields.items()}
        return await tables.scrape_cards(ctx.page, ctx.text(self.cards), fields, element)

    async def _turn(self, ctx: Context, following: Target) -> bool:
        """Whether there was a next page, now on its way."""
        if await find.count(ctx.page, ctx.resolved(following)) == 0:
            return False
        if not await (await ctx.find(following)).is_enabled():
            return False
        await ctx.act(following, click)
        return True

    def _save(self, ctx: Context, records: list[Row], wish: Wanted) -> None:
        text = io.StringIO(newline="")
        columns = list(dict.fromkeys(name for one in records for name in one))
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(records)
        name = wish.name if wish.name.endswith(".csv") else f"{wish.name}.csv"
        draft = ctx.facts.folder.path / "scraped.csv"
        draft.write_bytes(text.getvalue().encode("utf-8-sig"))
        record(ctx, Received(name, draft, ctx.page.url, draft.stat().st_size), name, wish)
