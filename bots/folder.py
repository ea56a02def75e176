"""The run folder: the contract between the hands and everyone who reads what they brought back.

`manifest.json` names every file with its sha256 and where it came from; it is replaced whole, so a reader never sees
half of it. `results.jsonl` has one line per row of the sheet, in the order of the sheet.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bots.errors import DiskFull

Record = dict[str, object]
UNSAFE = re.compile(r'[\x00-\x1f\\/:*?"<>|]+')
LONGEST_NAME = 150


class RunFolder:
    """One run's folder: files/, evidence/, manifest.json, results.jsonl, sheet.xlsx, log.jsonl, index.html."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = path / "files"
        self.evidence = path / "evidence"
        self.manifest = path / "manifest.json"
        self.results = path / "results.jsonl"
        self.sheet = path / "sheet.xlsx"
        self.log = path / "log.jsonl"
        self.page = path / "index.html"
        for folder in (self.files, self.evidence):
            folder.mkdir(parents=True, exist_ok=True)

    def keep(self, source: Path, name: str, taken: Iterable[str]) -> Path:
        """The file moved into files/ under a safe name that no recorded file has; durable on return."""
        target = self.files / free_name(safe_name(name), taken)
        try:
            shutil.move(source, target)
            _sync(target)
        except OSError as error:
            raise DiskFull(str(target), str(error)) from error
        return target

    def keep_evidence(self, name: str, content: bytes) -> str:
        """The path, relative to the run folder, of a piece of evidence."""
        path = self.evidence / safe_name(name)
        try:
            path.write_bytes(content)
        except OSError as error:
            raise DiskFull(str(path), str(error)) from error
        return path.relative_to(self.path).as_posix()

    def write_manifest(self, facts: Mapping[str, object]) -> None:
        """manifest.json says exactly `facts`."""
        replace_text(self.manifest, json.dumps(facts, ensure_ascii=False, indent=1, default=str) + "\n")

    def append_result(self, result: Record) -> None:
        """One more line of results.jsonl, durable on return."""
        try:
            with self.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(result, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise DiskFull(str(self.results), str(error)) from error

    def earlier_results(self) -> dict[str, Record]:
        """The last result line per key of an earlier attempt; a line cut by a crash counts as not written."""
        found: dict[str, Record] = {}
        if not self.results.exists():
            return found
        for line in self.results.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                result = json.loads(line)
            except json.JSONDecodeError:
                continue
            found[str(result["key"])] = result
        return found

    def write_results(self, results: Sequence[Record]) -> None:
        """results.jsonl holds exactly these lines."""
        replace_text(self.results, "".join(json.dumps(result, ensure_ascii=False) + "\n" for result in results))


def replace_text(path: Path, text: str) -> None:
    """The file holds the new text, or still the whole old one; never a part."""
    draft = path.with_name(path.name + ".new")
    try:
        draft.write_text(text, encoding="utf-8")
        _sync(draft)
        draft.replace(path)
    except OSError as error:
        raise DiskFull(str(path), str(error)) from error


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def safe_name(name: str) -> str:
    """A file name that every system accepts, its extension kept."""
    cleaned = UNSAFE.sub("_", name).strip(" .") or "file"
    if len(cleaned) <= LONGEST_NAME:
        return cleaned
    suffix = Path(cleaned).suffix
    return cleaned[: LONGEST_NAME - len(suffix)] + suffix


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, numbered if it is taken: `a.xlsx`, `a (2).xlsx`, …"""
    names = set(taken)
    stem, suffix = Path(name).stem, Path(name).suffix
    candidate, number = name, 1
    while candidate in names:
        number += 1
        candidate = f"{stem} ({number}){suffix}"
    return candidate


def sha256_of(path: Path) -> str:
    """The sha256 of the file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(moment: datetime) -> str:
    """The moment as ISO text with its zone, to the second."""
    return moment.isoformat(timespec="seconds")
