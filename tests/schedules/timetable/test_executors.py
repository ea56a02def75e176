"""What the desk's executor does with a job: a plan's night, a missing flow, a note, a run that is cut short."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bots.browser.choice import BrowserChoice
from schedules.browsers import BrowserDoor
from schedules.desk import Desk, open_desk
from schedules.problems import FlowMissing
from schedules.settings import Settings
from schedules.timetable import executors
from schedules.timetable.executors import DeskExecutor, as_job, until_cancelled
from schedules.timetable.keeping import Renewal
from schedules.timetable.model import Job
from schedules.timetable.opening import open_timetable
from schedules.timetable.turn import Outcome

DAY = date(2026, 11, 20)
PLAN = "title: 小夜\nphases:\n  - {name: 核, core: [verify]}\n"


class NoBrowser(BrowserDoor):
    """A door behind which there is a browser that nobody needs."""

    def choose(self) -> BrowserChoice:
        """It is nowhere."""
        return BrowserChoice(Path("nowhere"), "chromium")


class Asked:
    """Control of a run that somebody may ask to end."""

    def __init__(self) -> None:
        self.cancel = threading.Event()

    def cancel_asked(self) -> bool:
        """Whether somebody did."""
        return self.cancel.is_set()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with empty books, and a plan beside it."""
    home = tmp_path_factory.mktemp("home")
    (home / "small.yaml").write_text(PLAN, "utf-8")
    with open_desk(Settings(home=home)) as opened:
        yield opened


def job(run: str) -> Job:
    """A job of the timetable."""
    return Job(f"x|2026-11-20T01:30|{run}", "x", run, "", {}, DAY, 1, None)


def test_a_plan_is_a_night_of_the_jobs_day(desk: Desk) -> None:
    """The plan's night is played for the day of the job, and is in the books; done again, nothing is left to do."""
    executor = DeskExecutor(desk, desk.home, door=NoBrowser(desk.home))
    assert executor.run(job("small.yaml"), Asked()).state == "done"
    assert [(row.flow, row.stage) for row in desk.jobs.of_night("2026-11-20")] == [("core/verify", "done")]
    again = executor.run(job("small.yaml"), Asked())
    assert (again.state, "做了 0" in again.message) == ("done", True)


def test_what_only_arrives_is_done_at_once_and_a_missing_flow_is_said(desk: Desk) -> None:
    """An entry that runs nothing is done when it came; a flow that is not there is an error of its author."""
    executor = DeskExecutor(desk, desk.home, door=NoBrowser(desk.home))
    assert executor.run(job(""), Asked()) == Outcome("done")
    with pytest.raises(FlowMissing):
        executor.run(job("practice/ordres"), Asked())


def test_what_was_stopped_is_that_run_and_no_other(desk: Desk) -> None:
    """Two runs of a flow for an account in one day: the one that is ended says so, the one that goes on does not."""
    executor = DeskExecutor(desk, desk.home, door=NoBrowser(desk.home))
    ended, other = (Job(f"x|2026-11-21T{hour}:00|a", "x", "f", "a", {}, DAY + timedelta(days=1), 1, None)
                    for hour in ("01", "02"))  # fmt: skip
    for one in (ended, other):
        desk.jobs.plan(as_job(one))
        desk.jobs.stage(as_job(one), "playing")
    executor.stopped(ended, "按要求停下")
    stages = {row.job_key: (row.stage, row.message) for row in desk.jobs.of_night("2026-11-21")}
    assert stages == {as_job(ended).key: ("failed", "按要求停下"), as_job(other).key: ("playing", "")}


async def test_a_run_that_is_asked_to_end_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is cancelled soon after it is asked to end, cleans up and says so; one that ends is let be."""
    monkeypatch.setattr(executors, "LOOKS_UP_AFTER_S", 0.01)
    asked, cleaned = Asked(), asyncio.Event()

    async def long() -> Outcome:
        asked.cancel.set()
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()
        return Outcome("done")

    assert (await until_cancelled(long(), asked)).state == "failed"
    assert cleaned.is_set()

    async def quick() -> Outcome:
        return Outcome("person", "who?")

    assert await until_cancelled(quick(), Asked()) == Outcome("person", "who?")


def test_a_changed_timetable_is_taken_up_and_a_broken_one_is_not(desk: Desk) -> None:
    """While the clock runs: a file that was changed well replaces the timetable, once; a broken one leaves the old."""
    path = desk.home / "timetable.yaml"
    path.write_text("entries:\n  a: {run: small.yaml, every: day, at: 01:00}\n", "utf-8")
    renewal = Renewal(desk, open_timetable(desk.settings, path))
    assert renewal() is None
    for text, renewed in (("entries: {a: 1}\n", None), ("entries:\n  b: {on: {file: '*.csv'}}\n", ["b"])):
        path.write_text(text, "utf-8")
        found = renewal()
        assert (list(found[0].entries) if found else None) == renewed
        assert renewal() is None
