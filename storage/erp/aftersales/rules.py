"""How much is given back, and where an after-sale stands. Pure; integer fen.

A sub-order's share of what was paid is given back by pieces, each part as the difference of two rounded-down running
shares: whatever the parts, together they are the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

RETURN, EXCHANGE, REFUND_ONLY, RESEND = "return", "exchange", "refund_only", "resend"
COMES_BACK = (RETURN, EXCHANGE)
AFTER_RECEIPT, AT_ONCE = "after_receipt", "at_once"
BUYER = "买家"
KIND_WORDS = {RETURN: "退货退款", EXCHANGE: "换货", REFUND_ONLY: "仅退款", RESEND: "补发"}
DECISION_WORDS = {"requested": "待审核", "approved": "已同意", "refused": "已拒绝", "withdrawn": "已撤销"}


class SubOrder(NamedTuple):
    """A sub-order in the books: pieces ordered, shipped, coming back; its paid share and what was given back of it."""

    sub_no: str
    code: str
    ordered: int
    shipped: int
    returned: int
    paid_fen: int
    refunded_fen: int

    @property
    def returnable(self) -> int:
        """Pieces that may still come back."""
        return max(self.shipped - self.returned, 0)

    @property
    def refundable_fen(self) -> int:
        """What may still be given back."""
        return max(self.paid_fen - self.refunded_fen, 0)


def share_fen(whole_fen: int, pieces: int, before: int, qty: int) -> int:
    """The part of `qty` pieces that follow `before` earlier ones; all parts of all pieces sum to the whole."""
    if pieces <= 0:
        return 0
    return whole_fen * (before + qty) // pieces - whole_fen * before // pieces


@dataclass(frozen=True)
class RefundRule:
    """What of a line's refund is paid for pieces that came back in bad condition, in percent, by who is responsible.

    Sound pieces are always paid in full; so are bad ones, unless the buyer is responsible.
    """

    bad_percent_of_buyer: int = 0

    def owed_fen(self, line_fen: int, qty: int, good: int, bad: int, responsible: str) -> int:
        """What is owed for a line of which so many pieces came back."""
        full = share_fen(line_fen, qty, 0, good)
        spoilt = share_fen(line_fen, qty, good, bad)
        percent = self.bad_percent_of_buyer if responsible == BUYER else 100
        return full + spoilt * percent // 100


class Progress(NamedTuple):
    """Where an after-sale stands, told from its decision, its receipts and the bots' answers."""

    stage: str
    words: str


def progress(
    kind: str, decision: str, inbound_state: str, refund_states: Mapping[str, int], replacement: str
) -> Progress:
    """Fold the facts. `refund_states`: how many refund commands are in each state."""
    if decision != "approved":
        return Progress(decision, DECISION_WORDS[decision])
    if refund_states.get("published"):
        return Progress("refunding", "退款已交机器人，等结果")
    if refund_states.get("person") or refund_states.get("rejected"):
        return Progress("person", "平台没有接受退款，等人处理")
    if refund_states.get("done"):
        return Progress("refunded", "已退款")
    if kind in COMES_BACK and inbound_state in ("open", "part"):
        words = "等仓库收货" if inbound_state == "open" else "部分收到，等其余"
        return Progress("awaiting_goods" if inbound_state == "open" else "part_received", words)
    if replacement:
        return Progress("replaced", f"已建补换订单 {replacement}")
    return Progress("received" if kind in COMES_BACK else "approved", "已收货" if kind in COMES_BACK else "已同意")
