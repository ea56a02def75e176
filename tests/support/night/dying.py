"""A night in a process of its own that kills itself, hard, at a journal entry no process has died at before.

`entries` is a file with one line per entry that a process has come to. A process that is to die does so at the first
entry that is not in it yet, after writing the line; one that meets no new entry plays the night to its end.
"""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import Any, NoReturn

ENTRIES: Mapping[str, int] = {
    "close_effect": 2,
    "end_item": 2,
    "end_run": 1,
    "open_effect": 1,
    "plan": 1,
    "record_file": 2,
    "stage": 2,
    "start_item": 2,
    "start_run": 1,
}
"""Every write of the journal and of the jobs → how many of its first arguments tell it from the others."""
BOTH_SIDES = frozenset({"close_effect", "end_item", "open_effect"})
"""Entries at which a process dies on either side of the write; at the others before it, which is the worse side."""
LIFE_S = 120
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""On Windows SIGTERM is TerminateProcess, which is as sudden."""
PRELOADED = [
    "pytest",
    "tests.support.night.dying",
    "schedules.demo",
    "schedules.night",
    "schedules.logs",
    "schedules.answers",
    "schedules.queue.in_hand",
    "bots.browser.playwright",
    "bots.browser.widgets.fields",
    "storage.documents.kinds",
    "storage.erp.privacy.raw_rows",
    "storage.ingest",
    "storage.posting",
    "storage.reports.check",
    "alembic.command",
    "openpyxl",
    "python_calamine",
]
"""What the server process has imported before it forks, so that a life of two seconds does not begin with one of
imports. Nothing that starts threads."""


@dataclass(frozen=True)
class NightOf:
    """What a child process needs to play the night: plain values, so that it can be started afresh.

    `dies`: whether the process dies at each new entry, or only writes it down.
    """

    home: Path
    world: Path
    url: str
    night: date
    plan: Path
    dies: bool

    @property
    def entries(self) -> Path:
        """Where the journal entries that were come to are written down."""
        return self.home / "entries.txt"


class NeverEnds(AssertionError):
    """A process ended in a way that is neither the death it was to die nor the end of the night."""


class Dying:
    """A journal, or the jobs, that kills the process at a write that is not among the entries yet."""

    def __init__(self, real: object, what: NightOf) -> None:
        self._real = real
        self._what = what
        self._entries = what.entries
        self._dies = what.dies
        self._known = set(lines(what.entries))

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        return self._guarded(name, real) if name in ENTRIES else real

    def fenced(self, fence: object) -> "Dying":
        """The same for a run that holds its account by a lease: it dies at the same writes."""
        again = Dying(self._real.fenced(fence), self._what)  # type: ignore[attr-defined]
        again._known = self._known
        return again

    def _guarded(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def write(*arguments: Any, **named: Any) -> Any:
            entry = " ".join([name, *(_word(argument) for argument in arguments[: ENTRIES[name]])])
            self._die_at(f"before {entry}")
            answer = real(*arguments, **named)
            if name in BOTH_SIDES:
                self._die_at(f"after {entry}")
            return answer

        return write

    def _die_at(self, entry: str) -> None:
        if entry in self._known:
            return
        with self._entries.open("a", encoding="utf-8") as stream:
            stream.write(entry + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        self._known.add(entry)
        if self._dies:
            os.kill(os.getpid(), KILL)


def _word(argument: Any) -> str:
    """What names a job, a file or a key."""
    if isinstance(argument, Mapping):
        return str(argument["name"] or argument["path"])
    return str(getattr(argument, "key", argument)).replace("\n", " ")


def lives(what: NightOf, context: ForkServerContext | SpawnContext) -> tuple[int, dict[str, int]]:
    """Start processes until one plays the night to its end; how many died before it, and how its jobs ended.

    Raises NeverEnds when a process ends in any other way than by the death that it wrote down.
    """
    result = what.home / "ended.json"
    died = 0
    while True:
        known = len(lines(what.entries))
        process = context.Process(target=play_night, args=(what, result))
        process.start()
        process.join(LIFE_S)
        if process.is_alive():
            process.kill()
            process.join()
            _give_up(f"still alive after {LIFE_S} s", what)
        if result.exists():
            ended: dict[str, int] = json.loads(result.read_text("utf-8"))
            return died, ended
        if not what.dies or len(lines(what.entries)) != known + 1:
            _give_up(f"ended with {process.exitcode}", what)
        died += 1


def _give_up(how: str, what: NightOf) -> NoReturn:
    raise NeverEnds(f"{how}, after {lines(what.entries)[-3:]}")


def lines(path: Path) -> list[str]:
    """The lines of a file; none where there is no file."""
    return path.read_text("utf-8").splitlines() if path.exists() else []


def play_night(what: NightOf, result: Path) -> None:
    """Play the night to its end, or to this process's; `result` then holds how its jobs ended."""
    from schedules import settling
    from schedules.browsers import BrowserDoor
    from schedules.demo import practice_desk
    from schedules.logs import start_logs
    from schedules.night import Night
    from schedules.plan import load_plan
    from tests.support.night.playing import Unwatched

    settling.SETTLES_S = 0.0  # the mall has done at once what it does at all
    start_logs(what.home)
    with practice_desk(what.home, what.world, what.url) as (desk, world):
        desk.journal = Dying(desk.journal, what)  # type: ignore[assignment]
        desk.jobs = Dying(desk.jobs, what)  # type: ignore[assignment]
        night = Night(desk, load_plan(what.plan), what.night, world.first_day, Unwatched())
        ended = asyncio.run(night.play(BrowserDoor(what.home), 1))
    said = {"jobs": ended.jobs, "played": ended.played, "failed": ended.failed, "waiting": ended.waiting}
    draft = result.with_suffix(".new")
    draft.write_text(json.dumps(said), "utf-8")
    draft.replace(result)
