"""Fee classes and order numbers of Alipay lines: the mall's remarks and those seen in production."""

import pytest

from storage.documents.alipay_rules import (
    CLASS_RULES,
    ORDER_RULES,
    UNCLASSIFIED,
    AlipayLine,
    fee_class,
    order_of,
    refund_of,
)

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
    ids = [rule.rule_id for rule in CLASS_RULES] + [rule.rule_id for rule in ORDER_RULES]
    assert len(ids) == len(set(ids))
