"""What after-sales refuse.

AftersaleError (a BookError)
├── RmaUnknown        no such after-sale            ├── RmaConflict       the number says something else
├── SubOrderUnknown   no such sub-order             ├── ReturnTooLarge    more than went out and has not come back
├── RefundTooLarge    more than was paid            ├── WholeOnly         before shipping a sub-order is refunded whole
├── DecisionMade      decided otherwise before      ├── ShippedMeanwhile  it left while somebody decided
├── PiecesUnknown     nobody says how many pieces   └── NothingCounted    a count without a piece
"""

from typing import ClassVar

from storage.errors import BookError, Who


class AftersaleError(BookError):
    """The books of after-sales stay as they were."""

    who: ClassVar[Who] = "business"
    code = "E-AFTERSALE"


class RmaUnknown(AftersaleError):
    """An after-sale that is not in the books."""

    code = "E-RMA-UNKNOWN"
    zh = "没有售后单 {rma_id}"
    en = "there is no after-sale {rma_id}"

    def __init__(self, rma_id: str) -> None:
        super().__init__(rma_id=rma_id)


class RmaConflict(AftersaleError):
    """The same number asks for the same thing."""

    code = "E-RMA"
    zh = "售后单 {rma_id} 已有别的内容"
    en = "after-sale {rma_id} asks for something else already"

    def __init__(self, rma_id: str) -> None:
        super().__init__(rma_id=rma_id)


class SubOrderUnknown(AftersaleError):
    """An after-sale is about sub-orders of one order."""

    code = "E-RMA-LINE"
    zh = "订单 {order_no} 没有子订单 {sub_no}"
    en = "order {order_no} has no sub-order {sub_no}"

    def __init__(self, order_no: str, sub_no: str) -> None:
        super().__init__(order_no=order_no, sub_no=sub_no)


class ReturnTooLarge(AftersaleError):
    """No more comes back than went out."""

    code = "E-RMA-LARGE"
    zh = "子订单 {sub_no} 发出 {shipped} 件，已申请退回 {returned} 件，不能再退 {wanted} 件"
    en = "{shipped} of sub-order {sub_no} were shipped, {returned} are coming back; {wanted} more cannot"
    zh_hint = "还没发货的请走仅退款"
    en_hint = "what was not shipped is a refund without goods"

    def __init__(self, sub_no: str, shipped: int, returned: int, wanted: int) -> None:
        super().__init__(sub_no=sub_no, shipped=shipped, returned=returned, wanted=wanted)


class RefundTooLarge(AftersaleError):
    """No more is given back than was paid."""

    code = "E-REFUND-LARGE"
    zh = "子订单 {sub_no} 还可退 {left_fen} 分，申请了 {wanted_fen} 分"
    en = "{left_fen} fen of sub-order {sub_no} are left to refund, {wanted_fen} are asked for"

    def __init__(self, sub_no: str, left_fen: int, wanted_fen: int) -> None:
        super().__init__(sub_no=sub_no, left_fen=left_fen, wanted_fen=wanted_fen)


class WholeOnly(AftersaleError):
    """A sub-order ships whole, so before it is shipped it is refunded whole."""

    code = "E-REFUND-PART"
    zh = "子订单 {sub_no} 还没发货，只能整单退款（{qty} 件）"
    en = "sub-order {sub_no} is not shipped: all {qty} pieces are refunded or none"

    def __init__(self, sub_no: str, qty: int) -> None:
        super().__init__(sub_no=sub_no, qty=qty)


class DecisionMade(AftersaleError):
    """An after-sale is decided once."""

    code = "E-RMA-DECIDED"
    zh = "售后单 {rma_id} 已是「{known}」，不能改为「{wanted}」"
    en = "after-sale {rma_id} is {known} already; it cannot become {wanted}"

    def __init__(self, rma_id: str, known: str, wanted: str) -> None:
        super().__init__(rma_id=rma_id, known=known, wanted=wanted)


class ShippedMeanwhile(AftersaleError):
    """What was to be refunded before shipping has left."""

    code = "E-RMA-SHIPPED"
    zh = "售后单 {rma_id} 申请时未发货，子订单 {sub_no} 现已发出"
    en = "sub-order {sub_no} of after-sale {rma_id} has been shipped since it was asked for"
    zh_hint = "请改为退货退款，或先拦截包裹"
    en_hint = "make it a return, or have the parcel stopped"

    def __init__(self, rma_id: str, sub_no: str) -> None:
        super().__init__(rma_id=rma_id, sub_no=sub_no)


class PiecesUnknown(AftersaleError):
    """A request that names only an amount says nothing of pieces; a person does."""

    code = "E-RMA-PIECES"
    zh = "售后 {number} 退几件不知道：{why}"
    en = "nobody says how many pieces the request {number} is about: {why}"
    zh_hint = "问清楚以后写上件数"
    en_hint = "find out and say how many"

    def __init__(self, number: str, why: str) -> None:
        super().__init__(number=number, why=why)


class NothingCounted(AftersaleError):
    """The warehouse says what came: at least one piece."""

    code = "E-RMA-COUNT"
    zh = "售后 {rma_id} 没有写收到几件"
    en = "nothing was counted for the after-sale {rma_id}"
    zh_hint = "好货 --good 子订单号=件数，坏货 --bad 子订单号=件数"
    en_hint = "sound pieces --good SUB=PIECES, damaged ones --bad SUB=PIECES"

    def __init__(self, rma_id: str) -> None:
        super().__init__(rma_id=rma_id)
