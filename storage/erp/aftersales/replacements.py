"""What is sent instead: the order of an exchange or of a resend, of our own, with its reason, at the price of nothing.

It goes through allocation, parcels and shipping like any other order (platform `aftersale`); it is no sale: its price
is 0, or what the buyer adds for dearer goods.
"""

import json
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, or_, select

from storage.database.bulk import insert_missing
from storage.database.tables import fulfilment, move, order_event, order_line, platform_order
from storage.database.tables.purchasing import inbound, rma, rma_line, rma_wanted
from storage.erp.aftersales.errors import RmaUnknown
from storage.erp.aftersales.rules import AT_ONCE, EXCHANGE, KIND_WORDS, RESEND
from storage.erp.purchasing.rules import split_by_share

PLATFORM = "aftersale"
SHIP_DAYS = 2
PREFIX = {EXCHANGE: "HH", RESEND: "BF"}


class AftersaleCost(NamedTuple):
    """What goods sent again cost, in fen, by the after-sale and who is responsible."""

    rma_id: str
    responsible: str
    goods_fen: int


def write_replacements(connection: Connection, at: str, rma_id: str = "") -> int:
    """Write the order of every agreed resend, and of every exchange whose goods are back (or need not be waited for).

    `rma_id`: only of that one. Returns how many are new; a second call writes none.
    """
    back = select(inbound.c.inbound_id).where(inbound.c.kind == "return", inbound.c.state == "received")
    query = select(rma).where(
        rma.c.decision == "approved",
        rma.c.replacement_no == "",
        or_(rma.c.kind == RESEND, (rma.c.kind == EXCHANGE) & (or_(rma.c.policy == AT_ONCE, rma.c.rma_id.in_(back)))),
    )
    if rma_id:
        query = query.where(rma.c.rma_id == rma_id)
    due = connection.execute(query.order_by(rma.c.rma_id)).all()
    for one in due:
        _write(connection, one, at)
    return len(due)


def record_difference_paid(connection: Connection, rma_id: str, at: str) -> bool:
    """The buyer has paid what an exchange costs more: its order may ship. False when it was paid, or nothing was due.

    Raises RmaUnknown.
    """
    number = connection.execute(select(rma.c.replacement_no).where(rma.c.rma_id == rma_id)).scalar()
    if number is None:
        raise RmaUnknown(rma_id)
    o = platform_order.c
    mine = platform_order.update().where(o.platform == PLATFORM, o.order_no == number, o.pay_state == "unpaid")
    return connection.execute(mine.values(pay_state="paid", paid_at=at)).rowcount == 1


def finish_shipped(connection: Connection) -> int:
    """An order of ours is finished when it has left: no platform will confirm it. Returns how many; again: none."""
    o, e = platform_order.c, order_event.c
    left = (
        select(func.max(e.at))
        .where(e.platform == PLATFORM, e.shop == o.shop, e.order_no == o.order_no, e.type == "shipped_by_bot")
        .scalar_subquery()
    )
    mine = platform_order.update().where(
        o.platform == PLATFORM, o.ship_state == "shipped", o.finished_at == "", left.is_not(None)
    )
    return connection.execute(mine.values(shipped_at=left, finished_at=left)).rowcount


def resend_costs(connection: Connection) -> list[AftersaleCost]:
    """What the goods of every resend that left cost, by the moves that took them out."""
    f, m = fulfilment.c, move.c
    query = (
        select(rma.c.rma_id, rma.c.responsible, func.sum(m.qty * m.unit_cost_fen))
        .join_from(
            rma, fulfilment, (f.platform == PLATFORM) & (f.shop == rma.c.shop) & (f.order_no == rma.c.replacement_no)
        )
        .join(move, (m.doc_id == f.fulfilment_id) & (m.doc_type == "issue"))
        .where(rma.c.kind == RESEND)
        .group_by(rma.c.rma_id, rma.c.responsible)
        .order_by(rma.c.rma_id)
    )
    return [AftersaleCost(rma_id, responsible, int(fen)) for rma_id, responsible, fen in connection.execute(query)]


def _write(connection: Connection, one: Row[Any], at: str) -> None:
    number = f"{PREFIX[one.kind]}-{one.rma_id}"
    wanted = _wanted(connection, one)
    due = max(one.difference_fen, 0)
    worth = [qty * price for _, qty, price in wanted]
    shares = split_by_share(due, worth)
    origin = connection.execute(
        select(platform_order.c.province, platform_order.c.city).where(
            platform_order.c.platform == one.platform, platform_order.c.shop == one.shop,
            platform_order.c.order_no == one.order_no,
        )
    ).first()  # fmt: skip
    latest = (date.fromisoformat(at[:10]) + timedelta(days=SHIP_DAYS)).isoformat()
    key = {"platform": PLATFORM, "shop": one.shop, "order_no": number}
    head = {
        **key, "pay_state": "unpaid" if due else "paid", "ship_state": "none", "refund_state": "none",
        "platform_status": f"{KIND_WORDS[one.kind]}：{one.reason}", "goods_fen": due, "paid_fen": due,
        "province": origin.province if origin else "", "city": origin.city if origin else "", "created_at": at,
        "paid_at": "" if due else at, "latest_ship_at": f"{latest} 23:59:59",
    }  # fmt: skip
    insert_missing(connection, platform_order, [head])
    insert_missing(connection, order_line, [
        {**key, "sub_no": f"{number}-{n}", "code": code, "title": f"{KIND_WORDS[one.kind]} {one.order_no}", "qty": qty,
         "price_fen": share // qty, "paid_share_fen": share}
        for n, ((code, qty, _), share) in enumerate(zip(wanted, shares, strict=True), start=1)
    ])  # fmt: skip
    words = f"{KIND_WORDS[one.kind]}：原订单 {one.order_no}，{one.responsible}（{one.reason}）"
    data = json.dumps({"rma": one.rma_id, "words": words}, ensure_ascii=False)
    event = {**key, "type": "created", "at": at, "actor": one.approved_by, "cause": one.rma_id, "data": data}
    insert_missing(connection, order_event, [event])
    connection.execute(rma.update().where(rma.c.rma_id == one.rma_id).values(replacement_no=number))


def _wanted(connection: Connection, one: Row[Any]) -> list[tuple[str, int, int]]:
    """(code, pieces, price) to send: what was asked for, else the same again."""
    w, line = rma_wanted.c, rma_line.c
    asked = select(w.code, w.qty, w.price_fen).where(w.rma_id == one.rma_id).order_by(w.line_no)
    rows = connection.execute(asked).all()
    if not rows:
        same = select(line.code, line.qty).where(line.rma_id == one.rma_id).order_by(line.sub_no)
        return [(code, qty, 0) for code, qty in connection.execute(same)]
    return [(code, qty, price) for code, qty, price in rows]
