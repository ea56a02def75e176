"""scrape: a table or cards to rows, over pages."""

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bots.browser import tables
from bots.context import Context
from bots.error_words import Said
from bots.errors import DocumentUnexpected
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Comparison, Target, Template
from bots.intake import save_rows, wanted
from bots.paging import Mode, Pages, Wish


class Scrape(Step):
    """The table (or the page's largest) as rows with names from its header, over all its pages.

    The pager of Element Plus and Ant Design beside the table is used by itself: all pages, or the first `pages`. Other
    pages need the button that leads on as `next`, a list that grows its `more` (or `more: scroll`). A list that moves
    while it is read is read again; `key` names the column that tells its rows apart.

    Titles met twice are 姓名, 姓名_2; merged cells stand in every row; footers and selection columns are left out;
    lines over the whole width become the column `group`. `as` names the rows for later steps, `save` keeps them as a
    csv file of the run. `cards` and `fields` (CSS, `img@src` for an attribute) read lists that are no tables.
    """

    verb: ClassVar[str] = "scrape"
    zh: ClassVar[str] = "抓取表格"
    title: ClassVar[Bilingual] = Bilingual("抓取表格", "Scrape")
    promise_zh: ClassVar[str] = (
        "把页面上的表（默认最大的一张）每一页的每一行都读下来：Element Plus 和 Ant Design 的翻页自己会翻，"
        "别的翻页写 next，越拉越长的写 more；读的时候表变了就重读。同名列叫 姓名、姓名_2；合并的单元格每行都有；"
        "占满整行的文字用 group 变成一列。as 给后面的步骤用，save 存成 csv 文件。"
    )
    main: ClassVar[str] = "table"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "as": "叫做",
        "cards": "卡片",
        "fields": "字段",
        "group": "分组列",
        "key": "主键列",
        "kind": "单据种类",
        "max_pages": "最多页数",
        "more": "加载更多",
        "next": "下一页",
        "pages": "页数",
        "rows": "行数",
        "save": "存为",
    }
    words_zh: ClassVar[Mapping[str, str]] = {"scroll": "滚动"}
    example: ClassVar[str] = "scrape: 订单表\nas: orders\nnext: 下一页\nmax_pages: 50"

    table: Target | None = None
    as_: str | None = None
    next: Target | None = None
    more: Literal["scroll"] | Target | None = None
    pages: Annotated[int, Field(ge=1, le=10_000)] | None = None
    max_pages: Annotated[int, Field(ge=1, le=10_000)] = 200
    key: Template | None = None
    group: Template | None = None
    cards: Template | None = None
    fields: dict[str, Template] = Field(default_factory=dict)
    rows: Comparison | None = None
    save: Template | None = None
    kind: Template | None = None

    def defines(self) -> Iterable[str]:
        """Return the name of the rows."""
        return (self.as_,) if self.as_ else ()

    async def run(self, ctx: Context) -> None:
        """Read whole, or an error. Raises ElementMissing, DocumentUnexpected, ConditionUnmet, LimitReached."""

        async def look(mode: Mode) -> tables.Rows:
            return await self._look(ctx, mode)

        records = await Pages(ctx, self._wish(ctx), look, self.table, self.say("zh")).read()
        self._wish_rows(ctx, len(records))
        if self.as_:
            ctx.scope.put(self.as_, records)
        if self.save is not None:
            save_rows(ctx, records, wanted(ctx, self.save, self.kind, None))
        ctx.log.info("抓到 {} 行", len(records))

    def _wish_rows(self, ctx: Context, count: int) -> None:
        if self.rows is not None and not self.rows.holds(count, ctx.scope.names):
            raise DocumentUnexpected(
                Said(self.say("zh"), self.say("en")),
                Said(f"有 {count} 行，要求 {self.rows.source}", f"there are {count} rows, wanted {self.rows.source}"),
            )

    def _wish(self, ctx: Context) -> Wish:
        return Wish(
            next=self.next,
            more=self.more if isinstance(self.more, Target) else None,
            scroll=self.more == "scroll",
            pages=self.pages,
            max_pages=self.max_pages,
            key=ctx.text(self.key) if self.key else "",
        )

    async def _look(self, ctx: Context, mode: Mode) -> tables.Rows:
        # Sought each time: a site may draw its table anew with every page.
        box = await ctx.find(self.table, want="see") if self.table is not None else None
        cards = ctx.text(self.cards) if self.cards else ""
        fields = {name: ctx.text(css) for name, css in self.fields.items()}
        if mode in {"top", "further"}:
            return await tables.scrape_scrolling(ctx.page, box, further=mode == "further", cards=cards, fields=fields)
        if cards:
            return await tables.scrape_cards(ctx.page, cards, fields, box)
        group = ctx.text(self.group) if self.group else ""
        return await tables.scrape(ctx.page, box, group=group, still=mode == "still")
