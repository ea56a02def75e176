"""Orders into the ledger: revenue when the policy says so, cost of what was sent, and refunds.

Refunds that were done before the revenue counted are taken off it (no voucher of their own, `jv_document` names them);
later ones are vouchers. Everything is looked for among what has no voucher yet, so running again changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, select

from storage.database.bulk import change
from storage.database.tables import bill_line, order_line, platform_order, refund
from storage.database.tables.ledger import cost_move, jv, jv_document
from storage.erp.finance.layers import MoveKey
from storage.erp.finance.ledger import post_new
from storage.erp.finance.moments import moment
from storage.erp.finance.numbering import insert_rows, look_again
from storage.erp.finance.policy import Policy
from storage.erp.finance.rules import RULES, GoodsDocument, GoodsLine, SaleDocument, SoldLine
from storage.erp.finance.vouchers import Draft
from storage.erp.orders.special import special_orders
from storage.erp.settlement.shares import split

_KEYS_AT_ONCE = 400
BAR = literal("|")
OrderKey = tuple[str, str, str]


class Recognised(NamedTuple):
    """An order whose revenue counts from `at` on; `gross_fen`: what the buyer paid and the platform adds."""

    key: OrderKey
    at: str
    paid_fen: int
    gross_fen: int
    file_sha: str
    row_no: int


class DoneRefund(NamedTuple):
    """A refund that went through, without a voucher yet; `recognised`: the order's revenue is in the ledger."""

    key: OrderKey
    refund_no: str
    sub_no: str
    amount_fen: int
    at: str
    recognised: bool
    file_sha: str
    row_no: int

    @property
    def source_id(self) -> str:
        """Its name as a source of vouchers."""
        return "|".join((*self.key[:2], self.refund_no))


class OrderPart(NamedTuple):
    """A sub-order: what it is of and what the buyer paid for it."""

    sub_no: str
    code: str
    paid_share_fen: int


def book_sales(connection: Connection, until: str, policy: Policy) -> int:
    """Revenue, refunds and cost of sales up to the day `until`; returns how many vouchers were written."""
    posted = _book_revenue(connection, until, policy) + _book_refunds(connection, until, policy)
    look_again(connection, jv, cost_move)
    return posted + _book_cost(connection, until)


def _book_revenue(connection: Connection, until: str, policy: Policy) -> int:
    orders = [found for found in _recognised(connection, policy) if found.at[:10] <= until]
    if not orders:
        return 0
    early = _early_refunds(connection, {found.key: found.at for found in orders})
    parts = parts_of(connection, (found.key for found in orders))
    special = special_orders(connection)
    absorbed: list[list[DoneRefund]] = []

    def drafts() -> Iterator[Draft]:
        for found in orders:
            taken = early.get(found.key, [])
            draft = revenue_draft(found, parts.get(found.key, []), taken, policy, special.get(found.key, ""))
            if draft is not None:
                absorbed.append(taken)
                yield draft

    posted = post_new(connection, drafts())
    rows = [("refund", one.source_id, done.no) for done, taken in zip(posted, absorbed, strict=True) for one in taken]
    insert_rows(connection, jv_document, ("source_type", "source_id", "no"), rows)
    return len(posted)


def revenue_draft(
    order: Recognised, parts: list[OrderPart], refunds: list[DoneRefund], policy: Policy, special: str = ""
) -> Draft | None:
    """The voucher of an order that is recognised, less refunds done before; None where nothing is left of it.

    `special`: what it is when it is no sale: the same document, without revenue and tax.
    """
    lines = revenue_lines(parts, order, refunds)
    if not any(line.gross_fen for line in lines):
        return None
    told = SaleDocument("|".join(order.key), order.at[:10], *order.key, lines, policy.vat_bp, order.file_sha,
                        order.row_no, special)  # fmt: skip
    return RULES["revenue"].draft(told)


def refund_draft(one: DoneRefund, parts: list[OrderPart], policy: Policy, special: str = "") -> Draft:
    """The voucher of a refund, over the lines that it is of; `special`: what its order is when it is no sale."""
    mine = parts or [OrderPart("", "", 1)]
    shares = refund_shares(mine, one.sub_no, one.amount_fen)
    lines = tuple(SoldLine(part.code, fen) for part, fen in zip(mine, shares, strict=True))
    told = SaleDocument(one.source_id, one.at[:10], *one.key, lines, policy.vat_bp, one.file_sha, one.row_no, special)
    return RULES["refund"].draft(told)


def revenue_lines(parts: list[OrderPart], order: Recognised, refunds: list[DoneRefund]) -> tuple[SoldLine, ...]:
    """What each line of an order brings, with tax: its share of what was paid and of the platform's subsidy, less what
    was refunded of it before. The lines sum to the order, to the fen. Pure."""
    if not parts:
        return (SoldLine("", order.gross_fen - sum(one.amount_fen for one in refunds)),)
    shares = [part.paid_share_fen for part in parts]
    paid = shares if sum(shares) == order.paid_fen else split(order.paid_fen, shares)
    subsidy_fen = order.gross_fen - order.paid_fen
    gross = [own + more for own, more in zip(paid, split(subsidy_fen, shares), strict=True)] if subsidy_fen else paid
    if refunds:
        gross = list(gross)
        for one in refunds:
            for position, fen in enumerate(refund_shares(parts, one.sub_no, one.amount_fen)):
                gross[position] -= fen
    return tuple(SoldLine(part.code, fen) for part, fen in zip(parts, gross, strict=True))


def refund_shares(parts: list[OrderPart], sub_no: str, amount_fen: int) -> list[int]:
    """A refund by the order's lines: the sub-order it names, else all of them by what was paid. Pure."""
    if any(part.sub_no == sub_no for part in parts):
        return [amount_fen if part.sub_no == sub_no else 0 for part in parts]
    return split(amount_fen, [part.paid_share_fen for part in parts])


def _recognised(connection: Connection, policy: Policy) -> list[Recognised]:
    """Orders whose revenue counts by now and has no voucher."""
    o = platform_order.c
    source_id = o.platform + BAR + o.shop + BAR + o.order_no
    booked = and_(jv.c.source_type == "order", jv.c.source_id == source_id, jv.c.kind == "revenue")
    columns = (o.platform, o.shop, o.order_no, o.paid_fen, o.platform_discount_fen, o.file_sha, o.row_no)
    alive = (jv.c.no.is_(None), o.pay_state.not_in(("unpaid", "closed")))
    joined = platform_order.outerjoin(jv, booked)
    if policy.recognise in ("finish", "window"):
        query = select(*columns, o.finished_at).select_from(joined).where(*alive, o.finished_at != "")
    else:
        told = (_first_issue() if policy.recognise == "ship" else _first_payment()).subquery()
        same = and_(told.c.platform == o.platform, told.c.shop == o.shop, told.c.order_no == o.order_no)
        query = select(*columns, told.c.at).select_from(joined.join(told, same)).where(*alive)
    days = policy.window_days if policy.recognise == "window" else 0
    found = [
        Recognised((row[0], row[1], row[2]), later(moment(row[7]), days), row[3], row[3] + row[4], row[5], row[6])
        for row in connection.execute(query).all()
    ]
    return sorted(found, key=lambda one: (one.at, one.key))


def _first_issue() -> Select[tuple[str, str, str, str]]:
    c = cost_move.c
    return (
        select(c.platform, c.shop, c.order_no, func.min(c.at).label("at"))
        .where(c.qty < 0, c.order_no != "")
        .group_by(c.platform, c.shop, c.order_no)
    )


def _first_payment() -> Select[tuple[str, str, str, str]]:
    b = bill_line.c
    return (
        select(b.platform, b.shop, b.order_no, func.min(b.at).label("at"))
        .where(b.fee_type == "payment", b.order_no != "")
        .group_by(b.platform, b.shop, b.order_no)
    )


def later(at: str, days: int) -> str:
    """The same moment some days later."""
    return f"{date.fromisoformat(at[:10]) + timedelta(days)}{at[10:]}" if days else at


def _unbooked_refunds(*where: ColumnElement[bool]) -> Select[Any]:
    """Refunds that are done and that no voucher tells of, with the order's revenue voucher where there is one."""
    r, own, sale, other = refund.c, jv.alias("own"), jv.alias("sale"), jv_document.c
    source_id = r.platform + BAR + r.shop + BAR + r.refund_no
    order_id = r.platform + BAR + r.shop + BAR + r.order_no
    joined = (
        refund.outerjoin(own, and_(own.c.source_type == "refund", own.c.source_id == source_id, own.c.kind == "refund"))
        .outerjoin(jv_document, and_(other.source_type == "refund", other.source_id == source_id))
        .outerjoin(
            sale,
            and_(
                sale.c.source_type == "order",
                sale.c.source_id == order_id,
                sale.c.kind == "revenue",
                sale.c.version == 1,
            ),
        )
    )
    return (
        select(r.platform, r.shop, r.order_no, r.refund_no, r.sub_no, r.amount_fen, r.done_at, sale.c.no, r.file_sha,
               r.row_no)
        .select_from(joined)
        .where(own.c.no.is_(None), other.no.is_(None), r.done_at != "", *where)
        .order_by(r.done_at, r.refund_no)
        .distinct()
    )  # fmt: skip


def _refunds(connection: Connection, query: Select[Any]) -> list[DoneRefund]:
    return [
        DoneRefund((row[0], row[1], row[2]), row[3], row[4], row[5], moment(row[6]), row[7] is not None, row[8], row[9])
        for row in connection.execute(query)
    ]


def _early_refunds(connection: Connection, orders: dict[OrderKey, str]) -> dict[OrderKey, list[DoneRefund]]:
    """The refunds that were done when these orders' revenue began to count."""
    found: dict[OrderKey, list[DoneRefund]] = defaultdict(list)
    for one in _refunds(connection, _unbooked_refunds()):
        if not one.recognised and one.at <= orders.get(one.key, ""):
            found[one.key].append(one)
    return found


def parts_of(connection: Connection, keys: Iterable[OrderKey]) -> dict[OrderKey, list[OrderPart]]:
    """The sub-orders of these orders."""
    by_shop: dict[tuple[str, str], list[str]] = defaultdict(list)
    for platform, shop, order_no in keys:
        by_shop[platform, shop].append(order_no)
    found: dict[OrderKey, list[OrderPart]] = defaultdict(list)
    line = order_line.c
    for (platform, shop), numbers in by_shop.items():
        for begin in range(0, len(numbers), _KEYS_AT_ONCE):
            some = numbers[begin : begin + _KEYS_AT_ONCE]
            query = (
                select(line.order_no, line.sub_no, line.code, line.paid_share_fen)
                .where(line.platform == platform, line.shop == shop, line.order_no.in_(some))
                .order_by(line.order_no, line.sub_no)
            )
            for order_no, *part in connection.execute(query).all():
                found[platform, shop, order_no].append(OrderPart(*part))
    return found


def _book_refunds(connection: Connection, until: str, policy: Policy) -> int:
    done = [one for one in _refunds(connection, _unbooked_refunds()) if one.recognised and one.at[:10] <= until]
    parts = parts_of(connection, {one.key for one in done})
    special = special_orders(connection) if done else {}
    drafts = (
        refund_draft(one, parts.get(one.key, []), policy, special.get(one.key, "")) for one in done if one.amount_fen
    )
    return len(post_new(connection, drafts))


def _book_cost(connection: Connection, until: str) -> int:
    """发出商品 to 主营业务成本, per shipping voucher: when the order's revenue counts, or at once where nothing is to
    be paid for the goods (a gift, a replacement)."""
    documents: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for query in (_sold(until), _given(until)):
        for row in connection.execute(query).all():
            documents[row[11]].append(tuple(row))
    told = [_cost_of(no, rows) for no, rows in documents.items()]
    worth = [any(line.value_fen for line in one.lines) for one in told]
    posted = iter(
        post_new(connection, (RULES["cost"].draft(one) for one, some in zip(told, worth, strict=True) if some))
    )
    carried = []
    for rows, some in zip(documents.values(), worth, strict=True):
        no = next(posted).no if some else str(rows[0][16])
        carried += [_carry(row, no) for row in rows]
    change(connection, cost_move, MoveKey._fields, ("carry_no",), carried)
    return sum(worth)


def _sent(*more: ColumnElement[Any]) -> Select[Any]:
    """Issues whose cost is on 发出商品 still, with their shipping voucher, by its number."""
    c, sent = cost_move.c, _SENT.c
    return (
        select(c.doc_type, c.doc_id, c.doc_line, c.leg, c.code, -c.qty, c.back_qty, -c.value_fen - c.back_value_fen,
               c.platform, c.shop, c.order_no, c.no, more[0], sent.document_day, sent.file_sha, sent.row_no, more[1])
        .join_from(cost_move, _SENT, sent.no == c.no)
        .where(c.qty < 0, c.carry_no == "", c.order_no != "")
        .order_by(c.no, c.doc_line, c.leg)
    )  # fmt: skip


_SENT = jv.alias("sent")


def _sold(until: str) -> Select[Any]:
    c, sale = cost_move.c, jv.alias("sale")
    order_id = c.platform + BAR + c.shop + BAR + c.order_no
    mine = and_(sale.c.source_type == "order", sale.c.source_id == order_id, sale.c.kind == "revenue",
                sale.c.version == 1)  # fmt: skip
    return _sent(sale.c.document_day, sale.c.no).join(sale, mine).where(sale.c.document_day <= until)


def _given(until: str) -> Select[Any]:
    c, o = cost_move.c, platform_order.c
    mine = and_(o.platform == c.platform, o.shop == c.shop, o.order_no == c.order_no)
    nothing = and_(o.pay_state == "paid", o.paid_fen == 0, o.platform_discount_fen == 0)
    free = _sent(_SENT.c.document_day, _SENT.c.no).join(platform_order, mine)
    return free.where(nothing, _SENT.c.document_day <= until)


def _cost_of(no: str, rows: list[tuple[object, ...]]) -> GoodsDocument:
    first = rows[0]
    lines = tuple(GoodsLine(str(row[4]), row[5] - row[6], row[7]) for row in rows)  # type: ignore[operator, arg-type]
    day = max(str(first[12]), str(first[13]))
    return GoodsDocument("cost", "jv", no, day, False, lines, str(first[8]), str(first[9]), str(first[10]), "",
                         str(first[14]), int(str(first[15])))  # fmt: skip


def _carry(row: tuple[object, ...], no: str) -> tuple[object, ...]:
    return (*row[:4], no)
