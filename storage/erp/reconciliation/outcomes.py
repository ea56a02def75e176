"""The fifteen answers reconciliation can give to a line, and the names of the differences it can find.

Each statement line has exactly one outcome (invariant I-17). Source of the fifteen: model.md section 3.4; the three
words "who has to act" are the desk's: nobody, person (finance), platform (an appeal), operator (fetch or import).
"""

from enum import IntEnum
from typing import NamedTuple


class Outcome(IntEnum):
    """The number of an answer; it is what the books store."""

    MATCHED = 1
    FEES_EXPLAINED = 2
    WITHIN_TOLERANCE = 3
    PARTIAL = 4
    TIMING = 5
    REFUND_OFFSET = 6
    DUPLICATE = 7
    MISSING_IN_BOOKS = 8
    MISSING_IN_STATEMENT = 9
    AMOUNT = 10
    FEE_RATE = 11
    AMBIGUOUS = 12
    UNCLASSIFIED = 13
    IGNORED = 14
    WRONG_SHOP = 15


class Meaning(NamedTuple):
    """How an outcome is said, who has to act, and whether it is an exception (belongs on the worklist)."""

    zh: str
    en: str
    who: str
    exception: bool


OUTCOMES: dict[Outcome, Meaning] = {
    Outcome.MATCHED: Meaning("完全一致", "matched exactly", "nobody", False),
    Outcome.FEES_EXPLAINED: Meaning("一致（按实扣费用）", "matched, fee taken as charged", "nobody", False),
    Outcome.WITHIN_TOLERANCE: Meaning("一致（容差内）", "matched within tolerance", "nobody", False),
    Outcome.PARTIAL: Meaning("部分到账", "partial, a residual is open", "person", True),
    Outcome.TIMING: Meaning("在途（时间差）", "timing, pending", "nobody", False),
    Outcome.REFUND_OFFSET: Meaning("收退相抵", "payment and refund offset", "nobody", False),
    Outcome.DUPLICATE: Meaning("重复", "duplicate in source", "platform", True),
    Outcome.MISSING_IN_BOOKS: Meaning("账单有、订单无", "in the statement, missing in the books", "operator", True),
    Outcome.MISSING_IN_STATEMENT: Meaning("应有、账单无", "in the books, missing in the statement", "platform", True),
    Outcome.AMOUNT: Meaning("金额不符", "amount differs", "platform", True),
    Outcome.FEE_RATE: Meaning("费率不符", "fee rate differs", "platform", True),
    Outcome.AMBIGUOUS: Meaning("多个候选，待确认", "ambiguous, two or more candidates", "person", True),
    Outcome.UNCLASSIFIED: Meaning("无法归类", "no rule knows this line", "person", True),
    Outcome.IGNORED: Meaning("按规则不核对", "ignored by rule", "nobody", False),
    Outcome.WRONG_SHOP: Meaning("店铺或期间不符", "wrong shop or period", "person", True),
}

# Components are the fee classes of statement lines as the books name them.
COMPONENTS: dict[str, str] = {
    "ad_spend": "广告消耗",
    "ad_top_up": "广告充值",
    "advertising": "站外推广费",
    "affiliate": "淘宝客佣金",
    "affiliate_rebate": "淘宝客返还",
    "annual_fee": "技术年费",
    "bank": "银行流水",
    "bank_fee": "银行手续费",
    "campaign_commission": "聚划算佣金",
    "campaign_fee": "活动服务费",
    "commission": "佣金",
    "compensation": "赔付",
    "deposit": "保证金",
    "donation": "公益捐赠",
    "freight_insurance": "运费险",
    "inspection_fee": "质检费",
    "instalment_fee": "分期手续费",
    "other_share": "其他分成",
    "payable": "应付款",
    "payment": "货款",
    "payment_fee": "支付手续费",
    "penalty": "平台扣罚",
    "points": "积分",
    "price_insurance": "价格保障保险",
    "red_packet": "红包",
    "refund": "退款",
    "refund_affiliate": "淘宝客佣金退款",
    "refund_commission": "佣金退还",
    "return_freight": "退货运费",
    "software_fee": "软件服务费",
    "subsidy": "平台补贴",
    "top_up": "充值",
    "transfer": "自有资金划转",
    "unclassified": "未归类",
    "withdrawal": "提现",
}

# Named differences: component_kind for amounts, one word for what concerns the line as a whole.
DIFFERENCES: dict[str, tuple[str, str]] = {
    "ambiguous": ("多个候选", "two or more candidates"),
    "bank_over": ("银行多到", "the bank received more than was withdrawn"),
    "bank_short": ("银行少到", "the bank received less than was withdrawn"),
    "bank_twice": ("银行流水重复", "the same bank line twice"),
    "bank_unexplained": ("到账无对应提现", "a bank credit that no withdrawal explains"),
    "commission_base": ("佣金基数错误", "commission on the wrong base"),
    "commission_extra": ("多余佣金扣款", "a further commission line"),
    "commission_missing": ("佣金缺失", "commission missing"),
    "commission_not_due": ("不应收佣金", "commission where none is due"),
    "commission_rate": ("佣金费率不符", "commission rate differs"),
    "commission_twice": ("佣金重复扣", "commission charged twice"),
    "fee_twice": ("费用重复扣", "the same fee charged twice"),
    "line_repeated": ("账单行重复", "the source repeats the line"),
    "order_unfinished": ("订单未完成已结算", "settled before the books know the order finished"),
    "order_unknown": ("订单不存在", "an order nobody has"),
    "orders_not_in": ("订单未取到", "the shop's orders are not in yet"),
    "payable_early": ("批准前已付款", "paid before it was authorised"),
    "payable_over": ("付款多付", "more was paid than authorised"),
    "payable_short": ("付款未付清", "less was paid than authorised"),
    "payable_twice": ("重复付款", "the same payable paid twice"),
    "payable_unpaid": ("到期未付", "due, and no money left the bank"),
    "payee_differs": ("收款人不符", "paid to somebody else"),
    "payment_early": ("早于订单的货款", "a payout from before its order was paid"),
    "payment_extra": ("多余货款", "a further payment line"),
    "payment_fee_missing": ("手续费缺失", "payment fee missing"),
    "payment_fee_rate": ("手续费率不符", "payment fee rate differs"),
    "payment_missing": ("货款未到", "payment missing"),
    "payment_not_due": ("不应有货款", "payment where none is due"),
    "payment_not_authorised": ("未经批准的付款", "money left the bank and nobody authorised it"),
    "payment_over": ("货款多付", "paid too much"),
    "payment_parts_short": ("货款分笔未足", "paid in parts, not yet in full"),
    "payment_short": ("货款少付", "paid too little"),
    "payment_twice": ("货款重复", "the same order paid twice"),
    "payer_unknown": ("到账户名未知", "nobody knows under which name the bank shows this wallet"),
    "pending": ("未到期", "not due yet"),
    "refund_amount": ("退款金额不符", "refund amount differs"),
    "refund_commission_extra": ("多余佣金退还", "a further commission refund"),
    "refund_commission_missing": ("佣金未退还", "commission not given back"),
    "refund_commission_not_due": ("不应退还佣金", "commission given back where none is due"),
    "refund_commission_over": ("佣金多退", "too much commission given back"),
    "refund_commission_parts_short": ("佣金分笔退还未足", "commission given back in parts, not in full"),
    "refund_commission_short": ("佣金少退", "too little commission given back"),
    "refund_commission_twice": ("佣金重复退还", "commission given back twice"),
    "refund_missing": ("退款未出账", "refund missing in the statement"),
    "refund_not_granted": ("退款未获批准", "money went back though the refund was not granted"),
    "refund_open": ("退款尚未完成", "the refund is still open in the books"),
    "refund_twice": ("退款重复", "the same refund twice"),
    "refund_unknown": ("退款单不存在", "a refund nobody has"),
    "refunds_not_in": ("售后未取到", "the shop's refunds are not in yet"),
    "residual_open": ("余额未清", "matched by a person, a residual is open"),
    "rounding": ("尾差", "rounding"),
    "subsidy_extra": ("多余补贴", "a further subsidy line"),
    "subsidy_missing": ("补贴未到", "subsidy missing"),
    "subsidy_not_due": ("不应有补贴", "subsidy where none is due"),
    "subsidy_over": ("补贴多付", "too much subsidy"),
    "subsidy_parts_short": ("补贴分笔未足", "subsidy in parts, not in full"),
    "subsidy_short": ("补贴少付", "too little subsidy"),
    "subsidy_twice": ("补贴重复", "the same subsidy twice"),
    "unclassified": ("未归类", "no rule knows this line"),
    "withdrawal_back": ("提现退回无出处", "a payout came back that no withdrawal explains"),
    "withdrawal_missing": ("提现未到账", "a withdrawal that did not arrive"),
    "written_off": ("已核销", "written off by a person"),
    "wrong_period": ("期间不符", "dated outside the statement's period"),
    "wrong_shop": ("店铺不符", "the order belongs to another shop"),
}


def is_exception(outcome: int) -> bool:
    """Whether a line with this outcome needs someone."""
    return OUTCOMES[Outcome(outcome)].exception
