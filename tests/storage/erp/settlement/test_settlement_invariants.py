"""Each invariant of settlement is broken on purpose and found."""

import pytest
from sqlalchemy import text

from storage.erp.settlement import invoices, payees, price_refunds, sheets
from storage.erp.settlement.freight_vouchers import post_freight
from storage.erp.settlement.invariants import CHECKS
from storage.erp.settlement.invoices import Buyer
from storage.erp.settlement.payees import PayeeRule
from storage.erp.settlement.price_refunds import PriceRefund
from storage.erp.settlement.sheets import Party

BREAKS = {
    "S-1": "UPDATE payee_share SET amount_fen = amount_fen + 1 WHERE payee = '达人'",
    "S-2": "UPDATE order_line SET paid_share_fen = 1 WHERE sub_no = '2-1'",
    "S-3": "UPDATE settlement_sheet_line SET amount_fen = 0",
    "S-4": "UPDATE price_refund SET amount_fen = 5000000",
    "S-5": "UPDATE express_bill_line SET file_sha = ''",
}


def fill(shop) -> None:
    """A little of everything."""
    for number in ("1", "2"):
        shop.order(number, ("X", 1, 5000))
    shop.bill("affiliate", -1001, "1")
    shop.express("Z9", 450)
    with shop.database.write() as connection:
        rule = PayeeRule("R", "affiliate", "", "", "", "2026-01-01", "", {"达人": 6667, "招商": 3333}, "赵")
        payees.add_rule(connection, rule)
        payees.share_out(connection)
        draft = sheets.draw_up(connection, Party("shop", "practice/A"), "2026-11")
        sheets.confirm(connection, draft.party, "2026-11", draft.content_hash, "王")
        price_refunds.request(connection, PriceRefund("T1", ("practice", "A", "1"), 1001, "保价", "李", "2026-11-21"))
        invoices.draft_blue(connection, "I1", ("practice", "A"), ["2"], Buyer("公司"), 1300, "王")


def findings(shop) -> dict[str, int]:
    """How many each invariant found."""
    found = shop.read(lambda c: {name: len(check(c)) for name, check in CHECKS.items()})
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_what_is_broken_on_purpose_is_found(shop, name: str) -> None:
    """Sound before; after one row was changed behind the books' back, that invariant and no other says so."""
    fill(shop)
    assert findings(shop) == {}
    shop.write(lambda c: c.execute(text(BREAKS[name])))
    assert findings(shop) == {name: 1}


def test_a_suppliers_sheet_is_what_the_ledger_owes_him(shop) -> None:
    """A carrier is a supplier too: what his bill added to 应付账款, line by line."""
    shop.express("Z9", 450)
    shop.write(lambda c: post_freight(c, "2026-11-30"))
    sheet = shop.write(lambda c: sheets.draw_up(c, Party("supplier", "中通快递"), "2026-11"))
    assert [(line.component, line.amount_fen) for line in sheet.lines] == [("应付账款-货款", -450)]
