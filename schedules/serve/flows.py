"""A night's flows as tickets of their own: each is done by a worker that has what its account needs, on any machine.

The night itself is a ticket without an account, which costs no place: its worker puts the flows down, waits for them,
and does the steps of the core. When it dies, the next one finds them where they are: the same flow of the same night
in the same round has the same key.
"""

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

from bots.facts import Progress
from schedules.browsers import BrowserDoor
from schedules.desk import Desk
from schedules.inbox.when_asked import WhenAsked
from schedules.plan import Job
from schedules.queue import board
from schedules.queue.model import Ending, How, Queue, Standing, Ticket
from schedules.serve.controls import Held
from schedules.timetable.keeping import tags_at
from schedules.work import Ended, run_job

FLOW = "flow"
LOOKS_EVERY_S = 0.25


class FlowsByQueue:
    """The hands of one night: puts its flows down and waits for each."""

    def __init__(self, queue: Queue, desk: Desk, held: Held) -> None:
        """For the night that `held` is."""
        self.queue = queue
        self.desk = desk
        self.held = held
        self.tags = tags_at(desk)
        self.rounds: dict[str, int] = {}

    async def play(self, job: Job) -> Ended:
        """How the flow ended, whoever played it. When the night is ended for good, so are its flows."""
        ticket = self.ticket(job)
        await asyncio.to_thread(self.queue.put, [ticket])
        try:
            one = await self._waited_for(ticket.key)
        except asyncio.CancelledError:
            if self.held.is_over:
                self.queue.cancel([ticket.key], self.held.words(self.desk.settings.lang))
            raise
        return ended_of(job, one)

    def ticket(self, job: Job) -> Ticket:
        """The flow's ticket; played again in the same night it is the next round's."""
        number = self.rounds[job.key] = self.rounds.get(job.key, 0) + 1
        night = self.held.lease.ticket
        payload = {name: value for name, value in dataclasses.asdict(job).items() if name != "core"}
        # What a night has begun goes before what has not.
        return Ticket(f"{night.key}/{job.key}#{number}", FLOW, night.run_key, job.account, self.tags(job.account),
                      night.priority + 1, {**payload, "night": job.night.isoformat(), "of": night.key})  # fmt: skip

    async def _waited_for(self, key: str) -> Standing:
        while True:
            one = await asyncio.to_thread(self._ended, key)
            if one is not None:
                return one
            await asyncio.sleep(LOOKS_EVERY_S)

    def _ended(self, key: str) -> Standing | None:
        with self.desk.database.read() as connection:
            one = board.standing(connection, key)
        return one if one is not None and one.state == "ended" else None


class FlowPlayer:
    """Plays one flow of a night in this worker's browser."""

    def __init__(self, desk: Desk, door: BrowserDoor, longest: timedelta) -> None:
        """At the desk."""
        self.desk = desk
        self.door = door
        self.longest = longest

    async def play(self, held: Held) -> Ending:
        """How it ended; the night's own process writes it down."""
        job = job_of(held.lease.ticket)
        if (over := await asyncio.to_thread(self._over, job, str(held.lease.ticket.payload.get("of", "")))) is not None:
            return over
        held.lasts_until(None, datetime.now(UTC), self.longest)
        desk = self.desk.fenced(held.fence, held.lease.ticket)
        async with self.door.lazily() as browser:
            ended = await run_job(desk, await browser.get(), job, _unseen, WhenAsked(desk, None))
        told = {"stage": ended.stage, "summary": ended.summary, "who": ended.who, "hint": ended.hint,
                "code": ended.code}  # fmt: skip
        return Ending(cast(How, ended.stage), ended.message, told, str(ended.folder))

    def _over(self, job: Job, night: str) -> Ending | None:
        """What there is to say instead: its night died, and somebody has done it since, or the night itself is over.

        Played all the same it would be done twice, after its time perhaps, and stand in the books as not finished.
        """
        row = next((one for one in self.desk.jobs.of_night(job.night.isoformat()) if one.job_key == job.key), None)
        if row is not None and row.stage == "done":
            told = {"stage": "done", "summary": row.summary, "who": "", "hint": "", "code": ""}
            return Ending("done", row.message, told, str(self.desk.settings.runs / job.run_id))
        with self.desk.database.read() as connection:
            one = board.standing(connection, night) if night else None
        if one is None or one.state != "ended":
            return None
        english = self.desk.settings.lang == "en"
        return Ending("dropped", "its night is over" if english else "它那一夜已经结束了")


def job_of(ticket: Ticket) -> Job:
    """The night's job that was put down."""
    told = dict(ticket.payload)
    night = date.fromisoformat(str(told.pop("night")))
    return Job(
        str(told["key"]), str(told["run_id"]), night, str(told["phase"]), cast(int, told["position"]),
        str(told["flow"]), str(told["account"]), str(told["worklist"]), cast(Mapping[str, object], told["inputs"]),
    )  # fmt: skip


def ended_of(job: Job, one: Standing) -> Ended:
    """The end of the flow as its worker told it; one that never came to an end of its own has failed."""
    told = one.result
    summary = cast(Mapping[str, object], told.get("summary") or {"who": "operator", "hint": ""})
    return Ended(
        job, str(told.get("stage") or "failed"), one.message, Path(one.folder or "."),
        who=str(told.get("who") or ("" if told else "operator")), hint=str(told.get("hint", "")),
        code=str(told.get("code", "")), told=summary,
    )  # fmt: skip


def _unseen(job: Job, event: Progress) -> None:
    """Nobody looks on: the run's own folder has it."""
