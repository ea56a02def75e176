"""What the order desk refuses.

OrderError (a BookError)
├── OrderUnknown          no such order in the pool
├── IllegalTransition     an order cannot go from there to there
├── ReleaseRefused        a hold that this one may not release
├── GoneAlready           the parcel left: what was asked comes too late
├── ManualRefused         an order entered by hand lacks something
├── RuleSetWrong          a set of rules names a rule or a setting that does not exist
└── TypeUnknown           an order cannot be said to be of that type
"""

from collections.abc import Sequence
from typing import ClassVar

from storage.errors import BookError, Who


class OrderError(BookError):
    """The order stays as it was."""

    who: ClassVar[Who] = "business"
    code = "E-ORDER"


class OrderUnknown(OrderError):
    """No such order in the pool."""

    code = "E-ORDER-UNKNOWN"
    zh = "订单池里没有 {shop} 的订单 {order_no}"
    en = "there is no order {order_no} of {shop} in the pool"
    zh_hint = "先收订单，或核对店铺和订单号"
    en_hint = "collect the orders first, or check shop and number"

    def __init__(self, shop: str, order_no: str) -> None:
        super().__init__(shop=shop, order_no=order_no)


class IllegalTransition(OrderError):
    """An order goes only where the state map leads."""

    code = "E-ORDER-STATE"
    zh = "订单 {order_no} 的{axis}状态不能从「{known}」变为「{wanted}」"
    en = "the {axis} state of order {order_no} cannot go from {known} to {wanted}"
    zh_hint = "从这里只能到：{legal}"
    en_hint = "from there it can go to: {legal}"

    def __init__(self, order_no: str, axis: str, known: str, wanted: str, legal: Sequence[str]) -> None:
        super().__init__(order_no=order_no, axis=axis, known=known, wanted=wanted, legal=sorted(legal))


class ReleaseRefused(OrderError):
    """A hold waits for somebody else, or there is none."""

    code = "E-HOLD"
    zh = "订单 {order_no} 的拦截 {hold} 不能放行：{reason}"
    en = "hold {hold} of order {order_no} cannot be released: {reason_en}"

    def __init__(self, order_no: str, hold: str, reason: str, reason_en: str) -> None:
        super().__init__(order_no=order_no, hold=hold, reason=reason, reason_en=reason_en)


class GoneAlready(OrderError):
    """The goods were handed over before this was asked."""

    code = "E-GONE"
    zh = "订单 {order_no} 的包裹 {parcel} 已交给快递，{asked}来不及了"
    en = "parcel {parcel} of order {order_no} has been handed over; it is too late for this: {asked}"
    zh_hint = "请联系快递拦截，或等退货"
    en_hint = "ask the carrier to intercept it, or wait for the return"

    def __init__(self, order_no: str, parcel: str, asked: str) -> None:
        super().__init__(order_no=order_no, parcel=parcel, asked=asked)


class ManualRefused(OrderError):
    """An order entered by hand is checked like any other."""

    code = "E-MANUAL"
    zh = "手工单 {order_no} 不能收：{reasons}"
    en = "the order {order_no} entered by hand is refused: {reasons}"

    def __init__(self, order_no: str, reasons: Sequence[str]) -> None:
        super().__init__(order_no=order_no, reasons=list(reasons))


class RuleSetWrong(OrderError):
    """A set of rules that cannot be used."""

    code = "E-RULES"
    zh = "审单规则不能用：{reason}"
    en = "these review rules cannot be used: {reason_en}"
    zh_hint = "认得的规则：{known}"
    en_hint = "known rules: {known}"

    def __init__(self, reason: str, reason_en: str, known: Sequence[str]) -> None:
        super().__init__(reason=reason, reason_en=reason_en, known=sorted(known))


class TypeUnknown(OrderError):
    """A person may say of an order that it is a sale, a brushing order or a test order, and nothing else."""

    code = "E-ORDER-TYPE"
    zh = "订单 {order_no} 现在是 {known}，不能记成 {wanted}"
    en = "the order {order_no} is {known} and cannot be marked {wanted}"
    zh_hint = "能记的：brushing 补单（刷单）、test 测试单、normal 普通订单"
    en_hint = "what can be said: brushing, test, normal"

    def __init__(self, order_no: str, known: str, wanted: str) -> None:
        super().__init__(order_no=order_no, known=known, wanted=wanted)
