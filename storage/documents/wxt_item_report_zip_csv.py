"""万相台 商品报表 (zip): one day, which only the file's name tells; one row per scene, plan and item."""

from storage.documents import wxt_window
from storage.documents.layout import Layout

LAYOUT = Layout(
    "wxt_item_report_zip_csv",
    platform="taobao",
    title="万相台 商品报表（压缩包）",
    verified="described",
    header="场景ID,场景名字,原二级场景ID,原二级场景名字,计划ID,计划名字,主体ID,主体类型,主体名称,展现量,点击量,花费,"
    "净成交金额,总成交金额",
    key=("场景ID", "原二级场景ID", "计划ID", "主体ID", "主体类型"),
    needed=("场景ID", "原二级场景ID", "计划ID", "主体ID", "主体类型", "花费", "净成交金额"),
    lacks=("日期",),
    ids=("场景ID", "原二级场景ID", "计划ID", "主体ID"),
    wholes=("展现量", "点击量"),
    money=("花费", "净成交金额", "总成交金额"),
    undated=True,
    told=wxt_window.told,
)
