"""A day on which everything that stock can do happens once."""

from storage.erp.catalog.sets import Member, StockSet, write_sets
from storage.erp.channels.publish import publish_stock, write_rules
from storage.erp.channels.shares import ChannelRule
from storage.erp.stock.book import (
    Details,
    Document,
    MoveRow,
    Piece,
    ReservationLine,
    record_moves,
    reserve_many,
)
from storage.erp.stock.counts import Counted, post_count
from storage.erp.stock.history import take_snapshot
from storage.erp.stock.holds import Hold, check_shelf_life, place_hold, release_hold
from storage.erp.stock.limits import StockLimit, set_limits, watch_limits
from storage.erp.stock.picking import Rule
from storage.erp.stock.places import Place, set_places
from storage.erp.stock.tracking import add_lots, start_following
from storage.erp.stock.transfers import send_transfer, settle_transfer

DAY = "2026-11-21"


def paper(doc_id: str) -> Document:
    """A document of the file that these books come from."""
    return Document(doc_id, f"{DAY} 09:00:00", "sha", 1)


def busy_day(books) -> None:
    """Receipts by lot and serial number, a debt, holds, expiry, a transfer, a count, alerts, figures for a shop."""
    receipts = [
        MoveRow("receipt", "R", code, 1, code, "supplier", "HZ", qty, 100, f"{DAY} 08:00:00", "sha", 1)
        for code, qty in (("A", 9), ("B", 6), ("S", 2))
    ]
    told = Details({receipts[0][:4]: (Piece("L1", 4), Piece("L2", 5, "A-01"))}, {receipts[2][:4]: ("S1", "S2")})
    with books.database.write() as c:
        start_following(c, [Rule("A", ship_days_min=5, near_days=20), Rule("S", by_serial=True)], DAY)
        dates = (("L1", "2026-11-24"), ("L2", "2026-12-10"))
        add_lots(c, [{"code": "A", "lot_no": lot, "expires_on": date} for lot, date in dates])
        set_places(c, [Place("CD", allows_negative=True)])
        record_moves(c, receipts, told)
        record_moves(c, [MoveRow("transfer", "X", "1", 1, "B", "CD", "loss", 2, 0, DAY, "sha", 1)])
        check_shelf_life(c, DAY)
        place_hold(c, Hold("H1", "HZ", "B", 2, "抽检", "李", DAY))
        place_hold(c, Hold("H2", "HZ", "B", 1, "抽检", "李", DAY))
        release_hold(c, "H2", "李", DAY)
        send_transfer(c, paper("T1"), "HZ", "GZ", {"A": 3, "B": 1})
        settle_transfer(c, "T1", paper("R1"), "arrived", {"A": 2, "B": 1})
        settle_transfer(c, "T1", paper("R2"), "lost", {"A": 1})
        reserve_many(c, {"o1": [ReservationLine("HZ", "B", 2)], "o2": [ReservationLine("HZ", "B", 9)]})
        post_count(c, paper("C1"), [Counted("GZ", "B", 4), Counted("HZ", "A", 1, "L2", "A-01")])
    with books.database.write() as c:
        set_limits(c, [StockLimit("HZ", "B", 9, 0, 1), StockLimit("GZ", "B", 0, 3)])
        watch_limits(c, DAY)
        write_sets(c, [StockSet("PICK", "pick_one", ((Member("A"), Member("B")),))])
    books.product("P", "A", "B", "PICK")
    with books.database.write() as c:
        write_rules(c, [ChannelRule("practice", "shop_a", mode="ratio", percent=80, formula="渠道份额 + 1")])
        publish_stock(c, DAY)
        take_snapshot(c, DAY)
