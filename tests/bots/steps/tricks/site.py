"""A tiny local site that plays the tricks of real ones: what each path answers is written by the tests."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@dataclass(frozen=True)
class Reply:
    """What a path answers. `promised`: a Content-Length that is not true; `late_s`: how long it takes."""

    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    promised: int | None = None
    late_s: float = 0.0
    zipped: bool = False


Query = dict[str, str]
Answering = Reply | Callable[[Query], Reply]


def page(body: str, status: int = 200) -> Reply:
    """A web page with this body."""
    return Reply(f"<!doctype html><meta charset=utf-8><title>戏法</title><body>{body}".encode(), status=status)


def attached(name: str, body: bytes, **facts: object) -> Reply:
    """A file as a download."""
    headers = (("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name, safe='')}"),)
    return Reply(body, "application/octet-stream", headers=headers, **facts)  # type: ignore[arg-type]


def inline(name: str, body: bytes, kind: str) -> Reply:
    """A file that the browser is told to show."""
    return Reply(body, kind, headers=(("Content-Disposition", f"inline; filename*=UTF-8''{quote(name, safe='')}"),))


def json_of(text: str, **facts: object) -> Reply:
    """A JSON answer, written exactly so."""
    return Reply(text.encode(), "application/json; charset=utf-8", **facts)  # type: ignore[arg-type]


@dataclass
class Tricks:
    """The site: answers by path, what was asked for, and folders that files are served from."""

    address: str
    answers: dict[str, Answering] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    folders: tuple[Path, ...] = ()

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(one.split(" ")[1] == path for one in self.asked)


class _Handler(BaseHTTPRequestHandler):
    site: Tricks

    def do_GET(self) -> None:
        """Answer."""
        parts = urlsplit(self.path)
        self.site.asked.append(f"{self.command} {parts.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        query = {name: values[-1] for name, values in parse_qs(f"{parts.query}&{body}").items()}
        answer = self.site.answers.get(parts.path)
        if answer is None:
            answer = self._file(parts.path)
        if callable(answer):
            answer = answer(query)
        self._send(answer)

    do_POST = do_GET  # noqa: N815 - the server's own name

    def _file(self, path: str) -> Reply:
        for folder in self.site.folders:
            file = folder / path.lstrip("/")
            if file.is_file() and file.suffix in TYPES:
                return Reply(file.read_bytes(), TYPES[file.suffix])
        return Reply(b"nothing here", "text/plain", 404)

    def _send(self, reply: Reply) -> None:
        if reply.late_s:
            time.sleep(reply.late_s)  # the server's own slowness, in a thread of its own
        if reply.status == 0:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = gzip.compress(reply.body) if reply.zipped else reply.body
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(reply.promised or len(body)))
        if reply.zipped:
            self.send_header("Content-Encoding", "gzip")
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def tricks(*folders: Path) -> Iterator[Tricks]:
    """The site, running."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    site = Tricks(f"http://127.0.0.1:{server.server_port}", folders=folders)
    server.RequestHandlerClass = type("Here", (_Handler,), {"site": site})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
