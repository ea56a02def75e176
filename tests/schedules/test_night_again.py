"""What a night does when it is started again: what is not done, and what rests on it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from schedules.desk import open_desk
from schedules.night import Night
from schedules.plan import Job, load_plan
from schedules.settings import Settings
from schedules.work import Ended
from schedules.worklists import rows_path, worklist_rows
from storage.database.bulk import insert_missing
from storage.database.tables import bot_result, command
from tests.support.night import dying
from tests.support.night.playing import Unwatched

PLAN = Path(dying.__file__).with_name("tiny.yaml")


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """A night whose jobs are all done; of its worklists only the one to delist had rows."""
    with open_desk(Settings(home=tmp_path)) as desk:
        night = Night(desk, load_plan(PLAN), date(2026, 11, 21), date(2026, 11, 11), Unwatched())
        night.stages = dict.fromkeys((job.key for job in night.jobs), "done")
        kept = rows_path(tmp_path / "runs" / of(night, "practice/delist").run_id)
        kept.parent.mkdir(parents=True)
        kept.write_text('[{"_id": "1"}]', "utf-8")
        yield night


def of(night: Night, flow: str) -> Job:
    """The night's job of this flow."""
    return next(job for job in night.jobs if job.flow == flow)


def again(night: Night, flow: str, stage: str) -> list[str]:
    """What a start plays after this job was left at this stage."""
    night.stages[of(night, flow).key] = stage
    return [job.flow for job in night.todo()]


def test_a_finished_night_has_nothing_to_do(night: Night) -> None:
    """Every job done: nothing is played."""
    assert night.todo() == []


@pytest.mark.parametrize("stage", ["planned", "playing", "played", "failed", "person"])
def test_what_is_not_done_is_played_again(night: Night, stage: str) -> None:
    """Any stage but done is taken up again, and so is the report that should tell of it."""
    assert again(night, "practice/waybills", stage) == ["practice/waybills", "core/verify", "core/report"]


def test_late_papers_go_through_the_books_again(night: Night) -> None:
    """Statements that failed come in now: they are reconciled, and worklists that were empty are looked at again."""
    assert again(night, "practice/statements", "failed") == [
        "practice/statements",
        "core/reconcile",
        "core/review",
        "core/allocate",
        "core/publish",
        "practice/list",
        "practice/activity",
        "practice/ship",
        "practice/waybills",
        "core/verify",
        "core/report",
    ]


def test_a_row_that_was_worked_on_is_not_taken_anew(night: Night) -> None:
    """A worklist that had rows keeps them: the same start does not add others to it."""
    assert "practice/delist" not in again(night, "core/publish", "failed")


def test_another_machine_takes_up_the_rows_that_the_first_one_had(night: Night, tmp_path: Path) -> None:
    """The folder of the first attempt is not there: the books say what it had, but for what a person has settled."""
    job, here, there = of(night, "practice/activity"), tmp_path / "here", tmp_path / "there"
    ids = [f"to_enrol|shop_a|HD1|{product}|2026-11-21" for product in "AB"]
    facts = {"worklist": job.worklist, "shop": "shop_a", "subject": "", "reason": "", "night": "2026-11-21"}

    def taken(folder: Path) -> list[str]:
        return [row["_id"] for row in worklist_rows(night.desk, job, "shop_a", folder)]

    def answered(run_id: str, answers: dict[str, str]) -> None:
        with night.desk.database.write() as connection:
            for command_id, state in answers.items():
                row = {"run_id": run_id, "command_id": command_id, "outcome": state}
                insert_missing(connection, bot_result, [row | dict.fromkeys(("at", "data", "file_sha", "reason"), "")])
                mine = command.c.command_id == command_id
                connection.execute(command.update().where(mine).values(state=state))

    rows = [{**facts, "command_id": one, "data": "{}", "state": "published"} for one in ids]
    with night.desk.database.write() as connection:
        insert_missing(connection, command, rows)
    assert taken(here) == ids
    assert night.was_idle(job)
    answered(job.run_id, dict.fromkeys(ids, "person"))
    assert taken(here) == taken(there) == ids
    assert not night.was_idle(job), "its folder is elsewhere"
    answered("by-hand-1", {ids[0]: "done"})
    assert taken(here) == taken(there) == ids[1:]


class Unsteady(Night):
    """A night on sites that fail: `ends` says for each flow how its tries end, one after the other."""

    def __init__(self, night: Night, ends: dict[str, list[tuple[str, str]]]) -> None:
        super().__init__(night.desk, load_plan(PLAN), night.night, date(2026, 11, 11), Unwatched())
        self.ends = ends
        self.tried: Counter[str] = Counter()

    async def next_end(self, job: Job) -> Ended:
        """The next end of this flow; done when there is none left."""
        tried, self.tried[job.flow] = self.tried[job.flow], self.tried[job.flow] + 1
        ends = self.ends.get(job.flow, [])
        stage, who = ends[tried] if tried < len(ends) else ("done", "")
        return Ended(job, stage, "没有成", self.desk.home, who=who)


async def test_what_a_site_failed_is_tried_again_in_its_phase(night: Night) -> None:
    """A site's failure is tried again twice at most; a refused sign-in, a captcha and what is done are not."""
    at_first = ("failed", "site")
    ends = {
        "practice/products": [at_first],
        "practice/stock": [at_first] * 9,
        "practice/orders": [("failed", "operator")] * 9,
        "practice/statements": [("person", "person")] * 9,
        "practice/list": [("failed", ""), ("failed", "")],
    }
    unsteady = Unsteady(night, ends)
    jobs = [job for job in unsteady.jobs if not job.core]
    for job in jobs:
        night.desk.jobs.plan(job)
    await unsteady.play_flows(jobs, unsteady.next_end, 2)
    assert unsteady.tried == {job.flow: 1 for job in jobs} | {
        "practice/products": 2,
        "practice/stock": 3,
        "practice/list": 3,
    }
    stages = {job.flow: job.stage for job in night.desk.jobs.of_night("2026-11-21")}
    assert [flow for flow, stage in stages.items() if stage != "done"] == [
        "practice/stock",
        "practice/orders",
        "practice/statements",
    ]
