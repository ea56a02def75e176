"""支付宝 personal bill of the old page: an unsigned amount beside a direction, empty for neutral lines."""

from storage.documents.amounts import Directed
from storage.documents.layout import Layout
from storage.documents.table import Record


def _is_footer(record: Record) -> bool:
    return record.words().lstrip().startswith("-----")


LAYOUT = Layout(
    "alipay_personal_old",
    platform="personal",
    title="支付宝 个人账单（旧版）",
    verified="described",
    header="交易号,商家订单号,交易创建时间,付款时间,最近修改时间,交易来源地,类型,交易对方,商品名称,金额（元）,收/支,交易状态,服务费（元）,"
    "成功退款（元）,备注,资金状态",
    key=("交易号",),
    needed=("交易号", "商家订单号", "交易创建时间", "金额（元）", "收/支", "交易状态", "资金状态"),
    ids=("交易号", "商家订单号"),
    moments=("交易创建时间", "付款时间", "最近修改时间"),
    money=("金额（元）", "服务费（元）", "成功退款（元）"),
    order=("商家订单号", "personal.merchant_no"),
    at="交易创建时间",
    amount=Directed("金额（元）", "收/支", plus="收入", minus="支出", zero="不计收支|"),
    ends=_is_footer,
)
