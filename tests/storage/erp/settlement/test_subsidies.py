"""Subsidies of platforms: apart from the goods' income, and as the statements' columns have them."""

from pathlib import Path

import pytest

from storage.archive import Archive
from storage.documents import douyin_fund_34
from storage.erp.settlement.facts import Span, total
from storage.erp.settlement.subsidies import by_kind, not_yet_paid, subsidies
from storage.ingest import ingest

SPAN = Span("2026-09-01", "2026-11-30")
ROWS = (
    {"动帐流水号": "'70001", "动账金额": "103.50", "订单号": "'4900", "订单实付应结": "100.00", "实际平台补贴": "1.00",
     "实际抖音支付补贴": "1.00", "实际抖音月付营销补贴": "3.50", "平台服务费": "-2.00"},
    {"动帐流水号": "'70002", "动账金额": "51.20", "订单号": "'4901", "订单实付应结": "50.00", "实际平台补贴": "1.20"},
)  # fmt: skip


def fund_file() -> bytes:
    """动账明细 of two settlements with subsidies of several kinds."""
    header = douyin_fund_34.LAYOUT.columns
    said = {"动账时间": "2026-09-01 08:00:00", "动账方向": "入账", "动账场景": "货款结算入账"}
    lines = [",".join({**said, **row}.get(name, "") for name in header) for row in ROWS]
    return ("\r\n".join([",".join(header), *lines]) + "\r\n").encode("utf-8-sig")


@pytest.mark.function("FMS-68")
@pytest.mark.usefixtures("file_size")
def test_subsidies_tie_to_the_columns_of_the_statement(shop, tmp_path: Path) -> None:
    """From the file: each kind of subsidy is its columns' sum, all kinds are the bill's, none of it is goods."""
    assert ingest(shop.database, Archive(tmp_path / "archive"), fund_file(), shop="A").state == "read"
    found = shop.read(lambda c: subsidies(c, SPAN))
    assert by_kind(found) == {
        ("douyin", "A", "平台补贴"): 220, ("douyin", "A", "支付补贴"): 100, ("douyin", "A", "月付补贴"): 350,
    }  # fmt: skip
    (bill,) = shop.rows("SELECT sum(amount_fen) FROM bill_line WHERE fee_type = 'subsidy'")[0]
    facts = shop.gather(span=SPAN).facts
    assert sum(one.amount_fen for one in found) == bill == total(facts, "subsidy")
    assert total(facts, "goods") == 15_000
    assert all(one.row_no for one in found)


def test_what_a_platform_still_owes_of_its_subsidies_is_listed(shop) -> None:
    """An order counts its subsidy when it finishes; what the statements have not paid of it stays open by order."""
    shop.order("1", ("X", 1, 5000), platform_discount_fen=500)
    shop.order("2", ("X", 1, 5000), platform_discount_fen=300)
    shop.bill("subsidy", 500, "1")
    shop.bill("subsidy", 100, "2")
    found = shop.read(lambda c: subsidies(c, SPAN))
    assert not_yet_paid(shop.gather().facts, found) == {("practice", "A", "2"): 200}
