"""京东 已结算明细: an xlsx with the data on its second sheet; expenses are negative and every row adds up."""

from storage.documents.amounts import Summed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "jd_settled_detail_2026",
    platform="jd",
    title="京东 对账中心 已结算明细",
    verified="described",
    header="商家ID,公司ID,公司名称,钱包账户,订单编号,业务单据编号,父单号,订单状态,下单时间,完成时间,商品编号,商品名称,商品单价,商品数量,结算时间,结算金额合计,收入金额合计,"
    "支出金额合计,商户订单号,资金动账备注",
    key=("业务单据编号", "订单编号", "商品编号", "商户订单号"),
    blanks=("订单编号", "商品编号", "商户订单号"),
    tells=("钱包账户", "业务单据编号", "结算金额合计", "支出金额合计"),
    ids=("商家ID", "公司ID", "订单编号", "业务单据编号", "父单号", "商品编号", "商户订单号"),
    money=("商品单价", "结算金额合计", "收入金额合计", "支出金额合计"),
    wholes=("商品数量",),
    moments=("下单时间", "完成时间", "结算时间"),
    order=("订单编号", "jd.order_no"),
    at="结算时间",
    amount=Summed("结算金额合计", ("收入金额合计", "支出金额合计")),
)
