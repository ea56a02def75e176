"""Scrape, listen, export and download on the fake site: the engine's side of the promises, without a browser."""

from pathlib import Path

import pytest

from bots.browser.fake import FakePage, FakeSite, Then, both, button, go, link, reply, row, send
from bots.journal import MemoryJournal
from tests.bots.engine.rig import Rig, read_site
from tests.bots.engine.shop import xlsx, zipped

SITE = read_site(
    """
site: shop
title: 小店
base: ${base_url}
pages:
  订单: /orders
  任务: /tasks
"""
)
BOOK = xlsx(("订单号", "时间"), ("1", "2026-11-20"))
EXPORT = "- export: {start: 导出, row: 订单 20, page: 任务, within: 3s}\n  as: 订单.xlsx"


def rig(tmp_path: Path, orders: list, tasks: list | None = None, **facts: object) -> Rig:
    """A fake site with an order page and a task page."""
    return Rig(FakeSite({"/orders": orders, "/tasks": tasks or []}, **facts), SITE, tmp_path)  # type: ignore[arg-type]


def flow(steps: str, outputs: str = "") -> str:
    """A flow that begins on the order page."""
    lines = "\n".join(f"  {line}" for line in steps.split("\n"))
    return f"title: 试\nsite: shop\n{outputs}steps:\n  - open: 订单\n{lines}\n"


def task_made(number: str, *then: Then) -> Then:
    """A finished task stands on the task page from now on, newest on top."""

    def run(page: FakePage) -> None:
        shown = row(f"E{number}", "订单 20", "已完成")
        page.site.pages["/tasks"][:0] = [shown, link("下载", send("x.xlsx", BOOK), place=f"E{number}")]

    return both(run, *then)


async def test_a_lost_start_is_found_in_the_list(tmp_path: Path) -> None:
    """The server has made the task and its answer is lost: one start, and the right file."""
    lost = task_made("20261121002", reply("/api/start", "", status=0, method="POST"))
    old = [row("E20261121001", "订单 20", "已完成"), link("下载", send("old.xlsx", b"old"), place="E20261121001")]
    shop = rig(tmp_path, [button("导出", lost)], old)
    result = await shop.run(flow(EXPORT))
    assert result.state == "done", result.message
    assert shop.events.count("click 导出") == 1
    assert [event for event in shop.events if event.startswith("click E")] == ["click E20261121002 › 下载"]


async def test_a_run_that_was_killed_takes_its_task_up(tmp_path: Path) -> None:
    """Started, then killed before the file came: the next attempt of the run looks for the task and starts none."""
    journal = MemoryJournal()
    shop = rig(tmp_path, [button("导出", task_made("20261121001"))])
    shop.journal = journal
    folder = tmp_path / "run-1"
    folder.mkdir()
    killed = '{"flows/test.yaml:5::订单 20:订单.xlsx": []}'
    (folder / "exports.json").write_text(killed, encoding="utf-8")
    task_made("20261121001")(await _page_of(shop))
    result = await shop.run(flow(EXPORT))
    assert result.state == "done", result.message
    assert "click 导出" not in shop.events
    assert (folder / "exports.json").read_text(encoding="utf-8").strip() == "{}"


async def _page_of(shop: Rig) -> FakePage:
    from bots.browser.fake import FakeBrowser

    session = await FakeBrowser(shop.fake).open_session(None, downloads=shop.folder)
    page = await session.new_page()
    assert isinstance(page, FakePage)
    return page


async def test_a_start_that_was_never_made_is_made_again(tmp_path: Path) -> None:
    """The first request never arrived; the list shows nothing new, so the second attempt starts it, once."""
    tries: list[int] = []

    def start(page: FakePage) -> None:
        tries.append(1)
        if len(tries) == 1:
            reply("/api/start", "", status=0, method="POST")(page)
        else:
            task_made("20261121005")(page)

    shop = rig(tmp_path, [button("导出", start)])
    result = await shop.run(flow(EXPORT))
    assert result.state == "done", result.message
    assert len(tries) == 2


async def test_rows_of_every_attempt_are_one_file(tmp_path: Path) -> None:
    """A flow that starts again after a failure writes the rows that it reads again into the file that is there."""
    steps = "- scrape:\n  as: 单\n  save: 订单.csv\n- click: 没有的\n  timeout: 20ms"
    result = await rig(tmp_path, [row("1", "待发货"), row("2", "待发货")]).run(flow(steps))
    assert (result.state, len(result.failures)) == ("failed", 3)
    assert [one["path"] for one in result.files] == ["files/订单.csv"]


async def test_two_files_of_one_click(tmp_path: Path) -> None:
    """Without `file` both names are told; with it the right one is kept."""
    two = both(send("汇总.csv", b"a\n1\n"), send("明细.csv", b"a\n1\n2\n"))
    shop = rig(tmp_path, [button("下载", two)])
    result = await shop.run(flow("- download: 下载\n  as: a.csv"))
    assert "来了 2 个文件（明细.csv、汇总.csv）" in result.message
    result = await shop.run(
        flow('- download: {click: 下载, file: 明细}\n  as: a.csv\n  expect: {rows: "= 2"}'), run_id="2"
    )
    assert result.state == "done", result.message


async def test_a_file_out_of_a_zip(tmp_path: Path) -> None:
    """The only member becomes the file, under the step's name, and the contract holds for it."""
    shop = rig(tmp_path, [button("下载", send("包.zip", zipped("x.xlsx", BOOK)))])
    step = '- download: 下载\n  as: 订单.xlsx\n  unpack: yes\n  expect: {rows: "= 1", period: 2026-11-20}'
    result = await shop.run(flow(step))
    assert result.state == "done", result.message
    assert (result.folder / "files/订单.xlsx").read_bytes() == BOOK


async def test_rows_of_answers_over_pages(tmp_path: Path) -> None:
    """Answers of several clicks become one list; a row that came twice is kept once; digits are kept."""
    first = reply("/api/list?p=1", '{"d": [{"id": 12345678901234567890, "p": 1.10}, {"id": 2, "p": 2}]}')
    second = reply("/api/list?p=2", '{"d": [{"id": 2, "p": 2}, {"id": 3, "p": 3.0}]}')
    shop = rig(tmp_path, [button("查询", first), button("下一页", second)])
    steps = "- listen: /api/list\n  at: d\n  key: id\n  as: 行\n  do:\n    - click: 查询\n    - click: 下一页"
    result = await shop.run(flow(steps, "outputs:\n  rows: ${行}\n"))
    assert result.state == "done", result.message
    assert result.outputs["rows"] == [
        {"id": "12345678901234567890", "p": "1.10"},
        {"id": "2", "p": "2"},
        {"id": "3", "p": "3.0"},
    ]


async def test_fewer_rows_than_the_site_counts_is_an_error(tmp_path: Path) -> None:
    """`total` is held against what was heard."""
    shop = rig(tmp_path, [button("查询", reply("/api/list", '{"n": 3, "d": [{"id": 1}]}'))])
    result = await shop.run(flow("- listen: /api/list\n  on: 查询\n  at: d\n  total: n\n  as: 行"))
    assert "网站说共 3 条，听到 1 行" in result.message


@pytest.mark.parametrize(("rows", "state"), [("= 2", "done"), (">= 3", "failed")])
async def test_the_number_of_rows_is_held(tmp_path: Path, rows: str, state: str) -> None:
    """`rows` refuses a table that is too short."""
    shop = rig(tmp_path, [row("1", "甲"), row("2", "乙")])
    result = await shop.run(flow(f"- scrape:\n  as: 行\n  rows: '{rows}'"))
    assert result.state == state, result.message


async def test_pages_by_button(tmp_path: Path) -> None:
    """Two pages joined; the second has no further button."""
    shop = rig(tmp_path, [row("1", "甲"), button("下一页", go("/tasks"))], [row("2", "乙")])
    result = await shop.run(flow("- scrape:\n  as: 行\n  next: 下一页", "outputs:\n  rows: ${行}\n"))
    assert result.outputs["rows"] == [{"列1": "1", "列2": "甲"}, {"列1": "2", "列2": "乙"}], result.message
