"""What really runs: a night's plan, one flow for one account, or nothing but the note that something came."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol

from loguru import logger

from bots.facts import Progress
from schedules.browsers import BrowserDoor
from schedules.desk import Desk
from schedules.night import Night, Watcher
from schedules.plan import LOOK_BACK, PlannedFlow, load_plan, make_job
from schedules.plan import Job as NightJob
from schedules.shelf import playable, secret_inputs
from schedules.timetable.model import Job
from schedules.timetable.opening import plan_path
from schedules.timetable.turn import Control, Outcome
from schedules.work import run_job

LOOKS_UP_AFTER_S = 2.0
"""How soon a run notices that it should end."""


class Onlooker(Watcher, Protocol):
    """Somebody who looks on, and then goes."""

    def close(self) -> None:
        """Leave."""


class LogWatcher:
    """Looks on for nobody: what begins and ends is in the log."""

    def planned(self, jobs: list[NightJob], finished: set[str]) -> None:
        """The jobs, and those that are done."""
        logger.info("timetable_planned", jobs=len(jobs), finished=len(finished))

    def began(self, job: NightJob) -> None:
        """One has begun."""
        logger.info("timetable_began", job=job.key)

    def moved(self, job: NightJob, event: Progress) -> None:
        """Something happened inside: the run's own folder has it."""

    def ended(self, job: NightJob, stage: str, message: str, summary: dict[str, object]) -> None:
        """One has ended."""
        logger.info("timetable_ended", job=job.key, stage=stage, message=message, summary=summary)

    def close(self) -> None:
        """Nothing is open."""


class DeskExecutor:
    """Does jobs at one desk. Doing a job again goes on where it was cut: the night and the journal see to that."""

    def __init__(
        self, desk: Desk, folder: Path, watcher: Callable[[], Onlooker] = LogWatcher, door: BrowserDoor | None = None
    ) -> None:
        """Plans lie beside the timetable in `folder`."""
        self.desk = desk
        self.folder = folder
        self.watcher = watcher
        settings = desk.settings
        self.door = door or BrowserDoor(desk.home, settings.browser, headless=settings.headless)

    def run(self, job: Job, control: Control) -> Outcome:
        """The job, until it ends or is asked to."""
        if not job.run:
            return Outcome("done")
        work = self.night(job) if job.run.endswith((".yaml", ".yml")) else self.flow(job)
        return asyncio.run(until_cancelled(work, control))

    async def night(self, job: Job) -> Outcome:
        """The plan for the job's day, from the day before on."""
        plan = load_plan(plan_path(self.folder, job.run))
        side_by_side = self.desk.settings.side_by_side or self.door.choose().contexts
        with closing(self.watcher()) as watcher:
            night = Night(self.desk, plan, job.day, job.day - LOOK_BACK, watcher)
            result = await night.play(self.door, side_by_side)
        said = f"{result.jobs} 件，做了 {result.played}，失败 {result.failed}，等人 {result.waiting}"
        return Outcome("failed" if result.failed else "person" if result.waiting else "done", said)

    async def flow(self, job: Job) -> Outcome:
        """One flow for one account; each run of the timetable is work of its own."""
        flow, _ = playable(job.run, self.desk.settings.lang)
        planned = PlannedFlow(flow=job.run, accounts=[job.account])
        made = make_job(job.day, job.entry, 0, planned, job.account, {**job.inputs, "_run": job.key})
        night_job = NightJob(made.key, made.run_id, job.day, job.entry, 0, job.run, job.account, "", job.inputs)
        self.desk.jobs.plan(night_job, secret_inputs(flow))
        self.desk.jobs.stage(night_job, "playing")
        with closing(self.watcher()) as watcher:
            watcher.planned([night_job], set())
            watcher.began(night_job)
            async with self.door.lazily() as browser:
                ended = await run_job(self.desk, await browser.get(), night_job, watcher.moved)
            self.desk.jobs.stage(night_job, ended.stage, ended.message, ended.summary)
            watcher.ended(night_job, ended.stage, ended.message, ended.summary)
        said = f"{ended.message} {ended.hint}".strip()
        return Outcome("done" if ended.stage == "done" else "person" if ended.stage == "person" else "failed", said)


async def until_cancelled(work: Awaitable[Outcome], control: Control) -> Outcome:
    """The work's outcome; when it is asked to end it is cancelled, which closes its browser, and that is said."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.wait({task}, timeout=LOOKS_UP_AFTER_S)
        if not task.done() and await asyncio.to_thread(control.cancel_asked):
            task.cancel()
            await asyncio.wait({task})
    if task.cancelled():
        return Outcome("failed", "按要求停下 / ended as asked")
    return task.result()
