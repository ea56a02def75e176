"""Putting a document at the other side exactly once: written under another name, compared, then renamed.

Whatever lies there under its name already is compared first: the same content is taken for delivered (the process died
after the renaming), other content is never overwritten; the document goes beside it under a name of its own.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from schedules.delivery.errors import NotDelivered

COMPARED_BYTES = 64 << 20
"""What is larger is compared by its size only: reading it back would double the traffic."""


class Landed(NamedTuple):
    """Where the document lies at the other side, how that was compared, and whether it lay there before."""

    remote_path: str
    verified: str
    known: bool = False


class Remote:
    """A folder of an fsspec file system. `root`: what documents go below; `whole`: a put is all or nothing."""

    whole = False
    refusals: tuple[type[Exception], ...] = (PermissionError,)
    """Answers that another try would get again."""
    failures: tuple[type[Exception], ...] = (OSError,)
    """Answers that may change by themselves."""

    def __init__(self, fs: Any, root: str) -> None:
        """Nothing is asked of the other side yet."""
        self.fs, self.root = fs, root.rstrip("/") or ("/" if root.startswith("/") else "")

    def check(self) -> None:
        """The place is there. Raises NotDelivered: an empty mount point must not be taken for the share."""
        with self.in_words():
            there = not self.root or self.fs.isdir(self.root)
        if not there:
            raise NotDelivered(f"目标文件夹不在：{self.root}", f"the folder is not there: {self.root}")

    def deliver(self, source: Path, path: str, sha: str) -> Landed:
        """The content of `source` lies there under `path`, or under a name beside it. Raises NotDelivered."""
        with self.in_words():
            for target in (self._at(path), self._at(beside(path, sha))):
                if (known := self._info(target)) is None:
                    return Landed(target, self._put(source, target, sha))
                if how := self._compared(target, known, source, sha):
                    return Landed(target, how, known=True)
        raise NotDelivered(
            f"那里已经有别的内容占着这个名字：{path}", f"other content has the name there: {path}", for_good=True
        )

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """What the library raises becomes NotDelivered."""
        try:
            yield
        except self.refusals as error:
            raise NotDelivered("对方不让放", f"the other side refuses: {said(error)}", for_good=True) from error
        except self.failures as error:
            raise NotDelivered("现在送不到", f"cannot be reached now: {said(error)}") from error
        except NotDelivered:
            raise
        except Exception as error:
            raise fault(error) from error

    def settle(self, path: str) -> None:
        """Make what was written durable, where that takes more."""

    def move(self, coming: str, target: str) -> None:
        """Rename within a folder."""
        self.fs.mv(coming, target)

    def close(self) -> None:
        """Give the connection back."""

    def _at(self, path: str) -> str:
        return f"{self.root.rstrip('/')}/{path}" if self.root else path

    def _put(self, source: Path, target: str, sha: str) -> str:
        parent = str(PurePosixPath(target).parent)
        writes = target if self.whole else f"{parent}/.{sha[:16]}.part"
        if not self.whole:
            self.fs.makedirs(parent, exist_ok=True)
        self.fs.put_file(str(source), writes)
        self.settle(writes)
        found = self._info(writes)
        how = self._compared(writes, found, source, sha) if found else ""
        if not how:
            self.fs.rm_file(writes)
            raise NotDelivered("送到的内容和原件不一样", "what arrived is not what was sent")
        if not self.whole:
            self.move(writes, target)
        return how

    def _info(self, path: str) -> dict[str, Any] | None:
        """What lies at the path; None where nothing does. `exists` would take a lost connection for "nothing"."""
        try:
            found: dict[str, Any] = self.fs.info(path)
        except FileNotFoundError:
            return None
        return found

    def _compared(self, path: str, info: dict[str, Any], source: Path, sha: str) -> str:
        """sha256 | size, as what lies there was found to be the document; "" when it is another."""
        size = source.stat().st_size
        if info["type"] != "file" or info["size"] != size:
            return ""
        if size > COMPARED_BYTES:
            return "size"
        return "sha256" if hashlib.sha256(self.fs.cat_file(path)).hexdigest() == sha else ""


def beside(path: str, sha: str) -> str:
    """The name under which a document goes when its own is taken."""
    place = PurePosixPath(path)
    return str(place.with_name(f"{place.stem} {sha[:8]}{place.suffix}"))


def fault(error: Exception) -> NotDelivered:
    """What nobody foresaw, as words: it ends this try and not the deliveries of all other rules."""
    return NotDelivered(f"送的时候出了没想到的错：{said(error)}", f"nobody foresaw this: {said(error)}")


def said(error: Exception) -> str:
    """The error's first line, short."""
    line = next(iter(str(error).splitlines()), "").strip()
    return f"{type(error).__name__}: {line[:200]}" if line else type(error).__name__
