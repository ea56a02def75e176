"""A table read some thousand rows at a time, column by column; where a row needs care, its batch is read row by row.

Both ways give the same rows: the quick one leaves a batch alone as soon as a cell raises. What is read goes into
spools, so that memory holds a few batches however long the file is.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice, repeat, zip_longest
from typing import TYPE_CHECKING, Any

from storage.documents import cells, columns, numbers
from storage.documents.amounts import Directed, Signed, Spent, Split
from storage.documents.cells import Cell
from storage.documents.columns import Column, Known, Tails
from storage.documents.document import Quarantined, RawRow
from storage.documents.file import Line
from storage.documents.numbering import Numbering
from storage.documents.rows import DataRow
from storage.documents.spool import KEPT_ROWS, Spool
from storage.documents.table import RawAgain, Reading, Record, Table, is_blank, quarantined, titled
from storage.errors import FileError

if TYPE_CHECKING:
    from storage.documents.layout import Layout, Maker

BATCH_ROWS = 4_000
_ROW = tuple.__new__


class Batches:
    """Reads one table of one layout: `read` once, then `tails` and `moments` tell what was seen of all rows."""

    def __init__(self, table: Table, layout: "Layout", make: "Maker", seen: Numbering) -> None:
        self.table, self.layout, self.make, self.seen = table, layout, make, seen
        self.rows: Spool[DataRow] = Spool()
        self.raw: Spool[RawRow] = Spool()
        self.count = 0
        self.quarantine: list[Quarantined] = []
        self.tails = {column: Tails() for column in layout.ids}
        self.moments: set[str] = set()
        self._quick = _Quick(table, layout, make)

    def read(self) -> Reading[DataRow]:
        """All records of the table. Raises FileError where the file as a whole cannot be read."""
        footer: list[Record] = []
        lines = self.table.lines()
        while not footer and (batch := list(islice(lines, BATCH_ROWS))):
            filled = [line for line in batch if not is_blank(line)]
            kept = self._kept(filled)
            footer += map(self.table.record, filled[kept:])
            if kept:
                self._take(filled[:kept])
        if footer:
            footer += [self.table.record(line) for line in lines if not is_blank(line)]
        return Reading(self.rows.settled(), self._all_raw(), self.quarantine, footer)

    def _all_raw(self) -> Sequence[RawRow]:
        """The rows as they were: kept of a short file, read again of a long one."""
        return self.raw.settled() if self.count <= KEPT_ROWS else RawAgain(self.table, self.count)

    def _kept(self, lines: list[Line]) -> int:
        """How many lines stand before the one with which the data ends."""
        ends = self.layout.ends
        if ends is None:
            return len(lines)
        return next((place for place, line in enumerate(lines) if ends(self.table.record(line))), len(lines))

    def _take(self, lines: list[Line]) -> None:
        grid = _grid(lines)
        self.count += len(lines)
        if self.count <= KEPT_ROWS:
            self._take_raw(lines, grid)
        try:
            count, told = self._quick.read(lines, grid)
        except FileError:
            self._take_slowly(lines)
            return
        if count:
            begins = self.seen.add(told[_KEY])
            self.moments.update({at[:10] for at in told[_AT]})
            for column, tails in self.tails.items():
                if (place := self._quick.places.get(_short(column))) is not None:
                    tails.add(told[place])
            self.rows.add(told, count, partial(self._quick.rows, self.seen, begins))

    def _take_slowly(self, lines: list[Line]) -> None:
        found: list[DataRow] = []
        for record in map(self.table.record, lines):
            try:
                found.extend(self.make.rows(record))
            except FileError as error:
                self.quarantine.append(quarantined(record, error, self.make.readable_amount))
        begins = self.seen.add(row.row_key for row in found)
        self.moments.update(row.at[:10] for row in found)
        for column, tails in self.tails.items():
            tails.add([str(row.data.get(_short(column)) or "") for row in found])
        self.rows.add([[tuple(row) for row in found]], len(found), partial(_numbered, self.seen, begins))

    def _take_raw(self, lines: list[Line], grid: list[Column]) -> None:
        """The cells as text, side by side; rows may be of different lengths."""
        told = [column if columns.is_text(column) else list(map(cells.as_text, column)) for column in grid]
        titles = titled(self.table.titles, len(told))
        self.raw.add([[line.no for line in lines], *told], len(lines), partial(_raw_rows, titles))


def _grid(lines: list[Line]) -> list[Column]:
    """The cells of the lines by columns; what a short line lacks is empty."""
    return list(map(columns.marked, zip_longest(*[line.cells for line in lines], fillvalue="")))


def _raw_rows(titles: list[str], told: list[Any], _index: int) -> list[RawRow]:
    rows = zip(*told[1:], strict=True) if len(told) > 1 else repeat(())
    return [
        RawRow(no, {title: text for title, text in zip(titles, row, strict=False) if text})
        for no, row in zip(told[0], rows, strict=False)
    ]


def _numbered(seen: Numbering, begins: int, told: list[Any], _index: int) -> list[DataRow]:
    rows = [DataRow(*row) for row in told[0]]
    return [row._replace(n=n) for row, n in zip(rows, seen.numbers(begins, len(rows)), strict=True)]


_NO, _KEY, _ORDER, _RULE, _SUB, _AT, _AMOUNT, _CURRENCY, _FEE, _CLASS = range(10)
_FIXED = 10
"""What stands before the columns of the data."""


class _Quick:
    """Reads records column by column; knows the texts that it has met."""

    def __init__(self, table: Table, layout: "Layout", make: "Maker") -> None:
        self.table, self.layout, self.make = table, layout, make
        self.names = [_short(name) for name in layout.typed]
        self.places = {name: _FIXED + number for number, name in enumerate(self.names)}
        self._readers = {name: self._reader(name, kind) for name, kind in layout.typed.items()}
        self._money: dict[str, Known] = {}
        self._ids: dict[str, Known] = {}
        self._plain = Known(cells.plain)
        self._unwrapped = Known(lambda cell: cells.unwrap(cells.plain(cell)))

    def read(self, lines: list[Line], grid: list[Column]) -> tuple[int, list[Column]]:
        """(rows, columns of them) as `rows` takes them; records that are none are left out. Raises FileError."""
        layout, make = self.layout, self.make
        record = self.table.record
        if layout.drop is not None:
            kept = [line for line in lines if not layout.drop(record(line))]
            lines, grid = kept, grid if len(kept) == len(lines) else _grid(kept)
        count = len(lines)
        if not count:
            return 0, []
        data = [reader(self._column(grid, _short(name), count)) for name, reader in self._readers.items()]
        typed = dict(zip(self.names, data, strict=True))
        amounts = self._amounts(lines, grid, count)
        if layout.derive is not None:
            derived = [layout.derive(record(line), fen) for line, fen in zip(lines, amounts, strict=True)]
            orders, rules = [order for order, _ in derived], [rule for _, rule in derived]
        else:
            orders, rules = self._orders(grid, typed, count)
        fees = list(map(layout.classify, map(record, lines), amounts)) if layout.classify else [("", "")] * count
        return count, [
            [line.no for line in lines],
            self._keys(grid, typed, count),
            orders,
            rules,
            self._id_column(grid, typed, _short(layout.sub), count) if layout.sub else [""] * count,
            self._ats(lines, typed, count),
            amounts,
            [fixed] * count if (fixed := make.fixed_currency()) else list(map(make.currency, map(record, lines))),
            [fee for fee, _ in fees],
            [rule for _, rule in fees],
            *data,
        ]

    def rows(self, seen: Numbering, begins: int, told: list[Column], _index: int) -> list[DataRow]:
        """The typed rows of such columns."""
        count, layout = len(told[_KEY]), self.layout
        dicts = self._dicts(told[_FIXED:], count)
        numbers_ = seen.numbers(begins, count)
        fields = zip(
            told[_NO], repeat(layout.kind), repeat(layout.platform), repeat(self.make.shop), told[_KEY], numbers_,
            told[_ORDER], told[_RULE], told[_SUB], told[_AT], told[_AMOUNT], told[_CURRENCY], told[_FEE],
            told[_CLASS], dicts,
        )  # fmt: skip
        return list(map(_ROW, repeat(DataRow), fields))

    def _dicts(self, data: Sequence[Column], count: int) -> list[dict[str, Any]]:
        """Column -> value, without what says nothing."""
        whole = [place for place, column in enumerate(data) if all(column)]
        names = [self.names[place] for place in whole]
        rows: Iterator[Any] = zip(*[data[place] for place in whole], strict=True) if whole else repeat((), count)
        dicts = list(map(dict, map(zip, repeat(names), rows)))
        for place, column in enumerate(data):
            if place not in whole and any(column):
                name = self.names[place]
                for made, value in zip(dicts, column, strict=True):
                    if value:
                        made[name] = value
        return dicts

    def _column(self, grid: Sequence[Column], name: str, count: int) -> Column:
        place = self.table.place(name)
        return grid[place] if place is not None and place < len(grid) else [None] * count

    def _reader(self, name: str, kind: str) -> Callable[[Column], list[Any]]:
        layout, column = self.layout, _short(name)
        known = Known(partial(self._cell, name, kind))
        if column in layout.reads:
            return known.column
        needed = name in layout.key and name not in layout.blanks
        match kind:
            case "id":
                return partial(columns.ids, Known(partial(cells.identity, column, required=needed)))
            case "money":
                reader = Known(partial(numbers.money, column, style=layout.money_style))
                return partial(columns.money, reader, layout.money_style)
            case "moment" if not layout.moment_formats:
                return partial(columns.moments, known, required=needed)
            case "text":
                return partial(columns.words, Known(cells.plain))
        return known.column

    def _cell(self, name: str, kind: str, cell: Cell) -> Any:
        return self.make.value(Record({_short(name): 0}, Line(0, [cell])), name, kind)

    def _id_column(self, grid: Sequence[Column], typed: dict[str, list[Any]], name: str, count: int) -> list[Any]:
        """An id that may be missing."""
        if name in self.layout.ids and name not in self.layout.reads:
            return typed[name]
        known = self._ids.setdefault(name, Known(lambda cell: cells.identity(name, cell, required=False)))
        return columns.ids(known, self._column(grid, name, count))

    def _orders(self, grid: Sequence[Column], typed: dict[str, list[Any]], count: int) -> tuple[list[Any], list[str]]:
        if self.layout.order is None:
            return [""] * count, [""] * count
        name, rule = self.layout.order
        return self._id_column(grid, typed, _short(name), count), [rule] * count

    def _keys(self, grid: Sequence[Column], typed: dict[str, list[Any]], count: int) -> list[str]:
        told: list[Column] = [[self.make.span] * count] if self.make.span else []
        for name in map(_short, self.layout.key):
            column: Column = typed.get(name, ())
            if not column or not all(column):
                plain = self._plain.column(self._column(grid, name, count))
                column = [value or text for value, text in zip(column or plain, plain, strict=True)]
            told.append(column if columns.is_text(column) else list(map(str, column)))
        return list(told[0]) if len(told) == 1 else list(map("|".join, zip(*told, strict=True)))

    def _ats(self, lines: list[Line], typed: dict[str, list[Any]], count: int) -> list[str]:
        layout = self.layout
        if not layout.at:
            return [self.make.day] * count
        found = typed.get(_short(layout.at)) or [""] * count
        if layout.at_else is None:
            return [at or "" for at in found]
        record = self.table.record
        return [at or layout.at_else(record(line)) for at, line in zip(found, lines, strict=True)]

    def _amounts(self, lines: list[Line], grid: Sequence[Column], count: int) -> list[int]:
        amount, style = self.layout.amount, self.layout.money_style
        if amount is None:
            return [0] * count
        if type(amount) is Signed or type(amount) is Spent:
            found = self._fen(grid, amount.column, count)
            if type(amount) is Signed and amount.partly:
                return [fen or 0 for fen in found]
            if None not in found:
                return [-fen if type(amount) is Spent else fen for fen in found if fen is not None]
        elif type(amount) is Split:
            sides = [self._fen(grid, column, count) for column in (amount.income, amount.expense)]
            pairs = list(zip(*sides, strict=True))
            if (None, None) not in pairs and (amount.both or not any(one and other for one, other in pairs)):
                return [(income or 0) - abs(expense or 0) for income, expense in pairs]
        elif type(amount) is Directed:
            found = self._fen(grid, amount.column, count)
            said = self._unwrapped.column(self._column(grid, _short(amount.direction), count))
            signs = dict.fromkeys(amount.plus.split("|"), 1) | dict.fromkeys(amount.minus.split("|"), -1)
            if None not in found and all(map(signs.__contains__, set(said))):
                pairs_ = list(zip(found, map(signs.__getitem__, said), strict=True))
                if not any(fen is not None and fen < 0 < sign for fen, sign in pairs_):
                    return [abs(fen or 0) * sign for fen, sign in pairs_]
        return [amount.fen(self.table.record(line), style) for line in lines]

    def _fen(self, grid: Sequence[Column], name: str, count: int) -> list[int | None]:
        column = _short(name)
        style = self.layout.money_style
        known = self._money.setdefault(column, Known(lambda cell: numbers.money(column, cell, style)))
        return columns.money(known, style, self._column(grid, column, count))


def _short(name: str) -> str:
    return name.partition("|")[0]
