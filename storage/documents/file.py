"""One incoming file: what it is by its content (names lie), its text, its rows with the numbers a person counts."""

import codecs
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from storage.documents.cells import Cell
from storage.documents.csv_text import CsvText, Line
from storage.documents.html import tables
from storage.documents.ole2 import is_whole
from storage.documents.text import ASKED_BYTES, delimiter_of, encoding_of, undecodable
from storage.documents.zips import Packed, inflated, members, opened, refuse_huge_sheets
from storage.errors import FileBroken, FileProtected

HEAD_BYTES = 1 << 20
HEAD_LINES = 40
PACKED = frozenset({"gzip", "zip"})
_PERIOD = re.compile(r"(?<!\d)(20\d{6})[-_](20\d{6})(?!\d)")
_LABEL = re.compile(r"(?<!\d)(20\d{4}(?:\d{2})?)(?!\d)")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<body|<table|<meta|<style|<\?xml[^>]*>\s*<html)", re.IGNORECASE)


class SourceFile:
    """A file by name and content; nothing is read before it is asked for.

    `name` is only a hint: the form, the encoding and the kind are told by the content. Raises FileBroken for a
    file that is cut short or is a web page, FileProtected for a zip with a password.
    """

    def __init__(self, name: str, data: Path | bytes | Packed) -> None:
        self.name = name
        self.data = data

    def opened(self) -> BinaryIO:
        """The bytes as a stream, from the first one."""
        if isinstance(self.data, bytes):
            return io.BytesIO(self.data)
        return self.data.open() if isinstance(self.data, Packed) else self.data.open("rb")

    @cached_property
    def content(self) -> bytes:
        """All bytes at once: for forms that cannot be read otherwise."""
        with self.opened() as stream:
            return stream.read()

    @cached_property
    def head(self) -> bytes:
        """The first bytes, enough to tell what the file is."""
        with self.opened() as stream:
            return stream.read(HEAD_BYTES)

    @cached_property
    def form(self) -> str:
        """What the content is: xlsx | zip | gzip | ole2 | page | empty | text."""
        head = self.data.begins(512) if isinstance(self.data, Packed) else self.head[:512]
        if head.startswith(b"PK\x03\x04"):
            return "xlsx" if any(name.startswith("xl/") for name in self._zip().namelist()) else "zip"
        if head.startswith(b"\x1f\x8b\x08"):
            return "gzip"
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            return "ole2"
        if _PAGE.match(head.removeprefix(codecs.BOM_UTF8)):
            return "page"
        return "text" if head.strip(b"\0 \t\r\n") else "empty"

    @cached_property
    def encoding(self) -> str:
        """Told by content, see `text.encoding_of`."""
        with self.opened() as stream:
            return encoding_of(self.head, stream)

    @cached_property
    def text(self) -> str:
        """The whole text, line ends as they are. Raises FileBroken where the bytes are no text."""
        try:
            return self.content.decode(self.encoding)
        except UnicodeDecodeError as error:
            raise self._no_text() from error

    @cached_property
    def begins(self) -> str:
        """The first lines of a text, the last of them perhaps cut."""
        return self.head[: ASKED_BYTES & ~1].decode(self.encoding, errors="ignore")

    def _no_text(self) -> FileBroken:
        """The refusal of bytes that are no text, with the place of the first of them."""
        with self.opened() as stream:
            place = undecodable(stream, self.encoding)
        return FileBroken(self.name, f"第 {place} 个字节起不是文字，可能没有下载完")

    @cached_property
    def delimiter(self) -> str:
        """What separates the cells of a text: comma, TAB or semicolon, told by its first lines."""
        return delimiter_of(self.begins)

    def _zip(self) -> zipfile.ZipFile:
        return opened(self.name, self.data)

    @cached_property
    def members(self) -> list["SourceFile"]:
        """The files inside a zip or a gzip in their order, unpacked as they are read; in the place of a zip its own.

        Raises FileBroken, FileProtected; FileBroken also for what is packed a third time.
        """
        return [leaf for member in self._packed() for leaf in (member._packed(deep=True) or [member])]

    def _packed(self, *, deep: bool = False) -> list["SourceFile"]:
        """What this file packs, nothing where it packs nothing."""
        if self.form == "gzip":
            held = [inflated(self.name, self.data)]
        elif self.form == "zip":
            held = members(self.name, self._zip())
        else:
            return []
        found = [SourceFile(packed.name, packed) for packed in held]
        if deep and any(member.form in PACKED for member in found):
            raise FileBroken(self.name, "压缩包里的压缩包里还有压缩包，请先解开")
        return found

    def parts(self) -> list["SourceFile"]:
        """The file itself, or what a zip or a gzip holds."""
        return self.members if self.form in PACKED else [self]

    def grids(self) -> Iterator[Iterator[Line]]:
        """Each table of the file: every sheet of a workbook, every table of a page, or the one of a text.

        Raises FileBroken, FileProtected.
        """
        if self.form in {"xlsx", "ole2", "page"}:
            for rows in self._sheets if self.form != "page" else self._page_tables:
                yield (Line(number, cells) for number, cells in enumerate(rows, 1))
        elif self.form == "text":
            yield self.csv_lines()
        elif self.form == "empty":
            raise FileBroken(self.name, "文件是空的")

    def csv_lines(self) -> Iterator[Line]:
        """Rows of separated cells, streamed; `no` is the line on which the row begins."""
        return CsvText(self.name, self.opened(), self.encoding, self.delimiter, self._no_text)

    @cached_property
    def _sheets(self) -> list[list[list[Cell]]]:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError

        if self.form == "ole2" and _ENCRYPTED in self.content:
            raise FileProtected(self.name)
        if self.form == "ole2" and not is_whole(self.content):
            raise FileBroken(self.name, "表格打不开：它的存储结构已损坏，可能没有下载完")
        if self.form == "xlsx":
            refuse_huge_sheets(self.name, self.data)
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(self.content))
            sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
            return [[list(row) for row in sheet.to_python(skip_empty_area=False)] for sheet in sheets]
        except PasswordError as error:
            raise FileProtected(self.name) from error
        except CalamineError as error:
            raise FileBroken(self.name, f"表格打不开：{error}") from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # what the engine raises where it lost its way; no Exception
                raise
            raise FileBroken(self.name, "表格的内部结构已损坏") from error

    @cached_property
    def _page_tables(self) -> list[list[list[Cell]]]:
        try:
            found: list[list[list[Cell]]] = [[list(row) for row in table] for table in tables(self.text)]
        except AssertionError as error:  # how html.parser refuses a declaration that is none
            raise FileBroken(self.name, "网页残缺，里面的表格读不出来") from error
        if not found:
            raise FileBroken(self.name, "下载到的是网页，不是表格")
        return found

    @cached_property
    def heads(self) -> list[list[Line]]:
        """The first lines of every table, for telling what the file is; a file that cannot be read has none."""
        if self.form not in {"xlsx", "ole2", "page", "text"}:
            return []
        try:
            return [[line for line, _ in zip(grid, range(HEAD_LINES), strict=False)] for grid in self.grids()]
        except FileBroken:
            if self.form == "page":
                return []
            raise

    def period(self) -> tuple[str, str]:
        """The days that the file's name speaks of (`…_20261001_20261031…`, `…202610…`), ("", "") if it does not."""
        if span := _PERIOD.search(self.name):
            return _day(span[1]), _day(span[2])
        label = _LABEL.search(self.name)
        if not label:
            return "", ""
        return _month(label[1]) if len(label[1]) == 6 else (_day(label[1]), _day(label[1]))

    def covers(self, moments: Iterable[str]) -> tuple[str, str]:
        """The days that the name speaks of, else the first and last day of the rows' moments."""
        first, last = self.period()
        days = sorted({moment[:10] for moment in moments if moment})
        return (first, last) if first and last else (days[0], days[-1]) if days else ("", "")


def _day(digits: str) -> str:
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}").isoformat()
    except ValueError:
        return ""


def _month(digits: str) -> tuple[str, str]:
    year, month = int(digits[:4]), int(digits[4:])
    if not 1 <= month <= 12:
        return "", ""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1).isoformat(), date.fromordinal(after.toordinal() - 1).isoformat()
