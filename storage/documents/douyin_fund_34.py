"""抖店 动账明细, 34 columns: ids behind a `'`, an unsigned amount and a word, fees negative in their columns."""

from storage.documents import douyin_rules
from storage.documents.amounts import Directed
from storage.documents.layout import Layout
from storage.documents.statements import Wallet

LAYOUT = Layout(
    "douyin_fund_34",
    platform="douyin",
    title="抖店 动账明细（旧版）",
    verified="template",
    header="动账时间,动帐流水号,动账方向,动账金额,动账账户,动账场景,计费类型,子订单号,订单号,售后编号,下单时间,商品ID,订单类型,订单实付应结,运费实付,实际平台补贴_运费,实际平台补贴,"
    "以旧换新抵扣,政府补贴平台垫资,实际达人补贴,实际抖音支付补贴,实际抖音月付营销补贴,银行补贴,订单退款,平台服务费,佣金,服务商佣金,渠道分成,招商服务费,站外推广费,其他分成,是否免佣,"
    "免佣金额,备注",
    key=("动帐流水号", "动账场景", "子订单号"),
    blanks=("子订单号",),
    tells=("动帐流水号", "动账方向", "动账场景", "计费类型"),
    ids=("动帐流水号", "子订单号", "订单号", "售后编号", "商品ID"),
    money=(
        "动账金额",
        "订单实付应结",
        "运费实付",
        "实际平台补贴_运费",
        "实际平台补贴",
        "以旧换新抵扣",
        "政府补贴平台垫资",
        "实际达人补贴",
        "实际抖音支付补贴",
        "实际抖音月付营销补贴",
        "银行补贴",
        "订单退款",
        "平台服务费",
        "佣金",
        "服务商佣金",
        "渠道分成",
        "招商服务费",
        "站外推广费",
        "其他分成",
        "免佣金额",
    ),
    moments=("动账时间", "下单时间"),
    order=("订单号", "douyin.order_no"),
    sub="子订单号",
    at="动账时间",
    amount=Directed("动账金额", "动账方向", plus="入账", minus="出账"),
    classify=douyin_rules.fee,
    books=Wallet("douyin", business="动账场景", refund="售后编号", parts=douyin_rules.parts),
)
