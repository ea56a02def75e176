"""The desk's figures as Prometheus reads them: gauges taken from the books at the moment of the question.

Names begin with `yeban_` and end with their unit. Nothing is counted in memory, so every process of a desk answers
alike and a restart loses nothing. Accounts, shops and people are never labels.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Column, Connection, Table, func, select
from sqlalchemy.exc import SQLAlchemyError

from schedules.desk import Desk
from schedules.operations.checked import last_checked
from schedules.operations.health import Pulse, pulse_of
from schedules.operations.room import room_at
from storage.database.tables import job, run
from storage.database.tables.desk import notice, question, queue_job, timetable_run

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Collected(Protocol):
    """What the library's registry takes."""

    def collect(self) -> "Iterator[Metric]":
        """The figures of this moment."""


def metrics_text(desk: Desk, at: datetime | None = None) -> str:
    """The figures in the text format that Prometheus scrapes (0.0.4); of a database that is away, `yeban_up` is 0."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Figures(desk, at or datetime.now(UTC)))
    return generate_latest(registry).decode()


class _Figures:
    """One reading of the books and the disk."""

    def __init__(self, desk: Desk, at: datetime) -> None:
        self._desk, self._at = desk, at

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily

        yield from self._here()
        try:
            pulse = pulse_of(self._desk, self._at)
            with self._desk.database.read() as connection:
                counted = list(_counted(connection))
        except SQLAlchemyError:
            yield GaugeMetricFamily("yeban_up", "Whether the books could be read.", value=0)
            return
        yield GaugeMetricFamily("yeban_up", "Whether the books could be read.", value=1)
        yield from _pulse_figures(pulse)
        yield from counted

    def _here(self) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily

        sessions = GaugeMetricFamily("yeban_sessions", "Accounts by what the last look found.", labels=["state"])
        for state, count in sorted(Counter(one.state for one in last_checked(self._desk.home).values()).items()):
            sessions.add_metric([state], count)
        yield sessions
        room = room_at(self._desk.home)
        yield GaugeMetricFamily("yeban_disk_free_bytes", "Free on the volume of the home folder.", value=room.free)
        yield GaugeMetricFamily("yeban_disk_size_bytes", "Size of that volume.", value=room.total)
        books = self._desk.database.engine.url.database
        if self._desk.database.dialect == "sqlite" and books and Path(books).exists():
            size = Path(books).stat().st_size
            yield GaugeMetricFamily("yeban_books_bytes", "Size of the books' SQLite file.", value=size)


def _pulse_figures(pulse: Pulse) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    yield GaugeMetricFamily(
        "yeban_database_answer_seconds", "How long the books took to answer.", value=pulse.answered_s
    )
    yield GaugeMetricFamily("yeban_timetable_due", "Runs that are due and have not begun.", value=pulse.due)
    yield GaugeMetricFamily("yeban_workers", "Workers seen lately.", value=pulse.workers)
    yield GaugeMetricFamily("yeban_workers_lost", "Workers that went without a word.", value=pulse.workers_lost)
    yield GaugeMetricFamily("yeban_runs_by_hand", "Accounts that runs by hand hold.", value=pulse.by_hand)
    if pulse.oldest_waiting_s is not None:
        yield GaugeMetricFamily(
            "yeban_queue_oldest_seconds", "Since when the first of the queue waits.", value=pulse.oldest_waiting_s
        )
    if pulse.looked_s is not None:
        yield GaugeMetricFamily("yeban_clock_look_age_seconds", "Since the clock's last look.", value=pulse.looked_s)
    if pulse.oldest_due_s is not None:
        yield GaugeMetricFamily(
            "yeban_timetable_oldest_due_seconds", "Since when the oldest of them is due.", value=pulse.oldest_due_s
        )


def _counted(connection: Connection) -> "Iterator[Metric]":
    """How many rows of each table are in which state; runs of bots only ever grow, the rest are gauges."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    newest = select(func.max(job.c.night)).scalar_subquery()
    tonight = connection.execute(select(job.c.stage, func.count()).where(job.c.night == newest).group_by(job.c.stage))
    stages = GaugeMetricFamily("yeban_night_jobs", "Jobs of the newest night by stage.", labels=["stage"])
    for stage, count in tonight:
        stages.add_metric([str(stage)], int(count))
    yield stages
    ended = CounterMetricFamily("yeban_runs", "Runs of flows in the books by state.", labels=["state"])
    for state, count in _by(connection, run, run.c.state):
        ended.add_metric([state], count)
    yield ended
    for name, about, table in (
        ("yeban_timetable_runs", "Runs of the timetable by state.", timetable_run),
        ("yeban_queue_jobs", "Jobs of the queue by state.", queue_job),
        ("yeban_questions", "Questions to people by state.", question),
        ("yeban_messages", "Messages to people by state.", notice),
    ):
        gauge = GaugeMetricFamily(name, about, labels=["state"])
        for state, count in _by(connection, table, table.c.state):
            gauge.add_metric([state], count)
        yield gauge


def _by(connection: Connection, table: Table, column: "Column[str]") -> Iterator[tuple[str, int]]:
    query = select(column, func.count()).select_from(table).group_by(column).order_by(column)
    yield from ((str(value), int(count)) for value, count in connection.execute(query))
