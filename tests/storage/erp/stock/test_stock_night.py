"""The stock book's own night: given back, frozen, watched, shown and kept, once."""

from storage.database.digest import digest
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.channels.publish import write_rules
from storage.erp.channels.shares import ChannelRule
from storage.erp.stock.book import Details, MoveRow, Piece, ReservationLine, record_moves, reserve
from storage.erp.stock.limits import StockLimit, set_limits
from storage.erp.stock.night import give_back, tend
from storage.erp.stock.picking import Rule
from storage.erp.stock.reservations import set_expiry
from storage.erp.stock.tracking import add_lots, start_following

AT = "2026-11-22 00:00:00"


def lay_out(books):
    """Two lots of A, one of which may not be shipped from the 22nd on; a limit, a shop, a promise that runs out."""
    came = MoveRow("receipt", "R", "1", 1, "A", "supplier", "HZ", 3, 100, "2026-11-20 08:00:00", "sha", 1)
    with books.database.write() as c:
        start_following(c, [Rule("A")], "2026-11-20")
        dates = (("L1", "2026-11-21"), ("L2", "2027-11-30"))
        add_lots(c, [{"code": "A", "lot_no": lot, "expires_on": date} for lot, date in dates])
        record_moves(c, [came], Details({came[:4]: (Piece("L1", 1), Piece("L2", 2))}))
        set_limits(c, [StockLimit("HZ", "A", 2, 9)])
        write_rules(c, [ChannelRule("practice", "shop_a", mode="ratio")])
        reserve(c, "basket", [ReservationLine("HZ", "A", 1)])
        set_expiry(c, "basket", "2026-11-21 23:00:00")
    books.product("P", "A", platform_stock=3)
    for number in "12":
        books.order(number, ("A", 1), latest_ship_at=f"2026-11-2{number}")
    books.write(lambda c: allocate_open_orders(c, "2026-11-21"))


def test_what_may_not_be_shipped_is_given_back_before_allocation(books):
    """The promise is over, the expired lot frozen, its order open again, and the day before is kept as it ended."""
    lay_out(books)
    back = books.write(lambda c: give_back(c, AT))
    assert (back.snapshot, back.expired, back.frozen, back.cancelled) == (1, 1, 1, 0)
    assert books.rows("SELECT day, on_hand, reserved FROM stock_day") == [("2026-11-21", 3, 3)]
    assert books.rows("SELECT on_hand, reserved FROM quant") == [(3, 3)]
    assert books.write(lambda c: give_back(c, AT)) == (0, 0, 0, 0, 0)
    assert books.sound()


def test_the_stock_book_tends_itself_once(books):
    """Limits alert, the shop is asked to show what is left, an order without goods is open; again changes nothing."""
    lay_out(books)
    books.write(lambda c: c.exec_driver_sql("UPDATE lot SET expires_on = '2026-11-21'"))
    done = books.write(lambda c: tend(c, AT))
    assert (done.given_back.frozen, done.given_back.cancelled, done.published) == (2, 2, 1)
    assert done.alerts[0].startswith("HZ 的 A")
    assert books.data("SELECT data FROM command WHERE worklist = 'to_set_stock'")["库存"] == "0"
    assert "2 个子订单重新待配" in done.words()
    before = books.write(digest)
    again = books.write(lambda c: tend(c, AT))
    assert (again.given_back, again.alerts, again.published) == ((0, 0, 0, 0, 0), (), 0)
    assert books.write(digest) == before
    assert books.sound()
