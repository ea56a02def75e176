"""What a night that the clock plays tells, and when: what went wrong at once, the digest in the morning, each once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from schedules.desk import Desk, open_desk
from schedules.notify.message import Message
from schedules.notify.night import due_at, morning, tell, tell_failed
from schedules.notify.outbox import post
from schedules.notify.settings import load_notify
from schedules.plan import PlannedFlow, make_job
from schedules.settings import SHANGHAI, Settings, today_in_shanghai
from storage.database.tables import job as job_table
from storage.database.tables.desk import notice

NOTIFY = """
channels: {group: {kind: webhook, base: "http://127.0.0.1:9/"}}
routes: {digest: [group], incident: [group]}
digest_at: "08:00"
"""


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose messages reach nobody: what is to be told stands in the books."""
    home: Path = tmp_path_factory.mktemp("home")
    (home / "notify.yaml").write_text(NOTIFY, "utf-8")
    with open_desk(Settings(home=home)) as desk:
        yield desk


@pytest.fixture
def desk(one_desk: Desk) -> Desk:
    """Nothing was played and nothing told."""
    with one_desk.database.write() as connection:
        for table in (job_table, notice):
            connection.execute(delete(table))
    return one_desk


def played(desk: Desk, night: date, stage: str) -> None:
    """One flow of the night has ended so."""
    job = make_job(night, "收单", 0, PlannedFlow(flow="practice/orders", accounts=["a"]), "a", {})
    desk.jobs.plan(job)
    desk.jobs.stage(job, stage, "网站没有回答", {"who": "site"})


def told(desk: Desk) -> list[tuple[str, str]]:
    """Route and title of everything that was to be told, in order."""
    query = select(notice.c.route, notice.c.title).order_by(notice.c.recorded_at, notice.c.route.desc())
    with desk.database.read() as connection:
        return [(route, title) for route, title in connection.execute(query)]


def test_the_digest_waits_for_the_morning_and_trouble_does_not(desk: Desk) -> None:
    """At the night's end only what went wrong is told; at eight the digest, once, however often the clock looks."""
    night = today_in_shanghai() + timedelta(days=1)
    played(desk, night, "failed")
    tell(desk, night, in_the_morning=True)
    assert [route for route, _ in told(desk)] == ["incident"]
    at = datetime.combine(night, datetime.min.time(), SHANGHAI) + timedelta(hours=7, minutes=59)
    morning(desk, at)
    assert len(told(desk)) == 1
    for minutes in (1, 2, 30):
        morning(desk, at + timedelta(minutes=minutes))
    assert [route for route, _ in told(desk)].count("digest") == 1
    assert [title for route, title in told(desk) if route == "digest"] == [f"{night} 夜班：1 件里有 1 件没有做完"]
    assert due_at(load_notify(desk.home), night).hour == 8


def test_sources_that_did_not_come_stand_on_top(desk: Desk) -> None:
    """What never arrived is the digest's first line, before what was played and did not end well."""
    night = today_in_shanghai() - timedelta(days=1)
    (desk.home / "feeds.yaml").write_text('feeds:\n  - {kind: practice_orders, shop: 一号店, by: "06:00"}\n', "utf-8")
    played(desk, night, "failed")
    morning(desk, datetime.now(SHANGHAI))
    (desk.home / "feeds.yaml").unlink()
    with desk.database.read() as connection:
        body = connection.execute(select(notice.c.body)).scalar_one()
    lines = body.splitlines()
    assert "一号店" in lines[0], body
    assert any("practice/orders" in line for line in lines[1:])


def test_a_night_that_ends_after_the_digest_tells_its_own(desk: Desk) -> None:
    """What was still open at eight is told anew when it has ended, for its state is another."""
    night = today_in_shanghai() - timedelta(days=1)
    played(desk, night, "playing")
    morning(desk, datetime.now(SHANGHAI))
    played(desk, night, "done")
    tell(desk, night, in_the_morning=True)
    assert [title for _, title in told(desk)] == [f"{night} 夜班：1 件里有 1 件没有做完", f"{night} 夜班：1 件全部做完"]


def test_a_flow_that_failed_is_told_once_and_what_waits_goes_out(desk: Desk) -> None:
    """One message for a run of the timetable; the clock's look tries again what nobody has taken yet."""
    for _ in range(2):
        tell_failed(desk, "收|2026-11-20T01:30|a#3", "收 a", "502")
    assert told(desk) == [("incident", "收 a 没有做成")]
    now = datetime.now(SHANGHAI)
    with desk.database.write() as connection:
        post(connection, load_notify(desk.home), Message("incident", "waits", "排着", ""), now - timedelta(hours=1))
    morning(desk, now)
    with desk.database.read() as connection:
        tries = {row.title: row.tries for row in connection.execute(select(notice))}
    assert tries == {"收 a 没有做成": 1, "排着": 1}
