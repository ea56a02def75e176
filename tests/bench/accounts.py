"""Twenty accounts on one machine: the product's night against a plain Playwright script at its best number of contexts.

Both sign in, open a list, ask for a span of days, read the table and download the file, for each of twenty accounts of
the practice mall, in one browser that they start and end themselves; nobody is signed in before. The script is played
with several numbers of contexts first; with the one that was fastest it is played beside ours. Ours also keeps the
journal, looks for what stands in the way before every action, saves the sessions encrypted, archives each file and
writes each run's page.
"""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Awaitable, Sequence
from datetime import date, timedelta
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bots.browser.choice import BrowserChoice
from bots.browser.discovery import discover
from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import TINY, build
from schedules.browsers import BrowserDoor
from schedules.demo import practice_desk
from schedules.desk import Desk
from schedules.night import Night
from schedules.plan import NightPlan, Phase, PlannedFlow
from schedules.timetable.executors import LogWatcher
from tests.bench.measure import Measured, Pair, measured

ACCOUNTS = 20
CONTEXTS = (2, 4, 6, 8)
GOAL = 1 / 0.9
"""At least nine tenths of the throughput is at most ten ninths of the time."""
LAST_DAY = date(2026, 11, 20)
SINCE = date(2026, 11, 15)
FLOW = Path(__file__).parent / "pages" / "bank.yaml"
ROWS = "() => JSON.stringify([...document.querySelectorAll('tbody tr')].map(row => row.innerText))"


async def run(rounds: int, accounts: int = ACCOUNTS, contexts: Sequence[int] = CONTEXTS) -> list[Measured]:
    """The comparison."""
    names = [f"pay_{number:02d}" for number in range(accounts)]
    choice = discover()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        world_path = home / "mall" / WORLD_FILE
        with build(world_path, last_day=LAST_DAY, size=TINY).writing() as connection:
            for name in names:
                connection.execute("INSERT INTO account VALUES (?, ?, NULL, 'pay', 'shop_a')", (name, secret_of(name)))
        with Mall.start(world_path.parent) as mall, practice_desk(home, world_path, mall.url) as (desk, _):
            await ours(desk, names, 0, choice.contexts)
            best, pairs = await pairs_of(desk, names, choice, mall.url, rounds, contexts)
    return [measured("accounts", pairs, goal=GOAL, against=f"plain Playwright, {best} contexts of {list(contexts)}")]


async def best_of(names: list[str], choice: BrowserChoice, url: str, contexts: Sequence[int]) -> int:
    """The number of contexts with which the script is fastest, each tried twice."""
    spent: dict[int, list[float]] = {many: [] for many in contexts}
    for turn in (contexts, contexts[::-1]):
        for many in turn:
            spent[many].append(await timed(theirs(names, choice, url, many)))
    return min(contexts, key=lambda many: min(spent[many]))


async def pairs_of(
    desk: Desk, names: list[str], choice: BrowserChoice, url: str, rounds: int, contexts: Sequence[int]
) -> tuple[int, list[Pair]]:
    """The script's best number of contexts, and rounds of ours beside the script with it.

    One right after the other, each first in turn: the machine's own pace drifts by a fifth within a minute.
    """
    best, pairs = await best_of(names, choice, url, contexts), list[Pair]()
    for number in range(1, rounds + 1):
        if number % 2:
            mine = await timed(ours(desk, names, number, choice.contexts))
            other = await timed(theirs(names, choice, url, best))
        else:
            other = await timed(theirs(names, choice, url, best))
            mine = await timed(ours(desk, names, number, choice.contexts))
        pairs.append(Pair(mine, other))
    return best, pairs


async def timed(work: Awaitable[None]) -> float:
    """Seconds that it takes."""
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


def secret_of(name: str) -> str:
    """The password of a practice account."""
    return f"practice-{name}"


async def ours(desk: Desk, names: list[str], number: int, side_by_side: int) -> None:
    """One night of one flow for every account; each has brought its file."""
    shutil.rmtree(desk.home / "sessions", ignore_errors=True)  # everybody signs in
    inputs: dict[str, str | list[str]] = {"since": SINCE.isoformat(), "until": LAST_DAY.isoformat()}
    flow = PlannedFlow(flow=str(FLOW), accounts=names, inputs=inputs)
    plan = NightPlan(title="bench", phases=[Phase(name="bench", jobs=[flow])])
    night = Night(desk, plan, LAST_DAY + timedelta(days=number + 1), SINCE, LogWatcher())
    result = await night.play(BrowserDoor(desk.home), side_by_side)
    files = list(desk.settings.runs.glob(f"{night.night}*/files/*.csv"))
    if (result.failed, result.waiting, len(files)) != (0, 0, len(names)):
        raise AssertionError(f"{result}, {len(files)} files")


async def theirs(names: list[str], choice: BrowserChoice, url: str, many: int) -> None:
    """The same by hand, at most so many contexts at a time."""
    places = asyncio.Semaphore(many)
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=choice.executable, args=choice.flags)

            async def one(name: str) -> None:
                async with places:
                    if not await by_hand(browser, url, name, Path(folder)):
                        raise AssertionError(f"{name} brought no file")

            await asyncio.gather(*(one(name) for name in names))
            await browser.close()


async def by_hand(browser: Browser, url: str, name: str, folder: Path) -> bool:
    """One account in a context of its own; whether it brought rows and a file."""
    context = await browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(f"{url}/pay/login")
    await page.get_by_test_id("username").fill(name)
    await page.get_by_test_id("password").fill(secret_of(name))
    await page.get_by_test_id("login-button").click()
    await page.get_by_test_id("shop-name").wait_for()
    await page.goto(f"{url}/pay/bank")
    await page.get_by_placeholder("开始日期").fill(SINCE.isoformat())
    await page.get_by_placeholder("结束日期").fill(LAST_DAY.isoformat())
    await page.get_by_placeholder("结束日期").press("Enter")
    async with page.expect_response("**/api/pay/bank?*"):
        await page.get_by_test_id("search").click()
    await page.locator(".el-loading-mask").first.wait_for(state="hidden")
    rows = json.loads(await page.evaluate(ROWS))
    async with page.expect_download() as coming:
        await page.get_by_test_id("download-bank").click()
    received = await coming.value
    await received.save_as(folder / f"{name}.csv")
    arrived = await received.failure() is None
    await context.close()
    return arrived and bool(rows)
