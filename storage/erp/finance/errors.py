"""What the ledger refuses.

LedgerError (a BookError)
├── Unbalanced           debits and credits of a voucher differ, or a line is on both sides
├── AccountUnknown       the chart has no such account
├── PartyMissing         a line on a control account says neither who nor which item
├── VoucherConflict      the same source says something else than its voucher
├── VoucherUnknown       no voucher has this number
├── ReversedAlready      a voucher is reversed once
├── AuthorMissing        a manual voucher or reversal without a person or a reason
├── PeriodClosed         the month is closed; it takes no voucher
├── PeriodNotClosable    an earlier month is still open, or its books contradict themselves
├── LayersShort          more pieces leave than the cost layers hold
├── IssueUnknown         goods come back that no booked issue sent out
├── DocumentConflict     a document of ours says something else than before
├── PolicyUnknown        no such way of recognising revenue, valuing stock or reckoning tax
├── PolicyFixed          vouchers were written by the policy that counts; it cannot become another
└── EstimateBooked       a month's expected returns were booked by the policy that counted then
"""

from typing import ClassVar

from storage.errors import BookError, Who


class LedgerError(BookError):
    """The ledger stays as it was."""

    who: ClassVar[Who] = "business"
    code = "E-LEDGER"


class Unbalanced(LedgerError):
    """Σ debit == Σ credit, exactly; no tolerance."""

    who = "author"
    code = "E-UNBALANCED"
    zh = "凭证 {source} 借方 {dr_fen} 分、贷方 {cr_fen} 分，不平：{reason}"
    en = "voucher {source}: debit {dr_fen} fen, credit {cr_fen} fen: {reason}"

    def __init__(self, source: str, dr_fen: int, cr_fen: int, reason: str) -> None:
        super().__init__(source=source, dr_fen=dr_fen, cr_fen=cr_fen, reason=reason)


class AccountUnknown(LedgerError):
    """A line names an account that is not in the chart."""

    who = "author"
    code = "E-ACCOUNT"
    zh = "科目表里没有 {account}"
    en = "the chart of accounts has no {account}"
    zh_hint = "科目在 storage/erp/finance/chart.py，一行一个"
    en_hint = "accounts are one line each in storage/erp/finance/chart.py"

    def __init__(self, account: str) -> None:
        super().__init__(account=account)


class PartyMissing(LedgerError):
    """Receivables and payables are owed by or to somebody, for something."""

    who = "author"
    code = "E-PARTY"
    zh = "凭证 {source} 在往来科目 {account} 上没有写明往来单位或业务编号"
    en = "voucher {source}: a line on the control account {account} names no party or no item"

    def __init__(self, source: str, account: str) -> None:
        super().__init__(source=source, account=account)


class VoucherConflict(LedgerError):
    """A document is booked once; a correction is a reversal and a new voucher."""

    code = "E-VOUCHER-CONFLICT"
    zh = "单据 {source} 已由凭证 {no} 入账，内容却不同了"
    en = "{source} was booked by voucher {no} with other content"
    zh_hint = "先红字冲销 {no}，再入新的"
    en_hint = "reverse {no} first, then post the new one"

    def __init__(self, source: str, no: str) -> None:
        super().__init__(source=source, no=no)


class VoucherUnknown(LedgerError):
    """Nothing was ever posted under this number."""

    code = "E-VOUCHER-UNKNOWN"
    zh = "没有凭证 {no}"
    en = "there is no voucher {no}"

    def __init__(self, no: str) -> None:
        super().__init__(no=no)


class ReversedAlready(LedgerError):
    """A second reversal would book the event backwards."""

    code = "E-REVERSED"
    zh = "凭证 {no} 已由 {by} 冲销"
    en = "voucher {no} was reversed by {by}"

    def __init__(self, no: str, by: str) -> None:
        super().__init__(no=no, by=by)


class AuthorMissing(LedgerError):
    """What no document explains, a person has to."""

    who = "person"
    code = "E-AUTHOR"
    zh = "手工凭证和冲销要写明谁做的、为什么"
    en = "a manual voucher or a reversal needs an author and a reason"


class PeriodClosed(LedgerError):
    """Closed months are immutable."""

    code = "E-PERIOD-CLOSED"
    zh = "{period} 已关账，不能再记 {source}"
    en = "{period} is closed; it takes no {source}"
    zh_hint = "记到还开着的月份"
    en_hint = "date it in a month that is open"

    def __init__(self, period: str, source: str) -> None:
        super().__init__(period=period, source=source)


class PeriodNotClosable(LedgerError):
    """Months close in order and only when they are sound."""

    code = "E-PERIOD-OPEN"
    zh = "{period} 还不能关账：{reason}"
    en = "{period} cannot be closed yet: {reason}"

    def __init__(self, period: str, reason: str) -> None:
        super().__init__(period=period, reason=reason)


class LayersShort(LedgerError):
    """The cost layers hold fewer pieces than are to leave."""

    code = "E-LAYERS-SHORT"
    zh = "{stock_code} 的成本层只剩 {left} 件（{layers}），{move} 要出 {wanted} 件"
    en = "the cost layers of {stock_code} hold {left} pieces ({layers}); {move} takes {wanted}"
    zh_hint = "先补入库单据，或先盘点"
    en_hint = "enter the receipt that is missing, or count"

    def __init__(self, stock_code: str, move: str, wanted: int, left: int, layers: str) -> None:
        super().__init__(stock_code=stock_code, move=move, wanted=wanted, left=left, layers=layers or "无")


class IssueUnknown(LedgerError):
    """Goods come back at the cost they left with, so the issue has to be known."""

    code = "E-ISSUE-UNKNOWN"
    zh = "{move} 退回 {wanted} 件 {stock_code}，账上发出未退的只有 {left} 件"
    en = "{move} brings back {wanted} of {stock_code}; only {left} of that are out"
    zh_hint = "确认退货对应的发货单"
    en_hint = "name the parcel that the goods were sent in"

    def __init__(self, stock_code: str, move: str, wanted: int, left: int) -> None:
        super().__init__(stock_code=stock_code, move=move, wanted=wanted, left=left)


class DocumentConflict(LedgerError):
    """A document that was entered is never edited."""

    code = "E-DOCUMENT-CONFLICT"
    zh = "单据 {document} 已经录过，内容不同"
    en = "{document} was entered before with other content"
    zh_hint = "用新的单号更正"
    en_hint = "correct it under a new number"

    def __init__(self, document: str) -> None:
        super().__init__(document=document)


class PolicyUnknown(LedgerError):
    """A policy names one of the known ways, and its numbers are possible ones."""

    code = "E-POLICY"
    zh = "会计政策里没有这一项：{what}"
    en = "a policy cannot say {what}"
    zh_hint = "收入确认 ship、finish、window、settle；计价 fifo、average；税率 0 到 10000（万分之几）"
    en_hint = "recognise: ship, finish, window, settle; costing: fifo, average; vat_bp: 0 to 10000"

    def __init__(self, what: str) -> None:
        super().__init__(what=what)


class PolicyFixed(LedgerError):
    """The orders of one set of books are all recognised and valued in one way (会计政策不得随意变更)."""

    code = "E-POLICY-FIXED"
    zh = "账里已有按现行会计政策生成的 {vouchers} 张凭证，政策不能再换"
    en = "{vouchers} vouchers were written by the policy that counts; it cannot become another"
    zh_hint = "政策要在生成第一张凭证之前定；要换就另建一套账"
    en_hint = "decide before the first voucher is written, or begin new books"

    def __init__(self, vouchers: int) -> None:
        super().__init__(vouchers=vouchers)


class EstimateBooked(LedgerError):
    """An estimate that was booked stays; another way of estimating counts from a later month on."""

    code = "E-POLICY-MONTH"
    zh = "{month} 月末的预计退货已按原来的办法入账，新办法不能从 {day} 起"
    en = "the expected returns of {month} were booked; another way cannot count from {day} on"
    zh_hint = "把生效日写成下个月的"
    en_hint = "let it count from the next month on"

    def __init__(self, month: str, day: str) -> None:
        super().__init__(month=month, day=day)
