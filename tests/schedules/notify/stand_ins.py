"""Local stand-ins for the other sides: robots that check signatures and answer as theirs do, and a mail server."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message as Mail
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler
from ssl import SSLContext
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.http_server import serving

TOKEN, SECRET = "tok3n-of-the-robot", "SEC-planted-secret"
MOST_BYTES = 20_000
"""Of a call, with DingTalk and Feishu."""


@dataclass
class Robots:
    """What the stand-ins took, and how they are to misbehave: `status`, `code` and `said` answer the next calls.

    `no_files`: a robot that takes texts and refuses files.
    """

    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)
    refused: int = 0
    status: int = 200
    code: int = 0
    said: dict[str, Any] | None = None
    no_files: bool = False
    now_s: float = 0.0

    def answer(self, path: str, headers: Any, body: bytes) -> dict[str, Any]:
        """The robot's answer to a call."""
        parts = urlsplit(path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if self.said is not None:
            return self.said
        if self.code:
            return {"errcode": self.code, "errmsg": "said no", "code": self.code, "msg": "said no"}
        if parts.path == "/robot/send":
            good = query["access_token"] == TOKEN and query["sign"] == self._ding(query["timestamp"])
        elif parts.path.startswith("/open-apis/bot/v2/hook/"):
            said = json.loads(body)
            good = parts.path.endswith(TOKEN) and said["sign"] == self._feishu(said["timestamp"])
        elif parts.path == "/cgi-bin/webhook/upload_media":
            self.files.append(body)
            return {"errcode": 0, "media_id": f"media-{len(self.files)}"}
        elif parts.path == "/cgi-bin/webhook/send":
            good = query["key"] == TOKEN
            if self.no_files and json.loads(body)["msgtype"] == "file":
                return {"errcode": 45009, "errmsg": "api freq out of limit"}
        elif parts.path == "/unsigned":
            good = True
        else:
            good = headers["X-Yeban-Signature"] == self._own(headers["X-Yeban-Timestamp"], body)
        if len(body) > MOST_BYTES and not parts.path.startswith("/cgi-bin/"):
            return {"errcode": 460101, "errmsg": "message too long", "code": 9499, "msg": "too large"}
        if not good:
            self.refused += 1
            return {"errcode": 310000, "errmsg": "sign not match", "code": 19021, "msg": "sign match fail"}
        self.taken.append(json.loads(body))
        return {"errcode": 0, "errmsg": "ok", "code": 0, "msg": "success"}

    def _fresh(self, at_s: float) -> bool:
        return abs(at_s - self.now_s) <= 3600

    def _ding(self, at_ms: str) -> str:
        said = hmac.new(SECRET.encode(), f"{at_ms}\n{SECRET}".encode(), hashlib.sha256).digest()
        return base64.b64encode(said).decode() if self._fresh(int(at_ms) / 1000) else "stale"

    def _feishu(self, at_s: str) -> str:
        said = hmac.new(f"{at_s}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
        return base64.b64encode(said).decode() if self._fresh(int(at_s)) else "stale"

    def _own(self, at_s: str, body: bytes) -> str:
        return hmac.new(SECRET.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()


@contextmanager
def robots() -> Iterator[Robots]:
    """The stand-ins at an address of this machine."""
    standing = Robots()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = json.dumps(standing.answer(self.path, self.headers, body)).encode()
            self.send_response(standing.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with serving(Handler) as standing.url:
        yield standing


@dataclass
class Post:
    """A mail server that keeps what it took.

    `refuses`: its answer to every mail, "" for taking it; `refuses_to`: to every receiver; `farewell`: to QUIT.
    """

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    refuses: str = ""
    refuses_to: str = ""
    farewell: str = "221 Bye"
    most_bytes: int = 1 << 20

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: object, _session: object, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Called for each receiver."""
        if self.refuses_to:
            return self.refuses_to
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, _server: object, _session: object, _envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Called at the end."""
        return self.farewell

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Called for each mail."""
        if self.refuses:
            return self.refuses
        if len(envelope.content) > self.most_bytes:
            return "552 message exceeds fixed maximum message size"
        self.mails.append(BytesParser(policy=default).parsebytes(envelope.content))
        return "250 taken"


@contextmanager
def post_office(certificate: SSLContext | None = None) -> Iterator[Post]:
    """The mail server at a port of this machine; with a `certificate` it speaks TLS from the first word."""
    from aiosmtpd.controller import Controller

    post = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        post.port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=post.port, ssl_context=certificate)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
