"""A session that has a proxy goes through it, signed in there, in the language and the time zone of its account."""

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bots.browser.discovery import discover
from bots.browser.driver import SessionOptions
from bots.browser.playwright import launch

PAGE = b"<!doctype html><meta charset=utf-8><title>x</title><p>through</p>"
SIGNED = "Basic " + base64.b64encode(b"me:s3cret").decode()


class Proxy(BaseHTTPRequestHandler):
    """Answers every address itself, to those that sign in."""

    seen: list[tuple[str, str]]

    def do_GET(self) -> None:
        """One request as a proxy gets it: with its whole address."""
        if self.headers["Proxy-Authorization"] != SIGNED:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="p"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.seen.append((self.path, self.headers["Accept-Language"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Its address, and what came through it."""
    seen: list[tuple[str, str]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Seeing", (Proxy,), {"seen": seen}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


@pytest.mark.browser
async def test_a_session_goes_through_its_proxy(proxy: tuple[str, list[tuple[str, str]]], tmp_path: Path) -> None:
    """A host that only the proxy knows answers; the page sees the account's language and time zone."""
    address, seen = proxy
    options = SessionOptions(
        locale="en-US", timezone="America/New_York", proxy=address, proxy_user="me", proxy_password="s3cret"
    )
    browser = await launch(discover(headless=True))
    session = await browser.open_session(None, downloads=tmp_path, options=options)
    page = await session.new_page()
    await page.goto("http://shop.example.invalid/orders")
    zone = await page.evaluate_json("() => JSON.stringify(Intl.DateTimeFormat().resolvedOptions().timeZone)")
    await session.close()
    await browser.close()
    assert ("http://shop.example.invalid/orders", "en-US") in [(path, said.split(",")[0]) for path, said in seen]
    assert zone == "America/New_York"
    assert "s3cret" not in repr(options)
