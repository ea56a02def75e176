"""Every document as it came in, by its sha256, with where it came from; never changed, never lost.

Layout: `<root>/ab/cdef…` is the document (read-only), `<root>/ab/cdef….json` says where its first copy came from, so
that the books can be built again from the archive alone.
"""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from storage.errors import ArchiveDamaged, FileMissing

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Facts:
    """Where a document came from. `name`: as its source called it; `received_at`: ISO 8601 UTC; "" where unknown."""

    name: str = ""
    kind: str = ""
    shop: str = ""
    origin: str = ""
    run_id: str = ""
    flow: str = ""
    step: str = ""
    line: int = 0
    received_at: str = ""


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A document in the archive; `new` is False when its content was there before."""

    sha256: str
    size: int
    path: Path
    new: bool


class Archive:
    """A folder of documents by content; several processes may put into it at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: Path | bytes, facts: Facts) -> ArchivedFile:
        """Keep a copy of `source`; durable when the call returns. The facts of the first copy are the ones kept."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)  # the originals are in plain
        handle, name = tempfile.mkstemp(prefix=".incoming-", dir=self.root)
        incoming = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                file_sha, size = _copy(source, target)
            return self._settle(incoming, file_sha, size, facts)
        finally:
            incoming.unlink(missing_ok=True)

    def path(self, file_sha: str) -> Path:
        """Where a document lies. Raises FileMissing for one that is not there."""
        path = self._place(file_sha)
        if not path.is_file():
            raise FileMissing(file_sha)
        return path

    def facts(self, file_sha: str) -> Facts:
        """Where the first copy of a document came from. Raises FileMissing."""
        self.path(file_sha)
        return Facts(**json.loads(self._place(file_sha).with_suffix(".json").read_text("utf-8")))

    def documents(self) -> Iterator[str]:
        """The sha256 of every document, in order."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if not path.suffix:
                    yield folder.name + path.name

    def verify(self) -> list[ArchiveDamaged]:
        """Read everything again: what is not what its name says, or lacks its facts."""
        return [problem for file_sha in self.documents() for problem in self._problems(file_sha)]

    def _problems(self, file_sha: str) -> Iterator[ArchiveDamaged]:
        path = self._place(file_sha)
        with path.open("rb") as document:
            if hashlib.file_digest(document, "sha256").hexdigest() != file_sha:
                yield ArchiveDamaged(file_sha, "内容与编号不符")
        if not path.with_suffix(".json").is_file():
            yield ArchiveDamaged(file_sha, "来源记录丢失")

    def _place(self, file_sha: str) -> Path:
        return self.root / file_sha[:2] / file_sha[2:]

    def _settle(self, incoming: Path, file_sha: str, size: int, facts: Facts) -> ArchivedFile:
        """The facts go first: who dies between the two leaves a note of nothing, and nothing is no document."""
        place = self._place(file_sha)
        place.parent.mkdir(exist_ok=True)
        known = place.is_file() and place.stat().st_size == size
        if not place.is_file() or not place.with_suffix(".json").is_file():
            self._write_facts(place.with_suffix(".json"), facts)
        if not known:
            incoming.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
            incoming.replace(place)
        _sync_folder(place.parent)
        _sync_folder(self.root)
        return ArchivedFile(file_sha, size, place, new=not known)

    def _write_facts(self, place: Path, facts: Facts) -> None:
        handle, name = tempfile.mkstemp(prefix=".facts-", dir=self.root)
        with os.fdopen(handle, "wb") as target:
            target.write(json.dumps(asdict(facts), ensure_ascii=False).encode())
            target.flush()
            os.fsync(target.fileno())
        Path(name).replace(place)


def _copy(source: Path | bytes, target: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(source):
        digest.update(chunk)
        size += target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), size


def _chunks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as document:
        while chunk := document.read(CHUNK_BYTES):
            yield chunk


def _sync_folder(folder: Path) -> None:
    """A rename is durable when its folder is; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    with suppress(OSError):  # some network file systems refuse it; the document itself is on the disk
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
