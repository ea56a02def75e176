"""rows: the rows of a sheet or a list, filtered, joined, grouped and sorted by column names, without code."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field

from bots.context import Context
from bots.error_words import Said
from bots.errors import StepMisused
from bots.flow.functions import as_text, to_number
from bots.flow.language import Bilingual
from bots.flow.part import Part
from bots.flow.problem import Refused
from bots.flow.step import Step
from bots.flow.values import Template, Text, yes
from bots.sheets import read_rows

Record = dict[str, object]


class RowTest(Text):
    """An expression over the columns of one row: `件数 > 0`, with or without `${ }` around it."""

    __slots__ = ("template",)
    template: Template

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the test; raises `Refused`."""
        made = cls.__new__(cls)
        made.source = source
        made.template = Template.parse(source if source.startswith("${") else f"${{{source}}}")
        return made


class Join(Part):
    """Columns of another sheet or list, beside the rows that agree in `by`."""

    keys_zh: ClassVar[Mapping[str, str]] = {"by": "按", "with": "另一份"}

    with_: Template
    by: tuple[str, ...]


class Group(Part):
    """One row per value of `by`: sums of columns, and how many rows there were."""

    keys_zh: ClassVar[Mapping[str, str]] = {"by": "按", "count": "计数", "sum": "求和"}

    by: tuple[str, ...]
    sum: tuple[str, ...] = ()
    count: str = ""


class Rows(Step):
    """The rows of `source` (a sheet, or rows that an earlier step named) have the name `as`.

    In this order: `filter` (an expression over a row's columns), `join`, `group`, `sort` (a minus before a column turns
    it round; numbers sort as numbers), `keep` (columns). Sums are exact.
    """

    verb: ClassVar[str] = "rows"
    zh: ClassVar[str] = "整理表格"
    title: ClassVar[Bilingual] = Bilingual("整理表格", "Take the rows of")
    promise_zh: ClassVar[str] = (
        "整理一张表：依次筛选（filter）、合并另一份（join）、分组求和（group）、排序（sort，列名前加减号是倒序）"
        "、保留列（keep）；求和一分不差。"
    )
    main: ClassVar[str] = "source"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "as": "叫做",
        "filter": "筛选",
        "group": "分组",
        "join": "合并",
        "keep": "保留列",
        "sheet": "工作表",
        "sort": "排序",
    }
    opens: ClassVar[bool] = True
    example: ClassVar[str] = """\
rows: ${sheet}
filter: int(件数) > 0
group: {by: [店铺], sum: [件数], count: 行数}
sort: [-件数]
as: 汇总
"""

    source: Template
    as_: str
    sheet: Template | None = None
    filter: RowTest | None = None
    join: Join | None = None
    group: Group | None = None
    sort: tuple[str, ...] = ()
    keep: tuple[str, ...] = Field(default_factory=tuple)

    def defines(self) -> Iterable[str]:
        """Return the name of the rows."""
        return (self.as_,)

    async def run(self, ctx: Context) -> None:
        """Named. Raises FileMissing, StepMisused for a column that is not there, ExpressionFailed."""
        try:
            rows = self._kept(ctx, self._read(ctx, self.source, self.sheet))
            if self.join is not None:
                rows = _joined(rows, self._read(ctx, self.join.with_, None), self.join.by)
            if self.group is not None:
                rows = _grouped(rows, self.group)
            for column in reversed(self.sort):
                rows = _sorted(rows, column)
            if self.keep:
                rows = [{name: _cell(row, name) for name in self.keep} for row in rows]
        except Refused as refused:
            raise StepMisused(self.verb, Said(refused.zh, refused.en)) from refused
        ctx.scope.put(self.as_, rows)
        ctx.log.info("{} 有 {} 行", self.as_, len(rows))

    def _read(self, ctx: Context, source: Template, sheet: Template | None) -> list[Record]:
        found = ctx.expand(source)
        if isinstance(found, list):
            return [dict(row) for row in found if isinstance(row, Mapping)]
        return [dict(row) for row in read_rows(Path(as_text(found)), ctx.text(sheet) if sheet else None)]

    def _kept(self, ctx: Context, rows: list[Record]) -> list[Record]:
        if self.filter is None:
            return rows
        kept = []
        for row in rows:
            with ctx.scope.frame({**row, "row": row}):
                if yes(ctx.expand(self.filter.template)):
                    kept.append(row)
        return kept


def _cell(row: Record, name: str) -> object:
    if name not in row:
        raise StepMisused(
            "rows",
            Said(
                f"没有列「{name}」，有的是：{'、'.join(row)}", f"there is no column {name}; there are: {', '.join(row)}"
            ),
        )
    return row[name]


def _joined(rows: Sequence[Record], others: Sequence[Record], by: Sequence[str]) -> list[Record]:
    """Each row with the columns of the one other row that agrees; a second one that agrees is refused."""
    index: dict[tuple[str, ...], Record] = {}
    for other in others:
        key = tuple(as_text(_cell(other, name)) for name in by)
        if key in index:
            raise StepMisused(
                "rows",
                Said(
                    f"合并的另一份里「{'、'.join(key)}」有两行，不知道用哪一行",
                    f"{', '.join(key)} is there twice in the rows that are joined",
                ),
            )
        index[key] = other
    columns = list(dict.fromkeys(name for other in others for name in other))
    nothing: Record = dict.fromkeys(columns, "")
    return [{**nothing, **index.get(tuple(as_text(_cell(row, name)) for name in by), {}), **row} for row in rows]


def _grouped(rows: Sequence[Record], group: Group) -> list[Record]:
    made: dict[tuple[str, ...], Record] = {}
    for row in rows:
        key = tuple(as_text(_cell(row, name)) for name in group.by)
        one = made.setdefault(key, {name: row[name] for name in group.by})
        for name in group.sum:
            before = one.get(name, Decimal(0))
            one[name] = to_number(before) + to_number(_cell(row, name) or 0)
        if group.count:
            one[group.count] = int(str(one.get(group.count, 0))) + 1
    return list(made.values())


def _sorted(rows: Sequence[Record], column: str) -> list[Record]:
    name = column.removeprefix("-")
    return sorted(rows, key=lambda row: _order(_cell(row, name)), reverse=column.startswith("-"))


def _order(value: object) -> tuple[int, Decimal, str]:
    """Numbers before texts; texts as they are."""
    try:
        return (0, to_number(value), "")
    except Refused:
        return (1, Decimal(0), as_text(value))
