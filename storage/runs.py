"""What the bots did and what is to be done tonight: the run journal and the jobs, in the books' database.

Every call is one transaction and durable when it returns (SQLite: WAL with synchronous=FULL, so that a power cut
cannot undo "begun"; PostgreSQL: its default). That is what "nothing twice" rests on: an effect is written down as begun
before it is tried outside. `DatabaseJournal` has the same methods and answers as the bots' journals; the rooms do not
import each other, so it conforms by its shape.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, update

from storage.database.bulk import insert_missing, upsert
from storage.database.connection import Database
from storage.database.moments import stamp_now
from storage.database.tables import effect, item, job, run, run_file

STAGES = ("planned", "playing", "played", "archived", "ingested", "done", "failed", "person")
ENDED = frozenset({"done", "failed", "person"})


class DatabaseJournal:
    """The durable memory of runs, rows, effects and files.

    `before_write` is called with the name of each entry before it is written, so that a test can stop the world at
    any of them; `clock` gives moments as ISO 8601 UTC.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], str] = stamp_now,
        before_write: Callable[[str], None] | None = None,
        shown: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
        fence: Callable[[Connection, str], None] | None = None,
    ) -> None:
        """`shown`: what of a worklist's row may stand in the books; the desk leaves out what is personal.

        `fence` is asked inside each write's transaction, with the entry's name, and raises when nothing may be written.
        """
        self._database = database
        self._clock = clock
        self._before_write = before_write
        self._shown = shown
        self._fence = fence

    def fenced(self, fence: Callable[[Connection, str], None]) -> "DatabaseJournal":
        """The same journal for a run that may lose its right to write: `fence` raises once it has."""
        return DatabaseJournal(
            self._database, clock=self._clock, before_write=self._before_write, shown=self._shown, fence=fence
        )

    def start_run(self, run_id: str, facts: dict[str, str]) -> None:
        """The run is known; a second call is a resume and counts one more attempt."""
        with self._writing("run_started") as connection:
            known = connection.execute(select(run.c.attempt).where(run.c.run_id == run_id)).scalar()
            if known is None:
                values = {"run_id": run_id, "facts": _json(facts), "attempt": 1, "state": "open"}
                connection.execute(run.insert().values(**values, started_at=self._clock()))
                return
            again = {"attempt": known + 1, "state": "open", "message": "", "ended_at": ""}
            connection.execute(update(run).where(run.c.run_id == run_id).values(**again))

    def end_run(self, run_id: str, state: str, message: str) -> None:
        """The run has ended: done | rejected_some | failed | person | stopped."""
        with self._writing("run_ended") as connection:
            values = {"state": state, "message": message, "ended_at": self._clock()}
            connection.execute(update(run).where(run.c.run_id == run_id).values(**values))

    def start_item(self, run_id: str, item_key: str, data: dict[str, str]) -> str:
        """What was known of the row: new | open | done | rejected | failed | person.

        One that is done or rejected is left alone; any other is open from now on.
        """
        with self._writing("item_started") as connection:
            mine = (item.c.run_id == run_id) & (item.c.item_key == item_key)
            known = connection.execute(select(item.c.state, item.c.attempt).where(mine)).first()
            if known is None:
                told = _json(self._shown(data))  # shown to people only; the run itself reads its worklist
                values = {"run_id": run_id, "item_key": item_key, "state": "open", "data": told, "attempt": 1}
                connection.execute(item.insert().values(**values, started_at=self._clock()))
                return "new"
            if _settled(known.state) not in {"done", "rejected"}:
                again = {"state": "open", "attempt": known.attempt + 1, "reason": "", "ended_at": ""}
                connection.execute(update(item).where(mine).values(**again))
            return _settled(known.state)

    def end_item(self, run_id: str, item_key: str, outcome: str, reason: str) -> None:
        """The row has ended: done | found_done | rejected | failed | person."""
        with self._writing("item_ended") as connection:
            mine = (item.c.run_id == run_id) & (item.c.item_key == item_key)
            values = {"state": outcome, "reason": reason, "ended_at": self._clock()}
            connection.execute(update(item).where(mine).values(**values))

    def open_effect(self, effect_key: str, run_id: str, item_key: str, label: str) -> str:
        """What was known of the effect: new | open (begun before, end unknown) | done | person.

        A new one is open from now on; one that ended is left alone.
        """
        with self._writing("effect_opened") as connection:
            mine = effect.c.effect_key == effect_key
            known = connection.execute(select(effect.c.state, effect.c.attempt).where(mine)).first()
            values = {"run_id": run_id, "item_key": item_key, "label": label, "state": "open"}
            if known is None:
                moment = self._clock()
                connection.execute(
                    effect.insert().values(effect_key=effect_key, attempt=1, started_at=moment, **values)
                )
                return "new"
            if known.state in {"open", "free"}:
                again = {**values, "attempt": known.attempt + 1, "note": "", "ended_at": ""}
                if known.state == "free":  # it begins only now; one that was open was begun back then
                    again["started_at"] = self._clock()
                connection.execute(update(effect).where(mine).values(**again))
            return "new" if known.state == "free" else _settled(known.state)

    def doubtful_since(self, account: str) -> datetime | None:
        """When the newest effect of the account was begun whose end is unknown; None where there is none."""
        mine = effect.c.effect_key.startswith(f"{account}|", autoescape=True) & (effect.c.state == "open")
        with self._database.read() as connection:
            newest = connection.execute(select(func.max(effect.c.started_at)).where(mine)).scalar()
        return datetime.fromisoformat(newest) if newest else None

    def may_act(self) -> None:
        """Right before something is done outside: whoever may lose the run is asked once more; `fence` raises then."""
        if self._fence is not None:
            with self._database.write() as connection:
                self._fence(connection, "effect_acted")

    def close_effect(self, effect_key: str, how: str, note: str) -> None:
        """How the effect ended: done | found_done | not_done (may be opened again) | person."""
        with self._writing("effect_closed") as connection:
            state = "free" if how == "not_done" else how
            values = {"state": state, "note": note, "ended_at": self._clock()}
            connection.execute(update(effect).where(effect.c.effect_key == effect_key).values(**values))

    def record_file(self, run_id: str, record: dict[str, object]) -> None:
        """One entry of manifest.json is known to this run; for the same path again the later entry holds."""
        row = {
            "run_id": run_id,
            "path": str(record.get("path", "")),
            "file_sha": str(record.get("sha256", "")),
            "record": _json(record),
            "recorded_at": self._clock(),
        }
        with self._writing("file") as connection:
            upsert(connection, run_file, [row])

    def files(self, run_id: str) -> list[dict[str, object]]:
        """All entries recorded for this run, in order."""
        query = select(run_file.c.record).where(run_file.c.run_id == run_id)
        with self._database.read() as connection:
            records = connection.execute(query.order_by(run_file.c.recorded_at, run_file.c.path)).scalars()
            return [json.loads(record) for record in records]

    def known_content(self, sha256: str) -> dict[str, object] | None:
        """The first entry of any run with exactly these bytes; None when they were never received."""
        query = select(run_file.c.record).where(run_file.c.file_sha == sha256).order_by(run_file.c.recorded_at).limit(1)
        with self._database.read() as connection:
            record = connection.execute(query).scalar()
        return None if record is None else _object(record)

    @contextmanager
    def _writing(self, entry: str) -> Iterator[Connection]:
        if self._before_write is not None:
            self._before_write(entry)
        with self._database.write() as connection:
            if self._fence is not None:
                self._fence(connection, entry)
            yield connection


class Job(NamedTuple):
    """One job of a night, as the table of the night shows it."""

    job_key: str
    night: str
    flow: str
    account: str
    inputs: dict[str, Any]
    position: int
    stage: str
    run_id: str
    message: str
    summary: dict[str, Any]
    started_at: str
    ended_at: str


def plan_job(
    database: Database,
    job_key: str,
    *,
    night: str,
    flow: str,
    account: str = "",
    inputs: Mapping[str, Any] | None = None,
    position: int = 0,
) -> Job:
    """Put a job on the night's list, or find the one that is there: the same work is one job."""
    row = {
        "job_key": job_key,
        "night": night,
        "flow": flow,
        "account": account,
        "inputs": _json(dict(inputs or {})),
        "position": position,
        "stage": "planned",
    }
    with database.write() as connection:
        insert_missing(connection, job, [row])
        return _job(connection, job_key)


def set_stage(
    database: Database,
    job_key: str,
    stage: str,
    *,
    run_id: str | None = None,
    message: str | None = None,
    summary: Mapping[str, Any] | None = None,
) -> Job:
    """The job has come to `stage`; what is not given stays. Raises ValueError for a stage that is none, KeyError for
    a job that was never planned.

    `started_at` is set by the first stage after planned, `ended_at` by done, failed and person (and cleared when a job
    that waited or failed is taken up again).
    """
    if stage not in STAGES:
        raise ValueError(f"{stage!r} is none of {', '.join(STAGES)}")
    values: dict[str, object] = {"stage": stage, "ended_at": stamp_now() if stage in ENDED else ""}
    if run_id is not None:
        values["run_id"] = run_id
    if message is not None:
        values["message"] = message
    if summary is not None:
        values["summary"] = _json(dict(summary))
    with database.write() as connection:
        before = _job(connection, job_key)
        if not before.started_at and stage != "planned":
            values["started_at"] = stamp_now()
        connection.execute(update(job).where(job.c.job_key == job_key).values(**values))
        return _job(connection, job_key)


def jobs(database: Database, night: str) -> list[Job]:
    """The jobs of a night, in the order in which they are to run."""
    with database.read() as connection:
        rows = connection.execute(select(job).where(job.c.night == night).order_by(job.c.position, job.c.job_key))
        return [_as_job(row._mapping) for row in rows]


def _job(connection: Connection, job_key: str) -> Job:
    row = connection.execute(select(job).where(job.c.job_key == job_key)).first()
    if row is None:
        raise KeyError(job_key)
    return _as_job(row._mapping)


def _as_job(row: Mapping[Any, Any]) -> Job:
    fields = {name: row[name] for name in Job._fields}
    return Job(**fields | {"inputs": _object(fields["inputs"]), "summary": _object(fields["summary"])})


def _object(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _settled(state: str) -> str:
    return "done" if state == "found_done" else state


class WaitingEffect(NamedTuple):
    """Something that was begun outside and that nobody could tell the end of; `number` names it for people."""

    number: str
    effect_key: str
    label: str
    note: str
    run_id: str
    since: str


def waiting_effects(database: Database) -> list[WaitingEffect]:
    """What waits for a person to look, oldest first."""
    with database.read() as connection:
        query = select(effect).where(effect.c.state == "person").order_by(effect.c.ended_at, effect.c.effect_key)
        return [
            WaitingEffect(_number(row.effect_key), row.effect_key, row.label, row.note, row.run_id, row.ended_at)
            for row in connection.execute(query)
        ]


def settle_effect(database: Database, effect_key: str, *, happened: bool, note: str) -> bool:
    """A person has looked: it has happened, or has not and may be done again. False when it does not wait any more."""
    with database.write() as connection:
        mine = (effect.c.effect_key == effect_key) & (effect.c.state == "person")
        values = {"state": "done" if happened else "free", "note": note, "ended_at": stamp_now()}
        return connection.execute(update(effect).where(mine).values(**values)).rowcount == 1


def _number(effect_key: str) -> str:
    return hashlib.sha256(effect_key.encode()).hexdigest()[:6]
