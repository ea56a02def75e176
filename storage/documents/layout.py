"""A document kind as data: which columns there are, what each holds, what makes a row that row, which way money went.

    LAYOUT = Layout(
        "kuaishou_fund", platform="kuaishou", title="快手 账务明细", verified="described",
        header="账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注",
        ids=("账务流水号", "关联业务单号"), moments=("入账时间",), money=("发生额（元）", "期末余额（元）"),
        key=("账务流水号",), order=("关联业务单号", "kuaishou.business_no"), at="入账时间",
        amount=Directed("发生额（元）", "账务方向|财务方式", plus="收", minus="支"),
    )

A `Layout` is a `Kind`: one module with a `LAYOUT` and one line in `kinds.KINDS` make a reader. Columns are found by
name, in any order; of `header` only the columns that the layout names are needed, the others are kept as they are.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from storage.archive import Facts
from storage.documents import cells, numbers
from storage.documents.amounts import Amount
from storage.documents.batches import Batches
from storage.documents.cells import Cell
from storage.documents.control import untotalled
from storage.documents.document import Control, Document
from storage.documents.file import SourceFile
from storage.documents.numbering import Numbering
from storage.documents.parts import joined
from storage.documents.rows import DataRow, Row
from storage.documents.statements import Books, booked
from storage.documents.table import Reading, Record, Table, find_table, has_columns
from storage.errors import FileBroken

Value = str | int | None
_CURRENCIES = {"人民币": "CNY", "人民币元": "CNY", "RMB": "CNY"}


@dataclass(frozen=True)
class Layout:
    """One kind of file. Names are header names as the platform writes them; `甲|乙` is one column under two spellings.

    `header`: the whole header as comma-separated text. `needed`: the columns without which it is not this kind
    (default: those of `key`, `amount` and `at`). `tells`: those that tell it from its neighbours (default: `needed`).
    `ids`, `money`, `wholes`, `rates`, `moments`, `days`: what columns hold; any other is text. Money is exact, in fen
    (a hundredth of the currency). `moment_formats`: strptime formats tried after `YYYY-MM-DD HH:MM:SS`.
    `key`: what makes a row that row within a shop; equal keys are numbered in the order of the file. `blanks`: columns
    of the key that may be empty on some rows (a withdrawal has no order number); any other that is empty is refused.
    `order`: the column of the order number and the id of that rule; `sub`: the sub-order's column. `derive`: the order
    number and the rule that found it, where it takes more than a column to say.
    `lacks`: columns of a neighbour that is meant where they are. `reads`: column -> how its cell is read, where no type
    says it.
    `currency`: three letters, or the column that says it; `currency_of`: where the header does (`Cost (USD)`).
    `day_order`: the column that tells by a day above the twelfth whether `09/10/2026` is in September or in October.
    `dated`: the ISO day of a cell that does not tell its year, from the lines before the header.
    `at`: the column of the moment that a row is of; `at_else`: what says it where that one is empty.
    `repeats`: order-level amounts that stand on every row of an order and must be counted once.
    `drop`: whether a record is a description or a total inside the data (`wordy`), it may also refuse the record by
    raising CellInvalid; `ends`: whether the data ends with it.
    `beside`: layouts of other sheets of the same workbook, whose rows come with this one's; `across`: what the rows of
    one sheet say of those of another.
    `control`: totals stated by the file beside those of its rows. `covers`: the first and last day that the file says
    it is about; `undated`: no column says the day, so that the first of these stands in `at` and both in the key.
    `told`: what only the download says of all rows (its address, its name), column -> word; the words stand in the rows
    and first in their keys, so that a report that was asked for in another way is another fact.
    `books`: whose wallet or account it is a statement of; None: its rows are document rows (see `statements`).
    """

    kind: str
    platform: str
    title: str
    verified: str
    header: str
    key: tuple[str, ...]
    blanks: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    moment_formats: tuple[str, ...] = ()
    money_style: numbers.Style = numbers.CHINA
    order: tuple[str, str] | None = None
    sub: str = ""
    derive: Callable[[Record, int], tuple[str, str]] | None = None
    reads: Mapping[str, Callable[[str, Cell], Value]] = field(default_factory=dict)
    at: str = ""
    at_else: Callable[[Record], str] | None = None
    amount: Amount | None = None
    currency: str = "CNY"
    currency_of: Callable[[Table], str] | None = None
    day_order: str = ""
    dated: Callable[[Sequence[str], str, str], str] | None = None
    repeats: tuple[str, ...] = ()
    drop: Callable[[Record], bool] | None = None
    ends: Callable[[Record], bool] | None = None
    control: Callable[[Table, "Reading[DataRow]"], Control] | None = None
    shop: Callable[[Table, SourceFile], str] | None = None
    covers: Callable[[Table, SourceFile], tuple[str, str]] | None = None
    undated: bool = False
    classify: Callable[[Record, int], tuple[str, str]] | None = None
    beside: tuple["Layout", ...] = ()
    across: Callable[[Sequence[Row]], Control] | None = None
    told: Callable[[Sequence[str]], Mapping[str, str]] | None = None
    books: Books | None = None
    rank: int = field(default=0)
    """Of two kinds that both know a file the higher rank is meant: the one that asks for more columns."""

    @property
    def KIND(self) -> str:  # noqa: N802 (the names of a kind's facts, as modules have them)
        """The kind's name."""
        return self.kind

    @property
    def PLATFORM(self) -> str:  # noqa: N802
        """Whose file it is."""
        return self.platform

    @property
    def TITLE(self) -> str:  # noqa: N802
        """What people call it."""
        return self.title

    @property
    def VERIFIED(self) -> str:  # noqa: N802
        """What the layout was checked with: real sample | template | described."""
        return self.verified

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The header's names in order, as the platform writes them."""
        return tuple(next(csv.reader([self.header])))

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns without which nothing is read."""
        amount = self.amount.columns if self.amount else ()
        return self.needed or tuple(dict.fromkeys((*self.key, *amount, *((self.at,) if self.at else ()))))

    @cached_property
    def typed(self) -> Mapping[str, str]:
        """Column -> id | money | whole | rate | moment | day | text, for every column; `name#2` is the second one."""
        groups = {
            "id": self.ids,
            "money": self.money,
            "whole": self.wholes,
            "rate": self.rates,
            "moment": self.moments,
            "day": self.days,
        }
        typed = {name: kind for kind, names in groups.items() for name in names}
        spelled = {one for name in typed if "|" in name for one in name.split("|")}
        words = (*numbered(self.columns), *((self.currency,) if len(self.currency) > 3 else ()))
        return {name: "text" for name in words if name not in spelled} | typed

    @cached_property
    def spellings(self) -> Mapping[str, frozenset[str]]:
        """Every column with the spellings that it may have, as headers are compared."""
        spelled = dict.fromkeys((*self.required, *self.tells, *self.typed))
        forms = {name: frozenset(map(cells.header_name, name.split("|"))) for name in spelled}
        firsts = {first: every for name, every in forms.items() if "|" in name for first in every}
        return {name: firsts.get(cells.header_name(name), forms[name]) for name in spelled if "#" not in name}

    def identify(self, file: SourceFile, /) -> bool:
        """Whether one of the file's tables, or of the tables in its zip, has the columns that tell this kind."""
        known = any(has_columns(part, self.tells or self.required) for part in file.parts())
        return known and not any(has_columns(part, [name]) for name in self.lacks for part in file.parts())

    def read(self, file: SourceFile, facts: Facts, /) -> Document:
        """All rows. Raises FileError when the file as a whole cannot be taken; a bad row is quarantined alone.

        A zip's parts, and the other sheets of `beside`, are one document: see `parts.joined` for their row numbers.
        """
        own = [part for part in file.parts() if self._is_own(part)] or [file]
        seen = Numbering()
        read = [self._read(part, file, facts, seen) for part in own]
        for other in self.beside:
            sheets = [part for part in file.parts() if has_columns(part, other.tells or other.required)]
            seen = Numbering()
            read.extend(other._read(part, file, facts, seen) for part in sheets)
        if len(read) == 1:
            return read[0]
        document = joined(read, file.period())
        return document._replace(control=self.across(document.rows)) if self.across else document

    def booked(self, document: Document) -> Document:
        """What was read, as the books take it: the lines of wallets and accounts that its rows are."""
        books = {layout.kind: layout.books for layout in (self, *self.beside) if layout.books is not None}
        return booked(document, books) if books else document

    def _is_own(self, part: SourceFile) -> bool:
        """Whether a part is to be read; one that tells this kind and lacks a column is, so that it is refused aloud."""
        return has_columns(part, self.required) or has_columns(part, self.tells or self.required)

    def _read(self, part: SourceFile, file: SourceFile, facts: Facts, seen: Numbering) -> Document:
        table = find_table(part, self.required, self.others())
        own = self.shop(table, file) if self.shop else ""
        shop = (own or facts.shop) if self.books is not None and self.books.own else (facts.shop or own)
        said = self._said(table, part, file)
        told = self.told([facts.origin, file.name, part.name]) if self.told else {}
        make = Maker(self, shop, said if self.undated else ("", ""), table, told.values())
        if self.day_order:
            texts = (record.plain(self.day_order) for record in find_table(part, self.required).records())
            make.day_formats = numbers.day_order(self.day_order, texts)
        batches = Batches(table, self, make, seen)
        reading = batches.read()
        for column, tails in batches.tails.items():
            cells.refuse_zero_tails(column, tails.telling)
        control = self.control(table, reading) if self.control else untotalled(len(reading.raw))
        period = said if all(said) else file.covers(batches.moments)
        rows = [row._replace(data={**row.data, **told}) for row in reading.rows] if told else reading.rows
        return Document(
            self.kind, self.platform, rows, reading.raw, control, reading.quarantine, period, shop,
            numbers.exported_at(file.name, [*table.lead(), *(record.words() for record in reading.footer)]),
            classed=self.classify is not None or self.books is not None,
        )  # fmt: skip

    def _said(self, table: Table, part: SourceFile, file: SourceFile) -> tuple[str, str]:
        """The days that the file speaks of. Raises FileBroken where rows are undated and it speaks of none."""
        said = self.covers(table, file) if self.covers else ("", "")
        said = next((days for days in (said, part.period(), file.period()) if all(days)), ("", ""))
        if self.undated and not all(said):
            raise FileBroken(file.name, "没有日期列，文件名里也没有日期，不知道是哪一天的数据")
        return said

    def others(self) -> list[str]:
        """Every other column that is typed or has a part, each asked for by the name that the layout gives it."""
        named = [*self.typed, *filter(None, (self.order[0] if self.order else "", self.sub))]
        amount = self.amount.optional if self.amount else ()
        return [name for name in dict.fromkeys((*named, *amount)) if name not in self.required]


class Maker:
    """Makes the typed rows of one table, each numbered 1: `batches` numbers equal keys."""

    def __init__(
        self, layout: Layout, shop: str, days: tuple[str, str], table: Table, told: Iterable[str] = ()
    ) -> None:
        self.layout, self.shop, self.day, self.lead = layout, shop, days[0], table.lead()
        span = days[0] if days[0] == days[1] else "..".join(days)
        self.span = "|".join(filter(None, (*told, span)))
        self.day_formats = layout.moment_formats
        self.stated_currency = layout.currency_of(table) if layout.currency_of else ""

    def rows(self, record: Record) -> Sequence[DataRow]:
        """The row, or none when the record is a description or a total. Raises CellDestroyed, CellInvalid."""
        layout = self.layout
        if layout.drop is not None and layout.drop(record):
            return ()
        data = {short(name): value for name, kind in layout.typed.items() if (value := self.value(record, name, kind))}
        cells_of_key = (str(data.get(short(name)) or record.plain(short(name))) for name in layout.key)
        key = (*filter(None, (self.span,)), *cells_of_key)
        amount_fen = layout.amount.fen(record, layout.money_style) if layout.amount else 0
        fee_type, class_rule = layout.classify(record, amount_fen) if layout.classify else ("", "")
        order_no, order_rule = self.order(record, amount_fen)
        return (
            DataRow(
                row_no=record.no,
                kind=layout.kind,
                platform=layout.platform,
                shop=self.shop,
                row_key="|".join(key),
                n=1,
                order_no=order_no,
                order_rule=order_rule,
                sub_no=record.identity(short(layout.sub), required=False) if layout.sub else "",
                at=self.at(record, data),
                amount_fen=amount_fen,
                currency=self.currency(record),
                fee_type=fee_type,
                class_rule=class_rule,
                data=data,
            ),
        )

    def order(self, record: Record, amount_fen: int) -> tuple[str, str]:
        """The order number and the id of the rule that found it."""
        layout = self.layout
        if layout.derive is not None:
            return layout.derive(record, amount_fen)
        return (record.identity(short(layout.order[0]), required=False), layout.order[1]) if layout.order else ("", "")

    def at(self, record: Record, data: Mapping[str, str | int]) -> str:
        """The moment or day that the row is of, "" where nothing says it."""
        layout = self.layout
        if not layout.at:
            return self.day
        return str(data.get(short(layout.at)) or (layout.at_else(record) if layout.at_else else ""))

    def currency(self, record: Record) -> str:
        """Three letters; in other words only where the file has others."""
        if fixed := self.fixed_currency():
            return fixed
        said = record.plain(short(self.layout.currency)).upper()
        return _CURRENCIES.get(said, said)

    def fixed_currency(self) -> str:
        """The currency of all rows, "" where each says its own."""
        return self.stated_currency or (self.layout.currency if len(self.layout.currency) == 3 else "")

    def value(self, record: Record, name: str, kind: str) -> Value:
        """The cell as its column holds it: ids and words as text, money in fen, moments as ISO text."""
        column, needed = short(name), name in self.layout.key and name not in self.layout.blanks
        if own := self.layout.reads.get(column):
            return own(column, record.cell(column))
        match kind:
            case "id":
                return record.identity(column, required=needed)
            case "money":
                return numbers.money(column, record.cell(column), self.layout.money_style)
            case "whole":
                return record.whole(column, required=False) if record.plain(column) else None
            case "rate":
                return numbers.rate(column, record.cell(column))
            case "moment":
                return numbers.moment(column, record.cell(column), self.layout.moment_formats, required=needed)
            case "day" if self.layout.dated is not None:
                return self.layout.dated(self.lead, column, record.plain(column))
            case "day":
                return numbers.day(column, record.cell(column), self.day_formats, required=needed)
        return record.plain(column)

    def readable_amount(self, record: Record) -> int:
        """What the row would have brought. Raises FileError where it cannot be read."""
        return self.layout.amount.fen(record, self.layout.money_style) if self.layout.amount else 0


def numbered(names: Iterable[str]) -> list[str]:
    """Names of which one that stands a second time is `name#2`, as `table` finds it."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found


def short(name: str) -> str:
    """The first spelling: what a column is called in typed rows."""
    return name.partition("|")[0]


def wordy(*columns: str) -> Callable[[Record], bool]:
    """Whether one of these columns, which hold ids or moments, has words without any digit: 总计, 收入+支出.

    An empty cell is none, and a destroyed id (`3.3E+18`) has digits: neither is taken for a description.
    """

    def is_described(record: Record) -> bool:
        texts = (record.plain(column) for column in columns)
        return any(text and not any(sign.isdecimal() for sign in text) for text in texts)

    return is_described


def sums(rows: Iterable[DataRow], layout: Layout) -> dict[str, int]:
    """The sum of every money column, order-level ones once per order."""
    totals: Counter[str] = Counter()
    counted: set[tuple[str, str]] = set()
    for row in rows:
        for name in layout.money:
            column = short(name)
            if name in layout.repeats:
                if (column, row.order_no) in counted:
                    continue
                counted.add((column, row.order_no))
            value = row.data.get(column)
            totals[column] += value if isinstance(value, int) else 0
    return dict(totals)
