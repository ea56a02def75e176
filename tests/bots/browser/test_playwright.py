"""The real browser keeps the driver's promises: whole files or an error, named failures, no process left."""

import asyncio
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bots.browser import find
from bots.browser.choice import BrowserChoice
from bots.browser.discovery import discover
from bots.browser.driver import By, SessionOptions
from bots.browser.playwright import launch
from bots.browser.target import ResolvedTarget
from bots.errors import (
    BrowserClosed,
    BrowserMissing,
    ConnectionLost,
    DownloadBroken,
    ElementBlocked,
    PageTimeout,
    ServerFailed,
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def opened(page, local, body: str, path: str = "/here"):
    """The page shows `body`."""
    local.pages[path] = f"<!doctype html><meta charset=utf-8><title>题</title><body>{body}"
    await page.goto(path)
    return page


async def element(page, name: str):
    """The one element of that name."""
    return (await find.resolve(page, ResolvedTarget.literal(name), timeout_ms=3_000)).element


def click(element):
    """An action that clicks it."""

    async def run() -> None:
        await element.click()

    return run


async def holds(true: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Whether `true()` comes true in time."""
    end = asyncio.get_running_loop().time() + within_s
    while not true():
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(0.02)
    return True


async def nth_page(session, number: int):
    """The tab of that number, once it exists."""
    assert await holds(lambda: len(session.pages) >= number)
    return session.pages[number - 1]


async def test_a_download_is_whole_and_safely_named(page, local, tmp_path):
    """The file is on disk when the call returns, under a name without a path in it; a second one replaces nothing."""
    await opened(page, local, "<a href=/file download>下载</a><a href=/file target=_blank>新窗口下载</a>")
    first = await page.collect_download(click(await element(page, "下载")))
    second = await page.collect_download(click(await element(page, "新窗口下载")))
    assert first.path.read_bytes().decode("gb18030") == "订单号,金额\n1001,19.90\n"
    assert (first.path.name, second.path.name) == ("11.csv", "11 (2).csv") or first.path.name.endswith("11.csv")
    assert first.path.parent == tmp_path / "downloads" and first.path != second.path
    assert first.size == first.path.stat().st_size


async def test_a_download_cut_short_is_an_error(page, local, tmp_path):
    """Half a file is no file: DownloadBroken, and nothing lies in the folder."""
    await opened(page, local, "<a href=/cut>下载</a>")
    with pytest.raises(DownloadBroken) as caught:
        await page.collect_download(click(await element(page, "下载")), timeout_ms=10_000)
    assert caught.value.facts["name"] == "账单.xlsx"
    assert list((tmp_path / "downloads").iterdir()) == []


async def test_a_server_error_instead_of_a_file(page, local):
    """A 503 page where a file should come ends the wait at once."""
    await opened(page, local, "<a href=/status/503>下载</a>")
    with pytest.raises(ServerFailed):
        await page.collect_download(click(await element(page, "下载")), timeout_ms=20_000)


async def test_no_download_at_all(page, local):
    """A click that sends no file is a timeout, and the next download is not confused by it."""
    await opened(page, local, "<button>没反应</button><a href=/file>下载</a>")
    with pytest.raises(PageTimeout):
        await page.collect_download(click(await element(page, "没反应")), timeout_ms=200)
    assert (await page.collect_download(click(await element(page, "下载")))).size > 0


@pytest.mark.parametrize(
    ("path", "error"),
    [("/status/500", ServerFailed), ("/hangup", ConnectionLost), ("http://127.0.0.1:9/", ConnectionLost)],
)
async def test_pages_that_do_not_open_say_why(page, path, error):
    """A server error, a cut connection and a closed port are told apart from a slow page."""
    with pytest.raises(error) as caught:
        await page.goto(path)
    assert path.lstrip("/") in str(caught.value)


async def test_client_errors_are_pages(page):
    """A 404 is a page that the flow may look at; its status is known."""
    await page.goto("/status/404")
    assert page.last_status == 404


async def test_a_document_that_comes_by_itself_tells_its_own_status(page, local):
    """After a click, and after a way that was broken off, the status is that of what stands there now."""
    await opened(page, local, "<a href=/status/404>去</a>")
    assert page.last_status == 200
    await click(await element(page, "去"))()
    async with asyncio.timeout(10):
        while page.last_status != 404:
            await page.title()
    with pytest.raises(ConnectionLost):
        await page.goto("/hangup")
    assert page.last_status is None


async def test_a_covered_or_disabled_element_says_what_is_in_the_way(page, local):
    """The reason names the layer that covers, or the greyed state."""
    await opened(page, local, "<button>底</button><div id=cover style='position:fixed;inset:0'></div>")
    button = await element(page, "底")
    with pytest.raises(ElementBlocked) as caught:
        await button.click(timeout_ms=300)
    assert "cover" in caught.value.facts["reason"]
    await opened(page, local, "<button disabled>灰</button>")
    with pytest.raises(ElementBlocked) as caught:
        await (await element(page, "灰")).click(timeout_ms=300)
    assert "不可用" in caught.value.facts["reason"]


async def test_an_element_that_is_gone_says_so(page, local):
    """Acting on what the page has removed is an error, not a wait."""
    await opened(page, local, "<button>旧</button>")
    button = await element(page, "旧")
    await page.evaluate_json("() => { document.body.innerHTML = ''; return 'null' }")
    with pytest.raises(ElementBlocked) as caught:
        await button.click(timeout_ms=5_000)
    assert "不在" in caught.value.facts["reason"]


async def test_confirm_boxes_are_refused_unless_told(page, local):
    """Nothing that no step asked for is confirmed; the text is kept."""
    await opened(page, local, "<button onclick=\"this.textContent = confirm('删除？') ? '删了' : '没删'\">删</button>")
    button = await element(page, "删")
    await button.click()
    assert await button.text() == "没删"
    page.answer_dialogs(True)
    await button.click()
    assert await button.text() == "删了"
    assert page.dialogs == ["删除？", "删除？"]


async def test_a_tab_that_the_site_opens_is_in_the_session(page, session, local):
    """A new tab is in `pages` and can be worked on."""
    local.pages["/tab"] = "<meta charset=utf-8><title>新页</title><button>里面</button>"
    await opened(page, local, "<a href=/tab target=_blank>打开</a>")
    await (await element(page, "打开")).click()
    other = await nth_page(session, 2)
    await find.resolve(other, ResolvedTarget.literal("里面"))
    assert await other.title() == "新页"


async def test_a_saved_state_signs_in_the_next_session(browser, local, tmp_path):
    """Cookies and storage come back in a new session."""
    first = await browser.open_session(None, downloads=tmp_path, base=local.address)
    page = await opened(await first.new_page(), local, "x")
    await page.evaluate_json(
        "() => { document.cookie = 'sid=7;max-age=999'; localStorage.who = '夜班'; return 'null' }"
    )
    state = await first.state()
    await first.close()
    second = await browser.open_session(state, downloads=tmp_path, base=local.address)
    page = await opened(await second.new_page(), local, "x")
    assert await page.evaluate_json("() => JSON.stringify([document.cookie, localStorage.who])") == ["sid=7", "夜班"]
    await second.close()


async def test_a_tab_that_was_opened_early_belongs_to_the_first_session_of_its_kind(local, tmp_path):
    """Another kind of session leaves it alone; its own gets it with the cookies and values it remembers, once."""
    cookie = {"name": "sid", "value": "7", "domain": "127.0.0.1", "path": "/", "expires": -1}
    cookie |= {"httpOnly": False, "secure": False, "sameSite": "Lax"}
    stored = {"origin": local.address, "localStorage": [{"name": "who", "value": "夜班"}]}
    state = json.dumps({"cookies": [cookie], "origins": [stored]}).encode()
    asked = "() => JSON.stringify([document.cookie, localStorage.who ?? null, navigator.language])"
    running = await launch(discover(), ready_for=SessionOptions())
    try:
        seen = []
        for remembered, locale in ((None, "en-US"), (state, "zh-CN"), (None, "zh-CN")):
            options = SessionOptions(locale=locale)
            session = await running.open_session(remembered, downloads=tmp_path, base=local.address, options=options)
            page = await opened(await session.new_page(), local, "<button>里面</button>")
            await find.resolve(page, ResolvedTarget.literal("里面"))
            seen.append((await page.evaluate_json(asked), len(session.pages), len(running._raw.contexts)))
    finally:
        await running.close()
    assert seen == [(["", None, "en-US"], 1, 2), (["sid=7", "夜班", "zh-CN"], 1, 2), (["", None, "zh-CN"], 1, 3)]


async def test_a_trace_is_kept_or_thrown_away(session, local, tmp_path):
    """A kept trace is a zip that the viewer opens; a dropped one leaves no file; stopping twice is no error."""
    page = await session.new_page()
    await session.start_trace()
    await opened(page, local, "x")
    await session.stop_trace(tmp_path / "trace.zip")
    assert "trace.trace" in zipfile.ZipFile(tmp_path / "trace.zip").namelist()
    await session.start_trace()
    await session.stop_trace(None)
    await session.stop_trace(tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()


async def test_a_masked_field_is_black_in_the_picture(page, local):
    """A password field's pixels are not in the screenshot, and the page is as it was afterwards."""
    await opened(
        page, local, "<input id=p value=secret style='position:absolute;left:0;top:0;width:200px;height:50px'>"
    )
    (field,) = await page.query(By("css", "#p"))
    masked, plain = await page.screenshot(mask=[field]), await page.screenshot()
    assert masked != plain and masked[:4] == b"\x89PNG"
    assert await page.evaluate_json("() => JSON.stringify(document.querySelectorAll('[data-yeban-cover]').length)") == 0


async def test_the_snapshot_names_what_is_there(page, local):
    """The accessibility snapshot holds roles and names."""
    await opened(page, local, "<button>查询</button>")
    assert 'button "查询"' in await page.aria_snapshot()


async def test_a_response_of_the_page_is_read(page, local):
    """`listen` gets the page's own JSON."""
    await opened(page, local, "<button onclick=\"fetch('/rows.json')\">刷新</button>")
    (answer,) = await page.watch(click(await element(page, "刷新")), bodies="rows.json")
    assert (answer.status, json.loads(answer.body)) == (200, {"rows": [1, 2]})


async def test_what_a_site_has_not_answered_yet_is_known(session, page, local):
    """What was asked to be changed is open until the site has answered, in whatever tab; what only reads never is."""
    await opened(page, local, "<button onclick=\"fetch('/rows.json'); fetch('/sent', {method: 'POST'})\">提交</button>")
    writes = session.writes()
    assert await writes.over(0)
    async with asyncio.timeout(10):
        await page.watch(click(await element(page, "提交")), bodies="rows.json")
    assert not await writes.over(50)
    local.let_go.set()
    assert await writes.over(10_000)
    writes.close()


async def test_blocked_assets_are_never_fetched(browser, local, tmp_path):
    """Addresses that match a block pattern do not reach the server."""
    options = SessionOptions(block=("*.woff2", "*/big.png"))
    session = await browser.open_session(None, downloads=tmp_path, base=local.address, options=options)
    local.asked.clear()
    page = await opened(await session.new_page(), local, "<img src=/big.png><img src=/small.png>")
    await page.reload()
    assert "/big.png" not in local.asked and "/small.png" in local.asked
    await session.close()


SLIDING = """<meta charset=utf-8><style>#drawer { transition: opacity 1000s; opacity: 0 }</style>
<div id=drawer>订单</div>
<button
onclick="drawer.ontransitionend = () => said.textContent = '抽屉已经打开'; drawer.style.opacity = 1">打开</button>
<p id=said>还没有</p><a href=/drawer target=_blank>新标签</a>"""


@pytest.mark.parametrize("tab", ["first", "opened by the site"])
async def test_animations_of_a_page_that_nobody_watches_are_over_soon(browser, local, tmp_path, tab):
    """A drawer that slides for 1,000 s is open in half a second, and the page hears that it is; in every tab."""
    local.pages["/drawer"] = SLIDING
    session = await browser.open_session(
        None, downloads=tmp_path, base=local.address, options=SessionOptions(animation_speed=2000.0)
    )
    page = await session.new_page()
    await page.goto("/drawer")
    if tab != "first":
        await (await element(page, "新标签")).click()
        page = await nth_page(session, 2)
        await asyncio.sleep(0.3)  # the line to a tab that the site opens is there a moment after it
    await (await element(page, "打开")).click()
    assert await (await element(page, "抽屉已经打开")).text()
    await session.close()


async def test_the_base_keeps_its_path(browser, local, tmp_path):
    """A page's address is below the site's base, path and all."""
    local.pages["/seller/orders"] = "<meta charset=utf-8><p>订单</p>"
    session = await browser.open_session(None, downloads=tmp_path, base=f"{local.address}/seller")
    page = await session.new_page()
    await page.goto("/orders")
    assert page.url == f"{local.address}/seller/orders"
    await session.close()


def descendants(pid: int) -> set[int]:
    """The process and everything below it, from the system's own table."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if words[0] != "Z":
            parents[int(entry.parent.name)] = int(words[1])
    found, grew = {pid}, True
    while grew:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
        grew = bool(more)
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
async def test_closing_leaves_no_process(tmp_path):
    """After close neither the browser nor its driver runs; the same when the work was cancelled in the middle."""
    before = descendants(os.getpid())
    running = await launch(discover())
    session = await running.open_session(None, downloads=tmp_path)
    await session.new_page()
    assert len(descendants(os.getpid())) > len(before)
    await running.close()
    assert await holds(lambda: descendants(os.getpid()) <= before)


async def test_work_on_a_closed_browser_is_an_operators_error(tmp_path):
    """A browser that has gone away is named, not a riddle of the library."""
    running = await launch(discover())
    page = await (await running.open_session(None, downloads=tmp_path)).new_page()
    await running.close()
    for work in (page.goto("data:text/html,x"), page.title(), page.survey([])):
        if work.__name__ != "survey":
            with pytest.raises(BrowserClosed):
                await work
        else:
            assert await work == []


async def test_a_browser_that_does_not_start_is_missing(tmp_path):
    """A wrong executable is reported with its path."""
    fake = tmp_path / "chrome"
    fake.write_text("#!/bin/sh\nexit 3\n", "utf-8")
    fake.chmod(0o755)
    with pytest.raises(BrowserMissing) as caught:
        await launch(BrowserChoice(fake, "setting"))
    assert str(fake) in str(caught.value)
