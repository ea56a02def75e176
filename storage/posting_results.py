"""What bots did, as their runs tell it, into the books."""

from datetime import date, timedelta

from sqlalchemy import Connection, select

from storage.database.bulk import Counts, merge
from storage.database.tables import bot_result, command, job
from storage.documents.rows import BatchRow, ResultRow
from storage.erp.privacy.raw_rows import masked_json
from storage.posting_source import Source

SHIP_SHEET = "to_ship_batch"


def post_results(connection: Connection, source: Source, rows: list[ResultRow]) -> Counts:
    """What bots did to rows of worklists; the latest word on a row holds."""
    results = (
        {
            **{name: value for name, value in row._asdict().items() if name != "row_no"},
            "data": masked_json(row.data),
            "file_sha": source.file_sha,
        }
        for row in rows
    )
    return merge(connection, bot_result, results, version=["at"], source=["file_sha"])


def post_batch(connection: Connection, source: Source, rows: list[BatchRow]) -> Counts:
    """Answers to the commands that the run's sheet was made of; a row that nobody asked for answers nothing."""
    results = []
    for row in rows:
        asked = _asked(connection, row)
        if asked is not None:
            values = {name: value for name, value in row._asdict().items() if name not in ("row_no", "sub_no")}
            command_id, data = asked
            results.append(
                values | {"command_id": command_id, "worklist": SHIP_SHEET, "data": data, "file_sha": source.file_sha}
            )
    return merge(connection, bot_result, results, version=["at"], source=["file_sha"])


def _asked(connection: Connection, row: BatchRow) -> tuple[str, str] | None:
    """(command_id, data) of the latest command for the sub-order that was there on the night of the run."""
    night = connection.execute(select(job.c.night).where(job.c.run_id == row.run_id)).scalar()
    c = command.c
    found = connection.execute(
        select(c.command_id, c.data)
        .where(c.worklist == SHIP_SHEET, c.shop == row.shop, c.subject == row.sub_no, c.state != "withdrawn")
        .where(c.night <= (night or _day_after(row.at)))
        .order_by(c.night.desc(), c.command_id.desc())
    ).first()
    return None if found is None else (found.command_id, found.data)


def _day_after(at: str) -> str:
    """The latest night that an upload at this moment can belong to."""
    return (date.fromisoformat(at[:10]) + timedelta(days=1)).isoformat()
