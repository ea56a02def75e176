"""Every widget of every library: filled by its label, proved in the page's own model, read back, filled again."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bots.browser import find, widgets
from bots.browser.driver import Browser, Element, Page
from bots.browser.target import ResolvedTarget
from bots.errors import BotError

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ALL = ("native", "antd5", "antd6", "element-plus")
ANTD = ("antd5", "antd6")
THREE = (*ANTD, "element-plus")


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


LINES = "第一行\n第二行 abc"
CELLS = [
    Cell("订单号", "text", "1001", "1001", "1001", "", "", "", ALL),
    Cell("备注", "memo", LINES, LINES, LINES, "短", "短", "短", ALL),
    Cell("库存", "count", "1,234.50", 1234.5, "1234.50", "7", 7, "7.00"),
    Cell("库存", "count", "1,234.50", 1234.5, "1234.50", "7", 7, "7", ("native",)),
    Cell("价格", "price", "1,234,567", 1234567, "1234567", "89", 89, "89", ANTD),
    Cell("价格", "price", "1,234,567", "1234567", "1,234,567", "89", "89", "89", ("element-plus",)),
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
        "2026/12/1 23:59:01",
        "2026-12-01 23:59:01",
        "2026-12-01 23:59:01",
        ALL,
    ),
    Cell("截单时间", "time", "12:30", "12:30:00", "12:30:00", "08:05:09", "08:05:09", "08:05:09"),
    Cell("截单时间", "time", "12:30", "12:30", "12:30", "08:05:09", "08:05:09", "08:05:09", ("native",)),
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

LOOKED_INTO = {("antd5", "多地区"), ("antd6", "多地区"), *((library, "部门") for library in THREE)}
"""These fields show the last level only: whether they hold a path already is seen in their opened panel."""
VARIANTS = [
    ("antd5", "layout=vertical&inside=modal"),
    ("antd6", "inside=drawer"),
    ("antd6", "layout=vertical&inside=modal"),
    ("element-plus", "layout=vertical&inside=modal"),
    ("element-plus", "inside=drawer"),
]
TWINS = {"商品", "可搜长列表", "多地区", "多部门"}
"""The layers of these hang as those of 订单状态, 长列表, 地区 and 部门 do: the forms leave them to the matrix."""
Outcomes = dict[tuple[str, str], list[str]]


async def field(page: Page, label: str) -> Element:
    """The field with this label."""
    target = ResolvedTarget.literal(label)
    return (await find.resolve(page, target, want="fill", timeout_ms=5_000)).element


async def model(page: Page) -> dict[str, object]:
    """What the page's own model holds, and how often it and the page were touched."""
    told = await page.evaluate_json(
        "() => JSON.stringify({held: window.hold(), changes: window.changes, touches: window.touches})"
    )
    assert isinstance(told, dict)
    return told  # type: ignore[return-value]


async def filled(page: Page, cell: Cell, value: str | list[str], held: object, read: str) -> list[str]:
    """What is wrong after `value` was filled in; nothing when all is well."""
    try:
        element = await field(page, cell.label)
        await widgets.fill(page, element, value, name=cell.label, timeout_ms=20_000)
        got = (await model(page))["held"].get(cell.key)  # type: ignore[attr-defined]
        said = await widgets.read(element, page)
    except BotError as error:
        return [f"{value!r}: {type(error).__name__} {error}"]
    wrong = [] if got == held else [f"{value!r}: the model holds {got!r}"]
    return wrong if said == read else [*wrong, f"{value!r}: read gives {said!r}"]


async def again(page: Page, library: str, cell: Cell) -> list[str]:
    """What is wrong when the value that is there already is filled in: nothing may change, nothing be touched."""
    before = await model(page)
    await widgets.fill(page, await field(page, cell.label), cell.value2, name=cell.label, timeout_ms=20_000)
    after = await model(page)
    if (library, cell.label) in LOOKED_INTO:
        before["touches"] = after["touches"] = 0
    return [] if before == after else [f"filled again: {before} became {after}"]


async def opened(browser: Browser, shelf: str, library: str, query: str = "") -> Page:
    """The page of a library in a session of its own."""
    session = await browser.open_session(None, downloads=Path(tempfile.gettempdir()), base=shelf)
    page = await session.new_page()
    await page.goto(f"/{library}.html?{query}")
    return page


async def matrix(browser: Browser, shelf: str, library: str) -> Outcomes:
    """Every cell of one library: two values, and the second once more."""
    page, out = await opened(browser, shelf, library), Outcomes()
    for cell in CELLS:
        if library in cell.libraries:
            wrong = await filled(page, cell, cell.value, cell.held, cell.read)
            wrong += await filled(page, cell, cell.value2, cell.held2, cell.read2)
            out[library, cell.label] = wrong or await again(page, library, cell)
    return out


async def form(browser: Browser, shelf: str, library: str, query: str) -> Outcomes:
    """A whole form of one library in one go, laid out and enclosed otherwise."""
    page, wrong = await opened(browser, shelf, library, query), []
    for cell in CELLS:
        if library in cell.libraries and cell.label not in TWINS:
            wrong += await filled(page, cell, cell.value, cell.held, cell.read)
    return {(library, query): wrong}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outcomes(browser: Browser, shelf: str) -> Outcomes:
    """All pages are played side by side, as a night does: most of the time is waiting for layers to fade in."""
    pages = [matrix(browser, shelf, library) for library in ALL]
    forms = [form(browser, shelf, library, query) for library, query in VARIANTS]
    out = Outcomes()
    for part in [*await asyncio.gather(*pages), *await asyncio.gather(*forms)]:
        out |= part
    return out


@pytest.mark.parametrize(("library", "label"), [(library, cell.label) for cell in CELLS for library in cell.libraries])
async def test_a_field_holds_what_was_written(outcomes: Outcomes, library: str, label: str) -> None:
    """The page's model holds exactly the value, `read` gives it back, another replaces it, the same changes nothing."""
    assert outcomes[library, label] == []


@pytest.mark.parametrize(("library", "query"), VARIANTS)
async def test_a_whole_form_in_one_go(outcomes: Outcomes, library: str, query: str) -> None:
    """In dialogs and drawers, labels beside or above: no widget's layer stands in the way of the next one."""
    assert outcomes[library, query] == []
