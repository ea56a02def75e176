"""Worklists: what the core wants done outside, and what the books make of the bots' answers.

A command is published once for its subject and stays until a bot's result row answers it. Nothing is shipped, listed,
delisted or enrolled in the books before such a row says so (I-25).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, and_, case, or_, select

from storage.database.bulk import insert_missing
from storage.database.tables import bot_result, command
from storage.erp.commands.results import DONE, apply_results
from storage.erp.commands.wanted import (
    SHIP,
    WORKLISTS,
    PublishPolicy,
    Wanted,
    enrolments,
    products,
    shelf,
    shipments,
)

Known = Mapping[tuple[str, str, str], list[tuple[str, str, str]]]  # (list, shop, subject) -> [(night, state, data)]


def publish(connection: Connection, night: str, policy: PublishPolicy | None = None) -> dict[str, int]:
    """Write tonight's commands; returns how many new ones each worklist got. A second call writes none.

    A subject is not asked for again while a command for it waits (published, person), was done or refused with the
    same content, or was answered tonight. A waiting command that is no longer wanted is withdrawn.
    """
    policy = policy or PublishPolicy()
    catalog = products(connection)
    parcels = shipments(connection)
    on_off = shelf(catalog, policy)
    _withdraw(connection, on_off, parcels, stock_known=bool(catalog))
    known = _known(connection)
    wanted = [*on_off, *enrolments(catalog, policy), *_ship_rows(parcels, known, policy)]
    fresh = _within_limit([one for one in wanted if _is_due(one, known, night)], known, night, policy)
    insert_missing(connection, command, [_row(one, known, night) for one in fresh])
    counts = Counter(one.worklist for one in fresh)
    return {worklist: counts[worklist] for worklist in WORKLISTS}


def _known(connection: Connection) -> Known:
    c = command.c
    found: dict[tuple[str, str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for row in connection.execute(select(c.worklist, c.shop, c.subject, c.night, c.state, c.data)):
        found[_topic(row.worklist), row.shop, row.subject].append((row.night, row.state, row.data))
    return found


def _topic(worklist: str) -> str:
    """The ship worklists are about the same thing: one row on any of them is enough."""
    return "to_ship" if worklist in SHIP else worklist


def _is_due(one: Wanted, known: Known, night: str) -> bool:
    data = _text(one.data)
    for before, state, said in known.get((_topic(one.worklist), one.shop, one.subject), ()):
        if state == "withdrawn":
            continue
        if state in ("published", "person") or before == night:
            return False
        if state == "rejected" and said == data:
            return False
        if state == "done" and one.worklist in ("to_enrol", *SHIP):
            return False
    return True


def _within_limit(fresh: Iterable[Wanted], known: Known, night: str, policy: PublishPolicy) -> list[Wanted]:
    """No more enrolments for a shop's activity than the limit, with those of tonight and those that stand counted."""
    taken: Counter[tuple[str, str]] = Counter()
    for (worklist, shop, subject), entries in known.items():
        if worklist == "to_enrol":
            stands = any(state in ("published", "person", "done") or before == night for before, state, _ in entries)
            taken[shop, subject.rpartition("|")[0]] += stands
    result = []
    for one in fresh:
        place = (one.shop, one.data.get("活动ID", ""))
        if one.worklist == "to_enrol":
            taken[place] += 1
            if taken[place] > policy.enrol_limit:
                continue
        result.append(one)
    return result


def _ship_rows(parcels: Mapping[str, list[tuple[str, Wanted]]], known: Known, policy: PublishPolicy) -> list[Wanted]:
    """The first parcels of each shop to the form, the rest to the batch sheet; a parcel's rows stay together.

    Those that have a worklist already stay there.
    """
    result = []
    for shop in sorted(parcels):
        outside = [(parcel, one) for parcel, one in parcels[shop] if not one.worklist]
        result += [one for _, one in parcels[shop] if one.worklist]
        fresh = [(parcel, one) for parcel, one in outside if not known.get(("to_ship", shop, one.subject))]
        new = sorted({parcel for parcel, _ in fresh})
        first = new[: min(policy.ship_form_parcels, (len(new) + 1) // 2)]
        for parcel, one in outside:
            result.append(one._replace(worklist="to_ship_form" if parcel in first else "to_ship_batch"))
    return result


def _withdraw(
    connection: Connection,
    on_off: Iterable[Wanted],
    parcels: Mapping[str, list[tuple[str, Wanted]]],
    *,
    stock_known: bool,
) -> None:
    """Take back what waits and is not wanted any more: stock came, the order was refunded, the number changed.

    Enrolments wait on: they are a choice of the night, not a state of the books. Shelf commands wait on while the
    stock is unknown.
    """
    still = {("to_ship", one.shop, one.subject, _text(one.data)) for rows in parcels.values() for _, one in rows}
    still |= {(one.worklist, one.shop, one.subject, "") for one in on_off}
    c = command.c
    waiting = select(c.command_id, c.worklist, c.shop, c.subject, c.data).where(
        c.state == "published",
        c.worklist.in_(WORKLISTS),  # others withdraw their own
    )
    gone = []
    for row in connection.execute(waiting):
        if row.worklist == "to_enrol" or (row.worklist not in SHIP and not stock_known):
            continue
        data = row.data if row.worklist in SHIP else ""
        if (_topic(row.worklist), row.shop, row.subject, data) not in still:
            gone.append(row.command_id)
    for command_id in gone:
        connection.execute(command.update().where(c.command_id == command_id).values(state="withdrawn"))


def _row(one: Wanted, known: Known, night: str) -> dict[str, object]:
    """The command; one that was withdrawn tonight and is wanted again gets a number of its own."""
    earlier = sum(before == night for before, _, _ in known.get((_topic(one.worklist), one.shop, one.subject), ()))
    again = f"#{earlier + 1}" if earlier else ""
    return {
        "command_id": "|".join((one.worklist, one.shop, one.subject, night)) + again,
        "worklist": one.worklist,
        "shop": one.shop,
        "subject": one.subject,
        "data": _text(one.data),
        "reason": one.reason,
        "night": night,
        "state": one.state,
    }


def _text(data: Mapping[str, str]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def rows(connection: Connection, worklist: str, shop: str, night: str, run_id: str = "") -> list[dict[str, str]]:
    """The rows a flow works on: what is published for this shop up to this night, each with its `_id`, in id order.

    Commands that an earlier night did not get to are still there; answered ones are not, but for those whose answer is
    this run's own: begun again, on whatever machine, it has the rows that it had. What somebody else has settled
    meanwhile, or the core has taken back, is nobody's any more.
    """
    c, own = command.c, bot_result.c
    answer = case((own.outcome.in_(DONE), "done"), else_=own.outcome)
    query = (
        select(c.command_id, c.data)
        .outerjoin_from(command, bot_result, and_(own.command_id == c.command_id, own.run_id == run_id))
        .where(c.worklist == worklist, c.shop == shop, c.night <= night, or_(c.state == "published", c.state == answer))
    )
    found = connection.execute(query.order_by(c.night, c.command_id)).all()
    return [{"_id": command_id, **json.loads(data)} for command_id, data in found]


__all__ = ["WORKLISTS", "PublishPolicy", "apply_results", "publish", "rows"]
