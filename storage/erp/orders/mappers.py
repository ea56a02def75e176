"""How each platform's order file reads as orders of ours: one line of data per kind of file. Pure.

Columns are those of the document kinds (`storage/documents`); `甲|乙` is the first of them that says something. What is
personal (names, numbers, details) is not asked for here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Data = Mapping[str, str | int]


@dataclass(frozen=True)
class Mapper:
    """Which column of a kind says what; "" where the file does not say it.

    `sub`: the columns that tell the order's rows apart (empty: one row is one order); `paid` stands on every row for
    itself, `order_paid` is the order's, repeats on its rows and is spread over them by price where no row has its own.
    """

    kind: str
    order: str
    sub: tuple[str, ...] = ()
    code: str = ""
    sku: str = ""
    product: str = ""
    title: str = ""
    qty: str = ""
    price: str = ""
    paid: str = ""
    order_paid: str = ""
    freight: str = ""
    order_freight: bool = False
    platform_discount: str = ""
    seller_discount: str = ""
    status: str = ""
    refund: str = ""
    refunded: str = ""
    created: str = ""
    paid_at: str = ""
    shipped: str = ""
    finished: str = ""
    due: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    buyer_memo: str = ""
    seller_memo: str = ""
    flag: str = ""
    carrier: str = ""
    waybill: str = ""
    lines: bool = True

    def text(self, data: Data, column: str) -> str:
        """The first of the columns that says something."""
        if said := data.get(column):
            return said.strip() if type(said) is str else str(said)
        if "|" not in column:
            return ""
        return next(filter(None, (self.text(data, name) for name in column.split("|"))), "")

    def number(self, data: Data, column: str) -> int:
        """A whole number or an amount in fen; 0 where nothing is said."""
        if type(known := data.get(column)) is int:
            return known
        if not column:
            return 0
        value = self.text(data, column)
        return int(value) if value.lstrip("-").isdigit() else 0


MAPPERS: dict[str, Mapper] = {
    mapper.kind: mapper
    for mapper in (
        Mapper("douyin_order", "主订单编号", ("子订单编号",), "商家编码", "", "商品ID", "选购商品", "商品数量",
               "商品单价", "订单应付金额", freight="运费", platform_discount="平台优惠", seller_discount="商家优惠",
               status="订单状态", refund="售后状态", created="订单提交时间", paid_at="支付完成时间", shipped="发货时间",
               finished="订单完成时间", due="承诺发货时间", province="省", city="市", district="区",
               buyer_memo="买家留言", seller_memo="商家备注", flag="旗帜颜色"),
        Mapper("kuaishou_order", "订单号", ("商品ID",), "SKU编码", "", "商品ID", "商品名称", "成交数量", "商品单价",
               "实付款", freight="快递费", platform_discount="平台补贴", seller_discount="店铺优惠", status="订单状态",
               refund="售后状态", created="订单创建时间", paid_at="订单支付时间", shipped="发货时间",
               province="收货地址-省", city="收货地址-市", district="收货地址-区", buyer_memo="买家留言",
               seller_memo="订单备注", flag="旗帜颜色", carrier="快递公司", waybill="快递单号"),
        Mapper("jd_order_old", "订单号", ("商品ID",), "货号|商家SKUID", "商家SKUID", "商品ID", "商品名称", "订购数量",
               "京东价", "", "应付金额", "运费金额", True, status="订单状态", created="下单时间",
               paid_at="付款确认时间", finished="订单完成时间", buyer_memo="订单备注", seller_memo="商家备注"),
        Mapper("pdd_order_2026", "订单号", (), "商家编码-规格维度|商家编码-商品维度", "样式ID", "商品id", "商品",
               "商品数量(件)", "", "用户实付金额(元)", freight="邮费(元)", platform_discount="平台优惠折扣(元)",
               seller_discount="店铺优惠折扣(元)", status="订单状态", refund="售后状态", created="订单成交时间",
               paid_at="订单成交时间", shipped="发货时间", finished="确认收货时间", seller_memo="商家备注",
               carrier="快递公司", waybill="快递单号"),
        Mapper("taobao_order_items_2022", "主订单编号", ("子订单编号",), "商家编码|外部系统编号", "", "", "标题",
               "购买数量", "价格", "买家实际支付金额", status="订单状态", refund="退款状态", refunded="退款金额",
               created="订单创建时间", paid_at="订单付款时间", seller_memo="备注"),
        Mapper("wxstore_order", "订单号", ("商品编码(平台)", "SKU编码(自定义)"), "SKU编码(自定义)|商品编码(自定义)", "",
               "商品编码(平台)", "商品名称", "商品数量", "商品价格(单件)", "商品实际价格(总共)", "订单实际支付金额",
               "订单运费", True, status="订单状态", refund="商品售后", refunded="商品已退款金额",
               created="订单下单时间", paid_at="支付时间", shipped="订单发货时间", finished="订单确认收货时间",
               province="省", city="市", district="区", buyer_memo="买家备注", seller_memo="商家备注",
               flag="打标颜色", carrier="物流公司", waybill="快递单号"),
        Mapper("xhs_order", "订单号", ("规格ID", "是否为赠品"), "商家编码|小红书编码", "规格ID", "商品ID", "SKU名称",
               "SKU件数", "", "商家应收金额(元)（支付金额）", platform_discount="平台优惠(元)",
               seller_discount="店铺优惠(元)", status="订单状态", refund="售后状态", created="订单创建时间",
               paid_at="支付时间", shipped="订单发货时间", finished="订单完成时间", due="承诺发货时间", province="省",
               city="市", district="区", buyer_memo="用户备注", seller_memo="包裹备注信息", flag="包裹备注标记",
               carrier="快递公司", waybill="快递单号"),
        Mapper("youzan_order", "订单号", (), title="全部商品名称", order_paid="订单实付金额", freight="运费",
               order_freight=True, seller_discount="店铺优惠合计", platform_discount="支付优惠合计",
               status="订单状态", refund="订单退款状态", refunded="订单已退款金额", created="订单创建时间",
               paid_at="买家付款时间", finished="交易成功时间", province="收货人省份", city="收货人城市",
               district="收货人地区", buyer_memo="买家备注", seller_memo="商家订单备注", lines=False),
    )
}  # fmt: skip
OWN_MALLS = frozenset({"youzan_order"})

_CLOSED = ("关闭", "取消", "已退款")
_UNPAID = ("待付款", "未付款", "待支付", "等待买家付款")
_SHIPPED = ("已发货", "已签收", "待收货", "已收货", "交易成功", "已完成", "交易完成")
_BACK = ("退款成功", "售后完成", "已退款", "退款完成", "全额退款")
_ASKED = ("退款中", "处理中", "待商家", "待买家", "售后中", "申请", "退货中")
_NOTHING = ("", "-", "无", "无售后", "无售后或售后取消", "没有申请退款", "售后关闭", "售后取消", "退款关闭")


def pay_state(status: str, paid_at: str, paid_fen: int, refunded_fen: int, refund: str) -> str:
    """unpaid | paid | part_refunded | refunded | closed, from the platform's words and figures."""
    if refunded_fen and refunded_fen >= paid_fen:
        return "refunded"
    if refunded_fen:
        return "part_refunded"
    if any(word in status for word in _CLOSED):
        return "refunded" if paid_at and any(word in refund or word in status for word in _BACK) else "closed"
    return "unpaid" if not paid_at or any(word in status for word in _UNPAID) else "paid"


def ship_state(status: str, shipped_at: str, waybills: int, lines: int) -> str:
    """none | part | shipped."""
    if "部分发货" in status:
        return "part"
    if any(word in status for word in _SHIPPED):
        return "shipped"
    if shipped_at or (waybills and waybills >= lines):
        return "shipped"
    return "part" if waybills else "none"


def refund_state(words: list[str], pay: str) -> str:
    """none | open | part | full."""
    told = [text for text in words if text.strip() not in _NOTHING]
    if any(word in text for text in told for word in _ASKED):
        return "open"
    if pay == "refunded":
        return "full"
    return "part" if pay == "part_refunded" or any(word in text for text in told for word in _BACK) else "none"


def line_refund(text: str) -> str:
    """A sub-order's refund in the words that the pool uses; what nobody knows holds it back."""
    if text.strip() in _NOTHING:
        return "无售后"
    if any(word in text for word in _ASKED):
        return "退款中"
    return "退款成功" if any(word in text for word in _BACK) else text.strip()
