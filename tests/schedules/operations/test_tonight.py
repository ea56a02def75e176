"""What would fail tonight, said while there is time: each trouble is planted and found, with where, why, a way out."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert
from typer.testing import CliRunner

from schedules.cli.app import command_line
from schedules.cli.doctor_command import show_tonight
from schedules.desk import Desk, open_desk
from schedules.operations.checked import SessionHealth, keep
from schedules.operations.concern import Concern
from schedules.operations.surroundings import INSIDE, site_concerns
from schedules.operations.tonight import Tonight, tonight
from schedules.plan import PlannedFlow, make_job
from schedules.queue import board
from schedules.queue.model import WorkerFacts
from schedules.settings import AccountSettings, Settings
from schedules.timetable.lock import only_clock
from storage.database.moments import stamp
from storage.database.tables.desk import notice, question, timetable_mark, timetable_pause

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""Monday, two in the afternoon in Beijing."""
TIMETABLE = """\
title: 夜
timezone: Asia/Shanghai
entries:
  商品:
    run: practice/products
    accounts: [seller_a]
    every: 工作日
    at: 23:00
"""
NOTIFY = "channels:\n  群:\n    kind: dingtalk\nroutes:\n  digest: [群]\n  question: [群]\n"
AT = stamp(NOW)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose coming night is in order: timetable, account, secrets, a session that was looked at, a channel."""
    accounts = {"seller_a": AccountSettings(site="practice", username="a", base_url="http://127.0.0.1:9")}
    with open_desk(Settings(home=tmp_path, accounts=accounts, min_free_gb=0)) as opened:
        (tmp_path / "timetable.yaml").write_text(TIMETABLE, "utf-8")
        (tmp_path / "notify.yaml").write_text(NOTIFY, "utf-8")
        opened.vault.put("seller_a", password="x")
        opened.vault.put("notify:群", token="x")
        with opened.database.write() as connection:
            connection.execute(insert(notice).values(notice_id="1", channel="群", state="sent", ended_at=AT))
        keep(tmp_path, [SessionHealth("seller_a", "practice", "signed_in", checked_at=NOW.isoformat())])
        yield opened


def found(desk: Desk, plan: Path | None = None) -> list[Concern]:
    """Every concern while somebody keeps the clock."""
    with only_clock(desk.home):
        return tonight(desk, NOW, plan, INSIDE)


def only(concerns: list[Concern]) -> Concern:
    """The one concern there is."""
    (one,) = concerns
    return one


def test_a_night_in_order_has_no_concerns(desk: Desk) -> None:
    """Nothing is said of a night that has everything it needs."""
    assert found(desk) == []


def test_nobody_keeps_the_clock(desk: Desk) -> None:
    """Without a process that keeps the clock nothing begins by itself, and the way to have one is said."""
    one = only(tonight(desk, NOW, None, INSIDE))
    assert one.sure
    assert "yeban service install" in one.mend("zh")
    with desk.database.write() as connection:  # another machine keeps it, and looked a minute ago
        seen = stamp(NOW - timedelta(minutes=1))
        connection.execute(insert(timetable_mark).values(timetable="夜", planned_until=seen))
    assert tonight(desk, NOW, None, INSIDE) == []


def test_a_broken_timetable_is_located(desk: Desk) -> None:
    """Unknown flows and accounts are said with file and line, before they cost the night."""
    text = TIMETABLE.replace("practice/products", "practice/produkts").replace("[seller_a]", "[seller_x]")
    (desk.home / "timetable.yaml").write_text(text, "utf-8")
    one = only(found(desk))
    assert one.sure
    assert "timetable.yaml:5:" in one.why("zh")
    assert "seller_x" in one.why("zh")


def test_a_night_plan_is_walked_too(desk: Desk, tmp_path: Path) -> None:
    """What a plan names and this desk does not have is found; a plan in order needs what its flows need."""
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "title: 夜\nphases:\n  - name: 收\n    jobs:\n      - {flow: practice/products, accounts: [seller_a]}\n",
        "utf-8",
    )
    assert found(desk, plan) == []
    desk.vault.remove("seller_a")
    assert {one.where.split(" · ")[-1] for one in found(desk, plan) if one.sure} == {"seller_a"}
    plan.write_text(plan.read_text("utf-8").replace("[seller_a]", "[nobody]"), "utf-8")
    assert "nobody" in only([one for one in found(desk, plan) if one.sure]).why("en")


def test_the_holidays_end_is_said_in_time(desk: Desk) -> None:
    """A month before the first year whose make-up workdays are not known, the file to write them into is named."""
    late = datetime(2026, 12, 20, 6, 0, tzinfo=UTC)
    keep(desk.home, [SessionHealth("seller_a", "practice", "signed_in", checked_at=late.isoformat())])
    with only_clock(desk.home):
        said = [one for one in tonight(desk, late, None, INSIDE) if "2027" in one.why("zh")]
    assert [one.sure for one in said] == [False]
    assert "holidays.yaml" in said[0].where


def test_a_secret_that_is_missing_is_named_with_its_command(desk: Desk) -> None:
    """The account will need its password tonight; the command that stores it stands there."""
    desk.vault.remove("seller_a", "password")
    assert "yeban secret set seller_a password" in {one.mend("zh") for one in found(desk) if one.sure}


@pytest.mark.parametrize(
    ("state", "age", "sure"),
    [("person", timedelta(hours=1), True), ("signed_in", timedelta(days=3), False), ("by_itself", timedelta(), None)],
)
def test_sessions_decide_who_is_called(desk: Desk, state: str, age: timedelta, sure: bool | None) -> None:
    """One that needs a person is sure to fail, one nobody looked at lately is said, one that signs in alone not."""
    at = (NOW - age).isoformat()
    keep(desk.home, [SessionHealth("seller_a", "practice", state, ("code",), checked_at=at)])  # type: ignore[arg-type]
    assert [one.sure for one in found(desk)] == ([] if sure is None else [sure])


def test_a_site_that_did_not_answer_may_answer_tonight(desk: Desk) -> None:
    """It is looked at again, not signed in to; a secret that has been stored since is no concern any more."""
    about = {"account": "seller_a", "site": "practice", "checked_at": NOW.isoformat()}
    keep(desk.home, [SessionHealth(state="unreachable", seen="打不开", **about)])
    one = only(found(desk))
    assert (one.sure, one.mend("en")) == (False, "yeban sessions check seller_a")
    keep(desk.home, [SessionHealth(state="secret", needs=("password",), **about)])
    assert found(desk) == []
    desk.vault.remove("seller_a", "password")
    assert [one.mend("en") for one in found(desk)] == ["yeban secret set seller_a password"]


def test_what_a_trigger_needs_is_looked_for_too(desk: Desk) -> None:
    """A mailbox without its password and a webhook without its token would start nothing, at whatever hour."""
    head = "title: 夜\ntimezone: Asia/Shanghai\nentries:\n"
    entry = "  {0}:\n    run: practice/products\n    accounts: [seller_a]\n    on: {{{1}}}\n"
    text = head + entry.format("信", "mail: box") + entry.format("叫", "webhook: ship")
    (desk.home / "timetable.yaml").write_text(text, "utf-8")
    box = AccountSettings(site="practice", username="a@b.example", base_url="imaps://imap.example")
    with open_desk(desk.settings.model_copy(update={"accounts": {**desk.settings.accounts, "box": box}})) as with_box:
        assert [one.mend("zh") for one in found(with_box)] == [
            "yeban secret set box password", "yeban secret set hook:ship token",
        ]  # fmt: skip
        assert any("yeban serve" in one.mend("en") for one in tonight(with_box, NOW, None, INSIDE))
        with_box.vault.put("box", password="x")
        with_box.vault.put("hook:ship", token="x")
        assert found(with_box) == []


def test_an_account_of_a_worker_that_is_not_there(desk: Desk) -> None:
    """Its runs would wait for a worker with its tag; while one is there, nothing is said."""
    accounts = {"seller_a": desk.settings.accounts["seller_a"].model_copy(update={"worker": "home"})}
    with open_desk(desk.settings.model_copy(update={"accounts": accounts})) as tagged:
        one = only(found(tagged))
        assert (one.sure, one.mend("en")) == (False, "on that machine: yeban worker --tag home")
        with tagged.database.write() as connection:
            board.enter(connection, WorkerFacts("home-1", "home", 1, ("home",), 1))
        assert found(tagged) == []


def test_a_vault_that_does_not_open_is_said_without_a_timetable(desk: Desk) -> None:
    """Also where nothing is planned and nobody told: whoever plays a night by hand finds it out before."""
    for name in ("timetable.yaml", "notify.yaml"):
        (desk.home / name).unlink()
    assert [one.sure for one in found(desk)] == [False, False]
    (desk.home / "secret.key").write_bytes(Fernet.generate_key())
    with open_desk(desk.settings) as locked:
        assert [one.where for one in found(locked) if one.sure] == [str(desk.home / "vault.bin")]


def test_people_who_would_not_hear(desk: Desk) -> None:
    """A channel never tried, one whose last message failed, one without its secret, and no channel at all."""
    with desk.database.write() as connection:
        connection.execute(notice.delete())
    assert "yeban notify test" in only(found(desk)).mend("zh")
    with desk.database.write() as connection:
        connection.execute(
            insert(notice).values(notice_id="2", channel="群", state="failed", reason="token 失效", ended_at=AT)
        )
    assert "token 失效" in only(found(desk)).why("zh")
    later = {"notice_id": "3", "channel": "群", "state": "waiting", "recorded_at": stamp(NOW + timedelta(minutes=1))}
    with desk.database.write() as connection:
        connection.execute(insert(notice).values(**later, tries=1, reason="连不上"))
    one = only(found(desk))
    assert (one.sure, "连不上" in one.why("zh")) == (True, True)
    desk.vault.remove("notify:群")
    assert "yeban secret set notify:群 token" in only(found(desk)).mend("zh")
    (desk.home / "notify.yaml").unlink()
    assert not only(found(desk)).sure


def test_what_failed_last_night_is_said_again(desk: Desk) -> None:
    """A flow that failed and runs again tonight is named with the site's words; one that does not run is not."""
    for flow, account in (("practice/products", "seller_a"), ("practice/orders", "seller_a")):
        job = make_job(NOW.date(), "x", 0, PlannedFlow(flow=flow, accounts=[account]), account, {})
        desk.jobs.plan(job)
        desk.jobs.stage(job, "failed", "找不到「导出」", {"hint": "看运行页面"})
    one = only(found(desk))
    assert ("找不到「导出」" in one.why("zh"), one.mend("zh"), one.where) == (
        True,
        "看运行页面",
        "practice/products · seller_a",
    )


def test_pauses_questions_and_clocks_are_seen(desk: Desk) -> None:
    """What is paused, what waits for an answer, and a clock that was set back, each is one concern."""
    later = stamp(NOW + timedelta(hours=5))
    with desk.database.write() as connection:
        connection.execute(
            insert(timetable_pause).values(
                scope="account", name="seller_a", recorded_at=AT, until_at=later, who="王芳", why="改版"
            )
        )
        connection.execute(
            insert(question).values(question_id="3fa91c", state="open", question="验证码？", due_at=later)
        )
        connection.execute(insert(timetable_mark).values(timetable="夜", planned_until=later))
    said = [one.why("zh") for one in found(desk)]
    assert len(said) == 3
    assert "yeban unpause -a seller_a" in {one.mend("zh") for one in found(desk)}
    assert any("改版" in one for one in said)
    assert any("验证码" in one for one in said)
    assert any("拨回" in one for one in said)


def test_a_key_for_which_nobody_is_there_at_night(desk: Desk) -> None:
    """A master key that others may read is said."""
    (desk.home / "secret.key").chmod(0o644)
    assert "chmod 600" in only(found(desk)).mend("en")


def test_too_little_room_by_what_nights_took(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room is asked for by the settings, and twice what the largest of the last nights took."""
    monkeypatch.setattr(desk, "settings", desk.settings.model_copy(update={"min_free_gb": 10_000}))
    one = only(found(desk))
    assert one.sure
    assert "10000.0 GB" in one.why("zh")


def test_a_site_that_does_not_answer_is_said(desk: Desk) -> None:
    """The address of an account that will be used is asked; nobody listens there, and that may mend itself."""
    about = Tonight(desk, NOW)
    about.add("practice/products", "seller_a")
    one = only(site_concerns(about))
    assert (one.where, one.sure) == ("127.0.0.1:9", False)


def test_the_command(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`doctor --json` holds the machine and the night; something that will fail makes the exit code 4."""
    monkeypatch.setenv("YEBAN_HOME", str(desk.home))
    accounts = (
        "browser: /bin/true\naccounts:\n  seller_a: {site: practice, username: a, base_url: 'http://127.0.0.1:9'}\n"
    )
    (desk.home / "settings.yaml").write_text(accounts, "utf-8")
    desk.vault.remove("seller_a", "password")
    result = CliRunner().invoke(command_line("doctor"), ["doctor", "--tonight", "--offline", "--json"])
    said = json.loads(result.output)
    assert (result.exit_code, said["fine"]) == (4, False)
    assert any("yeban secret set seller_a password" in one["mend_zh"] for one in said["tonight"])
    assert "database" in {one["en"] for one in said["machine"]}
    show_tonight(found(desk))
    assert "yeban secret set seller_a password" in capsys.readouterr().out
