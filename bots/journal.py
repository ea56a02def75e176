"""What has been done, written down before and after: the promise behind "nothing lost, nothing twice".

Every write is durable before the call returns. `Journal` is the seam to the desk (its database-backed journal
conforms structurally); `MemoryJournal` serves tests, `FileJournal` serves `yeban run` without a database.

Resume: a second `start_run` of a run is one more attempt. `start_item` and `open_effect` answer what is known, so
that finished rows are skipped and an effect that was begun, but whose end is unknown, is first looked at.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

Entry = dict[str, object]


class Journal(Protocol):
    """The durable memory of runs, rows, effects and files."""

    def start_run(self, run_id: str, facts: dict[str, str]) -> None:
        """The run is known; a second call is a resume and counts one more attempt."""
        ...

    def end_run(self, run_id: str, state: str, message: str) -> None:
        """The run has ended: done | rejected_some | failed | person | stopped."""
        ...

    def start_item(self, run_id: str, item_key: str, data: dict[str, str]) -> str:
        """What was known of the row: new | open | done | rejected | failed | person. One that is neither done nor
        rejected is open from now on."""
        ...

    def end_item(self, run_id: str, item_key: str, outcome: str, reason: str) -> None:
        """The row has ended: done | found_done | rejected | failed | person."""
        ...

    def open_effect(self, effect_key: str, run_id: str, item_key: str, label: str) -> str:
        """What is known of the effect: new | open (begun before, end unknown) | done | person."""
        ...

    def may_act(self) -> None:
        """Something is about to be done outside, which an open effect stands for. Raises when the run is not this one's
        any more: it may have slept since the effect was opened, and another one may look at it already."""
        ...

    def close_effect(self, effect_key: str, how: str, note: str) -> None:
        """How the effect ended: done | found_done | not_done (may be opened again) | person."""
        ...

    def record_file(self, run_id: str, record: dict[str, object]) -> None:
        """One entry of manifest.json is known to this run."""
        ...

    def files(self, run_id: str) -> list[dict[str, object]]:
        """All entries recorded for this run, in order."""
        ...

    def known_content(self, sha256: str) -> dict[str, object] | None:
        """The first entry of any run, this one too, with exactly these bytes; None when they were never received."""
        ...


class MemoryJournal:
    """A journal that lasts as long as the object: the same answers as the durable ones.

    `entries` is everything that was written, in order; `before_write` is called with each entry first, so that a
    test can stop the world at any journal entry.
    """

    def __init__(self, before_write: Callable[[Entry], None] | None = None) -> None:
        self.entries: list[Entry] = []
        self._before_write = before_write
        self._attempts: dict[str, int] = {}
        self._items: dict[tuple[str, str], str] = {}
        self._effects: dict[str, str] = {}
        self._files: dict[str, list[Entry]] = {}

    def start_run(self, run_id: str, facts: dict[str, str]) -> None:
        """The run is known; a second call is a resume and counts one more attempt."""
        attempt = self._attempts.get(run_id, 0) + 1
        self._write({"kind": "run_started", "run_id": run_id, "facts": facts, "attempt": attempt})

    def end_run(self, run_id: str, state: str, message: str) -> None:
        """The run has ended in this state."""
        self._write({"kind": "run_ended", "run_id": run_id, "state": state, "message": message})

    def start_item(self, run_id: str, item_key: str, data: dict[str, str]) -> str:
        """What was known of the row; one that is done or rejected is not written again."""
        known = self._items.get((run_id, item_key), "new")
        if known not in {"done", "rejected"}:
            self._write({"kind": "item_started", "run_id": run_id, "item_key": item_key, "data": data})
        return known

    def end_item(self, run_id: str, item_key: str, outcome: str, reason: str) -> None:
        """The row has ended with this outcome."""
        self._write(
            {"kind": "item_ended", "run_id": run_id, "item_key": item_key, "outcome": outcome, "reason": reason}
        )

    def open_effect(self, effect_key: str, run_id: str, item_key: str, label: str) -> str:
        """What was known of the effect before this call; a settled one is not opened again."""
        known = self._effects.get(effect_key, "new")
        if known in {"new", "open"}:
            self._write(
                {
                    "kind": "effect_opened",
                    "effect_key": effect_key,
                    "run_id": run_id,
                    "item_key": item_key,
                    "label": label,
                }
            )
        return known

    def may_act(self) -> None:
        """Nobody else can have the run."""

    def close_effect(self, effect_key: str, how: str, note: str) -> None:
        """The effect ended this way; `not_done` makes it new again."""
        self._write({"kind": "effect_closed", "effect_key": effect_key, "how": how, "note": note})

    def record_file(self, run_id: str, record: dict[str, object]) -> None:
        """The file belongs to the run."""
        self._write({"kind": "file", "run_id": run_id, "record": record})

    def files(self, run_id: str) -> list[dict[str, object]]:
        """The files of the run, in the order they came."""
        return list(self._files.get(run_id, []))

    def known_content(self, sha256: str) -> dict[str, object] | None:
        """The first entry of any run with exactly these bytes."""
        every = (one for files in self._files.values() for one in files)
        return next((one for one in every if one.get("sha256") == sha256), None)

    def attempts(self, run_id: str) -> int:
        """How many times the run was started."""
        return self._attempts.get(run_id, 0)

    def effects(self) -> dict[str, str]:
        """Every effect known and what is known of it: open | done | person | new."""
        return dict(self._effects)

    def _write(self, entry: Entry) -> None:
        if self._before_write is not None:
            self._before_write(entry)
        self._store(entry)
        self._apply(entry)

    def _store(self, entry: Entry) -> None:
        """Make the entry durable; memory has nothing more to do."""

    def _apply(self, entry: Entry) -> None:
        self.entries.append(entry)
        match entry:
            case {"kind": "run_started", "run_id": str(run_id)}:
                self._attempts[run_id] = self._attempts.get(run_id, 0) + 1
            case {"kind": "item_started", "run_id": str(run_id), "item_key": str(key)}:
                self._items[run_id, key] = "open"
            case {"kind": "item_ended", "run_id": str(run_id), "item_key": str(key), "outcome": str(outcome)}:
                self._items[run_id, key] = _settled(outcome)
            case {"kind": "effect_opened", "effect_key": str(key)}:
                self._effects[key] = "open"
            case {"kind": "effect_closed", "effect_key": str(key), "how": str(how)}:
                self._effects[key] = "new" if how == "not_done" else _settled(how)
            case {"kind": "file", "run_id": str(run_id), "record": dict(record)}:
                self._files.setdefault(run_id, []).append(record)


class FileJournal(MemoryJournal):
    """A journal in one append-only file of JSON lines, synced to disk before each call returns.

    A line cut by a crash (the last one, without its line end) never happened and is cut off on opening. One process
    at a time: the desk's lease per account sees to that.
    """

    def __init__(self, path: Path, before_write: Callable[[Entry], None] | None = None) -> None:
        super().__init__(before_write)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._replay()
        self._file = path.open("ab")

    def close(self) -> None:
        """Give the file back; everything was durable already."""
        self._file.close()

    def _replay(self) -> None:
        if not self._path.exists():
            return
        whole = self._path.read_bytes()
        kept = whole[: whole.rfind(b"\n") + 1]
        if len(kept) < len(whole):
            with self._path.open("r+b") as file:
                file.truncate(len(kept))
        for line in kept.splitlines():
            self._apply(json.loads(line))

    def _store(self, entry: Entry) -> None:
        self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _settled(outcome: str) -> str:
    return "done" if outcome == "found_done" else outcome
