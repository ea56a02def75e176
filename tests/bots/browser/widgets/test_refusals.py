"""What a field does not offer or does not take is an error in both languages; the field stays as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import pytest_asyncio

from bots.browser import find, widgets
from bots.browser.driver import Browser, Page
from bots.browser.target import ResolvedTarget
from bots.errors import BotError, ElementAmbiguous, ElementBlocked, FileMissing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ALL = ("native", "antd5", "antd6", "element-plus")
THREE = ALL[1:]
REFUSED = [
    ("订单状态", "已退款", "E-OPTION-MISSING", "已发货", ALL),
    ("订单状态", "已关闭", "E-OPTION-MISSING", "待发货", ALL),
    ("商品", "白衬衣", "E-OPTION-MISSING", "白衬衫", THREE),
    ("标签", "爆款, 没有", "E-OPTION-MISSING", "预售", ALL),
    ("地区", "浙江 / 温州", "E-OPTION-MISSING", "杭州", THREE),
    ("部门", "早班组", "E-OPTION-MISSING", "运营部 / 夜班组", THREE),
    ("渠道", "手机, 电视", "E-OPTION-MISSING", "小程序", ALL),
    ("发货方式", "空运", "E-OPTION-MISSING", "同城", ALL),
    ("上架日期", "2020-01-01", "E-VALUE-REFUSED", "范围", ALL),
    ("下单日期", "2026-11-01 ~ 2035-01-01", "E-VALUE-REFUSED", "范围", THREE),
    ("下单日期", "2026-11-01", "E-VALUE-REFUSED", "两头", THREE),
    ("上架日期", "昨天", "E-VALUE-REFUSED", "2026-11-01", ALL),
    ("库存", "100000", "E-VALUE-REFUSED", "范围", THREE),
    ("库存", "很多", "E-VALUE-REFUSED", "数字", ALL),
    ("包邮", "也许", "E-VALUE-REFUSED", "是 或 否", THREE),
    ("停用", "y", "E-ELEMENT-BLOCKED", "灰色", ALL),
    ("停用选择", "全部", "E-ELEMENT-BLOCKED", "灰色", ALL),
    ("停用日期", "2026-11-01", "E-ELEMENT-BLOCKED", "灰色", ALL),
    ("只读", "z", "E-ELEMENT-BLOCKED", "只读", ALL),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pages(browser: Browser, shelf: str) -> dict[str, Page]:
    """The page of each library, open."""
    out = {}
    for library in ALL:
        session = await browser.open_session(None, downloads=Path(tempfile.gettempdir()), base=shelf)
        out[library] = await session.new_page()
        await out[library].goto(f"/{library}.html")
    return out


async def held(page: Page) -> object:
    """What the page's own model holds."""
    return await page.evaluate_json("() => JSON.stringify(window.hold())")


async def fill(page: Page, label: str, value: widgets.Value) -> None:
    """The field with this label is filled."""
    found = await find.resolve(page, ResolvedTarget.literal(label), want="fill", timeout_ms=3_000)
    await widgets.fill(page, found.element, value, name=label)


@pytest.mark.parametrize(
    ("library", "label", "value", "code", "says"),
    [(library, *row[:4]) for row in REFUSED for library in row[4]],
)
async def test_what_is_refused_is_said(pages, library: str, label: str, value: str, code: str, says: str) -> None:
    """The error has its code, the reason or the likeliest options, in Chinese and English; the model is unchanged."""
    page = pages[library]
    before = await held(page)
    with pytest.raises(BotError) as caught:
        await fill(page, label, value)
    error = caught.value
    assert error.code == code
    assert says in error.message("zh")
    assert label in error.message("en") and "{" not in error.message("en") + error.message("zh")
    if label != "标签":  # the choices before the missing one may stand already: the step fails as a whole
        assert await held(page) == before or (code == "E-VALUE-REFUSED" and label == "库存")


@pytest.mark.parametrize("library", ALL)
async def test_a_label_that_two_fields_have_is_refused(pages, library: str) -> None:
    """Nobody guesses which of two fields is meant."""
    with pytest.raises(ElementAmbiguous):
        await fill(pages[library], "重名", "x")


@pytest.mark.parametrize("library", ALL)
async def test_files_are_replaced_by_the_files_of_today(pages, library: str, tmp_path: Path) -> None:
    """The field lists exactly the files that were given last; one under the same name is handed over anew."""
    page = pages[library]
    first, second = tmp_path / "运单.xlsx", tmp_path / "补充.csv"
    first.write_bytes(b"PK1")
    second.write_bytes(b"2")
    for paths in ([first, second], [first], [first]):
        await fill(page, "运单文件", paths)
        model = await held(page)
        assert isinstance(model, dict) and model["files"] == [path.name for path in paths]
        found = await find.resolve(page, ResolvedTarget.literal("运单文件"), want="fill")
        assert await widgets.read(found.element) == ", ".join(path.name for path in paths)
    with pytest.raises(FileMissing):
        await fill(page, "运单文件", tmp_path / "没有.xlsx")


async def test_a_file_written_anew_is_handed_over_anew(pages, tmp_path: Path) -> None:
    """The page hears of a file that the field names already, and reads what is in it now."""
    page, sheet = pages["native"], tmp_path / "改价.csv"
    heard = """async () => {
      const box = document.querySelector('input[type=file]');
      box.addEventListener('change', async () => { window.contents = box.files[0].text(); });
      return JSON.stringify(await (window.contents ?? ''));
    }"""
    assert await page.evaluate_json(heard) == ""
    for content in ("旧", "新的一版"):
        sheet.write_text(content, encoding="utf-8")
        await fill(page, "运单文件", sheet)
        assert await page.evaluate_json("async () => JSON.stringify(await window.contents)") == content


@pytest.mark.parametrize("library", ALL)
async def test_boxes_are_ticked_and_keys_reach_the_box(pages, library: str) -> None:
    """`check` clicks only what is otherwise; `type` types into the box inside the widget, never into nothing."""
    page = pages[library]
    agree = (await find.resolve(page, ResolvedTarget.literal("同意协议"), want="fill")).element
    for on in (True, True, False):
        await widgets.check(page, agree, on)
        assert (await held(page))["agree"] is on  # type: ignore[index]
    memo = (await find.resolve(page, ResolvedTarget.literal("备注"), want="fill")).element
    await (await widgets.box(page, memo)).type("一字a")
    assert (await held(page))["memo"] == "一字a"  # type: ignore[index]
    off = (await find.resolve(page, ResolvedTarget.literal("停用"), want="fill")).element
    with pytest.raises(ElementBlocked):
        await widgets.box(page, off)
