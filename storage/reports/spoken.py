"""A report in the reader's language: titles, words in cells and notes; figures, their ids and their sources stay."""

from dataclasses import replace

from storage.english import english, heading
from storage.reports.table import Cell, Column, Table

NAMES = frozenset(
    (
        "商品",
        "名称",
        "店铺",
        "店铺 / 账号",
        "店铺 / 账户",
        "商家编码",
        "订单号",
        "供应商",
        "省份",
        "城市",
        "计划",
        "写的是",
    )
)
"""Columns of what shops, platforms and people have named: there only what is no name, `（无店铺）`, is ours."""

WIDTH_MOST = 38


def spoken(table: Table, lang: str) -> Table:
    """The table with every word of ours in `lang`; a Chinese one is returned as it is."""
    if lang != "en":
        return table
    ours = {"名称"} if table.name == "bots" else set()  # worklists and flows
    named = [column.title in NAMES - ours for column in table.columns]
    rows = [_row(row, named) for row in table.rows]
    return replace(
        table,
        title=heading(table.title, lang),
        columns=[_column(column, [row[place] for row in rows]) for place, column in enumerate(table.columns)],
        rows=rows,
        total=_row(table.total, [False] * len(named)),
        subtotals={place: _row(row, [False] * len(named)) for place, row in table.subtotals.items()},
        notes=[english(note) for note in table.notes],
        scope=english(table.scope),
        lang=lang,
    )


def _column(column: Column, cells: list[Cell]) -> Column:
    """The column under its English title, wide enough for it and for words that do not wrap: they are longer."""
    title = english(column.title)
    told = [] if column.wrap else [len(cell) for cell in cells if isinstance(cell, str)]
    needed = min(max([len(title), *told]) + 3, WIDTH_MOST)
    return column._replace(title=title, width=max(column.width, needed))


def _row(row: list[Cell], named: list[bool]) -> list[Cell]:
    return [_cell(cell, name) if isinstance(cell, str) else cell for cell, name in zip(row, named, strict=False)]


def _cell(text: str, name: bool) -> str:
    return text if name and not text.startswith("（") else english(text)
