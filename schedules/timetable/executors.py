"""What really runs: a night's plan, one flow for one account, or nothing but the note that something came."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Literal, Protocol, cast

from loguru import logger

from bots.facts import Progress
from schedules.browsers import BrowserDoor
from schedules.desk import Desk
from schedules.inbox.when_asked import WhenAsked
from schedules.jobs import job_of
from schedules.night import Hands, Night, NightResult, Watcher
from schedules.notify.night import tell, tell_failed
from schedules.plan import LOOK_BACK, PlannedFlow, load_plan, make_job
from schedules.plan import Job as NightJob
from schedules.problems import NightRunning
from schedules.queue.opening import tidy_queue
from schedules.retention import tidy
from schedules.settings import today_in_shanghai
from schedules.shelf import playable, secret_inputs
from schedules.timetable.model import SESSIONS, Job
from schedules.timetable.opening import plan_path
from schedules.timetable.turn import Control, Outcome
from schedules.work import run_job

Stage = Literal["done", "failed", "person"]
MANY = 1_000
WAITS_S = 120.0
GOING_ON = frozenset({"playing", "played"})
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
        return asyncio.run(until_cancelled(self.play(job), control))

    async def play(self, job: Job, desk: Desk | None = None, hands: Hands | None = None) -> Outcome:
        """The job; `desk` is the same desk with a journal that ends with the run's lease.

        The flows of a night are played by `hands`, where there are some: workers that have what each account needs.
        """
        if not job.run:
            return Outcome("done")
        at = desk or self.desk
        if job.run == SESSIONS:
            return await self.sessions(at, job)
        return await (self.night(at, job, hands) if job.run.endswith((".yaml", ".yml")) else self.flow(at, job))

    async def sessions(self, desk: Desk, job: Job) -> Outcome:
        """Every account's session (or this one's) is looked at, and people are asked until the entry's `until`."""
        from schedules.operations.sessions import before_the_night

        names = [job.account] if job.account else []
        return Outcome(*await before_the_night(desk, self.door, names, WhenAsked(desk, None), job.until))

    async def night(self, desk: Desk, job: Job, hands: Hands | None = None) -> Outcome:
        """The plan for the job's day, from some days before on; people are told how it went."""
        plan = load_plan(plan_path(self.folder, job.run))
        side_by_side = MANY if hands else desk.settings.side_by_side or self.door.choose().contexts
        keep = desk.settings.keep_evidence_days
        await asyncio.to_thread(tidy, desk.settings.runs, today_in_shanghai(), keep)
        await asyncio.to_thread(tidy_queue, desk.settings, desk.database, keep)
        with closing(self.watcher()) as watcher:
            night = Night(desk, plan, job.day, job.day - LOOK_BACK, watcher)
            night.inbox, night.hands = WhenAsked(desk, None), hands
            result = await self.played(night, side_by_side)
        said = f"{result.jobs} 件，做了 {result.played}，失败 {result.failed}，等人 {result.waiting}"
        state: Stage = "failed" if result.failed else "person" if result.waiting else "done"
        return Outcome(state, said, again=bool(night.failed_by_site))

    async def played(self, night: Night, side_by_side: int) -> NightResult:
        """The night, once nobody else at this desk plays one: whoever lost its lease may need a moment to end."""
        end = asyncio.get_running_loop().time() + WAITS_S
        while True:
            try:
                return await night.play(self.door, side_by_side)
            except NightRunning:
                if asyncio.get_running_loop().time() >= end:
                    raise
            await asyncio.sleep(LOOKS_UP_AFTER_S)

    async def flow(self, desk: Desk, job: Job) -> Outcome:
        """One flow for one account; each run of the timetable is work of its own."""
        flow, _ = playable(job.run, desk.settings.lang)
        night_job = as_job(job)
        desk.jobs.plan(night_job, secret_inputs(flow))
        desk.jobs.stage(night_job, "playing")
        with closing(self.watcher()) as watcher:
            watcher.planned([night_job], set())
            watcher.began(night_job)
            async with self.door.lazily() as browser:
                ended = await run_job(desk, await browser.get(), night_job, watcher.moved, WhenAsked(desk, None))
            desk.jobs.stage(night_job, ended.stage, ended.message, ended.summary)
            watcher.ended(night_job, ended.stage, ended.message, ended.summary)
        said = f"{ended.message} {ended.hint} {'→ ' if ended.person else ''}{ended.person}".strip()
        state = ended.stage if ended.stage in {"done", "person"} else "failed"
        return Outcome(cast(Stage, state), said, again=state == "failed" and ended.who in {"", "site"},
                       folder=str(ended.folder))  # fmt: skip

    def stopped(self, job: Job, why: str) -> None:
        """A run was ended for good while it went on: what it was doing is not going on any more."""
        whole, mine = job.run.endswith((".yaml", ".yml")), as_job(job).key
        for row in self.desk.jobs.of_night(job.day.isoformat()):
            if row.stage in GOING_ON and (whole or row.job_key == mine):
                self.desk.jobs.stage(job_of(row), "failed", why)

    def tell(self, job: Job, outcome: Outcome) -> None:
        """People hear how a night went, and of a flow that failed or waits for somebody."""
        if job.run.endswith((".yaml", ".yml")):
            tell(self.desk, job.day, in_the_morning=True)
        elif outcome.state != "done":
            tell_failed(self.desk, f"{job.key}#{job.attempt}", f"{job.entry} {job.account}".strip(), outcome.message)


def as_job(job: Job) -> NightJob:
    """A flow of the timetable as the night's table has it: each of its runs is work of its own."""
    planned = PlannedFlow(flow=job.run, accounts=[job.account])
    made = make_job(job.day, job.entry, 0, planned, job.account, {**job.inputs, "_run": job.key})
    return NightJob(made.key, made.run_id, job.day, job.entry, 0, job.run, job.account, "", job.inputs)


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
