"""What reports about single items share: which items there are, what lay where on which day, what was sold of them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select

from storage.database.tables import bundle, move, quant, reservation, sku
from storage.erp.stock.book import VIRTUAL_PLACES
from storage.reports.cube import bounds
from storage.reports.facts.copy import Facts
from storage.reports.scope import Scope
from storage.reports.table import Period, SourceRow

Held = dict[str, dict[str, int]]
"""Code -> place -> pieces."""


class Sold(NamedTuple):
    """What was sold of one item: pieces, money, and the last day of it."""

    qty: int
    fen: int
    last_day: str


NOTHING = Sold(0, 0, "")


def titles_of(connection: Connection) -> dict[str, str]:
    """Code -> title."""
    return dict(connection.execute(select(sku.c.code, sku.c.title)).all())


def universe(connection: Connection, facts: Facts) -> list[str]:
    """Every single item that the books know, each once: from the catalog, from stock, from moves; bundles are none."""
    known = set(connection.execute(select(sku.c.code)).scalars()) | set(
        connection.execute(select(quant.c.code)).scalars()
    )
    known |= {row[0] for row in facts.rows("SELECT DISTINCT code FROM stock_moves")}
    known |= set(connection.execute(select(bundle.c.component)).scalars())
    return sorted(known - set(connection.execute(select(bundle.c.code)).scalars()) - {""})


def held(facts: Facts, last_day: str) -> Held:
    """What lay in which of our places at the end of the day; places that are empty are left out."""
    found: Held = defaultdict(dict)
    query = """SELECT code, from_place, to_place, sum(qty)::BIGINT FROM stock_moves WHERE day <= ?::DATE GROUP BY ALL"""
    for code, origin, target, qty in facts.rows(query, [last_day]):
        for place, change in ((target, qty), (origin, -qty)):
            if place not in VIRTUAL_PLACES:
                found[code][place] = found[code].get(place, 0) + change
    return {code: {place: qty for place, qty in places.items() if qty} for code, places in found.items()}


def received(facts: Facts, period: Period) -> dict[str, int]:
    """Pieces that came into our places from outside in the period."""
    query = """SELECT code, from_place, to_place, sum(qty)::BIGINT FROM stock_moves
        WHERE day BETWEEN ?::DATE AND ?::DATE GROUP BY ALL"""
    found: dict[str, int] = defaultdict(int)
    for code, origin, target, qty in facts.rows(query, list(period)):
        if origin in VIRTUAL_PLACES and target not in VIRTUAL_PLACES:
            found[code] += qty
    return found


def sold(facts: Facts, period: Period, scope: Scope) -> dict[str, Sold]:
    """What was paid for of each item in the period, bundles taken apart."""
    limited, values = scope.condition
    if not limited:
        query = """SELECT code, sum(qty)::BIGINT, sum(sold_fen)::BIGINT, max(day)::VARCHAR FROM sold_days
            WHERE day BETWEEN ?::DATE AND ?::DATE GROUP BY code"""
        return {row[0]: Sold(*row[1:]) for row in facts.rows(query, list(period))}
    query = f"""SELECT code, sum(qty)::BIGINT, sum(sold_fen)::BIGINT, max(paid_at)::DATE::VARCHAR FROM parts
        WHERE pay_state <> 'unpaid' AND paid_at >= ?::TIMESTAMP AND paid_at < ?::TIMESTAMP{limited} AND qty > 0
        GROUP BY code"""
    return {row[0]: Sold(*row[1:]) for row in facts.rows(query, [*bounds(period), *values])}


def sold_rows(facts: Facts, code: str, period: Period, scope: Scope) -> Iterator[SourceRow]:
    """The rows behind `sold` of one item: pieces and money."""
    limited, values = scope.condition
    query = f"""SELECT file_sha, row_no, order_no || '/' || sub_no, qty, sold_fen FROM parts
        WHERE pay_state <> 'unpaid' AND paid_at >= ?::TIMESTAMP AND paid_at < ?::TIMESTAMP{limited} AND qty > 0
        AND code = ? ORDER BY 3, 2, 1"""
    for sha, row_no, key, qty, fen in facts.rows(query, [*bounds(period), *values, code]):
        yield SourceRow(sha, row_no, f"子订单 {key}", (qty, fen))


def reserved(connection: Connection) -> dict[str, int]:
    """Pieces that are held for orders and not gone yet."""
    r = reservation.c
    query = select(r.code, func.sum(r.qty)).where(r.state == "held").group_by(r.code)
    return {code: int(qty) for code, qty in connection.execute(query)}


def reserved_rows(connection: Connection, code: str) -> Iterator[SourceRow]:
    """The reservations behind `reserved` of one item."""
    r = reservation.c
    query = select(r.owner, r.warehouse, r.qty).where(r.state == "held", r.code == code).order_by(r.owner, r.warehouse)
    for owner, warehouse, qty in connection.execute(query):
        yield SourceRow("", 0, f"占用 {owner} {warehouse}", (qty,))


def moved_rows(
    connection: Connection, code: str, first_day: str, last_day: str, place: str = ""
) -> Iterator[SourceRow]:
    """Moves of one item in those days, each with pieces and value that came into our places (`place`: that one).

    What left is negative; what only changed places among ours is none for all of them together.
    """
    m = move.c
    query = (
        select(m.file_sha, m.row_no, m.doc_type, m.doc_id, m.from_place, m.to_place, m.qty, m.unit_cost_fen)
        .where(m.code == code, func.substr(m.at, 1, 10).between(first_day, last_day))
        .order_by(m.at, m.doc_type, m.doc_id, m.doc_line, m.leg)
    )
    if place:
        query = query.where(or_(m.from_place == place, m.to_place == place))
    for row in connection.execute(query):
        sign = _ours(row.to_place, place) - _ours(row.from_place, place)
        if sign:
            key = f"{row.doc_type} {row.doc_id} {row.from_place}→{row.to_place}"
            yield SourceRow(row.file_sha, row.row_no, key, (sign * row.qty, sign * row.qty * row.unit_cost_fen))


def _ours(place: str, wanted: str) -> int:
    return int(place == wanted) if wanted else int(place not in VIRTUAL_PLACES)


def days_before(day: str, days: int) -> str:
    """The day so many days before."""
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def until(last_day: str, days: int) -> Period:
    """The period of so many days that ends with this day."""
    return Period(days_before(last_day, days - 1), last_day)


def previous(period: Period) -> Period:
    """The period of the same length right before."""
    first, last = date.fromisoformat(period.first_day), date.fromisoformat(period.last_day)
    before = first - timedelta(days=1)
    return Period((before - (last - first)).isoformat(), before.isoformat())


def begins(facts: Facts) -> str:
    """The day of the first paid order in the books, "" while there is none."""
    (first,) = facts.rows("SELECT min(paid_at)::DATE::VARCHAR FROM orders WHERE pay_state <> 'unpaid'")[0]
    return str(first or "")


def untold(facts: Facts, before: Period) -> list[str]:
    """What has to be said of a growth whose period before lies in part, or as a whole, before the books."""
    first, end = begins(facts), date.fromisoformat(before.last_day) + timedelta(days=1)
    days = (min(date.fromisoformat(first), end) - date.fromisoformat(before.first_day)).days if first else 0
    return [f"账从 {first} 起：前一期有 {days} 天没有数，环比和「新上榜」不能当真。"] if days > 0 else []
