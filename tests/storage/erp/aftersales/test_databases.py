"""Buying and after-sales on SQLite and on PostgreSQL: the same story leaves the same books."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from storage.database.connection import open_database
from storage.database.digest import digests
from storage.database.tables.purchasing import promotion, promotion_code, supplier, supply_rule
from storage.erp.aftersales import requests
from storage.erp.aftersales.errors import ReturnTooLarge
from storage.erp.aftersales.night import follow_up
from storage.erp.aftersales.receiving import receive_return
from storage.erp.finance.post_events import post_events
from storage.erp.purchasing import orders
from storage.erp.purchasing.inbound import Receipt, ReceivedLine
from storage.erp.purchasing.night import plan_purchases
from storage.erp.purchasing.overstock import overstock
from storage.erp.purchasing.promotions import plan_promotion
from storage.reports import REPORTS, Period
from tests.storage.erp.aftersales.conftest import NIGHT, Shop, asked

LATER = "2026-11-25"
TABLES = ("command", "inbound", "inbound_line", "move", "order_event", "order_line", "planned_order", "platform_order",
          "purchase_line", "purchase_order", "purchase_plan", "purchase_suggestion", "quant", "receipt", "receipt_line",
          "reorder_alert", "reservation", "rma", "rma_line", "forecast", "forecast_quantile")  # fmt: skip


def play(shop: Shop) -> dict[str, str]:
    """Orders that ship and come back, a plan, an order that arrives in parts, a promotion; the digests of the books."""
    for number, code in enumerate("ABCABC", start=1):
        shop.order(str(number), (code, number, 1000), ("A", 1, 500))
    shop.ship()
    for number, kind in enumerate(("return", "exchange", "resend"), start=1):
        shop.write(lambda c, n=number, k=kind: requests.request(c, asked(f"T{n}", str(n), k)))
        shop.write(lambda c, n=number: requests.approve(c, f"T{n}", "李", f"{NIGHT} 10:00:00"))
    with pytest.raises(ReturnTooLarge):
        shop.write(lambda c: requests.request(c, asked("T9", "1", lines={"1-1": 2})))
    for number in (1, 2):
        came = Receipt(
            f"R{number}", f"T{number}", f"{LATER} 10:00:00", (ReceivedLine(f"{number}-1", "good", 1),), "sha", 3
        )
        shop.write(lambda c, came=came: receive_return(c, came))
    rules = [{"code": code, "warehouse": "H", "supplier": "S1", "lead_days": 3, "price_fen": 500} for code in "ABC"]
    shop.write(lambda c: c.execute(supply_rule.insert(), rules))
    shop.write(lambda c: c.execute(supplier.insert(), [{"supplier": "S1", "name": "一号", "pay_days": 30}]))
    bought = shop.write(lambda c: plan_purchases(c, "2026-11-24"))
    again = shop.write(lambda c: plan_purchases(c, "2026-11-24"))
    assert again == bought._replace(drafts=0, opened=0)
    po_id = shop.rows("SELECT po_id FROM purchase_order WHERE state = 'draft' ORDER BY po_id")[0][0]
    shop.write(lambda c: orders.approve(c, str(po_id), "王"))
    shop.write(lambda c: orders.record_sent(c, str(po_id), "2026-11-24", "王"))
    shop.write(lambda c: orders.notify(c, "ASN1", str(po_id), LATER, {"A": 2}))
    told = Receipt("R3", "ASN1", f"{LATER} 11:00:00", (ReceivedLine("A", "good", 1),), "sha", 4)
    shop.write(lambda c: orders.receive(c, told))
    shop.write(lambda c: c.execute(promotion.insert(), [{"promotion_id": "P", "first_day": LATER, "last_day": LATER}]))
    shop.write(lambda c: c.execute(promotion_code.insert(), [{"promotion_id": "P", "code": "A"}]))
    assert len(shop.write(lambda c: plan_promotion(c, "P", "2026-11-24")).lines) == 3
    assert shop.write(lambda c: overstock(c, "2026-11-24")) == []
    first = shop.write(lambda c: follow_up(c, LATER))
    assert shop.write(lambda c: follow_up(c, LATER)) == first._replace(asked=0, refunded=0, taken_in=0, replacements=0)
    with shop.database.read() as connection:
        assert REPORTS["replenishment"](connection, Period(NIGHT, "2026-11-23")).rows
        assert REPORTS["forecast"](connection, Period(NIGHT, "2026-11-23")).rows
    shop.sound()
    return {name: found for name, found in shop.write(digests).items() if name in TABLES}


def race(shop: Shop) -> list[str]:
    """Two people ask at the same moment for the last piece of an order; what each was told, sorted."""
    shop.order("9", ("C", 1, 100))
    shop.ship("2026-11-26")
    ready = Barrier(2)

    def ask(rma_id: str) -> str:
        ready.wait()
        try:
            shop.write(lambda c: requests.request(c, asked(rma_id, "9")))
        except ReturnTooLarge:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(ask, ("T98", "T99")))


@pytest.mark.postgres
def test_both_databases_end_with_the_same_books(shop: Shop, postgres_url: str) -> None:
    """A story of buying and returning leaves the same rows in both; no piece comes back twice."""
    other = Shop(open_database(postgres_url))
    other.lay_out()
    found = play(other)
    assert race(other) == ["refused", "taken"]
    other.database.close()
    assert play(shop) == found
    assert race(shop) == ["refused", "taken"]


def test_the_ledger_takes_purchases_returns_and_what_is_sent_instead(shop: Shop) -> None:
    """No document waits: receipts are owed to their supplier, returns come back at cost, replacements are a cost."""
    play(shop)
    shop.ship(LATER)
    shop.write(lambda c: follow_up(c, LATER))
    assert shop.write(lambda c: post_events(c, "2026-12-31")).waiting == ()
    balances = shop.rows(
        "SELECT v.kind, l.account, sum(l.dr_fen - l.cr_fen), max(l.party) FROM jv v JOIN jv_line l ON l.no = v.no "
        "WHERE v.kind IN ('receipt', 'return', 'cost') GROUP BY v.kind, l.account ORDER BY v.kind, l.account"
    )
    assert balances == [
        ("cost", "1406", -2300, ""),
        ("cost", "6401", 2300, ""),
        ("receipt", "1405", 500, ""),
        ("receipt", "220202", -500, "S1"),
        ("return", "1405", 3250, ""),
        ("return", "1406", -3250, ""),
    ]


def test_the_night_leaves_refunds_with_the_bots(shop: Shop) -> None:
    """Publishing the night's other worklists does not take a refund back, and the bots' next answer ends it."""
    shop.order("1", ("A", 1, 1000))
    shop.ship()
    shop.write(lambda c: requests.request(c, asked("T1", "1", policy="at_once")))
    shop.write(lambda c: requests.approve(c, "T1", "李", f"{NIGHT} 10:00:00"))
    shop.ship(LATER)
    assert shop.refunds() == {"T1": ("published", 1000)}
    shop.answer("done", night=LATER)
    assert shop.write(lambda c: follow_up(c, LATER)).refunded == 1
    assert shop.write(lambda c: follow_up(c, LATER)).refunded == 0
