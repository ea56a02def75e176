"""What the checks on products and the log find when it is broken, and that they find nothing else."""

import pytest

from storage.database.tables.products import activity_offer
from storage.erp.channels.publish import publish_stock, write_rules
from storage.erp.channels.shares import ChannelRule
from storage.erp.invariants.products import CHECKS
from storage.erp.invariants.verify import INVARIANTS
from storage.erp.products import prices
from storage.erp.products.prices import Price
from storage.erp.stock.book import MoveRow, record_moves


@pytest.fixture
def shared(shop):
    """A code that two shops share half and half, and a third shows in ratio mode on top of it."""
    shop.sku("A", cost_fen=100, stock=11)
    names = ("shop_a", "shop_b", "shop_c")
    for number, name in enumerate(names):
        shop.listed(str(number), "A", shop=name, platform_stock=0)
    rules = [ChannelRule("practice", name, "A", "ratio" if name == "shop_c" else "exclusive", 50, presale_qty=3)
             for name in names]  # fmt: skip
    shop.write(lambda c: write_rules(c, rules))
    shop.write(lambda c: publish_stock(c, "2026-11-21"))
    return shop


def test_published_figures_hold_while_stock_moves(shared) -> None:
    """I-23 finds nothing after publishing, nor when goods left since, nor after publishing again; presale is apart."""
    for number, qty in enumerate((3, 1, 2, 5)):
        assert shared.read(CHECKS["I-23"]) == []
        gone = MoveRow("count", f"K{number}", "1", 1, "A", "HZ", "loss", qty, 0, "2026-11-21", "sha", 1)
        shared.write(lambda c, gone=gone: record_moves(c, [gone]))
        assert shared.read(CHECKS["I-23"]) == []
        shared.write(lambda c: publish_stock(c, "2026-11-21"))
    assert shared.sound()


BROKEN = {
    "I-23": "UPDATE channel_stock SET qty = qty + 7 WHERE shop = 'shop_a'",
    "I-24": "UPDATE activity_offer SET issued = 2, used = 2",
    "PIM-18": "UPDATE price SET valid_from = '2026-01-01 00:00:00'",
    "SEC-03": "UPDATE audit_log SET who = 'nobody' WHERE seq = 2",
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_each_breach_is_found_by_its_check(shared, name: str) -> None:
    """Breaking one thing behind the program's back is found, and nothing was found before."""
    first = Price("1", "A", "retail", 100, valid_from="2026-01-01", valid_to="2026-02-01")
    for row in (first, first._replace(price_id="2", valid_from="2026-02-01", valid_to="2026-03-01")):
        shared.write(lambda c, row=row: prices.save(c, row, who="anna"))
    offer = {"activity_id": "HD", "platform": "practice", "shop": "s", "platform_sku": "1", "quota": 5}
    shared.write(lambda c: c.execute(activity_offer.insert(), [offer]))
    assert shared.read(CHECKS[name]) == []
    shared.write(lambda c: c.exec_driver_sql(BROKEN[name]))
    assert shared.read(CHECKS[name]) != []


def test_every_check_runs_with_the_others() -> None:
    """All of them are among the invariants of `verify`, each broken once above."""
    assert set(CHECKS) == set(BROKEN)
    assert set(CHECKS) <= set(INVARIANTS)
