"""The profit of orders, products and channels of a small mall: one sum, the ledger's, and every cell walked back."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bots.practice.world import TINY
from storage.database.tables import ad_day, bank_line, bill_line, move, raw_file, raw_row, sku
from storage.database.tables.products import attribute_value
from storage.erp.finance import statements
from storage.erp.finance.drill import register
from storage.erp.finance.policy import Policy
from storage.erp.finance.post_events import post_events
from storage.erp.finance.statements import STATEMENTS, profit_and_loss
from storage.erp.settlement.facts import Span
from storage.erp.settlement.freight_vouchers import post_freight
from storage.erp.settlement.ledger_dimensions import Dimension, cell_lines, profit_by
from storage.erp.settlement.ledger_tie import bridge, ledger_profit
from storage.erp.settlement.profit import Rules, by_channel, gather
from storage.reports import Period, aftersale_cost, channel_profit, order_profit, product_profit
from storage.reports.sources import trace
from storage.reports.table import Figure, Table
from tests.storage.erp.recon.worlds import LAST_DAY, Night

PERIOD = Period("2026-10-01", LAST_DAY.isoformat())
SPAN = Span(*PERIOD)
FOOTERS: dict[str, Callable[[dict[str, int]], tuple[Any, int]]] = {
    "alipay_fund_bill_csv": lambda said: (bill_line, said["收入合计"] + said["支出合计"]),
    "icbc_personal_debit": lambda said: (bank_line, said["收入合计"] + said["支出合计"]),
    "practice_ads": lambda said: (ad_day, said["花费"]),
    "practice_stock": lambda said: (move, said["在库数量"]),
    "wxpay_trade_bill_all": lambda said: (
        bill_line,
        said["应结订单总金额"] - said["退款总金额"] - said["手续费总金额"],
    ),
}
"""What the totals of a file say that its typed lines sum to."""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """A tiny mall's files in the books, with their vouchers."""
    night = Night(tmp_path_factory.mktemp("profit"), TINY, 7)
    night.take_all()
    with night.database.write() as connection:
        post_events(connection, LAST_DAY.isoformat())
        post_freight(connection, LAST_DAY.isoformat())
    yield night
    night.database.close()


@pytest.fixture
def connection(night: Night) -> Iterator[Connection]:
    """A reading connection."""
    with night.database.read() as connection:
        yield connection


@pytest.fixture
def branded(night: Night) -> Iterator[Connection]:
    """The same, where two thirds of the codes have one of two brands; taken back afterwards."""
    with night.database.engine.connect() as connection:
        transaction = connection.begin()
        codes = connection.execute(select(sku.c.code).order_by(sku.c.code)).scalars().all()
        rows = [{"code": code, "attribute": "品牌", "value": f"牌{at % 2}"} for at, code in enumerate(codes) if at % 3]
        connection.execute(attribute_value.insert(), rows)
        yield connection
        transaction.rollback()


def column(table: Table, title: str) -> int:
    """The total of a column."""
    cell = table.total[[one.title for one in table.columns].index(title)]
    assert isinstance(cell, Figure)
    return cell.value


@pytest.mark.function("FMS-44", "FMS-20")
def test_the_orders_profit_is_the_ledgers(connection: Connection) -> None:
    """Every linked account agrees to the fen; from the ledger's profit to the orders' each difference has a name."""
    facts = gather(connection, SPAN).facts
    found = bridge(facts, ledger_profit(connection, SPAN))
    assert found.closed, found
    assert {row.account for row in found.rows} >= {"6001", "660101", "660103", "660105", "660301"}
    assert all(row.gap_fen == 0 for row in found.rows)
    assert set(found.only_facts) <= {"按最近进价估计的成本", "订单库没有的订单收款"}
    assert found.ledger_fen + sum(found.only_facts.values()) == sum(fact.amount_fen for fact in facts)


@pytest.mark.function("FMS-60")
def test_cost_gross_and_net_profit_of_the_month_tie_to_the_ledger(connection: Connection) -> None:
    """Each figure is the ledger's plus what the notes name, and the orders' profit plus the line of non-order costs."""
    table = channel_profit.build(connection, PERIOD)
    found = bridge(gather(connection, SPAN).facts, ledger_profit(connection, SPAN))
    booked = {row.account: row.ledger_fen for row in found.rows}
    unknown, estimated = found.only_facts["订单库没有的订单收款"], found.only_facts["按最近进价估计的成本"]
    assert column(table, "净收入") == booked["6001"] + unknown
    assert column(table, "商品成本") == booked.get("6401", 0) + estimated
    assert column(table, "毛利") == column(table, "净收入") + column(table, "商品成本")
    assert column(table, "账簿利润") == found.ledger_fen == column(table, "利润") - column(table, "账簿外")
    orders = [row for row in order_profit.build(connection, PERIOD).rows if row[1] != order_profit.SHOP_ITSELF]
    profit = sum(row[-3].value for row in orders if isinstance(row[-3], Figure))
    assert column(table, "其中店铺费用") != 0
    assert column(table, "利润") == profit + column(table, "其中店铺费用")


@pytest.mark.function("FMS-21")
def test_each_shop_agrees_with_its_own_books(connection: Connection) -> None:
    """Shop by shop the linked accounts agree, and the shops sum to the company."""
    ledger = ledger_profit(connection, SPAN)
    channels = by_channel(gather(connection, SPAN).facts)
    assert len(channels) >= 2
    for channel, facts in channels.items():
        assert bridge(facts, [row for row in ledger if row.channel == channel]).closed
    assert {row.channel for row in ledger} <= set(channels)


def test_a_shop_that_is_taxed_otherwise_does_not_agree(connection: Connection) -> None:
    """The tie can fail: another tax rate than the ledger's shows as a gap in revenue."""
    facts = gather(connection, SPAN, Rules(policy=Policy(vat_bp=600))).facts
    found = bridge(facts, ledger_profit(connection, SPAN))
    assert not found.closed
    assert [row.account for row in found.rows if row.gap_fen] == ["6001"]


@pytest.mark.function("FMS-10")
@pytest.mark.parametrize("dimension", ["platform", "shop", "sku", "brand", "month", "day"])
def test_profit_and_loss_by_dimension_sums_to_the_company(dimension: Dimension, branded: Connection) -> None:
    """Each account's cells sum to the company's, and each cell to its voucher lines, which name their documents."""
    whole: dict[str, int] = defaultdict(int)
    for row in ledger_profit(branded, SPAN):
        whole[row.account] += row.amount_fen
    cells = profit_by(branded, SPAN, dimension)
    assert len(cells) >= 2 or dimension in ("platform", "month")
    assert {name: sum(one.get(name, 0) for one in cells.values()) for name in whole} == whole
    for value, accounts in cells.items():
        for account, fen in accounts.items():
            lines = cell_lines(branded, SPAN, account, dimension, value)
            assert sum(line.amount_fen for line in lines) == fen
            assert all(line.no and line.source for line in lines)


@pytest.mark.function("FMS-10")
def test_the_statements_by_shop_and_month_sum_to_the_company(connection: Connection) -> None:
    """利润表 by shop and by month sums to the whole, every cell of it and of 资产负债表 is the sum of voucher lines."""
    first, last = PERIOD
    whole = {row.key: row.amount_fen for row in profit_and_loss(connection, statements.Span(first, last))}
    shops = [statements.Span(first, last, shop=shop) for shop in ("shop_a", "shop_b", "shop_c", "")]
    months = [statements.Span(f"2026-{month}-01", f"2026-{month}-31") for month in ("10", "11")]
    for parts in (shops[:3], months):
        told = [{row.key: row.amount_fen for row in profit_and_loss(connection, span)} for span in parts]
        assert {key: sum(one[key] for one in told) for key in whole} == whole
    span = statements.Span(first, last)
    for name in ("profit_and_loss", "balance_sheet"):
        for row in STATEMENTS[name](connection, span):
            if not row.of:
                assert sum(one.amount_fen for one in register(connection, name, row.key, span)) == row.amount_fen


@pytest.mark.function("BI-14", "FMS-46")
def test_three_reports_have_one_profit(connection: Connection) -> None:
    """Orders, products and channels sum to the same profit; margin is profit over net income."""
    orders, products, channels = (
        one.build(connection, PERIOD) for one in (order_profit, product_profit, channel_profit)
    )
    assert column(orders, "利润") == column(products, "利润") == column(channels, "利润") != 0
    for title in ("商品成本", "广告推广"):
        assert column(orders, title) == column(products, title) == column(channels, title)
    margin = channels.total[12]
    assert isinstance(margin, Figure)
    assert margin.value == pytest.approx(10_000 * column(channels, "利润") / column(channels, "净收入"), abs=1)
    assert column(channels, "与账簿差") == 0
    assert any("逐分一致" in note for note in channels.notes)


@pytest.mark.function("FMS-14")
def test_every_statement_file_is_typed_to_its_footer(connection: Connection) -> None:
    """Of each file that states totals: every row is kept raw, and its typed lines sum to what its last lines say."""
    f = raw_file.c
    stated = 0
    for sha, kind, rows, control in connection.execute(select(f.file_sha, f.kind, f.rows, f.control)):
        said = json.loads(control)
        assert connection.execute(select(func.count()).where(raw_row.c.file_sha == sha)).scalar_one() == rows
        if said["tie"]:
            stated += 1
            table, total_fen = FOOTERS[kind](said["stated"])
            column = table.c.qty if table is move else table.c.spend_fen if table is ad_day else table.c.amount_fen
            assert connection.execute(select(func.sum(column)).where(table.c.file_sha == sha)).scalar_one() == total_fen
    assert stated >= 5


@pytest.mark.function("RPA-12")
def test_ads_and_commission_are_the_files(connection: Connection) -> None:
    """Σ advertising is the ad reports', Σ commission the statements'."""
    table = order_profit.build(connection, PERIOD)
    spend = connection.execute(select(func.sum(ad_day.c.spend_fen))).scalar_one()
    assert column(table, "广告推广") == -int(spend)
    taken = bill_line.c.fee_type.in_(("commission", "refund_commission", "campaign_commission"))
    assert (
        column(table, "平台佣金")
        == connection.execute(select(func.sum(bill_line.c.amount_fen)).where(taken)).scalar_one()
    )


@pytest.mark.parametrize("report", [order_profit, product_profit, channel_profit, aftersale_cost])
def test_every_cell_walks_back_to_rows(report, connection: Connection) -> None:
    """Each total is the sum of the rows that it is traced to, and rows of files are of files that are archived."""
    table = report.build(connection, PERIOD)
    files = set(connection.execute(select(raw_file.c.file_sha)).scalars())
    for cell in table.total:
        if isinstance(cell, Figure) and not cell.formula:
            rows = trace(connection, cell.figure_id)
            assert sum(row.amount for row in rows) == cell.value
            assert all(row.file_sha in files for row in rows if row.row_no)


def test_vouchers_of_freight_are_written_once(shop) -> None:
    """Estimate, release and bill: what the orders say of freight is what the ledger says, before and after the bill."""
    shop.order("1", ("X", 2, 5000), ("Y", 1, 2000))
    shop.parcel("1", "Z1", ("1-1", "X", 2), ("1-2", "Y", 1))
    assert shop.write(lambda c: post_freight(c, "2026-11-30")) == 1
    agree(shop)
    shop.express("Z1", 450)
    shop.express("Z9", 800)
    assert [shop.write(lambda c: post_freight(c, "2026-11-30")) for _ in range(2)] == [3, 0]
    agree(shop)
    accounts = dict(shop.rows("SELECT account, sum(dr_fen - cr_fen) FROM jv_line GROUP BY account"))
    assert accounts == {"660108": 1250, "220202": 0, "220201": -1250}


def agree(shop) -> None:
    """Freight by fact is freight by account."""
    span = Span("2026-11-01", "2026-11-30")
    facts = [fact for fact in shop.gather().facts if fact.component == "freight"]
    found = bridge(facts, shop.read(lambda c: ledger_profit(c, span)))
    assert found.closed
    assert [row.account for row in found.rows] == ["660108"]


@pytest.mark.function("AS-22", "FMS-41")
def test_goods_refunds_and_freight_agree_with_the_ledger_too(shop) -> None:
    """Goods out at layer cost, goods back, refunds before and after the income, tax, fees, freight: all agree."""
    shop.received("X", 310)
    shop.order("1", ("X", 3, 3333), ("X", 1, 1001), discount=77, platform_discount_fen=50, freight_fen=600)
    shop.order("2", ("X", 1, 4999), finished="2026-11-20")
    shop.order("3", ("X", 1, 4999), finished="")
    for number in ("1", "2", "3"):
        shop.parcel(number, f"Z{number}", (f"{number}-1", "X", 1), unit=1)
    shop.refund("R1", "1", 1234, day="2026-11-08")
    shop.refund("R2", "1", 555, day="2026-11-25", sub_no="1-2")
    shop.refund("R3", "3", 4999)
    shop.moved("M1", "1-1", "X", 1, unit=0, kind="return", from_place="customer", to_place="HZ",
               at="2026-11-26 10:00:00")  # fmt: skip
    shop.bill("payment", 9800, "1")
    shop.bill("commission", -500, "1")
    shop.bill("compensation", -88, "1")
    shop.bill("penalty", -300)
    shop.ad("PX", 1001)
    shop.express("Z1", 450)
    shop.write(lambda c: post_events(c, "2026-11-30"))
    shop.write(lambda c: post_freight(c, "2026-11-30"))
    facts = shop.gather(Rules()).facts
    found = bridge(facts, shop.read(lambda c: ledger_profit(c, SPAN._replace(last_day="2026-11-30"))))
    assert found.closed, found
    assert {row.account for row in found.rows} == {
        "6001", "6401", "660101", "660103", "660106", "660108", "671101",
    }  # fmt: skip
    assert found.only_ledger == {}
