"""A table read some thousand rows at a time, column by column; where a row needs care, its batch is read row by row.

Both ways give the same rows: the quick one leaves a batch alone as soon as a cell raises. What is read goes into
spools, so that memory holds a few batches however long the file is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

from storage.documents import cells, columns, numbers
from storage.documents.amounts import Directed, Signed, Spent, Split
from storage.documents.cells import Cell
from storage.documents.coded import Same, is_filled
from storage.documents.columns import Column, Reader, Tails
from storage.documents.csv_text import Batch, Block, Line
from storage.documents.document import Quarantined, RawRow
from storage.documents.numbering import Numbering
from storage.documents.rows import DataRow
from storage.documents.spool import KEPT_ROWS, Spool
from storage.documents.table import Lines, RawAgain, Reading, Record, Table, quarantined, sheet_of, titled
from storage.errors import FileError

if TYPE_CHECKING:
    from storage.documents.layout import Layout, Maker

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
        while (batch := self.table.batch()) is not None:
            if footer and len(batch.numbers) and sheet_of(batch.numbers[0]) == sheet_of(footer[-1].no):
                footer += map(self.table.record, batch.lines)
                continue
            kept = self._kept(batch)
            if kept < len(batch.numbers):
                footer += map(self.table.record, batch.lines[kept:])
                batch = Lines(batch.lines[:kept])
            if kept:
                self._take(batch)
        return Reading(self.rows.settled(), self._all_raw(), self.quarantine, footer)

    def _all_raw(self) -> Sequence[RawRow]:
        """The rows as they were: kept of a short file, read again of a long one."""
        return self.raw.settled() if self.count <= KEPT_ROWS else RawAgain(self.table, self.count)

    def _kept(self, batch: Batch) -> int:
        """How many lines stand before the one with which the data ends."""
        ends = self.layout.ends
        if ends is None:
            return len(batch.numbers)
        found = (place for place, line in enumerate(batch.lines) if ends(self.table.record(line)))
        return next(found, len(batch.numbers))

    def _take(self, batch: Batch) -> None:
        self.count += len(batch.numbers)
        if self.count <= KEPT_ROWS:
            self._take_raw(Lines(batch.lines))
        try:
            count, told = self._quick.read(batch)
        except (FileError, UnicodeDecodeError):
            self._take_slowly(batch.lines)
            return
        if count:
            begins = self.seen.add(told[_KEY])
            self.moments.update(columns.days(told[_AT]))
            for column, tails in self.tails.items():
                if (place := self._quick.places.get(_short(column))) is not None:
                    tails.add(told[place])
            self.rows.add(told, count, partial(self._quick.rows, self.seen, begins))

    def _take_slowly(self, lines: Sequence[Line]) -> None:
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

    def _take_raw(self, batch: Lines) -> None:
        """The cells as text, side by side; rows may be of different lengths."""
        told = [column if columns.is_text(column) else list(map(cells.as_text, column)) for column in batch.columns]
        titles = titled(self.table.titles, len(told))
        self.raw.add([batch.numbers, *told], len(batch.lines), partial(_raw_rows, titles))


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
        self._readers = {_short(name): self._reader(name, kind) for name, kind in layout.typed.items()}
        self._money = {_short(name) for name in layout.money if _short(name) not in layout.reads}
        self._others: dict[tuple[str, str], Reader] = {}

    def read(self, batch: Batch) -> tuple[int, list[Column]]:
        """(rows, columns of them) as `rows` takes them; records that are none are left out. Raises FileError."""
        layout = self.layout
        if layout.drop is not None:
            kept = [line for line in batch.lines if not layout.drop(self.table.record(line))]
            batch = batch if len(kept) == len(batch.lines) else Lines(kept)
        count = len(batch.numbers)
        if not count:
            return 0, []
        self._refuse_no_text(batch)
        typed = {name: reader(self._column(batch, name)) for name, reader in self._readers.items()}
        amounts = self._amounts(batch, typed)
        orders, rules = self._orders(batch, typed, amounts)
        return count, [
            batch.numbers,
            self._keys(batch, typed),
            orders,
            rules,
            self._id_column(batch, typed, _short(layout.sub)) if layout.sub else Same("", count),
            self._ats(batch, typed),
            amounts,
            self._currencies(batch),
            *self._classes(batch, amounts),
            *typed.values(),
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
        whole = {name: list(column) for name, column in zip(self.names, data, strict=True) if is_filled(column)}
        rows: Iterator[Any] = zip(*whole.values(), strict=True) if whole else repeat((), count)
        dicts = list(map(dict, map(zip, repeat(tuple(whole)), rows)))
        for name, column in zip(self.names, data, strict=True):
            if name not in whole and any(column):
                for made, value in zip(dicts, column, strict=True):
                    if value:
                        made[name] = value
        return dicts

    def _column(self, batch: Batch, name: str) -> Column:
        place = self.table.place(name)
        found = batch.column(place) if place is not None else None
        return [None] * len(batch.numbers) if found is None else found

    def _refuse_no_text(self, batch: Batch) -> None:
        """Bytes that are no text refuse the file, in columns too that nobody asks for. Raises UnicodeDecodeError."""
        if isinstance(batch, Block):
            asked = {place for name in self.names if (place := self.table.place(name)) is not None}
            for column in batch.beyond(asked):
                column.texts()

    def _reader(self, name: str, kind: str) -> Reader:
        layout, column = self.layout, _short(name)
        cell = partial(self._cell, name, kind)
        if column in layout.reads:
            return Reader(cell)
        needed = name in layout.key and name not in layout.blanks
        match kind:
            case "id":
                return Reader(partial(cells.identity, column, required=needed), columns.ids)
            case "money":
                return self._money_reader(column)
            case "moment" if not layout.moment_formats:
                return Reader(cell, partial(columns.moments, required=needed))
            case "text":
                return Reader(cells.plain, columns.words)
        return Reader(cell)

    def _money_reader(self, column: str) -> Reader:
        style = self.layout.money_style
        return Reader(partial(numbers.money, column, style=style), partial(columns.money, style))

    def _cell(self, name: str, kind: str, cell: Cell) -> Any:
        return self.make.value(Record({_short(name): 0}, Line(0, [cell])), name, kind)

    def _other(self, batch: Batch, name: str, what: str, reader: Callable[[], Reader]) -> Column:
        """A column read in another way than its type says."""
        known = self._others.get((name, what))
        if known is None:
            known = self._others[name, what] = reader()
        return known(self._column(batch, name))

    def _id_column(self, batch: Batch, typed: Mapping[str, Column], name: str) -> Column:
        """An id that may be missing."""
        if name in self.layout.ids and name not in self.layout.reads:
            return typed[name]
        cell = partial(cells.identity, name, required=False)
        return self._other(batch, name, "id", lambda: Reader(cell, columns.ids))

    def _plain(self, batch: Batch, name: str) -> Column:
        return self._other(batch, name, "plain", lambda: Reader(cells.plain, columns.words))

    def _orders(self, batch: Batch, typed: Mapping[str, Column], amounts: Column) -> tuple[Column, Column]:
        count = len(batch.numbers)
        if self.layout.derive is not None:
            derived = list(map(self.layout.derive, map(self.table.record, batch.lines), amounts))
            return [order for order, _ in derived], [rule for _, rule in derived]
        if self.layout.order is None:
            return Same("", count), Same("", count)
        name, rule = self.layout.order
        return self._id_column(batch, typed, _short(name)), Same(rule, count)

    def _currencies(self, batch: Batch) -> Column:
        if fixed := self.make.fixed_currency():
            return Same(fixed, len(batch.numbers))
        return list(map(self.make.currency, map(self.table.record, batch.lines)))

    def _classes(self, batch: Batch, amounts: Column) -> tuple[Column, Column]:
        """Fee classes, and the rules that say so."""
        count = len(batch.numbers)
        if self.layout.classify is None:
            return Same("", count), Same("", count)
        found = list(map(self.layout.classify, map(self.table.record, batch.lines), amounts))
        return [fee for fee, _ in found], [rule for _, rule in found]

    def _keys(self, batch: Batch, typed: Mapping[str, Column]) -> Column:
        told: list[Column] = [Same(self.make.span, len(batch.numbers))] if self.make.span else []
        for name in map(_short, self.layout.key):
            column: Column = typed.get(name, ())
            if not len(column) or not is_filled(column):
                plain = self._plain(batch, name)
                column = [value or text for value, text in zip(column if len(column) else plain, plain, strict=True)]
            told.append(column if columns.is_text(column) else list(map(str, column)))
        return told[0] if len(told) == 1 else list(map("|".join, zip(*told, strict=True)))

    def _ats(self, batch: Batch, typed: Mapping[str, Column]) -> Column:
        layout, count = self.layout, len(batch.numbers)
        if not layout.at:
            return Same(self.make.day, count)
        found = typed.get(_short(layout.at), Same("", count))
        if is_filled(found):
            return found
        if layout.at_else is None:
            return [at or "" for at in found]
        record = self.table.record
        return [at or layout.at_else(record(line)) for at, line in zip(found, batch.lines, strict=True)]

    def _amounts(self, batch: Batch, typed: Mapping[str, Column]) -> Column:
        amount, style = self.layout.amount, self.layout.money_style
        if amount is None:
            return Same(0, len(batch.numbers))
        if type(amount) is Signed or type(amount) is Spent:
            found = self._fen(batch, typed, amount.column)
            if type(amount) is Signed and amount.partly:
                return [fen or 0 for fen in found]
            if None not in found:
                return [-fen for fen in found] if type(amount) is Spent else found
        elif type(amount) is Split:
            sides = [self._fen(batch, typed, column) for column in (amount.income, amount.expense)]
            pairs = list(zip(*sides, strict=True))
            if (None, None) not in pairs and (amount.both or not any(one and other for one, other in pairs)):
                return [(income or 0) - abs(expense or 0) for income, expense in pairs]
        elif type(amount) is Directed:
            found = self._fen(batch, typed, amount.column)
            said = [cells.unwrap(word) for word in self._plain(batch, _short(amount.direction))]
            signs = dict.fromkeys(amount.plus.split("|"), 1) | dict.fromkeys(amount.minus.split("|"), -1)
            if None not in found and all(map(signs.__contains__, set(said))):
                pairs_ = list(zip(found, map(signs.__getitem__, said), strict=True))
                if not any(fen < 0 < sign for fen, sign in pairs_):
                    return [abs(fen) * sign for fen, sign in pairs_]
        return [amount.fen(self.table.record(line), style) for line in batch.lines]

    def _fen(self, batch: Batch, typed: Mapping[str, Column], name: str) -> Column:
        """Fen, None for nothing."""
        column = _short(name)
        if column in self._money:
            return typed[column]
        return self._other(batch, column, "money", lambda: self._money_reader(column))


def _short(name: str) -> str:
    return name.partition("|")[0]
