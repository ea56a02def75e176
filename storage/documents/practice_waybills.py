"""Waybill numbers that carriers handed out, unused."""

from storage.archive import Facts
from storage.documents.control import untotalled
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import WaybillRow
from storage.documents.table import find_table, has_columns, read_records

KIND = "practice_waybills"
PLATFORM = "practice"
TITLE = "练习商城 面单号段"
VERIFIED = "described"

REQUIRED = ["快递公司", "运单号"]


def identify(file: SourceFile) -> bool:
    """A carrier and a number, and nothing else: sheets to be filled in have more."""
    narrow = [line for head in file.heads for line in head[:1] if sum(bool(cell) for cell in line.cells) == 2]
    return bool(narrow) and has_columns(file, REQUIRED)


def read(file: SourceFile, _facts: Facts) -> Document:
    """Every number. Raises FileError."""
    reading = read_records(
        find_table(file, REQUIRED),
        lambda record: (WaybillRow(record.no, record.identity("快递公司"), record.identity("运单号")),),
    )
    control = untotalled(len(reading.raw))
    return Document(KIND, PLATFORM, reading.rows, reading.raw, control, reading.quarantine, file.period())
