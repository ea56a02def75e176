"""A site of one's own for one example: pages and files by path, and what was done on them, told by the pages."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlsplit

SCRIPT = """<meta charset=utf-8><script>
const did = what => sessionStorage.did = JSON.stringify([...JSON.parse(sessionStorage.did || '[]'), what]);
</script>"""

SELECTORS = """
site: shop
title: 小店
base: ${base_url}
login:
  signed_in: {visible: 店铺名称}
  signed_out: {visible: 登录框}
  steps:
    - fill: {用户名: "${account.username}", 密码: "${secret.password}"}
    - click: 登录
busy: [{css: .loading}]
elements:
  店铺名称: {testid: shop}
  登录框: {testid: login-box}
pages:
  首页: /
  订单管理: /orders
  商品管理:
    url: /products
    elements:
      商品行: {row: "${商品ID}"}
"""


@dataclass
class ExampleSite:
    """What a path answers: HTML, JSON text for `/api/…`, or a file (bytes) under its own name."""

    address: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


class _Answer(BaseHTTPRequestHandler):
    site: ExampleSite

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.site.asked.append(path)
        if path in self.site.files:
            name, content = self.site.files[path]
            self._send("application/octet-stream", content, f"attachment; filename*=UTF-8''{quote(name, safe='')}")
        elif path.startswith("/api/") and path in self.site.pages:
            self._send("application/json", self.site.pages[path].encode())
        elif path in self.site.pages:
            self._send("text/html; charset=utf-8", (SCRIPT + self.site.pages[path]).encode())
        else:
            self._send("text/plain", b"nothing here", status=404)

    def _send(self, kind: str, body: bytes, disposition: str = "", status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def example_site() -> Iterator[ExampleSite]:
    """The site, running on a port of its own."""
    site = ExampleSite()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (_Answer,), {"site": site}))
    site.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
