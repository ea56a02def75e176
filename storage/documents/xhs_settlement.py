"""小红书 商品结算明细: 实付/实退 in one signed column; the workbook has other statements on other sheets."""

from storage.documents import xhs_other_services
from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "xhs_settlement",
    platform="xhs",
    title="小红书 商品结算明细",
    verified="described",
    header="订单号,售后单号,下单时间,结算时间,交易类型,结算账户,动账金额,计佣基数,商品实付/实退,运费实付/实退,平台优惠补贴,平台运费补贴,跨境税代缴,商品税金,运费税金,佣金,支付渠道费,"
    "分销佣金,代运营服务商佣金,代开发服务商佣金,花呗分期手续费,国补订单毛保金额,备注",
    key=("订单号", "售后单号", "交易类型", "结算时间"),
    blanks=("售后单号",),
    needed=("订单号", "售后单号", "交易类型", "结算时间", "动账金额"),
    tells=("计佣基数", "商品实付/实退", "运费实付/实退", "动账金额"),
    ids=("订单号", "售后单号"),
    money=(
        "动账金额",
        "计佣基数",
        "商品实付/实退",
        "运费实付/实退",
        "平台优惠补贴",
        "平台运费补贴",
        "跨境税代缴",
        "商品税金",
        "运费税金",
        "佣金",
        "支付渠道费",
        "分销佣金",
        "代运营服务商佣金",
        "代开发服务商佣金",
        "花呗分期手续费",
        "国补订单毛保金额",
    ),
    moments=("下单时间", "结算时间"),
    order=("订单号", "xhs.order_no"),
    at="结算时间",
    amount=Signed("动账金额"),
    beside=(xhs_other_services.LAYOUT,),
    rank=1,
)
