"""How platforms write their files: truth rows and a `Dress` become the bytes that a person would have downloaded.

The dress says how a value is written; the layout in `storage/documents` says how it is read. Neither knows the other: a
test that reads what was written finds where the two disagree.
"""

import csv
import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storage.documents.layout import numbered
from tests.storage.documents.formats.xls import xls_bytes

Truth = dict[str, Any]
"""One row: column -> id or words (str), fen (int), whole number (int), moment (datetime)."""

WRAPS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "tab": lambda text: f"{text}\t",
    "lead_tab": lambda text: f"\t{text}",
    "quote": lambda text: f"'{text}",
    "backtick": lambda text: f"`{text}",
    "formula": lambda text: f'="{text}"',
    "spaces": lambda text: f"{text}   ",
}
WORDS = ("棉麻连衣裙", "儿童卫衣，加绒", 'A4 "复印纸"', "旅行杯\n500ml", "手工皂", "Émile 碗", "𠮷野家联名")
FIRST = datetime(2026, 9, 1, 8, 0, 0)  # noqa: DTZ001 (as files write it)


def yuan(fen: int) -> str:
    """`-1234.50`."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def thousands(fen: int) -> str:
    """`-1,234.50`."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


@dataclass(frozen=True)
class Split:
    """Income in one column, expense in another, negative or not; the other one is `empty`."""

    income: str
    expense: str
    negative: bool = True
    empty: str = ""

    def write(self, row: Truth, dress: "Dress") -> dict[str, str]:
        """The cells that say the amount."""
        fen: int = row["_amount"]
        if fen >= 0:
            return {self.income: dress.money(fen), self.expense: self.empty}
        return {self.income: self.empty, self.expense: dress.money(fen if self.negative else -fen)}


@dataclass(frozen=True)
class Directed:
    """An unsigned amount (or a signed one, `signed`) and a word."""

    column: str
    direction: str
    plus: str
    minus: str
    signed: bool = False

    def write(self, row: Truth, dress: "Dress") -> dict[str, str]:
        """The cells that say the amount."""
        fen: int = row["_amount"]
        shown = fen if self.signed else abs(fen)
        return {self.column: dress.money(shown), self.direction: self.plus if fen >= 0 else self.minus}


@dataclass(frozen=True)
class Signed:
    """One column with its own sign."""

    column: str

    def write(self, row: Truth, dress: "Dress") -> dict[str, str]:
        """The cell that says the amount."""
        return {self.column: dress.money(row["_amount"])}


@dataclass(frozen=True)
class Spent:
    """One column of what was paid out, positive there."""

    column: str

    def write(self, row: Truth, dress: "Dress") -> dict[str, str]:
        """The cell that says the amount."""
        return {self.column: dress.money(-row["_amount"])}


@dataclass(frozen=True)
class Summed:
    """A sum and its two addends, the second one negative, or `unsigned` where it is taken off."""

    column: str
    income: str
    expense: str
    unsigned: bool = False

    def write(self, row: Truth, dress: "Dress") -> dict[str, str]:
        """The cells that say the amount."""
        fen: int = row["_amount"]
        income = max(fen, 0) + 38
        addends = {
            self.income: dress.money(income),
            self.expense: dress.money(income - fen if self.unsigned else fen - income),
        }
        return {self.column: dress.money(fen), **addends}


@dataclass(frozen=True)
class Dress:
    """How one kind of file looks.

    `container`: csv | xlsx | xls | zip (a csv in a zip). `name`: the file's name as the platform gives it. `lead`:
    lines before the header, `foot`: lines after the data, made from the rows. `ids`, `money_columns`, `wholes`,
    `rates`, `moments`, `days`: what the columns are filled with (any other: words). `pad`: what stands after every
    cell. `constant`: columns with a fixed text. `per_order`: columns that repeat over the rows of an order (`order`
    names its column), `once`: those that stand on an order's first row only. `short`: a row ends with its last filled
    cell. `total`: a row of totals, above the data or below it. `writes`: column -> how its value is spelled. `at`:
    the day of the rows where only the file's name says it. `title_pad`: what stands after every title. `under`: a
    description row under the header. `sheet_before`: sheets before the one with the data.
    """

    header: str
    name: str = "导出.csv"
    container: str = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    lead: tuple[str, ...] = ()
    foot: Callable[[Sequence[Truth]], Sequence[str]] = lambda _: ()
    ids: tuple[str, ...] = ()
    id_wrap: str = "plain"
    money_columns: tuple[str, ...] = ()
    money: Callable[[int], str] = yuan
    wholes: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    moment_format: str = "%Y-%m-%d %H:%M:%S"
    days: tuple[str, ...] = ()
    day_format: str = "%Y-%m-%d"
    amount: Split | Directed | Signed | Spent | Summed | None = None
    pad: str = ""
    empty: str = ""
    empties: tuple[str, ...] = ()
    constant: Mapping[str, str | int] = field(default_factory=dict)
    order: str = ""
    per_order: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    short: bool = False
    under: tuple[str, ...] = ()
    trailing_comma: bool = False
    title_pad: str = ""
    newline: str = "\r\n"
    sheet: str = "Sheet1"
    sheet_before: tuple[str, ...] = ()
    total: Callable[[Sequence[Truth]], Mapping[str, str]] | None = None
    total_above: bool = False
    writes: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    at: str = ""

    @property
    def titles(self) -> list[str]:
        """The header as it is written."""
        return next(csv.reader([self.header]))

    @property
    def columns(self) -> list[str]:
        """The header's names; one that stands a second time is `name#2`."""
        return numbered(self.titles)


def truths(dress: Dress, seed: int, rows: int = 12) -> list[Truth]:
    """Rows as they really are, from a seed: two rows of an order now and then, amounts of both signs."""
    dice = random.Random(seed)
    found: list[Truth] = []
    exact = dress.moment_format  # a moment is as exact as the file tells it
    for number in range(rows):
        row: Truth = {name: dice.choice(WORDS) for name in dress.columns}
        row |= {name: str(dice.randrange(10**17, 10**18) * 10 + 1 + dice.randrange(9)) for name in dress.ids}
        row |= {name: dice.randrange(0, 500_000) for name in dress.money_columns}
        row |= {name: dice.randrange(1, 99) for name in dress.wholes}
        row |= {name: f"0.{dice.randrange(1, 9999):04d}" for name in dress.rates}
        moment = FIRST + timedelta(minutes=7 * number, seconds=dice.randrange(60))
        row |= dict.fromkeys(dress.moments, datetime.strptime(moment.strftime(exact), exact).replace(tzinfo=None))  # noqa: DTZ007
        row |= {name: FIRST + timedelta(days=dice.randrange(28)) for name in dress.days}
        row |= dress.constant
        row |= {name: "" for name in dress.empties if dice.random() < 0.5}
        row["_amount"] = dice.choice((1, 1, -1)) * dice.randrange(1, 900_000)
        if dress.order and found and dice.random() < 0.3:
            row |= {name: found[-1][name] for name in (dress.order, *dress.per_order)} | dict.fromkeys(dress.once, "")
        found.append(row)
    return found


def written(dress: Dress, row: Truth) -> list[str]:
    """The row's cells as the file has them."""
    amount = dress.amount.write(row, dress) if dress.amount else {}
    cells = [amount[name] + dress.pad if name in amount else _cell(dress, name, row[name]) for name in dress.columns]
    while dress.short and cells[-1] == "":
        cells.pop()
    return cells


def _cell(dress: Dress, name: str, value: object) -> str:
    if value == "":
        return dress.empty
    if name in dress.writes:
        return dress.writes[name](value) + dress.pad
    if name in dress.ids:
        return WRAPS[dress.id_wrap](str(value))
    if name in dress.money_columns:
        assert isinstance(value, int)
        return dress.money(value) + dress.pad
    if isinstance(value, datetime):
        return value.strftime(dress.day_format if name in dress.days else dress.moment_format) + dress.pad
    return f"{value}{dress.pad}"


def made(dress: Dress, rows: Sequence[Truth]) -> bytes:
    """The file."""
    lines: list[list[str]] = [[cell] for cell in dress.lead]
    lines.append([title + dress.title_pad for title in dress.titles])
    lines.extend([list(dress.under)] if dress.under else [])
    lines.extend(written(dress, row) for row in rows)
    if dress.total is not None:
        totals = dress.total(rows)
        place = len(dress.lead) + 1 if dress.total_above else len(lines)
        lines.insert(place, [totals.get(name, "") for name in dress.columns])
    if dress.container in {"xlsx", "xls"}:
        lines += [[cell] for cell in dress.foot(rows)]
        return xls_bytes(dress.sheet, lines) if dress.container == "xls" else _xlsx(dress, lines)
    text = _csv(dress, lines) + "".join(f"{line}{dress.newline}" for line in dress.foot(rows))
    content = text.encode(dress.encoding)
    return _zip(dress, content) if dress.container == "zip" else content


def _csv(dress: Dress, lines: Sequence[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    lead, table = lines[: len(dress.lead)], lines[len(dress.lead) :]
    out.write("".join(f"{line[0]}{dress.newline}" for line in lead))
    writer = csv.writer(out, delimiter=dress.delimiter, lineterminator=dress.newline)
    writer.writerows([*line, ""] if dress.trailing_comma else line for line in table)
    return out.getvalue()


def _xlsx(dress: Dress, lines: Sequence[Sequence[str]]) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        for title in dress.sheet_before:
            workbook.add_worksheet(title).write_string(0, 0, title)
        sheet = workbook.add_worksheet(dress.sheet)
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                sheet.write_string(number, place, cell)
    return target.getvalue()


def _zip(dress: Dress, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(dress.name.replace(".zip", ".csv"), content)
    return target.getvalue()
