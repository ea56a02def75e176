"""A way to a server of this machine that can be cut, as the network to another machine is."""

import socket
import threading
from contextlib import suppress
from pathlib import Path


class Wire:
    """A socket that goes to the server, until it is cut; then nobody gets through until it is mended."""

    def __init__(self, server: Path, folder: Path) -> None:
        """Clients of `folder` come out at `server`."""
        self.server = server
        self.path = folder / server.name
        self.open: list[socket.socket] = []
        self.whole = True
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(self.path))
        self.listening.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Every connection breaks, and no new one comes through."""
        self.whole = False
        for one in self.open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                if not self.whole:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.server))
                self.open += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
