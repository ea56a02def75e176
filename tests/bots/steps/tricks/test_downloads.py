"""A download against every trick: either the right file, or a refusal in words that names what came instead."""

import io
import zipfile

import pytest

from bots.browser.choice import BrowserChoice
from bots.browser.discovery import discover
from bots.browser.playwright import launch
from tests.bots.engine.shop import xlsx
from tests.bots.steps.tricks.site import Reply, attached, inline, json_of, page
from tests.bots.steps.tricks.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CSV = "订单号,金额\n1001,19.90\n1002,5.00\n".encode()
BOOK = xlsx(("订单号", "下单时间"), ("1001", "2026-11-20 10:00"), ("1002", "2026-11-20 11:00"))
EMPTY_BOOK = xlsx(("订单号", "下单时间"))
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
BLOB = "window.URL.createObjectURL(new Blob(['订单号,金额\\n1001,19.90\\n1002,5.00\\n']"


def by_script(script: str) -> str:
    """A button that runs a script."""
    return f'<button onclick="{script}">下载</button>'


def gbk_zip(**files: bytes) -> bytes:
    """A zip as Chinese Windows writes it: GBK names without saying so."""
    target = io.BytesIO()
    names = {name: (chr(ord("A") + at) * len(name.encode("gbk"))) for at, name in enumerate(files)}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(names[name], content)
    written = target.getvalue()
    for name, placeholder in names.items():
        written = written.replace(placeholder.encode(), name.encode("gbk"))
    return written


WAYS = {
    "a new tab": ("<a href=/file target=_blank>下载</a>", attached("订单.csv", CSV)),
    "window.open": (by_script("window.open('/file')"), attached("订单.csv", CSV)),
    "window.open first, address later": (
        by_script("const w = window.open(''); setTimeout(() => w.location = '/file', 300)"),
        attached("订单.csv", CSV),
    ),
    "a hidden frame": (
        by_script("const f = document.createElement('iframe'); f.src = '/file'; document.body.append(f)"),
        attached("订单.csv", CSV),
    ),
    "a form": ("<form action=/file method=post target=_blank><button>下载</button></form>", attached("订单.csv", CSV)),
    "a blob": (
        by_script(f"const a = document.createElement('a'); a.href = {BLOB})); a.download = 'b.csv'; a.click()"),
        page(""),
    ),
    "a blob in a new tab": (by_script(f"window.open({BLOB}, {{type: 'text/plain'}})))"), page("")),
    "a data address": ("<a download=d.csv href='data:text/csv;charset=utf-8,%s'>下载</a>", page("")),
    "a data address without a name": ("<a href='data:text/csv;charset=utf-8,%s'>下载</a>", page("")),
    "csv as a page": ("<a href=/file>下载</a>", inline("订单.csv", CSV, "text/csv")),
    "text as a page": ("<a href=/file>下载</a>", inline("订单.csv", CSV, "text/plain; charset=utf-8")),
    "text as a page in GBK that says nothing of it": (
        "<a href=/file>下载</a>",
        inline("订单.csv", CSV.decode().encode("gb18030"), "text/plain"),
    ),
    "text in a new tab": ("<a href=/file target=_blank>下载</a>", inline("x.csv", CSV, "text/plain; charset=utf-8")),
    "a name with another ending": ("<a href=/file>下载</a>", attached("订单.xls", CSV)),
    "a name without an ending": ("<a href=/file>下载</a>", attached("download", CSV)),
    "a slow start": ("<a href=/file>下载</a>", attached("订单.csv", CSV, late_s=0.6)),
}


@pytest.mark.parametrize("way", WAYS)
async def test_the_file_comes_whichever_way_it_is_sent(stage: Stage, way: str) -> None:
    """The same bytes arrive under the step's own name, and the tab is back on its page for the next step."""
    body, answer = WAYS[way]
    stage.show(body.replace("%s", "%E8%AE%A2%E5%8D%95%E5%8F%B7,%E9%87%91%E9%A2%9D%0A1001,19.90%0A1002,5.00%0A"))
    stage.site.answers["/file"] = answer
    steps = '- download: 下载\n  as: 订单.csv\n  expect: {rows: "= 2", header: [金额]}\n- expect: {visible: 下载}'
    result = await stage.run(steps)
    assert result.state == "done", result.message
    assert [(one["name"], one["path"]) for one in result.files] == [("订单.csv", "files/订单.csv")]
    received = (result.folder / "files/订单.csv").read_bytes()
    assert received.decode("gb18030" if "GBK" in way else "utf-8").encode() == CSV


async def test_a_pdf_is_a_file_whether_or_not_the_browser_has_a_viewer(stage: Stage) -> None:
    """An inline PDF is downloaded by the small browser and shown in a viewer by the full one; both give its bytes."""
    stage.show("<a href=/file>这里看</a><a href=/file target=_blank>新窗口看</a>")
    stage.site.answers["/file"] = inline("面单.pdf", PDF, "application/pdf")
    steps = "- download: 这里看\n  as: 一.pdf\n- download: 新窗口看\n  as: 二.pdf"
    for choice in full_and_small():
        browser = stage.browser if choice is None else await launch(choice)
        result = await Stage(stage.site, browser, stage.home / str(choice is None)).run(steps)
        assert result.state == "done", result.message
        assert [(result.folder / str(one["path"])).read_bytes() for one in result.files] == [PDF, PDF]
        if choice is not None:
            await browser.close()


def full_and_small() -> list[BrowserChoice | None]:
    """The stage's browser, and beside it the full one with a PDF viewer where this machine has it."""
    found = discover()
    full = found.executable.with_name("chromium") if found.executable is not None else None
    has_full = full is not None and full.is_file() and full != found.executable
    return [None, BrowserChoice(full, "setting")] if has_full and full is not None else [None]


BAD = {
    "html as xlsx": (attached("订单.xlsx", page("<h1>系统繁忙</h1>").body), "网页（戏法，系统繁忙）"),
    "more promised than sent": (attached("订单.xlsx", BOOK, promised=50_000), "是坏的"),
    "less promised than there is": (attached("订单.xlsx", BOOK, promised=len(BOOK) - 60), "压缩包不完整"),
    "an error page": (page("<h1>坏了</h1>", status=502), "返回了 502"),
}


@pytest.mark.parametrize("trick", BAD)
async def test_a_wrong_file_is_refused_in_words(stage: Stage, trick: str) -> None:
    """Nothing wrong becomes a file of the run: the message says what came."""
    answer, said = BAD[trick]
    stage.show("<a href=/file>下载</a>")
    stage.site.answers["/file"] = answer
    assert said in await stage.refused("- download: 下载\n  as: 订单.xlsx")


async def test_a_refused_file_is_located_and_kept(stage: Stage) -> None:
    """The message names the line of the flow; the bytes are evidence, not a file."""
    stage.show("<a href=/file>下载</a>")
    stage.site.answers["/file"] = attached("订单.xlsx", EMPTY_BOOK)
    result = await stage.run('- download: 下载\n  as: 订单.xlsx\n  expect: {rows: ">= 1"}')
    assert (result.state, result.files) == ("failed", [])
    assert "有 0 行" in result.message and "flows/test.yaml:5" in result.message
    assert list((result.folder / "evidence").glob("broken-*订单.xlsx"))


async def test_an_empty_export_may_be_what_was_wanted(stage: Stage) -> None:
    """A header without rows is a whole file: only `expect` can say that rows must be in it."""
    stage.show("<a href=/file>下载</a>")
    stage.site.answers["/file"] = attached("订单.xlsx", EMPTY_BOOK)
    result = await stage.run('- download: 下载\n  as: 订单.xlsx\n  expect: {rows: ">= 0", header: [订单号]}')
    assert result.state == "done", result.message


async def test_yesterdays_file_again_is_named(stage: Stage) -> None:
    """The same bytes under another day's name are refused with the file that they were received as."""
    stage.show("<a href=/file>下载</a>")
    stage.site.answers["/file"] = attached("订单.xlsx", BOOK)
    first = await stage.run("- download: 下载\n  as: 订单-19.xlsx\n  expect: {fresh: yes}")
    assert first.state == "done", first.message
    again = await stage.run("- download: 下载\n  as: 订单-19.xlsx\n  expect: {fresh: yes}")
    assert again.state == "done", again.message
    said = await stage.refused("- download: 下载\n  as: 订单-20.xlsx\n  expect: {fresh: yes}")
    assert "收到的「订单-19.xlsx」一模一样" in said


async def test_a_site_that_says_no_is_not_waited_for(stage: Stage) -> None:
    """A message or a box instead of a file ends the wait at once, with the site's own words."""
    toast = "const d = document.createElement('div'); d.className = 'el-message--error'; d.textContent = '没有权限导出'"
    for script, words in (
        (f"{toast}; document.body.append(d)", "没有权限导出"),
        ("alert('没有可导出的数据')", "没有可导出的数据"),
    ):
        stage.show(by_script(script))
        assert words in await stage.refused("- download: 下载\n  as: a.csv")


async def test_a_download_that_never_starts(stage: Stage) -> None:
    """Nothing came, and that is said: not that a page did not open."""
    stage.show("<button>下载</button>")
    said = await stage.refused("- download: 下载\n  as: a.csv\n  timeout: 1s")
    assert "点了以后等了 1 秒，没有文件来" in said


async def test_two_files_at_once(stage: Stage) -> None:
    """A click that sends two files is refused with both names, or gives the one that `file` means."""
    one = "const {0} = document.createElement('a'); {0}.href = '/{0}'; {0}.download = ''; {0}.click();"
    stage.show(by_script(one.format("a") + one.format("b")))
    stage.site.answers["/a"] = attached("汇总.csv", CSV)
    stage.site.answers["/b"] = attached("明细.csv", CSV + b"1003,7.00\n")
    said = await stage.refused("- download: 下载\n  as: a.csv")
    assert "来了 2 个文件（明细.csv、汇总.csv）" in said
    result = await stage.run('- download: {click: 下载, file: 明细}\n  as: a.csv\n  expect: {rows: "= 3"}')
    assert result.state == "done", result.message


async def test_a_file_out_of_a_zip(stage: Stage) -> None:
    """GBK names are read; the only member, or the named one, becomes the file; otherwise the names are listed."""
    stage.show("<a href=/file>下载</a>")
    stage.site.answers["/file"] = attached("账单.zip", gbk_zip(**{"账单/明细.csv": CSV}))
    result = await stage.run('- download: 下载\n  as: 明细.csv\n  unpack: yes\n  expect: {rows: "= 2"}')
    assert result.state == "done", result.message
    assert (result.folder / "files/明细.csv").read_bytes() == CSV
    stage.site.answers["/file"] = attached("账单.zip", gbk_zip(**{"明细.csv": CSV, "汇总.csv": b"a\n"}))
    said = await stage.refused("- download: 下载\n  as: 明细.csv\n  unpack: yes")
    assert "有 2 个要的文件" in said and "明细.csv、汇总.csv" in said
    result = await stage.run("- download: 下载\n  unpack: 明细")
    assert [one["path"] for one in result.files] == ["files/明细.csv"], result.message


async def test_a_blob_whose_data_never_came(stage: Stage) -> None:
    """The page asks for its data by script and the server fails: that is said, not that no file came."""
    stage.show(by_script("fetch('/data').then(r => r.json())"))
    stage.site.answers["/data"] = json_of("{}", status=500)
    said = await stage.refused("- download: 下载\n  as: a.csv")
    assert "/data 返回了 500" in said


async def test_a_broken_file_is_fetched_again(stage: Stage) -> None:
    """Twice a torn file, then a whole one: the run is good, and what was torn is kept as evidence."""
    torn: list[Reply] = [attached("订单.xlsx", BOOK[:-40]), attached("订单.xlsx", BOOK[:-80])]
    stage.show("<a href=/file>下载</a>")
    stage.site.answers["/file"] = lambda _query: torn.pop() if torn else attached("订单.xlsx", BOOK)
    result = await stage.run("- download: 下载\n  as: 订单.xlsx")
    assert result.state == "done", result.message
    assert len(list((result.folder / "evidence").glob("broken-*"))) == 2
