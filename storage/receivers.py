"""The receivers that a file tells of, sealed into the address book while the file is taken in, or later.

In the books a row of a file is masked (`raw_rows.masked_row`); in plain it stands in the archived file only, and under
seal in `address_book`. Files that were taken in without the keys are made up for by `seal_waiting`.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.archive import Archive
from storage.database.connection import Database
from storage.database.tables import raw_file
from storage.database.tables.privacy import audit_log
from storage.documents.document import Document
from storage.documents.rows import DataRow, OrderRow, Row, SubOrderRow
from storage.erp.audit.log import Entry, noted_all
from storage.erp.privacy.address_book import Address, OrderKey, Told, take
from storage.erp.privacy.normal import plain_fields
from storage.erp.privacy.receivers import RECEIVERS, address_in
from storage.erp.privacy.sealing import KeyRing

SEALED = "address.seal"
BY = "ingest"


class _Found(NamedTuple):
    row_no: int
    address: Address


class Receivers:
    """What one document tells of receivers, gathered while its rows pass by on their way into the books."""

    def __init__(self, document: Document, keys: KeyRing | None) -> None:
        self._kind = document.kind
        self._document = document
        self._keys = keys if document.kind in RECEIVERS else None
        self._raw: dict[int, Address] = {}
        self._orders: dict[OrderKey, _Found] = {}

    def look(self) -> None:
        """Look at the rows as the file has them, where the typed ones do not have the receiver; before `rows`."""
        rows = self._document.rows
        if self._keys is None or not rows or isinstance(rows[0], DataRow):
            return
        for raw in self._document.raw:
            if address := address_in(self._kind, raw.payload):
                self._raw[raw.row_no] = address

    def rows(self) -> Iterable[Row]:
        """The typed rows, each looked at as it passes, after `look`."""
        rows = self._document.rows
        if self._keys is None or not rows or not (self._raw or isinstance(rows[0], DataRow)):
            return rows
        return self._looked_at(rows)

    def _looked_at(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            if isinstance(row, DataRow):
                self._note(OrderKey(row.platform, row.shop, row.order_no), row.row_no, address_in(self._kind, row.data))
            elif isinstance(row, (SubOrderRow, OrderRow)):
                platform = row.platform if isinstance(row, OrderRow) else self._document.platform
                self._note(OrderKey(platform, row.shop, row.order_no), row.row_no, self._raw.get(row.row_no))
            yield row

    def _note(self, key: OrderKey, row_no: int, address: Address | None) -> None:
        """Of an order's rows the one that says most counts, the first of equal ones."""
        if address is None or not key.order_no:
            return
        known = self._orders.get(key)
        if known is None or plain_fields(address[:3]) > plain_fields(known.address[:3]):
            self._orders[key] = _Found(row_no, address)

    def keep(self, connection: Connection, file_sha: str, exported_at: str) -> int:
        """Seal what was gathered, and log that the file was looked through; returns how many addresses are new."""
        if self._keys is None:
            return 0
        told = {key: Told(found.address, exported_at, file_sha, found.row_no) for key, found in self._orders.items()}
        new = take(connection, self._keys(), told) if told else 0
        rows_ok = len(self._document.raw) - len(self._document.quarantine)
        noted_all(connection, [Entry(BY, SEALED, file_sha, after={"orders": len(told), "rows_ok": rows_ok})])
        return new


def waiting(connection: Connection) -> Sequence[Mapping[str, str]]:
    """Files that tell of receivers and were taken in, or read again, without the keys at hand."""
    f, log = raw_file.c, audit_log.c
    query = select(f.file_sha, f.received_at, f.rows_ok).where(f.kind.in_(sorted(RECEIVERS)), f.state == "read")
    looked = connection.execute(select(log.subject, log.after).where(log.what == SEALED).order_by(log.seq))
    seen = {row.subject: row.after for row in looked}
    return [
        {"file_sha": row.file_sha, "received_at": row.received_at}
        for row in connection.execute(query.order_by(f.file_sha))
        if f'"rows_ok": {row.rows_ok}}}' not in seen.get(row.file_sha, "")
    ]


def seal_waiting(database: Database, archive: Archive, keys: KeyRing) -> int:
    """Seal the receivers of files that were taken in without the keys, from the archive; returns how many are new.

    Safe to run every night: a file is looked through once. Raises FileError where an archived file cannot be read.
    """
    from storage.ingest import read
    from storage.quarantine import facts_of, fixes_of
    from storage.shelves import shelf_of

    with database.read() as connection:
        files = waiting(connection)
    if not files:
        return 0
    shelf, new = shelf_of(database, archive), 0
    for one in files:
        sha, facts = one["file_sha"], facts_of(database, one["file_sha"])
        with database.read() as connection:
            fixes = fixes_of(connection, sha)
        document = read(archive.path(sha), facts, shelf, fixes)
        receivers = Receivers(document, keys)
        receivers.look()
        deque(receivers.rows(), maxlen=0)
        with database.write() as connection:
            new += receivers.keep(connection, sha, document.exported_at or one["received_at"])
    return new
