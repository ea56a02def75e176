"""A small shop with a sign-in, a list, a form and files; it remembers everything that was sent to it."""

import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import pytest_asyncio

from bots.browser.discovery import discover
from bots.browser.driver import Browser
from bots.browser.playwright import launch

PAGES = Path(__file__).parent / "pages"
VENDOR = Path(__file__).parents[3] / "bots" / "practice" / "static" / "vendor"
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css"}


@dataclass
class Shop:
    """The site's address and what it was told, in order: (path, fields)."""

    url: str
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)


class Answer(BaseHTTPRequestHandler):
    shop: Shop

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/orders.csv":
            return self.send("text/csv", "订单号,金额\n1001,19.90\n".encode(), name="订单.csv")
        if parts.query:
            self.shop.sent.append((parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))))
        for folder in (PAGES, VENDOR, PAGES.parents[1] / "browser" / "pages"):
            file = folder / (parts.path.lstrip("/") or "index.html")
            for found in (file, file.with_suffix(".html")):
                if found.is_file():
                    return self.send(TYPES[found.suffix], found.read_bytes())
        self.send_error(404)
        return None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.shop.sent.append((urlsplit(self.path).path, dict(parse_qsl(body, keep_blank_values=True))))
        self.send_response(303)
        self.send_header("Location", "/list")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send(self, kind: str, body: bytes, name: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if name:
            self.send_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name)}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """The shop, open."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    opened = Shop(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = type("Here", (Answer,), {"shop": opened})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield opened
    server.shutdown()
    server.server_close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One real browser for a file of tests."""
    running = await launch(discover())
    yield running
    await running.close()
