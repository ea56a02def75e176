"""抖店 运费险: what insuring a return cost; 动账流水号 is the 动帐流水号 of the wallet's statement."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "douyin_freight_insurance",
    platform="douyin",
    title="抖店 运费险",
    verified="described",
    header="投保单号,订单编号,下单时间,承保时间,保险名称,承保保司,保费来源,支付保费,保费状态,动账时间,动账流水号,"
    "保险交易单号,平台优惠【营销补贴】,保障额度,保障状态,备注,平台优惠【特殊活动】,平台优惠",
    key=("投保单号",),
    needed=("投保单号", "动账流水号", "订单编号", "支付保费", "保费状态", "承保时间"),
    tells=("投保单号", "承保保司", "支付保费", "保费状态"),
    ids=("投保单号", "订单编号", "动账流水号", "保险交易单号"),
    money=("支付保费", "平台优惠【营销补贴】", "平台优惠【特殊活动】", "平台优惠"),
    moments=("下单时间", "承保时间", "动账时间"),
    order=("订单编号", "douyin.order_no"),
    at="承保时间",
)
