"""What comes from outside about an order: tied to it by its sub-order, or kept in a queue until somebody knows.

A platform's after-sale document, a message or a call names a sub-order (or what the writer takes for one). Tied, it
carries the order and the buyer as the books may show them (masked); what cannot be tied stays visible and is tried
again with every night's orders.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.bulk import insert_missing
from storage.database.tables import order_line, platform_order, refund
from storage.database.tables.privacy import address_book
from storage.database.tables.purchasing import aftersale_request
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.words import yuan

_AT_ONCE = 400


class Asked(NamedTuple):
    """An after-sale as somebody outside tells it, and the file and row (or 0) where that is written."""

    platform: str
    shop: str
    request_no: str
    sub_no: str
    kind: str
    reason: str
    qty: int
    amount_fen: int
    requested_at: str
    file_sha: str = ""
    row_no: int = 0


class Tied(NamedTuple):
    """A request with its order and its buyer; `customer` is masked, "" when the books know no buyer."""

    request_no: str
    key: OrderKey
    sub_no: str
    code: str
    paid_fen: int
    customer: str


def take_in(connection: Connection, *asked: Asked) -> int:
    """Keep what was asked, once each, and tie what can be tied; returns how many are new."""
    rows = [{**one._asdict(), "order_no": "", "rma_id": "", "words": ""} for one in asked]
    made = insert_missing(connection, aftersale_request, rows).created
    tie(connection)
    size(connection)
    return made


def take_in_refunds(connection: Connection) -> int:
    """Take in the after-sales that platforms' refund exports tell of; returns how many are new."""
    rows = connection.execute(select(refund).order_by(refund.c.platform, refund.c.shop, refund.c.refund_no)).all()
    return take_in(connection, *(
        Asked(row.platform, row.shop, row.refund_no, row.sub_no, "refund", row.status, 0, row.amount_fen,
              row.created_at, row.file_sha, row.row_no)
        for row in rows
    ))  # fmt: skip


def tie(connection: Connection) -> int:
    """Tie every open request whose sub-order exactly one order of its shop has; returns how many. Others say why."""
    a = aftersale_request.c
    columns = (a.platform, a.shop, a.request_no, a.sub_no, a.words)
    waiting = connection.execute(select(*columns).where(a.order_no == "")).all()
    orders = _orders_with(connection, sorted({row.sub_no for row in waiting if row.sub_no}))
    tied = 0
    for row in waiting:
        found = orders.get((row.platform, row.shop, row.sub_no), [])
        one = found[0] if len(found) == 1 else ""
        words = "" if one else f"{len(found)} 个订单有子订单 {row.sub_no}" if row.sub_no else "没有写子订单号"
        if one or words != row.words:
            mine = (a.platform == row.platform, a.shop == row.shop, a.request_no == row.request_no)
            connection.execute(aftersale_request.update().where(*mine).values(order_no=one, words=words))
        tied += bool(one)
    return tied


def size(connection: Connection) -> int:
    """Say how many pieces a tied request that names only money is about; returns how many are known now.

    All of the sub-order's when all that was paid for it is asked back; any other amount may be a price difference or
    some of the pieces, so nothing is guessed: it says so and waits for a person (`unclear`).
    """
    a, line = aftersale_request.c, order_line.c
    same = (line.platform == a.platform) & (line.shop == a.shop) & (line.order_no == a.order_no)
    query = (
        select(a.platform, a.shop, a.request_no, a.amount_fen, a.words, line.qty, line.paid_share_fen)
        .join_from(aftersale_request, order_line, same & (line.sub_no == a.sub_no))
        .where(a.order_no != "", a.qty == 0, a.rma_id == "")
    )
    known = 0
    for row in connection.execute(query).all():
        whole = row.qty > 0 and 0 < row.paid_share_fen <= row.amount_fen
        words = (
            f"退的 {yuan(row.amount_fen)} 元是这个子订单实付的全部，按 {row.qty} 件算"
            if whole
            else f"退 {yuan(row.amount_fen)} 元，实付 {yuan(row.paid_share_fen)} 元，是退差价还是退其中几件，文件没有写"
        )
        if whole or words != row.words:
            mine = (a.platform == row.platform, a.shop == row.shop, a.request_no == row.request_no)
            told = {"words": words, **({"qty": row.qty} if whole else {})}
            connection.execute(aftersale_request.update().where(*mine).values(**told))
        known += whole
    return known


def unclear(connection: Connection) -> list[tuple[str, str, str]]:
    """(shop, number, why) of every tied request of which nobody knows how many pieces it is about."""
    a = aftersale_request.c
    mine = (a.order_no != "", a.qty == 0, a.rma_id == "")
    query = select(a.shop, a.request_no, a.words).where(*mine).order_by(a.shop, a.request_no)
    return [(row.shop, row.request_no, row.words) for row in connection.execute(query)]


def _orders_with(connection: Connection, sub_nos: Sequence[str]) -> dict[tuple[str, str, str], list[str]]:
    """(platform, shop, sub-order) → the orders that have it."""
    line = order_line.c
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for begin in range(0, len(sub_nos), _AT_ONCE):
        some = sub_nos[begin : begin + _AT_ONCE]
        query = select(line.platform, line.shop, line.sub_no, line.order_no).where(line.sub_no.in_(some))
        for platform, shop, sub_no, order_no in connection.execute(query):
            found[platform, shop, sub_no].append(order_no)
    return found


def unlinked(connection: Connection) -> list[tuple[str, str, str]]:
    """The queue: (shop, number, why) of every request that no order is known for."""
    a = aftersale_request.c
    query = select(a.shop, a.request_no, a.words).where(a.order_no == "").order_by(a.shop, a.request_no)
    return [(row.shop, row.request_no, row.words) for row in connection.execute(query)]


def tied_requests(connection: Connection) -> list[Tied]:
    """Every request that is tied, with what the books know of its order and its buyer."""
    a, line, o, book = aftersale_request.c, order_line.c, platform_order.c, address_book.c
    mine = (line.platform == a.platform) & (line.shop == a.shop) & (line.sub_no == a.sub_no)
    order = (o.platform == a.platform) & (o.shop == a.shop) & (o.order_no == a.order_no)
    buyer = (book.platform == a.platform) & (book.shop == a.shop) & (book.order_no == a.order_no)
    query = (
        select(a.request_no, a.platform, a.shop, a.order_no, a.sub_no, line.code, o.paid_fen, book.name_masked,
               book.phone_masked)
        .join_from(aftersale_request, order_line, mine)
        .join(platform_order, order)
        .outerjoin(address_book, buyer)
        .where(a.order_no != "")
        .order_by(a.shop, a.request_no)
    )  # fmt: skip
    return [
        Tied(row[0], OrderKey(*row[1:4]), row[4], row[5], row[6], " ".join(part for part in row[7:9] if part))
        for row in connection.execute(query)
    ]
