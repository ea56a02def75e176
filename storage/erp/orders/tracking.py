"""Where parcels are, and what the platform has not been told yet: tracks, stuck parcels, back-fills that are late."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.database.bulk import Counts, insert_missing
from storage.database.tables import command, fulfilment, platform_order
from storage.database.tables.review import ship_instruction, track_event
from storage.erp.allocation.model import OrderKey

ENDED = ("delivered", "returned")


class Track(NamedTuple):
    """One event of a carrier's track. `kind`: moving | delivered | returned."""

    carrier: str
    waybill_no: str
    at: str
    words: str
    place: str = ""
    kind: str = "moving"


class Stuck(NamedTuple):
    """A parcel of which nothing has been heard for too long: since when, and what was heard last."""

    key: OrderKey
    carrier: str
    waybill_no: str
    since: str
    hours: int
    words: str


def record_tracks(connection: Connection, tracks: Iterable[Track]) -> Counts:
    """Write each event once; files overlap."""
    return insert_missing(connection, track_event, (track._asdict() for track in tracks))


def track_of(connection: Connection, key: OrderKey) -> list[Track]:
    """All events of an order's parcels, the earliest first."""
    f, t = fulfilment.c, track_event.c
    query = (
        select(t.carrier, t.waybill_no, t.at, t.words, t.place, t.kind)
        .join_from(track_event, fulfilment, and_(f.carrier == t.carrier, f.waybill_no == t.waybill_no))
        .where(f.platform == key.platform, f.shop == key.shop, f.order_no == key.order_no)
        .order_by(t.at, t.words)
    )
    return [Track(*row) for row in connection.execute(query)]


def stuck(connection: Connection, now: str, hours: int = 48) -> list[Stuck]:
    """Every parcel that was handed over or shipped, has not arrived, and was silent for more than `hours`."""
    f, t, i = fulfilment.c, track_event.c, ship_instruction.c
    last = (
        select(t.carrier, t.waybill_no, func.max(t.at).label("at"))
        .group_by(t.carrier, t.waybill_no)
        .subquery()
    )  # fmt: skip
    query = (
        select(f.platform, f.shop, f.order_no, f.carrier, f.waybill_no, last.c.at.label("heard"), i.answered_at)
        .outerjoin_from(fulfilment, last, and_(last.c.carrier == f.carrier, last.c.waybill_no == f.waybill_no))
        .outerjoin(ship_instruction, i.fulfilment_id == f.fulfilment_id)
        .where(f.waybill_no != "", (f.state == "shipped") | (i.state == "handed_over"))
        .order_by(f.fulfilment_id)
    )
    ended = {
        (row.carrier, row.waybill_no)
        for row in connection.execute(select(t.carrier, t.waybill_no).where(t.kind.in_(ENDED)))
    }
    limit = (datetime.fromisoformat(now) - timedelta(hours=hours)).isoformat(" ")
    found = []
    for row in connection.execute(query).all():
        since = row.heard or row.answered_at or ""
        if (row.carrier, row.waybill_no) in ended or not since or since >= limit:
            continue
        found.append(_stuck(connection, row, since, now))
    return found


def _stuck(connection: Connection, row: Any, since: str, now: str) -> Stuck:
    t = track_event.c
    words = connection.execute(
        select(t.words).where(t.carrier == row.carrier, t.waybill_no == row.waybill_no, t.at == since)
    ).scalar()
    silent = datetime.fromisoformat(now) - datetime.fromisoformat(since)
    said = words or "交给快递后没有任何物流"
    key = OrderKey(row.platform, row.shop, row.order_no)
    return Stuck(key, row.carrier, row.waybill_no, since, int(silent.total_seconds() // 3600), said)


class Backfill(NamedTuple):
    """A waybill number that the platform does not have yet: late | near (its deadline) | failed | waiting."""

    key: OrderKey
    state: str
    latest_ship_at: str
    waybill_no: str
    words: str


def backfills(connection: Connection, now: str, near_hours: int = 6) -> list[Backfill]:
    """Every labelled parcel whose number no bot's result has confirmed, the most urgent first.

    failed: the bot tried and a person or the next night has to; late: the platform's deadline is over; near: it is
    over within `near_hours`.
    """
    f, o, c = fulfilment.c, platform_order.c, command.c
    query = (
        select(f.platform, f.shop, f.order_no, f.waybill_no, o.latest_ship_at)
        .join_from(fulfilment, platform_order,
                   and_(o.platform == f.platform, o.shop == f.shop, o.order_no == f.order_no))
        .where(f.state == "labelled")
        .order_by(f.fulfilment_id)
    )  # fmt: skip
    failed: dict[tuple[str, str], str] = {}
    asked = select(c.shop, c.data, c.state, c.reason).where(c.worklist.like("to_ship%"))
    for one in connection.execute(asked.where(c.state.in_(("failed", "person", "rejected")))):
        failed[one.shop, one.data] = one.state
    near = (datetime.fromisoformat(now) + timedelta(hours=near_hours)).isoformat(" ")
    found = []
    for row in connection.execute(query):
        wrong = [state for (shop, data), state in failed.items() if shop == row.shop and f'"{row.waybill_no}"' in data]
        due = row.latest_ship_at
        state = "failed" if wrong else "late" if due and due < now else "near" if due and due < near else "waiting"
        words = {"failed": f"机器人没做成（{'、'.join(sorted(set(wrong)))}）", "late": f"已过发货时限 {due}",
                 "near": f"发货时限 {due} 快到了", "waiting": "等机器人回填"}[state]  # fmt: skip
        found.append(Backfill(OrderKey(*row[:3]), state, due, row.waybill_no, words))
    rank = {"late": 0, "failed": 1, "near": 2, "waiting": 3}
    return sorted(found, key=lambda one: (rank[one.state], one.latest_ship_at or "9999", one.key))
