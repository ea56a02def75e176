"""抖店 结算账单: explanations under the header, ids behind a `'`, several rows per order, 店铺劵 spelt so."""

from storage.documents.amounts import Signed
from storage.documents.layout import Layout, wordy

LAYOUT = Layout(
    "douyin_settlement_34",
    platform="douyin",
    title="抖店 结算账单",
    verified="described",
    header="结算时间,订单号,子订单号,结算金额,结算账户,结算单类型,有结算前退款,下单时间,商品ID,商品数量,业务类型,订单类型,订单总价,商品总价,运费,店铺劵,结算前退款金额,平台补贴,"
    "达人补贴,抖音支付补贴,抖音月付营销补贴,用户实付,收入合计,平台服务费,佣金,渠道分成,招商服务费,站外推广费,其他分成,其他分成说明,支出合计,是否免佣,免佣金额,备注",
    key=("订单号", "子订单号", "结算单类型", "结算时间"),
    blanks=("子订单号",),
    needed=("订单号", "子订单号", "结算单类型", "结算时间", "结算金额"),
    tells=("结算单类型", "有结算前退款", "收入合计", "支出合计"),
    ids=("订单号", "子订单号", "商品ID"),
    wholes=("商品数量",),
    money=(
        "结算金额",
        "订单总价",
        "商品总价",
        "运费",
        "店铺劵",
        "结算前退款金额",
        "平台补贴",
        "达人补贴",
        "抖音支付补贴",
        "抖音月付营销补贴",
        "用户实付",
        "收入合计",
        "平台服务费",
        "佣金",
        "渠道分成",
        "招商服务费",
        "站外推广费",
        "其他分成",
        "支出合计",
        "免佣金额",
    ),
    moments=("结算时间", "下单时间"),
    order=("订单号", "douyin.order_no"),
    sub="子订单号",
    at="结算时间",
    amount=Signed("结算金额"),
    drop=wordy("结算时间", "订单号"),
)
