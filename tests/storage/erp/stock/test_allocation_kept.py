"""What is not for everybody: safety stock, quotas of shops, lots that expire too soon, presale before its balance."""

import itertools

from storage.database.tables.review import order_detail
from storage.erp.allocation.allocate import AllocationPolicy, allocate_open_orders
from storage.erp.allocation.model import Kept, OpenLine, OpenOrder, OrderKey, Stock, Warehouse
from storage.erp.allocation.rules import allocate_best
from storage.erp.channels.publish import write_rules
from storage.erp.channels.shares import ChannelRule
from storage.erp.stock.book import Details, MoveRow, Piece, record_moves
from storage.erp.stock.limits import StockLimit, set_limits
from storage.erp.stock.picking import Rule
from storage.erp.stock.tracking import add_lots, start_following

NIGHT = "2026-11-21"


def allocate(books):
    """One run, after which the books must be sound."""
    summary = books.write(lambda c: allocate_open_orders(c, NIGHT))
    assert books.sound()
    return summary


def served(books):
    """The orders that have a parcel."""
    return [row[0] for row in books.rows("SELECT DISTINCT order_no FROM fulfilment ORDER BY order_no")]


def test_safety_stock_waits_for_orders_with_priority(books):
    """Safety stock is not given to an ordinary order, which is told so; an order with priority may take it."""
    books.stock(HZ={"A": 3})
    books.write(lambda c: set_limits(c, [StockLimit("HZ", "A", 0, 0, 2)]))
    for number in "12":
        books.order(number, ("A", 1), latest_ship_at=f"2026-11-2{number}")
    assert allocate(books).short_lines == 1
    assert served(books) == ["1"]
    words = books.data("SELECT data FROM order_event WHERE type = 'short'")["words"]
    assert "A 要 1 件，单仓最多 0 件" in words
    assert "A HZ 的安全库存 2 件" in words
    books.order("3", ("A", 2), priority=1)
    allocate(books)
    assert served(books) == ["1", "3"]


def test_a_quota_is_for_its_own_shop(books):
    """Another shop's order may not take the quota, wherever the goods lie; the shop's own may, and the rest as well."""
    books.stock(HZ={"A": 2}, GZ={"A": 1})
    books.product("P", "A")
    books.write(lambda c: write_rules(c, [ChannelRule("practice", "shop_a", "A", mode="quota", quota_qty=2)]))
    for number in "12":
        books.order(number, ("A", 1), shop="shop_b")
    assert allocate(books).short_lines == 1
    assert served(books) == ["1"]
    assert "shop_a 的额度 2 件" in books.data("SELECT data FROM order_event WHERE type = 'short'")["words"]
    books.order("3", ("A", 1), shop="shop_a", latest_ship_at="2026-11-29")
    allocate(books)
    assert served(books) == ["1", "3"]


QUOTAS = {"a": 1, "b": 2, "c": 3}


def keeps_to(got):
    """Whether what the shops a, b, c and d get leaves the others' quotas, and the one piece of safety stock, alone."""
    groups = itertools.chain.from_iterable(itertools.combinations(QUOTAS, size) for size in range(4))
    return all(
        sum(qty for shop, qty in zip("abcd", got, strict=True) if shop not in group)
        <= 8 - sum(QUOTAS[shop] for shop in group)
        for group in groups
    )


def test_several_quotas_and_safety_stock_hold_together():
    """Whoever asks: each shop leaves all other quotas and the safety stock alone, and together they get the most."""
    place, policy = Warehouse("HZ", "杭州仓", "浙江"), AllocationPolicy()
    quotas = [Kept("A", "", qty, f"{shop} 的额度", frozenset({("p", shop)})) for shop, qty in QUOTAS.items()]
    stock = Stock({("HZ", "A"): 9}, (Kept("A", "HZ", 1, "安全", priority=1), *quotas))
    for wanted in itertools.product((0, 6), repeat=4):
        orders = [
            OpenOrder(OrderKey("p", shop, f"{shop}{n}"), 0, "", "浙江", (OpenLine(f"{shop}{n}", "A", 1, (("A", 1),)),))
            for shop, qty in zip("abcd", wanted, strict=True)
            for n in range(qty)
        ]
        batch, proof = allocate_best(orders, stock, [place], policy.costs, policy)
        got = [sum(parcel.key.shop == shop for parcel in batch.parcels) for shop in "abcd"]
        possible = filter(keeps_to, itertools.product(*(range(qty + 1) for qty in wanted)))
        assert keeps_to(got)
        assert sum(got) == max(map(sum, possible)), (wanted, got)
        assert proof.bound_fen <= proof.cost_fen


def test_lots_that_expire_too_soon_are_no_stock(books):
    """A lot without enough shelf life on the night is not promised, although nobody has frozen it yet."""
    came = MoveRow("receipt", "R", "1", 1, "A", "supplier", "HZ", 3, 100, "2026-11-20 08:00:00", "sha", 1)
    with books.database.write() as c:
        start_following(c, [Rule("A", ship_days_min=10)], "2026-11-20")
        add_lots(
            c,
            [
                {"code": "A", "lot_no": lot, "expires_on": day}
                for lot, day in (("L1", "2026-11-30"), ("L2", "2026-12-01"))
            ],
        )
        record_moves(c, [came], Details({came[:4]: (Piece("L1", 2), Piece("L2", 1))}))
    for number in "12":
        books.order(number, ("A", 1))
    assert allocate(books).short_lines == 1


def test_presale_waits_for_its_balance(books):
    """An order of which only the deposit is paid takes no goods; once the balance is there it does."""
    books.stock(HZ={"A": 1})
    books.order("1", ("A", 1))
    key = {"platform": "practice", "shop": "shop_a", "order_no": "1"}
    detail = {**key, "order_type": "presale", "balance_state": "deposit_paid"}
    books.write(lambda c: c.execute(order_detail.insert(), [detail]))
    assert allocate(books).orders == 0
    books.write(lambda c: c.execute(order_detail.update().values(balance_state="balance_paid")))
    assert allocate(books).parcels == 1
