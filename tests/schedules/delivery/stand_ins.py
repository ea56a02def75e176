"""The other sides on this machine: an SFTP server over a folder, and a bucket that checks each request's signature."""

import hashlib
import hmac
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import paramiko

from tests.support.http_server import serving

USER, PASSWORD = "yeban", "planted-password"


class Door(paramiko.ServerInterface):  # type: ignore[misc] # paramiko has no types
    """Lets one user in, by password or by key."""

    def __init__(self, key: Any) -> None:
        """`key`: the public key that is known, None for none."""
        self.key = key

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return int(paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED)

    def check_auth_publickey(self, username: str, key: Any) -> int:
        return int(paramiko.AUTH_SUCCESSFUL if key == self.key else paramiko.AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)


class Files(paramiko.SFTPServerInterface):  # type: ignore[misc]
    """The files of a folder; `old`: as a server does that cannot rename over what is there."""

    root = Path()
    old = False

    def _real(self, path: str) -> Path:
        return self.root / self.canonicalize(path).lstrip("/")

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._real(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        try:
            opened = os.open(self._real(path), flags, 0o644)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        mode = "rb+" if flags & os.O_RDWR else "wb" if flags & os.O_WRONLY else "rb"
        stream = os.fdopen(opened, mode)
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = handle.writefile = stream
        handle.stat = lambda: paramiko.SFTPAttributes.from_stat(os.fstat(stream.fileno()))
        return handle

    def mkdir(self, path: str, attr: Any) -> int:
        self._real(path).mkdir()
        return int(paramiko.SFTP_OK)

    def remove(self, path: str) -> int:
        self._real(path).unlink()
        return int(paramiko.SFTP_OK)

    def rename(self, old: str, new: str) -> int:
        if self._real(new).exists():
            return int(paramiko.SFTP_FAILURE)
        self._real(old).rename(self._real(new))
        return int(paramiko.SFTP_OK)

    def posix_rename(self, old: str, new: str) -> int:
        if self.old:
            return int(paramiko.SFTP_OP_UNSUPPORTED)
        self._real(old).replace(self._real(new))
        return int(paramiko.SFTP_OK)


@dataclass
class SftpServer:
    """Where it listens, its own key, and the key of a user that it knows."""

    port: int
    host_key: Any
    user_key: Any = None


@contextmanager
def sftp_server(root: Path, *, old: bool = False) -> Iterator[SftpServer]:
    """The server at a port of this machine."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = SftpServer(listening.getsockname()[1], paramiko.ECDSAKey.generate(bits=256))
    files = type("FilesHere", (Files,), {"root": root, "old": old})
    open_ones: list[Any] = []

    def listen() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(server.host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
            transport.start_server(server=Door(server.user_key), event=threading.Event())
            open_ones.append(transport)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for transport in open_ones:
            transport.close()


@dataclass
class Bucket:
    """What lies in the bucket, how requests are signed, and how many were refused."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    keys: tuple[str, str] = ("AKPLANTED", "planted-secret-key")
    refused: int = 0

    def signed(self, method: str, path: str, headers: Any) -> bool:
        """Whether the request bears the signature that AWS computes (Signature Version 4)."""
        scheme, _, rest = headers.get("Authorization", "").partition(" ")
        parts = dict(one.strip().split("=", 1) for one in rest.split(",") if "=" in one)
        if scheme != "AWS4-HMAC-SHA256" or not parts["Credential"].startswith(self.keys[0] + "/"):
            return False
        scope = parts["Credential"].split("/")[1:]
        address, names = urlsplit(path), parts["SignedHeaders"].split(";")
        query = "&".join(
            f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}"
            for key, value in sorted(parse_qsl(address.query, keep_blank_values=True))
        )
        lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names)
        request = "\n".join(
            (method, address.path, query, lines, parts["SignedHeaders"], headers["x-amz-content-sha256"])
        )
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = "\n".join((scheme, headers["x-amz-date"], "/".join(scope), digest))
        key = f"AWS4{self.keys[1]}".encode()
        for one in scope:
            key = hmac.new(key, one.encode(), hashlib.sha256).digest()
        return hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), parts["Signature"])


@contextmanager
def bucket(name: str) -> Iterator[Bucket]:
    """The bucket at an address of this machine, in path style."""
    standing = Bucket()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self._welcome():
                standing.objects[self._key()] = body
                self._answer(200, b"", {"ETag": f'"{hashlib.md5(body).hexdigest()}"'})

        def do_GET(self) -> None:
            if not self._welcome():
                return
            if "list-type=2" in self.path:
                self._answer(200, f"<ListBucketResult><Name>{name}</Name></ListBucketResult>".encode())
            elif (content := standing.objects.get(self._key())) is None:
                self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            else:
                dated = {"ETag": '"x"', "Last-Modified": "Sun, 22 Nov 2026 04:00:00 GMT"}
                self._answer(200, content, dated)

        do_HEAD = do_GET  # noqa: N815 - the library's name

        def _key(self) -> str:
            return unquote(urlsplit(self.path).path).removeprefix(f"/{name}/")

        def _welcome(self) -> bool:
            good = standing.signed(self.command, self.path, self.headers)
            if not good:
                standing.refused += 1
                self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return good

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for key, value in (headers or {}).items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with serving(Handler) as standing.url:
        yield standing
