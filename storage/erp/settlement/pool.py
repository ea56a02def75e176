"""The orders of the books as profit needs them.

Rows are sorted here and not by the database: of equal remainders the earlier part gets the fen, and two databases may
sort text in two ways.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from storage.database.tables import bill_line, fulfilment, move, order_line, platform_order, refund
from storage.database.tables.purchasing import inbound, receipt, rma
from storage.database.tables.settlement import express_bill_line, profit_adjustment
from storage.erp.finance.moments import moment
from storage.erp.finance.policies import policy_of
from storage.erp.finance.policy import Policy
from storage.erp.finance.sales import later
from storage.erp.orders.special import special_orders
from storage.erp.settlement.facts import BookLine, Head, OrderKey, Pool, Span

NO_INCOME = ("unpaid", "closed")
_numbers = itemgetter(0, 1, 2, 3)


Numbers = Select[str] | CompoundSelect[str]


class Only(NamedTuple):
    """Some orders: their numbers (equal numbers of other shops may be among them), those of their sub-orders, of our
    own parcels of them, and the carriers' of what was sent."""

    orders: Numbers
    subs: Numbers
    parcels: Numbers
    waybills: Numbers


def order_day() -> ColumnElement[str]:
    """The business day that an order was created on, or paid where nobody says when it was created."""
    o = platform_order.c
    said = case((o.created_at != literal_column("''"), o.created_at), else_=o.paid_at)
    return func.substr(said, literal_column("1"), literal_column("10"))  # one text, so that it can be grouped by


def created_on(connection: Connection, days: Iterable[str]) -> Only:
    """The orders of those days, with those that share a parcel with them and those by which goods were sent again.

    The numbers are read once and given to every question as one value: a subquery would be asked each time.
    """
    f, n, a = fulfilment.c, order_line.c, rma.c

    def told(*queries: Numbers) -> Numbers:
        return _listed(connection, {one for query in queries for one in connection.execute(query).scalars()} - {""})

    mine = told(select(platform_order.c.order_no).where(order_day().in_(sorted(days))))
    shared = told(select(f.waybill_no).where(f.order_no.in_(mine)), select(n.waybill_no).where(n.order_no.in_(mine)))
    orders = told(
        mine,
        select(f.order_no).where(f.waybill_no.in_(shared)),
        select(n.order_no).where(n.waybill_no.in_(shared)),
        select(a.replacement_no).where(a.order_no.in_(mine)),
    )
    return Only(
        orders,
        told(select(n.sub_no).where(n.order_no.in_(orders))),
        told(select(f.fulfilment_id).where(f.order_no.in_(orders))),
        told(select(f.waybill_no).where(f.order_no.in_(orders)), select(n.waybill_no).where(n.order_no.in_(orders))),
    )


def _listed(connection: Connection, values: Iterable[str]) -> Numbers:
    """So many values as one, however many they are."""
    listed = sorted(values)
    if connection.dialect.name == "postgresql":
        return select(func.json_array_elements_text(cast(listed, JSON)))
    return select(func.json_each(json.dumps(listed)).table_valued("value").c.value)


def read_pool(
    connection: Connection, policy: Policy | None = None, span: Span | None = None, only: Only | None = None
) -> Pool:
    """The orders with their sub-orders, in the order of their numbers; recognised when the ledger's policy says so.

    `span`: only those that something happened to in those days, which is all that facts of those days can be about.
    `only`: just these. `policy`: by default what the company decided.
    """
    policy = policy or policy_of(connection)
    touched = only.orders if only else None if span is None else _touched(span, policy)
    return Pool(_heads(connection, policy, touched), *_lines(connection, touched))


def _touched(span: Span, policy: Policy) -> CompoundSelect[str]:
    """The numbers of the orders that finished, were paid, sent, sent back, refunded, billed or adjusted in those days;
    equal numbers of other shops may be among them.
    """
    o, n, r, b, f = platform_order.c, order_line.c, refund.c, bill_line.c, fulfilment.c
    m, e, a = move.c, express_bill_line.c, profit_adjustment.c
    first, last = span.first_day, f"{span.last_day} 24"
    finished_from = _before(first, policy.window_days) if policy.recognise == "window" else first
    billed = select(b.order_no).where(b.at.between(first, last), b.order_no != "")
    moved = select(m.doc_id).where(m.at.between(_before(first, 1), last))  # moments with a zone may be a day off
    lines_moved = select(m.doc_line).where(m.at.between(_before(first, 1), last))
    numbers = select(e.waybill_no).where(e.day.between(*span))
    returns = (
        select(rma.c.order_no)
        .select_from(receipt.join(inbound, inbound.c.inbound_id == receipt.c.inbound_id).join(
            rma, rma.c.rma_id == inbound.c.source_id))
        .where(receipt.c.receipt_id.in_(moved))
    )  # fmt: skip
    return union_all(
        select(o.order_no).where(o.finished_at.between(_before(finished_from, 1), last)),
        select(o.order_no).where(o.paid_at.between(first, last)),
        select(r.order_no).where(r.done_at.between(_before(first, 1), last)),
        billed,
        select(n.order_no).where(n.sub_no.in_(billed)),
        select(f.order_no).where(f.fulfilment_id.in_(moved)),
        returns,
        select(n.order_no).where(n.sub_no.in_(lines_moved)),
        select(f.order_no).where(f.waybill_no.in_(numbers)),
        select(n.order_no).where(n.waybill_no != "", n.waybill_no.in_(numbers)),
        select(a.order_no).where(a.day.between(*span)),
    )


def _before(day: str, days: int) -> str:
    """So many days earlier; a day before all others stays."""
    return later(day, -days) if day >= "1000-01-01" else day


def _heads(connection: Connection, policy: Policy, touched: Numbers | None) -> dict[OrderKey, Head]:
    o = platform_order.c
    heads: dict[OrderKey, Head] = {}
    told, special = _told(connection, policy, touched), special_orders(connection)
    query = select(
        o.platform, o.shop, o.order_no, o.paid_fen, o.seller_discount_fen, o.platform_discount_fen, o.freight_fen,
        o.paid_at, o.finished_at, o.file_sha, o.row_no, o.pay_state,
    )  # fmt: skip
    if touched is not None:
        query = query.where(o.order_no.in_(touched))
    for row in sorted(connection.execute(query).all(), key=_numbers):
        at = moment(row.finished_at) if told is None else told.get((row[0], row[1], row[2]), "")
        if told is None and at and policy.recognise == "window":
            at = later(at, policy.window_days)
        counts = "" if row.pay_state in NO_INCOME else at
        head = Head(*row[:7], row.paid_at[:10], counts, row.file_sha, row.row_no,
                    special.get((row[0], row[1], row[2]), ""))  # fmt: skip
        heads[head.key] = head
    return heads


def _told(connection: Connection, policy: Policy, touched: Numbers | None) -> dict[OrderKey, str] | None:
    """When orders count whose goods must have left, or that must have been paid; None: when they finished."""
    f, m, b = fulfilment.c, move.c, bill_line.c
    if policy.recognise == "ship":
        of, query = (
            f.order_no,
            (
                select(f.platform, f.shop, f.order_no, m.at)
                .join_from(fulfilment, move, f.fulfilment_id == m.doc_id)
                .where(m.to_place == "customer")
            ),
        )
    elif policy.recognise == "settle":
        of, query = (
            b.order_no,
            (select(b.platform, b.shop, b.order_no, b.at).where(b.fee_type == "payment", b.order_no != "")),
        )
    else:
        return None
    if touched is not None:
        query = query.where(of.in_(touched))
    first: dict[OrderKey, str] = {}
    for platform, shop, order_no, at in connection.execute(query):
        key = (platform, shop, order_no)
        first[key] = min(first.get(key, "9999"), moment(at))
    return first


Lines = dict[OrderKey, list[BookLine]]


def _lines(connection: Connection, touched: Numbers | None) -> tuple[Lines, dict[tuple[str, str, str], str]]:
    n = order_line.c
    lines: Lines = defaultdict(list)
    subs: dict[tuple[str, str, str], str] = {}
    query = select(
        n.platform, n.shop, n.order_no, n.sub_no, n.product_id, n.code, n.qty, n.price_fen, n.discount_share_fen,
        n.paid_share_fen, n.carrier, n.waybill_no, n.file_sha, n.row_no,
    )  # fmt: skip
    if touched is not None:
        query = query.where(n.order_no.in_(touched))
    for platform, shop, order_no, *said in sorted(connection.execute(query).all(), key=_numbers):
        line = BookLine(*said)
        lines[platform, shop, order_no].append(line)
        subs[platform, shop, line.sub_no] = order_no
    return lines, subs
