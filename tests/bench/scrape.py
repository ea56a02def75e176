"""A table of 2,000 rows read by `scrape`'s reader, against one hand-written evaluate that returns the same rows."""

import json
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from bots.browser.discovery import discover
from bots.browser.driver import SessionOptions
from bots.browser.playwright import launch
from bots.browser.tables import scrape
from tests.bench.measure import Measured, compare

GOAL = 1.5
ROWS = 2_000
COLUMNS = ("订单编号", "商品", "数量", "单价", "实付金额", "状态", "下单时间", "快递单号")


def page_text() -> str:
    """A static page with one table."""
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    body = "".join(
        "<tr>" + "".join(f"<td>{name}-{number:05d}</td>" for name in COLUMNS) + "</tr>" for number in range(ROWS)
    )
    return f"<!doctype html><meta charset=utf-8><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


READ = """() => JSON.stringify([...document.querySelectorAll('tbody tr')].map(
  row => [...row.cells].map(cell => cell.innerText.trim())))"""


async def run(rounds: int) -> list[Measured]:
    """The comparison."""
    choice = discover()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.html"
        path.write_text(page_text(), "utf-8")
        async with async_playwright() as driver:
            raw = await driver.chromium.launch(executable_path=choice.executable, args=choice.flags)
            raw_page = await raw.new_page()
            await raw_page.goto(path.as_uri())
            browser = await launch(choice)
            session = await browser.open_session(
                None, downloads=Path(folder), base=path.as_uri(), options=SessionOptions()
            )
            page = await session.new_page()
            await page.goto(path.as_uri(), timeout_ms=10_000)

            async def ours() -> None:
                rows = await scrape(page)
                if len(rows.rows) != ROWS or rows.rows[-1][0] != f"订单编号-{ROWS - 1:05d}":
                    raise AssertionError("the reader did not bring every row")

            async def theirs() -> None:
                rows = json.loads(await raw_page.evaluate(READ))
                if len(rows) != ROWS:
                    raise AssertionError("the evaluate did not bring every row")

            measured = await compare("scrape", ours, theirs, rounds=rounds, goal=GOAL, against="one evaluate")
            await browser.close()
            await raw.close()
    return [measured]
