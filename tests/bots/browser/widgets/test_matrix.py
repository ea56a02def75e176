"""Every widget of every library: filled by its label, proved in the page's own model, read back, filled again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

LIBRARIES = ("native", "antd5", "antd6", "element-plus")
THREE = ("antd5", "antd6", "element-plus")


@dataclass(frozen=True)
class Cell:
    """One widget: two values as a flow writes them, what the page's model then holds, and what `read` gives back."""

    label: str
    key: str
    value: str | list[str]
    held: object
    read: str
    value2: str | list[str]
    held2: object
    read2: str
    libraries: Sequence[str] = THREE
    differs: dict[str, object] = field(default_factory=dict)


ALL = LIBRARIES
LINES = "第一行\n第二行 abc"
CELLS = [
    Cell("订单号", "text", "1001", "1001", "1001", "", "", "", ALL),
    Cell("备注", "memo", LINES, LINES, LINES, "短", "短", "短", ALL),
    Cell("库存", "count", "1,234.50", 1234.5, "1234.50", "7", 7, "7.00", ALL),
    Cell("价格", "price", "1,234,567", 1234567, "1234567", "89", 89, "89", THREE),
    Cell("订单状态", "status", "已发货", "已发货", "已发货", "已发货(部分)", "已发货(部分)", "已发货(部分)", ALL),
    Cell("商品", "goods", "白衬衫", "白衬衫", "白衬衫", "牛仔裤", "牛仔裤", "牛仔裤", ALL),
    Cell("远程商品", "remote", "棉袜", "棉袜", "棉袜", "帽子", "帽子", "帽子"),
    Cell("长列表", "many", "SKU-04321", "SKU-04321", "SKU-04321", "SKU-00017", "SKU-00017", "SKU-00017", ALL),
    Cell("可搜长列表", "found", "SKU-04999", "SKU-04999", "SKU-04999", "SKU-00400", "SKU-00400", "SKU-00400"),
    Cell("标签", "tags", "爆款, 清仓", ["爆款", "清仓"], "爆款, 清仓", ["预售"], ["预售"], "预售", ALL),
    Cell(
        "地区",
        "region",
        "浙江 / 杭州 / 西湖",
        ["zj", "hz", "xh"],
        "浙江 / 杭州 / 西湖",
        "江苏/南京/鼓楼",
        ["js", "nj", "gl"],
        "江苏 / 南京 / 鼓楼",
    ),
    Cell(
        "多地区",
        "regions",
        ["浙江 / 杭州 / 余杭", "江苏 / 南京 / 鼓楼"],
        [["zj", "hz", "yh"], ["js", "nj", "gl"]],
        "浙江 / 杭州 / 余杭, 江苏 / 南京 / 鼓楼",
        ["浙江 / 宁波 / 海曙"],
        [["zj", "nb", "hs"]],
        "浙江 / 宁波 / 海曙",
    ),
    Cell("部门", "dept", "夜班组", "night", "夜班组", "财务部 / 对账组 / 一组", "b1", "一组"),
    Cell("多部门", "depts", "夜班组, 一组", ["night", "b1"], "夜班组, 一组", ["白班组"], ["day"], "白班组"),
    Cell("上架日期", "day", "2026-11-03", "2026-11-03", "2026-11-03", "2025-02-28", "2025-02-28", "2025-02-28", ALL),
    Cell(
        "下单日期",
        "range",
        "2026-11-01 ~ 2026-11-20",
        ["2026-11-01", "2026-11-20"],
        "2026-11-01 ~ 2026-11-20",
        ["2025-12-31", "2026-01-01"],
        ["2025-12-31", "2026-01-01"],
        "2025-12-31 ~ 2026-01-01",
    ),
    Cell(
        "发货时刻",
        "moment",
        "2026-11-03 08:09:10",
        "2026-11-03 08:09:10",
        "2026-11-03 08:09:10",
        "2026-12-01 23:59:00",
        "2026-12-01 23:59:00",
        "2026-12-01 23:59:00",
        ALL,
    ),
    Cell("截单时间", "time", "12:30", "12:30:00", "12:30:00", "08:05:09", "08:05:09", "08:05:09", ALL),
    Cell("账期", "month", "2026-10", "2026-10", "2026-10", "2025-01", "2025-01", "2025-01", ALL),
    Cell("包邮", "free", "是", True, "是", "否", False, "否"),
    Cell("同意协议", "agree", "勾选", True, "是", "no", False, "否", ALL),
    Cell("发货方式", "way", "自提", "zt", "自提", "同城", "tc", "同城", ALL),
    Cell("周期", "period", "周", "w", "周", "日", "d", "日"),
    Cell("渠道", "channels", "手机, 小程序", ["app", "mini"], "手机, 小程序", ["电脑"], ["pc"], "电脑", ALL),
    Cell("评分", "star", "4", 4, "4", "2 星", 2, "2"),
    Cell("描述", "rich", LINES, LINES, LINES, "新的描述", "新的描述", "新的描述", ALL),
    Cell("详情", "detail", LINES, LINES, LINES, "新的详情", "新的详情", "新的详情", ALL),
    Cell("说明", "plain", LINES, LINES, LINES, "新的说明", "新的说明", "新的说明", ("native",)),
]
