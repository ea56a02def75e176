"""A real browser, and a small local site whose pages are written by the tests."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import pytest_asyncio

from bots.browser.discovery import discover
from bots.browser.driver import Browser, Page, Session
from bots.browser.playwright import launch

HERE = Path(__file__).parent
VENDOR = HERE.parents[2] / "bots" / "practice" / "static" / "vendor"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}


class LocalSite:
    """Pages by path; a few paths misbehave in ways that sites do."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, str] = {}
        self.asked: list[str] = []
        self.let_go = threading.Event()


class Answer(BaseHTTPRequestHandler):
    site: LocalSite

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.site.asked.append(path)
        if path in self.site.pages:
            return self.send(200, "text/html; charset=utf-8", self.site.pages[path].encode())
        if path.startswith("/status/"):
            return self.send(int(path.rsplit("/", 1)[1]), "text/html; charset=utf-8", "<h1>系统繁忙</h1>".encode())
        if path == "/file":
            return self.file("订单 2026/11.csv", "订单号,金额\n1001,19.90\n".encode("gb18030"))
        if path == "/cut":
            return self.file("账单.xlsx", b"PK" + bytes(2000), promised=50_000)
        if path == "/hangup":
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        if path == "/rows.json":
            return self.send(200, "application/json", b'{"rows": [1, 2]}')
        for folder in (HERE / "pages", VENDOR):
            file = folder / path.lstrip("/")
            if file.is_file():
                return self.send(200, TYPES[file.suffix], file.read_bytes())
        return self.send(404, "text/plain", b"nothing here")

    def do_POST(self) -> None:
        """What is sent is answered once the test lets go."""
        self.site.let_go.wait(30)
        self.send(200, "application/json", b"{}")

    def send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def file(self, name: str, body: bytes, promised: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name, safe='')}")
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def local() -> Iterator[LocalSite]:
    """The local site, running."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    site = LocalSite(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = type("Here", (Answer,), {"site": site})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One real browser for a file of tests."""
    running = await launch(discover())
    yield running
    await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def session(browser: Browser, local: LocalSite, tmp_path: Path) -> AsyncIterator[Session]:
    """A fresh session below the local site."""
    opened = await browser.open_session(None, downloads=tmp_path / "downloads", base=local.address)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(session: Session) -> Page:
    """An empty tab."""
    return await session.new_page()
