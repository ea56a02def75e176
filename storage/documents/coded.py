"""Columns of which every cell is a small number: most columns of an export repeat few texts, and each is read once."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any, overload

from storage.documents.cells import Cell

CODES_MAX = 1 << 15
"""Texts after which a column no longer counts as one that repeats them."""


class Undecoded(Sequence[bytes]):
    """Cells as the bytes of the file."""

    __slots__ = ("cells", "encoding")

    def __init__(self, cells: list[bytes], encoding: str) -> None:
        self.cells, self.encoding = cells, encoding

    def __len__(self) -> int:
        """How many."""
        return len(self.cells)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        """One or some of them."""
        return self.cells[place]

    def texts(self) -> list[str]:
        """The cells as text, a TAB or CR at their end left out; no cell holds a line end. Raises UnicodeDecodeError."""
        cells = b"\n".join(self.cells)
        for blank in (b"\r", b"\t"):
            if self.cells[0][-1:] == blank or self.cells[0][-2:-1] == blank:
                cells = cells.removesuffix(blank).replace(blank + b"\n", b"\n")
        return cells.decode(self.encoding).split("\n")


class Coded(Sequence[Any]):
    """A column of values: `codes` are places in `values`, which may grow and never change."""

    __slots__ = ("codes", "values")

    def __init__(self, values: Sequence[Any], codes: Sequence[int]) -> None:
        self.values, self.codes = values, codes

    def __len__(self) -> int:
        """How many."""
        return len(self.codes)

    def __iter__(self) -> Iterator[Any]:
        """Each value."""
        return map(self.values.__getitem__, self.codes)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        """One value or some."""
        if isinstance(place, slice):
            return list(map(self.values.__getitem__, self.codes[place]))
        return self.values[self.codes[place]]


class Same(Sequence[Any]):
    """One value, so many times."""

    __slots__ = ("times", "value")

    def __init__(self, value: Any, times: int) -> None:
        self.value, self.times = value, times

    def __len__(self) -> int:
        """How many."""
        return self.times

    def __iter__(self) -> Iterator[Any]:
        """The value again and again."""
        return repeat(self.value, self.times)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        """The value, or a list of it."""
        return [self.value] * len(range(self.times)[place]) if isinstance(place, slice) else self.value


class Codes(dict[str | bytes, int]):
    """Cell -> its code; what a cell says is read when it is met for the first time."""

    def __init__(self, read: Callable[[Cell], Any]) -> None:
        super().__init__()
        self.values_: list[Any] = []
        self._same = True
        self._read, self._encoding = read, ""

    def __missing__(self, cell: str | bytes) -> int:
        """Read it, and remember."""
        self.values_.append(self._read(cell if isinstance(cell, str) else cell.decode(self._encoding)))
        code = self[cell] = len(self.values_) - 1
        return code

    def column(self, cells: Sequence[str] | Undecoded) -> "Coded | Same":
        """Every cell read. Raises what reading one of them raises."""
        told: Sequence[str] | Sequence[bytes] = cells
        if isinstance(cells, Undecoded):
            self._encoding, told = cells.encoding, cells.cells
        self._same = self._same and told.count(told[0]) == len(told)
        if self._same:
            return Same(self.values_[self[told[0]]], len(told))
        codes = list(map(self.__getitem__, told))
        return Coded(self.values_, array("H" if len(self.values_) < 1 << 16 else "L", codes))


def is_filled(column: Sequence[Any]) -> bool:
    """Whether every cell says something."""
    if isinstance(column, Same):
        return bool(column.value)
    if isinstance(column, Coded) and len(column.values) <= len(column) and all(column.values):
        return True
    return all(column)
