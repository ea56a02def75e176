"""Frozen goods: a hold is a reservation of nobody's order, so that whatever is sold counts without it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.database.tables import quant
from storage.database.tables.lots import cell, lot, place_rule, stock_alert, stock_hold
from storage.erp.stock.errors import ReservationConflict
from storage.erp.stock.model import HOLD_OWNER, UNSELLABLE_KINDS, Missing, ReservationLine, Reserved, Short
from storage.erp.stock.picking import frozen_lots, rules_of, usable
from storage.erp.stock.reservations import give_up, void
from storage.erp.stock.reserving import reserve


@dataclass(frozen=True)
class Hold:
    """Freeze `qty` pieces (of one lot, or of any when `lot_no` is ""), who wants it, since when and why."""

    hold_id: str
    warehouse: str
    code: str
    qty: int
    reason: str
    placed_by: str
    placed_on: str
    lot_no: str = ""
    kind: str = "manual"

    @property
    def owner(self) -> str:
        """The owner of the reservation that does the freezing."""
        return HOLD_OWNER + self.hold_id


def place_hold(connection: Connection, hold: Hold) -> Reserved | Short:
    """Freeze goods that are free, or nothing; the same hold again changes nothing.

    Raises ReservationConflict if this hold_id froze something else, ReservationEnded if it was released.
    """
    if hold.lot_no:
        free = _lot_qty(connection, hold) - frozen_lots(connection, hold.warehouse, hold.code).get(hold.lot_no, 0)
        if free < hold.qty and not _is_placed(connection, hold):
            return Short((Missing(hold.warehouse, hold.code, hold.qty, free),))
    answer = reserve(connection, hold.owner, [ReservationLine(hold.warehouse, hold.code, hold.qty)])
    if isinstance(answer, Reserved) and answer.created:
        names = ("hold_id", "warehouse", "code", "lot_no", "qty", "kind", "reason", "placed_by", "placed_on")
        connection.execute(stock_hold.insert(), [{name: getattr(hold, name) for name in names}])
    return answer


def release_hold(connection: Connection, hold_id: str, released_by: str, released_on: str) -> bool:
    """Thaw what a hold froze; False if it was released before. Raises ReservationConflict if there is no such hold."""
    h = stock_hold.c
    mine = connection.execute(select(h.released_on).where(h.hold_id == hold_id)).first()
    if mine is None:
        raise ReservationConflict(HOLD_OWNER + hold_id)
    if mine.released_on:
        return False
    void(connection, HOLD_OWNER + hold_id)
    values = {"released_by": released_by, "released_on": released_on}
    connection.execute(stock_hold.update().where(h.hold_id == hold_id).values(values))
    return True


def _lot_qty(connection: Connection, hold: Hold) -> int:
    c = cell.c
    query = select(func.sum(c.on_hand)).where(
        c.warehouse == hold.warehouse, c.code == hold.code, c.lot_no == hold.lot_no
    )
    return int(connection.execute(query).scalar() or 0)


def _is_placed(connection: Connection, hold: Hold) -> bool:
    return connection.execute(select(stock_hold.c.qty).where(stock_hold.c.hold_id == hold.hold_id)).first() is not None


# --- shelf life ------------------------------------------------------------------------------------------------------


class LotInStock(NamedTuple):
    """A lot in one warehouse, all its bins together."""

    warehouse: str
    code: str
    lot_no: str
    expires_on: str
    qty: int


@dataclass(frozen=True)
class ShelfLife:
    """What a day's look at the dates did: holds placed, orders whose goods may not be shipped any more, warnings."""

    holds: tuple[str, ...]
    given_up: tuple[str, ...]
    warned: int


def check_shelf_life(connection: Connection, day: str) -> ShelfLife:
    """Freeze every lot that may not be shipped any more on `day`, and warn of those that soon may not.

    Goods of such a lot that were promised already are given up, the youngest order first: the caller lets their
    parcels go (`allocation.release.cancel_parcels`). A second look on the same day changes nothing.
    """
    holds: list[str] = []
    given_up: list[str] = []
    rules = rules_of(connection)
    warned = 0
    for one in _dated_lots(connection):
        rule = rules[one.code]
        if not usable(one.expires_on, day, rule.ship_days_min):
            hold = _freeze(connection, one, day, given_up)
            holds += [hold] if hold else []
        elif not usable(one.expires_on, day, rule.ship_days_min + rule.near_days):
            warned += _warn(connection, one, day)
    _close_warnings(connection, day)
    return ShelfLife(tuple(holds), tuple(given_up), warned)


def _dated_lots(connection: Connection) -> list[LotInStock]:
    c, t, p = cell.c, lot.c, place_rule.c
    query = (
        select(c.warehouse, c.code, c.lot_no, t.expires_on, func.sum(c.on_hand))
        .join(lot, and_(t.code == c.code, t.lot_no == c.lot_no))
        .outerjoin(place_rule, p.warehouse == c.warehouse)
        .where(c.on_hand > 0, t.expires_on != "", func.coalesce(p.kind, "own").not_in(UNSELLABLE_KINDS))
        .group_by(c.warehouse, c.code, c.lot_no, t.expires_on)
        .order_by(c.warehouse, c.code, c.lot_no)
    )
    return [LotInStock(*row[:4], int(row[4])) for row in connection.execute(query)]


def _freeze(connection: Connection, one: LotInStock, day: str, given_up: list[str]) -> str:
    """The hold's id, "" when all of the lot is frozen already."""
    wanted = one.qty - frozen_lots(connection, one.warehouse, one.code).get(one.lot_no, 0)
    if wanted <= 0:
        return ""
    free = _free(connection, one)
    if free < wanted:
        given_up += give_up(connection, one.warehouse, one.code, wanted - free)
        wanted = min(wanted, _free(connection, one))
    if wanted <= 0:
        return ""
    hold_id = f"expiry/{one.warehouse}/{one.code}/{one.lot_no}/{day}"
    reason = f"批次 {one.lot_no} 有效期至 {one.expires_on}，{day} 起不能再发"
    hold = Hold(hold_id, one.warehouse, one.code, wanted, reason, "yeban", day, one.lot_no, "expiry")
    place_hold(connection, hold)
    return hold_id


def _free(connection: Connection, one: LotInStock) -> int:
    q = quant.c
    query = select(q.on_hand - q.reserved).where(q.warehouse == one.warehouse, q.code == one.code)
    return int(connection.execute(query).scalar() or 0)


def _warn(connection: Connection, one: LotInStock, day: str) -> int:
    """One open warning for a lot, however often it is looked at; 1 if it is new."""
    a = stock_alert.c
    side = f"near_expiry/{one.lot_no}"
    same = (a.warehouse == one.warehouse, a.code == one.code, a.side == side)
    known = connection.execute(select(a.closed_on).where(*same)).scalars().all()
    if "" in known:
        return 0
    message = f"{one.warehouse} 的 {one.code} 批次 {one.lot_no} 有效期至 {one.expires_on}，还有 {one.qty} 件"
    row = {"warehouse": one.warehouse, "code": one.code, "side": side, "n": len(known) + 1, "opened_on": day,
           "qty": one.qty, "message": message}  # fmt: skip
    connection.execute(stock_alert.insert(), [row])
    return 1


def _close_warnings(connection: Connection, day: str) -> None:
    """A warning about a lot that is gone, or frozen by now, is over."""
    a = stock_alert.c
    there: set[tuple[str, str, str]] = set()
    for one in _dated_lots(connection):
        if frozen_lots(connection, one.warehouse, one.code).get(one.lot_no, 0) < one.qty:
            there.add((one.warehouse, one.code, f"near_expiry/{one.lot_no}"))
    open_ones = select(a.warehouse, a.code, a.side, a.n).where(a.closed_on == "", a.side.like("near_expiry/%"))
    for row in _gone(connection.execute(open_ones).all(), there):
        same = (a.warehouse == row[0], a.code == row[1], a.side == row[2], a.n == row[3])
        connection.execute(stock_alert.update().where(*same).values(closed_on=day))


def _gone(
    rows: Iterable[tuple[str, str, str, int]], there: set[tuple[str, str, str]]
) -> list[tuple[str, str, str, int]]:
    return [row for row in rows if (row[0], row[1], row[2]) not in there]
