"""A whole night: its jobs planned once, phase after phase, accounts side by side, resumed wherever it was cut."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from loguru import logger

from bots.errors import LoginFailed
from bots.facts import Progress
from bots.people import Inbox
from schedules.books import STEPS
from schedules.browsers import BrowserDoor
from schedules.desk import Desk
from schedules.lock import only_one
from schedules.plan import Job, NightPlan, jobs_of
from schedules.problems import explain
from schedules.queue.errors import LeaseLost
from schedules.work import Ended, run_job
from schedules.worklists import rows_path

FINISHED = frozenset({"done"})
ROUNDS = 3
"""What a site has failed is tried again after the other flows of its phase: by then the site may be itself again, and
what follows needs it. Refused sign-ins, people's and authors' matters are not."""


Hands = Callable[[Job], Awaitable[Ended]]
"""Who plays a flow: this process's browser, or workers that take it from a queue."""


class Watcher(Protocol):
    """Somebody who looks on: a terminal, a page."""

    def planned(self, jobs: list[Job], finished: set[str]) -> None:
        """The night's jobs, and the keys of those that are already done."""

    def began(self, job: Job) -> None:
        """The job has begun."""

    def moved(self, job: Job, event: Progress) -> None:
        """Something happened inside the job."""

    def ended(self, job: Job, stage: str, message: str, summary: dict[str, object]) -> None:
        """The job has ended."""


@dataclass(frozen=True)
class NightResult:
    """How the night ended: `played` counts the jobs that had anything to do; zero means nothing was left to do."""

    night: date
    jobs: int
    played: int
    failed: int
    waiting: int


class Night:
    """One night being played at one desk."""

    def __init__(self, desk: Desk, plan: NightPlan, night: date, first_day: date, watcher: Watcher) -> None:
        """Plan the night; nothing is written before `play`."""
        self.desk = desk
        self.night = night
        self.jobs = jobs_of(plan, night, first_day)
        self.watcher = watcher
        self.inbox: Inbox | None = None
        self.hands: Hands | None = None
        self.stages: dict[str, str] = {}
        self.failed_by_site: set[str] = set()
        self.refused: dict[str, Ended] = {}

    async def play(self, open_browser: BrowserDoor, side_by_side: int) -> NightResult:
        """Play what is not done yet. Raises NightRunning when another process plays at this desk."""
        with only_one(self.desk.home):
            for job in self.jobs:
                self.desk.jobs.plan(job)
            self.stages = {row.job_key: row.stage for row in self.desk.jobs.of_night(self.night.isoformat())}
            todo = self.todo()
            self.watcher.planned(self.jobs, {job.key for job in self.jobs} - {job.key for job in todo})
            await self.play_phases(todo, open_browser, side_by_side)
        stages = [self.stages[job.key] for job in self.jobs]
        return NightResult(self.night, len(self.jobs), len(todo), stages.count("failed"), stages.count("person"))

    def todo(self) -> list[Job]:
        """What is not done, and what has to be done again because something before it is played only now.

        The core's steps read the books anew then, and a worklist that was empty may have rows.
        """
        found: list[Job] = []
        for job in self.jobs:
            anew = bool(found) and (job.core or self.was_idle(job))
            if anew or self.stages[job.key] not in FINISHED:
                found.append(job)
        return found

    def was_idle(self, job: Job) -> bool:
        """Whether the job found its worklist empty, wherever it was played."""
        if not job.worklist or rows_path(self.desk.settings.runs / job.run_id).exists():
            return False
        return not self.desk.jobs.outcomes(job.run_id)

    async def play_phases(self, todo: list[Job], open_browser: BrowserDoor, side_by_side: int) -> None:
        """Phase after phase, by the hands that were given, else by a browser of its own, opened when it is needed."""
        if self.hands is not None:
            await self.play_all(todo, self.hands, side_by_side)
            return
        async with open_browser.lazily() as browser:

            async def here(job: Job) -> Ended:
                return await run_job(self.desk, await browser.get(), job, self.watcher.moved, self.inbox)

            await self.play_all(todo, here, side_by_side)

    async def play_all(self, todo: list[Job], hands: Hands, side_by_side: int) -> None:
        """Phase after phase: flows side by side, then steps of the core."""
        for phase in dict.fromkeys(job.phase for job in todo):
            jobs = [job for job in todo if job.phase == phase]
            await self.play_flows([job for job in jobs if not job.core], hands, side_by_side)
            for job in jobs:
                if job.core:
                    await self.attempt(job, self.core_step(job))

    async def play_flows(self, jobs: list[Job], hands: Hands, side_by_side: int) -> None:
        """Every flow played; those that a site failed once more, at most `ROUNDS` times in all."""
        for _ in range(ROUNDS):
            await self.play_side_by_side(jobs, hands, side_by_side)
            jobs = [job for job in jobs if job.key in self.failed_by_site]

    async def play_side_by_side(self, jobs: list[Job], hands: Hands, side_by_side: int) -> None:
        """Accounts side by side, at most `side_by_side`; the jobs of one account one after the other."""
        places = asyncio.Semaphore(side_by_side)

        async def one_account(its: Iterable[Job]) -> None:
            async with places:
                for job in its:
                    await self.attempt(job, self.flow(job, hands))

        by_account: dict[str, list[Job]] = {}
        for job in jobs:
            by_account.setdefault(job.account, []).append(job)
        async with asyncio.TaskGroup() as group:
            for its in by_account.values():
                group.create_task(one_account(its))

    async def flow(self, job: Job, hands: Hands) -> Ended:
        """Play one flow of the night. An account that its site has refused is left alone: the next try may lock it."""
        if job.account in self.refused:
            first = self.refused[job.account]
            return replace(first, job=job, folder=self.desk.home, files=[], outcomes={})
        return await hands(job)

    async def core_step(self, job: Job) -> Ended:
        """One step of the core, off the event loop so that the progress goes on moving."""
        step = STEPS[job.flow.removeprefix("core/")]
        done = await asyncio.to_thread(step, self.desk, self.night)
        words = done.en if self.desk.settings.lang == "en" else done.zh
        return Ended(job, "done", words, self.desk.home, done=done)

    async def attempt(self, job: Job, work: Awaitable[Ended]) -> None:
        """Run one job and write down how it ended; one that fails does not stop the others."""
        self.watcher.began(job)
        self.desk.jobs.stage(job, "playing")
        try:
            ended = await work
        except LeaseLost:
            raise  # somebody else plays this night now
        except Exception as error:  # noqa: BLE001 (one job that fails, however it fails, must not end the night)
            shown = explain(error, self.desk.settings.lang)
            logger.exception("job_failed", job=job.key, code=shown.code)
            message = f"{shown.message} {shown.hint}".strip()
            ended = Ended(job, "failed", message, self.desk.home, who="operator", code=shown.code)
        self.desk.jobs.stage(job, ended.stage, ended.message, ended.summary)
        self.stages[job.key] = ended.stage
        if ended.code == LoginFailed.code:
            self.refused[job.account] = ended
        by_site = ended.stage == "failed" and ended.who in {"", "site"}
        (self.failed_by_site.add if by_site else self.failed_by_site.discard)(job.key)
        self.watcher.ended(job, ended.stage, ended.message, ended.summary)
