"""京东物流 库存流水: pieces before, moved and after on each row; a row that does not add up is refused."""

from storage.documents.layout import Layout
from storage.documents.table import Record
from storage.errors import CellInvalid


def _refuse_broken(record: Record) -> bool:
    """Never a description; raises CellInvalid where pieces before and moved are not those after."""
    for kind in ("实际", "可用"):
        before, moved, after = (record.whole(f"{kind}{what}") for what in ("原始库存", "库存加减数量", "库存结存"))
        if before + moved != after:
            raise CellInvalid(f"{kind}库存结存", str(after), f"不等于 {before} + {moved}")
    return False


LAYOUT = Layout(
    "jdl_inventory_flow",
    platform="jd",
    title="京东物流 库存流水",
    verified="described",
    header="序号,业务发生时间,事业部编码,事业部名称,仓库编码,仓库名称,商家商品编码,事业部商品编号,商家商品标识,"
    "事业部商品名称,商家单据编码,京东单据编码,关联单据编码,业务类型,库存状态,商品等级编码,商家商品等级名称,"
    "商家商品等级编码,库存类型,实际原始库存,实际库存加减数量,实际库存结存,可用原始库存,可用库存加减数量,"
    "可用库存结存,款号,颜色,尺码,计量单位,库存渠道",
    key=(
        "业务发生时间",
        "仓库编码",
        "事业部商品编号",
        "京东单据编码",
        "业务类型",
        "库存状态",
        "商品等级编码",
        "实际原始库存",
        "实际库存加减数量",
        "可用原始库存",
        "可用库存加减数量",
    ),
    blanks=("商品等级编码", "京东单据编码"),
    needed=(
        "业务发生时间",
        "仓库编码",
        "事业部商品编号",
        "京东单据编码",
        "业务类型",
        "库存状态",
        "实际原始库存",
        "实际库存加减数量",
        "实际库存结存",
        "可用原始库存",
        "可用库存加减数量",
        "可用库存结存",
    ),
    tells=("事业部商品编号", "京东单据编码", "实际库存加减数量", "可用库存结存"),
    ids=("事业部编码", "仓库编码", "商家商品编码", "事业部商品编号", "商家单据编码", "京东单据编码", "关联单据编码"),
    wholes=("实际原始库存", "实际库存加减数量", "实际库存结存", "可用原始库存", "可用库存加减数量", "可用库存结存"),
    moments=("业务发生时间",),
    order=("商家单据编码", "jdl.merchant_order_no"),
    at="业务发生时间",
    drop=_refuse_broken,
)
