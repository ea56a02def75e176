"""A site that repeats secrets wherever a site may: in texts, addresses, file names, error answers, cookies."""

import html
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

TOKEN = "sess-9f8e7d6c5b4a39281706f5e4"
BEARER = "eyJhbGciOi.J0ZXN0LWJlYXJlcg.c2lnbmVk-0192837465"
CARD = "6222-0210-0011-2233"

FORM = """<form method="post" action="/login"><label>用户名 <input name="user"></label>
<label>密码 <input name="password" type="password"></label><label>动态口令 <input name="code"></label>
<button>登录</button></form>"""
HEAD = f"""<h1>店铺名称</h1><script>localStorage.setItem('access_token', '{BEARER}');
fetch('/api/me', {{headers: {{Authorization: 'Bearer {BEARER}'}}}});</script>"""


class Leaky(BaseHTTPRequestHandler):
    """Answers with what it was told."""

    refuses = False

    def do_GET(self) -> None:
        """A page by its path; the query comes back in it."""
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        signed_in = TOKEN in (self.headers.get("Cookie") or "")
        match address.path:
            case "/api/me":
                self.send(200, json.dumps({"token": BEARER}), "application/json")
            case "/api/broken":
                self.send(500, json.dumps({"error": "bad key", **asked}), "application/json")
            case "/file":
                self.send(200, "单号,金额\n1,2.00\n", "text/csv", f"report-{TOKEN}-{asked.get('key', '')}.csv")
            case _ if not signed_in:
                self.send(200, page(FORM))
            case "/card":
                self.send(200, page(f"{HEAD}{INSIDE}<p id=card>{CARD}</p>"))
            case "/echo":
                said = html.escape(asked.get("key", ""))
                self.send(200, page(f"{HEAD}<p>您的密钥 {said} 无效</p><input aria-label='密钥' value='{said}'>"))
            case _:
                self.send(200, page(HEAD + INSIDE))

    def do_POST(self) -> None:
        """Sign-in: says again what was typed when it refuses, else hands out the token in cookie and address."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        typed = html.escape(form["password"][0])
        if self.refuses:
            self.send(200, page(f"<p class=refused>密码 {typed} 不正确</p>{FORM}"))
            return
        self.send_response(302)
        self.send_header("Set-Cookie", f"sid={TOKEN}; Path=/; HttpOnly")
        self.send_header("Location", f"/home?token={quote(TOKEN)}")
        self.end_headers()

    def send(self, status: int, body: str, kind: str = "text/html", name: str = "") -> None:
        """One answer."""
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        if name:
            self.send_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name, safe='')}")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


INSIDE = """<label>备注 <input id=note></label><label>说明 <textarea></textarea></label>
<a href="/file">下载</a>
<a href="#" onclick="location='/file?key='+encodeURIComponent(note.value)">带密钥下载</a>
<button onclick="fetch('/api/broken?key='+encodeURIComponent(note.value))">保存</button>"""


def page(body: str) -> str:
    """A page."""
    return f"<!doctype html><meta charset=utf-8><title>后台</title><body>{body}</body>"


@contextmanager
def leaky_site(*, refuses: bool = False) -> Iterator[str]:
    """Its address, while it runs."""
    handler = type("Here", (Leaky,), {"refuses": refuses})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
