"""The desk's health and figures, as a load balancer and Prometheus ask for them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from schedules.desk import Desk, open_desk
from schedules.operations.checked import SessionHealth, keep
from schedules.operations.health import STALE_S, health
from schedules.operations.http import operations_app
from schedules.operations.metrics import metrics_text
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
            workers = [{"worker": name, "state": "working", "seen_at": at} for name, at in seen.items()]
            connection.execute(insert(queue_worker), workers)
            connection.execute(insert(queue_job).values(ticket_key="t", state="waiting"))
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
    assert said["checks"]["queue"]["seen"] == {"due": 3, "oldest_due_s": 2400.0, "running": 1}


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
    assert found["yeban_queue_jobs", "waiting"] == 1
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
