"""A mailbox on this machine that speaks as much IMAP as a look needs, and notes whether anything was marked as read."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Standin(socketserver.ThreadingTCPServer):
    """Mails as header texts; `commands` are what it was asked."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, mails: list[str], password: str) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails = mails
        self.password = password
        self.commands: list[str] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"imap://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    server: Standin

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline().decode().strip():
            tag, command = line.split(" ", 1)
            self.server.commands.append(command)
            name = command.split()[0].upper()
            said, how = getattr(self, f"on_{name.lower()}")(command)
            self.wfile.write(said + f"{tag} {how}\r\n".encode())
            if name == "LOGOUT":
                return

    def on_capability(self, _: str) -> tuple[bytes, str]:
        return b"* CAPABILITY IMAP4rev1 ID\r\n", "OK done"

    def on_login(self, command: str) -> tuple[bytes, str]:
        return b"", "OK done" if f'"{self.server.password}"' in command else "NO wrong password"

    def on_id(self, _: str) -> tuple[bytes, str]:
        return b"* ID NIL\r\n", "OK done"

    def on_examine(self, _: str) -> tuple[bytes, str]:
        return f"* {len(self.server.mails)} EXISTS\r\n".encode(), "OK [READ-ONLY]"

    def on_search(self, _: str) -> tuple[bytes, str]:
        return f"* SEARCH {' '.join(str(n + 1) for n in range(len(self.server.mails)))}\r\n".encode(), "OK done"

    def on_fetch(self, command: str) -> tuple[bytes, str]:
        said = b""
        for number in re.findall(r"\d+", command.split()[1]):
            header = self.server.mails[int(number) - 1].replace("\n", "\r\n").encode() + b"\r\n\r\n"
            said += f"* {number} FETCH (BODY[HEADER.FIELDS (MESSAGE-ID FROM SUBJECT)] {{{len(header)}}}\r\n".encode()
            said += header + b")\r\n"
        return said, "OK done"

    def on_logout(self, _: str) -> tuple[bytes, str]:
        return b"* BYE\r\n", "OK done"


@contextmanager
def standin(mails: list[str], password: str) -> Iterator[Standin]:
    """The mailbox, open until the block ends."""
    with Standin(mails, password) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
