"""Files and rows that wait for a person, and how they go on: titles explained, rows corrected, files read again.

Nothing is fetched again: the archive has every file. History stays: the row as it came, each correction with who made
it, and when the quarantined row was resolved.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy import func as sql

from storage.archive import Archive, Facts
from storage.database.bulk import Counts, add_missing, upsert
from storage.database.connection import Database
from storage.database.tables import quarantine, raw_file, raw_receipt, raw_row, row_fix
from storage.documents import cells
from storage.documents.document import Document
from storage.documents.edited import Fixes
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.documents.mapping import Proposal
from storage.erp.privacy.normal import MASK
from storage.erp.privacy.raw_rows import masked_row, personal_titles
from storage.errors import BookError, FileError, FileMissing, FixWrong, MeaningWrong, NothingAsked
from storage.ingest import PARKED, RAW_ROW, READ, REFUSED, Ingested, ingest, raw_rows, read, words
from storage.posting import Source, post
from storage.row_text import row_said
from storage.shelves import remember, shelf_of


class Question(NamedTuple):
    """What a changed header asks: for each of `proposals` one of the `unknown` titles; `""` where none is proposed."""

    file_sha: str
    name: str
    kind: str
    shop: str
    proposals: Sequence[Proposal]
    unknown: Sequence[str]


class Waiting(NamedTuple):
    """A row that could not be taken: where it stands, why, who has to act, and what it would have brought."""

    file_sha: str
    name: str
    kind: str
    row_no: int
    rule: str
    message: str
    owner: str
    amount_fen: int
    payload: Mapping[str, str]


class WaitingFile(NamedTuple):
    """A file of which nothing, or not all, is in the books: parked for a person, or refused. `rows`: of the file."""

    file_sha: str
    name: str
    kind: str
    shop: str
    state: str
    rows: int
    message: str

    @property
    def asks_titles(self) -> bool:
        """Whether it waits for its changed header to be explained."""
        return self.state == PARKED and not self.rows


def waiting_files(database: Database) -> list[WaitingFile]:
    """Files that are parked or refused, by name."""
    f = raw_file.c
    query = select(f.file_sha, f.name, f.kind, f.shop, f.state, f.rows, f.message)
    with database.read() as connection:
        found = connection.execute(query.where(f.state.in_((PARKED, REFUSED))).order_by(f.name, f.file_sha))
        return [WaitingFile(*row) for row in found]


def propose(database: Database, archive: Archive, file_sha: str, kind: str = "") -> Question:
    """The question that the header of an archived file asks, with the likeliest answers.

    Raises FileMissing, NothingAsked when the header has nothing to explain.
    """
    facts = facts_of(database, file_sha)
    shelf = shelf_of(database, archive)
    file = SourceFile(facts.name, archive.path(file_sha))
    told = kind or facts.kind
    drift = shelf.drift(shelf.meant(file, told, facts.shop) if told else file, told)
    if drift is None:
        raise NothingAsked(facts.name)
    return Question(file_sha, facts.name, drift.kind, facts.shop, drift.proposals, drift.unknown)


def settle_meanings(
    database: Database, archive: Archive, asked: Question, meant: Mapping[str, str], shop: str, who: str
) -> list[Ingested]:
    """Remember what each column (key) is called now (value), then take in every file that waited for it.

    Raises MeaningWrong for a column that the kind has not, a title that the header has not, one left out or used twice.
    """
    kind = shelf_of(database, archive).kinds[asked.kind]
    columns = [one.column for one in asked.proposals]
    known = {*columns, *(kind.typed if isinstance(kind, Layout) else ())}
    _check_meanings(asked, meant, columns, known)
    remember(database, asked.kind, shop, {title: column.partition("|")[0] for column, title in meant.items()}, who)
    return [replay(database, archive, sha) for sha in _waiting_files(database, asked.kind, asked.file_sha)]


def _check_meanings(asked: Question, meant: Mapping[str, str], columns: Sequence[str], known: set[str]) -> None:
    used: set[str] = set()
    for column, title in meant.items():
        if column not in known:
            raise MeaningWrong(column, title, f"{asked.kind} 没有这一列", sorted(columns))
        if title not in asked.unknown:
            raise MeaningWrong(column, title, "表头里没有这个名字，或它就是认得的别的列", asked.unknown)
        if title in used:
            raise MeaningWrong(column, title, "这个名字已经对应了别的列", asked.unknown)
        used.add(title)
    for column in columns:
        if column not in meant:
            raise MeaningWrong(column, "", "这一列还没有对应", asked.unknown)


def _waiting_files(database: Database, kind: str, first: str) -> list[str]:
    """Files of the kind of which nothing was read because of their header; the one that was asked about first."""
    f = raw_file.c
    with database.read() as connection:
        found = connection.execute(select(f.file_sha).where(f.kind == kind, f.state == PARKED, f.rows == 0))
        return [first, *sorted({sha for (sha,) in found} - {first})]


def facts_of(database: Database, file_sha: str) -> Facts:
    """What is known of where a file came from, by its latest occasion. Raises FileMissing."""
    with database.read() as connection:
        row = connection.execute(select(raw_file).where(raw_file.c.file_sha == file_sha)).mappings().first()
        if row is None:
            raise FileMissing(file_sha)
        r = raw_receipt.c
        told = select(r.shop).where(r.file_sha == file_sha, r.name == row["name"]).order_by(r.shop).limit(1)
        shop = connection.execute(told).scalar()
    known = {name: row[name] for name in Facts.__dataclass_fields__}
    return Facts(**known | {"shop": row["shop"] if shop is None else shop})


def replay(database: Database, archive: Archive, file_sha: str) -> Ingested:
    """Read an archived file again, with the titles and rows that people explained; what can be taken now is taken.

    Rows that are in the books already stay as they are; a row that can be read now is resolved, and stays listed as
    resolved. A file that is parked for its totals stays parked until they tie. Raises FileMissing.
    """
    facts = facts_of(database, file_sha)
    with database.read() as connection:
        state = connection.execute(select(raw_file.c.state).where(raw_file.c.file_sha == file_sha)).scalar_one()
        unread = not connection.execute(select(raw_file.c.rows).where(raw_file.c.file_sha == file_sha)).scalar_one()
        fixes = fixes_of(connection, file_sha)
    if state == REFUSED or (unread and state == PARKED):
        return ingest(database, archive, archive.path(file_sha), facts=facts)
    try:
        document = read(archive.path(file_sha), facts, shelf_of(database, archive), fixes)
    except FileError as error:
        return Ingested(file_sha, facts.name, facts.kind, state, message=error.message("zh"))
    return _complete(database, file_sha, facts, document)


def _complete(database: Database, file_sha: str, facts: Facts, document: Document) -> Ingested:
    """What a second reading brings, in one transaction; a file that contradicts the books is left as it was."""
    try:
        with database.write() as connection:
            row = connection.execute(select(raw_file).where(raw_file.c.file_sha == file_sha)).mappings().one()
            tied = document.control.tie is not False or not document.control.binding
            state = READ if row["state"] == READ or tied else PARKED
            exported_at = document.exported_at or row["received_at"]
            source = Source(file_sha, exported_at, released=row["state"] == READ)  # what it contradicts was let in
            counts = post(connection, source, document.rows) if state == READ else Counts()
            message = words(document)
            _write_again(connection, file_sha, document, state, message)
    except BookError as error:
        return Ingested(file_sha, facts.name, facts.kind, PARKED, message=error.message("zh"))
    return Ingested(
        file_sha, facts.name, document.kind, state, len(document.raw), *counts,
        quarantined=len(document.quarantine), control=document.control, message=message,
    )  # fmt: skip


def _write_again(connection: Connection, file_sha: str, document: Document, state: str, message: str) -> None:
    """The file's totals and its quarantine as they are now; rows as they came stay, resolved ones stay listed."""
    values = {
        "rows": len(document.raw),
        "rows_ok": len(document.raw) - len(document.quarantine),
        "control": json.dumps(document.control._asdict(), ensure_ascii=False, sort_keys=True),
        "state": state,
        "message": message,
    }
    connection.execute(update(raw_file).where(raw_file.c.file_sha == file_sha).values(**values))
    titles = connection.execute(select(raw_file.c.titles).where(raw_file.c.file_sha == file_sha)).scalar() or ""
    add_missing(connection, raw_row, RAW_ROW, raw_rows(file_sha, document.kind, document.raw, titles))
    q = quarantine.c
    bad = {one.row_no for one in document.quarantine}
    was = connection.execute(select(q.row_no).where(q.file_sha == file_sha, q.resolved_at == "")).scalars().all()
    for row_no in sorted(set(was) - bad):
        mine = (q.file_sha == file_sha) & (q.row_no == row_no)
        connection.execute(update(quarantine).where(mine).values(resolved_at=_now()))
    again = ({"file_sha": file_sha, **one._asdict(), "resolved_at": ""} for one in document.quarantine)
    upsert(connection, quarantine, again)


def waiting_rows(database: Database, file_sha: str = "") -> list[Waiting]:
    """Rows that nobody has resolved yet, of one file or of all, in the order of files and rows."""
    q, f, r = quarantine.c, raw_file.c, raw_row.c
    query = (
        select(
            q.file_sha, f.name, f.kind, q.row_no, q.rule, q.message, q.owner, q.amount_fen,
            r.payload, f.titles,
        )
        .select_from(
            quarantine.join(raw_file, f.file_sha == q.file_sha).outerjoin(
                raw_row, (r.file_sha == q.file_sha) & (r.row_no == q.row_no)
            )
        )
        .where(q.resolved_at == "")
        .order_by(f.name, q.file_sha, q.row_no)
    )  # fmt: skip
    with database.read() as connection:
        found = connection.execute(query.where(q.file_sha == file_sha) if file_sha else query).all()
        fixed = {sha: fixes_of(connection, sha) for sha in {row[0] for row in found}}
    return [
        Waiting(*row[:8], payload=row_said(row[8], row[9]) | dict(fixed[row[0]].get(row[3], {}))) for row in found
    ]  # fmt: skip


def fixes_of(connection: Connection, file_sha: str) -> Fixes:
    """The latest correction of each row of a file."""
    x = row_fix.c
    found = connection.execute(select(x.row_no, x.payload).where(x.file_sha == file_sha).order_by(x.row_no, x.n))
    return {row_no: json.loads(payload) for row_no, payload in found}


SHA_COLUMN, ROW_COLUMN, REASON_COLUMN = "文件编号", "行", "原因"


def export_rows(rows: Sequence[Waiting], path: Path) -> None:
    """A workbook of rows to correct: one sheet per file, every cell as text, so that nothing is computed or rounded."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for number, sha in enumerate(dict.fromkeys(row.file_sha for row in rows), 1):
            mine = [row for row in rows if row.file_sha == sha]
            titles = list(dict.fromkeys(title for row in mine for title in row.payload))
            sheet = book.add_worksheet(f"{number}")
            text = book.add_format({"num_format": "@"})
            lines = [[SHA_COLUMN, ROW_COLUMN, REASON_COLUMN, *titles]]
            lines += [
                [sha, str(row.row_no), row.message, *(row.payload.get(title, "") for title in titles)] for row in mine
            ]
            for line_no, line in enumerate(lines):
                for place, cell in enumerate(line):
                    sheet.write_string(line_no, place, cell, text)


def fix_rows(database: Database, archive: Archive, path: Path, who: str) -> list[Ingested]:
    """Take corrected rows back (the workbook of `export_rows`), then read their files again.

    All or none: raises FixWrong for a row that is of no file here, is not in quarantine, or has a column that the file
    has not; FileError where the workbook cannot be read. Rows given back a second time change nothing.
    """
    fixes = _given_back(path)
    with database.write() as connection:
        for (file_sha, row_no), row in fixes.items():
            _take_fix(connection, file_sha, row_no, row, who)
    return [replay(database, archive, sha) for sha in dict.fromkeys(sha for sha, _ in fixes)]


def _given_back(path: Path) -> dict[tuple[str, int], dict[str, str]]:
    found: dict[tuple[str, int], dict[str, str]] = {}
    for grid in SourceFile(path.name, path).grids():
        titles: list[str] = []
        for line in grid:
            texts = [cells.as_text(cell) for cell in line.cells]
            if not titles:
                titles = texts
                if titles[:2] != [SHA_COLUMN, ROW_COLUMN]:
                    raise FixWrong(path.name, line.no, f"前两列不是 {SHA_COLUMN}、{ROW_COLUMN}")
            elif any(texts):
                if len(texts) < 2 or not texts[1].isdecimal():
                    raise FixWrong(path.name, line.no, f"{ROW_COLUMN}不是数字")
                pairs = zip(titles, texts, strict=False)
                row = {title: text for title, text in pairs if title and title not in _LEADING}
                found[texts[0], int(texts[1])] = row
    return found


_LEADING = {SHA_COLUMN, ROW_COLUMN, REASON_COLUMN}


def _take_fix(connection: Connection, file_sha: str, row_no: int, row: Mapping[str, str], who: str) -> None:
    q, x = quarantine.c, row_fix.c
    there = connection.execute(select(q.row_no).where(q.file_sha == file_sha, q.row_no == row_no)).first()
    if there is None:
        raise FixWrong(file_sha[:12], row_no, "隔离区里没有这一行")
    titles = {title for said in _rows_said(connection, raw_row.c.file_sha == file_sha) for title in said}
    if strange := sorted(set(row) - titles):
        raise FixWrong(file_sha[:12], row_no, f"原文件没有这些列：{'、'.join(strange)}")
    fixed = _without_masks(connection, file_sha, row_no, row)
    if fixes_of(connection, file_sha).get(row_no, {}) == fixed:
        return
    n = connection.execute(select(sql.count()).where(x.file_sha == file_sha, x.row_no == row_no)).scalar_one() + 1
    payload = json.dumps(fixed, ensure_ascii=False)
    fix = {"file_sha": file_sha, "row_no": row_no, "n": n, "payload": payload, "decided_by": who, "decided_at": _now()}
    upsert(connection, row_fix, [fix])


def _rows_said(connection: Connection, which: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    r, f = raw_row.c, raw_file.c
    query = select(r.payload, f.titles).join_from(raw_row, raw_file, f.file_sha == r.file_sha).where(which)
    return (row_said(*row) for row in connection.execute(query))


def _without_masks(connection: Connection, file_sha: str, row_no: int, row: Mapping[str, str]) -> dict[str, str]:
    """The correction without the cells that were written out masked: the file's own stand there when it is read again.

    Raises FixWrong where somebody wrote into a personal column: it would stand in the books in plain.
    """
    mine = (raw_row.c.file_sha == file_sha) & (raw_row.c.row_no == row_no)
    came = next(_rows_said(connection, mine), {})
    kind = connection.execute(select(raw_file.c.kind).where(raw_file.c.file_sha == file_sha)).scalar() or ""
    personal = personal_titles(row, kind)
    for title in personal:
        if row[title].strip() != str(came.get(title, "")).strip():
            raise FixWrong(file_sha[:12], row_no, f"「{title}」是个人信息，打了码，改不了；请在平台改好重新导出")
    kept = {title: cell for title, cell in row.items() if title not in personal}
    return {
        title: cell for title, cell in masked_row(kept, kind).items() if MASK not in cell or cell != came.get(title)
    }


def replayable(database: Database) -> list[str]:
    """Files of which something is still missing: refused, waiting for their header, or with rows in quarantine."""
    f, q = raw_file.c, quarantine.c
    with_rows = select(q.file_sha).where(q.resolved_at == "")
    unread = (f.state == REFUSED) | ((f.state == PARKED) & (f.rows == 0))
    with database.read() as connection:
        found = connection.execute(select(f.file_sha).where(unread | f.file_sha.in_(with_rows)).order_by(f.file_sha))
        return [sha for (sha,) in found]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
