"""What an order should have brought: payment, subsidy, commission and what refunds take and give back. Pure.

The business meaning, from the contracts: a shop on an escrow wallet is paid when the order finishes, less what was
refunded before; a trade wallet lists every payment when the buyer pays, and every refund as a line of its own.
Commission is due on what the seller really received: paid + platform subsidy - refunded before settlement.
"""

from enum import Enum
from typing import NamedTuple

from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.rows import BookOrder, BookRefund
from storage.erp.reconciliation.words import share

CLOSED_WORDS = ("关闭", "取消", "closed", "cancel")
REFUSED_WORDS = ("关闭", "拒绝", "取消", "撤销", "驳回", "失败")


class Stage(Enum):
    """How far an order's money is: due, not due yet, or never due."""

    SETTLED = "settled"
    OPEN = "open"
    CLOSED = "closed"


class Due(NamedTuple):
    """The amounts an order should bring, signed as the statement signs them, and the day that causes them."""

    stage: Stage
    payment_fen: int
    subsidy_fen: int
    commission_fen: int
    base_fen: int
    cause_day: str


def stage_of(order: BookOrder, wallet: str, contracts: Contracts) -> Stage:
    """Whether the order's payment is due in that wallet."""
    if wallet in contracts.paid_out_at_payment:
        return Stage.SETTLED if order.paid_at else Stage.CLOSED
    if any(word in order.platform_status.lower() for word in CLOSED_WORDS):
        return Stage.CLOSED
    return Stage.SETTLED if order.finished_at else Stage.OPEN


def is_done(refund: BookRefund) -> bool:
    """Whether the money of a refund has gone back, as the books know it."""
    return bool(refund.done_at) and not is_refused(refund)


def is_refused(refund: BookRefund) -> bool:
    """Whether the refund was asked for and not granted."""
    return any(word in refund.status for word in REFUSED_WORDS)


def needs_line(refund: BookRefund, wallet: str, contracts: Contracts) -> bool:
    """Whether a done refund must show in the statement: before settlement an escrow wallet just pays out less."""
    return refund.after_settlement or wallet in contracts.paid_out_at_payment


def due(order: BookOrder, wallet: str, before_settlement_fen: int, deducted_fen: int, contracts: Contracts) -> Due:
    """What is due for an order.

    `before_settlement_fen`: refunded before settlement; `deducted_fen`: the part of it that has no line of its own.
    """
    stage = stage_of(order, wallet, contracts)
    at_payment = wallet in contracts.paid_out_at_payment
    cause = (order.paid_at if at_payment else order.finished_at)[:10]
    if stage is Stage.CLOSED:
        return Due(stage, 0, 0, 0, 0, cause)
    payment = order.paid_fen if at_payment else max(order.paid_fen - deducted_fen, 0)
    alive = order.paid_fen > before_settlement_fen
    subsidy = order.platform_discount_fen if alive and not at_payment else 0
    base = order.paid_fen + subsidy - before_settlement_fen if alive else 0
    rate = contracts.commission_bp.get(order.shop, 0)
    return Due(stage, payment, subsidy, -share(base, rate), base, cause)


def commission_back(refund_fen: int, rate: int, charged_fen: int, base_fen: int) -> tuple[int, int]:
    """The commission to give back for a refund after settlement: by the contract's rate, and by what was charged."""
    by_contract = share(refund_fen, rate)
    by_charge = (2 * abs(charged_fen) * refund_fen + base_fen) // (2 * base_fen) if base_fen > 0 else 0
    return by_contract, by_charge
