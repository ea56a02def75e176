"""Seventy fields of a form that moves them each round, against the same work written directly in Playwright.

Both read the ten rows from the workbook, begin with a fresh context and end when the page has taken the tenth row and
the context is closed. Ours also keeps a durable journal entry and a result line per row, reads every field back, looks
for obstacles before every action and writes the run's page. Every field of every round must be right.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import count
from pathlib import Path

from playwright.async_api import Browser as RawBrowser
from playwright.async_api import async_playwright

from bots.browser.choice import BrowserChoice
from bots.browser.discovery import discover
from bots.browser.driver import Browser, SessionOptions
from bots.browser.playwright import launch
from bots.engine import AccountFacts, play
from bots.flow.flow import Flow
from bots.flow.parse import parse, parse_site
from bots.flow.site import Site
from bots.journal import FileJournal
from bots.people import NobodyThere
from bots.sheets import read_rows
from bots.steps import STEPS
from schedules.logs import silence
from tests.bench.measure import Measured, compared, measured, within

GOAL = 1.05
ACTION_GOAL_S = 0.001
PAGES = Path(__file__).with_name("pages")
FIELDS = ("名", "姓", "公司名称", "公司职务", "地址", "邮箱", "电话号码")
ROUNDS = 10
ACTIONS = 2 + ROUNDS * (len(FIELDS) + 1)
"""Open and start once, then seven fields and one click for every row."""

Rows = list[dict[str, str]]


@dataclass
class Bench:
    """What both sides share."""

    home: Path
    sheet: Path
    rows: Rows
    base: str
    numbers: "count[int]"


async def run(rounds: int) -> list[Measured]:
    """The whole run as a ratio, and what the engine costs per step."""
    choice = discover()
    with tempfile.TemporaryDirectory() as folder:
        bench = prepared(Path(folder))
        async with both_browsers(choice) as (browser, raw):
            pairs = await compared(lambda: ours(browser, bench), lambda: theirs(raw, bench), rounds=rounds)
    per_step = [(pair.ours_s - pair.theirs_s) / ACTIONS for pair in pairs]
    return [
        measured("form", pairs, goal=GOAL, against="plain Playwright"),
        within("form, an action", per_step, limit_s=ACTION_GOAL_S, what="1 ms more than plain Playwright"),
    ]


def prepared(home: Path) -> Bench:
    """A workbook with ten rows and the folder where runs write."""
    rows = people()
    sheet = home / "people.xlsx"
    write_sheet(sheet, rows)
    return Bench(home, sheet, rows, PAGES.as_uri(), count())


def people() -> Rows:
    """Ten rows of seven values, no two alike."""
    return [
        dict(zip(FIELDS, (f"名{n}", f"姓{n}", f"第{n}贸易有限公司", f"采购{n}", f"杭州市文三路 {n} 号",
                          f"buyer{n}@example.com", f"1380000{n:04d}"), strict=True))
        for n in range(1, ROUNDS + 1)
    ]  # fmt: skip


def write_sheet(path: Path, rows: Rows) -> None:
    """The rows as a workbook; every cell is text."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet()
        for number, line in enumerate([FIELDS, *(tuple(row.values()) for row in rows)]):
            sheet.write_row(number, 0, line)


@lru_cache(maxsize=1)
def flow_and_site() -> tuple[Flow, Site]:
    """pages/form.yaml on pages/form_site.yaml."""
    flow = parse((PAGES / "form.yaml").read_text("utf-8"), "form.yaml", STEPS).flow
    site = parse_site((PAGES / "form_site.yaml").read_text("utf-8"), "form_site.yaml", STEPS).site
    if flow is None or site is None:
        raise AssertionError("the bench's own flow does not parse")
    return flow, site


@asynccontextmanager
async def both_browsers(choice: BrowserChoice) -> AsyncIterator[tuple[Browser, RawBrowser]]:
    """Our browser and a plain one, each with a driver of its own, closed at the end."""
    browser = await launch(choice)
    try:
        async with async_playwright() as driver:
            raw = await driver.chromium.launch(executable_path=choice.executable, args=choice.flags)
            try:
                yield browser, raw
            finally:
                await raw.close()
    finally:
        await browser.close()


async def ours(browser: Browser, bench: Bench) -> None:
    """pages/form.yaml through the engine, every row durable."""
    flow, site = flow_and_site()
    number = next(bench.numbers)
    folder = bench.home / f"run-{number}"
    session = await browser.open_session(
        None, downloads=folder / "downloads", base=bench.base, options=SessionOptions()
    )
    journal = FileJournal(folder / "journal.jsonl")
    result = await play(
        flow,
        site,
        inputs={"sheet": str(bench.sheet)},
        account=AccountFacts("bench", "", "", {"base_url": bench.base}),
        secrets=lambda name: name,
        rows=None,
        journal=journal,
        job_key=f"bench-{number}",
        run_id=f"bench-{number}",
        folder=folder,
        session=session,
        today=date(2026, 11, 21),
        clock=lambda: datetime.now(UTC),
        inbox=NobodyThere(),
    )
    journal.close()
    taken = await session.pages[-1].evaluate_json("() => JSON.stringify(window.submitted)")
    await session.close()
    if result.state != "done":
        raise AssertionError(f"the form flow ended {result.state}: {result.message}")
    all_right(taken, bench.rows)


async def theirs(raw: RawBrowser, bench: Bench) -> None:
    """The same, written by hand."""
    context = await raw.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(f"{bench.base}/form.html")
    await page.get_by_role("button", name="开始").click()
    for row in read_rows(bench.sheet):
        for name in FIELDS:
            await page.get_by_label(name, exact=True).fill(row[name])
        await page.get_by_role("button", name="提交").click()
    taken = json.loads(await page.evaluate("() => JSON.stringify(window.submitted)"))
    await context.close()
    all_right(taken, bench.rows)


def all_right(taken: object, rows: Rows) -> None:
    """Every field of every round is what the workbook says, and no row was handed in twice. Raises AssertionError."""
    if taken != rows:
        raise AssertionError(f"the page took other values than the workbook holds: {taken}")


async def once(sheet: Path) -> None:
    """The form is filled once by a browser of its own: the program that other programs are compared with."""
    with tempfile.TemporaryDirectory() as folder:
        browser = await launch(discover())
        try:
            await ours(browser, Bench(Path(folder), sheet, people(), PAGES.as_uri(), count()))
        finally:
            await browser.close()


if __name__ == "__main__":
    silence()
    asyncio.run(once(Path(sys.argv[1])))
