"""The three states of an order, which do not depend on each other, and which way each may go. Pure.

After ONEX `ome_orders` (process, pay and ship status side by side): one combined state is the usual mistake. States are
told from facts: payments and the platform's words for pay, parcels for ship, our own decisions for process.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

AXES = ("process", "pay", "ship")
START = {"process": "new", "pay": "unpaid", "ship": "none"}

LEGAL: Mapping[str, Mapping[str, frozenset[str]]] = {
    "process": {
        "new": frozenset({"held", "approved", "cancelled", "finished"}),
        "held": frozenset({"approved", "new", "cancelled", "finished"}),
        "approved": frozenset({"held", "new", "released", "cancelled", "finished"}),
        "released": frozenset({"pulling_back", "new", "finished", "cancelled"}),
        "pulling_back": frozenset({"new", "released", "cancelled", "finished"}),
        "finished": frozenset({"new"}),  # a resend, an exchange: there is something to ship again
        "cancelled": frozenset({"new"}),  # the platform says that it is paid after all
    },
    "pay": {
        "unpaid": frozenset({"part_paid", "paid", "closed", "refund_open", "part_refunded", "refunded"}),
        "part_paid": frozenset({"paid", "closed", "refund_open", "part_refunded", "refunded"}),
        "paid": frozenset({"refund_open", "part_refunded", "refunded", "closed"}),
        "refund_open": frozenset({"paid", "part_refunded", "refunded", "closed"}),
        "part_refunded": frozenset({"refund_open", "refunded", "closed"}),
        "refunded": frozenset({"closed"}),
        "closed": frozenset({"paid", "refunded"}),
    },
    "ship": {
        "none": frozenset({"part", "shipped"}),
        "part": frozenset({"shipped", "part_returned"}),
        "shipped": frozenset({"part_returned", "returned", "part"}),  # a resend opens it again
        "part_returned": frozenset({"returned", "shipped"}),
        "returned": frozenset(),
    },
}
WORDS = {
    "new": "待审", "held": "已拦截", "approved": "已审", "released": "已下发仓库", "pulling_back": "拉回中",
    "finished": "已完成", "cancelled": "已取消", "unpaid": "未付款", "part_paid": "部分付款", "paid": "已付款",
    "refund_open": "退款中", "part_refunded": "部分退款", "refunded": "全额退款", "closed": "已关闭", "none": "未发货",
    "part": "部分发货", "shipped": "已发货", "part_returned": "部分退货", "returned": "已退货",
}  # fmt: skip
FINAL_PAY = ("closed", "refunded", "part_refunded")
"""What a platform says of the money that no payment and no request for a refund changes."""
AXIS_WORDS = {"process": "处理", "pay": "付款", "ship": "发货"}


class Fact(NamedTuple):
    """One event as the fold needs it: which transition of its order it was, on which axis, and where that led."""

    n: int
    axis: str
    to: str


def fold(facts: Iterable[Fact]) -> dict[str, str]:
    """Where an order stands after its events; each axis alone, in the order in which they were written."""
    state = dict(START)
    for fact in sorted(facts):
        state[fact.axis] = fact.to
    return state


def is_legal(axis: str, known: str, wanted: str) -> bool:
    """Whether an order may go from one state to the other; staying is always legal."""
    return known == wanted or wanted in LEGAL[axis].get(known, frozenset())


def pay_of(platform: str, refund: str, received_fen: int | None, due_fen: int) -> str:
    """The pay state told from the platform's words and, where payments are known (not None), from their sum."""
    if platform in FINAL_PAY:
        return platform
    if refund == "open":
        return "refund_open"
    if received_fen is not None:
        return "paid" if received_fen >= due_fen else "part_paid" if received_fen > 0 else "unpaid"
    return "paid" if platform == "paid" else "unpaid"


def ship_of(ordered: int, cancelled: int, shipped: int, returned: int = 0) -> str:
    """The ship state told from pieces: shipped only when what left is what was ordered minus what was cancelled."""
    if returned and returned >= shipped:
        return "returned"
    if returned:
        return "part_returned"
    if not shipped:
        return "none"
    return "shipped" if shipped >= ordered - cancelled else "part"


def chart() -> str:
    """The state map in words, one line per state."""
    lines = []
    for axis in AXES:
        lines.append(f"{AXIS_WORDS[axis]}：")
        for known, wanted in LEGAL[axis].items():
            ways = "、".join(WORDS[name] for name in sorted(wanted)) or "（终点）"
            lines.append(f"  {WORDS[known]} → {ways}")
    return "\n".join(lines)
