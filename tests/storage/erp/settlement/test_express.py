"""Express bills against parcels, and what after-sales cost."""

from pathlib import Path

import pytest

from storage.archive import Archive
from storage.database.tables.products import variant
from storage.database.tables.purchasing import rma
from storage.documents.file import SourceFile
from storage.documents.taught import FOLDER
from storage.documents.teaching import Choices, keep, proposed
from storage.erp.finance.post_events import post_events
from storage.erp.settlement import aftersales
from storage.erp.settlement.aftersales import cost_by_reason, effect, reason_in, tag
from storage.erp.settlement.components import AFTERSALE
from storage.erp.settlement.errors import ComponentUnknown
from storage.erp.settlement.express import grams, match_express, take_express_bills, unmatched
from storage.erp.settlement.facts import total
from storage.erp.settlement.pool import read_pool
from storage.erp.settlement.profit import by_order
from storage.ingest import ingest

BILL = """中通快递对账单 2026年11月,,,,,
快递公司,运单号,业务日期,目的地,计费重量,运费
中通快递,7700000001,2026-11-06,浙江,1.5,4.50
中通快递,7700000002,2026-11-06,广东,3.2,8.00
圆通速递,7700000003,2026-11-07,北京,1,3.00
中通快递,7700000009,2026-11-07,北京,1,9.99
"""


def parcels(shop) -> None:
    """Three parcels: 1.2 kg, 1 kg, and one that the books have under another carrier."""
    shop.order("1", ("X", 2, 5000), ("Y", 1, 2000), ("Y", 1, 1000))
    shop.parcel("1", "7700000001", ("1-1", "X", 2))
    shop.parcel("1", "7700000002", ("1-2", "Y", 1))
    shop.parcel("1", "7700000003", ("1-3", "Y", 1))


@pytest.mark.function("RPA-02")
def test_a_carriers_bill_is_matched_to_parcels(shop, tmp_path: Path) -> None:
    """From the file: matched by carrier and number, what nobody sent is listed, weight charged too much is flagged."""
    parcels(shop)
    archive = Archive(tmp_path / "archive")
    text = proposed(SourceFile("bill.csv", BILL.encode()), Choices("express_zto", key=("运单号",)))
    keep(text, archive.root.parent / FOLDER, "express_zto")
    taken = ingest(shop.database, archive, BILL.encode(), shop="A")
    assert (taken.state, taken.kind, taken.created) == ("read", "express_zto", 4), taken.message
    assert [shop.write(take_express_bills).created for _ in range(2)] == [4, 0]
    for code, weight in (("X", 600), ("Y", 1000)):
        shop.put(variant, code=code, combination=code, weight_g=weight)
    charges = shop.read(lambda c: match_express(c, read_pool(c)))
    assert [(one.waybill_no[-1], one.outcome, one.amount_fen, one.over_g) for one in charges] == [
        ("1", "matched", 450, 200), ("2", "matched", 800, 2100), ("9", "unmatched", 999, 0),
        ("3", "other_carrier", 300, 0),
    ]  # fmt: skip
    assert [one.words for one in unmatched(charges)] == [
        "中通快递 7700000009 运费 ¥9.99：没有这个单号的包裹，请快递公司举证或查补发记录"
    ]
    assert "计费 3200 克，实物 1000 克，多计 2100 克" in charges[1].words
    billed = shop.rows("SELECT sum(amount_fen) FROM express_bill_line")[0][0]
    estimated = 3 * 400
    facts = shop.gather().facts
    assert total([fact for fact in facts if fact.basis != "estimate"], "freight") == estimated - billed
    assert total(facts, "freight") == -billed


def test_a_parcel_billed_twice_is_said(shop) -> None:
    """The same fee of the same parcel on a second bill is a cost, and called what it is."""
    parcels(shop)
    shop.express("7700000001", 450)
    shop.express("7700000001", 450, day="2026-11-29")
    shop.express("7700000001", 100, fee="偏远附加费")
    charges = shop.read(lambda c: match_express(c, read_pool(c)))
    assert [one.outcome for one in charges] == ["matched", "matched", "billed_twice"]


@pytest.mark.parametrize(
    ("said", "found"), [("1.25", 1250), ("0.5kg", 500), ("", 0), ("3", 3000), ("无", 0), (150, 1500)]
)
def test_weights_as_carriers_write_them(said: str | int, found: int) -> None:
    """Kilograms to grams, exact; what is no weight is none."""
    assert grams(said) == found


def after(shop) -> None:
    """An order with a mis-shipment: compensation, return freight, goods back at cost, goods sent again; and fines."""
    shop.order("1", ("X", 1, 5000))
    shop.order("2", ("X", 1, 5000))
    shop.parcel("1", "Z1", ("1-1", "X", 1), unit=310, cost=0)
    shop.refund("R1", "1", 1500)
    shop.bill("compensation", -800, "1", remark="发错颜色，小额打款")
    shop.bill("return_freight", -1200, "1")
    shop.bill("penalty", -500, "2", remark="虚假发货")
    shop.bill("compensation", -90)
    shop.put(rma, rma_id="M1", platform="practice", shop="A", order_no="1", kind="resend", replacement_no="1R",
             responsible="错发")  # fmt: skip
    ours = {"platform": "aftersale"}
    shop.order("1R", ("X", 1, 0), finished="", **ours)
    shop.parcel("1R", "Z2", ("1R-1", "X", 1), unit=320, cost=0, **ours)


@pytest.mark.function("FMS-63", "AS-23")
def test_after_sale_costs_are_told_by_reason(shop) -> None:
    """Σ reasons is the cost of after-sales, which is the statements' and the goods'; nobody's reason is visible."""
    after(shop)
    facts = shop.gather().facts
    why = shop.read(aftersales.reasons)
    found = {reason: total(of) for reason, of in cost_by_reason(facts, why).items()}
    assert found == {"mis_ship": -800 - 1200 - 320, "unsaid": -500 - 90}
    (bill,) = shop.rows(
        "SELECT sum(amount_fen) FROM bill_line WHERE fee_type IN ('compensation', 'penalty', 'return_freight')"
    )[0]
    assert sum(found.values()) == sum(total(facts, name) for name in AFTERSALE) == bill - 320
    assert why["practice", "A", "1"].words == "售后单 M1 判定为错发"
    shop.write(lambda c: post_events(c, "2026-11-30"))
    (booked,) = shop.rows("SELECT sum(cr_fen - dr_fen) FROM jv_line WHERE account IN ('660106', '671101', '660108')")[0]
    assert booked == sum(found.values()) + 320


def test_a_persons_word_on_the_reason_counts(shop) -> None:
    """What a person says last counts before what the return or a remark says; an unknown word is refused."""
    after(shop)
    order = ("practice", "A", "1")
    for _ in range(2):
        shop.write(lambda c: tag(c, order, "quality", "开线", "客服小李"))
    shop.write(lambda c: tag(c, order, "transport", "快递压坏", "客服小李"))
    assert shop.read(aftersales.reasons)[order] == ("transport", "客服小李：快递压坏")
    assert shop.rows("SELECT count(*) FROM aftersale_reason") == [(2,)]
    with pytest.raises(ComponentUnknown):
        shop.write(lambda c: tag(c, order, "天气", "", "客服小李"))


@pytest.mark.parametrize(
    ("remark", "reason"),
    [
        ("商家漏发一件", "short_ship"),
        ("少件补偿", "short_ship"),
        ("快递破损", "transport"),
        ("有瑕疵", "quality"),
        ("补偿", ""),
    ],
)
def test_remarks_that_say_why(remark: str, reason: str) -> None:
    """Words of remarks by reason; a remark without one says nothing."""
    assert reason_in(remark)[0] == reason


@pytest.mark.function("AS-22")
def test_an_after_sale_restates_the_orders_profit(shop) -> None:
    """Before, what the after-sale did by part, and after: and the orders still sum to all facts."""
    after(shop)
    books = shop.gather()
    orders = by_order(books.facts)
    effects = {key: effect(key, facts) for key, facts in orders.items()}
    mine = effects["practice", "A", "1"]
    assert (mine.before_fen, mine.effect_fen, mine.after_fen) == (5000 - 310, -1500 - 800 - 1200 - 320, 870)
    assert dict(mine.parts) == {"refund": -1500, "compensation": -800, "return_freight": -1200, "resend_cost": -320}
    assert sum(one.after_fen for one in effects.values()) == total(books.facts)


@pytest.mark.function("AS-24")
def test_freight_insurance_by_order_is_the_bills(shop) -> None:
    """Premiums and claims stand with their orders and sum to the statement's 运费险."""
    shop.order("1", ("X", 1, 5000))
    shop.bill("freight_insurance", -50, "1")
    shop.bill("freight_insurance", 900, "1", day="2026-11-20")
    shop.bill("freight_insurance", -60, "2")
    orders = {key[2]: total(facts, "insurance") for key, facts in by_order(shop.gather().facts).items()}
    assert orders == {"1": 850, "2": -60}
    assert sum(orders.values()) == shop.rows("SELECT sum(amount_fen) FROM bill_line")[0][0]
