"""`runs`, `cancel`, `drain` as they are typed, over what workers did and do."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from schedules.cli.from_books import either
from schedules.queue import board
from schedules.queue.embedded import EmbeddedQueue
from schedules.queue.model import Ending, Ticket, WorkerFacts
from schedules.timetable.book import TimetableBook
from schedules.timetable.model import Planned
from storage.database.connection import Database, open_database
from storage.database.moments import stamp
from storage.database.tables.desk import queue_job, queue_worker
from tests.support.command_line import Yeban

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose worker did one run and does another, while a third waits to be due."""
    folder = tmp_path_factory.mktemp("home")
    database = open_database(folder / "yeban.db")
    queue, facts = EmbeddedQueue(database), WorkerFacts("shop-pc-1", "shop-pc", 1, ("home",), 2)
    with TimetableBook(database, "t").write("plan") as page:
        for key, account, state in (("收|1|a", "a", "running"), ("收|1|b", "b", "planned")):
            run = Planned(key, "收", account, NOW, NOW, NOW + timedelta(days=1), None, NOW.date(), "time")
            page.add([(run, "planned", {})], NOW)
            page.change(key, state=state, attempt=1)
    queue.enter(facts)
    queue.put([Ticket("收|0|a#1", "run", "收|0|a", "a"), Ticket("收|1|a#1", "run", "收|1|a", "a", ("home",))])
    first = queue.take(facts)
    assert first is not None
    queue.end(first, Ending("failed", "网站没有回答", folder="/runs/x"))
    assert queue.take(facts) is not None
    database.close()
    return folder


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """Its books."""
    opened = open_database(home / "yeban.db")
    yield opened
    opened.close()


def test_the_history_says_who_did_what_and_how_it_ended(yeban: Yeban) -> None:
    """Each run with its worker, state and evidence; filters leave out the others; JSON says the same."""
    code, said = yeban("runs")
    assert (code, "工人 shop-pc-1：2 个账号" in said, "网站没有回答" in said, "/runs/x" in said) == (
        0,
        True,
        True,
        True,
    )
    assert "▶ 正在跑" in said
    told = json.loads(yeban("runs", "--json", "--failed")[1])
    assert [(run["run"], run["outcome"], run["worker"]) for run in told["runs"]] == [("收|0|a", "failed", "shop-pc-1")]
    told = json.loads(yeban("runs", "--json", "--open", "-a", "a")[1])
    assert [(run["run"], run["state"], run["tags"]) for run in told["runs"]] == [("收|1|a", "leased", ["home"])]


def test_on_a_narrow_terminal_a_run_can_be_copied_and_is_said_in_english(
    yeban: Yeban, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name stands whole on its line, for `cancel`; of what is kept in both languages the reader's is shown."""
    monkeypatch.setenv("YEBAN_LANG", "en")
    monkeypatch.setenv("COLUMNS", "80")
    run, folder = "2026-11-23-practice.waybills-seller_a-9686a6", "/srv/yeban/night/runs/2026-11-23-practice.waybills-1"
    kept = {"ticket_key": "k", "kind": "flow", "run_key": run, "state": "ended", "outcome": "dropped", "folder": folder}
    words = {"worker": "shop-pc-1", "message": "它已经结束，或者被取消了 / it has ended, or was cancelled"}
    with database.write() as connection:
        connection.execute(insert(queue_job).values(**kept, **words, recorded_at=stamp(datetime.now(UTC))))
    lines = yeban("runs")[1].splitlines()
    with database.write() as connection:
        connection.execute(delete(queue_job).where(queue_job.c.ticket_key == "k"))
    (at,) = (place for place, line in enumerate(lines) if line.endswith(run))
    assert lines[at + 1].strip() == f"it has ended, or was cancelled  {folder}"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("没有开始 / it has not begun", "it has not begun"),
        ("缺货 / SKU-1", "缺货 / SKU-1"),
        ("网站说：满了", "网站说：满了"),
        ("a / b c", "a / b c"),
    ],
)
def test_only_what_is_kept_in_both_languages_loses_one(kept: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site's own words stay whole, whatever signs stand in them."""
    monkeypatch.setenv("YEBAN_LANG", "en")
    assert either(kept) == said
    monkeypatch.setenv("YEBAN_LANG", "zh")
    assert either(kept) == kept


def test_cancel_ends_what_waits_and_asks_what_runs(yeban: Yeban, database: Database) -> None:
    """One that is not due yet is dropped with who said so; one that runs is told; what is not open is refused."""
    assert "不做了" in yeban("cancel", "收|1|b", "--who", "王芳")[1]
    assert "已经叫它停" in yeban("cancel", "收|1|a", "--who", "王芳")[1]
    with database.read() as connection:
        one = board.standing(connection, "收|1|a#1")
    assert one is not None
    assert (one.state, one.cancel) == ("leased", "王芳")
    assert "已叫停：王芳" in yeban("runs")[1]
    code, said = yeban("cancel", "没有这个")
    assert (code, "没有叫「没有这个」" in said, "收|1|a" in said) == (2, True, True), said


def test_cancel_claims_no_browser_where_nobody_has_the_run_any_more(yeban: Yeban, database: Database) -> None:
    """Its worker was killed: nothing closes within seconds; whoever takes it up will not begin it, and that is said."""
    over = stamp(datetime.now(UTC) - timedelta(minutes=5))
    with database.write() as connection:
        kept = board.standing(connection, "收|1|a#1")
        assert kept is not None
        connection.execute(update(queue_job).where(board.job.ticket_key == "收|1|a#1").values(lease_until=over))
    code, said = yeban("cancel", "收|1|a", "--who", "王芳")
    assert (code, "没有工人在做它了" in said, "关掉浏览器" in said) == (0, True, False), said
    with database.write() as connection:
        until = stamp(kept.lease_until)
        connection.execute(update(queue_job).where(board.job.ticket_key == "收|1|a#1").values(lease_until=until))


def test_drain_asks_workers_to_finish(yeban: Yeban, database: Database) -> None:
    """A worker that is drained hears it with its next beat; one that is not there is refused."""
    assert yeban("drain", "nobody")[0] == 2
    assert "1 个工人" in yeban("drain")[1]
    assert EmbeddedQueue(database).renew("shop-pc-1", {}).draining
    assert "不再拿新的" in yeban("runs")[1]


def test_drain_speaks_of_those_that_are_there(yeban: Yeban, database: Database) -> None:
    """A worker that was killed an hour ago neither goes nor finishes anything, and nobody says that it does."""
    EmbeddedQueue(database).leave("shop-pc-1")
    with database.write() as connection:
        hour_ago = stamp(datetime.now(UTC) - timedelta(hours=1))
        values = {"worker": "killed", "state": "working", "places": 2, "seen_at": hour_ago, "recorded_at": hour_ago}
        connection.execute(insert(queue_worker).values(**values))
    code, said = yeban("drain")
    assert (code, "没有工人在干活" in said) == (0, True), said
    assert yeban("drain", "killed")[0] == 2


def test_a_port_that_is_taken_is_said_in_words(yeban: Yeban, home: Path) -> None:
    """Nothing is served then, and the sentence says what to type instead."""
    (home / "timetable.yaml").write_text('entries:\n  a: {on: {file: "*.csv"}}\n', "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = yeban("serve", "--port", port, "--side-by-side", "1")
    assert (code, f"127.0.0.1:{port} 用不了" in said, "--port 0" in said) == (4, True, True), said
