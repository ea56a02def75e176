"""The fake obeys the same promises as the real browser where engine tests lean on it."""

import pytest

from bots.browser import fake, find, tables, widgets
from bots.browser.driver import By
from bots.browser.fake import FakeBrowser, FakeSite
from bots.browser.target import ResolvedTarget
from bots.errors import DownloadBroken, ElementAmbiguous, ElementBlocked, ElementMissing, PageTimeout, ServerFailed


async def opened(site: FakeSite, tmp_path, address: str = "/a"):
    """A tab of the fake browser at `address`."""
    session = await FakeBrowser(site).open_session(None, downloads=tmp_path, base="http://fake/seller")
    page = await session.new_page()
    await page.goto(address)
    return page


async def element(page, name: str, **facts):
    """The one element of that name."""
    target = ResolvedTarget(name, (By("name", name),), **facts)
    return (await find.resolve(page, target, timeout_ms=50)).element


async def test_it_writes_down_what_was_done(tmp_path):
    """Every act is one event, in order, with the place it happened in."""
    site = FakeSite(
        {
            "/a": [
                fake.field("订单号"),
                fake.button("查询", fake.show("1001")),
                fake.row("1001", "衬衫", hidden=True),
                fake.button("下架", fake.go("/b"), place="1001", hidden=True),
            ],
            "/b": [fake.text("下架成功")],
        }
    )
    page = await opened(site, tmp_path)
    field = (await find.resolve(page, ResolvedTarget.literal("订单号"), want="fill", timeout_ms=50)).element
    await widgets.fill(page, field, "1001")
    await (await element(page, "查询")).click()
    await (await element(page, "下架", inside=ResolvedTarget.literal("1001"))).click()
    assert await find.shows(page, ResolvedTarget.literal("下架成功"))
    assert site.events == ["goto /a", "fill 订单号 = 1001", "click 查询", "click 1001 › 下架"]
    assert page.url == "http://fake/seller/b"


async def test_it_is_as_strict_as_the_real_one(tmp_path):
    """Two of a name are ambiguous, none is missing, hidden ones do not count, disabled ones refuse."""
    site = FakeSite(
        {"/a": [fake.button("改"), fake.button("改"), fake.button("藏", hidden=True), fake.button("灰", enabled=False)]}
    )
    page = await opened(site, tmp_path)
    with pytest.raises(ElementAmbiguous):
        await element(page, "改")
    with pytest.raises(ElementMissing):
        await element(page, "藏")
    with pytest.raises(ElementBlocked):
        await (await element(page, "灰")).click()


async def test_things_may_come_late(tmp_path):
    """An element with `after_looks` is found by waiting."""
    page = await opened(FakeSite({"/a": [fake.text("好了", after_looks=3)]}), tmp_path)
    assert await find.visible(page, [By("text", "好了")]) is None
    await find.resolve(page, ResolvedTarget.literal("好了"), timeout_ms=2_000)


async def test_files_come_whole_or_not_at_all(tmp_path):
    """A sent file is on disk, empty content is a broken download, no file is a timeout."""
    site = FakeSite(
        {"/a": [fake.link("好", fake.send("账单.csv", b"1")), fake.link("断", fake.send("x", b"")), fake.link("无")]}
    )
    page = await opened(site, tmp_path)
    got = await page.collect_download((await element(page, "好")).click)
    assert got.path.read_bytes() == b"1"
    with pytest.raises(DownloadBroken):
        await page.collect_download((await element(page, "断")).click)
    with pytest.raises(PageTimeout):
        await page.collect_download((await element(page, "无")).click)


async def test_a_failing_page_fails(tmp_path):
    """A page with a 5xx status raises, as the real one does."""
    with pytest.raises(ServerFailed):
        await opened(FakeSite({"/a": []}, statuses={"/a": 502}), tmp_path)


async def test_tables_and_settling(tmp_path):
    """Its rows are scraped, and a fake page is settled at once."""
    site = FakeSite({"/a": [fake.row("1", "甲")]}, tables={})
    page = await opened(site, tmp_path)
    await tables.settled(page)
    assert (await tables.scrape(page)).rows == [["1", "甲"]]
    site.tables["/a"] = [{"ID": "7"}]
    assert (await tables.scrape(page)).records() == [{"ID": "7"}]
