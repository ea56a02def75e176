"""Price differences given back: money only, pro rata by what each sub-order paid (AS-20), done by a bot's result."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import command
from storage.database.tables.settlement import price_refund
from storage.erp.reconciliation.words import yuan
from storage.erp.settlement.errors import ReasonNeeded, RefundTooMuch, RequestConflict
from storage.erp.settlement.facts import OrderKey
from storage.erp.settlement.outside import answered
from storage.erp.settlement.taken import REQUESTED, capped, paid_by_sub, refunded_by_sub, requested_by_sub

WORKLIST = "to_refund"


class PriceRefund(NamedTuple):
    """A request: so much back for this order, why, and who says so. `request_id` is its number for good."""

    request_id: str
    order: OrderKey
    amount_fen: int
    reason: str
    author: str
    night: str


def request(connection: Connection, wanted: PriceRefund) -> dict[str, int]:
    """Write the request with each sub-order's part, publish it to the bots, and return the parts; once per id.

    Nothing is refunded before a result row says so. Raises ReasonNeeded, RefundTooMuch when refunds done, requests open
    and this one together are more than was paid, RequestConflict for the same id with another order or amount.
    """
    if not wanted.reason.strip() or not wanted.author.strip():
        raise ReasonNeeded("退差价", "a price refund")
    known = _parts(connection, wanted.request_id)
    if known:
        if sum(known.values()) != wanted.amount_fen or _order(connection, wanted.request_id) != wanted.order:
            raise RequestConflict(wanted.request_id)
        return known
    parts = _shared(connection, wanted)
    platform, shop, order_no = wanted.order
    command_id = f"{WORKLIST}|{shop}|{wanted.request_id}"
    said = {
        "request_id": wanted.request_id, "platform": platform, "shop": shop, "order_no": order_no,
        "reason": wanted.reason, "author": wanted.author, "state": REQUESTED, "command_id": command_id,
        "recorded_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    rows = [{**said, "sub_no": sub_no, "amount_fen": fen} for sub_no, fen in parts.items()]
    connection.execute(price_refund.insert(), rows)
    data = _row(wanted, parts)
    words = f"退差价 {yuan(wanted.amount_fen)}：{wanted.reason}（{wanted.author}）；按子订单实付比例分摊"
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    published = {"command_id": command_id, "worklist": WORKLIST, "shop": shop, "subject": wanted.request_id,
                 "data": text, "reason": words, "night": wanted.night, "state": "published"}  # fmt: skip
    connection.execute(command.insert(), [published])
    return parts


def follow(connection: Connection) -> int:
    """Bring requests forward by what the bots' results say; returns how many changed, a second call changes none."""
    p = price_refund.c
    waiting = connection.execute(select(p.request_id, p.command_id).where(p.state == REQUESTED).distinct()).all()
    said = answered(connection, [row.command_id for row in waiting])
    for request_id, command_id in waiting:
        if command_id in said:
            mine = price_refund.update().where(p.request_id == request_id)
            connection.execute(mine.values(state=said[command_id]))
    return sum(row.command_id in said for row in waiting)


def _shared(connection: Connection, wanted: PriceRefund) -> dict[str, int]:
    paid = paid_by_sub(connection, wanted.order)
    refunded = refunded_by_sub(connection, wanted.order, paid)
    asked = requested_by_sub(connection, wanted.order)
    left = {sub: max(fen - refunded.get(sub, 0) - asked.get(sub, 0), 0) for sub, fen in paid.items()}
    if wanted.amount_fen <= 0 or wanted.amount_fen > sum(left.values()):
        whole = sum(paid.values())
        taken = yuan(whole - sum(left.values()))
        raise RefundTooMuch(wanted.order[2], yuan(whole), taken, yuan(wanted.amount_fen))
    parts = capped(wanted.amount_fen, list(paid.values()), list(left.values()))
    return {sub: fen for sub, fen in zip(paid, parts, strict=True) if fen}


def _row(wanted: PriceRefund, parts: Mapping[str, int]) -> dict[str, str]:
    """The worklist's row, in the form that refunds of after-sales have."""
    listed = "；".join(f"{sub_no} {yuan(fen)}" for sub_no, fen in parts.items())
    plain = yuan(wanted.amount_fen).replace("¥", "").replace(",", "")
    return {
        "店铺": wanted.order[1], "售后单号": wanted.request_id, "主订单编号": wanted.order[2], "类型": "退差价",
        "退款金额": plain, "金额_分": str(wanted.amount_fen), "原因": wanted.reason, "明细": listed,
    }  # fmt: skip


def _parts(connection: Connection, request_id: str) -> dict[str, int]:
    p = price_refund.c
    rows = connection.execute(select(p.sub_no, p.amount_fen).where(p.request_id == request_id).order_by(p.sub_no))
    return {sub_no: int(fen) for sub_no, fen in rows}


def _order(connection: Connection, request_id: str) -> OrderKey:
    p = price_refund.c
    mine = select(p.platform, p.shop, p.order_no).where(p.request_id == request_id).distinct()
    platform, shop, order_no = connection.execute(mine).one()
    return platform, shop, order_no
