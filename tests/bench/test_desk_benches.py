"""The benches of the desk still run, on little: what they measure is there, and what they count is counted rightly."""

import json
import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from schedules.queue.model import Standing, Ticket
from storage.database.connection import open_database
from storage.database.tables import job, raw_file, run_file
from storage.database.tables.desk import notice
from tests.bench import __main__ as benches
from tests.bench import desk, machines, overhead, soak
from tests.bench.month import counting, days, life, people

NIGHT = date(2026, 10, 2)


def test_commands_answer_over_a_history(tmp_path: Path) -> None:
    """A home with a night of finished runs is made, and a command reads it as a program of its own, or the bench
    raises."""
    desk.fill(tmp_path / "home", desk.RUNS_A_NIGHT)
    spent = desk.answered((*desk.YEBAN, "waiting"), {**os.environ, "YEBAN_HOME": str(tmp_path / "home")})
    assert benches.BENCHMARKS["desk"] is desk.run_reads
    assert spent.clock_s > 0


async def test_empty_runs_go_all_the_way() -> None:
    """Runs that do nothing go from the timetable through clock, queue and worker, each after the one before it."""
    played = await overhead.once(3)
    assert (len(played.begun_s), len(played.between())) == (3, 2)


def test_growth_is_the_second_half() -> None:
    """What is gained in a hundred runs is read from a line through the second half: warming up does not count."""
    sizes = [run * 50 * soak.MB for run in range(10)] + [500 * soak.MB + run * soak.MB // 10 for run in range(10)]
    assert round(soak.gained_mb(sizes), 3) == 10.0
    assert soak.gained_mb([7] * 20) == 0


def test_the_month_holds_its_holidays_and_the_change_of_clocks() -> None:
    """Thirty nights hold National Day, the Saturday that makes up for it, and Europe's change; days off ask for no
    workday's file."""
    nights = [days.FIRST_NIGHT + timedelta(days=number) for number in range(30)]
    assert {date(2026, 10, 1), date(2026, 10, 10), date(2026, 10, 25)} <= set(nights)
    worked = {one.day for night in nights for one in counting.planned_of(night) if one.account == "seller_a2"}
    assert {date(2026, 10, 1), date(2026, 10, 7), date(2026, 10, 11)}.isdisjoint(worked)
    assert {date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 10)} <= worked


def test_people_of_the_month_come_back_in_time_but_for_the_last_days() -> None:
    """Whoever is away or locked out before the last days is there again while what they missed is still looked for;
    at the end somebody waits for a person, and every account has one."""
    blocked = [people.away(number, 30) | people.locked_out(number, 30) for number in range(30)]
    last = next(number for number in range(30) if people.at_the_end(number, 30))
    missed = [number for number in range(last) if blocked[number]]
    back = [next(later for later in range(number, 30) if not blocked[later]) for number in missed]
    assert missed
    assert all(later - number < life.LOOKED_BACK.days for number, later in zip(missed, back, strict=True))
    assert all(blocked[last:])
    assert {one.account for one in counting.planned_of(NIGHT)} <= set(people.PERSON_OF)


def _job(connection: Connection, document: counting.Document, stage: str, message: str, person: str = "") -> None:
    run_id = f"{document.day}-{document.account}-{document.flow}"
    empty = {one.name: 0 if one.name == "position" else "" for one in job.columns}
    told = {"job_key": run_id, "night": str(document.day), "flow": document.flow, "account": document.account,
            "stage": stage, "message": message, "run_id": run_id,
            "summary": json.dumps({"person": person})}  # fmt: skip
    connection.execute(insert(job).values({**empty, **told}))


def _came(connection: Connection, document: counting.Document) -> None:
    run_id = sha = f"{document.day}-{document.account}-{document.flow}"
    record = f'{{"name": "{document.name}"}}'
    told = {"run_id": run_id, "path": document.name, "file_sha": sha, "record": record, "recorded_at": ""}
    connection.execute(insert(run_file).values(told))
    empty = {
        column.name: 0 if column.name in {"line", "size", "rows", "rows_ok"} else "" for column in raw_file.columns
    }
    connection.execute(insert(raw_file).values({**empty, "file_sha": sha, "state": "read"}))


def test_documents_are_counted_by_the_plan(tmp_path: Path) -> None:
    """One that came has arrived; one whose job names who answers for the account, who was told so, waits; one whose job
    names nobody, or never began, is missing, and a snapshot of a day that is not worked was not planned."""
    came, waits, failed, *never = [one for one in counting.planned_of(NIGHT) if one.flow == "practice/products"]
    whose = people.PERSON_OF[waits.account]
    said = {column.name: 0 if column.name in {"urgent", "tries"} else "" for column in notice.columns}
    said |= {"route": "digest", "state": "sent", "incident": f"{NIGHT}|x", "body": f"{waits.account} → {whose}"}
    holiday = counting.Document(NIGHT, "seller_a2", "practice/products", f"商品-shop_a-{NIGHT}.xlsx")
    database = open_database(tmp_path / "yeban.db")
    try:
        with database.write() as connection:
            for one, stage, message in [(came, "done", ""), (failed, "failed", "500"), (holiday, "done", "")]:
                _job(connection, one, stage, message)
            _job(connection, waits, "person", "要验证码", whose)
            untold = counting.count(connection, [NIGHT])
            connection.execute(insert(notice).values(said))
            for one in (came, holiday):
                _came(connection, one)
        with database.read() as connection:
            found = counting.count(connection, [NIGHT])
            assert counting.unplanned(connection, [NIGHT]) == [holiday]
    finally:
        database.close()
    assert waits in untold.missing, "nobody has been told that it waits for them"
    assert (found.arrived, {one: wait.person for one, wait in found.waiting.items()}) == (1, {waits: whose})
    assert failed in found.missing
    assert set(never) <= set(found.missing)
    assert found.planned == found.arrived + len(found.waiting) + len(found.missing)


def test_a_machine_goes_in_the_middle_of_a_flow_that_changes_something() -> None:
    """What a machine holds is told by its worker's name; only flows that have begun to change something count."""
    key = "2026-10-02|practice/ship|seller_a|to_ship_form|44136fa3"
    nothing = {"lease_until": None, "outcome": "", "message": "", "result": {}, "folder": "", "cancel": "",
               "recorded_at": datetime(2026, 10, 2, tzinfo=UTC), "started_at": None, "ended_at": None}  # fmt: skip
    ticket = Ticket(f"夜班|2026-10-02T01:30|/{key}#1", "flow", "夜班", "seller_a")
    held = Standing(ticket=ticket, state="leased", worker="pc-7", fence=1, **nothing)  # type: ignore[arg-type]
    busy = {key: "practice/ship seller_a"}
    assert machines.of([held], 7, busy) == ["practice/ship seller_a"]
    assert machines.of([held], 8, busy) == machines.of([held], 7, {}) == []
    assert machines.state_of([held, replace(held, state="ended", outcome="done")]) == "done 1, leased 1"


@pytest.mark.parametrize("lacks", ["killed", "cut", "taken_over", "unended", "untrue", "twice", "findings", "effects"])
def test_a_night_on_three_machines_is_as_promised_only_whole(lacks: str) -> None:
    """Both machines have to go, and nothing may be left open, be claimed or be done twice."""
    found = machines.Found(1, ["a"], ["b"], 2, effects=Counter(done=1), twice={"sheets": 0})
    assert found.as_promised
    wrong = {"killed": [], "cut": [], "taken_over": 0, "unended": ["x"], "untrue": ["x"], "twice": {"sheets": 1},
             "findings": ["x"], "effects": Counter()}  # fmt: skip
    assert not replace(found, **{lacks: wrong[lacks]}).as_promised  # type: ignore[arg-type]
