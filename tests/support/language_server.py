"""A client for the editors' YAML language server: the real one from npm, spoken to as an editor does."""

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.npm import node_modules

ANSWER_S = 60.0


@dataclass
class LanguageServer:
    """One running server. Documents live in `folder`; positions are (line, column) from 0, as the protocol counts."""

    process: subprocess.Popen[bytes]
    folder: Path
    settings: dict[str, Any]
    _number: int = 0
    _answers: dict[int, Any] = field(default_factory=dict)
    _diagnostics: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _inbox: "queue.Queue[dict[str, Any] | None]" = field(default_factory=queue.Queue)

    def diagnostics(self, text: str, name: str = "flow.yaml") -> list[str]:
        """What an editor would underline: `line:column message`, lines and columns from 1."""
        return self.underlined(self.opened(text, name))

    def underlined(self, uri: str) -> list[str]:
        """The same for a document that is open already: several are looked at side by side."""
        while uri not in self._diagnostics:
            self._next()
        return [
            f"{one['range']['start']['line'] + 1}:{one['range']['start']['character'] + 1} {one['message']}"
            for one in self._diagnostics[uri]
        ]

    def completion(self, text: str, name: str = "flow.yaml") -> dict[str, dict[str, Any]]:
        """What an editor would offer where `‸` stands, by label."""
        uri, place = self._at(text, name)
        found = self.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": place})
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"]: item for item in items}

    def hover(self, text: str, name: str = "flow.yaml") -> str:
        """What an editor would show with the mouse on `‸`."""
        uri, place = self._at(text, name)
        found = self.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
        return str(found["contents"]["value"]) if found else ""

    def _at(self, text: str, name: str) -> tuple[str, dict[str, int]]:
        before = text[: text.index("‸")]
        uri = self.opened(text.replace("‸", ""), name)
        return uri, {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}

    def opened(self, text: str, name: str) -> str:
        """The document is open in the editor with this text; its address."""
        self._number += 1
        uri = (self.folder / f"{self._number}-{name}").as_uri()
        self.tell(
            "textDocument/didOpen",
            {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}},
        )
        return uri

    def tell(self, method: str, params: Any) -> None:
        """A notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        """A request, and its answer."""
        self._number += 1
        number = self._number
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        while number not in self._answers:
            self._next()
        return self._answers.pop(number)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _next(self) -> None:
        """Take in one message of the server; its own questions are answered."""
        message = self._inbox.get(timeout=ANSWER_S)
        if message is None:
            raise RuntimeError("the language server has ended")
        if "method" not in message:
            if "error" in message:
                raise RuntimeError(str(message["error"]))
            self._answers[message["id"]] = message.get("result")
        elif message["method"] == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif message["method"] == "workspace/configuration":
            sections = [self.settings.get(item.get("section", ""), {}) for item in message["params"]["items"]]
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": sections})
        elif "id" in message:
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})

    def listen(self) -> None:
        """Read messages until the server ends."""
        assert self.process.stdout is not None
        stream = self.process.stdout
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                continue
            self._inbox.put(json.loads(stream.read(length)))
        self._inbox.put(None)


@contextmanager
def language_server(folder: Path, schemas: dict[str, list[str]]) -> Iterator[LanguageServer]:
    """A server that applies `schemas` (address → file patterns) to the documents of `folder`; ended at the end."""
    program = node_modules() / "yaml-language-server" / "bin" / "yaml-language-server"
    pipe = subprocess.PIPE
    process = subprocess.Popen(["node", str(program), "--stdio"], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    yaml = {"schemas": schemas, "schemaStore": {"enable": False}, "completion": True, "hover": True, "validate": True}
    server = LanguageServer(process, folder, {"yaml": yaml})
    threading.Thread(target=server.listen, daemon=True).start()
    try:
        capabilities = {
            "workspace": {"configuration": True},
            "textDocument": {"hover": {"contentFormat": ["markdown"]}},
        }
        folders = [{"uri": folder.as_uri(), "name": "flows"}]
        server.ask(
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "workspaceFolders": folders, "capabilities": capabilities},
        )
        server.tell("initialized", {})
        server.tell("workspace/didChangeConfiguration", {"settings": {"yaml": yaml}})
        yield server
    finally:
        process.kill()
        process.wait()
