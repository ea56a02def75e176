"""A table inside a file: the header found by its names, columns by name, one bad row never stops the others."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from functools import cached_property, lru_cache, partial
from itertools import chain, islice, zip_longest
from typing import Generic, NamedTuple, TypeVar, overload
from weakref import WeakKeyDictionary

from storage.documents import cells
from storage.documents.cells import Cell, header_name
from storage.documents.columns import Column, marked
from storage.documents.csv_text import Batch, Block, CsvText, Line
from storage.documents.document import Quarantined, RawRow
from storage.documents.file import SourceFile
from storage.documents.parts import PIECE_ROWS
from storage.documents.spool import KEPT_ROWS, Spool, add_rows
from storage.errors import FileBroken, FileError, HeaderMissing

T = TypeVar("T")

_AMOUNT = re.compile(r"(-?)[¥￥]?(\d{1,3}(?:,\d{3})+|\d+)(\.\d*)?")

MADE_ROWS = 4_000
HEADER_LINES = 60
"""A header stands among the first lines of its table."""


class Record:
    """One row, read by column name. Each reader raises CellDestroyed or CellInvalid with the column's name."""

    __slots__ = ("_columns", "cells", "no")

    def __init__(self, columns: dict[str, int], line: Line) -> None:
        self._columns, self.no, self.cells = columns, line.no, line.cells

    def cell(self, column: str) -> Cell:
        """The cell as the file has it; None where the row or the header has no such column."""
        index = self._columns.get(column)
        return self.cells[index] if index is not None and index < len(self.cells) else None

    def plain(self, column: str) -> str:
        """Words, "" for every spelling of nothing."""
        return cells.plain(self.cell(column))

    def identity(self, column: str, *, required: bool = True) -> str:
        """An id."""
        return cells.identity(column, self.cell(column), required=required)

    def fen(self, column: str, *, required: bool = True) -> int:
        """Money in fen."""
        return cells.fen(column, self.cell(column), required=required)

    def whole(self, column: str, *, required: bool = True) -> int:
        """A whole number."""
        return cells.whole(column, self.cell(column), required=required)

    def moment(self, column: str, *, required: bool = False) -> str:
        """`YYYY-MM-DD HH:MM:SS`."""
        return cells.moment(column, self.cell(column), required=required)

    def day(self, column: str) -> str:
        """`YYYY-MM-DD`."""
        return cells.day(column, self.cell(column))

    def words(self) -> str:
        """The whole row as text, cells separated by commas."""
        return ",".join(cells.as_text(cell) for cell in self.cells)


def is_blank(line: Line) -> bool:
    """Whether no cell says anything."""
    row = line.cells
    if row and type(first := row[0]) is str and first and not first.isspace():
        return False
    return not any(cell != "" and cells.as_text(cell).strip() for cell in row)


class Lines:
    """Lines as a batch."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines

    @property
    def numbers(self) -> Sequence[int]:
        """The `no` of each."""
        return [line.no for line in self.lines]

    @cached_property
    def columns(self) -> list[Column]:
        """The cells by columns; what a short line lacks is empty."""
        return list(map(marked, zip_longest(*[line.cells for line in self.lines], fillvalue="")))

    def column(self, place: int) -> Column | None:
        """The cells that stand there, None where no line is that long."""
        return self.columns[place] if place < len(self.columns) else None


class Table:
    """Header, the lines before it, and the records after it; `again` finds the same table of the same file anew."""

    def __init__(
        self,
        before: list[Line],
        header: Line,
        lines: Iterator[Line],
        names: Sequence[str],
        again: "Callable[[], Table]",
    ) -> None:
        self.again = again
        self.before = before
        self.titles = line_titles(header)
        places = _places(header)
        found = ((name.partition("|")[0], _place(name, places)) for name in names)
        self._columns = {name: place for name, place in found if place is not None}
        self._lines = lines

    def lines(self) -> Iterator[Line]:
        """Every line after the header, blank ones too."""
        return self._lines

    @property
    def is_text(self) -> bool:
        """Whether every cell is text, as in a file of separated cells."""
        return isinstance(self._lines, CsvText)

    def batch(self) -> "Batch | None":
        """The next lines, blank ones left out; None at the end. Some batches have none that is not blank."""
        if isinstance(self._lines, CsvText):
            found = self._lines.batch()
            if isinstance(found, Block):
                return found
        else:
            found = self._of_one_sheet(list(islice(self._lines, MADE_ROWS)))
        return Lines([line for line in found if not is_blank(line)]) if found else None

    def _of_one_sheet(self, found: list[Line]) -> list[Line]:
        """The lines up to the end of their sheet; the others come with the next batch."""
        if found and sheet_of(found[-1].no) != (sheet := sheet_of(found[0].no)):
            end = next(place for place, line in enumerate(found) if sheet_of(line.no) != sheet)
            self._lines = chain(found[end:], self._lines)
            return found[:end]
        return found

    def record(self, line: Line) -> Record:
        """The line, read by the names of this header."""
        return Record(self._columns, line)

    def records(self) -> Iterator[Record]:
        """Every row after the header, blank ones left out."""
        return (self.record(line) for line in self._lines if not is_blank(line))

    def place(self, column: str) -> int | None:
        """Where a column stands, None where the header has none of its spellings."""
        return self._columns.get(column)

    def first(self) -> Record | None:
        """The first row after the header, which `records` gives again; None where there is none."""
        for line in self._lines:
            if not is_blank(line):
                self._lines = chain([line], self._lines)
                return self.record(line)
        return None

    def raw(self, record: Record) -> RawRow:
        """The row as the file has it: columns that nobody asked for too."""
        texts = [cell if type(cell) is str else cells.as_text(cell) for cell in record.cells]
        titles = titled(self.titles, len(texts))
        return RawRow(record.no, {title: text for title, text in zip(titles, texts, strict=False) if text})

    def lead(self) -> list[str]:
        """The lines before the header as text, empty cells left out."""
        return [" ".join(filter(None, (cells.as_text(cell).strip() for cell in line.cells))) for line in self.before]


def titled(titles: list[str], width: int) -> list[str]:
    """Titles for so many cells: what stands beyond the header is `#7`."""
    return titles + [f"#{n}" for n in range(len(titles) + 1, width + 1)] if width > len(titles) else titles


class RawAgain(Sequence[RawRow]):
    """The first `count` rows after a header, read from the file whenever they are asked for."""

    def __init__(self, table: Table, count: int) -> None:
        self._table, self._count = table, count

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    @property
    def titles(self) -> list[str]:
        """What stands above the cells."""
        return self._table.titles

    @property
    def is_text(self) -> bool:
        """Whether every cell is text, as in a file of separated cells."""
        return self._table.is_text

    def lines(self) -> Iterator[Line]:
        """The rows as they stand, from the first to the last."""
        table = self._table.again()
        return islice((line for line in table.lines() if not is_blank(line)), self._count)

    def __iter__(self) -> Iterator[RawRow]:
        """From the first to the last."""
        table = self._table.again()
        return map(table.raw, islice(table.records(), self._count))

    @overload
    def __getitem__(self, index: int) -> RawRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[RawRow]: ...
    def __getitem__(self, index: int | slice) -> RawRow | list[RawRow]:
        """One row or some, found by reading from the first."""
        places = range(self._count)[index]
        if isinstance(places, int):
            return next(islice(self, places, None))
        wanted = set(places)
        found = {place: row for place, row in enumerate(self) if place in wanted}
        return [found[place] for place in places]


class Reading(NamedTuple, Generic[T]):
    """What became of the records of a table; `footer` are the records from the one on that ended the data."""

    rows: Sequence[T]
    raw: Sequence[RawRow]
    quarantine: list[Quarantined]
    footer: list[Record]

    def lost_fen(self) -> int:
        """What the quarantined rows would have brought, as far as it can be read."""
        return sum(row.amount_fen for row in self.quarantine)


def find_table(file: SourceFile, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """The first table of the file whose header holds all `required` names; other columns stay in the raw rows.

    Other sheets under just the same header go on with it: exports of many rows are split over sheets.
    `商品状态|商品状态(上架/下架)`: one column under two spellings, asked for by the first.
    Raises HeaderMissing naming what is missing from the nearest header, FileBroken where there is no table at all.
    """
    nearest: tuple[int, Line] | None = None
    again = partial(find_table, file, required, optional)
    grids = file.grids()
    for grid in grids:
        before: list[Line] = []
        for line in grid:
            found = _places(line)
            hits = sum(_place(name, found) is not None for name in required)
            if hits == len(required):
                lines = grid if isinstance(grid, CsvText) else _with_others(grid, grids, line)
                return Table(before, line, lines, [*required, *optional], again)
            if hits and (nearest is None or hits > nearest[0]):
                nearest = (hits, line)
            before.append(line)
            if len(before) > HEADER_LINES:
                break
    if nearest is None:
        raise FileBroken(file.name, f"没有找到表头 {'、'.join(required[:5])}…")
    present = _places(nearest[1])
    missing = [name for name in required if _place(name, present) is None]
    raise HeaderMissing(file.name, missing, [cells.as_text(cell).strip() for cell in nearest[1].cells if cell])


def sheet_of(row_no: int) -> int:
    """Which of the sheets that are read as one table a row stands on, from 0."""
    return row_no // PIECE_ROWS


def _with_others(grid: Iterator[Line], grids: Iterator[Iterator[Line]], header: Line) -> Iterator[Line]:
    """The rows of this sheet, then those of the sheets that have the same header, numbered as those of further pieces.

    What stands on several of them is one row, as in downloads that overlap: a sheet may be a copy of another, in whole
    or in part, with the amounts in another dress.
    """
    titles = _named(header)
    others = [one for one in grids if any(_named(line) == titles for line in islice(one, HEADER_LINES))]
    if not others:
        yield from grid
        return
    told: Counter[int] = Counter()
    for piece, sheet in enumerate([grid, *others]):
        here: Counter[int] = Counter()
        for line in sheet:
            said = hash(tuple(map(_undressed, line.cells)))
            here[said] += 1
            if here[said] > told[said]:
                told[said] += 1
                yield Line(line.no + piece * PIECE_ROWS, line.cells)


def _named(line: Line) -> list[str]:
    names = [header_name(cell) for cell in line.cells]
    while names and not names[-1]:
        names.pop()
    return names


def _undressed(cell: Cell) -> str:
    """The cell as far as two dresses of one amount are the same: `¥1,012.00` is `1012`."""
    text = cells.unwrap(cells.as_text(cell))
    if not (found := _AMOUNT.fullmatch(text)):
        return text
    return found[1] + found[2].replace(",", "") + (found[3] or "").rstrip("0").rstrip(".")


def has_columns(file: SourceFile, names: Sequence[str]) -> bool:
    """Whether one of the first lines holds all these names: how a kind knows its file."""
    every, headers = _headers(file)
    asked = [_spellings(name) for name in names]
    if any(every.isdisjoint(spellings) for spellings in asked):
        return False
    return any(not any(places.isdisjoint(spellings) for spellings in asked) for places in headers)


_HEADERS: WeakKeyDictionary[SourceFile, tuple[frozenset[str], list[frozenset[str]]]] = WeakKeyDictionary()
"""What the first lines of a file hold, together and each: a hundred kinds ask it of one file."""


def _headers(file: SourceFile) -> tuple[frozenset[str], list[frozenset[str]]]:
    if file not in _HEADERS:
        each = [frozenset(_places(line)) for head in file.heads for line in head]
        _HEADERS[file] = frozenset().union(*each), each
    return _HEADERS[file]


def read_records(
    table: Table,
    make: Callable[[Record], Sequence[T]],
    *,
    ends: Callable[[Record], bool] = lambda _: False,
    amount: Callable[[Record], int] = lambda _: 0,
) -> Reading[T]:
    """Typed rows, rows as they were, rows that could not be taken, and the footer from the record where `ends` holds.

    `make` gives the typed rows of one record; a FileError that it raises quarantines that record only.
    """
    rows: Spool[T] = Spool()
    raw: list[RawRow] = []
    quarantine: list[Quarantined] = []
    made: list[T] = []
    count = 0
    records = table.records()
    footer: list[Record] = []
    for record in records:
        below = footer and sheet_of(record.no) == sheet_of(footer[-1].no)
        if below or ends(record):
            footer.append(record)
            continue
        count += 1
        if count <= KEPT_ROWS:
            raw.append(table.raw(record))
        try:
            made.extend(make(record))
        except FileError as error:
            quarantine.append(quarantined(record, error, amount))
        if len(made) >= MADE_ROWS:
            add_rows(rows, made)
            made = []
    add_rows(rows, made)
    return Reading(rows.settled(), raw if count <= KEPT_ROWS else RawAgain(table, count), quarantine, footer)


def quarantined(record: Record, error: FileError, amount: Callable[[Record], int]) -> Quarantined:
    """The record that could not be taken, with what it would have brought."""
    return Quarantined(record.no, error.code, error.message("zh"), error.who, _readable(amount, record))


def _readable(amount: Callable[[Record], int], record: Record) -> int:
    try:
        return amount(record)
    except FileError:
        return 0


def _place(name: str, places: dict[str, int]) -> int | None:
    spellings = (places.get(spelling) for spelling in _spellings(name))
    return next((place for place in spellings if place is not None), None)


@lru_cache(maxsize=1 << 13)
def _spellings(name: str) -> tuple[str, ...]:
    """The names of one column as they are compared; kinds ask for the same ones of every line."""
    return tuple(header_name(spelling) for spelling in name.split("|"))


def _places(header: Line) -> dict[str, int]:
    """Normalised name -> position; of a name that stands twice the first one is meant, the second is `name#2`."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    for index, cell in enumerate(header.cells):
        if name := header_name(cell):
            places[_free(name, places, counts)] = index
    return places


def line_titles(header: Line) -> list[str]:
    """The titles of a header as the file has them, each once: empty ones are `#3`, repeated ones `备注#2`."""
    titles: dict[str, None] = {}
    counts: dict[str, int] = {}
    for index, cell in enumerate(header.cells, 1):
        titles[_free(cells.unwrap(cells.as_text(cell)) or f"#{index}", titles, counts)] = None
    return list(titles)


def _free(name: str, taken: Container[str], counts: dict[str, int]) -> str:
    """The name, or the first `name#2`, `name#3` … that is not taken; `counts` keeps how far each name has come."""
    count = counts.get(name, 1)
    while (found := name if count == 1 else f"{name}#{count}") in taken:
        count += 1
    counts[name] = count
    return found
