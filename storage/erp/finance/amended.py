"""Documents that say something else than their vouchers: a platform revised an order, a refund or a statement line.

Nothing is overwritten: the voucher is reversed in an open month and the document is booked anew, both by a person who
says why; the first voucher stays as it was.
"""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from storage.database.tables import platform_order, refund
from storage.database.tables.ledger import jv, jv_document
from storage.erp.finance.ledger import post, reverse
from storage.erp.finance.moments import moment
from storage.erp.finance.money import statement_drafts
from storage.erp.finance.policy import Policy
from storage.erp.finance.sales import BAR, DoneRefund, Recognised, parts_of, refund_draft, revenue_draft
from storage.erp.finance.vouchers import Draft, content_hash
from storage.erp.orders.special import special_orders

EVER = "9999-12-31"


class Amended(NamedTuple):
    """A voucher whose document has changed, and what the document says now; None where nothing is left to book."""

    no: str
    source_type: str
    source_id: str
    now: Draft | None


def amended(connection: Connection, policy: Policy) -> list[Amended]:
    """Every order, refund and statement line whose voucher says something else than the books do now."""
    alive = _alive(connection)
    found = []
    for kind, source_type, source_id, draft in _drafts(connection, policy):
        no, content = alive.get((kind, source_type, source_id), ("", ""))
        if no and (draft is None or content_hash(draft) != content):
            found.append(Amended(no, source_type, source_id, draft))
    return sorted(found)


def mend(connection: Connection, day: str, author: str, reason: str, policy: Policy) -> int:
    """Reverse the vouchers of `amended` on a day of an open month and book the documents anew; returns how many.

    Raises AuthorMissing, PeriodClosed. Running again changes nothing.
    """
    found = amended(connection, policy)
    for one in found:
        reverse(connection, one.no, day, author, reason)
        if one.now is not None:
            post(connection, one.now)
    return len(found)


def _alive(connection: Connection) -> dict[tuple[str, str, str], tuple[str, str]]:
    c, undo = jv.c, jv.alias("undo")
    query = (
        select(c.kind, c.source_type, c.source_id, c.no, c.content_hash)
        .select_from(jv.outerjoin(undo, undo.c.reverses == c.no))
        .where(c.kind.in_(("revenue", "refund", "statement")), undo.c.no.is_(None))
    )
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in connection.execute(query)}


def _drafts(connection: Connection, policy: Policy) -> list[tuple[str, str, str, Draft | None]]:
    told: list[tuple[str, str, str, Draft | None]] = [
        (draft.kind, draft.source_type, draft.source_id, draft)
        for draft in statement_drafts(connection, EVER, booked=True)
    ]
    orders, absorbed = _orders(connection), _absorbed(connection)
    refunds = [one for one in _refunds(connection) if one.source_id not in absorbed]
    parts = parts_of(connection, {*(one.key for _, one in orders), *(one.key for one in refunds)})
    taken: dict[str, list[DoneRefund]] = defaultdict(list)
    for no, one in absorbed.values():
        taken[no].append(one)
    special = special_orders(connection)
    for no, order in orders:
        draft = revenue_draft(order, parts.get(order.key, []), taken[no], policy, special.get(order.key, ""))
        told.append(("revenue", "order", "|".join(order.key), draft))
    return told + [
        (
            "refund",
            "refund",
            one.source_id,
            refund_draft(one, parts.get(one.key, []), policy, special.get(one.key, "")) if one.amount_fen else None,
        )
        for one in refunds
    ]


def _orders(connection: Connection) -> list[tuple[str, Recognised]]:
    """Recognised orders with their first voucher; the day that they count from stays."""
    o, c = platform_order.c, jv.c
    source_id = o.platform + BAR + o.shop + BAR + o.order_no
    mine = and_(c.source_type == "order", c.source_id == source_id, c.kind == "revenue", c.version == 1)
    query = select(c.no, o.platform, o.shop, o.order_no, c.document_day, o.paid_fen, o.platform_discount_fen,
                   o.file_sha, o.row_no).join_from(platform_order, jv, mine)  # fmt: skip
    return [
        (row[0], Recognised((row[1], row[2], row[3]), row[4], row[5], row[5] + row[6], row[7], row[8]))
        for row in connection.execute(query)
    ]


def _refunds(connection: Connection) -> list[DoneRefund]:
    r = refund.c
    query = select(r.platform, r.shop, r.order_no, r.refund_no, r.sub_no, r.amount_fen, r.done_at, r.file_sha, r.row_no)
    return [
        DoneRefund((row[0], row[1], row[2]), row[3], row[4], row[5], moment(row[6]), True, row[7], row[8])
        for row in connection.execute(query.where(r.done_at != ""))
    ]


def _absorbed(connection: Connection) -> dict[str, tuple[str, DoneRefund]]:
    """Refunds that an order's revenue is net of: (the revenue's voucher, the refund as it is now)."""
    d = jv_document.c
    known = {row.source_id: row.no for row in connection.execute(select(d.source_id, d.no))}
    return {one.source_id: (known[one.source_id], one) for one in _refunds(connection) if one.source_id in known}
