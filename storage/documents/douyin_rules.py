"""What a line of 抖店 动账明细 is: rules as data by direction, scene, remark, amount column and sign.

The scenes, remarks and the column that each rule reads are those that a bookkeeping program of the trade works with
(FinEngine's transaction_accounting_rules, 56 rules by subject; here by fee class). One row may feed several rules, one
per amount column: a settlement brings the buyer's money, subsidies and every fee at once. Of the rules for one column
the lowest priority decides, then the rule's id. What no rule knows is "unclassified", and stays visible.
"""

from collections.abc import Mapping

from storage.documents.fee_rules import WHOLE, FeeRule, Said, by_priority, fee_of
from storage.documents.statements import UNCLASSIFIED, Part
from storage.documents.table import Record

AMOUNT = "动账金额"
DIRECTION, SCENE, REMARK = "动账方向", "动账场景", "备注"
SETTLEMENT = "settlement"
IN, OUT = "入账", "出账"


_SETTLED, _SHARED, _UNSHARED = "货款结算入账", "退款-订单退款触发-分账", "退款-订单退款触发-退分账"
_AFTER = "退款-结算后退款-退用户"

FEE_RULES: tuple[FeeRule, ...] = (
    FeeRule("douyin.donation", "donation", has=("公益商家佣金捐赠",), priority=10),
    FeeRule("douyin.qianchuan", "ad_top_up", direction=OUT, has=("充值巨量千川",), priority=10),
    FeeRule("douyin.qianchuan_back", "ad_top_up", direction=IN, has=("未消耗充值款退回货款",), priority=10),
    FeeRule("douyin.to_qic", "transfer", has=("聚合账户充值至QIC账户",), priority=10),
    FeeRule("douyin.intercepted", "return_freight", has=("拦截费",), priority=10),
    FeeRule("douyin.small_payment_remark", "compensation", direction=OUT, has=("商家向消费者小额打款",), priority=20),
    FeeRule("douyin.settled", SETTLEMENT, _SETTLED, IN),
    FeeRule("douyin.quick_share", "payment", _SHARED, IN, is_="极速退款分账"),
    FeeRule("douyin.failed_share", "payment", _SHARED, IN, is_="退款失败分账"),
    FeeRule("douyin.unshared_fee", "commission", _UNSHARED, IN, is_="服务费返还"),
    FeeRule("douyin.unshared_subsidy", "subsidy", "退款-订单退款触发-退补贴", OUT),
    FeeRule("douyin.refund_after", "refund", _AFTER, OUT, sign="-"),
    FeeRule("douyin.refund_failed", "refund", _AFTER, IN, is_="退款失败退票"),
    FeeRule("douyin.refund_quick_second", "refund", "退款-极速退二次售后-退用户", OUT),
    FeeRule("douyin.refund_quick_back", "refund", "退款-极速退二阶段商家资金回补", OUT),
    FeeRule("douyin.refund_prepaid", "refund", "退款-退转付扣减商家货款", OUT),
    FeeRule("douyin.withdrawal", "withdrawal", "提现", OUT),
    FeeRule("douyin.withdrawal_back", "withdrawal", "提现", IN),
    FeeRule("douyin.insurance", "freight_insurance", "权益保险", OUT),
    FeeRule("douyin.pickup_freight", "return_freight", "上门取件运费", OUT),
    FeeRule("douyin.qic", "inspection_fee", "供应链QIC费用"),
    FeeRule("douyin.deposit", "deposit", "充值保证金", OUT),
    FeeRule("douyin.penalty", "penalty", "判罚扣款", OUT),
    FeeRule("douyin.penalty_shipping", "penalty", "发货物流违规扣罚", OUT),
    FeeRule("douyin.small_payment", "compensation", "小额打款", OUT),
    FeeRule("douyin.claim", "compensation", "消费者赔付"),
    FeeRule("douyin.platform_pays", "subsidy", "平台赔付", IN),
    FeeRule("douyin.cashback_taken", "subsidy", "平台返现/返券活动追缴用户退回平台", OUT),
    FeeRule("douyin.instalment", "instalment_fee", "抖音月付与商家联合贴息活动"),
    FeeRule("douyin.review_gift", "campaign_fee", "评价有礼保证金扣款", OUT),
    FeeRule("douyin.review_gift_back", "campaign_fee", "评价有礼活动资金回退", IN),
    FeeRule("douyin.settled.paid", "payment", _SETTLED, IN, "订单实付应结", "+"),
    FeeRule("douyin.settled.freight", "payment", _SETTLED, IN, "运费实付", "+"),
    FeeRule("douyin.settled.refund", "refund", _SETTLED, IN, "订单退款", "-"),
    FeeRule("douyin.settled.freight_subsidy", "subsidy", _SETTLED, IN, "实际平台补贴_运费", "+"),
    FeeRule("douyin.settled.subsidy", "subsidy", _SETTLED, IN, "实际平台补贴", "+"),
    FeeRule("douyin.settled.subsidy_other", "subsidy", _SETTLED, IN, "其他平台补贴", "+"),
    FeeRule("douyin.settled.trade_in", "subsidy", _SETTLED, IN, "以旧换新抵扣", "+"),
    FeeRule("douyin.settled.state", "subsidy", _SETTLED, IN, "政府补贴平台垫资", "+"),
    FeeRule("douyin.settled.talent_subsidy", "subsidy", _SETTLED, IN, "实际达人补贴", "+"),
    FeeRule("douyin.settled.pay_subsidy", "subsidy", _SETTLED, IN, "实际抖音支付补贴", "+"),
    FeeRule("douyin.settled.later_subsidy", "subsidy", _SETTLED, IN, "实际抖音月付营销补贴", "+"),
    FeeRule("douyin.settled.bank_subsidy", "subsidy", _SETTLED, IN, "银行补贴", "+"),
    FeeRule("douyin.settled.service", "commission", _SETTLED, IN, "平台服务费", "-"),
    FeeRule("douyin.settled.talent", "affiliate", _SETTLED, IN, "佣金", "-"),
    FeeRule("douyin.settled.agent", "affiliate", _SETTLED, IN, "服务商佣金", "-"),
    FeeRule("douyin.settled.channel", "affiliate", _SETTLED, IN, "渠道分成", "-"),
    FeeRule("douyin.settled.recruiting", "campaign_commission", _SETTLED, IN, "招商服务费", "-"),
    FeeRule("douyin.settled.offsite", "advertising", _SETTLED, IN, "站外推广费", "-"),
    FeeRule("douyin.settled.other", "other_share", _SETTLED, IN, "其他分成", "-"),
)  # fmt: skip
"""A file's column that is missing or empty says nothing; 免佣金额 is told for information and moves nothing."""

_BY_PRIORITY = by_priority(FEE_RULES)


def fee(record: Record, amount_fen: int) -> tuple[str, str]:
    """(fee class, rule id) of the whole row, (unclassified, "") where no rule knows it."""
    said = {name: record.plain(name) for name in (DIRECTION, SCENE, REMARK)}
    return _fee(said, WHOLE, amount_fen)


def parts(data: Mapping[str, str | int | None], amount_fen: int) -> list[Part]:
    """What a row's amount is made of; the sum is always the amount.

    A settlement is taken apart by its columns; an amount that its columns do not explain, or that no rule knows, is a
    part of its own, unclassified. Any other row is one part.
    """
    said = {name: str(data.get(name) or "") for name in (DIRECTION, SCENE, REMARK)}
    whole, rule_id = _fee(said, WHOLE, amount_fen)
    if whole != SETTLEMENT:
        return [Part(whole, rule_id, AMOUNT, amount_fen)]
    found = []
    for column in _COLUMNS:
        value = data.get(column)
        if isinstance(value, int) and value:
            found.append(Part(*_fee(said, column, value), column, value))
    left = amount_fen - sum(part.amount_fen for part in found)
    return [*found, Part(UNCLASSIFIED, "", AMOUNT, left)] if left else found


_COLUMNS = tuple(dict.fromkeys(rule.column for rule in FEE_RULES if rule.column != WHOLE))


def _fee(said: Mapping[str, str], column: str, amount_fen: int) -> tuple[str, str]:
    return fee_of(_BY_PRIORITY, Said(said[SCENE], said[DIRECTION], said[REMARK], amount_fen, column=column))
