"""What stock was and how it came about: on a past day, by kind of move, how long it has lain, when it ran out."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.bulk import insert_missing
from storage.database.tables import move, quant
from storage.database.tables.lots import stock_day
from storage.erp.stock.model import VIRTUAL_PLACES

MOVE_TYPES = {
    "opening": "期初入账",
    "receipt": "采购入库",
    "return": "退货入库",
    "issue": "销售出库",
    "transfer": "调拨",
    "transfer_out": "调拨出库",
    "transfer_arrived": "调拨入库",
    "transfer_lost": "调拨丢失",
    "transfer_returned": "调拨退回",
    "transfer_surplus": "调拨多收",
    "count": "盘点差异",
    "condition": "转次品",
    "overdraft": "负库存出库",
    "repay": "负库存冲回",
}
"""What a person calls a move's type; a type that is not here is shown as it is."""

AGE_LIMITS = (30, 60, 90, 180, 365)


class JournalRow(NamedTuple):
    """One move as a warehouse's journal shows it: signed pieces and the balance after it."""

    at: str
    doc_type: str
    type_name: str
    doc_id: str
    warehouse: str
    code: str
    qty: int
    balance: int


def stock_as_of(connection: Connection, at: str) -> dict[tuple[str, str], int]:
    """Pieces by (warehouse, code) when `at` ended (a day `YYYY-MM-DD`, or a moment), from the moves; zeros left out.

    Asked again later it answers the same, unless a document was entered late: then it says what is known now.
    """
    until = f"{at} 23:59:59" if len(at) == 10 else at
    m = move.c
    total: Counter[tuple[str, str]] = Counter()
    for place, sign in ((m.to_place, 1), (m.from_place, -1)):
        query = select(place, m.code, func.sum(m.qty)).where(m.at <= until).group_by(place, m.code)
        for warehouse, code, qty in connection.execute(query):
            if warehouse not in VIRTUAL_PLACES:
                total[warehouse, code] += sign * int(qty)
    return {key: qty for key, qty in sorted(total.items()) if qty}


def take_snapshot(connection: Connection, day: str) -> int:
    """Keep what is on hand and reserved at the end of `day`; the first snapshot of a day stays. Returns new rows."""
    rows = [
        {"day": day, "warehouse": row.warehouse, "code": row.code, "on_hand": row.on_hand, "reserved": row.reserved}
        for row in connection.execute(select(quant))
    ]
    return insert_missing(connection, stock_day, rows).created


def journal(connection: Connection, warehouse: str, code: str) -> list[JournalRow]:
    """Every move of a code in or out of a warehouse, oldest first, each with its type and the balance after it."""
    m = move.c
    query = (
        select(move)
        .where(m.code == code, (m.from_place == warehouse) | (m.to_place == warehouse))
        .order_by(m.at, m.doc_type, m.doc_id, m.doc_line, m.leg)
    )
    rows, balance = [], 0
    for row in connection.execute(query):
        qty = row.qty if row.to_place == warehouse else -row.qty
        balance += qty
        name = MOVE_TYPES.get(row.doc_type, row.doc_type)
        rows.append(JournalRow(row.at, row.doc_type, name, row.doc_id, warehouse, code, qty, balance))
    return rows


def totals_by_type(connection: Connection, since: str = "", until: str = "9999") -> dict[str, tuple[int, int]]:
    """(pieces in, pieces out) of all warehouses together by type of move, in the period `since` ≤ at ≤ `until`."""
    m = move.c
    query = select(m.doc_type, m.from_place, m.to_place, func.sum(m.qty)).where(m.at >= since, m.at <= until)
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for kind, origin, target, qty in connection.execute(query.group_by(m.doc_type, m.from_place, m.to_place)):
        came, went = found[kind]
        came += 0 if target in VIRTUAL_PLACES else int(qty)
        went += 0 if origin in VIRTUAL_PLACES else int(qty)
        found[kind] = (came, went)
    return dict(sorted(found.items()))


def stock_matrix(connection: Connection) -> dict[str, dict[str, int]]:
    """Code → warehouse → pieces on hand, every warehouse that has some of anything in every row, and `合计`."""
    rows = connection.execute(select(quant.c.code, quant.c.warehouse, quant.c.on_hand)).all()
    places = sorted({row.warehouse for row in rows})
    matrix: dict[str, dict[str, int]] = {code: dict.fromkeys(places, 0) for code in sorted({row.code for row in rows})}
    for row in rows:
        matrix[row.code][row.warehouse] += row.on_hand
    return {code: {**by_place, "合计": sum(by_place.values())} for code, by_place in matrix.items()}


# --- how long goods have lain ----------------------------------------------------------------------------------------


def stock_age(connection: Connection, day: str, limits: Sequence[int] = AGE_LIMITS) -> dict[str, dict[str, int]]:
    """Code → bucket (`0-30`, `31-60` … `365+` days) → pieces, first in first out over all warehouses together.

    What is on hand is what came in last; a transfer does not make goods young, a return or a count does. The buckets
    of a code add up to what is on hand at the end of `day`.
    """
    m = move.c
    came = (
        select(m.code, m.at, func.sum(m.qty))
        .where(m.from_place.in_(VIRTUAL_PLACES), m.to_place.not_in(VIRTUAL_PLACES), m.at <= f"{day} 23:59:59")
        .group_by(m.code, m.at)
        .order_by(m.at.desc())
    )
    left: Counter[str] = Counter()
    for (_, code), qty in stock_as_of(connection, day).items():
        left[code] += qty
    ages: dict[str, dict[str, int]] = {code: dict.fromkeys(_buckets(limits), 0) for code in sorted(left)}
    for code, at, qty in connection.execute(came):
        remaining = min(left[code], int(qty))
        if remaining > 0:
            left[code] -= remaining
            ages[code][_bucket((date.fromisoformat(day) - date.fromisoformat(at[:10])).days, limits)] += remaining
    return ages


def _buckets(limits: Sequence[int]) -> list[str]:
    lower = [0, *(limit + 1 for limit in limits)]
    return [f"{low}-{high}" for low, high in zip(lower, limits, strict=False)] + [f"{limits[-1]}+"]


def _bucket(days: int, limits: Sequence[int]) -> str:
    return _buckets(limits)[sum(days > limit for limit in limits)]


# --- when goods ran out ----------------------------------------------------------------------------------------------


class StockOut(NamedTuple):
    """Days on which nothing of a code could be promised, of the days that were looked at."""

    code: str
    days_out: int
    days_known: int
    days: tuple[str, ...]


def stock_outs(connection: Connection, since: str, until: str) -> list[StockOut]:
    """Per code, the days (`since` … `until`, both counted) whose closing stock left nothing to promise anywhere.

    From the snapshots of each night (on hand − reserved, all warehouses together). A day without a snapshot is not
    known and not counted. A code counts from the first day that a snapshot names it.
    """
    s = stock_day.c
    query = (
        select(s.code, s.day, func.sum(s.on_hand - s.reserved))
        .where(s.day >= since, s.day <= until)
        .group_by(s.code, s.day)
        .order_by(s.code, s.day)
    )
    known: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for code, day, free in connection.execute(query):
        known[code].append((day, int(free)))
    result = []
    for code, days in known.items():
        out = tuple(day for day, free in days if free <= 0)
        result.append(StockOut(code, len(out), len(days), out))
    return result
