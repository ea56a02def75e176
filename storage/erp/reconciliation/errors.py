"""What reconciliation refuses a person.

ReconciliationError (a BookError)
├── ItemMissing       there is no such item
├── NumberShort       several items' numbers begin so
├── DecidedAlready    somebody decided it; that has to be taken back first
├── DecisionGone      there is no such decision, or it was taken back
├── ReasonNeeded      who and why have to be said
├── WriteOffTooLarge  more than may be written off at once
├── LinkWrong         the order is not in the books, or the item is no statement line
└── MonthIsClosed     the month is closed, or an earlier one is to be
"""

from collections.abc import Sequence
from typing import ClassVar

from storage.errors import BookError, Who


class ReconciliationError(BookError):
    """The answers stay as they were."""

    who: ClassVar[Who] = "person"
    code = "E-RECON"


class ItemMissing(ReconciliationError):
    """A decision is about items that are there."""

    code = "E-RECON-ITEM"
    zh = "对账里没有这一项：{item}"
    en = "reconciliation has no item {item}"
    zh_hint = "从差异清单里选一项"
    en_hint = "choose one from the list of differences"

    def __init__(self, item: str) -> None:
        super().__init__(item=item)


class NumberShort(ReconciliationError):
    """A number that is cut short means just one item, or nothing is done."""

    code = "E-RECON-NUMBER"
    zh = "{number} 开头的不止一项：{several}"
    en = "several items begin with {number}: {several}"
    zh_hint = "多写几位"
    en_hint = "write more of it"

    def __init__(self, number: str, several: Sequence[str]) -> None:
        super().__init__(number=number, several="、".join(several))


class DecidedAlready(ReconciliationError):
    """A person's decision is never overwritten, not by another person either."""

    code = "E-RECON-DECIDED"
    zh = "{item} 已由 {decider} 定过"
    en = "{item} was decided by {decider}"
    zh_hint = "要改，先撤销那次决定"
    en_hint = "take that decision back first"

    def __init__(self, item: str, decider: str) -> None:
        super().__init__(item=item, decider=decider)


class DecisionGone(ReconciliationError):
    """Only a decision that holds can be taken back."""

    code = "E-RECON-GONE"
    zh = "没有第 {serial} 号决定，或已撤销"
    en = "there is no decision {serial}, or it was taken back"

    def __init__(self, serial: int) -> None:
        super().__init__(serial=serial)


class ReasonNeeded(ReconciliationError):
    """A decision without a name and a reason is none."""

    code = "E-RECON-WHY"
    zh = "要写明谁定的、为什么"
    en = "say who decides, and why"


class WriteOffTooLarge(ReconciliationError):
    """Small differences may be written off, losses may not be hidden."""

    code = "E-RECON-WRITE-OFF"
    zh = "差额 {gap} 超过一次可核销的 {most}"
    en = "{gap} is more than the {most} that may be written off"
    zh_hint = "走申诉或补单据"
    en_hint = "appeal, or bring the document that explains it"

    def __init__(self, gap: str, most: str) -> None:
        super().__init__(gap=gap, most=most)


class LinkWrong(ReconciliationError):
    """A statement line may be given to an order of the books."""

    code = "E-RECON-LINK"
    zh = "{item} 不能归到订单 {order_no}：不是账单行，或订单不在订单库"
    en = "{item} cannot go to order {order_no}: no statement line, or no such order"

    def __init__(self, item: str, order_no: str) -> None:
        super().__init__(item=item, order_no=order_no)


class MonthIsClosed(ReconciliationError):
    """What is closed stays as it was signed; corrections go to an open month."""

    code = "E-RECON-CLOSED"
    zh = "{month} 已关账"
    en = "{month} is closed"
    zh_hint = "在未关账的月份更正"
    en_hint = "correct it in a month that is open"

    def __init__(self, month: str) -> None:
        super().__init__(month=month)
