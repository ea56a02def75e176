"""From the command to the first thing the browser does: `yeban run` against the shortest Playwright program.

The first thing is a page asked for from a server in this program; what comes after is not counted. Both are started as
users start them: compiled once, in the round that does not count. Ours reads settings,
flow and element library, opens the books, looks whether the work was done before, writes down that it begins, and opens
the account's session.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bots.browser.discovery import discover
from schedules.settings import ROOT
from tests.bench.language import as_installed
from tests.bench.measure import Measured, Pair, measured

GOAL = 1.2
PLAIN = """
import sys
from playwright.sync_api import sync_playwright
address, executable, *flags = sys.argv[1:]
with sync_playwright() as driver:
    browser = driver.chromium.launch(executable_path=executable or None, args=flags)
    browser.new_context(locale="zh-CN").new_page().goto(address)
    browser.close()
"""
FLOW = "title: 打开一页\nsite: practice\nsteps:\n  - open: /\n"
SETTINGS = "accounts:\n  bench: {{site: practice, username: bench, base_url: '{address}'}}\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Gate:
    """A server that knows when it was first asked for a page since the last look."""

    def __init__(self) -> None:
        self.asked_at: float | None = None

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        line = await reader.readline()
        if line and self.asked_at is None:
            self.asked_at = time.perf_counter()
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    async def reached(self, command: list[str], home: Path) -> float:
        """Seconds from the start of the program until it asked for its first page; the program has ended well."""
        self.asked_at, started = None, time.perf_counter()
        environment = {**as_installed(str(home / "compiled")), "YEBAN_HOME": str(home), "PYTHONUTF8": "1"}
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        said, _ = await process.communicate()
        if process.returncode or self.asked_at is None:
            raise AssertionError(f"{command[1:4]} ended with {process.returncode}: {said.decode(errors='replace')}")
        return self.asked_at - started


async def run(rounds: int) -> list[Measured]:
    """The comparison."""
    choice, gate = discover(), Gate()
    server = await asyncio.start_server(gate.answer, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "settings.yaml").write_text(SETTINGS.format(address=address), "utf-8")
        (home / "open.yaml").write_text(FLOW, "utf-8")
        ours = [sys.executable, "-m", "schedules.cli", "run", str(home / "open.yaml"), "-a", "bench", "--again"]
        theirs = [sys.executable, "-c", PLAIN, f"{address}/", str(choice.executable or ""), *choice.flags]
        pairs = await turns(lambda: gate.reached(ours, home), lambda: gate.reached(theirs, home), rounds)
    server.close()
    return [measured("start", pairs, goal=GOAL, against="plain Playwright")]


async def turns(
    ours: Callable[[], Awaitable[float]], theirs: Callable[[], Awaitable[float]], rounds: int
) -> list[Pair]:
    """Both in turn after a warm-up of each, which also makes the books; each says itself how long it took."""
    await ours()
    await theirs()
    pairs = []
    for number in range(rounds):
        if number % 2 == 0:
            first = await ours()
            pairs.append(Pair(first, await theirs()))
        else:
            first = await theirs()
            pairs.append(Pair(await ours(), first))
    return pairs
