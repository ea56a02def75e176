"""万相台 商品报表 (CSV, GB18030): rates are `5%` or `nan`; the attribution window stands in the address only."""

from storage.documents import wxt_window
from storage.documents.layout import Layout

LAYOUT = Layout(
    "wxt_item_report_csv",
    platform="taobao",
    title="万相台 商品报表（CSV）",
    verified="described",
    header="日期,主体ID,主体类型,主体名称,花费,净成交金额,总成交金额,净实际投产比,实际投产比,展现量,点击量,点击率,"
    "平均点击花费,千次展现花费,净成交笔数,总成交笔数,点击转化率,直接净成交金额,直接净成交笔数,总购物车数,"
    "直接购物车数,收藏宝贝数,直接收藏宝贝数,宝贝收藏加购数",
    key=("日期", "主体ID", "主体类型"),
    needed=("日期", "主体ID", "主体类型", "花费", "展现量", "点击量", "总成交金额"),
    tells=("日期", "主体ID", "主体类型", "花费", "净成交金额", "直接净成交金额"),
    lacks=("场景ID",),
    ids=("主体ID",),
    days=("日期",),
    wholes=(
        "净成交笔数",
        "总成交笔数",
        "展现量",
        "点击量",
        "总购物车数",
        "直接购物车数",
        "收藏宝贝数",
        "直接收藏宝贝数",
        "宝贝收藏加购数",
        "直接净成交笔数",
    ),
    rates=("净实际投产比", "实际投产比", "点击率", "平均点击花费", "千次展现花费", "点击转化率"),
    money=("花费", "净成交金额", "总成交金额", "直接净成交金额"),
    at="日期",
    told=wxt_window.told,
)
