"""Freight night after night: what is read is what is new, and it says what a look at everything would have said."""

import random

import pytest
from sqlalchemy import select

from storage.database.tables import fulfilment, fulfilment_line
from storage.database.tables.ledger import jv
from storage.erp.settlement import payees
from storage.erp.settlement.freight_vouchers import drafts_of, post_freight
from storage.erp.settlement.payees import PayeeRule
from tests.storage.erp.settlement.conftest import KEYS

NIGHTS = 6
ORDERS = 5


def a_day(shop, dice: random.Random, day: int) -> None:
    """Orders that are sent, together or in two parcels, also under numbers that another carrier has; and bills, for
    parcels of this day and of earlier ones, before they left, twice, and for nobody's."""
    for place in range(ORDERS):
        no = f"{day}{place}"
        shop.order(no, ("X", 1, 5000), ("Y", 2, 300))
        left = f"2026-11-{day + dice.choice((0, 2)):02d} 18:00:00"
        number = dice.choice((f"Z{no}", f"Z{day}0"))
        carrier = dice.choice(("中通快递", "圆通速递"))
        shop.put(fulfilment, **KEYS, fulfilment_id=f"A{no}", order_no=no, carrier=carrier, waybill_no=number,
                 state=dice.choice(("shipped", "shipped", "cancelled")), cost_fen=dice.choice((0, 400)))  # fmt: skip
        shop.put(fulfilment_line, fulfilment_id=f"A{no}", sub_no=f"{no}-1", code="X", qty=1)
        shop.moved(f"A{no}", f"{no}-1", "X", 1, unit=0, at=left)
    for _ in range(ORDERS):
        number = dice.choice((f"Z{dice.randint(1, day + 1)}{dice.randrange(ORDERS)}", f"N{day}"))
        shop.express(number, dice.choice((0, 450, -50, 380)), day=f"2026-11-{day:02d}",
                     carrier=dice.choice(("中通快递", "圆通速递")))  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_each_night_says_all_that_is_new(shop, seed: int) -> None:
    """Bill by bill and parcel by parcel, whichever comes first."""
    dice, posted = random.Random(seed), 0
    for day in range(1, NIGHTS + 1):
        a_day(shop, dice, day)
        until = f"2026-11-{day:02d}"
        known = set(shop.rows("SELECT source_type, source_id, kind FROM jv"))
        whole = shop.read(lambda c, until=until: drafts_of(c, until, None))
        fresh = [one for one in whole if (one.source_type, one.source_id, one.kind) not in known]
        posted += shop.write(lambda c, until=until: post_freight(c, until))
        told = shop.read(lambda c: [tuple(row) for row in c.execute(
            select(jv.c.source_type, jv.c.source_id, jv.c.kind, jv.c.document_day, jv.c.words))])  # fmt: skip
        new = sorted(row for row in told if row[:3] not in known)
        assert new == sorted((d.source_type, d.source_id, d.kind, d.day, d.words) for d in fresh)
        assert shop.write(lambda c, until=until: post_freight(c, until)) == 0
    assert posted > 3 * NIGHTS


def test_a_bill_of_nothing_ends_an_estimate(shop) -> None:
    """The carrier carries for free: there is no voucher of the bill, and what was reckoned is taken back."""
    shop.order("1", ("X", 1, 5000))
    shop.parcel("1", "Z1", ("1-1", "X", 1))
    assert shop.write(lambda c: post_freight(c, "2026-11-30")) == 1
    shop.express("Z1", 0)
    assert shop.write(lambda c: post_freight(c, "2026-11-30")) == 1
    assert shop.rows("SELECT kind FROM jv ORDER BY no") == [("freight_estimate",), ("freight_release",)]


def test_commissions_that_come_later_know_what_was_shared_out(shop) -> None:
    """What comes back goes to those who had it, though a night reads only its own lines; a sub-order's number will do
    to find the product."""
    rules = {"爆款": ("PX", {"达人甲": 6000, "招商乙": 4000}), "全部": ("", {"机构": 10_000})}
    for name, (product, shares) in rules.items():
        said = PayeeRule(name, "affiliate", "", "", product, "2026-11-01", "", shares, "运营小赵")
        shop.write(lambda c, said=said: payees.add_rule(c, said))
    shop.order("1", ("X", 1, 5000))
    shop.order("2", ("X", 1, 5000), ("Y", 1, 100))
    shop.bill("affiliate", -1000, "1")
    assert shop.write(payees.share_out).created == 2
    shop.bill("affiliate", -200, "2")
    shop.bill("affiliate", -100, "2-1")
    shop.bill("refund_affiliate", 500, "1", day="2026-11-20")
    counts = shop.write(payees.share_out)
    assert (counts.created, counts.same) == (5, 1)
    shares = shop.rows("SELECT order_no, amount_fen, payee FROM payee_share ORDER BY order_no, amount_fen")
    assert shares == [("1", -600, "达人甲"), ("1", -400, "招商乙"), ("1", 200, "招商乙"), ("1", 300, "达人甲"),
                      ("2", -200, "机构"), ("2-1", -60, "达人甲"), ("2-1", -40, "招商乙")]  # fmt: skip
