"""What a line of an Alipay statement is, and which order it is about: rules as data, the first that holds decides.

Fee classes: the categories in production use at an ERP vendor (ShopeX OMS, financebase.bill_category_rules), plus the
remarks seen in its parser. Order numbers: the same vendor's order of attempts. A line that no rule knows is
"unclassified" and stays visible; a number that no rule finds stays empty.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

UNCLASSIFIED = "unclassified"

OTHER = "其它"  # 其他 in newer files


class ClassRule(NamedTuple):
    """A line is of `fee` when all of this holds; an empty field asks nothing.

    `types`: one of these business types. `has` / `lacks`: pieces of the remark. `party` / `not_party`: pieces of the
    counterparty. `sign`: + or - for the amount.
    """

    rule_id: str
    fee: str
    types: frozenset[str] = frozenset()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    party: str = ""
    not_party: tuple[str, ...] = ()
    sign: str = ""


def _types(*names: str) -> frozenset[str]:
    return frozenset(names)


_OWN_CLAIM = ("商家保证金理赔",)
_PLATFORM = ("金账号", "天猫技术有限公司")

CLASS_RULES: tuple[ClassRule, ...] = (
    ClassRule("alipay.payment", "payment", types=_types("交易付款", "在线支付")),
    ClassRule("alipay.refund", "refund", types=_types("交易退款")),
    ClassRule("alipay.withdrawal", "withdrawal", types=_types("提现")),
    ClassRule("alipay.top_up", "top_up", types=_types("充值")),
    ClassRule("alipay.aftersale_in", "payment", has=("售后支付",), sign="+"),
    ClassRule("alipay.aftersale_out", "refund", has=("售后支付",), sign="-"),
    ClassRule("alipay.claim_in", "payment", has=_OWN_CLAIM, not_party=_PLATFORM, sign="+"),
    ClassRule("alipay.claim_out", "refund", has=_OWN_CLAIM, not_party=_PLATFORM, sign="-"),
    ClassRule("alipay.deposit_claim", "deposit", has=_OWN_CLAIM, party="金账号"),
    ClassRule("alipay.bank_fee_huabei", "bank_fee", types=_types("收费"), has=("花呗支付服务费",)),
    ClassRule("alipay.bank_fee_card", "bank_fee", types=_types("收费"), has=("信用卡支付服务费",)),
    ClassRule("alipay.instalment_fee", "instalment_fee", types=_types("收费"), has=("花呗分期服务费",)),
    ClassRule("alipay.instalment_fee_back", "instalment_fee", types=_types("退费")),
    ClassRule("alipay.refund_commission", "refund_commission", has=("天猫佣金退款",)),
    ClassRule("alipay.commission", "commission", has=("天猫佣金",)),
    ClassRule("alipay.affiliate_rebate", "affiliate_rebate", has=("淘宝客推广佣金月度返还",)),
    ClassRule("alipay.refund_affiliate", "refund_affiliate", has=("淘宝客佣金退款",)),
    ClassRule("alipay.affiliate", "affiliate", has=("淘宝客佣金",)),
    ClassRule("alipay.juhuasuan_deposit", "deposit", has=("聚划算保险保证金",)),
    ClassRule("alipay.juhuasuan_commission", "campaign_commission", has=("聚划算佣金",)),
    ClassRule("alipay.juhuasuan_service", "campaign_fee", has=("聚划算参团服务费",)),
    ClassRule("alipay.juhuasuan_insurance", "freight_insurance", has=("聚划算运费险保费收取",)),
    ClassRule("alipay.qianggou_minimum", "campaign_fee", has=("淘抢购保底佣金",)),
    ClassRule("alipay.qianggou_service", "campaign_fee", has=("淘抢购技术",)),
    ClassRule("alipay.points_buy", "points", types=_types("交易分账", OTHER, "转账"), has=("买就返",)),
    ClassRule("alipay.points_rebate", "points", has=("返点积分",)),
    ClassRule("alipay.points_back", "points", has=("代扣交易退回积分",)),
    ClassRule("alipay.red_packet_right", "red_packet", has=("权益红包",)),
    ClassRule("alipay.red_packet", "red_packet", has=("支付宝红包",)),
    ClassRule("alipay.price_insurance", "price_insurance", has=("价格保障保险",)),
    ClassRule("alipay.price_insurance_back", "price_insurance", has=("退保保费支付",)),
    ClassRule("alipay.freight_insurance", "freight_insurance", has=("卖家版运费险保费收取",)),
    ClassRule("alipay.freight_insurance_other", "freight_insurance", has=("运费险",)),
    ClassRule("alipay.subsidy", "subsidy", has=("平台优惠补贴",)),
    ClassRule("alipay.coupon_taken_back", "subsidy", has=("消费券代付资金扣回",)),
    ClassRule("alipay.deposit_moved", "deposit", has=("保证金-迁移",)),
    ClassRule("alipay.deposit_frozen", "deposit", has=("保证金冻结",)),
    ClassRule("alipay.deposit_freed", "deposit", has=("保证金解冻",)),
    ClassRule("alipay.annual_fee", "annual_fee", has=("技术年费",)),
    ClassRule("alipay.software_fee", "software_fee", has=("基础软件服务费",)),
    ClassRule("alipay.experience_fee", "software_fee", has=("消费者体验提升计划服务费",)),
    ClassRule("alipay.donation", "donation", has=("公益宝贝",)),
    ClassRule("alipay.moved_to_bank", "transfer", has=("转出到网商银行",)),
    ClassRule("alipay.moved_to_fund", "transfer", has=("余利宝",)),
    ClassRule("alipay.no_goods", "compensation", party="天猫技术有限公司(p-t***@service.taobao.com)"),
)


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
    """What the rules look at, unwrapped; `amount_fen` is signed."""

    business_type: str
    merchant_no: str
    remark: str
    counterparty: str
    base_order_no: str
    amount_fen: int


def fee_class(line: AlipayLine) -> tuple[str, str]:
    """(fee class, rule id) by the first rule that holds, else ("unclassified", "")."""
    for rule in CLASS_RULES:
        if _holds(rule, line):
            return rule.fee, rule.rule_id
    return UNCLASSIFIED, ""


def _holds(rule: ClassRule, line: AlipayLine) -> bool:
    return (
        (not rule.types or _type(line) in rule.types)
        and all(piece in line.remark for piece in rule.has)
        and not any(piece in line.remark for piece in rule.lacks)
        and rule.party in line.counterparty
        and not any(piece in line.counterparty for piece in rule.not_party)
        and (not rule.sign or (line.amount_fen > 0) == (rule.sign == "+"))
    )


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
