"""What nobody would hear of otherwise: a night that could not begin, a mailbox that nobody can look into."""

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from schedules.desk import Desk, open_desk
from schedules.queue.embedded import EmbeddedQueue
from schedules.settings import load_settings
from schedules.timetable.book import TimetableBook
from schedules.timetable.keeping import Renewal, kept_clock
from schedules.timetable.opening import open_timetable
from storage.database.tables.desk import notice
from tests.schedules.timetable.world import at

TABLE = """
entries:
  我的 夜班: {run: night.yaml, every: day, at: 01:30, until: 07:00}
  票: {on: {mail: 邮箱}}
"""
NOTIFY = """
channels: {群: {kind: webhook}}
routes: {incident: [群]}
"""


@pytest.fixture(params=["zh", "en"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk that was last kept at midnight, with a channel for what goes wrong."""
    (tmp_path / "night.yaml").write_text("title: 夜\nphases: []\n", "utf-8")
    (tmp_path / "timetable.yaml").write_text(TABLE, "utf-8")
    (tmp_path / "notify.yaml").write_text(NOTIFY, "utf-8")
    (tmp_path / "settings.yaml").write_text(
        "accounts:\n  邮箱: {site: practice, username: me, base_url: imap://mail.example.com}\n", "utf-8"
    )
    settings = load_settings(tmp_path).model_copy(update={"lang": request.param})
    with open_desk(settings) as opened:
        with TimetableBook(opened.database, "timetable").write("mark") as page:
            page.set_mark(at("20 00:00"))
        yield opened


def looked(desk: Desk, when: datetime) -> None:
    """The clock is begun at this moment and has looked once."""
    done = threading.Event()
    renewal = Renewal(desk, open_timetable(desk.settings))
    with kept_clock(renewal, EmbeddedQueue(desk.database), chores=[lambda now: done.set()], now=lambda: when):
        assert done.wait(60)


def test_a_night_that_could_not_begin_is_told_once(desk: Desk) -> None:
    """The machine was off until nine: people hear that nothing was done, why, and how to have it done; once."""
    for when in ("20 09:00", "20 09:10"):
        looked(desk, at(when))
    with desk.database.read() as connection:
        found = connection.execute(select(notice.c.title, notice.c.body).order_by(notice.c.incident)).all()
    box, night = found
    assert night.title == {
        "zh": "我的 夜班 没有做：过了截止的 11-20 07:00",
        "en": "我的 夜班 was not done: its window closed at 11-20 07:00",
    }[desk.settings.lang]  # fmt: skip
    assert "2026-11-20 01:30" in night.body
    assert "yeban backfill '我的 夜班' --from 2026-11-20 --to 2026-11-20" in night.body
    assert "邮箱" in box.title
    assert box.body


def test_settings_of_messages_that_are_wrong_keep_no_run_from_its_turn(desk: Desk) -> None:
    """A notify.yaml with a mistake: the look goes on, and the run says in its row what became of it."""
    (desk.home / "notify.yaml").write_text("routes: 3\n", "utf-8")
    looked(desk, at("20 09:00"))
    with TimetableBook(desk.database, "timetable").read() as page:
        [row] = page.rows(at("19 00:00"))
    assert (row.state, row.reason) == ("dropped", "window-closed")
