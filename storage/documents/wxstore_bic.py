"""微信小店 质检 (BIC) bill: what was held back for an order's inspection and what it cost; it has no dates."""

from storage.documents.layout import Layout

_MONEY = tuple(
    f"{stage}{what}"
    for stage in ("预扣", "实扣")
    for what in ("物流费", "包装盒费", "首饰盒费", "服务费", "质检费", "合单费", "合计")
)

LAYOUT = Layout(
    "wxstore_bic",
    platform="wxstore",
    title="微信小店 质检账单",
    verified="described",
    header="订单编号,质检仓,质检机构,质检状态,结算状态,预扣物流费,预扣包装盒费,预扣首饰盒费,预扣服务费,预扣质检费,预扣合单费,预扣合计,"
    "实扣物流费,实扣包装盒费,实扣首饰盒费,实扣服务费,实扣质检费,实扣合单费,实扣合计,已补差,已退回,结算欠款",
    key=("订单编号",),
    needed=("订单编号", "质检状态", "结算状态", "预扣合计", "实扣合计", "结算欠款"),
    ids=("订单编号",),
    money=(*_MONEY, "已补差", "已退回", "结算欠款"),
    order=("订单编号", "wxstore.order_no"),
)
