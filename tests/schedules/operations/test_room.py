"""Room on the disk before a run, and how a full disk is told from other troubles."""

import errno
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from bots.browser.fake import FakeBrowser, FakeSite
from bots.errors import DiskFull
from schedules.desk import open_desk
from schedules.operations.room import RoomShort, require_room, room_at
from schedules.plan import PlannedFlow, make_job
from schedules.problems import is_full
from schedules.settings import AccountSettings, Settings
from schedules.work import run_job


def test_too_little_room_begins_nothing(tmp_path: Path) -> None:
    """With less room than the settings ask for a run is refused, in words with the place and the way out."""
    require_room(Settings(home=tmp_path, min_free_gb=0))
    with pytest.raises(RoomShort) as caught:
        require_room(Settings(home=tmp_path / "not there yet", min_free_gb=10_000))
    assert "10000 GB" in caught.value.message("zh")
    assert "yeban tidy" in caught.value.hint("en")


async def test_a_run_on_a_disk_that_is_nearly_full_is_not_begun(tmp_path: Path) -> None:
    """No browser is asked for anything, and no folder of the run is made."""
    accounts = {"seller_a": AccountSettings(site="practice", username="a")}
    site = FakeSite({})
    with open_desk(Settings(home=tmp_path, accounts=accounts, min_free_gb=10_000)) as desk:
        planned = PlannedFlow(flow="practice/products", accounts=["seller_a"])
        job = make_job(date(2026, 11, 22), "run", 0, planned, "seller_a", {})
        with pytest.raises(RoomShort):
            await run_job(desk, FakeBrowser(site), job, lambda *_: None)
        assert not (desk.settings.runs / job.run_id).exists()
    assert site.events == []


def test_room_is_that_of_the_nearest_folder_that_is_there(tmp_path: Path) -> None:
    """A home that is not made yet has the room of the volume it will be on."""
    assert room_at(tmp_path / "a" / "b").total == room_at(tmp_path).total > 0


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (sqlite3.OperationalError("database or disk is full"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (ValueError("full of errors"), False),
    ],
)
def test_a_full_disk_is_known_wherever_it_shows(error: Exception, full: bool) -> None:
    """Also when an error of ours stands around it."""
    assert is_full(error) is full
    try:
        raise DiskFull("a.csv", str(error)) from error
    except DiskFull as around:
        assert is_full(around) is full
