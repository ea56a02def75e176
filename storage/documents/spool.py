"""Sequences that are too long for memory: pieces in a temporary file, taken out one piece at a time."""

import marshal
import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, groupby, islice, repeat
from typing import Any, Generic, NamedTuple, TypeVar, overload

from storage.documents.coded import Coded, Same

T = TypeVar("T")

KEPT_ROWS = 20_000
"""A sequence of no more than this stays a list."""
_BETWEEN = "\x1f"
_LARGE = 1 << 63
_TEXT, _WHOLE, _SAME, _RANGE, _CODES, _OTHER = range(6)


class _Piece(NamedTuple):
    """Where a piece lies, how many elements it has, and what makes them of its content and its place."""

    begins: int
    length: int
    elements: int
    values: Mapping[int, Sequence[Any]]
    make: Callable[[Any, int], list[Any]]


class Spool(Sequence[T], Generic[T]):
    """Elements added piece by piece, read from the first to the last as often as one likes.

    `add` takes what a piece holds (lists of cells, as `marshal` knows them) and what makes the elements of it, which is
    asked anew whenever they are read. Not for several threads at once.
    """

    def __init__(self) -> None:
        self._recent: list[tuple[Any, int, Callable[[Any, int], list[T]]]] = []
        self._pieces: list[_Piece] = []
        self._file: Any = None
        self._count = 0

    def add(self, columns: Any, count: int, make: Callable[[Any, int], list[T]]) -> None:
        """`columns`: a list of columns (sequences of cells); `make(columns, index)` gives `count` elements."""
        self._recent.append((columns, count, make))
        self._count += count
        if self._count > KEPT_ROWS:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="yeban-")  # noqa: SIM115 (closed with the last reference)
        for columns, count, make in self._recent:
            content = packed(columns)
            begins = self._file.seek(0, 2)
            self._file.write(content)
            values = {place: one.values for place, one in enumerate(columns) if isinstance(one, Coded)}
            self._pieces.append(_Piece(begins, len(content), count, values, make))
        self._recent = []

    def settled(self) -> Sequence[T]:
        """What was added: a list where it is short, else this."""
        return self if self._pieces else list(self)

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    def pieces(self) -> Iterator[list[T]]:
        """The elements, one piece after the other."""
        index = 0
        for piece in self._pieces:
            self._file.seek(piece.begins)
            yield piece.make(unpacked(self._file.read(piece.length), piece.values), index)
            index += piece.elements
        for columns, count, make in self._recent:
            yield make(columns, index)
            index += count

    def __iter__(self) -> Iterator[T]:
        """From the first to the last."""
        return chain.from_iterable(self.pieces())

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        """One element or some, found by reading from the first: for the ends, not for walking about."""
        if isinstance(index, slice):
            begin, end, step = index.indices(self._count)
            return list(islice(self, begin, end, step)) if step > 0 else list(self)[index]
        place = index + self._count if index < 0 else index
        if not 0 <= place < self._count:
            raise IndexError(index)
        return next(islice(self, place, None))


def add_rows(spool: Spool[T], rows: Sequence[T]) -> None:
    """Rows, named tuples of one kind or of several in turn by columns."""
    for kind, group in groupby(rows, key=type):
        some: list[Any] = list(group)
        if issubclass(kind, tuple):
            spool.add(list(zip(*some, strict=True)), len(some), partial(_rows_again, kind))
        else:
            spool.add([some], len(some), _alone)


def _alone(columns: list[Any], _index: int) -> list[Any]:
    return list(columns[0])


def _rows_again(kind: type[Any], columns: list[Any], _index: int) -> list[Any]:
    return list(map(tuple.__new__, repeat(kind), zip(*columns, strict=True)))


def packed(columns: Sequence[Any]) -> bytes:
    """Columns as bytes: words joined, whole numbers side by side; a list that is there twice is kept once."""
    places: dict[int, int] = {}
    told: list[Any] = []
    for column in columns:
        known = places.setdefault(id(column), len(told))
        told.append(known if known < len(told) else _column(column))
    return marshal.dumps(told, 2)


def _column(column: Sequence[Any]) -> tuple[int, int, Any]:
    count = len(column)
    if isinstance(column, Same):
        return _SAME, count, column.value
    if isinstance(column, range):
        return _RANGE, count, column.start
    if isinstance(column, Coded) and isinstance(codes := column.codes, array):
        return _CODES, count, (codes.typecode, codes.tobytes())
    kinds = set(map(type, column))
    if kinds == {str}:
        text = _BETWEEN.join(column)
        if text.count(_BETWEEN) == count - 1:
            return _TEXT, count, text
    if kinds == {int} and min(column) > -_LARGE and max(column) < _LARGE:
        return _WHOLE, count, array("q", column).tobytes()
    if kinds == {type(None)}:
        return _SAME, count, None
    return _OTHER, count, list(column)


def unpacked(content: bytes, values: Mapping[int, Sequence[Any]]) -> list[Any]:
    """The columns again, as sequences; `values`: place of a coded column -> what its codes are places of."""
    columns: list[Any] = []
    for place, told in enumerate(marshal.loads(content)):  # written by this process a moment ago
        columns.append(columns[told] if isinstance(told, int) else _cells(values.get(place, ()), *told))
    return columns


def _cells(values: Sequence[Any], how: int, count: int, content: Any) -> Sequence[Any]:
    if how == _TEXT:
        return str(content).split(_BETWEEN)
    if how == _WHOLE:
        return array("q", content).tolist()
    if how == _CODES:
        typecode, codes = content
        return Coded(values, array(typecode, codes))
    if how == _RANGE:
        return range(content, content + count)
    return Same(content, count) if how == _SAME else list(content)
