"""Every scene of 抖店 动账 that is known has a class; what is not known is said."""

import pytest

from storage.documents.douyin_rules import AMOUNT, FEE_RULES, IN, OUT, SETTLEMENT, parts
from storage.documents.fee_rules import FeeRule, Said, by_priority, fee_of

SETTLED = {"动账方向": "入账", "动账场景": "货款结算入账", "备注": ""}


@pytest.mark.parametrize(
    ("direction", "scene", "remark", "fee"),
    [
        ("出账", "上门取件运费", "", "return_freight"),
        ("入账", "供应链QIC费用", "", "inspection_fee"),
        ("出账", "充值保证金", "", "deposit"),
        ("出账", "判罚扣款", "", "penalty"),
        ("出账", "发货物流违规扣罚", "", "penalty"),
        ("出账", "小额打款", "", "compensation"),
        ("入账", "平台赔付", "", "subsidy"),
        ("出账", "平台返现/返券活动追缴用户退回平台", "下单返现金 活动追缴", "subsidy"),
        ("入账", "抖音月付与商家联合贴息活动", "", "instalment_fee"),
        ("出账", "提现", "", "withdrawal"),
        ("入账", "提现", "", "withdrawal"),
        ("出账", "权益保险", "", "freight_insurance"),
        ("出账", "消费者赔付", "", "compensation"),
        ("出账", "评价有礼保证金扣款", "", "campaign_fee"),
        ("入账", "评价有礼活动资金回退", "", "campaign_fee"),
        ("出账", "退款-极速退二次售后-退用户", "", "refund"),
        ("出账", "退款-极速退二阶段商家资金回补", "", "refund"),
        ("出账", "退款-结算后退款-退用户", "", "refund"),
        ("入账", "退款-结算后退款-退用户", "退款失败退票", "refund"),
        ("入账", "退款-订单退款触发-分账", "极速退款分账", "payment"),
        ("入账", "退款-订单退款触发-分账", "退款失败分账", "payment"),
        ("入账", "退款-订单退款触发-退分账", "服务费返还", "commission"),
        ("出账", "退款-订单退款触发-退补贴", "", "subsidy"),
        ("出账", "退款-退转付扣减商家货款", "", "refund"),
        ("出账", "其他", "划扣电商货款充值巨量千川", "ad_top_up"),
        ("入账", "其他", "电商货款充值巨量千川，未消耗充值款退回货款", "ad_top_up"),
        ("出账", "判罚扣款", "公益商家佣金捐赠", "donation"),
        ("入账", "退款-订单退款触发-分账", "别的备注", "unclassified"),
        ("出账", "从没见过的场景", "", "unclassified"),
        ("入账", "权益保险", "", "unclassified"),
    ],
)
def test_a_scene_has_its_class(direction: str, scene: str, remark: str, fee: str) -> None:
    """Direction, scene and remark decide; a remark that says more goes before the scene; the rest is unclassified."""
    amount = 1250 if direction == "入账" else -1250
    (part,) = parts({"动账方向": direction, "动账场景": scene, "备注": remark}, amount)
    assert (part.fee, part.amount_fen, bool(part.rule_id)) == (fee, amount, fee != "unclassified")


def test_a_settlement_is_taken_apart_by_its_columns() -> None:
    """One row feeds one rule per amount column, each with its own sign, and the parts add up to the row."""
    row = SETTLED | {"订单实付应结": 10000, "实际平台补贴": 500, "平台服务费": -200, "佣金": -1000, "免佣金额": 30}
    found = parts(row, 9300)
    assert [(part.fee, part.amount_fen) for part in found] == [
        ("payment", 10000),
        ("subsidy", 500),
        ("commission", -200),
        ("affiliate", -1000),
    ]
    assert all(part.rule_id.startswith("douyin.settled.") for part in found)


def test_what_the_columns_do_not_explain_is_a_part_of_its_own() -> None:
    """A remainder and a fee with the wrong sign are unclassified; nothing is spread over the others."""
    found = parts(SETTLED | {"订单实付应结": 10000, "平台服务费": 200}, 9900)
    assert [(part.fee, part.column, part.amount_fen) for part in found] == [
        ("payment", "订单实付应结", 10000),
        ("unclassified", "平台服务费", 200),
        ("unclassified", "动账金额", -300),
    ]


def test_rule_ids_are_unique() -> None:
    """An id names one rule."""
    assert len({rule.rule_id for rule in FEE_RULES}) == len(FEE_RULES)


def _row(rule: FeeRule) -> tuple[dict[str, str | int], int]:
    """A row that asks for just this rule, and its amount."""
    out = rule.sign == "-" or (not rule.sign and rule.direction == OUT)
    amount = -1250 if out else 1250
    said: dict[str, str | int] = {
        "动账方向": rule.direction or "入账", "动账场景": rule.scene, "备注": rule.is_ or "".join(rule.has)
    }  # fmt: skip
    return (said | {rule.column: amount} if rule.column else said), amount


@pytest.mark.parametrize("rule", FEE_RULES, ids=[rule.rule_id for rule in FEE_RULES])
def test_each_rule_can_be_hit(rule: FeeRule) -> None:
    """No rule is hidden behind another: a row with what it asks for is its own, in its own column."""
    row, amount = _row(rule)
    if rule.fee == SETTLEMENT:
        assert fee_of(by_priority(FEE_RULES), Said(rule.scene, IN, "", amount))[1] == rule.rule_id
        return
    assert (rule.fee, rule.rule_id, rule.column or AMOUNT, amount) in parts(row, amount)


def test_a_remark_goes_before_the_scene_by_its_priority() -> None:
    """Both rules hold; the lower number decides, wherever they stand in the table."""
    said = Said("小额打款", OUT, "公益商家佣金捐赠", -1250)
    for rules in (FEE_RULES, tuple(reversed(FEE_RULES))):
        assert fee_of(by_priority(rules), said) == ("donation", "douyin.donation")
    late = [rule._replace(priority=90) if rule.fee == "donation" else rule for rule in FEE_RULES]
    assert fee_of(by_priority(late), said)[1] == "douyin.small_payment"
