"""Teaching at the desk: recordings as files, elements into libraries and back, the examination of a library."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.browser.discovery import discover
from bots.browser.driver import By, Page
from bots.browser.find import resolve
from bots.browser.playwright import launch
from bots.browser.target import ResolvedTarget
from bots.recorder.deeds import NewElement
from bots.recorder.errors import (
    EditOutdated,
    NoPlaceForSteps,
    NoScreen,
    NothingRecorded,
    NothingToUndo,
    SignInFailed,
    SiteUnknown,
)
from bots.recorder.paper import Recorded
from bots.recorder.pick import Picked
from bots.recorder.session import Recording
from schedules.authoring import Author, Lesson, keep_state, lesson, read_sheet, record
from schedules.cli.author_commands import picked_lines, show_examined, show_written
from schedules.cli.whole import app
from schedules.examination import Examined, PageExamined
from schedules.settings import AccountSettings, Settings
from schedules.shelf import read_site
from schedules.vault import Vault
from schedules.visits import visit

LIBRARY = """# 小店
site: shop
title: 小店
base: ${base_url}/seller
elements:
  退出: [{testid: nothing}, {role: link, name: 退出}]   # 老办法没了
pages:
  首页: /home
  商品:
    url: /products
    elements:
      查询: {role: button, name: 查询}
      编辑: {role: button, name: 编辑}
      没有的: {css: .nothing}
      商品行: [{row: "${商品ID}"}]
"""
PRODUCTS = """<!doctype html><meta charset=utf-8><title>商品</title><a href="/out">退出</a>
<label>商品ID <input></label><label>密码 <input type=password value=hush></label><button>查询</button>
<table><tr><td>P1</td><td><button>编辑</button></td></tr><tr><td>P2</td><td><button>编辑</button></td></tr></table>"""


LOGIN = """login:
  signed_in: {visible: 退出}
  signed_out: {visible: 登录框}
  refused: 登录提示
  steps:
    - fill: {用户名: "${account.username}", 密码: {secret: password}}
    - click: 登录
"""
DOOR = """<!doctype html><meta charset=utf-8><title>登录</title><form id=door method=post action=/door>%s
<label>用户名 <input name=user></label>
<label>密码 <input type=password name=secret></label><button>登录</button></form>"""


class Answer(BaseHTTPRequestHandler):
    """The shop; below /closed only for whoever has signed in."""

    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(303)
        if told == "user=wang&secret=open+sesame":
            self.send_header("Set-Cookie", "key=1; Path=/")
        self.send_header("Location", "/closed/seller/home?tried")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        body = PRODUCTS.encode() if "/seller/products" in self.path else "<a href=#>退出</a>".encode()
        if self.path.startswith("/closed") and "key=1" not in self.headers.get("Cookie", ""):
            body = (DOOR % ("<p id=no>密码不对</p>" if "tried" in self.path else "")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    """The shop's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def selectors(tmp_path: Path) -> Path:
    """A folder with the shop's library."""
    folder = tmp_path / "selectors"
    folder.mkdir()
    (folder / "shop.yaml").write_text(LIBRARY, "utf-8")
    read_site.cache_clear()
    return folder


def settings(tmp_path: Path, url: str) -> Settings:
    """One account of the shop."""
    own = AccountSettings(site="shop", username="wang", base_url=url)
    return Settings(home=tmp_path / "home", accounts={"shop_a": own})


def made(*steps: object) -> Recorded:
    """A recording that became these steps."""
    return Recorded(steps, {}, (), "", (), ())  # type: ignore[arg-type]


def test_a_lesson_knows_the_site_by_name_and_by_address(tmp_path: Path, selectors: Path) -> None:
    """The account gives the address; an address that no library knows is taught as it is."""
    known = settings(tmp_path, "https://a.example")
    by_name = lesson(known, "shop", selectors=selectors, page="商品")
    assert (by_name.start, by_name.base, by_name.account) == (
        "https://a.example/seller/products", "https://a.example/seller", "shop_a",
    )  # fmt: skip
    by_address = lesson(known, "https://a.example/seller/products?x=1", selectors=selectors)
    assert by_address.site is not None and by_address.start.endswith("?x=1")
    assert lesson(known, "https://b.example/", selectors=selectors).site is None
    with pytest.raises(SiteUnknown):
        lesson(known, "sohp", selectors=selectors)


async def test_a_recording_of_an_unknown_site_makes_flow_and_library(tmp_path: Path, selectors: Path, url: str) -> None:
    """What was done in the window is a flow file that is never written over another; the account stays signed in."""
    known = settings(tmp_path, "https://elsewhere.example")
    about = lesson(known, url + "/seller/products", selectors=selectors)
    browser = await launch(discover())

    async def work(page: Page) -> None:
        found = await resolve(page, ResolvedTarget.literal("查询"), timeout_ms=3_000)
        await found.element.click()

    async def cut_short(page: Page) -> None:
        await work(page)
        task.cancel()  # what Ctrl-C does to the command
        await asyncio.Event().wait()

    try:
        recording = await record(browser, about, tmp_path / "downloads", work)
        task = asyncio.create_task(record(browser, about, tmp_path / "downloads", cut_short))
        stopped = await task
    finally:
        await browser.close()
    author = Author(tmp_path / "home", tmp_path / "flows", selectors)
    steps = author.made(recording, about)
    assert author.made(stopped, about) == steps
    first = author.new_flow(steps, about, "查一查", None)
    again = author.new_flow(steps, about, "查一查", None)
    assert first.path != again.path and first.path.read_bytes() == again.path.read_bytes()
    assert first.path.read_text("utf-8").splitlines()[1:] == [
        "title: 查一查", "site: 127_0_0_1", "steps:", "  - open: /seller/products", "  - click: 查询",
    ]  # fmt: skip
    chinese = author.new_flow(steps, about, "中文", None, lang="zh").path.read_text("utf-8")
    assert "步骤:\n  - 打开: /seller/products\n  - 点击: 查询\n" in chinese
    assert read_site(selectors / "127_0_0_1.yaml")[0] is not None
    keep_state(known, "shop_a", recording.state)
    assert json.loads(lesson(known, "shop", selectors=selectors).state or b"") == json.loads(recording.state or b"")


def test_an_empty_recording_writes_nothing(tmp_path: Path, selectors: Path) -> None:
    """Nothing done, nothing written."""
    author = Author(tmp_path / "home", tmp_path / "flows", selectors)
    with pytest.raises(NothingRecorded):
        author.made(Recording(), Lesson(None, "https://a.example", "", {}))
    assert not (tmp_path / "flows").exists()


def test_steps_and_elements_can_be_taken_back(tmp_path: Path, selectors: Path) -> None:
    """Byte for byte, last edit first; a stretch that somebody changed since is left alone."""
    author = Author(tmp_path / "home", tmp_path / "flows", selectors)
    about = lesson(settings(tmp_path, "https://a.example"), "shop", selectors=selectors)
    flow = tmp_path / "a.yaml"
    flow.write_bytes("title: 甲\r\nsite: shop\r\nsteps:\r\n  - login   # 先登录\r\n".encode())
    before = flow.read_bytes()
    author.into(made("login", {"click": "查询"}), about, flow, 5)
    assert flow.read_bytes() == before + "  - click: 查询\r\n".encode()
    author.element("shop", "商品", "新建", [By("testid", "new")])
    assert author.undo() == selectors / "shop.yaml"
    assert (selectors / "shop.yaml").read_text("utf-8") == LIBRARY
    flow.write_bytes(flow.read_bytes().replace("查询".encode(), "搜索".encode()))
    changed = flow.read_bytes()
    with pytest.raises(EditOutdated):
        author.undo()
    assert flow.read_bytes() == changed
    flow.write_bytes(changed.replace("搜索".encode(), "查询".encode()))
    author.undo()
    assert flow.read_bytes() == before
    with pytest.raises(NothingToUndo):
        author.undo()
    with pytest.raises(NoPlaceForSteps):
        author.into(made({"click": "查询"}), about, flow, 2)
    assert flow.read_bytes() == before


def test_what_was_recorded_is_shown_with_all_that_needs_a_look(
    tmp_path: Path, selectors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file, the elements that got a name, what was left out, and confirm boxes that a flow answers with no."""
    author = Author(tmp_path / "home", tmp_path / "flows", selectors)
    about = lesson(settings(tmp_path, "https://a.example"), "shop", selectors=selectors)
    icon = NewElement("商品", "未命名图标1", (By("css", ".icon"),))
    seen = Recorded(("login", {"click": "未命名图标1"}), {}, (), "", (icon,), ("click https://a.example",))
    written = author.new_flow(seen, about, "图标", None)
    assert "未命名图标1: {css: .icon}" in (selectors / "shop.yaml").read_text("utf-8")
    show_written(written, ["确定删除？", "确定删除？"])
    shown = capsys.readouterr().out
    assert "- click: 未命名图标1" in shown and str(written.path) in shown
    assert shown.count("确定删除？") == 1 and "有 1 个动作" in shown and "「未命名图标1」没有自己的名字" in shown


def test_what_was_picked_is_shown_as_the_library_writes_it() -> None:
    """One way a line, best first, ready to be pasted."""
    ways = (By("testid", "go"), By("role", "button", name="查询", within=By("row", "P 1, x")))
    assert picked_lines("查询", Picked(ways, "button", False, ("查询",), "https://a.example")) == [
        "查询:", "  - {testid: go}", '  - {role: button, name: 查询, in: {row: "P 1, x"}}',
    ]  # fmt: skip


def test_an_examination_is_shown_by_what_needs_a_look(capsys: pytest.CaptureFixture[str]) -> None:
    """What is simply there is only counted."""
    fine = Examined("商品", "查询", ("css=a",), (1,))
    lower = Examined("商品", "编辑", ("css=b", "css=c"), (0, 1), last_at="2026-11-20T03:00:00+08:00")
    door = Examined("", "登录框", ("css=d",), (0,))
    show_examined([PageExamined("商品", "https://a.example", (fine, lower, door))])
    shown = capsys.readouterr().out
    assert shown.count("登录框") == 1 and "哪一页都没有" in shown
    assert "商品  1/2" in shown and "查询" not in shown
    assert "编辑  只有后面的找法能找到  css=b → 0 · css=c → 1  上次 2026-11-20 03:00" in shown


def test_a_sheet_is_read_as_rows(tmp_path: Path) -> None:
    """Header and rows, as a person sees them."""
    file = tmp_path / "表.csv"
    file.write_bytes("商品ID,数量\nP1,10\n".encode("gb18030"))
    sheet = read_sheet(file)
    assert (sheet.name, list(sheet.rows)) == ("表.csv", [{"商品ID": "P1", "数量": "10"}])


async def test_the_examination_counts_every_way_and_remembers_when(tmp_path: Path, selectors: Path, url: str) -> None:
    """First way, a lower one, several, none, a row that needs a value: each is said; pictures are kept; no password."""
    known = settings(tmp_path, url)
    about = lesson(known, "shop", selectors=selectors)
    browser = await launch(discover())
    try:
        at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
        path, pages = await visit(browser, known, about, tmp_path / "first", at)
        _, again = await visit(browser, known, about, tmp_path / "second", at, "商品")
    finally:
        await browser.close()
    products = {one.name: one for one in pages[1].elements}
    assert {name: (one.state, one.counts) for name, one in products.items()} == {
        "查询": ("first", (1,)), "编辑": ("several", (2,)), "没有的": ("missing", (0,)), "商品行": ("open", (None,)),
        "退出": ("lower", (0, 1)),
    }  # fmt: skip
    last = {one.name: (bool(one.last_at), one.last_way) for one in again[0].elements}
    assert last["查询"] == (True, "role=button name=查询") and last["没有的"] == (False, "")
    assert last["退出"] == (True, "role=link name=退出")
    page = path.read_text("utf-8")
    assert "只有后面的找法能找到" in page and "hush" not in page
    assert (path.parent / pages[1].picture).read_bytes().startswith(b"\x89PNG")


async def test_the_examination_signs_in_by_the_accounts_own_secret(tmp_path: Path, selectors: Path, url: str) -> None:
    """Pages behind the door are looked at from inside, and the session is kept; who is refused is told so."""
    doors = '  登录框: {css: "#door"}\n  登录提示: {css: "#no"}\n'
    library = LIBRARY.replace("elements:\n  退出", f"{LOGIN}elements:\n{doors}  退出")
    (selectors / "shop.yaml").write_text(library, "utf-8")
    known = settings(tmp_path, url + "/closed")
    vault = Vault(known.home)
    browser = await launch(discover())
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    try:
        vault.put("shop_a", password="wrong")
        with pytest.raises(SignInFailed):
            await visit(browser, known, lesson(known, "shop", selectors=selectors), tmp_path / "refused", at, "商品")
        vault.put("shop_a", password="open sesame")
        about = lesson(known, "shop", selectors=selectors)
        _, (page,) = await visit(browser, known, about, tmp_path / "in", at, "商品")
    finally:
        await browser.close()
    assert {one.name: one.state for one in page.elements}["查询"] == "first"
    assert b"key" in (lesson(known, "shop", selectors=selectors).state or b"")
    kept = [path for path in (tmp_path / "in").rglob("*") if path.is_file()]
    assert kept and not any(b"sesame" in path.read_bytes() for path in kept)


@pytest.mark.parametrize("command", [["record", "practice"], ["pick", "商品管理", "--site", "practice"]])
def test_without_a_screen_it_says_so(command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A server has no window to show: that is an answer with a hint, not a crash of the browser."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("YEBAN_HOME", str(tmp_path))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, NoScreen)
    assert "DISPLAY" in result.exception.hint("en")
