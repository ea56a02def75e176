"""A report in the reader's language: titles, words in cells and notes; figures, their ids and their sources stay."""

from dataclasses import replace

from storage.english import english, heading
from storage.reports.table import Cell, Table

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


def spoken(table: Table, lang: str) -> Table:
    """The table with every word of ours in `lang`; a Chinese one is returned as it is."""
    if lang != "en":
        return table
    ours = {"名称"} if table.name == "bots" else set()  # worklists and flows
    named = [column.title in NAMES - ours for column in table.columns]
    return replace(
        table,
        title=heading(table.title, lang),
        columns=[column._replace(title=english(column.title)) for column in table.columns],
        rows=[_row(row, named) for row in table.rows],
        total=_row(table.total, [False] * len(named)),
        subtotals={place: _row(row, [False] * len(named)) for place, row in table.subtotals.items()},
        notes=[english(note) for note in table.notes],
        scope=english(table.scope),
        lang=lang,
    )


def _row(row: list[Cell], named: list[bool]) -> list[Cell]:
    return [_cell(cell, name) if isinstance(cell, str) else cell for cell, name in zip(row, named, strict=False)]


def _cell(text: str, name: bool) -> str:
    return text if name and not text.startswith("（") else english(text)
