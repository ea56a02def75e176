"""A text of separated cells, streamed: row by row as the standard library reads it, or many rows at once as columns.

Most lines of an export are plain: no quotes, all equally long. A block of such lines is cut into columns of bytes with
three passes, before anything is decoded; lines that are not plain are read by `csv`, which says what a row is.
"""

import csv
import io
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import repeat
from operator import methodcaller
from typing import BinaryIO, NamedTuple, Protocol

from storage.documents.cells import Cell
from storage.documents.coded import Undecoded
from storage.errors import FileBroken

CELL_CHARACTERS_MAX = 1 << 20
LINE_BYTES_MAX = 1 << 22
FIRST_BYTES = 1 << 15
"""What is read first: who asks what a file is wants a few lines of it."""
PIECE_BYTES = 1 << 18
FILLED_MAX = 4_000
"""First cells of lines that are remembered as none that says nothing."""
_MAYBE_BLANK = frozenset({b""} | {bytes([n]) for n in (*range(0x21), 0x81, 0x85, 0xA0, 0xA1, 0xC2, 0xE1, 0xE2, 0xE3)})
"""With what blanks begin: ASCII's, U+0085, U+00A0, U+1680, U+2000 and U+3000 in UTF-8, GB18030, CP932 and CP1252."""
_PLAIN = frozenset({",", "\t", ";"})
"""Bytes that no character of several bytes has, in any encoding whose ASCII is ASCII."""


_is_returned = methodcaller("endswith", b"\r")


class Line(NamedTuple):
    """A row as the file has it; `no` counts lines of text or sheet rows from 1."""

    no: int
    cells: list[Cell]


_LINE = tuple.__new__


class Batch(Protocol):
    """Some rows, blank ones left out: their numbers, and their cells by columns or by lines."""

    @property
    def numbers(self) -> Sequence[int]:
        """The `no` of each."""
        ...

    @property
    def lines(self) -> Sequence[Line]:
        """Each as a line."""
        ...

    def column(self, place: int) -> Sequence[Cell] | Undecoded | None:
        """The cells that stand there, None where no row is that long."""
        ...


class Block:
    """Plain lines as columns of bytes."""

    def __init__(self, first: int, columns: list[list[bytes]], piece: bytes, text: "CsvText") -> None:
        self.numbers = range(first, first + len(columns[0]))
        self._columns, self._piece, self._text = columns, piece, text

    @cached_property
    def lines(self) -> list[Line]:
        """The same as lines. Raises FileBroken where the bytes are no text."""
        return self._text.plain_lines(self._piece, self.numbers[0])

    def column(self, place: int) -> Undecoded | None:
        """The cells that stand there, None where the lines end before."""
        return Undecoded(self._columns[place], self._text.encoding) if place < len(self._columns) else None

    def beyond(self, places: set[int]) -> Iterator[Undecoded]:
        """The columns that do not stand at these places."""
        cells = (column for place, column in enumerate(self._columns) if place not in places)
        return (Undecoded(column, self._text.encoding) for column in cells)

    def has_blank(self) -> bool:
        """Whether there may be a line that says nothing."""
        unknown = set(self._columns[0]) - self._text.filled
        if len(self._text.filled) < FILLED_MAX:
            self._text.filled |= {cell for cell in unknown if cell[:1] not in _MAYBE_BLANK or self._says(cell)}
        places = (place for place, cell in enumerate(self._columns[0]) if cell in unknown and not self._says(cell))
        return any(not self._says(b"".join([column[place] for column in self._columns])) for place in places)

    def _says(self, cell: bytes) -> bool:
        return bool(cell.decode(self._text.encoding, "replace").strip())


class CsvText(Iterator[Line]):
    """Rows of separated cells from the first to the last; `no` is the line on which a row begins.

    `no_text`: the refusal of bytes that are no text. Raises FileBroken for those, for lines and cells without end.
    """

    def __init__(
        self, name: str, stream: BinaryIO, encoding: str, delimiter: str, no_text: Callable[[], FileBroken]
    ) -> None:
        self._name, self._stream, self._delimiter, self._no_text = name, stream, delimiter, no_text
        self._first_encoding, self.encoding = encoding, encoding.removesuffix("-sig")
        self._wide = io.TextIOWrapper(stream, encoding, newline="") if encoding.startswith("utf-16") else None
        self._rest = b""
        self._no = 1
        self._ready: Iterator[Line] = iter(())
        self.filled: set[bytes] = set()
        weakref.finalize(self, stream.close)

    def __next__(self) -> Line:
        """The next row."""
        for line in self._ready:
            return line
        self._ready = iter(self._rows(self._text(PIECE_BYTES if self._no > 1 else FIRST_BYTES)))
        return next(self._ready)

    def batch(self) -> list[Line] | Block:
        """The next rows, as a block where they are plain; none at the end."""
        if ready := list(self._ready):
            return ready
        if self._wide is not None or self._no == 1 or self._delimiter not in _PLAIN:
            return self._rows(self._text(PIECE_BYTES))
        piece = self._piece(PIECE_BYTES)
        columns = plain_columns(piece, self._delimiter.encode())
        if not columns:
            return self._rows(self._decoded(piece))
        block = Block(self._no, columns, piece, self)
        self._no += len(block.numbers)
        return block.lines if block.has_blank() else block

    def plain_lines(self, piece: bytes, first: int) -> list[Line]:
        """Lines of a block, of which each is a row."""
        return self._numbered(self._decoded(piece), first)

    def _rows(self, text: str) -> list[Line]:
        if '"' in text:
            return self._quoted(text)
        lines = self._numbered(text, self._no)
        self._no += len(lines)
        return lines

    def _numbered(self, text: str, first: int) -> list[Line]:
        """Lines of a text without quotes: every line is a row."""
        csv.field_size_limit(CELL_CHARACTERS_MAX)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self._delimiter)
        try:
            rows = list(reader)
        except csv.Error as error:
            raise self._broken(first + reader.line_num - 1, error) from error
        return list(map(_LINE, repeat(Line), zip(range(first, first + len(rows)), rows, strict=True)))

    def _quoted(self, text: str) -> list[Line]:
        """Rows of a text in which cells may go over several lines, the last one into what is not read yet."""
        csv.field_size_limit(CELL_CHARACTERS_MAX)
        waiting = deque(io.StringIO(text, newline=""))
        reader = csv.reader(self._feed(waiting), delimiter=self._delimiter)
        lines: list[Line] = []
        try:
            while waiting:
                begins = self._no + reader.line_num
                row: list[Cell] = list(next(reader))
                lines.append(Line(begins, row))
        except csv.Error as error:
            raise self._broken(self._no + reader.line_num - 1, error) from error
        self._no += reader.line_num
        return lines

    def _feed(self, waiting: deque[str]) -> Iterator[str]:
        while True:
            while waiting:
                yield waiting.popleft()
            if not (more := self._text(0)):
                return
            waiting.extend(io.StringIO(more, newline=""))

    def _text(self, size: int) -> str:
        """The next characters, at least so many and up to the end of a line."""
        if self._wide is None:
            return self._decoded(self._piece(size))
        try:
            told, rest = self._wide.read(size), self._wide.readline(LINE_BYTES_MAX)
        except UnicodeDecodeError as error:
            raise self._no_text() from error
        if len(rest) >= LINE_BYTES_MAX and rest[-1] not in "\r\n":
            raise self._endless(told.count("\n"))
        return told + rest

    def _piece(self, size: int) -> bytes:
        """The next bytes, at least so many and up to the end of a line; some files end lines by CR alone."""
        told = self._rest or self._stream.read(size)
        if not told.endswith(b"\n"):
            told += self._stream.readline(LINE_BYTES_MAX)
        self._rest = b""
        if len(told) >= LINE_BYTES_MAX and not told.endswith(b"\n"):
            cut = told.rfind(b"\r", 0, -1) + 1
            if not cut:
                raise self._endless(told.count(b"\n"))
            told, self._rest = told[:cut], told[cut:]
        return told

    def _decoded(self, piece: bytes) -> str:
        try:
            return piece.decode(self._first_encoding if self._no == 1 else self.encoding)
        except UnicodeDecodeError as error:
            raise self._no_text() from error

    def _endless(self, above: int) -> FileBroken:
        return FileBroken(self._name, f"第 {self._no + above} 行长得没有尽头，不像导出的数据")

    def _broken(self, line: int, error: csv.Error) -> FileBroken:
        return FileBroken(self._name, f"第 {line} 行：{error}")


def plain_columns(piece: bytes, delimiter: bytes) -> list[list[bytes]]:
    """The cells of whole lines by columns; none where a line is not plain: longer or shorter than the first, or with
    quotes, unless every cell of every line stands in them.

    Where lines end by CR LF the CR stays in the last column: who reads a cell strips it.
    """
    ends, returns = piece.count(b"\n"), piece.count(b"\r")
    if not ends or returns not in {0, ends} or len(piece) >= CELL_CHARACTERS_MAX or not piece.endswith(b"\n"):
        return []
    if b'"' in piece and (piece[:1] == b'"' or delimiter + b'"' in piece or b'\n"' in piece):
        return _quoted_columns(piece, delimiter, ends, b"\r\n" if returns else b"\n")
    columns = _columns(piece, delimiter, b"\n", ends)
    return columns if columns and (not returns or all(map(_is_returned, columns[-1]))) else []


def _quoted_columns(piece: bytes, delimiter: bytes, ends: int, end: bytes) -> list[list[bytes]]:
    """The same of lines of which each cell is quoted; none where a cell is not, or holds a quote or a line end."""
    between = b'"' + delimiter + b'"'
    if piece[:1] != b'"' or not piece.endswith(b'"' + end):
        return []
    columns = _columns(piece[1 : -len(end) - 1] + b'"' + end + b'"', between, b'"' + end + b'"', ends)
    return columns if piece.count(b'"') == 2 * ends * len(columns) else []


def _columns(piece: bytes, delimiter: bytes, end: bytes, ends: int) -> list[list[bytes]]:
    """The cells of so many lines by columns, none where they are not equally long."""
    width = piece.count(delimiter, 0, piece.find(end)) + 1
    cells = piece.replace(end, delimiter + b"\n" + delimiter).split(delimiter)
    last = ends * (width + 1)
    if len(cells) != last + 1 or cells[width :: width + 1] != [b"\n"] * ends:
        return []
    return [cells[place : last : width + 1] for place in range(width)]
