"""What a line of an Alipay statement is, and which order it is about: rules as data.

Fee classes: the categories in production use at an ERP vendor (ShopeX OMS, financebase.bill_category_rules), plus the
remarks seen in its parser. Order numbers: the same vendor's order of attempts. A line that no rule knows is
"unclassified" and stays visible; a number that no rule finds stays empty.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from storage.documents.fee_rules import FeeRule, Said, by_priority, fee_of

OTHER = "其它"  # 其他 in newer files


def _types(*names: str) -> frozenset[str]:
    return frozenset(names)


IN, OUT = "收入", "支出"
"""Which of the two amount columns is filled."""

_CLAIM = ("商家保证金理赔",)
_PLATFORM = ("金账号", "天猫技术有限公司")
_NO_GOODS = "天猫技术有限公司(p-t***@service.taobao.com)"

FEE_RULES: tuple[FeeRule, ...] = (
    FeeRule("alipay.payment", "payment", "交易付款|在线支付", priority=10, category="货款"),
    FeeRule("alipay.refund", "refund", "交易退款", priority=10, category="货款"),
    FeeRule("alipay.withdrawal", "withdrawal", "提现", priority=10, category="提现"),
    FeeRule("alipay.top_up", "top_up", "充值", priority=10, category="充值"),
    FeeRule("alipay.aftersale_in", "payment", direction=IN, has=("售后支付",), priority=20, category="货款"),
    FeeRule("alipay.aftersale_out", "refund", direction=OUT, has=("售后支付",), priority=20, category="货款"),
    FeeRule("alipay.claim_in", "payment", sign="+", has=_CLAIM, not_party=_PLATFORM, priority=20, category="货款"),
    FeeRule("alipay.claim_out", "refund", sign="-", has=_CLAIM, not_party=_PLATFORM, priority=20, category="货款"),
    FeeRule("alipay.deposit_claim", "deposit", has=_CLAIM, party="金账号", priority=20, category="天猫保证金"),
    FeeRule("alipay.bank_fee_huabei", "bank_fee", "收费", has=("花呗支付服务费",), priority=30, category="银行手续费"),
    FeeRule("alipay.bank_fee_card", "bank_fee", "收费", has=("信用卡支付服务费",), priority=30, category="银行手续费"),
    FeeRule("alipay.instalment_fee", "instalment_fee", "收费", has=("花呗分期服务费",), priority=30,
            category="花呗分期手续费"),
    FeeRule("alipay.instalment_fee_back", "instalment_fee", "退费", priority=30, category="花呗分期手续费"),
    FeeRule("alipay.refund_commission", "refund_commission", has=("天猫佣金退款",), priority=40, category="天猫佣金"),
    FeeRule("alipay.refund_affiliate", "refund_affiliate", has=("淘宝客佣金退款",), priority=40, category="淘宝客佣金"),
    FeeRule("alipay.commission", "commission", has=("天猫佣金",), category="天猫佣金"),
    FeeRule("alipay.affiliate", "affiliate", has=("淘宝客佣金",), category="淘宝客佣金"),
    FeeRule("alipay.affiliate_rebate", "affiliate_rebate", has=("淘宝客推广佣金月度返还",), category="淘宝客月度返还"),
    FeeRule("alipay.juhuasuan_deposit", "deposit", has=("聚划算保险保证金",), category="聚划算保险保证金"),
    FeeRule("alipay.juhuasuan_commission", "campaign_commission", has=("聚划算佣金",), category="聚划算佣金"),
    FeeRule("alipay.juhuasuan_service", "campaign_fee", has=("聚划算参团服务费",),
            category="聚划算活动保证金-聚划算参团服务费"),
    FeeRule("alipay.juhuasuan_insurance", "freight_insurance", has=("聚划算运费险保费收取",), category="聚划算运费险"),
    FeeRule("alipay.qianggou_minimum", "campaign_fee", has=("淘抢购保底佣金",),
            category="聚划算活动保证金-淘抢购保底佣金"),
    FeeRule("alipay.qianggou_service", "campaign_fee", has=("淘抢购技术",), category="淘抢购技术服务费"),
    FeeRule("alipay.points_buy", "points", "交易分账|其它|转账", has=("买就返",), category="买就返积分"),
    FeeRule("alipay.points_rebate", "points", has=("返点积分",), category="返点积分"),
    FeeRule("alipay.points_back", "points", has=("代扣交易退回积分",), category="返点积分"),
    FeeRule("alipay.red_packet_right", "red_packet", has=("权益红包",), category="红包费用"),
    FeeRule("alipay.red_packet", "red_packet", has=("支付宝红包",), category="红包费用"),
    FeeRule("alipay.price_insurance", "price_insurance", has=("价格保障保险",), category="价格保障保险"),
    FeeRule("alipay.price_insurance_back", "price_insurance", has=("退保保费支付",), category="价格保障保险"),
    FeeRule("alipay.freight_insurance", "freight_insurance", has=("卖家版运费险保费收取",), category="卖家版运费险"),
    FeeRule("alipay.freight_insurance_other", "freight_insurance", has=("运费险",), priority=60),
    FeeRule("alipay.subsidy", "subsidy", has=("平台优惠补贴",)),
    FeeRule("alipay.coupon_taken_back", "subsidy", has=("消费券代付资金扣回",)),
    FeeRule("alipay.deposit_moved", "deposit", has=("保证金-迁移",), category="天猫保证金迁移"),
    FeeRule("alipay.deposit_frozen", "deposit", has=("保证金冻结",), category="天猫保证金"),
    FeeRule("alipay.deposit_freed", "deposit", has=("保证金解冻",), category="天猫保证金"),
    FeeRule("alipay.annual_fee", "annual_fee", has=("技术年费",), category="技术年费"),
    FeeRule("alipay.software_fee", "software_fee", has=("基础软件服务费",)),
    FeeRule("alipay.experience_fee", "software_fee", has=("消费者体验提升计划服务费",)),
    FeeRule("alipay.donation", "donation", has=("公益宝贝",)),
    FeeRule("alipay.moved_to_bank", "transfer", has=("转出到网商银行",)),
    FeeRule("alipay.moved_to_fund", "transfer", has=("余利宝",)),
    FeeRule("alipay.no_goods", "compensation", party=_NO_GOODS, priority=90, category="无货赔付"),
)  # fmt: skip
"""`category`: the vendor's own name; rules without one are of remarks seen in its parser. 其他 is read as 其它."""

_BY_PRIORITY = by_priority(FEE_RULES)


class OrderRule(NamedTuple):
    """The order number is the last group that matched when `pattern` is found in `field`.

    `types`: only for these business types; empty: all. `unless`: not for these. A rule without a group says that
    lines of this sort have no order: later rules are not asked.
    """

    rule_id: str
    field: str
    pattern: re.Pattern[str]
    types: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()


_REFUND, _TRANSFER, _SHARE = _types("交易退款"), _types("转账"), _types("交易分账")
_NAMED = _REFUND | _TRANSFER | _SHARE
_DIGITS = re.compile(r"(\d{6,})")  # shorter runs are card tails and counts, never orders

_CAE_REMARK = re.compile(r"^CAE[^\n]*\n.*?(?<!\d)(\d{6,})")
_GIVEN_BACK = re.compile(r'^CAE_POINT_[^\n]*RETURNGIVE"?\n.*?(?<!\d)(\d{6,})')

ORDER_RULES: tuple[OrderRule, ...] = (
    OrderRule("order.base", "base_order_no", re.compile(r"^(.+)$")),
    OrderRule("order.none_type", "business_type", re.compile(r"^(?:提现|充值)$")),
    OrderRule("order.none_deposit", "remark", re.compile(r"聚划算保险保证金")),
    OrderRule("order.none_party", "counterparty", re.compile(r"金账号\(\)$")),
    OrderRule("order.trade", "merchant_no", re.compile(r"^T\d+P(.+)$")),
    OrderRule("refund.after_sale", "remark", re.compile(r"(?:售后退款|保证金退款)-T\d+P([^-]+)"), _REFUND),
    OrderRule("refund.after_sale_plain", "remark", re.compile(r"(?:售后退款|保证金退款)-T([^-]+)"), _REFUND),
    OrderRule("refund.letter_a", "remark", re.compile(r"^A[^A]*A[^A]*A([^A]+)"), _REFUND),
    OrderRule("refund.digits", "remark", _DIGITS, _REFUND),
    OrderRule("transfer.cae_remark", "merchant_no+remark", _CAE_REMARK, _TRANSFER),
    OrderRule("transfer.cae_part", "merchant_no", re.compile(r"^CAE[^_]*_[^_]*_([^_]+)"), _TRANSFER),
    OrderRule("transfer.hjcae", "merchant_no", re.compile(r"^HJCAE==[^=]*==[^=]*==([^=]+)"), _TRANSFER),
    OrderRule("transfer.ky_item", "remark", re.compile(r"KY_ITEM\)\(([^)]+)\)"), _TRANSFER),
    OrderRule("transfer.affiliate", "remark", re.compile(r"淘宝客佣金(?:代扣款?|退款)\[([^\]]+)\]"), _TRANSFER),
    OrderRule("transfer.braces", "remark", re.compile(r"\{([^}]+)\}"), _TRANSFER),
    OrderRule("share.digits", "remark", _DIGITS, _SHARE),
    OrderRule("other.hjcom", "merchant_no", re.compile(r"^HJCOM==[^=]*==[^=]*==([^=]+)"), unless=_NAMED),
    OrderRule("other.points_give", "merchant_no+remark", _GIVEN_BACK, unless=_NAMED),
    OrderRule("other.points", "merchant_no", re.compile(r'^CAE_POINT_(?![^\n]*RETURNGIVE"?$)([^_]+)'), unless=_NAMED),
    OrderRule("other.gxfz", "merchant_no", re.compile(r"^GXFZ_[^_]*_([^_]+)"), unless=_NAMED),
    OrderRule("other.commission", "remark", re.compile(r"天猫佣金[^{]*\{([^}]+)\}"), unless=_NAMED),
)  # fmt: skip

REFUND_NO = re.compile(r"(?:售后退款|保证金退款)-T[^-]+-([^-\s]+)$")


class AlipayLine(NamedTuple):
    """What the rules look at, unwrapped; `amount_fen` is signed.

    `direction`: the column that the amount stands in, 收入 or 支出; "" where the sign is all that is known of it.
    """

    business_type: str
    merchant_no: str
    remark: str
    counterparty: str
    base_order_no: str
    amount_fen: int
    direction: str = ""


def fee_class(line: AlipayLine) -> tuple[str, str]:
    """(fee class, rule id) by the rule of the lowest priority that holds, else ("unclassified", "")."""
    direction = line.direction or (IN if line.amount_fen > 0 else OUT)
    return fee_of(_BY_PRIORITY, Said(_type(line), direction, line.remark, line.amount_fen, line.counterparty))


def order_of(line: AlipayLine) -> tuple[str, str]:
    """(order number, rule id) by the first rule that finds one, else ("", "")."""
    fields: Mapping[str, str] = {
        "business_type": _type(line),
        "merchant_no": line.merchant_no,
        "remark": line.remark,
        "counterparty": line.counterparty,
        "base_order_no": line.base_order_no,
        "merchant_no+remark": f"{line.merchant_no}\n{line.remark}",
    }
    for rule in ORDER_RULES:
        if (rule.types and _type(line) not in rule.types) or _type(line) in rule.unless:
            continue
        if match := rule.pattern.search(fields[rule.field]):
            return (match[1], rule.rule_id) if rule.pattern.groups else ("", rule.rule_id)
    return "", ""


def refund_of(line: AlipayLine) -> str:
    """The refund number in the remark `售后退款-T200P<order>-<refund>`, else ""."""
    return refund_in(line.remark)


def refund_in(remark: str) -> str:
    """The same of the remark alone."""
    match = REFUND_NO.search(remark)
    return match[1] if match else ""


def _type(line: AlipayLine) -> str:
    return OTHER if line.business_type == "其他" else line.business_type
