"""Files that arrive: each file under a pattern is one arrival, once nobody writes to it any more; changed, another."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from glob import glob
from pathlib import Path

from schedules.timetable.model import Arrival, Entry, Timetable

UNFINISHED = (".crdownload", ".part", ".tmp", ".download")
"""Endings of files that a browser is still writing."""


class FileWatch:
    """The `on: {file: …}` entries of a timetable; relative patterns begin in `folder`."""

    def __init__(self, timetable: Timetable, folder: Path) -> None:
        """Nothing is looked at yet."""
        self.entries = [one for one in timetable.entries.values() if one.trigger and one.trigger.kind == "file"]
        self.folder = folder

    def look(self, now: datetime, known: Callable[[Iterable[str]], set[str]]) -> Sequence[Arrival]:
        """Files that have not changed for as long as their entry says, and that have not arrived before."""
        found = {arrival.key: arrival for entry in self.entries for arrival in self._of(entry, now)}
        there = known(found) if found else set()
        return [arrival for key, arrival in found.items() if key not in there]

    def _of(self, entry: Entry, now: datetime) -> Iterable[Arrival]:
        if entry.trigger is None:
            return
        pattern = str(self.folder / Path(entry.trigger.where).expanduser())
        for name in sorted(glob(pattern, recursive=True)):  # noqa: PTH207 (a pattern may begin anywhere)
            path = Path(name)
            if path.suffix.lower() in UNFINISHED or path.name.startswith(("~$", ".")) or not path.is_file():
                continue
            state = path.stat()
            if state.st_mtime > now.timestamp() - entry.trigger.settled.total_seconds():
                continue
            seen = f"{path}|{state.st_size}|{state.st_mtime_ns}"
            key = f"{entry.name}:{path.name.replace('|', '_')}:{hashlib.sha256(seen.encode()).hexdigest()[:16]}"
            yield Arrival(key, entry.name, now, {"file": str(path), "name": path.name})
