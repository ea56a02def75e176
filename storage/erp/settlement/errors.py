"""What settlement refuses.

SettlementError (a DecisionError)
├── ReasonNeeded        who decides and why must be said
├── ComponentUnknown    no component of the profit, reason or fee of that name
├── AdjustmentConflict  the same adjustment says something else than before
├── SheetFrozen         a confirmed sheet never changes
├── SheetMissing        there is no such sheet, or it is no draft
├── SheetChanged        the draft is not what was looked at
├── InvoiceTooMuch      more would be invoiced than was paid and kept
├── InvoiceState        an invoice does not go that way
├── RefundTooMuch       more would go back than was paid
├── RequestConflict     the same request says something else than before
└── SharesWrong         payees' shares that do not make the whole, or two rules that both hold
"""

from typing import ClassVar

from storage.errors import DecisionError, Who


class SettlementError(DecisionError):
    """The books stay as they were."""

    who: ClassVar[Who] = "business"
    code = "E-SETTLEMENT"


class ReasonNeeded(SettlementError):
    """A decision without a name or a reason is none."""

    code = "E-SETTLEMENT-REASON"
    zh = "{what}要写明谁决定的、为什么"
    en = "say who decides {what_en}, and why"

    def __init__(self, what: str, what_en: str) -> None:
        super().__init__(what=what, what_en=what_en)


class ComponentUnknown(SettlementError):
    """A word that the books do not use."""

    code = "E-COMPONENT"
    zh = "没有「{said}」这一项；可以用：{known}"
    en = "there is no {said}; there are {known}"

    def __init__(self, said: str, known: list[str]) -> None:
        super().__init__(said=said, known=known)


class AdjustmentConflict(SettlementError):
    """An adjustment is written once; a correction takes it back and writes another."""

    code = "E-ADJUSTMENT"
    zh = "调整 {adjustment} 已入账，内容不同；更正请先冲回再另记一笔"
    en = "adjustment {adjustment} is in the books and says something else; reverse it and write another"

    def __init__(self, adjustment: str) -> None:
        super().__init__(adjustment=adjustment)


class SheetFrozen(SettlementError):
    """What was confirmed with a party stays as it was confirmed."""

    code = "E-SHEET-FROZEN"
    zh = "{party} {month} 的结算单第 {version} 版已确认，不能再改；后来的变化在下一版"
    en = "version {version} of the settlement sheet of {party} for {month} is confirmed; what is new makes the next one"

    def __init__(self, party: str, month: str, version: int) -> None:
        super().__init__(party=party, month=month, version=version)


class SheetMissing(SettlementError):
    """Nothing to confirm."""

    code = "E-SHEET"
    zh = "{party} {month} 没有结算单"
    en = "there is no settlement sheet of {party} for {month}"
    zh_hint = "先按账簿生成结算单"
    en_hint = "draw it up from the books first"

    def __init__(self, party: str, month: str) -> None:
        super().__init__(party=party, month=month)


class SheetChanged(SettlementError):
    """Someone confirms what he has not seen."""

    code = "E-SHEET-CHANGED"
    zh = "{party} {month} 的结算单在确认前变了：看到的是 {seen}，现在是 {now}"
    en = "the settlement sheet of {party} for {month} changed before it was confirmed: {seen} was seen, it is {now}"
    zh_hint = "重新看一遍再确认"
    en_hint = "look at it again"

    def __init__(self, party: str, month: str, seen: str, now: str) -> None:
        super().__init__(party=party, month=month, seen=seen, now=now)


STATES = {
    "draft": ("草稿", "a draft"), "issued": ("已开的", "issued"), "refused": ("没开成的", "refused"),
    "requested": ("等开具的", "asked for"), "void": ("作废的", "dropped"),
}  # fmt: skip


class InvoiceTooMuch(SettlementError):
    """Invoiced money is money that was paid and not given back."""

    code = "E-INVOICE-MUCH"
    zh = "订单 {order_no} {sub_no} 还能开 {left}，要开 {wanted}"
    en = "order {order_no} {sub_no}: {left} can still be invoiced, {wanted} is asked for"
    zh_hint = "草稿之后又退了款的，作废它再起草：yeban invoices void 编号，yeban invoices new 订单号"
    en_hint = "where money went back after the draft, drop it and draft anew: yeban invoices void, yeban invoices new"

    def __init__(self, order_no: str, sub_no: str, left: str, wanted: str) -> None:
        super().__init__(order_no=order_no, sub_no=sub_no, left=left, wanted=wanted)


class InvoiceTaken(SettlementError):
    """A number stands for one invoice: what was drafted under it is not said to be something else."""

    code = "E-INVOICE-TAKEN"
    zh = "编号 {invoice} 已经是另一张发票：{state}，抬头 {title}，{amount}"
    en = "{invoice} is another invoice already: {state_en}, title {title}, {amount}"
    zh_hint = "要改抬头、税号或税率，先作废它：yeban invoices void {invoice}；另开一张就换个编号：--number"
    en_hint = "for another title, tax number or rate drop it first: yeban invoices void {invoice}; or write --number"

    def __init__(self, invoice: str, state: str, title: str, amount: str) -> None:
        said, said_en = STATES.get(state, (state, state))
        super().__init__(invoice=invoice, state=said, state_en=said_en, title=title, amount=amount)


class InvoiceState(SettlementError):
    """Issued by a bot's result only, taken back by a red one only."""

    code = "E-INVOICE-STATE"
    zh = "发票 {invoice} 是 {state}，不能{verb}"
    en = "invoice {invoice} is {state_en}; it cannot be {verb_en}"

    def __init__(self, invoice: str, state: str, verb: str, verb_en: str) -> None:
        """Facts: the invoice, its state, "" where there is no such invoice, and what was asked."""
        said, said_en = STATES.get(state, ("不存在的", "not there"))
        super().__init__(invoice=invoice, state=said, state_en=said_en, verb=verb, verb_en=verb_en)


class RefundTooMuch(SettlementError):
    """Σ refunds ≤ paid (I-9)."""

    code = "E-REFUND-MUCH"
    zh = "订单 {order_no} 实付 {paid}，已退和待退 {taken}，不能再退 {wanted}"
    en = "order {order_no}: {paid} was paid, {taken} is refunded or asked for, {wanted} more cannot be"

    def __init__(self, order_no: str, paid: str, taken: str, wanted: str) -> None:
        super().__init__(order_no=order_no, paid=paid, taken=taken, wanted=wanted)


class RequestConflict(SettlementError):
    """One number, one request."""

    code = "E-REFUND-REQUEST"
    zh = "退款申请 {request} 已有，内容不同"
    en = "refund request {request} exists and says something else"

    def __init__(self, request: str) -> None:
        super().__init__(request=request)


class SharesWrong(SettlementError):
    """Who gets what of a commission must be certain."""

    code = "E-PAYEES"
    zh = "分账规则 {rule} 不能用：{reason}"
    en = "payee rule {rule} cannot be used: {reason_en}"

    def __init__(self, rule: str, reason: str, reason_en: str) -> None:
        super().__init__(rule=rule, reason=reason, reason_en=reason_en)
