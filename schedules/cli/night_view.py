"""A night as it is watched on a terminal: what runs, how far it is, what came in; plain lines where nobody watches."""

import time
from typing import TYPE_CHECKING, Any

from rich.text import Text

from bots.facts import Progress as Event
from schedules.cli.screen import console, is_terminal, say
from schedules.night_words import STAGES, did_words, note_words
from schedules.problems import default_lang
from schedules.step_names import shown_name

if TYPE_CHECKING:
    from rich.table import Table

    from schedules.plan import Job


class PlainWatcher:
    """Says what came in and what ended, a line each: for a log, or a pipe."""

    def __init__(self) -> None:
        """Nothing has begun."""
        self.started: dict[str, float] = {}
        self.ended_jobs: list[tuple[Job, str, str, dict[str, Any], float]] = []

    def planned(self, jobs: "list[Job]", finished: set[str]) -> None:
        """What will be done is not listed: what is done will be."""

    def began(self, job: "Job") -> None:
        """From now on it takes time."""
        self.started[job.key] = time.monotonic()

    def moved(self, job: "Job", event: Event) -> None:
        """A file has come, or somebody else has to end first."""
        if event.kind == "file":
            console.print(Text(f"    ↓ {job.account}  {event.text}", style="dim"))
        if event.kind == "waits":
            self.say(say(f"等着：{event.text}", f"waiting: {event.text}"))

    def ended(self, job: "Job", stage: str, message: str, summary: dict[str, object]) -> None:
        """The job's result."""
        seconds = time.monotonic() - self.started.pop(job.key, time.monotonic())
        self.ended_jobs.append((job, stage, message, summary, seconds))
        mark, style = {"done": ("✓", "green"), "person": ("!", "yellow")}.get(stage, ("✗", "red"))
        line = Text(f"{mark} {titled(job)}", style=style)
        line.append(f"  {told(summary) or message}  {seconds:.1f} s", style="default")
        console.print(line)

    def say(self, text: str) -> None:
        """Something a person has to read now."""
        console.print(Text(text, style="yellow"))

    def close(self) -> None:
        """Nothing is open."""


def watcher() -> PlainWatcher:
    """Whoever looks on: live on a terminal, plain lines elsewhere."""
    if not is_terminal():
        return PlainWatcher()
    from schedules.cli.live_view import LiveWatcher

    return LiveWatcher()


def titled(job: "Job") -> str:
    """What the live view calls a job."""
    return " · ".join(filter(None, (shown_name(job.flow, default_lang()), job.account)))


def shorten(text: str, limit: int = 46) -> str:
    """The text in one short line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def told(summary: dict[str, Any]) -> str:
    """What a job brought or did, in a few words of the reader's language."""
    return did_words(summary, default_lang())


def night_table(rows: list[dict[str, Any]]) -> "Table":
    """The table of the night: one row per job as the books have it."""
    from rich.table import Table

    table = Table(title=say("这一夜", "the night"), title_justify="left")
    for zh, en in (
        ("工作", "job"),
        ("账号", "account"),
        ("结果", "result"),
        ("带回 / 做了", "brought / did"),
        ("说明", "note"),
    ):
        table.add_column(say(zh, en), overflow="fold")
    for row in rows:
        zh, en, style = STAGES.get(row["stage"], (row["stage"], row["stage"], ""))
        summary = row["summary"] or {}
        note = shorten(note_words(row, default_lang()), 160)
        table.add_row(
            shown_name(row["flow"], default_lang()), row["account"], Text(say(zh, en), style=style), told(summary), note
        )
    return table
