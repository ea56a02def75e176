"""小红书 动账: no number of its own: moment, kind, business number and amounts make a row that row."""

from storage.documents.amounts import Split
from storage.documents.layout import Layout
from storage.documents.statements import Wallet

LAYOUT = Layout(
    "xhs_fund",
    platform="xhs",
    title="小红书 店铺余额 动账",
    verified="described",
    header="创建时间,交易类型描述,收入（元）,支出（元）,账户余额（元）,业务单号,备注",
    key=("创建时间", "交易类型描述", "业务单号", "收入（元）", "支出（元）"),
    blanks=("业务单号",),
    tells=("交易类型描述", "收入（元）", "账户余额（元）", "业务单号"),
    ids=("业务单号",),
    money=("收入（元）", "支出（元）", "账户余额（元）"),
    moments=("创建时间",),
    order=("业务单号", "xhs.business_no"),
    at="创建时间",
    amount=Split("收入（元）", "支出（元）"),
    books=Wallet("xhs", business="交易类型描述"),
)
