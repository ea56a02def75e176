"""快手 结算账单: one row per settled order; half and full width brackets stand in one header."""

from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "kuaishou_settlement",
    platform="kuaishou",
    title="快手 结算账单",
    verified="described",
    header="商家ID,订单号,商品ID,商品名称,商品数量,订单创建时间,订单实付(元),政府补贴,支付营销补贴,平台补贴,商家补贴(元),达人补贴,达人补贴明细,合计收入(元),订单退款(元),"
    "支付营销回退（元）,技术服务费(元),预售增收技术服务费（元）,达人ID,MCN机构ID,达人佣金(元),团长id,团长佣金(元),佣金模式,快赚客ID,快赚客佣金(元),服务商ID,"
    "服务商佣金(元),分账基数,其他收费,其他收费明细,合计支出(元),实际结算金额(元),实际结算时间,结算规则,资金渠道,账户名称,结算商户号,备注,消费金信息",
    key=("订单号", "商品ID", "实际结算时间"),
    blanks=("商品ID",),
    tells=("快赚客佣金(元)", "合计收入(元)", "合计支出(元)", "实际结算金额(元)"),
    ids=("商家ID", "订单号", "商品ID", "达人ID", "MCN机构ID", "团长id", "快赚客ID", "服务商ID", "结算商户号"),
    wholes=("商品数量",),
    money=(
        "订单实付(元)",
        "政府补贴",
        "支付营销补贴",
        "平台补贴",
        "商家补贴(元)",
        "达人补贴",
        "合计收入(元)",
        "订单退款(元)",
        "支付营销回退（元）",
        "技术服务费(元)",
        "预售增收技术服务费（元）",
        "达人佣金(元)",
        "团长佣金(元)",
        "快赚客佣金(元)",
        "服务商佣金(元)",
        "分账基数",
        "其他收费",
        "合计支出(元)",
        "实际结算金额(元)",
    ),
    moments=("订单创建时间", "实际结算时间"),
    order=("订单号", "kuaishou.order_no"),
    at="实际结算时间",
    amount=Signed("实际结算金额(元)"),
)
