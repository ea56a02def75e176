"""A history of 10,000 finished runs, and every command that looks at it: still an answer within 200 ms.

The home holds what so many runs leave behind: nights and timetable, journal, jobs of workers, files and their receipts,
results, messages, questions; and every night something that waits for a person. Each command is a program of its own,
compiled once before it counts, and held against the limit by the clock, in both ways that there are: by itself, and
with the warm process that `yeban serve` holds or an earlier command has left (`schedules.warm`). By the clock a busy
machine measures its neighbours: the first lines say, in processor seconds too, what is below every command.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Integer, Table

from schedules.problems import EXIT_CODES
from schedules.settings import ROOT
from schedules.warm.client import SWITCH
from schedules.warm.place import socket_path
from storage.database.bulk import insert_missing
from storage.database.connection import open_database
from storage.database.tables import bot_result, command, effect, item, job, raw_file, raw_receipt, run, run_file
from storage.database.tables.desk import notice, question, queue_job, timetable_mark, timetable_run
from tests.bench.language import as_installed
from tests.bench.measure import Measured, within

RUNS = 10_000
RUNS_A_NIGHT = 40
ACCOUNTS = tuple(f"seller_{number}" for number in range(12))
LIMIT_S = 0.2
ROUNDS = 5
LAST_NIGHT = date(2026, 11, 21)
TIMETABLE = "历史"
READS: tuple[tuple[str, ...], ...] = (
    ("aftersales", "list"), ("calendar",), ("documents",), ("elements", "healed"), ("feeds",), ("flows",), ("inbox",),
    ("invoices", "list"), ("kinds",), ("log",), ("map",), ("notify", "list"), ("orders", "held"), ("people",),
    ("products", "shelf"), ("purchases", "list"), ("quarantine",), ("recon", "board"), ("recon", "list"),
    ("recon", "months"), ("report", "--list"), ("runs",), ("secret", "list"), ("sessions", "list"), ("status",),
    ("timetable",), ("todo", "list"), ("waiting",),
)  # fmt: skip
"""What people type to look at something: each with nothing more than it needs."""
YEBAN = (sys.executable, "-m", "schedules.cli")
FLOOR = (sys.executable, "-c", "import typer, rich.console, pydantic, sqlalchemy")
"""The libraries below every command that looks into the books: on a busy machine it tells how much slower all of it
is."""
ANSWERS = {0, EXIT_CODES["person"]}
"""How a command that has answered ends: also with something that waits for a person."""
SETTINGS = {name: {"site": "practice", "username": name, "shop": f"shop_{name[7:]}"} for name in ACCOUNTS}
ENTRIES = f"""title: {TIMETABLE}
entries:
  夜班: {{run: practice/orders, accounts: [{", ".join(ACCOUNTS)}], every: 每天, at: 01:30}}
"""
FEEDS = "feeds:\n" + "".join(
    f'  - {{kind: practice_orders, shop: {one["shop"]}, by: "06:00"}}\n' for one in SETTINGS.values()
)


async def run_reads(rounds: int, runs: int = RUNS, reads: Sequence[tuple[str, ...]] = READS) -> list[Measured]:
    """Each command over a home with so many runs, by the clock: by itself, and in the warm process."""
    rounds = max(rounds, ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fill(home, runs)
        environment = {**as_installed(str(Path(folder) / "compiled")), "YEBAN_HOME": str(home), "PYTHONUTF8": "1",
                       "COLUMNS": "160", SWITCH: "0"}  # fmt: skip
        environment.pop("YEBAN_DATABASE", None)
        what = f"{runs:,} runs, 200 ms"
        floor = _times(FLOOR, environment, rounds)
        found = [
            within("(python and libraries)", [one.clock_s for one in floor], limit_s=LIMIT_S, what=what),
            within("(the same, processor)", [one.processor_s for one in floor], limit_s=LIMIT_S, what=what),
        ]
        for way, surroundings in (("", environment), (" (warm)", {**environment, SWITCH: "1"})):
            with _standing(home, surroundings):
                for words in reads:
                    spent = [one.clock_s for one in _times((*YEBAN, *words), surroundings, rounds)]
                    found.append(within(" ".join(words) + way, spent, limit_s=LIMIT_S, what=what))
        return found


@dataclass(frozen=True)
class Spent:
    """What one command took: by the clock, and of the processor where the system counts that (else 0)."""

    clock_s: float
    processor_s: float


@contextmanager
def _standing(home: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """The warm process of this home, as serve holds it; none where the environment says so."""
    if environment[SWITCH] == "0" or not sys.platform.startswith("linux"):
        yield
        return
    program = [sys.executable, "-P", "-m", "schedules.warm", str(home)]
    process = subprocess.Popen(program, cwd=ROOT, env=dict(environment), stdin=subprocess.PIPE)
    try:
        _wait_until_it_listens(home, process)
        yield
    finally:
        process.communicate()  # it ends when its stdin does


def _wait_until_it_listens(home: Path, process: "subprocess.Popen[bytes]") -> None:
    ended = None
    while ended is None:
        with socket.socket(socket.AF_UNIX) as line:
            if line.connect_ex(socket_path(str(home))) == 0:
                return
        with suppress(subprocess.TimeoutExpired):
            ended = process.wait(0.05)
    raise AssertionError(f"the warm process ended with {ended}; has the checkout changed meanwhile?")


def _times(program: tuple[str, ...], environment: Mapping[str, str], rounds: int) -> list[Spent]:
    answered(program, environment)
    return [answered(program, environment) for _ in range(rounds)]


def answered(program: tuple[str, ...], environment: Mapping[str, str]) -> Spent:
    """What the program took. Raises if it fails."""
    before, clock = os.times(), time.perf_counter()
    said = subprocess.run(program, cwd=ROOT, capture_output=True, env=dict(environment))
    clock_s, after = time.perf_counter() - clock, os.times()
    if said.returncode not in ANSWERS:
        raise AssertionError(f"{program} ended with {said.returncode}: {said.stderr.decode(errors='replace')[-2000:]}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(clock_s, spent)


def fill(home: Path, runs: int) -> None:
    """A home with so many finished runs and what each of them leaves behind."""
    home.mkdir(parents=True)
    (home / "settings.yaml").write_text(json.dumps({"accounts": SETTINGS}), "utf-8")
    (home / "timetable.yaml").write_text(ENTRIES, "utf-8")
    (home / "feeds.yaml").write_text(FEEDS, "utf-8")
    database = open_database(f"sqlite:///{(home / 'yeban.db').as_posix()}")
    try:
        with database.write() as connection:
            for table, rows in history(runs).items():
                insert_missing(connection, table, [_whole(table, row) for row in rows])
            _mark(connection)
    finally:
        database.close()


def _mark(connection: Connection) -> None:
    insert_missing(connection, timetable_mark, [{"timetable": TIMETABLE, "planned_until": _at(LAST_NIGHT, 12 * 3600)}])


def history(runs: int) -> dict[Table, list[dict[str, object]]]:
    """The rows of so many runs by table; columns that are not named are empty."""
    rows: dict[Table, list[dict[str, object]]] = {}
    for number in range(runs):
        for table, row in _of_run(number, runs):
            rows.setdefault(table, []).append(row)
    return rows


def _of_run(number: int, runs: int) -> Iterator[tuple[Table, dict[str, object]]]:
    """What one run leaves; the last of each night waits for a person, who has seen all but the newest night's."""
    back = (runs - 1 - number) // RUNS_A_NIGHT
    night, place = LAST_NIGHT - timedelta(days=back), number % RUNS_A_NIGHT
    account, waits = ACCOUNTS[place % len(ACCOUNTS)], place == RUNS_A_NIGHT - 1
    begun, ended, stage = _at(night, place * 60), _at(night, place * 60 + 50), "person" if waits else "done"
    run_id, sha, times = f"{night}-orders-{number}", f"{number:064x}", {"started_at": begun, "ended_at": ended}
    key = f"{night}|practice/orders|{account}||{number:08x}"
    shop, name = SETTINGS[account]["shop"], f"订单-{account}-{night}-{number}.xlsx"
    summary = json.dumps({"files": 1, "rows": 20, "changed": 3, "outcomes": {}, "parked": [], "who": "", "hint": ""})
    facts = json.dumps({"account": account, "flow": "practice/orders"})
    yield job, {"job_key": key, "night": str(night), "flow": "practice/orders", "account": account, "inputs": "{}",
                "position": place, "stage": stage, "run_id": run_id, "message": "要验证码" if waits else "",
                "summary": summary, **times}  # fmt: skip
    yield run, {"run_id": run_id, "facts": facts, "attempt": 1, "state": stage, **times}
    for row in range(2):
        yield item, {"run_id": run_id, "item_key": str(row), "state": "done", "data": "{}", "attempt": 1, **times}
    yield effect, {"effect_key": f"{run_id}|0", "run_id": run_id, "item_key": "0", "label": "下架",
                   "state": "person" if waits and not back else "done", "attempt": 1, **times}  # fmt: skip
    record = json.dumps({"name": name, "path": f"files/{name}", "sha256": sha})
    yield run_file, {"run_id": run_id, "path": f"files/{name}", "file_sha": sha, "record": record, "recorded_at": ended}
    file = {"file_sha": sha, "shop": shop, "name": name, "origin": "run", "run_id": run_id, "flow": "practice/orders",
            "period_from": str(night - timedelta(days=1)), "period_to": str(night - timedelta(days=1)),
            "received_at": ended}  # fmt: skip
    yield raw_file, {**file, "kind": "practice_orders", "rows": 20, "rows_ok": 20, "state": "read", "control": "{}"}
    yield raw_receipt, {**file, "owner": shop}
    yield timetable_run, {"run_key": f"夜班|{night}T01:{place:02d}|{account}", "entry": "夜班", "account": account,
                          "cause": "time", "day": str(night), "slot": begun, "due_at": begun, "state": stage,
                          "facts": "{}", "attempt": 1, "recorded_at": begun, **times}  # fmt: skip
    yield queue_job, {"ticket_key": f"{key}|1", "kind": "flow", "run_key": key, "account": account, "tags": "[]",
                      "payload": "{}", "result": "{}", "state": "ended", "outcome": stage, "worker": "here",
                      "recorded_at": begun, **times}  # fmt: skip
    yield command, {"command_id": f"c{number}", "worklist": "to_delist", "shop": shop, "subject": str(number),
                    "data": "{}", "reason": "没有货", "night": str(night), "state": "done"}  # fmt: skip
    yield bot_result, {"run_id": run_id, "command_id": f"c{number}", "worklist": "to_delist", "shop": shop,
                       "outcome": "done", "at": ended, "data": "{}"}  # fmt: skip
    if place % 4 == 0:
        yield notice, {"notice_id": run_id, "channel": "desk", "route": "digest", "incident": run_id, "title": "夜班",
                       "files": "[]", "state": "sent", "tries": 1, "recorded_at": begun, "due_at": begun,
                       "ended_at": ended}  # fmt: skip
        yield question, {"question_id": f"{number:06x}", "kind": "captcha", "question": "请输入图片里的验证码",
                         "choices": "[]", "facts": facts, "state": "taken", "who": "王敏", "recorded_at": begun,
                         "due_at": ended, "ended_at": ended}  # fmt: skip


def _at(night: date, seconds: int) -> str:
    moment = datetime(night.year, night.month, night.day, tzinfo=UTC) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds")


def _whole(table: Table, row: Mapping[str, object]) -> dict[str, object]:
    """The row with every column of its table."""
    empty = {column.name: 0 if isinstance(column.type, Integer) else "" for column in table.columns}
    return {**empty, **row}
