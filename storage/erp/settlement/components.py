"""What an order's figures are made of, and where each fee class of a statement goes. Data, pure.

A statement line goes to exactly one of four places: a component of the profit, the receivable that it pays (the income
itself is recognised with the order), a movement of own money, or the list of what nobody has classed yet. Which
component is which account of the ledger: `ACCOUNTS`, as `finance.chart.FEE_ACCOUNTS` has it for fees.
"""

from enum import Enum
from typing import NamedTuple


class Component(NamedTuple):
    """How a component is called, and the part of the statement of profit that it stands in."""

    zh: str
    en: str
    part: str  # income | fee | marketing | cost | other


COMPONENTS: dict[str, Component] = {
    "goods": Component("商品货款", "goods at list price", "income"),
    "seller_discount": Component("商家优惠", "seller's discount", "income"),
    "platform_discount": Component("平台优惠", "platform's discount", "income"),
    "buyer_freight": Component("买家运费", "freight paid by the buyer", "income"),
    "refund": Component("退款", "refunds", "income"),
    "subsidy": Component("平台补贴", "platform subsidy", "income"),
    "output_tax": Component("销项税额", "output tax", "income"),
    "commission": Component("平台佣金", "commission", "fee"),
    "affiliate": Component("达人与推广佣金", "affiliates' commission", "fee"),
    "service_fee": Component("平台服务费", "platform service fees", "fee"),
    "payment_fee": Component("支付手续费", "payment fees", "fee"),
    "points": Component("积分与红包", "points and red packets", "fee"),
    "marketing": Component("广告与推广", "advertising", "marketing"),
    "goods_cost": Component("商品成本", "cost of goods", "cost"),
    "freight": Component("快递费", "freight", "cost"),
    "insurance": Component("运费险", "freight insurance", "cost"),
    "return_freight": Component("退货运费", "return freight", "cost"),
    "compensation": Component("赔付", "compensation", "cost"),
    "penalty": Component("平台罚款", "fines", "cost"),
    "donation": Component("公益捐赠", "donations", "other"),
    "damage": Component("退货报损", "returned goods lost", "cost"),
    "resend_cost": Component("补发成本", "goods sent again", "cost"),
    "other": Component("其他", "other", "other"),
}
INCOME = tuple(name for name, one in COMPONENTS.items() if one.part == "income")
FEES = tuple(name for name, one in COMPONENTS.items() if one.part == "fee")
COSTS = tuple(name for name, one in COMPONENTS.items() if one.part in ("cost", "other"))
AFTERSALE = ("return_freight", "compensation", "penalty", "damage", "resend_cost")
"""What after-sales cost beyond the money that goes back."""


ACCOUNTS: dict[str, str] = {
    **dict.fromkeys((*INCOME,), "6001"),
    **dict.fromkeys(("goods_cost", "resend_cost", "damage"), "6401"),
    "commission": "660101",
    "service_fee": "660102",
    "marketing": "660103",
    "affiliate": "660104",
    "insurance": "660105",
    "compensation": "660106",
    "points": "660107",
    "freight": "660108",
    "return_freight": "660108",
    "payment_fee": "660301",
    "penalty": "671101",
    "donation": "671102",
}
"""component -> account; the others are figures of management that the ledger books elsewhere or not."""


class Place(Enum):
    """Where a statement line goes."""

    PROFIT = "损益"
    RECEIVABLE = "应收货款"
    OWN_MONEY = "资金划转"
    UNCLASSIFIED = "未归类"


_PROFIT: dict[str, str] = {
    "advertising": "marketing",
    "affiliate": "affiliate",
    "affiliate_rebate": "affiliate",
    "annual_fee": "service_fee",
    "bank_fee": "payment_fee",
    "campaign_commission": "commission",
    "campaign_fee": "service_fee",
    "commission": "commission",
    "compensation": "compensation",
    "donation": "donation",
    "freight_insurance": "insurance",
    "inspection_fee": "service_fee",
    "instalment_fee": "payment_fee",
    "other_share": "affiliate",
    "payment_fee": "payment_fee",
    "penalty": "penalty",
    "points": "points",
    "price_insurance": "insurance",
    "red_packet": "points",
    "refund_affiliate": "affiliate",
    "refund_commission": "commission",
    "return_freight": "return_freight",
    "software_fee": "service_fee",
}
_RECEIVABLE = {"payment": "goods", "refund": "refund", "subsidy": "subsidy"}
_OWN_MONEY = frozenset({"ad_spend", "ad_top_up", "bank", "deposit", "payable", "top_up", "transfer", "withdrawal"})
"""Ad wallets are paid in advance; what was spent is counted by the day's ad report, once."""


def place_of(fee_type: str) -> tuple[Place, str]:
    """Where a fee class goes, and the component that it is of; for a receivable the one that it would be of for an
    order that nobody knows. A class that no table names is unclassified.
    """
    if fee_type in _PROFIT:
        return Place.PROFIT, _PROFIT[fee_type]
    if fee_type in _RECEIVABLE:
        return Place.RECEIVABLE, _RECEIVABLE[fee_type]
    return (Place.OWN_MONEY if fee_type in _OWN_MONEY else Place.UNCLASSIFIED), ""


GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("商品货款", ("goods",)),
    ("商家优惠", ("seller_discount",)),
    ("平台优惠", ("platform_discount",)),
    ("买家运费", ("buyer_freight",)),
    ("退款", ("refund",)),
    ("平台补贴", ("subsidy",)),
    ("销项税额", ("output_tax",)),
    ("平台佣金", ("commission",)),
    ("达人佣金", ("affiliate",)),
    ("平台服务费", ("service_fee", "points")),
    ("支付手续费", ("payment_fee",)),
    ("广告推广", ("marketing",)),
    ("商品成本", ("goods_cost",)),
    ("快递费", ("freight",)),
    ("运费险", ("insurance",)),
    ("售后费用", AFTERSALE),
    ("其他", ("donation", "other")),
)
"""How the waterfall is shown: every component in one column."""
