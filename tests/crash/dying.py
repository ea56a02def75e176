"""A night's core work in a process of its own that kills itself, hard, at a given point of it.

A point is two hundred steps of the database's machine (so that a process also dies in the middle of a statement), a
commit, or a file opened for writing, renamed or removed. Points are counted from the start of the process.
"""

import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

STEPS = 200
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
FILE_EVENTS = frozenset({"os.rename", "os.remove", "os.link", "os.mkdir"})


@dataclass(frozen=True)
class Life:
    """What a process needs: where the books and the files are, and the point at which it dies (0: never)."""

    home: Path
    files: Path
    dies_at: int

    @property
    def step(self) -> Path:
        """Where a process says what it is about to do."""
        return self.home / "step.txt"

    def say_step(self, name: str) -> None:
        """Say what comes now."""
        self.step.write_text(name, "utf-8")

    @property
    def ended(self) -> Path:
        """What a process that came to its end leaves behind: how many points it counted."""
        return self.home / "ended.json"

    def say_ended(self, points: int) -> None:
        """Write down that the work is done, in one stroke."""
        draft = self.ended.with_suffix(".new")
        draft.write_text(json.dumps(points), "utf-8")
        draft.replace(self.ended)


class Clock:
    """Counts points, and kills the process at the one at which it is to die."""

    def __init__(self, dies_at: int) -> None:
        self.points = 0
        self._dies_at = dies_at

    def tick(self, *_: object) -> int:
        """One more point; 0, which lets the database go on."""
        self.points += 1
        if self.points == self._dies_at:
            os.kill(os.getpid(), KILL)
        return 0

    def listen(self, engine: Engine) -> None:
        """Count the steps of every statement, every commit, and every change to files."""
        event.listen(engine, "connect", lambda raw, _: raw.set_progress_handler(self.tick, STEPS))
        event.listen(engine, "commit", self.tick)
        sys.addaudithook(self._file)

    def _file(self, name: str, arguments: tuple[Any, ...]) -> None:
        writes = name == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+")
        if writes or name in FILE_EVENTS:
            self.tick()
