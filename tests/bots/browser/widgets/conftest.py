"""The real widget libraries on pages of ours: Ant Design 5 and 6, Element Plus, Quill and wangEditor, from npm."""

import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import pytest_asyncio

from bots.browser.discovery import discover
from bots.browser.driver import Browser
from bots.browser.playwright import launch
from tests.support.npm import node_modules

PAGES = Path(__file__).parents[1] / "pages" / "widgets"


class Shelf(SimpleHTTPRequestHandler):
    """Our pages at `/`, the packages at `/npm/`; what was fetched once is not asked for again."""

    packages: Path

    def translate_path(self, path: str) -> str:
        plain = path.split("?", 1)[0]
        if plain.startswith("/npm/"):
            return str(self.packages / plain.removeprefix("/npm/"))
        return str(PAGES / plain.lstrip("/"))

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def shelf() -> Iterator[str]:
    """Address of the pages. Skips where there is no npm."""
    handler = type("Here", (Shelf,), {"packages": node_modules()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(PAGES)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One real browser for a file of tests."""
    running = await launch(discover())
    yield running
    await running.close()
