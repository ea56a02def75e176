"""By what each element of a site was known when a run that passed found it last, with a small picture of it.

One JSON file per site, beside its pictures. What a run finds is kept aside until the run has passed: what a bad run has
seen teaches nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from bots.folder import replace_text, safe_name


@dataclass(frozen=True)
class LastFound:
    """How an element was found last: `way` says which alternative, `marks` by what it is known, `at` when (ISO)."""

    way: str
    index: int
    marks: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    run_id: str = ""
    pictured_on: str = ""


_taken: dict[tuple[str, str], date] = {}
"""By folder and element, the day of the picture that a run of this process has taken last, or is about to."""


class ElementMemory:
    """The memory of one site; without a folder nothing is remembered, and everything works as on a first night."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is the site's own; it may not exist yet."""
        self._folder = folder
        self._kept = _read(folder) if folder else {}
        self._fresh: dict[str, LastFound] = {}
        self._pictures: dict[str, bytes] = {}
        self._taking: set[tuple[str, str]] = set()

    @property
    def on(self) -> bool:
        """Whether anything is remembered at all."""
        return self._folder is not None

    def last(self, page: str, element: str) -> LastFound | None:
        """How it was found last by a run that passed."""
        return self._kept.get(_key(page, element))

    def known(self, page: str, element: str) -> Mapping[str, str] | None:
        """The marks by which it is known; {} before the first good run, None when nothing is remembered."""
        if not self.on:
            return None
        last = self.last(page, element)
        return last.marks if last is not None else {}

    def picture(self, page: str, element: str) -> Path | None:
        """The picture of it as it was last found, if there is one."""
        if self._folder is None:
            return None
        path = self._folder / _picture_name(page, element)
        return path if path.exists() else None

    def wants_picture(self, page: str, element: str, today: date) -> bool:
        """Whether this run is to take today's picture: one per element and day is enough.

        Runs of a site that begin at the same moment, as a night's do, do not each take it: whoever asks first does, and
        if that run does not pass, the next one.
        """
        key = _key(page, element)
        last = self._kept.get(key)
        one = (str(self._folder), key)
        if not self.on or _taken.get(one) == today or (last is not None and last.pictured_on == today.isoformat()):
            return False
        _taken[one] = today
        self._taking.add(one)
        return True

    def found(self, page: str, element: str, last: LastFound, picture: bytes | None = None) -> None:
        """This run has found it so."""
        key = _key(page, element)
        self._fresh[key] = last
        if picture is not None:
            self._pictures[key] = picture

    def keep(self, today: date) -> None:
        """The run has passed: what it found is remembered from now on."""
        if self._folder is None or not self._fresh:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        kept = _read(self._folder)  # another run of the site may have ended meanwhile
        for key, last in self._fresh.items():
            earlier = kept.get(key)
            pictured = today.isoformat() if key in self._pictures else earlier.pictured_on if earlier else ""
            kept[key] = LastFound(last.way, last.index, dict(last.marks), last.at, last.run_id, pictured)
        for key, picture in self._pictures.items():
            (self._folder / _picture_name(*key.split("\n", 1))).write_bytes(picture)
        _write(self._folder, kept)
        self._taking.clear()

    def end(self) -> None:
        """The run has ended; pictures that were not kept are another's to take."""
        for one in self._taking:
            _taken.pop(one, None)
        self._taking.clear()

    def forget(self, page: str, element: str) -> None:
        """Nothing is known of the element any more."""
        if self._folder is not None and self._kept.pop(_key(page, element), None) is not None:
            _write(self._folder, self._kept)


def _key(page: str, element: str) -> str:
    return f"{page}\n{element}"


def _picture_name(page: str, element: str) -> str:
    return safe_name(f"{page}-{element}.png" if page else f"{element}.png")


def _read(folder: Path) -> dict[str, LastFound]:
    path = folder / "elements.json"
    if not path.exists():
        return {}
    try:
        return {key: LastFound(**last) for key, last in json.loads(path.read_text("utf-8")).items()}
    except (ValueError, TypeError):  # written by another version: learnt anew by the next good run
        return {}


def _write(folder: Path, kept: Mapping[str, LastFound]) -> None:
    told = {key: asdict(last) for key, last in sorted(kept.items())}
    replace_text(folder / "elements.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")
