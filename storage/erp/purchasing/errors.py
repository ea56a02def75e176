"""What buying and receiving refuse.

PurchaseError (a BookError)
├── OrderUnknown        no such purchase order             ├── OrderState       not in this state any more
├── NoticeTooLarge      more announced than ordered        ├── InboundUnknown   nothing is expected under that number
├── InboundConflict     the number says something else     ├── ReceiptConflict  the receipt said something else before
├── ReceiptTooLarge     more than is still expected        └── LineUnknown      a line that is not expected
├── PromotionUnknown    no such promotion              └── RuleWrong        a rule that cannot be followed
"""

from typing import ClassVar

from storage.errors import BookError, Who


class PurchaseError(BookError):
    """The purchase books stay as they were."""

    who: ClassVar[Who] = "business"
    code = "E-PURCHASE"


class OrderUnknown(PurchaseError):
    """A purchase order that is not in the books."""

    code = "E-PO-UNKNOWN"
    zh = "没有采购单 {po_id}"
    en = "there is no purchase order {po_id}"

    def __init__(self, po_id: str) -> None:
        super().__init__(po_id=po_id)


class OrderState(PurchaseError):
    """A purchase order goes from draft over approved and sent to received; what was cancelled stays so."""

    code = "E-PO-STATE"
    zh = "采购单 {po_id} 现为{known}，不能变为{wanted}"
    en = "purchase order {po_id} is {known}; it cannot become {wanted}"
    zh_hint = "已发出的采购单请做到货或关闭，不要作废"
    en_hint = "receive or close an order that was sent; only what was not sent can be cancelled"

    def __init__(self, po_id: str, known: str, wanted: str) -> None:
        super().__init__(po_id=po_id, known=known, wanted=wanted)


class NoticeTooLarge(PurchaseError):
    """Shipping notices of an order announce no more than was ordered."""

    code = "E-ASN-LARGE"
    zh = "采购单 {po_id} 的 {stock_code} 还可预约 {left} 件，到货通知写了 {wanted} 件"
    en = "{left} of {stock_code} are left to announce on {po_id}, the notice says {wanted}"

    def __init__(self, po_id: str, stock_code: str, left: int, wanted: int) -> None:
        super().__init__(po_id=po_id, stock_code=stock_code, left=left, wanted=wanted)


class InboundUnknown(PurchaseError):
    """Goods are received against something that is expected."""

    code = "E-INBOUND-UNKNOWN"
    zh = "没有预期到货单 {inbound_id}"
    en = "nothing is expected under {inbound_id}"
    zh_hint = "没有单号的包裹先放待查区，再按订单号找售后单"
    en_hint = "keep a parcel without a number apart and look for its return by the order's number"

    def __init__(self, inbound_id: str) -> None:
        super().__init__(inbound_id=inbound_id)


class InboundConflict(PurchaseError):
    """The same number announces the same goods."""

    code = "E-INBOUND"
    zh = "预期到货单 {inbound_id} 已有别的内容"
    en = "{inbound_id} announces something else already"

    def __init__(self, inbound_id: str) -> None:
        super().__init__(inbound_id=inbound_id)


class LineUnknown(PurchaseError):
    """A receipt names lines that are expected."""

    code = "E-RECEIPT-LINE"
    zh = "预期到货单 {inbound_id} 没有 {line_no} 这一行"
    en = "{inbound_id} has no line {line_no}"

    def __init__(self, inbound_id: str, line_no: str) -> None:
        super().__init__(inbound_id=inbound_id, line_no=line_no)


class ReceiptTooLarge(PurchaseError):
    """Nothing beyond what is expected goes into the books by itself."""

    code = "E-RECEIPT-LARGE"
    zh = "预期到货单 {inbound_id} 的 {line_no} 还差 {left} 件，收了 {came} 件"
    en = "{inbound_id} expects {left} more of {line_no}; {came} came"
    zh_hint = "多到的货请供应商补一张到货通知，或退回"
    en_hint = "ask for a notice for the surplus, or send it back"

    def __init__(self, inbound_id: str, line_no: str, left: int, came: int) -> None:
        super().__init__(inbound_id=inbound_id, line_no=line_no, left=left, came=came)


class ReceiptConflict(PurchaseError):
    """A receipt is written once."""

    code = "E-RECEIPT-CONFLICT"
    zh = "收货单 {receipt_id} 已入账，内容与这次不同"
    en = "receipt {receipt_id} is in the books with other content"
    zh_hint = "收货单只增不改：请用新的单号更正"
    en_hint = "receipts are never changed: correct it by a new document"

    def __init__(self, receipt_id: str) -> None:
        super().__init__(receipt_id=receipt_id)


class PromotionUnknown(PurchaseError):
    """A promotion that is not in the books."""

    code = "E-PROMOTION-UNKNOWN"
    zh = "没有促销 {promotion_id}"
    en = "there is no promotion {promotion_id}"

    def __init__(self, promotion_id: str) -> None:
        super().__init__(promotion_id=promotion_id)


class RuleWrong(PurchaseError):
    """A rule of supply or a promotion that cannot be followed."""

    code = "E-SUPPLY-RULE"
    zh = "{subject} {warehouse} 的规则不对：{wrong}"
    en = "the rule of {subject} {warehouse} cannot be followed: {wrong}"

    def __init__(self, subject: str, warehouse: str, wrong: str) -> None:
        super().__init__(subject=subject, warehouse=warehouse, wrong=wrong)
