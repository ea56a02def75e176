"""The three states of an order, which do not depend on each other, told from its sub-order rows. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from storage.documents.rows import SubOrderRow

OPEN = "退款中"
REFUNDED = "退款成功"
SHIPPED = frozenset({"卖家已发货", "交易成功"})


class OrderStates(NamedTuple):
    """pay: unpaid | paid | part_refunded | refunded | closed; ship: none | part | shipped; refund: none | open |
    part | full; what has gone back, in fen.
    """

    pay: str
    ship: str
    refund: str
    refunded_fen: int


def order_states(lines: Sequence[SubOrderRow]) -> OrderStates:
    """The states of the one order whose sub-orders these are; a refund that is only asked for gave nothing back."""
    refunded_fen = sum(line.refunded_fen for line in lines if line.refund_status != OPEN)
    pay = _pay(lines[0], refunded_fen)
    return OrderStates(pay, _ship(lines), _refund(lines, pay, refunded_fen), refunded_fen)


def _pay(head: SubOrderRow, refunded_fen: int) -> str:
    closed = "关闭" in head.status
    if not head.paid_at:
        return "closed" if closed else "unpaid"
    if refunded_fen and refunded_fen >= head.paid_fen:
        return "refunded"
    if refunded_fen:
        return "part_refunded"
    return "closed" if closed else "paid"


def _ship(lines: Sequence[SubOrderRow]) -> str:
    """Sub-orders whose money went back before they left need no parcel and do not hold up the rest."""
    if lines[0].status in SHIPPED:
        return "shipped"
    sent = [bool(line.shipped_at or line.waybill_no) for line in lines]
    if not any(sent):
        return "none"
    waiting = [line for line, gone in zip(lines, sent, strict=True) if not gone and not _given_back(line)]
    return "part" if waiting else "shipped"


def _given_back(line: SubOrderRow) -> bool:
    return line.refund_status == REFUNDED and line.refunded_fen >= line.paid_share_fen


def _refund(lines: Sequence[SubOrderRow], pay: str, refunded_fen: int) -> str:
    if any(line.refund_status == OPEN for line in lines):
        return "open"
    if pay == "refunded":
        return "full"
    return "part" if refunded_fen else "none"
