"""A person works in a real browser; the file is what the person would have written, and playing it does the same."""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from bots.browser.driver import Browser
from bots.recorder.paper import ONCE_NOTE, Sheet
from tests.bots.recorder.conftest import Shop
from tests.bots.recorder.rig import Person, flow_text, has, library, played, recorded_by

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def body(text: str) -> str:
    """The file without its first line, which is the same in every recording."""
    return text.removeprefix(ONCE_NOTE + "\n")


async def test_a_days_work_becomes_the_flow_that_a_person_would_write(browser: Browser, shop: Shop, tmp_path: Path):
    """Search, row, list, tick, choose, key, double click, file, tab: one step each, and the player does the same."""
    site = library(shop.url)
    picture = tmp_path / "主图.png"
    picture.write_bytes(b"png")

    async def work(person: Person) -> None:
        await person.go("/list")
        await person.type("商品ID", "P1002")
        await person.choose("状态", 1)
        await person.click("这里没有什么可点的文字")
        await person.click("查询")
        await person.until(lambda: "?" in person.page.url)
        await person.click("下架", inside="P1002")
        await (await person.see("更多")).hover()
        await person.click("全部导出")
        await person.click("下载订单")
        await person.click("新建商品")
        await person.type("标题", "羊毛围巾：新款 #1")
        await person.type("说明", "两行\n说明")
        await person.choose("类目", 2)
        await (await person.see("包邮", "fill")).check(True)
        await (await person.see("送礼", "fill")).check(False)
        await (await person.see("自提", "fill")).check(True)
        await (await person.see("图片", "fill")).set_files([picture])
        await (await person.see("双击改名")).click(count=2)
        await person.type("关键字", "围巾")
        await person.page.press("Enter")
        await person.click("保存商品")
        await person.until(lambda: "/save" in person.page.url)
        await person.click("回列表")
        await person.click("帮助")
        await person.newest()
        await person.click("有用")
        await person.until(lambda: ("/api", {"act": "help"}) in shop.sent)

    shop.sent.clear()
    made, recording = await recorded_by(browser, tmp_path, site, shop.url, work, settled=has("click", 10))
    text = flow_text(made, "一天的活", "shop")
    assert body(text) == (Path(__file__).parent / "golden" / "day.yaml").read_text("utf-8")
    assert made.lost == () and recording.dialogs == []

    by_hand, shop.sent[:] = list(shop.sent), []
    result = await played(browser, tmp_path, site, shop.url, text, inputs={"file": str(picture)})
    assert (result.state, result.message) == ("done", result.message)
    assert shop.sent == by_hand
    assert (tmp_path / "run").rglob("订单.csv")


async def test_passwords_and_codes_never_leave_the_page(browser: Browser, shop: Shop, tmp_path: Path):
    """Not in clear, URL-encoded or base64: neither in what was seen nor in the file, even when made visible."""
    site = library(shop.url)
    secret, code = "s3cr/t 密&码!", "918273"

    async def work(person: Person) -> None:
        await person.go("/")
        await person.type("用户名", "wang")
        await person.type("密码", secret[:4])
        await person.click("显示密码")
        await (await person.see("密码", "fill")).press("End")
        await (await person.see("密码", "fill")).type(secret[4:])
        await person.type("验证码", code)
        await person.click("登录")
        await person.until(lambda: "/list" in person.page.url)

    made, recording = await recorded_by(browser, tmp_path, site, shop.url, work, settled=has("arrived", 3))
    text = flow_text(made, "登录", "shop")
    assert body(text) == (Path(__file__).parent / "golden" / "sign_in.yaml").read_text("utf-8")
    told = repr(recording.seen) + repr(vars(recording)) + text
    for word in (secret, secret[:4], secret[4:], code):
        for form in (word, quote(word), quote(word, safe=""), base64.b64encode(word.encode()).decode()):
            assert form not in told

    by_hand = shop.sent[-1][1]
    result = await played(browser, tmp_path, site, shop.url, text, secrets={"password": secret})
    assert (result.state, result.message) == ("done", result.message)
    assert shop.sent[-1] == ("/login", {**by_hand, "sms": "246810"})


async def test_an_address_is_written_without_its_tokens(browser: Browser, shop: Shop, tmp_path: Path):
    """What stands in an address for being signed in is no part of the flow; a field inside a frame has its name."""
    site = library(shop.url)

    async def work(person: Person) -> None:
        await person.go("/framed?access_token=tok-778899&page=2&sign=abcdef")
        await person.type("标题", "框里")

    made, recording = await recorded_by(
        browser, tmp_path, site, shop.url, work, settled=lambda r: r.seen[-1].value == "框里"
    )
    assert made.steps == ({"open": "/framed?page=2"}, {"fill": {"标题": "框里"}})
    assert "778899" not in repr(recording.seen) and "abcdef" not in repr(recording.seen)


async def test_values_of_a_sheet_become_columns(browser: Browser, shop: Shop, tmp_path: Path):
    """Whoever does the first row of a sheet has a flow for all of its rows."""
    site = library(shop.url)
    sheet = Sheet("下架清单.csv", [{"商品ID": "P1001", "备注": "x"}, {"商品ID": "P1003", "备注": "x"}])

    async def work(person: Person) -> None:
        await person.go("/list")
        await person.type("商品ID", "P1001")
        await person.click("查询")
        await person.until(lambda: "?" in person.page.url)
        await person.click("下架", inside="P1001")
        await person.until(
            lambda: ("/api", {"act": "off", "id": "P1001"}) in shop.sent
        )  # else it may come after the clearing below

    made, _ = await recorded_by(browser, tmp_path, site, shop.url, work, sheet, settled=has("click", 2))
    text = flow_text(made, "批量下架", "shop", sheet.name)
    assert body(text) == (Path(__file__).parent / "golden" / "rows.yaml").read_text("utf-8")

    file = tmp_path / "下架清单.csv"
    file.write_text("商品ID,备注\nP1001,x\nP1003,x\n", encoding="utf-8")
    shop.sent.clear()
    result = await played(browser, tmp_path, site, shop.url, text, inputs={"sheet": str(file)})
    assert (result.state, result.message) == ("done", result.message)
    off = [fields["id"] for path, fields in shop.sent if path == "/api"]
    assert off == ["P1001", "P1003"]


async def test_a_thing_without_a_name_gets_one_in_the_library(browser: Browser, shop: Shop, tmp_path: Path):
    """An icon that says nothing is proposed for the library with ways that find exactly it."""
    site = library(shop.url)

    async def work(person: Person) -> None:
        await person.go("/list")
        await person.until(lambda: person.page.last_status == 200)
        (icon,) = await person.page.query(_css(".reload-icon"))
        await icon.click()

    made, _ = await recorded_by(browser, tmp_path, site, shop.url, work, settled=has("click"))
    assert made.steps[-1] == {"click": "未命名图标1"}
    (element,) = made.new_elements
    assert (element.page, element.name) == ("商品列表", "未命名图标1")
    assert [str(way) for way in element.ways] == ["css='.reload-icon'"]


async def test_element_plus_fields_are_one_fill(browser: Browser, shop: Shop, tmp_path: Path):
    """Clicks through lists and calendars become the value that a person would write for the field."""
    site = library(shop.url)

    async def work(person: Person) -> None:
        await person.go("/element-plus.html")
        from bots.browser import widgets

        for label, value in (("订单状态", "已发货"), ("上架日期", "2026-11-03"), ("类目", "浙江 / 杭州 / 西湖")):
            field = await person.see(label, "fill")
            await widgets.fill(person.page, field, value, name=label)
        await person.type("订单号", "1001")

    made, _ = await recorded_by(browser, tmp_path, site, shop.url, work, settled=lambda r: r.seen[-1].value == "旧1001")
    fields = made.steps[-1]["fill"]  # type: ignore[index,call-overload]
    assert fields == {"订单状态": "已发货", "上架日期": "2026-11-03", "类目": "浙江 / 杭州 / 西湖", "订单号": "旧1001"}


def _css(selector: str):  # type: ignore[no-untyped-def]
    from bots.browser.driver import By

    return By("css", selector)
