"""The desk's health and figures, as a load balancer and Prometheus ask for them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, select

from schedules.desk import Desk, open_desk
from schedules.operations.checked import SessionHealth, keep
from schedules.operations.health import STALE_S, health
from schedules.operations.http import operations_app
from schedules.operations.metrics import metrics_text
from schedules.queue.opening import tidy_queue
from schedules.queue.picture import QueuePicture, picture_of, picture_words
from schedules.settings import Settings
from storage.database.moments import stamp
from storage.database.tables.desk import question, queue_job, queue_worker, timetable_mark, timetable_run
from tests.schedules.operations.asgi import call

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TINY_PLACE_GB = 10_000
"""More than any disk of ours has free."""


def before(ago: timedelta) -> str:
    """The moment so long before AT, as the books keep it."""
    return stamp(AT - ago)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose clock looked ten seconds ago, with three runs due, one running, two questions."""
    with open_desk(Settings(home=tmp_path_factory.mktemp("home"), lang="zh")) as opened:
        due = [{"run_key": f"夜班|{n}", "state": "planned", "due_at": before(timedelta(minutes=n))} for n in (1, 2, 40)]
        later = {"run_key": "later", "state": "planned", "due_at": before(timedelta(minutes=-30))}
        running = {"run_key": "running", "state": "running", "due_at": before(timedelta(minutes=3))}
        with opened.database.write() as connection:
            connection.execute(
                insert(timetable_mark).values(timetable="desk", planned_until=before(timedelta(seconds=10)))
            )
            connection.execute(insert(timetable_run), [*due, later, running])
            seen = {"one": before(timedelta(seconds=9)), "cut off": before(timedelta(minutes=3))}
            workers = [{"worker": name, "state": "working", "seen_at": at, "places": 2} for name, at in seen.items()]
            connection.execute(insert(queue_worker), workers)
            tickets = [
                {"ticket_key": "t", "state": "queued", "account": "a", "recorded_at": before(timedelta(minutes=7))},
                {"ticket_key": "u", "state": "queued", "account": "b", "recorded_at": before(timedelta(minutes=1))},
            ]
            connection.execute(insert(queue_job), tickets)
            kept = before(timedelta(minutes=-1))
            begun = {
                "state": "leased",
                "recorded_at": before(timedelta(minutes=3)),
                "lease_until": kept,
                "worker": "pc-7",
            }
            held = [
                {"ticket_key": "v", "kind": "flow", "account": "c"},
                {"ticket_key": "w", "kind": "hand", "account": "d"},
            ]
            connection.execute(insert(queue_job), [{**begun, **one} for one in held])
            hand = {"worker": "by hand", "state": "working", "seen_at": before(timedelta(0)), "places": 0}
            connection.execute(insert(queue_worker).values(**hand))
            connection.execute(insert(question), [{"question_id": n, "state": "open"} for n in ("a", "b")])
        keep(opened.home, [SessionHealth("seller_a", "practice", "person", ("qr",))])
        yield opened


def values(text: str) -> dict[tuple[str, str], float]:
    """The figures by name and first label, read by the library's own parser."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_well_desk_says_so_with_what_was_seen(desk: Desk) -> None:
    """200 with the clock's age, the runs that are due and since when, the free disk."""
    status, said = health(desk, lambda: AT)
    assert (status, said["status"]) == (200, "ok")
    assert said["checks"]["clock"]["seen"] == {"looked_s": 10.0}
    assert said["checks"]["workers"]["seen"] == {"working": 1, "lost": 1}
    assert said["checks"]["queue"]["seen"] == {
        "due": 3, "oldest_due_s": 2400.0, "running": 1, "waiting": 2, "oldest_waiting_s": 420.0, "by_hand": 1,
    }  # fmt: skip


def test_the_queue_is_said_in_two_lines(desk: Desk) -> None:
    """What waits and since when, what is done where and what by hand, who is there; of an empty queue nothing."""
    with desk.database.read() as connection:
        seen = picture_of(connection, AT)
    nobody = replace(seen, workers=0, places=0)
    assert picture_words(nobody, "zh") == [
        "2 件在等，最早的等了 7 分钟；2 件在做；没有工人在干活",
        "c 在 pc-7，d 在 pc-7（手动）",
    ]
    assert picture_words(replace(seen, workers=1, places=2, stale=1), "en") == [
        "2 waiting, the first for 7 min; 2 under way; 1 with nobody any more, taken up again soon; "
        "1 worker (2 accounts at once)",
        "c at pc-7, d at pc-7 (by hand)",
    ]
    assert picture_words(QueuePicture(0, None, (), 0, 0, 0), "zh") == []


def test_old_lines_of_the_queue_go(tmp_path: Path) -> None:
    """What ended before the days that are kept is no longer listed; what waits or ended later stays, 0 keeps all."""
    with open_desk(Settings(home=tmp_path)) as desk:
        ended = {"old": before(timedelta(days=9_000)), "new": stamp(datetime.now(UTC)), "open": ""}
        with desk.database.write() as connection:
            rows = [
                {"ticket_key": key, "state": "ended" if at else "queued", "ended_at": at} for key, at in ended.items()
            ]
            connection.execute(insert(queue_job), rows)
        counts = [tidy_queue(desk.settings, desk.database, days, really=really)
                  for days, really in ((0, True), (90, False), (90, True), (90, True))]  # fmt: skip
        with desk.database.read() as connection:
            left = set(connection.execute(select(queue_job.c.ticket_key)).scalars())
    assert (counts, left) == ([0, 1, 1, 0], {"new", "open"})


def test_a_clock_that_looked_too_long_ago_is_a_failure(desk: Desk) -> None:
    """Five minutes without a look make the answer 503; one second less does not."""
    limit = timedelta(seconds=STALE_S - 10)
    assert health(desk, lambda: AT + limit)[0] == 200
    status, said = health(desk, lambda: AT + limit + timedelta(seconds=1))
    assert (status, said["checks"]["clock"]["fine"]) == (503, False)


def test_a_key_that_does_not_open_the_vault_is_a_failure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The night would not get in anywhere: 503, with the error's code and where the key came from."""
    desk.vault.put("seller_a", password="x")
    monkeypatch.setenv("YEBAN_KEY", Fernet.generate_key().decode())
    status, said = health(desk, lambda: AT)
    assert (status, said["checks"]["vault"]) == (
        503,
        {"fine": False, "seen": {"key": "environment", "code": "D-VAULT"}},
    )


def test_a_worker_that_was_killed_and_begun_again_is_not_lost_for_ever(tmp_path: Path) -> None:
    """Killed and begun anew on its machine: nobody is missing; on the other machine nobody has begun one: one is."""
    with open_desk(Settings(home=tmp_path)) as desk:
        now, hour_ago = before(timedelta(0)), before(timedelta(hours=1))
        rows = [
            {"worker": f"{host}-{n}", "host": host, "state": "working", "places": 2, "seen_at": at, "recorded_at": at}
            for host, n, at in (("pc", 1, hour_ago), ("pc", 2, now), ("home", 3, hour_ago))
        ]
        with desk.database.write() as connection:
            connection.execute(insert(queue_worker), rows)
        seen = health(desk, lambda: AT)[1]["checks"]["workers"]["seen"]
    assert seen == {"working": 1, "lost": 1}


def test_a_full_disk_is_a_failure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less room than the settings ask for makes the answer 503."""
    monkeypatch.setattr(desk, "settings", desk.settings.model_copy(update={"min_free_gb": TINY_PLACE_GB}))
    status, said = health(desk, lambda: AT)
    assert (status, said["checks"]["disk"]["fine"]) == (503, False)


def test_books_that_are_gone_are_a_failure_and_no_crash(tmp_path: Path) -> None:
    """When the tables cannot be read, health answers 503 and the figures say yeban_up 0."""
    with open_desk(Settings(home=tmp_path)) as desk:
        with desk.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE timetable_mark RENAME TO gone")
        status, said = health(desk, lambda: AT)
        found = values(metrics_text(desk, AT))
    assert (status, said["checks"]["database"]["fine"]) == (503, False)
    assert found["yeban_up", ""] == 0
    assert ("yeban_timetable_due", "") not in found


def test_prometheus_reads_the_figures(desk: Desk) -> None:
    """Its own parser finds the counts of the books under names that end with their units."""
    found = values(metrics_text(desk, AT))
    assert found["yeban_up", ""] == 1
    assert found["yeban_timetable_due", ""] == 3
    assert found["yeban_timetable_runs", "planned"] == 4
    assert found["yeban_timetable_oldest_due_seconds", ""] == 2400
    assert found["yeban_clock_look_age_seconds", ""] == 10
    assert found["yeban_questions", "open"] == 2
    assert (found["yeban_workers", ""], found["yeban_workers_lost", ""]) == (1, 1)
    assert (found["yeban_queue_jobs", "queued"], found["yeban_queue_oldest_seconds", ""]) == (2, 420)
    assert found["yeban_runs_by_hand", ""] == 1
    assert found["yeban_sessions", "person"] == 1
    assert found["yeban_disk_free_bytes", ""] > 0
    assert found["yeban_books_bytes", ""] > 0


async def test_machines_ask_over_http(desk: Desk) -> None:
    """The three addresses answer: alive at all, well or not with every check, the figures as Prometheus takes them."""
    app = operations_app(desk)
    assert (await call(app, "GET", "/live")).json == {"status": "ok"}
    ready = await call(app, "GET", "/health")
    assert ready.status == (200 if ready.json["status"] == "ok" else 503)
    assert set(ready.json["checks"]) == {"database", "clock", "queue", "disk", "workers", "vault"}
    answer = await call(app, "GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert values(answer.text)["yeban_timetable_runs", "running"] == 1
