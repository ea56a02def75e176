"""What a process was killed over is not asked for a second time while the site may still be at it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from schedules import settling, work
from schedules.desk import Desk, open_desk
from schedules.plan import Job, PlannedFlow, make_job
from schedules.settings import AccountSettings, Settings
from schedules.settling import unsettled_s
from storage.runs import DatabaseJournal

NOW = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
ACCOUNT = "seller_a"


def ago(seconds: float) -> datetime:
    """So long before NOW."""
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("begun", "left_s"), [(None, 0), (ago(0), 60), (ago(45), 15), (ago(60), 0), (ago(9_999), 0), (ago(-500), 60)]
)
def test_what_is_left_of_a_minute(begun: datetime | None, left_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a clock that was set back no more than the minute, either."""
    monkeypatch.setattr(settling, "SETTLES_S", 60.0)
    assert unsettled_s(begun, NOW) == left_s


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with one account."""
    account = AccountSettings(site="practice", username="a", base_url="http://127.0.0.1:9")
    with open_desk(Settings(home=tmp_path, accounts={ACCOUNT: account})) as desk:
        yield desk


def test_the_journal_knows_what_is_in_doubt(desk: Desk) -> None:
    """The newest of this account that was begun and has no end; done anew, it is begun anew."""
    times = iter(f"2026-11-23T02:00:{second:02d}.000+00:00" for second in range(60))
    journal = DatabaseJournal(desk.database, clock=lambda: next(times))
    assert journal.doubtful_since(ACCOUNT) is None
    for key in (f"{ACCOUNT}|1|发货", f"{ACCOUNT}|2|发货", "seller_ab|1|发货"):
        assert journal.open_effect(key, "R1", "1", "发货") == "new"
    assert journal.doubtful_since(ACCOUNT) == NOW + timedelta(seconds=1)
    assert journal.open_effect(f"{ACCOUNT}|2|发货", "R1", "1", "发货") == "open"
    assert journal.doubtful_since(ACCOUNT) == NOW + timedelta(seconds=1), "taken up, it is as old as it was"
    journal.close_effect(f"{ACCOUNT}|2|发货", "not_done", "")
    assert journal.doubtful_since(ACCOUNT) == NOW
    journal.open_effect(f"{ACCOUNT}|2|发货", "R1", "1", "发货")
    assert journal.doubtful_since(ACCOUNT) > NOW + timedelta(seconds=2)  # type: ignore[operator]


def job_of_the_day() -> Job:
    """One flow of that account."""
    planned = PlannedFlow(flow="practice/ship", accounts=[ACCOUNT])
    return make_job(date(2026, 11, 23), "", 0, planned, ACCOUNT, {})


@pytest.mark.parametrize(("dry_run", "waits"), [(False, True), (True, False)])
async def test_a_run_waits_before_it_looks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, dry_run: bool, waits: bool
) -> None:
    """Whoever watches is told; the page is opened only after that. A dry run does nothing outside, and needs not."""
    monkeypatch.setattr(settling, "SETTLES_S", 60.0)
    happened: list[str] = []

    async def sleep(seconds: float) -> None:
        happened.append(f"waited {0 < seconds <= 60}")

    async def played(*_: object) -> SimpleNamespace:
        happened.append("played")
        return SimpleNamespace(state="failed", message="", healed=())

    monkeypatch.setattr(work, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(work, "_play", played)
    desk.journal.open_effect(f"{ACCOUNT}|1|发货", "R1", "1", "发货")
    told: list[str] = []
    playing = SimpleNamespace(dry_run=dry_run, folder=desk.home)
    account = desk.account(ACCOUNT)
    await work.play_flow(
        desk, SimpleNamespace(), job_of_the_day(), account, playing, lambda _, event: told.append(event.text),  # type: ignore[arg-type]
        SimpleNamespace(),  # type: ignore[arg-type]
    )  # fmt: skip
    assert happened == (["waited True", "played"] if waits else ["played"])
    assert any("网站也许还在做" in one for one in told) is waits
