"""The night's jobs as the books keep them; what the desk plans, plays and shows."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from storage import runs
from storage.database.connection import Database
from storage.database.tables import bot_result
from storage.database.tables import job as job_table

if TYPE_CHECKING:
    from schedules.plan import Job

STAGE_OF_STATE = {"done": "done", "rejected_some": "done", "person": "person"}
"""How a run's state ends its job; anything else is failed."""


class JobBook:
    """Jobs of nights in the books' database; every write is durable when it returns."""

    def __init__(self, database: Database) -> None:
        """Over the books of `database`."""
        self._database = database

    def plan(self, job: "Job", secret: Collection[str] = ()) -> None:
        """The job is on the night's list; the same work is one job. Inputs named in `secret` are not written down."""
        runs.plan_job(
            self._database,
            job.key,
            night=job.night.isoformat(),
            flow=job.flow,
            account=job.account,
            inputs={name: _kept(value) for name, value in job.inputs.items() if name not in secret},
            position=job.position,
        )

    def stage(
        self, job: "Job", stage: str, message: str | None = None, summary: Mapping[str, Any] | None = None
    ) -> None:
        """The job has come to `stage`."""
        runs.set_stage(self._database, job.key, stage, run_id=job.run_id, message=message, summary=summary)

    def of_night(self, night: str) -> list[runs.Job]:
        """The jobs of the night in order."""
        return runs.jobs(self._database, night)

    def unfinished(self) -> list[runs.Job]:
        """Every job that was begun and is not done, the one begun last first; steps of the core are not among them."""
        begun = ("playing", "played", "archived", "ingested", "failed", "person")
        query = select(job_table.c.night).where(job_table.c.stage.in_(begun)).distinct()
        with self._database.read() as connection:
            nights = [str(night) for night in connection.execute(query).scalars()]
        found = [job for night in nights for job in self.of_night(night) if job.stage in begun and job.account]
        return sorted(found, key=lambda job: job.started_at, reverse=True)

    def newest_night(self) -> str:
        """The latest night there are jobs for, "" when there is none."""
        with self._database.read() as connection:
            return str(connection.execute(select(func.max(job_table.c.night))).scalar() or "")

    def outcomes(self, run_id: str) -> dict[str, int]:
        """How many rows of the run ended each way, as its results say."""
        query = select(bot_result.c.outcome, func.count()).where(bot_result.c.run_id == run_id)
        with self._database.read() as connection:
            found = connection.execute(query.group_by(bot_result.c.outcome).order_by(bot_result.c.outcome))
            return {str(outcome): int(count) for outcome, count in found}


def job_of(row: runs.Job) -> "Job":
    """The job as it was planned: same key, same run, same inputs; what it works on is part of its key."""
    from schedules.plan import Job, run_id_of

    worklist = (row.job_key.split("|") + [""] * 4)[3]
    return Job(
        row.job_key, row.run_id or run_id_of(row.job_key), date.fromisoformat(row.night), "run", row.position, row.flow,
        row.account, worklist, row.inputs,
    )  # fmt: skip


def _kept(value: object) -> object:
    """An input as JSON keeps it: text, or a list of texts."""
    return [str(one) for one in value] if isinstance(value, list | tuple) else str(value)
