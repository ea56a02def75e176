"""What lies where: items by warehouse, one column each, with what is taken and free; rows and columns add up."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection, select

from storage.database.tables import warehouse
from storage.reports.cube import metric_column
from storage.reports.facts.copy import facts_of
from storage.reports.goods import held, moved_rows, reserved, reserved_rows, titles_of, universe
from storage.reports.table import FIGURE, Cell, Column, Figure, Period, SourceRow, Table

TITLE = "多仓库存"
EVER = "0001-01-01"
METRICS = ("stock_on_hand", "stock_reserved", "stock_free")
MEASURES = (("在库", "pieces"), ("价值", "fen"))


def build(connection: Connection, period: Period) -> Table:
    """One row per item, one column per place that holds or held goods; in the night after the last day."""
    facts, last = facts_of(connection), period.night
    stock = held(facts, last)
    names = dict(connection.execute(select(warehouse.c.warehouse, warehouse.c.name)).all())
    places = sorted({place for of in stock.values() for place in of} | set(names))
    table = Table("stock_matrix", TITLE, period, _columns(places, names))
    taken, titles = reserved(connection), titles_of(connection)
    for code in universe(connection, facts):
        cells: list[Cell] = []
        for place in places:
            block = table.block(f"{code}|{place}", f"{code} {place}", MEASURES)
            block.load = partial(moved_rows, connection, code, EVER, last, place)
            cells.append(table.stated(block, 0, stock.get(code, {}).get(place, 0)))
        kept = table.block(f"{code}|held", f"{code} 占用", (("占用", "pieces"),))
        kept.load = partial(reserved_rows, connection, code)
        table.rows.append([code, titles.get(code, ""), *cells, *_sums(table, code, cells, taken.get(code, 0))])
    table.sum_up("合计", range(2, len(table.columns)))
    table.notes.append(f"在库按流水算到 {last} 夜里；占用是此刻的。可用 = 各仓合计 − 占用。")
    return table


def _columns(places: list[str], names: dict[str, str]) -> list[Column]:
    own = [metric_column("stock_on_hand", names.get(place) or place) for place in places]
    rest = [metric_column("stock_on_hand", "各仓合计"), metric_column("stock_reserved"), metric_column("stock_free")]
    return [Column("商家编码", "", 18), Column("商品", "", 30), *own, *rest]


def _sums(table: Table, code: str, cells: list[Cell], taken: int) -> list[Cell]:
    """The row's total, what is taken, and what is left: each a sum of figures of the row."""
    kept = table.stated(table.blocks[f"{code}|held"], 0, taken)
    figures = [cell for cell in cells if isinstance(cell, Figure)]
    row = table.block(f"{code}|all", f"{code} 各仓合计", (("在库", "pieces"), ("可用", "pieces")))
    row.load = partial(_added, figures, kept)
    total = sum(figure.value for figure in figures)
    return [table.stated(row, 0, total), kept, table.stated(row, 1, total - taken)]


def _added(places: list[Figure], kept: Figure) -> Iterator[SourceRow]:
    for figure in places:
        yield SourceRow("", FIGURE, figure.figure_id, (figure.value, figure.value))
    yield SourceRow("", FIGURE, kept.figure_id, (0, -kept.value))
