"""A night as it is watched on a terminal: one bar for the night, one line for each job that runs."""

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from bots.facts import Progress as Event
from schedules.cli.night_view import PlainWatcher, shorten, titled
from schedules.cli.screen import console, say
from schedules.plan import Job


class LiveWatcher(PlainWatcher):
    """Shows the night live; what came in and what ended stays above it, a line each."""

    def __init__(self) -> None:
        """Nothing is shown before the night is planned."""
        super().__init__()
        self.progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=24),
            TextColumn("{task.fields[state]}", markup=False), TimeElapsedColumn(), console=console, transient=True,
        )  # fmt: skip
        self.tasks: dict[str, TaskID] = {}
        self.whole: TaskID | None = None

    def planned(self, jobs: list[Job], finished: set[str]) -> None:
        """Begin with the bar of the whole night."""
        self.progress.start()
        self.whole = self.progress.add_task(
            say("夜班", "the night"), total=len(jobs), completed=len(finished), state=""
        )

    def began(self, job: Job) -> None:
        """One more line."""
        super().began(job)
        self.tasks[job.key] = self.progress.add_task(f"  {titled(job)}", total=None, state="")

    def moved(self, job: Job, event: Event) -> None:
        """What the job does now."""
        task = self.tasks.get(job.key)
        if task is None:
            return
        total = event.total or None
        self.progress.update(task, total=total, completed=event.index if total else 0, state=shorten(event.text))
        super().moved(job, event)

    def ended(self, job: Job, stage: str, message: str, summary: dict[str, object]) -> None:
        """The job's line goes, its result stays."""
        if (task := self.tasks.pop(job.key, None)) is not None:
            self.progress.remove_task(task)
        if self.whole is not None:
            self.progress.advance(self.whole)
        super().ended(job, stage, message, summary)

    def close(self) -> None:
        """Take the live part off the screen."""
        self.progress.stop()
