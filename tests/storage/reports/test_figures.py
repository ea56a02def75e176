"""Every figure is the sum of its sources, and the reports agree with direct sums over the tables."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, func, select

from storage.database.tables import ad_day, bank_line, bill_line, platform_order, raw_row, recon_item, refund
from storage.erp.reconciliation.outcomes import is_exception
from storage.reports import REPORTS, Period, overview
from storage.reports.settlement import WALLETS
from storage.reports.sources import FigureUnknown, trace
from storage.reports.table import Figure, Table
from tests.storage.erp.recon.worlds import Night


@pytest.fixture(scope="module")
def tables(reading: Connection, period: Period) -> dict[str, Table]:
    """All reports of the night; rows behind a figure may be read as long as the connection is open."""
    return {name: build(reading, period) for name, build in REPORTS.items()}


FIRST, LAST = 30, 10
"""Of a long table the first and the last rows, which all come out of one query, and all of its sums."""


def figures(table: Table) -> Iterator[Figure]:
    """The figures of a table's rows, totals too."""
    rows = table.rows if len(table.rows) <= FIRST + LAST else [*table.rows[:FIRST], *table.rows[-LAST:]]
    for row in (*rows, table.total, *table.subtotals.values()):
        yield from (cell for cell in row if isinstance(cell, Figure))


@pytest.fixture
def connection(reading: Connection) -> Connection:
    """A reading connection."""
    return reading


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_figure_is_the_sum_of_its_block(name: str, tables: dict[str, Table]) -> None:
    """A figure that is not derived is the sum of its block's measure; a derived one says its formula."""
    table = tables[name]
    for figure in figures(table):
        if figure.formula:
            assert table.blocks[figure.block_id].rows
        else:
            assert figure.value == table.blocks[figure.block_id].total(figure.measure)


def test_figure_ids_are_unique(tables: dict[str, Table], period: Period) -> None:
    """No two figures of different blocks share an id."""
    front = overview.build(tables, period).table
    for table in (*tables.values(), front):
        ids = Counter(figure.figure_id for figure in figures(table))
        assert [figure_id for figure_id, count in ids.items() if count > 1] == []


def test_trace_leads_each_sum_back_to_rows(night: Night, tables: dict[str, Table], connection: Connection) -> None:
    """Tracing a total goes through the figures it adds up, and ends at rows that sum to it."""
    built: dict[tuple[str, Period], Table] = {}
    for name in ("sales", "settlement", "ads", "differences"):
        for cell in tables[name].total:
            if isinstance(cell, Figure):
                rows = trace(connection, cell.figure_id, built)
                assert sum(row.amount for row in rows) == cell.value
                assert all(row.file_sha and row.row_no > 0 and row.file_name for row in rows)


def test_overview_figures_trace_to_their_value(
    tables: dict[str, Table], period: Period, connection: Connection
) -> None:
    """The first sheet's figures sum up from rows too."""
    front = overview.build(tables, period)
    shown = [card.figure for card in front.cards if card.figure.value]
    shown += [cell for row in (*front.reasons, *front.table.rows) for cell in row if isinstance(cell, Figure)]
    built: dict[tuple[str, Period], Table] = {}
    for figure in shown:
        assert sum(row.amount for row in trace(connection, figure.figure_id, built)) == figure.value


def test_every_source_row_exists(tables: dict[str, Table], connection: Connection) -> None:
    """Each (file, row) that a figure names is a row that was archived; of long tables the first rows'."""
    known = {tuple(row) for row in connection.execute(select(raw_row.c.file_sha, raw_row.c.row_no))}
    for table in tables.values():
        for block in [*table.blocks.values()][: FIRST + LAST]:
            named = {(row.file_sha, row.row_no) for row in block.rows if row.file_sha and row.row_no}
            assert named <= known


def test_sales_per_shop_equal_the_orders(night: Night, tables: dict[str, Table], connection: Connection) -> None:
    """Paid per shop is the sum over paid orders, refunds the sum over refunds done."""
    o, r = platform_order.c, refund.c
    paid = connection.execute(
        select(o.shop, func.count(), func.sum(o.paid_fen))
        .where(o.paid_at != "", o.pay_state != "unpaid")
        .group_by(o.shop)
    )
    expected = {shop: (count, int(fen)) for shop, count, fen in paid}
    done = connection.execute(select(r.shop, func.sum(r.amount_fen)).where(r.done_at != "").group_by(r.shop))
    refunds = {shop: int(fen) for shop, fen in done}
    for shop, (count, fen) in expected.items():
        rows = [row for row in tables["sales"].rows if row[1] == shop]
        assert _sum(rows, 2) == count
        assert _sum(rows, 3) == fen
        assert _sum(rows, 6) == refunds.get(shop, 0)
        assert _sum(rows, 7) == fen - refunds.get(shop, 0)


def _sum(rows: list[list[object]], column: int) -> int:  # type: ignore[type-arg]
    return sum(cell.value for row in rows if isinstance(cell := row[column], Figure))


def test_settlement_subtotals_equal_the_statements(tables: dict[str, Table], connection: Connection) -> None:
    """Each shop's subtotal is its statement's total, each account's the bank's."""
    b, k = bill_line.c, bank_line.c
    table = tables["settlement"]
    shown = {str(row[0]): (row[4].value, row[5].value) for row in table.subtotals.values()}  # type: ignore[union-attr]
    sums = connection.execute(select(b.shop, b.wallet, func.count(), func.sum(b.amount_fen)).group_by(b.shop, b.wallet))
    expected = {f"{shop} {WALLETS[wallet]} 小计": (count, int(fen)) for shop, wallet, count, fen in sums}
    accounts = connection.execute(select(k.account, func.count(), func.sum(k.amount_fen)).group_by(k.account))
    expected.update({f"{account} 银行 小计": (count, int(fen)) for account, count, fen in accounts})
    assert shown == expected


def test_differences_list_every_exception_with_its_reason(tables: dict[str, Table], connection: Connection) -> None:
    """Each exception is on the worklist once; a bank line whose withdrawal is there tells the same story."""
    i = recon_item.c
    items = connection.execute(select(i.ref, i.side, i.outcome, i.group_id)).all()
    exceptions = [item for item in items if is_exception(item.outcome)]
    groups = {item.group_id for item in exceptions if item.side == "statement"} - {""}
    expected = {item.ref for item in exceptions if item.side != "bank" or item.group_id not in groups}
    listed = [block.rows[0].key for name, block in tables["differences"].blocks.items() if not name.startswith("total")]
    assert sorted(listed) == sorted(expected)
    assert all(row[8] for row in tables["differences"].rows)


def test_ads_equal_the_days(tables: dict[str, Table], connection: Connection) -> None:
    """Spend is the sum of the days."""
    (spend,) = connection.execute(select(func.sum(ad_day.c.spend_fen))).one()
    total = tables["ads"].total[2]
    assert isinstance(total, Figure)
    assert total.value == int(spend)


def test_unknown_figures_are_said_so(connection: Connection) -> None:
    """An id that no report has is refused by name."""
    for wrong in ("nonsense", "sales:2026-11-01..2026-11-20:2026-11-01|nobody:0", "profit:2026-11-01..2026-11-02:x:0"):
        with pytest.raises(FigureUnknown):
            trace(connection, wrong)
