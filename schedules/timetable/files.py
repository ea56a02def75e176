"""Files that arrive: each file under a pattern is one arrival, once nobody writes to it any more; changed, another."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from glob import escape, glob
from os import stat_result
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
        self.ahead: dict[str, tuple[tuple[int, int], datetime]] = {}

    def look(self, now: datetime, known: Callable[[Iterable[str]], set[str]]) -> Sequence[Arrival]:
        """Files that have not changed for as long as their entry says, and that have not arrived before."""
        found = {arrival.key: arrival for entry in self.entries for arrival in self._of(entry, now)}
        there = known(found) if found else set()
        return [arrival for key, arrival in found.items() if key not in there]

    def _of(self, entry: Entry, now: datetime) -> Iterable[Arrival]:
        if entry.trigger is None:
            return
        where = Path(entry.trigger.where).expanduser()
        pattern = str(where if where.is_absolute() else Path(escape(str(self.folder)), where))
        for name in sorted(glob(pattern, recursive=True)):  # noqa: PTH207 (a pattern may begin anywhere)
            path = Path(name)
            if path.suffix.lower() in UNFINISHED or path.name.startswith(("~$", ".")) or not path.is_file():
                continue
            state = path.stat()
            if not self._settled(name, state, entry.trigger.settled, now):
                continue
            seen = f"{path}|{state.st_size}|{state.st_mtime_ns}"
            key = f"{entry.name}:{path.name.replace('|', '_')}:{hashlib.sha256(seen.encode()).hexdigest()[:16]}"
            yield Arrival(key, entry.name, now, {"file": str(path), "name": path.name})

    def _settled(self, name: str, state: stat_result, settled: timedelta, now: datetime) -> bool:
        """Whether nobody has written to it for so long: by the file's own time, or by what was seen of it here.

        A file whose time lies ahead (unpacked from another time zone, on a share whose clock is ahead) is not waited
        for until then.
        """
        if state.st_mtime <= now.timestamp():
            return state.st_mtime <= (now - settled).timestamp()
        seen = state.st_size, state.st_mtime_ns
        before, since = self.ahead.get(name, (seen, now))
        since = since if before == seen and since <= now else now
        self.ahead[name] = seen, since
        return now - since >= settled
