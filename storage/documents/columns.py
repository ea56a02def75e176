"""Whole columns read at once: what `cells` and `numbers` say of one cell, said of thousands in a few passes.

Each reader gives for a column what the reader of one cell would give for each of its cells, or raises what that one
would raise. The quick way takes only spellings that need no care; every other cell goes to the reader of one cell.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter, methodcaller
from typing import Any

from storage.documents import cells, numbers
from storage.documents.cells import BLANKS, EXACT_DIGITS, Cell
from storage.documents.coded import CODES_MAX, Coded, Codes, Undecoded

Column = Sequence[Any]
_KNOWN_MAX = 1 << 16
_ASKED = 400
_ENOUGH = 4_000
_SHORT = 4
"""Longer cells spell nothing, see `cells.is_empty`."""
_AMOUNT = r"-?[0-9]{1,13}\.[0-9][0-9]"
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-5][0-9]:[0-5][0-9]"
_AMOUNTS = re.compile(rf"(?:\t?(?:{_AMOUNT})?\t?\n)*")
_WIDTH = 19
_MARKS = {4: "-", 7: "-", 10: " ", 13: ":", 16: ":"}
_is_amount = re.compile(_AMOUNT).fullmatch
_is_moment = re.compile(_MOMENT).fullmatch
_bare = methodcaller("strip", BLANKS)
_hour = itemgetter(slice(13))
_day = itemgetter(slice(10))


class Known(dict[str, Any]):
    """Text -> what a reader made of it: most columns repeat few texts. Cells that are no text are read each time."""

    def __init__(self, read: Callable[[Cell], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:
        """Read it once."""
        found = self[text] = self._read(text)
        return found

    def forget(self) -> None:
        """Begin anew where too much is known."""
        if len(self) > _KNOWN_MAX:
            self.clear()

    def column(self, column: Column) -> list[Any]:
        """Every cell read."""
        self.forget()
        if is_text(column):
            if not any(column):
                return [self[""]] * len(column)
            return list(map(self.__getitem__, column))
        read = self._read
        return [self[cell] if type(cell) is str else read(cell) for cell in column]


class Text(tuple[str, ...]):
    """A column of which every cell is known to be text."""

    __slots__ = ()


def marked(column: tuple[Any, ...]) -> Column:
    """The column, as `Text` where every cell is: it is asked often."""
    return Text(column) if set(map(type, column)) == {str} else column


def is_text(column: Column) -> bool:
    """Whether every cell is text."""
    return type(column) is Text or set(map(type, column)) == {str}


class Reader:
    """Reads one column of a table, batch after batch: by codes as long as few texts stand in it, else as a whole.

    `cell` reads one cell; `whole` reads a column of text that `Known` helps with, as the functions below do.
    """

    def __init__(self, cell: Callable[[Cell], Any], whole: Callable[[Known, Column], Column] = Known.column) -> None:
        self._known, self._whole = Known(cell), whole
        self._codes: Codes | None = Codes(cell)
        self._seen = 0

    def __call__(self, column: Column) -> Column:
        """What the reader of one cell says of each. Raises what it raises; UnicodeDecodeError for undecoded cells."""
        if type(column) is not Undecoded and not is_text(column):
            return self._known.column(column)
        if not self._seen and _are_unlike(column):
            self._codes = None
        self._seen += len(column)
        if self._codes is not None:
            coded = self._codes.column(column)
            if self._seen > _ENOUGH and len(self._codes) > min(self._seen // 2, CODES_MAX):
                self._codes = None
            return coded
        return self._whole(self._known, Text(column.texts()) if isinstance(column, Undecoded) else column)


def _are_unlike(column: Column) -> bool:
    """Whether hardly a cell says what an earlier one said, by the first of them."""
    asked = column[:_ASKED]
    return len(set(asked)) * 10 > len(asked) * 9


def words(_known: Known, column: Column) -> list[str]:
    """What `cells.plain` says of each."""
    plain = cells.plain
    return [text if len(text := cell.strip(BLANKS)) > _SHORT and text[0] != "-" else plain(cell) for cell in column]


def ids(known: Known, column: Column) -> Column:
    """What `cells.identity` says of each. Raises CellDestroyed, CellInvalid."""
    if min(map(len, column)) > _SHORT and _are_simple(column):
        return column
    bare = list(map(_bare, column))
    if column[0][:2] == '="':
        bare = [text[2:-1] if text[:2] == '="' and text[-1:] == '"' else text for text in bare]
    if min(map(len, bare)) > _SHORT and _are_simple(bare):
        return bare
    known.forget()
    return [text if len(text) > _SHORT and text.isalnum() else known[text] for text in bare]


def _are_simple(texts: Sequence[str]) -> bool:
    """Whether all are letters and digits, some perhaps with dashes, though never at their beginning."""
    text = "".join(texts)
    if "-" not in text:
        return text.isalnum()
    return text.replace("-", "").isalnum() and "-" not in {one[0] for one in texts}


def money(style: numbers.Style, known: Known, column: Column) -> list[int | None]:
    """What `numbers.money` says of each. Raises CellInvalid, CellDestroyed."""
    if style.decimal != ".":
        return known.column(column)
    text = "\n".join(column)
    if text.count("\n") == len(column) - 1 and _AMOUNTS.fullmatch(text + "\n"):
        bare = text.replace(".", "").replace("\t", "").split("\n")
        return [int(digits) if digits else None for digits in bare]
    known.forget()
    return [int(cell.replace(".", "")) if _is_amount(cell) else known[cell] for cell in map(_bare, column)]


def moments(known: Known, column: Column, *, required: bool) -> Column:
    """What `numbers.moment` says of each, where no other format is to be tried. Raises CellDestroyed, CellInvalid."""
    if _are_moments(column):
        return column
    bare = list(map(_bare, column))
    filled = list(filter(None, bare))
    if _are_moments(filled) and not (required and len(filled) < len(bare)):
        return bare
    known.forget()
    return [moment if _is_moment(moment) and _is_hour(moment[:13]) else known[moment] for moment in bare]


def _are_moments(texts: Sequence[str]) -> bool:
    """Whether all are `YYYY-MM-DD HH:MM:SS`: laid side by side, each sign of all of them at once."""
    if set(map(len, texts)) != {_WIDTH}:
        return not texts
    text = "".join(texts)
    at = [text[place::_WIDTH] for place in range(_WIDTH)]
    marks = all(set(at[place]) == {mark} for place, mark in _MARKS.items())
    digits = "".join(signs for place, signs in enumerate(at) if place not in _MARKS)
    timed = marks and digits.isdecimal() and digits.isascii() and max(at[14]) <= "5" and max(at[17]) <= "5"
    return timed and all(map(_is_hour, set(map(_hour, texts))))


@lru_cache(maxsize=1 << 14)
def _is_hour(text: str) -> bool:
    try:
        return not text or bool(datetime.fromisoformat(f"{text}:00:00"))
    except ValueError:
        return False


class Tails:
    """The ids of a column by which `cells.refuse_zero_tails` judges it as it would by all of them."""

    def __init__(self) -> None:
        self.telling: list[str] = []
        self._sound = False

    def add(self, column: Column) -> None:
        """Look at these too."""
        if self._sound or _are_short(column):
            return
        for text in column:
            if text and len(text) > EXACT_DIGITS and text.isdecimal():
                if text[EXACT_DIGITS:].strip("0"):
                    self.telling, self._sound = [text], True
                    return
                if len(self.telling) < 8:
                    self.telling.append(text)


def days(column: Column) -> set[str]:
    """The days of its moments."""
    if isinstance(column, Coded):
        return set(map(_day, map(column.values.__getitem__, set(column.codes))))
    return set(map(_day, column))


def _are_short(column: Column) -> bool:
    """Whether few ids stand in the column, none of them long."""
    if not isinstance(column, Coded) or len(column.values) > len(column):
        return False
    return max(map(len, column.values)) <= EXACT_DIGITS
