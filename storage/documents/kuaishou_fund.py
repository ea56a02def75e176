"""快手 账务明细: an unsigned amount and a word for its direction; the header mixes half and full width brackets."""

from storage.documents.amounts import Directed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "kuaishou_fund",
    platform="kuaishou",
    title="快手 账务明细",
    verified="described",
    header="账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注",
    key=("账务流水号",),
    tells=("账务流水号", "关联业务单号", "发生额（元）"),
    ids=("账务流水号", "关联业务单号"),
    moments=("入账时间",),
    money=("发生额（元）", "期末余额（元）"),
    order=("关联业务单号", "kuaishou.business_no"),
    at="入账时间",
    amount=Directed("发生额（元）", "账务方向|财务方式", plus="收|收入", minus="支|支出"),
)
