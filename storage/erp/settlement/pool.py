"""The orders of the books as profit needs them.

Rows are sorted here and not by the database: of equal remainders the earlier part gets the fen, and two databases may
sort text in two ways.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from storage.database.tables import ad_day, bill_line, fulfilment, move, order_line, platform_order, refund
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


def orders_of(connection: Connection, days: Collection[str]) -> dict[OrderKey, str]:
    """The orders created on those days, each with its day; found by shop and moment, which the books keep in order."""
    o = platform_order.c
    told = [day for day in days if day]
    shops = connection.execute(select(o.shop).distinct()).scalars().all()
    query = select(o.platform, o.shop, o.order_no, order_day()).where(o.shop.in_(shops), order_day().in_(sorted(days)))
    found = list(connection.execute(query.where(o.created_at == "")))
    if told:
        found += connection.execute(query.where(o.created_at.between(min(told), f"{max(told)}~")))
    return {(row[0], row[1], row[2]): row[3] or "" for row in found}


def created_on(connection: Connection, mine: Iterable[OrderKey]) -> Only:
    """These orders, with those that share a parcel with them and those by which goods were sent again.

    The numbers are read once and given to every question as one value: a subquery would be asked each time.
    """
    f, n, a = fulfilment.c, order_line.c, rma.c

    def told(*queries: Numbers) -> set[str]:
        return {one for query in queries for one in connection.execute(query).scalars()} - {""}

    own = {order_no for _, _, order_no in mine}
    numbers = listed(connection, own)
    waybills = told(select(f.waybill_no).where(f.order_no.in_(numbers)), lines_of(numbers, n.waybill_no))
    shared = listed(connection, waybills)
    orders = own | told(select(a.replacement_no).where(a.order_no.in_(numbers)))
    if waybills:
        orders |= told(select(f.order_no).where(f.waybill_no.in_(shared)),
                       select(n.order_no).where(n.waybill_no.in_(shared)))  # fmt: skip
    numbers = listed(connection, orders)
    return Only(
        numbers,
        listed(connection, told(lines_of(numbers, n.sub_no))),
        listed(connection, told(select(f.fulfilment_id).where(f.order_no.in_(numbers)))),
        listed(connection, told(
            select(f.waybill_no).where(f.order_no.in_(numbers)), lines_of(numbers, n.waybill_no))),
    )  # fmt: skip


class Unknown(NamedTuple):
    """Numbers that statements name and no order has, "" among them, and the orders that must be known to tell."""

    numbers: Numbers
    orders: Numbers


def nobodys(connection: Connection, span: Span) -> Unknown:
    """What statements of those days name that is no order of the books. The orders: those of such numbers elsewhere or
    of their sub-orders, of billed parcels, those that were adjusted, and those that advertising is shared out among.
    """
    b, o, n, f = bill_line.c, platform_order.c, order_line.c, fulfilment.c
    e, a, h = express_bill_line.c, ad_day.c, profit_adjustment.c

    def told(*queries: Select[Any]) -> set[str]:
        return {one for query in queries for one in connection.execute(query.distinct()).scalars()}

    known = select(o.order_no).where(o.platform == b.platform, o.shop == b.shop, o.order_no == b.order_no).exists()
    numbers = told(select(b.order_no).where(b.at.between(span.first_day, f"{span.last_day} 24"), ~known))
    orders = numbers | told(select(h.order_no).where(h.day.between(*span)))
    if numbers - {""}:
        orders |= told(select(n.order_no).where(n.sub_no.in_(listed(connection, numbers - {""}))))
    if parcels := told(select(e.waybill_no).where(e.day.between(*span))):
        sent = listed(connection, parcels)
        orders |= told(*(select(of.order_no).where(of.waybill_no.in_(sent)) for of in (f, n)))
    spent = told(select(a.product_id).where(a.day.between(*span), a.spend_fen != 0))
    bought = select(n.order_no).where(*_same_order(), n.product_id.in_(listed(connection, spent))).exists()
    if spent:
        orders |= told(select(o.order_no).where(o.paid_at.between(span.first_day, f"{span.last_day}~"), bought))
    return Unknown(listed(connection, numbers), listed(connection, orders - {""}))


def _same_order() -> tuple[ColumnElement[bool], ...]:
    o, n = platform_order.c, order_line.c
    return n.platform == o.platform, n.shop == o.shop, n.order_no == o.order_no


def lines_of(numbers: Numbers, *columns: ColumnElement[Any]) -> Select[Any]:
    """These columns of the sub-orders of orders with those numbers; orders are found by number, their lines by key."""
    joined = platform_order.join(order_line, and_(*_same_order()))
    return select(*columns).select_from(joined).where(platform_order.c.order_no.in_(numbers))


def listed(connection: Connection, values: Iterable[str]) -> Numbers:
    """So many values as one, however many they are."""
    told = sorted(values)
    if connection.dialect.name == "postgresql":
        return select(func.json_array_elements_text(cast(told, JSON)))
    return select(func.json_each(json.dumps(told)).table_valued("value").c.value)


def sent_under(connection: Connection, waybills: Collection[str]) -> Only:
    """The orders of which something was sent under these numbers, with all of their parcels."""
    f, n, these = fulfilment.c, order_line.c, listed(connection, waybills)
    told = (select(f.order_no).where(f.waybill_no.in_(these)), select(n.order_no).where(n.waybill_no.in_(these)))
    orders = listed(connection, {one for query in told for one in connection.execute(query).scalars()})
    parcels = connection.execute(select(f.fulfilment_id).where(f.order_no.in_(orders))).scalars()
    return Only(orders, lines_of(orders, order_line.c.sub_no), listed(connection, parcels), these)


def read_pool(
    connection: Connection, policy: Policy | None = None, span: Span | None = None, numbers: Numbers | None = None
) -> Pool:
    """The orders with their sub-orders, in the order of their numbers; recognised when the ledger's policy says so.

    `span`: only those that something happened to in those days, which is all that facts of those days can be about.
    `numbers`: just the orders of these. `policy`: by default what the company decided.
    """
    policy = policy or policy_of(connection)
    touched = numbers if numbers is not None or span is None else _touched(span, policy)
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
    columns = (
        n.platform, n.shop, n.order_no, n.sub_no, n.product_id, n.code, n.qty, n.price_fen, n.discount_share_fen,
        n.paid_share_fen, n.carrier, n.waybill_no, n.file_sha, n.row_no,
    )  # fmt: skip
    query = select(*columns) if touched is None else lines_of(touched, *columns)
    for platform, shop, order_no, *said in sorted(connection.execute(query).all(), key=_numbers):
        line = BookLine(*said)
        lines[platform, shop, order_no].append(line)
        subs[platform, shop, line.sub_no] = order_no
    return lines, subs
