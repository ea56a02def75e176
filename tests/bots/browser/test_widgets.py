"""Fields are filled by label and value, and what the page's own model holds afterwards is the proof."""

from pathlib import Path

import pytest

from bots.browser import find, widgets
from bots.browser.target import ResolvedTarget
from bots.errors import ElementBlocked, FileMissing, OptionMissing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def fill(page, label: str, value: widgets.Value) -> str:
    """What the field reads after it was filled."""
    found = await find.resolve(page, ResolvedTarget.literal(label), want="fill", timeout_ms=3_000)
    await widgets.fill(page, found.element, value, name=label)
    return await widgets.read(found.element)


async def model(page, key: str):
    """What the page's own model holds."""
    return await page.evaluate_json("key => JSON.stringify(window.m[key])", key)


ELEMENT_PLUS = [
    ("订单号", "1001", "text", "1001", "1001"),
    ("备注", "第一行\n第二行", "memo", "第一行\n第二行", "第一行\n第二行"),
    ("库存", "19.9", "count", 19.9, "19.90"),
    ("订单状态", "已发货", "status", "已发货", "已发货"),
    ("范围", "全部", "scope", "", "全部"),
    ("标签", "爆款, 清仓", "tags", ["爆款", "清仓"], None),
    ("标签", ["预售"], "tags", ["预售"], "预售"),
    ("标签", "", "tags", [], ""),
    ("远程商品", "衬衫", "remote", "衬衫", "衬衫"),
    ("虚拟列表", "选项 731", "virtual", 731, "选项 731"),
    ("类目", "浙江 / 杭州 / 西湖", "cascade", ["zj", "hz", "xh"], None),
    ("懒类目", "乙0 / 甲1", "lazy", ["乙0", "甲1"], None),
    ("多类目", ["浙江 / 杭州 / 余杭", "江苏 / 南京 / 鼓楼"], "paths", [["zj", "hz", "yh"], ["js", "nj", "gl"]], None),
    ("上架日期", "2026-11-03", "day", "2026-11-03", "2026-11-03"),
    ("斜线日期", "2026-11-03", "slash", "2026-11-03", "2026-11-03"),
    ("账期", "2026-10", "month", "2026-10", "2026-10"),
    ("下单日期", "2026-11-01 ~ 2026-11-20", "range", ["2026-11-01", "2026-11-20"], "2026-11-01 ~ 2026-11-20"),
    ("下单日期", "2026-08-15 ~ 2026-08-15", "range", ["2026-08-15", "2026-08-15"], "2026-08-15 ~ 2026-08-15"),
    ("活动时间", "2026-11-01 ~ 2026-11-20", "moments", ["2026-11-01 00:00:00", "2026-11-20 23:59:59"], None),
    ("不可输入", "2025-02-28", "picked", "2025-02-28", "2025-02-28"),
    ("点选区间", "2026-09-28 ~ 2026-12-02", "clicked", ["2026-09-28", "2026-12-02"], "2026-09-28 ~ 2026-12-02"),
    ("包邮", "是", "free", True, "是"),
    ("发货方式", "自提", "way", "b", "自提"),
    ("周期", "周", "period", "w", "周"),
    ("渠道", "手机, 小程序", "channels", ["app", "mini"], "手机, 小程序"),
    ("同意协议", True, "agree", True, "是"),
    ("部门", "夜班组", "dept", 11, "夜班组"),
]


@pytest.mark.parametrize(("label", "value", "key", "held", "shown"), ELEMENT_PLUS)
async def test_element_plus_fields_hold_what_was_written(page, label, value, key, held, shown):
    """Every Element Plus widget ends up with exactly the value in its model, and reads back as it was written."""
    await page.goto("/element-plus.html")
    read = await fill(page, label, value)
    assert await model(page, key) == held
    if shown is not None:
        assert read == shown


async def test_a_whole_form_in_one_go(page):
    """Popups of one widget never stand in the way of the next one."""
    await page.goto("/element-plus.html")
    for label, value, key, _held, _shown in ELEMENT_PLUS:
        if not (key == "tags" and value == ""):
            await fill(page, label, value)
    for _label, value, key, held, _shown in {row[2]: row for row in ELEMENT_PLUS if row[1] != ""}.values():
        assert await model(page, key) == held, (key, value)


async def test_filling_again_changes_nothing(page):
    """A field that holds the value already is left as it is, and the other choices too."""
    await page.goto("/element-plus.html")
    for _ in range(2):
        await fill(page, "标签", "新品, 清仓")
        await fill(page, "包邮", "开")
        await fill(page, "订单状态", "待发货")
        await fill(page, "多类目", ["浙江 / 杭州 / 余杭"])
    assert [await model(page, key) for key in ("tags", "free", "status")] == [["新品", "清仓"], True, "待发货"]
    await fill(page, "多类目", ["江苏 / 南京 / 鼓楼"])
    assert await model(page, "paths") == [["js", "nj", "gl"]]


@pytest.mark.parametrize(
    ("label", "value", "says"),
    [
        ("订单状态", "已退款", "已发货(部分)"),
        ("标签", "没有", "爆款"),
        ("类目", "浙江 / 宁波", "杭州"),
        ("渠道", "手机, 电视", "小程序"),
        ("发货方式", "空运", "自提"),
        ("包邮", "也许", "是"),
        ("下单日期", "昨天", "2026-11-01"),
        ("库存", "很多", ""),
    ],
)
async def test_a_value_that_is_not_offered_is_refused_with_what_is(page, label, value, says):
    """Nothing similar is chosen instead: the error lists what the field offers."""
    await page.goto("/element-plus.html")
    with pytest.raises(OptionMissing) as caught:
        await fill(page, label, value)
    assert says in str(caught.value)


async def test_a_disabled_field_says_so(page):
    """A greyed field is an error, not a silent no."""
    await page.goto("/element-plus.html")
    with pytest.raises(ElementBlocked):
        await fill(page, "停用", "y")


async def test_upload_hands_the_file_over(page, tmp_path: Path):
    """The upload widget has the file; a file that does not exist is an operator's error before anything is touched."""
    await page.goto("/element-plus.html")
    sheet = tmp_path / "运单.xlsx"
    sheet.write_bytes(b"PK")
    assert await fill(page, "运单文件", sheet) == "运单.xlsx"
    assert await model(page, "file") == "运单.xlsx"
    with pytest.raises(FileMissing):
        await fill(page, "运单文件", tmp_path / "没有.xlsx")


NATIVE = [
    ("订单号", "1001", "text", "1001"),
    ("备注", "a\nb", "memo", "a\nb"),
    ("库存", "12", "count", "12"),
    ("订单状态", "待发货", "status", "待发货"),
    ("标签", "爆款, 清仓", "tags", "爆款, 清仓"),
    ("上架日期", "2026-11-03", "day", "2026-11-03"),
    ("账期", "2026-10", "month", "2026-10"),
    ("发货方式", "自提", None, "自提"),
    ("渠道", "手机", None, "手机"),
    ("同意协议", "是", "agree", "是"),
    ("描述", "新的", "rich", "新的"),
]


@pytest.mark.parametrize(("label", "value", "ident", "shown"), NATIVE)
async def test_native_fields_hold_what_was_written(page, label, value, ident, shown):
    """Every native field is filled by its label and reads back as it was written."""
    await page.goto("/native.html")
    assert await fill(page, label, value) == shown


async def test_native_refusals(page, tmp_path: Path):
    """A disabled option, a read-only field and a missing option are errors; a file is handed over."""
    await page.goto("/native.html")
    with pytest.raises(OptionMissing):
        await fill(page, "订单状态", "作废")
    with pytest.raises(ElementBlocked):
        await fill(page, "只读", "y")
    sheet = tmp_path / "a.csv"
    sheet.write_text("x", "utf-8")
    assert await fill(page, "运单文件", sheet) == "a.csv"
