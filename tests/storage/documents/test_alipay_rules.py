"""Fee classes and order numbers of Alipay lines: the mall's remarks and those seen in production."""

import pytest

from storage.documents.alipay_rules import (
    FEE_RULES,
    IN,
    ORDER_RULES,
    OUT,
    AlipayLine,
    fee_class,
    order_of,
    refund_of,
)
from storage.documents.fee_rules import WHOLE, FeeRule, Said, by_priority, fee_of
from storage.documents.statements import UNCLASSIFIED

NO = "2701855562034109276"


def _line(kind: str, merchant_no: str, remark: str, amount: int, *, base: str = "", party: str = "") -> AlipayLine:
    return AlipayLine(kind, merchant_no, remark, party, base, amount)


MALL = [
    ("payment", _line("交易付款", f"T200P{NO}", "", 1, base=NO), NO, "order.base"),
    ("refund", _line("交易退款", f"T200P{NO}", f"售后退款-T200P{NO}-3500", -1, base=NO), NO, "order.base"),
    ("commission", _line("其它", f"HJCOM==1==2=={NO}", f"天猫佣金（类目）{{{NO}}}扣款", -1), NO, "other.hjcom"),
    ("refund_commission", _line("其它", f"HJCOM==1==2=={NO}", f"天猫佣金退款{{{NO}}}", 1), NO, "other.hjcom"),
    ("affiliate", _line("转账", "CAE_1_2", f"淘宝客佣金代扣款[{NO}]", -1), NO, "transfer.cae_remark"),
    ("freight_insurance", _line("其它", f"GXFZ_1_{NO}", "卖家版运费险保费收取", -1), NO, "other.gxfz"),
    ("subsidy", _line("转账", f"HJCAE==1==2=={NO}", f"平台优惠补贴{{{NO}}}", 1), NO, "transfer.hjcae"),
    ("withdrawal", _line("提现", "", "提现到工商银行(9876)", -1), "", "order.none_type"),
    ("deposit", _line("转账", "", "商家保证金冻结", -1), "", ""),
    (UNCLASSIFIED, _line("其它", "", "服务市场扣款-8842", -1), "", ""),
]


@pytest.mark.parametrize(("fee", "line", "order_no", "rule"), MALL, ids=[fee for fee, *_ in MALL])
def test_remarks_of_the_mall(fee: str, line: AlipayLine, order_no: str, rule: str) -> None:
    """Each remark of the mall has its fee class, its order, and the rule that said so; the unknown one has none."""
    assert fee_class(line)[0] == fee
    assert order_of(line) == (order_no, rule)


PRODUCTION = [
    ("payment", _line("在线支付", "", "", 1)),
    ("payment", _line("其它", "", "售后支付", 1)),
    ("refund", _line("转账", "", "售后支付123", -1)),
    ("refund", _line("转账", "", "商家保证金理赔", -1, party="某买家")),
    ("bank_fee", _line("收费", "", "花呗支付服务费[2026]", -1)),
    ("bank_fee", _line("收费", "", "信用卡支付服务费", -1)),
    ("instalment_fee", _line("退费", "", "", 1)),
    ("instalment_fee", _line("收费", "", "花呗分期服务费", -1)),
    ("affiliate_rebate", _line("其它", "", "淘宝客推广佣金月度返还", 1)),
    ("refund_affiliate", _line("转账", "", "淘宝客佣金退款[1]", 1)),
    ("campaign_commission", _line("其它", "", "聚划算佣金", -1)),
    ("points", _line("交易分账", "", "买就返积分", -1)),
    ("points", _line("其他", "", "买就返积分", -1)),
    ("campaign_fee", _line("其它", "", "淘抢购技术服务费", -1)),
    ("red_packet", _line("其它", "", "权益红包", -1)),
    ("red_packet", _line("其它", "", "支付宝红包", -1)),
    ("price_insurance", _line("其它", "", "价格保障保险", -1)),
    ("price_insurance", _line("其它", "", "退保保费支付", 1)),
    ("deposit", _line("其它", "", "聚划算保险保证金", -1)),
    ("campaign_fee", _line("其它", "", "淘抢购保底佣金", -1)),
    ("campaign_fee", _line("其它", "", "聚划算参团服务费", -1)),
    ("freight_insurance", _line("其它", "", "聚划算运费险保费收取", -1)),
    ("top_up", _line("充值", "", "", 1)),
    ("points", _line("其它", "", "代扣返点积分", -1)),
    ("points", _line("其它", "", "代扣交易退回积分", 1)),
    ("deposit", _line("转账", "", "商家保证金解冻", 1)),
    ("deposit", _line("转账", "", "商家保证金理赔", -1, party="天猫金账号()")),
    ("deposit", _line("转账", "", "天猫保证金-迁移", -1)),
    ("annual_fee", _line("其它", "", "技术年费", -1)),
    ("compensation", _line("转账", "", "", -1, party="浙江天猫技术有限公司(p-t***@service.taobao.com)")),
    ("software_fee", _line("其它", "", "基础软件服务费(1)", -1)),
    ("donation", _line("其它", "", "公益宝贝", -1)),
    ("transfer", _line("转账", "", "转出到网商银行", -1)),
]


@pytest.mark.parametrize(
    ("fee", "line"), PRODUCTION, ids=[f"{line.remark or line.business_type}" for _, line in PRODUCTION]
)
def test_classes_seen_in_production(fee: str, line: AlipayLine) -> None:
    """Every category of the production table has a class, by a rule with an id."""
    found, rule = fee_class(line)
    assert (found, bool(rule)) == (fee, True)


ORDERS = [
    ("T200P trade number", _line("在线支付", f"T200P{NO}", "", 1), NO, "order.trade"),
    ("refund by remark", _line("交易退款", "X1", f"售后退款-T200P{NO}-35", -1), NO, "refund.after_sale"),
    ("refund by letter A", _line("交易退款", "", f"A11A22A{NO}", -1), NO, "refund.letter_a"),
    ("refund by digits", _line("交易退款", "", f"订单{NO}退款", -1), NO, "refund.digits"),
    ("card tails are no orders", _line("交易退款", "", "退到(9876)", -1), "", ""),
    ("CAE by number", _line("转账", f"CAE_1_{NO}", "无号", -1), NO, "transfer.cae_part"),
    ("KY_ITEM", _line("转账", "", f"x(KY_ITEM)({NO})", -1), NO, "transfer.ky_item"),
    ("affiliate back", _line("转账", "", f"淘宝客佣金退款[{NO}]", 1), NO, "transfer.affiliate"),
    ("braces", _line("转账", "", f"天猫佣金{{{NO}}}", -1), NO, "transfer.braces"),
    ("shares", _line("交易分账", "", f"分账 {NO} 买就返", -1), NO, "share.digits"),
    ("points", _line("其它", f"CAE_POINT_{NO}", "积分", -1), NO, "other.points"),
    ("points given back", _line("其它", 'CAE_POINT_1_RETURNGIVE"', f"订单 {NO}", 1), NO, "other.points_give"),
    ("insurance deposit", _line("其它", f"T200P{NO}", "聚划算保险保证金", -1), "", "order.none_deposit"),
    ("top-up", _line("充值", f"T200P{NO}", "", 1), "", "order.none_type"),
]


@pytest.mark.parametrize(("line", "order_no", "rule"), [case[1:] for case in ORDERS], ids=[case[0] for case in ORDERS])
def test_order_numbers_are_derived_in_order(line: AlipayLine, order_no: str, rule: str) -> None:
    """The first rule that finds an order number gives it, with its id; a line without one has none."""
    assert order_of(line) == (order_no, rule)


def test_refund_numbers_are_in_the_remark() -> None:
    """`售后退款-T200P<order>-<refund>` tells the refund; other remarks tell none."""
    assert refund_of(_line("交易退款", "", f"售后退款-T200P{NO}-35000001", -1)) == "35000001"
    assert refund_of(_line("交易退款", "", f"售后退款-T200P{NO}", -1)) == ""


def test_rule_ids_are_unique() -> None:
    """A rule id in the books leads to exactly one rule."""
    ids = [rule.rule_id for rule in FEE_RULES] + [rule.rule_id for rule in ORDER_RULES]
    assert len(ids) == len(set(ids))


CATEGORIES = [
    "货款",
    "银行手续费",
    "提现",
    "花呗分期手续费",
    "天猫佣金",
    "淘宝客佣金",
    "聚划算佣金",
    "买就返积分",
    "淘抢购技术服务费",
    "红包费用",
    "价格保障保险",
    "聚划算保险保证金",
    "聚划算活动保证金-淘抢购保底佣金",
    "聚划算活动保证金-聚划算参团服务费",
    "聚划算运费险",
    "卖家版运费险",
    "淘宝客月度返还",
    "充值",
    "返点积分",
    "天猫保证金",
    "天猫保证金迁移",
    "技术年费",
    "无货赔付",
]


def test_every_category_of_the_production_table_has_a_rule() -> None:
    """The twenty-three categories of the vendor's table are those that the rules name, no more and no fewer."""
    assert {rule.category for rule in FEE_RULES} - {""} == set(CATEGORIES)
    assert len(CATEGORIES) == 23


def meant(rule: FeeRule, scene: str) -> AlipayLine:
    """A line that asks for just this rule."""
    into = rule.sign == "+" or rule.direction == IN
    return AlipayLine(scene, "", "".join(rule.has), rule.party, "", 100 if into else -100, rule.direction)


@pytest.mark.parametrize("rule", FEE_RULES, ids=[rule.rule_id for rule in FEE_RULES])
def test_each_rule_can_be_hit(rule: FeeRule) -> None:
    """No rule is hidden behind another: a line with what it asks for, and nothing else, is its own."""
    for scene in (rule.scene or "其它").split("|"):
        assert fee_class(meant(rule, scene)) == (rule.fee, rule.rule_id)


@pytest.mark.parametrize("rule", FEE_RULES, ids=[rule.rule_id for rule in FEE_RULES])
def test_a_line_that_lacks_what_a_rule_asks_is_not_its_own(rule: FeeRule) -> None:
    """Another scene, another remark, another counterparty, the other direction or sign: not by this rule."""
    line = meant(rule, (rule.scene or "其它").split("|")[0])
    others = [line._replace(business_type="别的")] if rule.scene else []
    others += [line._replace(remark="别的备注")] if rule.has else []
    others += [line._replace(counterparty="某买家")] if rule.party else []
    others += [line._replace(counterparty=piece) for piece in rule.not_party]
    others += [line._replace(direction=OUT if rule.direction == IN else IN)] if rule.direction else []
    others += [line._replace(amount_fen=-line.amount_fen)] if rule.sign else []
    assert others, "a rule that asks nothing would take every line"
    assert rule.rule_id not in {fee_class(other)[1] for other in others}


def test_of_one_priority_no_two_rules_want_one_line() -> None:
    """Where the remark of one rule is part of another's, their priorities say which is asked first."""
    for one in FEE_RULES:
        for scene in (one.scene or "其它").split("|"):
            line = meant(one, scene)
            rivals = [rule for rule in FEE_RULES if rule is not one and rule.priority == one.priority]
            assert fee_of(by_priority(rivals), _said(line))[0] == UNCLASSIFIED, one.rule_id


def _said(line: AlipayLine) -> Said:
    direction = line.direction or (IN if line.amount_fen > 0 else OUT)
    return Said(line.business_type, direction, line.remark, line.amount_fen, line.counterparty, WHOLE)


@pytest.mark.parametrize(
    ("remark", "rule_id"),
    [
        ("天猫佣金退款{1}", "alipay.refund_commission"),
        ("天猫佣金{1}扣款", "alipay.commission"),
        ("淘宝客佣金退款[1]", "alipay.refund_affiliate"),
        ("聚划算运费险保费收取", "alipay.juhuasuan_insurance"),
        ("运费险理赔", "alipay.freight_insurance_other"),
    ],
)
def test_priority_decides_not_the_place_in_the_table(remark: str, rule_id: str) -> None:
    """The same rules the other way round give the same rule; without the first one the next is asked."""
    said = Said("其它", OUT, remark, -1)
    for rules in (FEE_RULES, tuple(reversed(FEE_RULES))):
        assert fee_of(by_priority(rules), said)[1] == rule_id


def test_the_lower_priority_is_asked_first_and_then_the_id() -> None:
    """Two rules that both hold: the number decides, of equal ones the id."""
    said = Said("其它", OUT, "甲乙", -1)
    plain = (FeeRule("b", "b", has=("甲",)), FeeRule("a", "a", has=("乙",)))
    rules = (*plain, FeeRule("c", "c", has=("甲",), priority=40))
    assert [fee_of(by_priority(some), said)[1] for some in (rules, plain, plain[:1])] == ["c", "a", "b"]


def test_a_payment_that_is_taken_back_is_no_refund_of_its_own() -> None:
    """A negative amount in the income column is the direction of the column; without one the sign is the direction."""
    line = _line("其它", "", "售后支付", -100)
    assert [fee_class(line._replace(direction=way))[0] for way in (IN, OUT, "")] == ["payment", "refund", "refund"]
