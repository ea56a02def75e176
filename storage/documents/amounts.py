"""Which way money went, in the ways that statements say it: one sign for all of them, + is into the account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from storage.documents import numbers
from storage.documents.cells import unwrap
from storage.documents.table import Record
from storage.errors import CellInvalid


def _short(name: str) -> str:
    return name.partition("|")[0]


class Amount(Protocol):
    """How a row says its amount. `columns` must be there, `optional` may."""

    @property
    def columns(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def optional(self) -> tuple[str, ...]: ...  # noqa: D102

    def fen(self, record: Record, style: numbers.Style, /) -> int:
        """Signed, in fen. Raises CellInvalid."""
        ...


@dataclass(frozen=True)
class Signed:
    """One column that carries its own sign; `partly`: a row without an amount moves nothing (details)."""

    column: str
    partly: bool = False
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def fen(self, record: Record, style: numbers.Style, /) -> int:
        """As the file has it. Raises CellInvalid when it is empty (unless `partly`) or no amount."""
        column = _short(self.column)
        if self.partly:
            return numbers.money(column, record.cell(column), style) or 0
        return numbers.amount(column, record.cell(column), style)


@dataclass(frozen=True)
class Unless:
    """An amount that moves only where these columns do not say one of these words: a memo, what is pending, denied."""

    amount: Amount
    still: Mapping[str, str]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the amount; the words' columns are part of it."""
        return (*self.amount.columns, *self.still)

    def fen(self, record: Record, style: numbers.Style, /) -> int:
        """The amount, or nothing. Raises as the amount does."""
        moved = self.amount.fen(record, style)
        return 0 if any(record.plain(name) in words.split("|") for name, words in self.still.items()) else moved


@dataclass(frozen=True)
class Spent:
    """One column of what was paid out: positive in the file, below zero in the books; a negative one came back."""

    column: str
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def fen(self, record: Record, style: numbers.Style, /) -> int:
        """The other way round. Raises CellInvalid when it is empty or no amount."""
        return -numbers.amount(_short(self.column), record.cell(_short(self.column)), style)


@dataclass(frozen=True)
class Summed:
    """A signed column that is the sum of others with their own signs, without those of `less`.

    A row that does not add up is refused.
    """

    column: str
    addends: tuple[str, ...]
    less: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The sum and what it is the sum of."""
        return (self.column, *self.addends, *self.less)

    def fen(self, record: Record, style: numbers.Style, /) -> int:
        """As the file has it. Raises CellInvalid when it is empty, no amount or not the sum."""
        column = _short(self.column)
        total = numbers.amount(column, record.cell(column), style)
        added = sum(self._each(self.addends, record, style)) - sum(self._each(self.less, record, style))
        if total != added:
            parts = " - ".join([" + ".join(map(_short, self.addends)), *map(_short, self.less)])
            raise CellInvalid(column, record.plain(column), f"不等于 {parts}")
        return total

    def _each(self, columns: tuple[str, ...], record: Record, style: numbers.Style) -> list[int]:
        return [numbers.money(_short(name), record.cell(_short(name)), style) or 0 for name in columns]


@dataclass(frozen=True)
class Split:
    """Two columns, income and expense; the expense is negative in some files and unsigned in others.

    A row with both is one whose income and expense are added (`both=True`, as settlements have them), else refused.
    """

    income: str
    expense: str
    both: bool = False
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Both columns."""
        return (self.income, self.expense)

    def fen(self, record: Record, style: numbers.Style, /) -> int:
        """Income, or the expense below zero. Raises CellInvalid for neither, and for both where one is meant."""
        income = numbers.money(_short(self.income), record.cell(_short(self.income)), style)
        expense = numbers.money(_short(self.expense), record.cell(_short(self.expense)), style)
        if income is None and expense is None:
            raise CellInvalid(_short(self.income), "", "收入和支出都没有金额")
        if income and expense and not self.both:
            raise CellInvalid(_short(self.expense), record.words()[:60], "收入和支出同时有金额")
        return (income or 0) - abs(expense or 0)


@dataclass(frozen=True)
class Directed:
    """An amount and a word for its direction; the amount's own sign, where it has one, must agree with the word.

    `plus` and `minus`: the words, several separated by `|`; `zero`: words of rows that move nothing (`/`, 不计收支).
    """

    column: str
    direction: str
    plus: str
    minus: str
    zero: str = ""
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Amount and direction."""
        return (self.column, self.direction)

    def fen(self, record: Record, style: numbers.Style, /) -> int:
        """Signed by the word. Raises CellInvalid for a word that is not known and for a sign against it."""
        column = _short(self.column)
        amount = numbers.amount(column, record.cell(column), style)
        word = unwrap(record.plain(_short(self.direction)))
        if word in self.plus.split("|"):
            if amount < 0:
                raise CellInvalid(column, str(record.plain(column)), f"方向是 {word}，金额却是负的")
            return amount
        if word in self.minus.split("|"):
            return -abs(amount)
        if word in self.zero.split("|"):
            return 0
        known = "、".join(self.plus.split("|") + self.minus.split("|"))
        raise CellInvalid(_short(self.direction), word, f"应为 {known}")
