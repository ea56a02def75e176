"""A night as it is watched on a terminal: what runs, how far it is, what came in; plain lines where nobody watches."""

import time
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bots.facts import Progress as Event
from schedules.cli.screen import console, is_terminal, say
from schedules.night_words import STAGES, did_words, note_words
from schedules.plan import Job
from schedules.problems import default_lang
from schedules.step_names import shown_name


class TerminalWatcher:
    """Shows the night live: one bar for the night, one line for each job that runs, a line for each that ended."""

    def __init__(self) -> None:
        """Nothing is shown before the night is planned."""
        self.progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24),
            TextColumn("{task.fields[state]}"), TimeElapsedColumn(), console=console, transient=True,
            disable=not is_terminal(),
        )  # fmt: skip
        self.tasks: dict[str, TaskID] = {}
        self.started: dict[str, float] = {}
        self.whole: TaskID | None = None
        self.ended_jobs: list[tuple[Job, str, str, dict[str, Any], float]] = []

    def planned(self, jobs: list[Job], finished: set[str]) -> None:
        """Begin with the bar of the whole night."""
        self.progress.start()
        self.whole = self.progress.add_task(
            say("夜班", "the night"), total=len(jobs), completed=len(finished), state=""
        )

    def began(self, job: Job) -> None:
        """One more line."""
        self.started[job.key] = time.monotonic()
        self.tasks[job.key] = self.progress.add_task(f"  {titled(job)}", total=None, state="")

    def moved(self, job: Job, event: Event) -> None:
        """What the job does now."""
        task = self.tasks.get(job.key)
        if task is None:
            return
        total = event.total or None
        self.progress.update(task, total=total, completed=event.index if total else 0, state=shorten(event.text))
        if event.kind == "file":
            console.print(Text(f"    ↓ {job.account}  {event.text}", style="dim"))

    def ended(self, job: Job, stage: str, message: str, summary: dict[str, object]) -> None:
        """The job's line goes, its result stays."""
        seconds = time.monotonic() - self.started.pop(job.key, time.monotonic())
        if (task := self.tasks.pop(job.key, None)) is not None:
            self.progress.remove_task(task)
        if self.whole is not None:
            self.progress.advance(self.whole)
        self.ended_jobs.append((job, stage, message, summary, seconds))
        mark, style = {"done": ("✓", "green"), "person": ("!", "yellow")}.get(stage, ("✗", "red"))
        line = Text(f"{mark} {titled(job)}", style=style)
        line.append(f"  {told(summary) or message}  {seconds:.1f} s", style="default")
        console.print(line)

    def say(self, text: str) -> None:
        """Something a person has to read now stays above the live part."""
        console.print(Text(text, style="yellow"))

    def close(self) -> None:
        """Take the live part off the screen."""
        self.progress.stop()


def titled(job: Job) -> str:
    """What the live view calls a job."""
    return " · ".join(filter(None, (shown_name(job.flow, default_lang()), job.account)))


def shorten(text: str, limit: int = 46) -> str:
    """The text in one short line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def told(summary: dict[str, Any]) -> str:
    """What a job brought or did, in a few words of the reader's language."""
    return did_words(summary, default_lang())


def night_table(rows: list[dict[str, Any]]) -> Table:
    """The table of the night: one row per job as the books have it."""
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
