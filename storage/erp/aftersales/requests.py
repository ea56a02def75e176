"""Asking for an after-sale and deciding about it: one function each, from whichever screen or platform it comes.

What is asked is checked against what the books say left and was paid. A decision is made once; what follows from it
(goods expected, goods given back, a refund to be made, something to be sent) happens in the same transaction.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from storage.database.bulk import insert_missing
from storage.database.tables import fulfilment, order_line, platform_order
from storage.database.tables.purchasing import aftersale_request, inbound, rma, rma_line, rma_wanted
from storage.erp.aftersales.errors import (
    DecisionMade,
    PiecesUnknown,
    RefundTooLarge,
    ReturnTooLarge,
    RmaConflict,
    RmaUnknown,
    ShippedMeanwhile,
    SubOrderUnknown,
    WholeOnly,
)
from storage.erp.aftersales.facts import parcels_of, parts_of, sub_orders
from storage.erp.aftersales.refunds import publish_refunds
from storage.erp.aftersales.replacements import write_replacements
from storage.erp.aftersales.rules import (
    AFTER_RECEIPT,
    COMES_BACK,
    DECISION_WORDS,
    EXCHANGE,
    KIND_WORDS,
    REFUND_ONLY,
    RESEND,
    RETURN,
    SubOrder,
    share_fen,
)
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.read import NO_REFUND
from storage.erp.allocation.release import release_closed
from storage.erp.allocation.words import yuan
from storage.erp.purchasing.inbound import ExpectedLine, Inbound, announce

EXPECTED_DAYS = 7
REFUNDING = "退款中"


class Wanted(NamedTuple):
    """What an exchange or a resend sends: `qty` pieces at a price in fen each."""

    code: str
    qty: int
    price_fen: int = 0


class Request(NamedTuple):
    """An after-sale as it is asked for.

    `lines`: sub-order → pieces. `amounts`: sub-order → fen, for a refund that is not by pieces (a small compensation);
    without one it is the pieces' share of what was paid. `responsible`: 错发 | 漏发 | 质量 | 运输 | 买家.
    """

    rma_id: str
    key: OrderKey
    kind: str
    lines: Mapping[str, int]
    reason: str
    responsible: str
    requested_at: str
    policy: str = AFTER_RECEIPT
    amounts: Mapping[str, int] = {}
    wanted: tuple[Wanted, ...] = ()


def request(connection: Connection, asked: Request) -> bool:
    """Write down what is asked for; False when it was asked before.

    Raises SubOrderUnknown, ReturnTooLarge, RefundTooLarge, WholeOnly, RmaConflict for another content.
    """
    known = connection.execute(select(rma).where(rma.c.rma_id == asked.rma_id)).first()
    if known is not None:
        _check_same(connection, asked, known)
        return False
    o = platform_order.c
    mine = (o.platform == asked.key.platform, o.shop == asked.key.shop, o.order_no == asked.key.order_no)
    connection.execute(select(o.order_no).where(*mine).with_for_update())  # two requests must not both take the last
    books = sub_orders(connection, asked.key)
    lines = [_line(asked, sub_no, qty, books) for sub_no, qty in sorted(asked.lines.items())]
    before = asked.kind == REFUND_ONLY and not any(books[sub_no].shipped for sub_no in asked.lines)
    stage = ("before_shipping" if before else "after_shipping") if asked.kind == REFUND_ONLY else ""
    worth = sum(fen for _, _, fen in lines)
    difference = sum(w.qty * w.price_fen for w in asked.wanted) - worth if asked.kind == EXCHANGE else 0
    head = {
        "rma_id": asked.rma_id, **asked.key._asdict(), "kind": asked.kind, "policy": asked.policy,
        "decision": "requested", "stage": stage, "reason": asked.reason, "responsible": asked.responsible,
        "requested_at": asked.requested_at, "difference_fen": difference, "words": _words(asked, lines, difference),
    }  # fmt: skip
    insert_missing(connection, rma, [head])
    insert_missing(connection, rma_line, [
        {"rma_id": asked.rma_id, "sub_no": line.sub_no, "code": line.code, "qty": qty, "refund_fen": fen}
        for line, qty, fen in lines
    ])  # fmt: skip
    insert_missing(connection, rma_wanted, [
        {"rma_id": asked.rma_id, "line_no": str(number), **one._asdict()}
        for number, one in enumerate(asked.wanted, start=1)
    ])  # fmt: skip
    return True


def returnable(connection: Connection, key: OrderKey) -> dict[str, int]:
    """What the order's page offers to return: pieces by sub-order, shipped and not coming back yet."""
    return {sub_no: line.returnable for sub_no, line in sub_orders(connection, key).items() if line.returnable}


def request_tied(
    connection: Connection,
    platform: str,
    shop: str,
    request_no: str,
    responsible: str,
    kind: str = RETURN,
    qty: int = 0,
) -> str:
    """Make an after-sale of a request that came from outside and is tied to its order; returns its number.

    `qty`: how many pieces, where the request itself does not say. Raises RmaUnknown when no such request is tied,
    PiecesUnknown when nobody says how many pieces, and what `request` raises.
    """
    a = aftersale_request.c
    mine = (a.platform == platform, a.shop == shop, a.request_no == request_no)
    row = connection.execute(select(aftersale_request).where(*mine, a.order_no != "")).first()
    if row is None:
        raise RmaUnknown(request_no)
    pieces = row.qty or qty
    if not pieces:
        raise PiecesUnknown(request_no, row.words)
    rma_id = f"{shop}-{request_no}"
    key = OrderKey(platform, shop, row.order_no)
    asked = Request(rma_id, key, kind, {row.sub_no: pieces}, row.reason, responsible, row.requested_at)
    request(connection, asked)
    connection.execute(aftersale_request.update().where(*mine).values(rma_id=rma_id))
    return rma_id


def approve(connection: Connection, rma_id: str, who: str, at: str, warehouse: str = "") -> bool:
    """Agree; False when it was agreed. `warehouse`: where the goods come back to, else the one they left from.

    A return expects its goods under the number of the after-sale. A refund before shipping gives back what is held for
    the sub-order, at once. Raises RmaUnknown, DecisionMade, ShippedMeanwhile.
    """
    found = read(connection, rma_id)
    if not _decide(connection, found, "approved", who):
        return False
    key = OrderKey(found.platform, found.shop, found.order_no)
    if found.kind in COMES_BACK:
        _expect(connection, found, key, at, warehouse)
    elif found.kind == REFUND_ONLY:
        _give_back(connection, found, key)
    write_replacements(connection, at, rma_id)
    publish_refunds(connection, at[:10], rma_id=rma_id)
    return True


def refuse(connection: Connection, rma_id: str, who: str, why: str) -> bool:
    """Say no; False when it was said. Raises RmaUnknown, DecisionMade."""
    return _decide(connection, read(connection, rma_id), "refused", who, why)


def withdraw(connection: Connection, rma_id: str, who: str, why: str) -> bool:
    """The buyer does not want it any more. Of what was agreed only a return of which nothing came yet may be withdrawn.

    Raises RmaUnknown, DecisionMade.
    """
    found = read(connection, rma_id)
    if found.decision == "approved":
        came = connection.execute(select(inbound.c.state).where(inbound.c.inbound_id == rma_id)).scalar()
        if found.kind not in COMES_BACK or came != "open" or found.replacement_no:
            raise DecisionMade(rma_id, DECISION_WORDS[found.decision], DECISION_WORDS["withdrawn"])
        connection.execute(inbound.update().where(inbound.c.inbound_id == rma_id).values(state="closed"))
    return _decide(connection, found, "withdrawn", who, why)


def read(connection: Connection, rma_id: str) -> Row[Any]:
    """The row of an after-sale. Raises RmaUnknown."""
    row = connection.execute(select(rma).where(rma.c.rma_id == rma_id)).first()
    if row is None:
        raise RmaUnknown(rma_id)
    return row


def _line(asked: Request, sub_no: str, qty: int, books: Mapping[str, SubOrder]) -> tuple[SubOrder, int, int]:
    """(sub-order, pieces, fen) of one line, checked."""
    known = books.get(sub_no)
    if known is None:
        raise SubOrderUnknown(asked.key.order_no, sub_no)
    if asked.kind in COMES_BACK and qty > known.returnable:
        raise ReturnTooLarge(sub_no, known.shipped, known.returned, qty)
    if asked.kind == RESEND:
        return known, qty, 0
    told = asked.amounts.get(sub_no)
    if asked.kind == REFUND_ONLY and not known.shipped and (qty != known.ordered or told is not None):
        raise WholeOnly(sub_no, known.ordered)
    before = known.returned if asked.kind in COMES_BACK else 0
    fen = told
    if fen is None:
        fen = min(share_fen(known.paid_fen, known.ordered, before, qty), known.refundable_fen)
    if fen > known.refundable_fen:
        raise RefundTooLarge(sub_no, known.refundable_fen, fen)
    return known, qty, fen


def _words(asked: Request, lines: list[tuple[SubOrder, int, int]], difference: int) -> str:
    parts = "；".join(
        f"子订单 {line.sub_no} {qty} 件，实付分摊 {yuan(line.paid_fen)} 元 ÷ {line.ordered} 件，退 {yuan(fen)} 元"
        if asked.kind != RESEND
        else f"子订单 {line.sub_no} 补 {qty} 件"
        for line, qty, fen in lines
    )
    words = f"{KIND_WORDS[asked.kind]}（{asked.responsible}：{asked.reason}）：{parts}"
    if asked.kind == EXCHANGE:
        words += f"；换出货值差 {yuan(difference)} 元，" + (
            "买家补" if difference > 0 else "退买家" if difference else "两清"
        )
    return words


def _check_same(connection: Connection, asked: Request, known: Row[Any]) -> None:
    c = rma_line.c
    lines = dict(connection.execute(select(c.sub_no, c.qty).where(c.rma_id == asked.rma_id)).all())
    said = (known.platform, known.shop, known.order_no, known.kind, known.policy, known.reason)
    if said != (*asked.key, asked.kind, asked.policy, asked.reason) or lines != dict(asked.lines):
        raise RmaConflict(asked.rma_id)


def _decide(connection: Connection, found: Row[Any], decision: str, who: str, why: str = "") -> bool:
    if found.decision == decision:
        return False
    if found.decision != "requested" and (found.decision, decision) != ("approved", "withdrawn"):
        raise DecisionMade(found.rma_id, DECISION_WORDS[found.decision], DECISION_WORDS[decision])
    words = f"{found.words}；{who}{DECISION_WORDS[decision]}" + (f"：{why}" if why else "")
    mine = rma.update().where(rma.c.rma_id == found.rma_id, rma.c.decision == found.decision)
    return connection.execute(mine.values(decision=decision, approved_by=who, words=words)).rowcount == 1


def _expect(connection: Connection, found: Row[Any], key: OrderKey, at: str, warehouse: str) -> None:
    """The goods of a return, base code by base code, under the number of the after-sale."""
    c = rma_line.c
    rows = connection.execute(select(c.sub_no, c.code, c.qty).where(c.rma_id == found.rma_id)).all()
    lines = []
    for sub_no, parts in parts_of(connection, key, [(row.sub_no, row.code, row.qty) for row in rows]).items():
        lines += [ExpectedLine(line_name(sub_no, base, parts), base, pieces) for base, pieces in parts.items()]
    expected_on = (date.fromisoformat(at[:10]) + timedelta(days=EXPECTED_DAYS)).isoformat()
    place = warehouse or _left_from(connection, key, [row.sub_no for row in rows])
    announce(connection, Inbound(found.rma_id, "return", found.rma_id, place, expected_on, tuple(sorted(lines))))


def line_name(sub_no: str, base: str, parts: Mapping[str, int]) -> str:
    """The line of an expected return: the sub-order, and the component where it is a bundle."""
    return sub_no if len(parts) == 1 else f"{sub_no}|{base}"


def _left_from(connection: Connection, key: OrderKey, sub_nos: list[str]) -> str:
    parcels = parcels_of(connection, key, sub_nos)
    f = fulfilment.c
    query = select(f.warehouse).where(f.fulfilment_id.in_(sorted(parcels.values()))).order_by(f.fulfilment_id)
    return connection.execute(query).scalars().first() or ""


def _give_back(connection: Connection, found: Row[Any], key: OrderKey) -> None:
    """The sub-orders are being refunded: say so where allocation and shipping look, and free what is held for them.

    The platform's next export has the last word: it is newer.
    """
    c = rma_line.c
    sub_nos = connection.execute(select(c.sub_no).where(c.rma_id == found.rma_id)).scalars().all()
    now = sub_orders(connection, key)
    left = [sub_no for sub_no in sub_nos if now[sub_no].shipped]
    if left and found.stage == "before_shipping":
        raise ShippedMeanwhile(found.rma_id, left[0])
    line = order_line.c
    mine = (line.platform == key.platform, line.shop == key.shop, line.order_no == key.order_no,
            line.sub_no.in_(set(sub_nos) - set(left)), line.refund_status.in_(NO_REFUND))  # fmt: skip
    connection.execute(order_line.update().where(*mine).values(refund_status=REFUNDING))
    release_closed(connection)
