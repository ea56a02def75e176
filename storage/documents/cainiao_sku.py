"""菜鸟 fees of services on goods: what was paid, for how many pieces, positive in the file."""

from storage.documents.amounts import Spent
from storage.documents.layout import Layout

LAYOUT = Layout(
    "cainiao_sku",
    platform="cainiao",
    title="菜鸟 商品增值服务费用",
    verified="template",
    header="支付流水号,支付时间,支付金额,增值服务单号,关联单据号,增值服务类型,服务商,提交时间,状态,商品编码,"
    "商品名称,计划操作数量,实际操作数量",
    key=("支付流水号", "增值服务单号", "商品编码"),
    blanks=("商品编码",),
    tells=("支付流水号", "增值服务单号", "增值服务类型", "实际操作数量"),
    ids=("支付流水号", "增值服务单号", "关联单据号", "商品编码"),
    money=("支付金额",),
    wholes=("计划操作数量", "实际操作数量"),
    moments=("支付时间", "提交时间"),
    at="支付时间",
    amount=Spent("支付金额"),
)
