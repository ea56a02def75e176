"""One incoming file: what it is by its content (names lie), its text, its rows with the numbers a person counts."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from storage.documents.cells import Cell
from storage.documents.html import tables
from storage.documents.ole2 import is_whole
from storage.documents.text import ASKED_BYTES, delimiter_of, encoding_of
from storage.documents.zips import opened, refuse_huge_sheets, unpacked
from storage.errors import FileBroken, FileProtected

HEAD_LINES = 40
CELL_CHARACTERS_MAX = 1 << 20
_PERIOD = re.compile(r"(?<!\d)(20\d{6})[-_](20\d{6})(?!\d)")
_LABEL = re.compile(r"(?<!\d)(20\d{4}(?:\d{2})?)(?!\d)")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<body|<table|<meta|<style|<\?xml[^>]*>\s*<html)", re.IGNORECASE)


class Line(NamedTuple):
    """A row as the file has it; `no` counts lines of text or sheet rows from 1."""

    no: int
    cells: list[Cell]


class SourceFile:
    """A file by name and content; nothing is read before it is asked for.

    `name` is only a hint: the form, the encoding and the kind are told by the content. Raises FileBroken for a
    file that is cut short or is a web page, FileProtected for a zip with a password.
    """

    def __init__(self, name: str, data: Path | bytes) -> None:
        self.name = name
        self._data = data

    @cached_property
    def content(self) -> bytes:
        """All bytes."""
        return self._data if isinstance(self._data, bytes) else self._data.read_bytes()

    @cached_property
    def form(self) -> str:
        """What the content is: xlsx | zip | ole2 | page | empty | text."""
        head = self.content[:512]
        if head.startswith(b"PK\x03\x04"):
            return "xlsx" if any(name.startswith("xl/") for name in self._zip().namelist()) else "zip"
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            return "ole2"
        if _PAGE.match(head.removeprefix(codecs.BOM_UTF8)):
            return "page"
        return "text" if head.strip(b"\0 \t\r\n") else "empty"

    @cached_property
    def encoding(self) -> str:
        """Told by content, see `text.encoding_of`. Raises FileBroken where the bytes are no text."""
        encoding = encoding_of(self.content)
        try:
            self.content.decode(encoding)
        except UnicodeDecodeError as error:
            raise FileBroken(self.name, f"第 {error.start} 个字节起不是文字，可能没有下载完") from error
        return encoding

    @cached_property
    def text(self) -> str:
        """The whole text, line ends as they are."""
        return self.content.decode(self.encoding)

    @cached_property
    def delimiter(self) -> str:
        """What separates the cells of a text: comma, TAB or semicolon, told by its first lines."""
        return delimiter_of(self.content[: ASKED_BYTES & ~1].decode(self.encoding, errors="ignore"))

    @cached_property
    def members(self) -> list["SourceFile"]:
        """The files inside a zip, in its order; names without the UTF-8 flag are read as GBK."""
        archive = self._zip()
        found = []
        for info in archive.infolist():
            if info.is_dir():
                continue
            found.append(SourceFile(_member_name(info), unpacked(self.name, archive, info)))
        return found

    def _zip(self) -> zipfile.ZipFile:
        return opened(self.name, self.content)

    def parts(self) -> list["SourceFile"]:
        """The file itself, or what a zip holds."""
        return self.members if self.form == "zip" else [self]

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
        csv.field_size_limit(CELL_CHARACTERS_MAX)
        stream = io.TextIOWrapper(io.BytesIO(self.content), encoding=self.encoding, newline="")
        reader = csv.reader(stream, delimiter=self.delimiter)
        begins = 1
        try:
            for cells in reader:
                yield Line(begins, list(cells))
                begins = reader.line_num + 1
        except csv.Error as error:
            raise FileBroken(self.name, f"第 {reader.line_num} 行：{error}") from error

    @cached_property
    def _sheets(self) -> list[list[list[Cell]]]:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError

        if self.form == "ole2" and _ENCRYPTED in self.content:
            raise FileProtected(self.name)
        if self.form == "ole2" and not is_whole(self.content):
            raise FileBroken(self.name, "表格打不开：它的存储结构已损坏，可能没有下载完")
        if self.form == "xlsx":
            refuse_huge_sheets(self.name, self.content)
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


def _member_name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


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
