"""Whoever takes the clock over goes by the timetable as it is then, not as it was when its process began."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from schedules.desk import Desk, open_desk
from schedules.queue.embedded import EmbeddedQueue
from schedules.serve import serving
from schedules.serve.serving import ClockKeeper
from schedules.settings import Settings
from schedules.timetable.keeping import Renewal
from schedules.timetable.lock import only_clock
from schedules.timetable.opening import open_timetable

OLD = "entries:\n  旧: {on: {webhook: h}}\n"
NEW = "entries:\n  新: {on: {webhook: h}}\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a timetable."""
    (tmp_path / "timetable.yaml").write_text(OLD, "utf-8")
    with open_desk(Settings(home=tmp_path)) as opened:
        yield opened


class Kept:
    """A keeper that has been told nothing yet; whether its clock has begun and has looked, or it stands by."""

    def __init__(self, desk: Desk) -> None:
        self.stands_by, self.begun, self.looked = threading.Event(), threading.Event(), threading.Event()
        opened = open_timetable(desk.settings)
        self.keeper = ClockKeeper(desk, opened, EmbeddedQueue(desk.database), lambda: None, self.hears)
        self.desk = desk

    def hears(self, zh: str, en: str) -> None:
        """One sentence."""
        (self.begun if "the clock runs" in en else self.stands_by).set()

    def entries(self) -> list[str]:
        """The entries of the clock that has begun and has looked once."""
        assert self.begun.wait(30)
        clock = self.keeper.clock
        assert clock is not None
        found = list(clock.turn.timetable.entries)
        clock.chores = [lambda now: self.looked.set()]
        clock.look_soon()
        assert self.looked.wait(30)
        return found


def test_who_stood_by_takes_over_with_what_was_changed_meanwhile(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process keeps the clock while the timetable is edited; it goes, and the new entries are what is kept."""
    monkeypatch.setattr(serving, "STANDS_BY_S", 0.05)
    kept = Kept(desk)
    with only_clock(tmp_path, desk.database):
        kept.keeper.thread.start()
        assert kept.stands_by.wait(30)
        (tmp_path / "timetable.yaml").write_text(NEW, "utf-8")
    assert kept.entries() == ["新"]
    kept.keeper.stop()
    kept.keeper.thread.join()


def test_a_clock_that_begins_again_keeps_what_it_had_read(desk: Desk, tmp_path: Path) -> None:
    """After a minute without a database the clock begins again: with the last good timetable, though it broke since."""
    kept = Kept(desk)
    for text in (NEW, "entries: 1\n"):
        (tmp_path / "timetable.yaml").write_text(text, "utf-8")
        once = threading.Thread(target=kept.keeper._kept)
        once.start()
        assert kept.entries() == ["新"]
        kept.keeper.stop()
        once.join()
        for one in (kept.keeper.stopped, kept.begun, kept.looked):
            one.clear()


@pytest.mark.parametrize("changed", ["holidays.yaml", "plan.yaml"])
def test_what_a_timetable_rests_on_is_looked_at_too(desk: Desk, tmp_path: Path, changed: str) -> None:
    """Holidays that are put beside it later, and a plan whose accounts change, are taken up while the clock runs."""
    (tmp_path / "plan.yaml").write_text("title: 夜\nphases: []\n", "utf-8")
    (tmp_path / "timetable.yaml").write_text("entries:\n  夜: {run: plan.yaml, every: workday, at: 01:00}\n", "utf-8")
    renewal = Renewal(desk, open_timetable(desk.settings))
    assert renewal() is None
    job = "{flow: practice/orders, accounts: [a]}"
    text = {"holidays.yaml": "2027:\n  off: [2027-01-01]\n", "plan.yaml": (
        f"title: 夜\nphases:\n  - {{name: 收, jobs: [{job}]}}\n")}[changed]  # fmt: skip
    (tmp_path / changed).write_text(text, "utf-8")
    found = renewal()
    assert found is not None
    timetable, calendar, _ = found
    assert (calendar.knows(2027), timetable.entries["夜"].occupies) == (
        (True, ()) if changed == "holidays.yaml" else (False, ("a",)))  # fmt: skip
