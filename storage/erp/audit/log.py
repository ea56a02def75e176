"""The log of what was changed: append-only, numbered without gaps, each row sealed to the one before it.

What is logged holds no personal data: of an address the log keeps its masked form. The chain shows every row that was
edited or removed by somebody who cannot recompute all rows after it; against him keep `head` somewhere else (it stands
in the report of the night).
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.bulk import insert_missing
from storage.database.tables.privacy import audit_head, audit_log
from storage.erp.invariants.findings import Finding

CHAIN = "audit"
START = "0" * 64


class Entry(NamedTuple):
    """One thing done: `before` and `after` are JSON-able values, None where there was or is nothing."""

    who: str
    what: str
    subject: str
    before: object = None
    after: object = None
    why: str = ""


class Logged(NamedTuple):
    """One row of the log as people read it."""

    seq: int
    recorded_at: str
    who: str
    what: str
    subject: str
    before: str
    after: str
    why: str


def changed(connection: Connection, entry: Entry, *, at: str = "") -> bool:
    """Log a change; False, and nothing is logged, when before and after are the same."""
    return changed_all(connection, [entry], at=at) == 1


def changed_all(connection: Connection, entries: Iterable[Entry], *, at: str = "") -> int:
    """Log many changes at once; returns how many there were that changed anything.

    `at`: UTC, ISO 8601; default now. Takes the log's lock until the caller's transaction ends, so numbers have no gaps.
    """
    real = [entry for entry in entries if _text(entry.before) != _text(entry.after)]
    return _append(connection, real, at)


def noted(connection: Connection, who: str, what: str, subject: str, *, why: str = "", at: str = "") -> None:
    """Log an act that changes nothing: a look at personal data, an approval."""
    noted_all(connection, [Entry(who, what, subject, why=why)], at=at)


def noted_all(connection: Connection, entries: Iterable[Entry], *, at: str = "") -> None:
    """Log many acts at once, also those that change nothing."""
    _append(connection, list(entries), at)


def _append(connection: Connection, entries: list[Entry], at: str) -> int:
    if not entries:
        return 0
    seq, before = _lock(connection)
    moment = at or datetime.now(UTC).isoformat(timespec="microseconds")
    rows = []
    for entry in entries:
        seq += 1
        row = {
            "seq": seq, "recorded_at": moment, "who": entry.who, "what": entry.what, "subject": entry.subject,
            "before": _text(entry.before), "after": _text(entry.after), "why": entry.why, "hash_prev": before,
        }  # fmt: skip
        before = _hash(row)
        rows.append({**row, "hash": before})
    connection.execute(audit_log.insert(), rows)
    connection.execute(audit_head.update().where(audit_head.c.chain == CHAIN).values(seq=seq, hash=before))
    return len(rows)


def _lock(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last row; an UPDATE first, so that two writers on PostgreSQL queue here."""
    insert_missing(connection, audit_head, [{"chain": CHAIN, "seq": 0, "hash": START}])
    mine = audit_head.c.chain == CHAIN
    connection.execute(audit_head.update().where(mine).values(chain=CHAIN))
    return head(connection)


def head(connection: Connection) -> tuple[int, str]:
    """How far the log goes: number and hash of its last row."""
    row = connection.execute(select(audit_head.c.seq, audit_head.c.hash).where(audit_head.c.chain == CHAIN)).first()
    return (0, START) if row is None else (row.seq, row.hash)


def broken(connection: Connection) -> list[Finding]:
    """Every place where the log was edited, or rows were removed or put in; empty when it is as it was written."""
    findings = []
    seq, before = 0, START
    for row in connection.execute(select(audit_log).order_by(audit_log.c.seq)).mappings():
        if row["seq"] != seq + 1:
            findings.append(Finding(f"日志 {seq + 1}", f"第 {seq + 1} 到 {row['seq'] - 1} 条不见了"))
        elif row["hash_prev"] != before:
            findings.append(Finding(f"日志 {row['seq']}", "与上一条接不上，上一条被改过"))
        if row["hash"] != _hash(dict(row)):
            findings.append(Finding(f"日志 {row['seq']}", f"内容被改过（{row['who']} {row['what']} {row['subject']}）"))
        seq, before = row["seq"], row["hash"]
    if (seq, before) != head(connection):
        findings.append(Finding(f"日志 {seq}", f"末尾不对：应到第 {head(connection)[0]} 条"))
    return findings


def history(connection: Connection, subject: str) -> list[Logged]:
    """Everything that was done to one thing, oldest first."""
    columns = [audit_log.c[name] for name in Logged._fields]
    query = select(*columns).where(audit_log.c.subject == subject).order_by(audit_log.c.seq)
    return [Logged(*row) for row in connection.execute(query)]


def recent(connection: Connection, rows: int, *, subject: str = "", who: str = "") -> list[Logged]:
    """The newest rows, newest first: of one thing or one person, where these are said."""
    query = select(*(audit_log.c[name] for name in Logged._fields)).order_by(audit_log.c.seq.desc()).limit(rows)
    if subject:
        query = query.where(audit_log.c.subject == subject)
    if who:
        query = query.where(audit_log.c.who == who)
    return [Logged(*row) for row in connection.execute(query)]


def _hash(row: dict[str, object]) -> str:
    content = {name: value for name, value in row.items() if name != "hash"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _text(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
