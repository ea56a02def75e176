"""Seeded redesigns of saved pages: how many elements are still found, and that none is mistaken for another."""

from __future__ import annotations

import functools
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bots.browser.discovery import discover
from bots.browser.driver import SessionOptions
from bots.browser.playwright import launch
from tests.bench.measure import Measured
from tests.bots.browser.healing import redesign

VENDOR = Path(__file__).parents[2] / "bots" / "practice" / "static" / "vendor"


class Saved(SimpleHTTPRequestHandler):
    """The saved pages and the style sheet that they ask for."""

    def translate_path(self, path: str) -> str:
        """The page's file, else the library's."""
        name = path.split("?")[0].lstrip("/")
        page = redesign.HERE / "pages" / name
        return str(page if page.is_file() else VENDOR / name)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def serving() -> Iterator[str]:
    """The address of the saved pages."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Saved))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


async def run(rounds: int) -> list[Measured]:
    """One line per kind of redesign and seed: the share of wrong elements, which must be 0, and what became of all."""
    browser = await launch(discover())
    results: list[redesign.Result] = []
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, serving() as base:
        session = await browser.open_session(None, downloads=Path(folder), base=base, options=SessionOptions())
        page = await session.new_page()
        for salt in range(max(1, rounds // 3)):
            for remembering in (True, False):
                results += await redesign.measure(page, base, remembering=remembering, salt=salt)
    await browser.close()
    each_s = (time.perf_counter() - started) / len(results)
    return [line(name, counts, each_s, rounds) for name, counts in redesign.table(results)]


def line(name: str, counts: list[int], each_s: float, rounds: int) -> Measured:
    """One kind of redesign; the ratio is wrong elements by all."""
    first, healed, refused, wrong = counts
    total = max(1, sum(counts))
    return Measured(
        name=f"healing: {name}",
        ours_s=each_s,
        theirs_s=each_s,
        ratio=wrong / total,
        goal=0.0,
        rounds=rounds,
        theirs=f"{total} pages: first {first}, healed {healed}, refused {refused}, wrong {wrong}",
    )
