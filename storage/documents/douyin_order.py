"""抖店 订单: one row per sub-order, text behind a TAB, `-` for nothing, the second of the export in its name."""

from storage.documents.layout import Layout
from storage.documents.table import Record
from storage.errors import CellInvalid


def _refuse_merged(record: Record) -> bool:
    """Never a description; raises CellInvalid where several sub-orders stand in one cell: whose amount is it?"""
    sub_no = record.plain("子订单编号")
    if ";" in sub_no:
        raise CellInvalid("子订单编号", sub_no[:60], "一格里有几个子订单，请导出不合并的表")
    return False


LAYOUT = Layout(
    "douyin_order",
    platform="douyin",
    title="抖店 订单",
    verified="described",
    header="主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,"
    "平台优惠,商家优惠,达人优惠,商家改价,支付优惠,红包抵扣,支付方式,手续费,收件人,收件人手机号,省,市,区,街道,"
    "详细地址,是否修改过地址,地址修改时段,买家留言,订单提交时间,旗帜颜色,商家备注,订单完成时间,支付完成时间,"
    "APP渠道,流量来源,订单状态,承诺发货时间,订单类型,鲁班落地页ID,达人ID,达人昵称,所属门店ID,售后状态,"
    "取消原因,预约发货时间,仓库ID,仓库名称,序列号,是否安心购,广告渠道,流量类型,流量体裁,流量渠道,发货主体,"
    "发货主体明细,发货时间,降价类优惠,平台实际承担优惠金额,商家实际承担优惠金额,达人实际承担优惠金额,"
    "预计送达时间,是否平台仓自流转,车型,商品69码,发货SN码,发货IMEI码1,发货IMEI码2,预约送达时间,"
    "建议发货时间（起）,建议发货时间（止）,物流SN码,物流IMEI码1,物流IMEI码2",
    key=("子订单编号",),
    needed=("主订单编号", "子订单编号", "商品数量", "订单状态", "订单提交时间"),
    tells=("主订单编号", "子订单编号", "选购商品", "订单应付金额", "订单提交时间"),
    ids=("主订单编号", "子订单编号", "商品ID", "商家编码", "达人ID", "仓库ID", "商品69码"),
    money=(
        "商品单价",
        "订单应付金额",
        "运费",
        "优惠总金额",
        "平台优惠",
        "商家优惠",
        "达人优惠",
        "商家改价",
        "支付优惠",
        "红包抵扣",
        "手续费",
        "降价类优惠",
        "平台实际承担优惠金额",
        "商家实际承担优惠金额",
        "达人实际承担优惠金额",
    ),
    wholes=("商品数量",),
    moments=("订单提交时间", "订单完成时间", "支付完成时间", "承诺发货时间", "发货时间"),
    order=("主订单编号", "douyin.order_no"),
    sub="子订单编号",
    at="订单提交时间",
    drop=_refuse_merged,
)
