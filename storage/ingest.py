"""A file into the books: archive, identify, read, compare totals, post; one transaction per file, any order, any number
of times.

States of a file: `read` (its rows are in the books), `parked` (its totals do not tie, it contradicts the books, or its
header has changed: a person decides), `refused` (it cannot be read; it is in the archive, and is tried again when it
comes again).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy import func as sql

from storage.ahead import ahead
from storage.archive import Archive, ArchivedFile, Facts
from storage.database.bulk import Counts, merge, put, upsert
from storage.database.collector import collector_at_rest
from storage.database.connection import Database
from storage.database.copying import PIECE_ROWS
from storage.database.tables import quarantine, raw_file, raw_receipt, raw_row
from storage.documents.control import untotalled
from storage.documents.document import Control, Document, Quarantined, RawRow
from storage.documents.edited import EditedFile, Fixes
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.documents.rows import BillRow, DataRow
from storage.documents.shelf import Shelf
from storage.documents.statements import UNCLASSIFIED
from storage.documents.table import RawAgain
from storage.erp.privacy.raw_rows import hidden_places, masked_row, masked_words
from storage.erp.privacy.sealing import KeyRing
from storage.errors import (
    BookError,
    FileBroken,
    FileError,
    FileMissing,
    HeaderDrift,
    HeaderMissing,
    NotParked,
    ReasonMissing,
)
from storage.posting import TOLD_BY_EXPORT, Source, post
from storage.receivers import Receivers
from storage.row_text import CellsText, RowText, titles_text
from storage.shelves import shelf_of

CLASSED = (BillRow, DataRow)
READ, PARKED, REFUSED = "read", "parked", "refused"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a file. `rows`: rows of the file; created, changed, same: rows of the books.

    `message`: in words, Chinese; "" when there is nothing to say. `control`: stated and computed totals.
    """

    file_sha: str
    name: str
    kind: str
    state: str
    rows: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    quarantined: int = 0
    control: Control | None = None
    message: str = ""


@collector_at_rest()
def ingest(
    database: Database,
    archive: Archive,
    source: Path | bytes,
    *,
    kind: str | None = None,
    shop: str = "",
    facts: Facts | None = None,
    keys: KeyRing | None = None,
) -> Ingested:
    """Take one file; a file that is in the books already changes nothing.

    `kind` and `shop` override the facts; without a kind the content decides. What is personal goes into the books
    masked; with `keys` those who get the orders are sealed into the address book (else `receivers.seal_waiting` does).
    What is wrong with the file is said in the result, not raised; OSError and SQLAlchemy's errors are raised.
    """
    told = facts or Facts()
    known = _facts(source, kind, shop, told)
    archived = archive.put(source, known)
    with database.read() as connection:
        earlier = _earlier(connection, archived.sha256)
        receipt = _receipt(connection, archived.sha256, known)
    if earlier is not None:
        if receipt is not None and (not told.received_at or told.received_at <= receipt):
            return earlier
        return _received_again(database, archived, known, earlier, shelf_of(database, archive))
    try:
        document = read(archived.path, known, shelf_of(database, archive))
    except HeaderDrift as error:
        return _park_drift(database, archived, known, error)
    except FileError as error:
        return _refuse(database, archived, known, error)
    return _keep(database, archived, known, document, keys)


def preview(
    source: Path, shelf: Shelf, *, kind: str | None = None, shop: str = "", facts: Facts | None = None
) -> Ingested:
    """What `ingest` would say of the file, with nothing written anywhere; `created` and the like are not known."""
    known = _facts(source, kind, shop, facts or Facts())
    with source.open("rb") as stream:
        file_sha = hashlib.file_digest(stream, "sha256").hexdigest()
    try:
        document = read(source, known, shelf)
    except FileError as error:
        state = PARKED if isinstance(error, HeaderDrift) else REFUSED
        return Ingested(file_sha, known.name, str(error.facts.get("kind", "")), state, message=_sentence(error))
    parked = document.control.tie is False and document.control.binding
    told = ArchivedFile(file_sha, 0, source, new=False)
    return _result(told, known, document, PARKED if parked else READ, Counts(), words(document))


def accept(database: Database, archive: Archive, file_sha: str, who: str, why: str) -> Ingested:
    """Release a parked file: its rows go into the books as they are, and who decided it and why stays with it.

    Raises FileMissing, NotParked, ReasonMissing; StockOpened or StockError if the books still contradict it.
    """
    if not who.strip() or not why.strip():
        raise ReasonMissing()
    with database.read() as connection:
        found = connection.execute(select(raw_file).where(raw_file.c.file_sha == file_sha)).mappings().first()
    if found is None:
        raise FileMissing(file_sha)
    if found["state"] != PARKED:
        raise NotParked(file_sha, found["state"])
    facts = Facts(**{name: found[name] for name in asdict(Facts()) if name in found})
    archived = ArchivedFile(file_sha, found["size"], archive.path(file_sha), new=False)
    document = read(archived.path, facts, shelf_of(database, archive))
    with database.write() as connection:
        source = Source(file_sha, document.exported_at or facts.received_at, released=True)
        counts = post(connection, source, document.rows)
        values = {"state": READ, "accepted_by": f"{who.strip()}：{why.strip()}", "ingested_at": _now()}
        connection.execute(update(raw_file).where(raw_file.c.file_sha == file_sha).values(values))
    return _result(archived, facts, document, READ, counts, words(document))


def ingest_run_folder(
    database: Database, archive: Archive, folder: Path, *, keys: KeyRing | None = None
) -> list[Ingested]:
    """Every file of a run by its `manifest.json`, then its `results.jsonl`; repeats without a browser.

    A file that is missing, or is not what the manifest says, is refused in the result; the others go on.
    Raises FileBroken when there is no readable manifest.
    """
    manifest = _manifest(folder)
    files = manifest.get("files") or []
    done = [_ingest_entry(database, archive, folder, manifest, entry, keys) for entry in files]
    results = manifest.get("results")
    if results and (folder / results).is_file() and (folder / results).stat().st_size:
        facts = _run_facts(manifest, {"suggested_name": results, "received_at": manifest.get("ended_at")})
        done.append(ingest(database, archive, folder / results, kind="bot_results", facts=facts))
    return done


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FileBroken(str(path.name), f"运行目录没有可读的清单（{error}）") from error
    if not isinstance(manifest, dict):
        raise FileBroken(str(path.name), "清单不是一个对象")
    return manifest


def _ingest_entry(
    database: Database,
    archive: Archive,
    folder: Path,
    manifest: Mapping[str, Any],
    entry: Mapping[str, Any],
    keys: KeyRing | None,
) -> Ingested:
    facts = _run_facts(manifest, entry)
    path = folder / str(entry.get("path", ""))
    stated = str(entry.get("sha256") or "")
    if not path.is_file():
        return Ingested(
            stated, facts.name, facts.kind, REFUSED, message=FileBroken(facts.name, "运行目录里没有它").message()
        )
    taken = archive.put(path, facts)
    if stated and taken.sha256 != stated:
        words = FileBroken(facts.name, "内容与清单里的校验值不符").message()
        return Ingested(taken.sha256, facts.name, facts.kind, REFUSED, message=words)
    return ingest(database, archive, path, facts=facts, keys=keys)


def _run_facts(manifest: Mapping[str, Any], entry: Mapping[str, Any]) -> Facts:
    path = str(entry.get("path") or "")
    return Facts(
        name=str(entry.get("suggested_name") or Path(path).name),
        kind=str(entry.get("kind") or ""),
        shop=str(entry.get("shop") or manifest.get("shop") or ""),
        origin=str(entry.get("origin") or ""),
        run_id=str(manifest.get("run_id") or ""),
        flow=str(entry.get("flow") or manifest.get("flow") or ""),
        step=str(entry.get("step") or ""),
        line=int(entry.get("line") or 0),
        received_at=str(entry.get("received_at") or ""),
    )


def _facts(source: Path | bytes, kind: str | None, shop: str, facts: Facts) -> Facts:
    name = facts.name or (source.name if isinstance(source, Path) else "")
    return replace(
        facts,
        name=name,
        kind=kind or facts.kind,
        shop=shop or facts.shop,
        received_at=facts.received_at or _now(),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _earlier(connection: Connection, file_sha: str) -> Ingested | None:
    """The answer for a file that was taken before; one of which nothing was read is tried again."""
    row = connection.execute(select(raw_file).where(raw_file.c.file_sha == file_sha)).mappings().first()
    if row is None or row["state"] == REFUSED or (row["state"] == PARKED and not row["rows"]):
        return None
    control = Control(**json.loads(row["control"]))
    taken = row["rows_ok"] if row["state"] == READ else 0
    return Ingested(
        file_sha,
        row["name"],
        row["kind"],
        row["state"],
        rows=row["rows"],
        same=taken,
        quarantined=row["rows"] - row["rows_ok"],
        control=control,
        message=row["message"],
    )


def _receipt(connection: Connection, file_sha: str, facts: Facts) -> str | None:
    """When this content last came under this name for this shop, None if it never did."""
    r = raw_receipt.c
    query = select(r.received_at).where(r.file_sha == file_sha, r.name == facts.name, r.shop == facts.shop)
    found: str | None = connection.execute(query).scalar()
    return found


def _received_again(
    database: Database, archived: ArchivedFile, facts: Facts, earlier: Ingested, shelf: Shelf
) -> Ingested:
    """The same bytes on another occasion: its days and shop are noted; rows told by their export are told anew."""
    document = read(archived.path, replace(facts, kind=earlier.kind), shelf)
    with database.write() as connection:
        newest = connection.execute(
            select(sql.max(raw_receipt.c.received_at)).where(raw_receipt.c.file_sha == archived.sha256)
        ).scalar()
        _write_receipt(connection, archived, facts, document)
        anew = not document.exported_at  # a file that says when it was made says the same however often it comes
        told_anew = [row for row in document.rows if anew and isinstance(row, TOLD_BY_EXPORT)]
        if earlier.state == READ and told_anew and facts.received_at > (newest or ""):
            counts = post(connection, Source(archived.sha256, facts.received_at), told_anew)
            return replace(earlier, created=counts.created, changed=counts.changed, same=counts.same)
    return earlier


def _write_receipt(connection: Connection, archived: ArchivedFile, facts: Facts, document: Document) -> None:
    """Note the occasion; raw_file then shows the smallest by (name, shop), and when the content last came."""
    row = {name: value for name, value in asdict(facts).items() if name != "kind"} | {
        "file_sha": archived.sha256,
        "owner": document.owner or facts.shop,
        "period_from": document.period[0],
        "period_to": document.period[1],
    }
    merge(connection, raw_receipt, [row], version=["received_at"], source=())
    r = raw_receipt.c
    mine = select(raw_receipt).where(r.file_sha == archived.sha256)
    receipts = connection.execute(mine).mappings().all()
    shown = min(receipts, key=lambda receipt: (receipt["name"], receipt["shop"]))
    fields = ("name", "period_from", "period_to", "origin", "run_id", "flow", "step", "line")
    values = {name: shown[name] for name in fields}
    values |= {"shop": shown["owner"], "received_at": max(receipt["received_at"] for receipt in receipts)}
    connection.execute(update(raw_file).where(raw_file.c.file_sha == archived.sha256).values(**values))


def read(path: Path, facts: Facts, shelf: Shelf, fixes: Fixes | None = None) -> Document:
    """The document with its corrected rows. Raises FileError; also when there are rows and none could be taken."""
    kind, file = shelf.find(SourceFile(facts.name, path), facts.kind, facts.shop)
    try:
        document = kind.read(EditedFile(file, {}, fixes) if fixes else file, facts)
    except (HeaderMissing, FileBroken) as refused:
        raise shelf.explain(file, kind.KIND, refused) from refused
    if document.quarantine:
        document = document._replace(quarantine=_without_personal(document))
    if document.quarantine and not document.rows:
        raise FileBroken(facts.name, f"没有一行能读：{document.quarantine[0].message}")
    return kind.booked(document) if isinstance(kind, Layout) else document


def _without_personal(document: Document) -> list[Quarantined]:
    """Why rows were not taken, without the names and numbers that stand in them."""
    bad = {one.row_no for one in document.quarantine}
    came = dict(islice(((raw.row_no, raw.payload) for raw in document.raw if raw.row_no in bad), len(bad)))
    return [
        one._replace(message=masked_words(one.message, came.get(one.row_no, {}), document.kind))
        for one in document.quarantine
    ]


def _refuse(database: Database, archived: ArchivedFile, facts: Facts, error: FileError) -> Ingested:
    message = _sentence(error)
    row = _raw_file(archived, facts) | {"kind": facts.kind, "state": REFUSED, "message": message}
    with database.write() as connection:
        upsert(connection, raw_file, [row], keep=f"raw_file.state <> '{REFUSED}'")
    return Ingested(archived.sha256, facts.name, facts.kind, REFUSED, message=message)


def _park_drift(database: Database, archived: ArchivedFile, facts: Facts, error: HeaderDrift) -> Ingested:
    """The file waits, by its kind, for a person to explain its titles; nothing of it is read before."""
    kind, message = str(error.facts["kind"]), _sentence(error)
    control = json.dumps(untotalled(0)._asdict(), ensure_ascii=False, sort_keys=True)
    row = _raw_file(archived, facts) | {"kind": kind, "state": PARKED, "message": message, "control": control}
    with database.write() as connection:
        upsert(connection, raw_file, [row], keep=f"raw_file.state = '{READ}'")
    return Ingested(archived.sha256, facts.name, kind, PARKED, message=message)


def _sentence(error: FileError) -> str:
    return " ".join(filter(None, (error.message("zh"), error.hint("zh"))))


def _keep(
    database: Database, archived: ArchivedFile, facts: Facts, document: Document, keys: KeyRing | None
) -> Ingested:
    """Rows into the books, or the file parked with the reason in words; one transaction either way."""
    if document.control.tie is False and document.control.binding:
        return _park(database, archived, facts, document, f"合计不符，已搁置待人确认：{document.control.words}")
    try:
        with database.write() as connection:
            earlier = _earlier(connection, archived.sha256)
            if earlier is not None:  # another process was quicker
                return earlier
            receivers, said = Receivers(document, keys), words(document)
            exported_at = document.exported_at or facts.received_at
            source = Source(archived.sha256, exported_at)
            _write_file(connection, archived, facts, document, READ, said)
            read_anew = len(document.raw) if isinstance(document.raw, RawAgain) else 0
            with ahead(partial(_raw_pieces, archived.sha256, document), read_anew) as pieces:
                receivers.look()
                counts = post(connection, source, receivers.rows())
                put(connection, raw_row, RAW_ROW, chain.from_iterable(pieces))
            receivers.keep(connection, archived.sha256, exported_at)
    except BookError as error:
        return _park(database, archived, facts, document, f"与账不符，已搁置待人确认：{error.message('zh')}")
    return _result(archived, facts, document, READ, counts, said)


def _park(database: Database, archived: ArchivedFile, facts: Facts, document: Document, message: str) -> Ingested:
    with database.write() as connection:
        earlier = _earlier(connection, archived.sha256)
        if earlier is not None:
            return earlier
        _write_file(connection, archived, facts, document, PARKED, message)
        _write_raw(connection, archived.sha256, document.kind, document.raw)
    return _result(archived, facts, document, PARKED, Counts(), message)


def words(document: Document) -> str:
    """What has to be said of a file that was read: totals that differ, rows not taken, lines that no rule knows."""
    said = []
    if document.control.tie is False:
        said.append(f"合计不符：{document.control.words}")
    if document.quarantine:
        first = document.quarantine[0]
        said.append(f"{len(document.quarantine)} 行未能入账，第 {first.row_no} 行：{first.message}")
    rows = document.rows if document.classed else ()
    strange = [row.amount_fen for row in rows if isinstance(row, CLASSED) and row.fee_type == UNCLASSIFIED]
    if strange:
        fen = sum(strange)
        amount = f"{'-' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
        said.append(f"{len(strange)} 行没有费用分类，合计 {amount}（yeban report unclassified）")
    return "；".join(said)


def _result(
    archived: ArchivedFile, facts: Facts, document: Document, state: str, counts: Counts, message: str
) -> Ingested:
    return Ingested(
        archived.sha256,
        facts.name,
        document.kind,
        state,
        len(document.raw),
        *counts,
        quarantined=len(document.quarantine),
        control=document.control,
        message=message,
    )


def _raw_file(archived: ArchivedFile, facts: Facts) -> dict[str, object]:
    now = _now()
    return {
        "file_sha": archived.sha256,
        "size": archived.size,
        **asdict(facts),
        "ingested_at": now,
    }


RAW_ROW = ("file_sha", "row_no", "payload")


def raw_rows(file_sha: str, kind: str, rows: Iterable[RawRow], titles: str) -> Iterator[tuple[str, int, str]]:
    """The file's rows as the books keep them, cells as in RAW_ROW: what is personal masked.

    `titles`: those that its raw_file has; rows under others, or under none, have their titles with them. The file
    itself lies in the archive.
    """
    if isinstance(rows, RawAgain) and titles and titles_of(rows) == titles:
        text_of = CellsText(rows.titles, partial(hidden_places, kind))
        return ((file_sha, line.no, text_of(line.cells)) for line in rows.lines())
    text = RowText()
    return ((file_sha, row_no, text(masked_row(payload, kind))) for row_no, payload in rows)


def titles_of(rows: Iterable[RawRow]) -> str:
    """What stands above many rows of one form, to be kept with their file; "" for others."""
    return titles_text(rows.titles) if isinstance(rows, RawAgain) and rows.is_text else ""


def _raw_pieces(file_sha: str, document: Document) -> Iterator[list[tuple[str, int, str]]]:
    rows = raw_rows(file_sha, document.kind, document.raw, titles_of(document.raw))
    while piece := list(islice(rows, PIECE_ROWS)):
        yield piece


def _write_raw(connection: Connection, file_sha: str, kind: str, came: Iterable[RawRow]) -> None:
    put(connection, raw_row, RAW_ROW, raw_rows(file_sha, kind, came, titles_of(came)))


def _write_file(
    connection: Connection, archived: ArchivedFile, facts: Facts, document: Document, state: str, message: str
) -> None:
    """All that is to be said of a file but its rows."""
    row = _raw_file(archived, facts) | {
        "kind": document.kind,
        "platform": document.platform,
        "shop": document.owner or facts.shop,
        "period_from": document.period[0],
        "period_to": document.period[1],
        "wallet": document.wallet,
        "rows": len(document.raw),
        "rows_ok": len(document.raw) - len(document.quarantine),
        "control": json.dumps(document.control._asdict(), ensure_ascii=False, sort_keys=True),
        "state": state,
        "message": message,
        "titles": titles_of(document.raw),
    }
    upsert(connection, raw_file, [row])
    _write_receipt(connection, archived, facts, document)
    bad_rows = ({"file_sha": archived.sha256, **bad._asdict()} for bad in document.quarantine)
    upsert(connection, quarantine, bad_rows)
