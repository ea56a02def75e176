"""What a night left in the books, apart from when it happened: two nights that did the same tell the same.

Left out, and nothing else: moments of the wall clock and hashes over them; what is sealed with a home's own keys; the
sha256, size and text of the two kinds of file that have such moments inside; the site's address and its running numbers
in where a file came from; how many attempts it took and what was found to be done already; which process held what.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from storage.database.tables import metadata
from storage.database.tables.base import WALL_CLOCK

DATED_KINDS = frozenset({"bot_results", "practice_batches"})
"""Results of bots and details of batches say when each row was done."""
ATTEMPTS = {
    "effect": frozenset({"attempt", "note"}),
    "item": frozenset({"attempt"}),
    "job": frozenset({"message", "summary"}),
    "run": frozenset({"attempt", "message"}),
    "run_file": frozenset({"record"}),
}
"""What a journal says of attempts: a night that was cut off needed more of them."""
OF_ITS_HOME = {
    "address_book": frozenset(
        column.name for column in metadata.tables["address_book"].c if column.name.endswith(("_sealed", "_index"))
    ),
    "audit_head": frozenset({"hash"}),
    "audit_log": frozenset({"hash", "hash_prev"}),
}
"""What is sealed with the keys of one home, and hashes over moments: other in every home that did the same."""
WHO_DID_IT = frozenset({"document_place", "host_turn", "notice_place", "queue_job", "queue_worker"})
"""The queue names the process that held an account, and has a line for each time that one began; where things lie."""
TABLES = tuple(name for name in metadata.tables if name not in WHO_DID_IT)
RUNNING_NUMBER = re.compile(r"^https?://[^/]+|\d{5,}|[0-9a-f]{12,}")

Row = tuple[tuple[str, Any], ...]


def told(connection: Connection, home: Path) -> dict[str, list[Row]]:
    """Every table of the books as sorted rows."""
    files = _names_of_dated_files(connection)
    return {name: sorted(_rows(connection, metadata.tables[name], files, home), key=repr) for name in TABLES}


def _names_of_dated_files(connection: Connection) -> dict[str, str]:
    """sha256 → a name that does not change with the clock."""
    raw = metadata.tables["raw_file"].c
    rows = connection.execute(select(raw.file_sha, raw.kind, raw.run_id).where(raw.kind.in_(DATED_KINDS)))
    return {row.file_sha: f"{row.kind} of {row.run_id}" for row in rows}


def _rows(connection: Connection, table: Table, files: Mapping[str, str], home: Path) -> list[Row]:
    left_out = WALL_CLOCK | ATTEMPTS.get(table.name, frozenset()) | OF_ITS_HOME.get(table.name, frozenset())
    columns = [column for column in table.c if column.name not in left_out]
    found = connection.execute(select(*columns)).mappings()
    return [tuple(_timeless(table.name, dict(row), files, home).items()) for row in found]


def _timeless(table: str, row: dict[str, Any], files: Mapping[str, str], home: Path) -> dict[str, Any]:
    dated = row.get("file_sha") in files
    if "file_sha" in row:
        row["file_sha"] = files.get(row["file_sha"], row["file_sha"])
    if dated:
        row = {name: "" if name in ("size", "payload", "period_from", "period_to") else row[name] for name in row}
    for name in ("origin", "cause"):
        if name in row:
            row[name] = RUNNING_NUMBER.sub("#", row[name]) if name == "origin" else _renamed(row[name], files)
    for name in ("outcome", "state"):
        if row.get(name) == "found_done":
            row[name] = "done"
    if table == "run":
        row["facts"] = json.loads(row["facts"].replace(str(home), "~"))
    if _is_ours(table, row):
        row["at"] = ""
    return row


def _is_ours(table: str, row: Mapping[str, Any]) -> bool:
    """Whether `at` is a moment of the bot and not of the platform."""
    return (
        table == "bot_result"
        or (table == "order_event" and row["type"] == "shipped_by_bot")
        or (table == "move" and row["doc_type"] == "issue")
    )


def _renamed(cause: str, files: Mapping[str, str]) -> str:
    sha, colon, rest = cause.partition(":")
    return files.get(sha, sha) + colon + rest
