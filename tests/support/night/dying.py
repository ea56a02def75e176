"""A night in a process of its own that kills itself, hard, at a journal entry it has not died at before.

`deaths` is a file with one line per entry that a process has died at; each process dies at the first entry that is
not in it yet, after writing the line. A process that meets no new entry plays the night to its end.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

WRITES = {
    "close_effect",
    "end_item",
    "end_run",
    "open_effect",
    "record_file",
    "plan",
    "stage",
    "start_item",
    "start_run",
}
BOTH_SIDES = {"close_effect", "end_item", "open_effect"}
"""Entries at which a process dies on either side of the write; at the others before it, which is the worse side."""


@dataclass(frozen=True)
class NightOf:
    """What a child process needs to play the night: plain values, so that it can be started afresh."""

    home: Path
    world: Path
    url: str
    night: date
    plan: Path
    deaths: Path | None = None


class DyingJournal:
    """The real journal; at a write that is not in the list of deaths it adds the write there and kills the process."""

    def __init__(self, journal: Any, deaths: Path) -> None:
        self._journal = journal
        self._deaths = deaths
        self._known = set(deaths.read_text("utf-8").splitlines()) if deaths.exists() else set()

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._journal, name)
        return self._guarded(name, real) if name in WRITES else real

    def _guarded(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def write(*arguments: Any, **named: Any) -> Any:
            said = [getattr(value, "key", value) for value in arguments[:3]]
            entry = " ".join([name, *(value for value in said if isinstance(value, str))])
            self._die_at(f"before {entry}")
            answer = real(*arguments, **named)
            if name in BOTH_SIDES:
                self._die_at(f"after {entry}")
            return answer

        return write

    def _die_at(self, entry: str) -> None:
        entry = entry.replace("\n", " ")
        if entry in self._known:
            return
        with self._deaths.open("a", encoding="utf-8") as stream:
            stream.write(entry + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.kill(os.getpid(), signal.SIGKILL)


class Unwatched:
    """Nobody looks on."""

    def planned(self, jobs: Any, finished: Any) -> None:
        """Unheard."""

    def began(self, job: Any) -> None:
        """Unheard."""

    def moved(self, job: Any, event: Any) -> None:
        """Unheard."""

    def ended(self, job: Any, stage: str, message: str, summary: Any) -> None:
        """Unheard."""

    def close(self) -> None:
        """Nothing to close."""


def play_night(what: NightOf) -> dict[str, int]:
    """Play the night to its end, or to this process's; returns how its jobs ended."""
    from schedules.browsers import BrowserDoor
    from schedules.demo import practice_desk
    from schedules.logs import start_logs
    from schedules.night import Night
    from schedules.plan import load_plan

    start_logs(what.home)
    with practice_desk(what.home, what.world, what.url) as (desk, world), closing(Unwatched()) as watcher:
        if what.deaths is not None:
            desk.journal = DyingJournal(desk.journal, what.deaths)  # type: ignore[assignment]
            desk.jobs = DyingJournal(desk.jobs, what.deaths)  # type: ignore[assignment]
        night = Night(desk, load_plan(what.plan).only(desk.settings.accounts), what.night, world.first_day, watcher)
        result = asyncio.run(night.play(BrowserDoor(what.home), 1))
        return {"jobs": result.jobs, "played": result.played, "failed": result.failed, "waiting": result.waiting}
