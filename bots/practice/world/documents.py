"""Bytes of the mall's files: workbooks and GB18030 tables that are the same for the same content."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

_ZIP_TIME = (2026, 1, 1, 0, 0, 0)
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's property has no zone


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file as the mall gives it out."""

    file_name: str
    content: bytes


def workbook(sheet_name: str, rows: Iterable[Sequence[str | int]]) -> bytes:
    """A one-sheet .xlsx: text cells stay text (never a formula), integers are numbers.

    Made in memory: only then does xlsxwriter give every member of the archive the same fixed time.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet(sheet_name)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(y, x, cell)
            elif cell:
                sheet.write_string(y, x, cell)
    book.close()
    return buffer.getvalue()


def archived(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A .zip with the members in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def table(rows: Iterable[Sequence[str | int]], *, encoding: str, line_end: str = "\r\n") -> bytes:
    """Comma-separated text, quoted only where a cell needs it."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=line_end).writerows(rows)
    return buffer.getvalue().encode(encoding)
