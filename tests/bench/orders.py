"""The orders flow against the same steps written directly in Playwright, on the same mall, with a saved session.

Both begin with a fresh context of the saved session and end with the two files on disk and the context closed. Ours
also checks the files, writes the journal, the manifest and the run's page; that is what the ratio is about.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pyotp
from playwright.async_api import Browser as RawBrowser
from playwright.async_api import async_playwright

from bots.browser.choice import BrowserChoice
from bots.browser.discovery import discover
from bots.browser.driver import Browser, SessionOptions
from bots.browser.playwright import launch
from bots.engine import AccountFacts, play
from bots.journal import MemoryJournal
from bots.people import NobodyThere
from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import World
from schedules.shelf import playable
from tests.bench.measure import Measured, compare

GOAL = 1.05
LAST_DAY = date(2026, 11, 20)


@dataclass
class Bench:
    """What both sides share."""

    mall: Mall
    home: Path
    state: bytes
    since: date
    secrets: dict[str, str]
    numbers: "count[int]"


async def run(rounds: int) -> list[Measured]:
    """The comparison."""
    choice = discover()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Mall.start(home / "mall", size="small", last_day=LAST_DAY, export_delay_s=0) as mall:
            world = World.open(home / "mall" / WORLD_FILE)
            account = world.row("SELECT password, totp_secret FROM account WHERE username = 'seller_a'") or {}
            secrets = {"password": account["password"], "totp": account["totp_secret"]}
            bench = Bench(mall, home, b"", LAST_DAY - timedelta(days=9), secrets, count())
            async with async_playwright() as driver, ours_browser(choice) as browser:
                raw = await driver.chromium.launch(executable_path=choice.executable, args=choice.flags)
                bench.state = await signed_in(raw, bench)
                measured = await compare(
                    "orders",
                    lambda: ours(browser, bench),
                    lambda: theirs(raw, bench),
                    rounds=rounds,
                    goal=GOAL,
                    against="plain Playwright",
                )
                await raw.close()
    return [measured]


@asynccontextmanager
async def ours_browser(choice: BrowserChoice) -> AsyncIterator[Browser]:
    """Our browser, closed at the end."""
    browser = await launch(choice)
    try:
        yield browser
    finally:
        await browser.close()


async def signed_in(raw: RawBrowser, bench: Bench) -> bytes:
    """A signed-in storage state, made once by hand for both."""
    import json

    context = await raw.new_context(locale="zh-CN")
    page = await context.new_page()
    await page.goto(f"{bench.mall.url}/seller/orders")
    await page.get_by_test_id("username").fill("seller_a")
    await page.get_by_test_id("password").fill(bench.secrets["password"])
    await page.get_by_test_id("login-button").click()
    await page.get_by_test_id("totp").fill(pyotp.TOTP(bench.secrets["totp"]).now())
    await page.get_by_test_id("verify-button").click()
    await page.get_by_test_id("shop-name").wait_for()
    state = json.dumps(await context.storage_state()).encode()
    await context.close()
    return state


async def ours(browser: Browser, bench: Bench) -> None:
    """flows/practice/orders.yaml through the engine."""
    flow, site = playable("practice/orders", "zh")
    number = next(bench.numbers)
    folder = bench.home / f"run-{number}"
    session = await browser.open_session(
        bench.state, downloads=folder / "downloads", base=bench.mall.url, options=SessionOptions()
    )
    result = await play(
        flow,
        site,
        inputs={"since": bench.since.isoformat(), "until": LAST_DAY.isoformat()},
        account=AccountFacts("seller_a", "shop_a", "seller_a", {"base_url": bench.mall.url}),
        secrets=lambda name: bench.secrets[name],
        rows=None,
        journal=MemoryJournal(),
        job_key=f"bench-{number}",
        run_id=f"bench-{number}",
        folder=folder,
        session=session,
        today=LAST_DAY + timedelta(days=1),
        clock=lambda: datetime.now(UTC),
        inbox=NobodyThere(),
    )
    await session.close()
    if result.state != "done" or len(result.files) != 2:
        raise AssertionError(f"the orders flow ended {result.state}: {result.message}")


async def theirs(raw: RawBrowser, bench: Bench) -> None:
    """The same steps, written by hand."""
    import json

    folder = bench.home / f"raw-{next(bench.numbers)}"
    folder.mkdir()
    period = f"{bench.since} ~ {LAST_DAY}"
    context = await raw.new_context(
        storage_state=json.loads(bench.state), locale="zh-CN", viewport={"width": 1440, "height": 900}
    )
    page = await context.new_page()
    for button, kind in (("export-orders", "订单"), ("export-refunds", "售后")):
        await page.goto(f"{bench.mall.url}/seller/orders")
        await page.get_by_test_id("shop-name").wait_for()
        days = page.locator(".el-date-editor--daterange input")
        await days.nth(0).fill(bench.since.isoformat())
        await days.nth(1).fill(LAST_DAY.isoformat())
        await days.nth(1).press("Enter")
        if kind == "订单":
            await page.locator(".el-form-item", has_text="订单状态").locator(".el-select").click()
            await page.get_by_role("option", name="全部", exact=True).click()
            await page.get_by_test_id("search").click()
            await page.locator(".el-loading-mask").first.wait_for(state="hidden")
        await page.get_by_test_id(button).click()
        row = page.locator("tr", has_text=f"{kind} {period}").first
        link = row.get_by_text("下载", exact=True)
        while not await link.count():
            await page.get_by_test_id("refresh-tasks").click()
            await row.wait_for()
        async with page.expect_download() as coming:
            await link.click()
        await (await coming.value).save_as(folder / f"{kind}.xlsx")
    await context.close()
