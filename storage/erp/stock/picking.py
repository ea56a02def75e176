"""Which lots goods are taken from: first expired first out, or first in first out; never what may not be shipped.

A lot may be shipped while it has `ship_days_min` days of shelf life left (the last day counts) and as far as it is not
frozen. Goods that left although no such lot was there (a bot said so) are booked from the others, in the same order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.database.tables.lots import cell, lot, stock_hold, stock_rule
from storage.erp.stock.errors import LotShort
from storage.erp.stock.model import Piece

FAR = "9999-12-31"


@dataclass(frozen=True)
class Rule:
    """How one code is followed; days are whole days. `strategy`: fefo | fifo."""

    code: str
    by_serial: bool = False
    strategy: str = "fefo"
    shelf_days: int = 0
    ship_days_min: int = 0
    near_days: int = 0

    def row(self) -> dict[str, object]:
        """As the table holds it."""
        return {**asdict(self), "by_serial": int(self.by_serial)}


class Lying(NamedTuple):
    """A lot in a bin: pieces, and what its turn depends on."""

    lot_no: str
    bin: str
    qty: int
    expires_on: str
    received_on: str


def rules_of(connection: Connection, codes: Iterable[str] | None = None) -> dict[str, Rule]:
    """The rules of these codes (all of them without `codes`), by code."""
    wanted = None if codes is None else set(codes)
    return {
        row.code: Rule(row.code, bool(row.by_serial), row.strategy, row.shelf_days, row.ship_days_min, row.near_days)
        for row in connection.execute(select(stock_rule))
        if wanted is None or row.code in wanted
    }


def usable(expires_on: str, day: str, ship_days_min: int) -> bool:
    """Whether a lot may still be shipped on `day`; a lot without an expiry date always may."""
    if not expires_on:
        return True
    return date.fromisoformat(day) + timedelta(days=ship_days_min) <= date.fromisoformat(expires_on)


def order_of(rule: Rule, lots: Iterable[Lying]) -> list[Lying]:
    """The lots in the order in which they are taken. Pure; ties by what came first, then lot and bin."""
    by_expiry = rule.strategy == "fefo"
    return sorted(
        lots, key=lambda one: (one.expires_on or FAR if by_expiry else "", one.received_on, one.lot_no, one.bin)
    )


def take(lots: Iterable[Lying], qty: int) -> list[Piece]:
    """As many pieces as are there, up to `qty`, from the first lots on. Pure."""
    pieces: list[Piece] = []
    for one in lots:
        taken = min(one.qty, qty)
        if taken > 0:
            pieces.append(Piece(one.lot_no, taken, one.bin))
            qty -= taken
    return pieces


def plan(connection: Connection, rule: Rule, warehouse: str, qty: int, day: str) -> list[Piece]:
    """What a picker is told to take: only lots that may be shipped, possibly fewer pieces than asked for."""
    good, _ = _lying(connection, rule, warehouse, day)
    return take(good, qty)


def pick(connection: Connection, rule: Rule, warehouse: str, qty: int, day: str) -> tuple[Piece, ...]:
    """What goods that leave are booked from. Raises LotShort if all lots together have not that much."""
    good, rest = _lying(connection, rule, warehouse, day)
    pieces = take(good, qty)
    pieces += take(rest, qty - sum(piece.qty for piece in pieces))
    got: dict[tuple[str, str], int] = defaultdict(int)
    for piece in pieces:
        got[piece.lot_no, piece.bin] += piece.qty
    if sum(got.values()) != qty:
        raise LotShort(warehouse, rule.code, "", "", qty)
    return tuple(Piece(lot_no, taken, name) for (lot_no, name), taken in got.items())


def _lying(connection: Connection, rule: Rule, warehouse: str, day: str) -> tuple[list[Lying], list[Lying]]:
    """What may be shipped, and what lies there besides, each in the order of the rule."""
    c, t = cell.c, lot.c
    query = (
        select(c.lot_no, c.bin, c.on_hand, func.coalesce(t.expires_on, ""), func.coalesce(t.received_on, ""))
        .outerjoin(lot, and_(t.code == c.code, t.lot_no == c.lot_no))
        .where(c.warehouse == warehouse, c.code == rule.code, c.on_hand > 0)
    )
    frozen = dict(frozen_lots(connection, warehouse, rule.code))
    good, rest = [], []
    for one in order_of(rule, (Lying(*row) for row in connection.execute(query))):
        bad = one.qty
        if usable(one.expires_on, day, rule.ship_days_min):
            bad = min(one.qty, frozen.get(one.lot_no, 0))
            frozen[one.lot_no] = frozen.get(one.lot_no, 0) - bad
        good.append(one._replace(qty=one.qty - bad))
        rest.append(one._replace(qty=bad))
    return good, rest


def unshippable(connection: Connection, day: str) -> dict[tuple[str, str], int]:
    """Pieces by (warehouse, code) of lots that may not be shipped on `day` any more and are not frozen yet."""
    c, t = cell.c, lot.c
    rules, found = rules_of(connection), defaultdict[tuple[str, str], int](int)
    lying = (
        select(c.warehouse, c.code, c.lot_no, t.expires_on, func.sum(c.on_hand))
        .join(lot, and_(t.code == c.code, t.lot_no == c.lot_no))
        .where(c.on_hand > 0, t.expires_on != "")
        .group_by(c.warehouse, c.code, c.lot_no, t.expires_on)
    )
    for warehouse, code, lot_no, expires_on, qty in connection.execute(lying).all():
        if code in rules and not usable(expires_on, day, rules[code].ship_days_min):
            found[warehouse, code] += int(qty) - frozen_lots(connection, warehouse, code).get(lot_no, 0)
    return {key: qty for key, qty in found.items() if qty > 0}


def frozen_lots(connection: Connection, warehouse: str, code: str) -> Mapping[str, int]:
    """Frozen pieces by lot; holds that name no lot are not in it."""
    h = stock_hold.c
    query = (
        select(h.lot_no, func.sum(h.qty))
        .where(h.warehouse == warehouse, h.code == code, h.released_on == "", h.lot_no != "")
        .group_by(h.lot_no)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}
