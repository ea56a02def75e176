"""Settlement writes the same rows in either database."""

from pathlib import Path

import pytest

from storage.database.connection import Database, open_database
from storage.database.digest import digests
from storage.database.tables import bot_result, raw_file
from storage.database.tables import settlement as tables
from storage.database.tables.base import metadata
from storage.erp.settlement import aftersales, invoices, payees, price_refunds, sheets
from storage.erp.settlement.adjustments import Adjustment, adjust, take_back
from storage.erp.settlement.facts import Fact, Span
from storage.erp.settlement.invoices import Buyer
from storage.erp.settlement.payees import PayeeRule
from storage.erp.settlement.price_refunds import PriceRefund
from storage.erp.settlement.profit import gather
from storage.erp.settlement.settle import settle
from storage.erp.settlement.sheets import Party
from tests.storage.database.conftest import database
from tests.storage.erp.settlement.conftest import Shop

__all__ = ["database"]

MINE = sorted(name for name, table in metadata.tables.items() if getattr(tables, name, None) is table)
SPAN = Span("2026-11-01", "2026-11-30")


def month(shop: Shop) -> list[Fact]:
    """Everything once: orders, bills, an express bill, a sheet, an invoice, payees, an adjustment, a price refund."""
    shop.put(raw_file, file_sha="sha", kind="practice_orders", state="read", name="订单.csv")
    shop.received("X", 300)
    shop.order("1", ("X", 2, 5000), ("Y", 1, 2001), discount=7, freight_fen=600)
    shop.order("2", ("X", 1, 4999))
    shop.parcel("1", "Z1", ("1-1", "X", 2), ("1-2", "Y", 1), unit=310)
    for carrier, number in (("中通快递", "Z1"), ("圆通速递", "Z9")):
        shop.express(number, 450, carrier=carrier)
    shop.bill("affiliate", -1001, "1")
    shop.bill("commission", -500, "2")
    shop.ad("PX", 1001)
    with shop.database.write() as connection:
        rule = PayeeRule("R", "affiliate", "", "", "", "2026-01-01", "", {"达人": 6667, "招商": 3333}, "赵")
        payees.add_rule(connection, rule)
        payees.share_out(connection)
        adjust(connection, Adjustment("A1", "practice", "A", "1", "", "other", 5, "2026-11-02", "补", "王"))
        take_back(connection, "A1", "2026-11-03", "撤", "王")
        draft = sheets.draw_up(connection, Party("shop", "practice/A"), "2026-11")
        sheets.confirm(connection, draft.party, "2026-11", draft.content_hash, "王")
        price_refunds.request(connection, PriceRefund("T1", ("practice", "A", "1"), 1001, "保价", "李", "2026-11-21"))
        invoices.draft_blue(connection, "I1", ("practice", "A"), ["1", "2"], Buyer("公司"), 1300, "王")
        command_id = invoices.ask_for(connection, "I1", "2026-11-21")
    shop.put(bot_result, run_id="r", command_id=command_id, worklist="to_invoice", outcome="done", at="2026-11-22")
    shop.refund("R1", "1", 900)
    shop.write(lambda connection: aftersales.tag(connection, ("practice", "A", "1"), "quality", "开线", "李"))
    first, again = (shop.write(lambda connection: settle(connection, "2026-11-30")) for _ in range(2))
    assert first == (0, 0, 1, 1, 4)
    assert "红字发票草稿 1 张，运费凭证 4 张" in first.words()
    assert again == (0, 0, 0, 0, 0)
    return shop.read(lambda connection: gather(connection, SPAN)).facts


def test_a_month_is_the_same_in_either_database(database: Database, tmp_path: Path) -> None:
    """Every table of settlement has the same rows and every order the same profit, also after running again."""
    here = open_database(tmp_path / "here.db")
    facts = month(Shop(here))
    assert month(Shop(database)) == facts
    with here.read() as one, database.read() as other:
        assert digests(one, MINE) == digests(other, MINE)
        assert len(set(digests(one, MINE).values())) == len(MINE), "every table has rows"
    here.close()


@pytest.mark.parametrize("table", MINE)
def test_moments_of_our_own_are_named_so(table: str) -> None:
    """Columns for who and when are those that digests know: two nights that did the same are equal."""
    columns = set(metadata.tables[table].c.keys())
    assert not {name for name in columns if name.endswith("_at")} - {"recorded_at", "decided_at"}
