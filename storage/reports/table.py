"""What a report is: a table whose every figure knows the rows it is the sum of. Plain data, no database.

Values are integers in their unit: `fen`, `count`, `pieces`, `percent` (hundredths of a percent), `ratio` (hundredths),
`days` (hundredths). A derived figure says its formula; every other figure is the sum of its sources.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple


class Period(NamedTuple):
    """First and last business day of a report, `YYYY-MM-DD`, both included."""

    first_day: str
    last_day: str

    @property
    def night(self) -> str:
        """The night that follows the last day: its bots brought the day's figures."""
        return (date.fromisoformat(self.last_day) + timedelta(days=1)).isoformat()

    @property
    def words(self) -> str:
        """`2026-06-01..2026-06-30`, as figure ids spell it."""
        return f"{self.first_day}..{self.last_day}"


FIGURE = -1
COUNTED = -2
DERIVED = "="  # marks the last part of a derived figure's id


class Column(NamedTuple):
    """A column: title, unit of its figures ("" for text), width in half-width characters, and whether text wraps.

    `metric`: the name of the metric that its figures are, storage/metrics.
    """

    title: str
    unit: str = ""
    width: int = 12
    wrap: bool = False
    metric: str = ""


class SourceRow(NamedTuple):
    """A row that a figure is made of: archived file, row in it, its key, and its part in each measure of the block.

    `row_no` 0: the source is not a row of a file but what `key` names (a reservation, a run's result). `row_no`
    FIGURE: the source is the whole of another figure, and `key` is its id; COUNTED: that figure counts as one.
    """

    file_sha: str
    row_no: int
    key: str
    parts: tuple[int, ...]


@dataclass(slots=True)
class Block:
    """Rows that several figures share: each figure is the sum of one measure over the rows.

    `load`, where it is set, fetches the rows when somebody asks for them: a report over millions of rows computes its
    figures in the database and reads rows only of the figure that is walked back.
    """

    block_id: str
    title: str
    measures: tuple[tuple[str, str], ...]  # (title, unit)
    load: Callable[[], Iterable[SourceRow]] | None = None
    _rows: list[SourceRow] = field(default_factory=list)

    @property
    def rows(self) -> list[SourceRow]:
        """The rows, fetched now if they were not yet; the report's connection must still be open then."""
        if self.load is not None:
            load, self.load = self.load, None
            self._rows.extend(load())
        return self._rows

    def add(self, file_sha: str, row_no: int, key: str, *parts: int) -> None:
        """One more row, with its part in each measure."""
        self._rows.append(SourceRow(file_sha, row_no, key, parts))

    def total(self, measure: int) -> int:
        """The sum of one measure."""
        return sum(row.parts[measure] for row in self.rows)


class Figure(NamedTuple):
    """A value and where it comes from; `formula` is set when it is derived and not a sum."""

    value: int
    unit: str
    figure_id: str
    block_id: str
    measure: int
    formula: str = ""


Cell = str | Figure


class Chart(NamedTuple):
    """The picture of a table: `kind` line | bar | across, the column of names and the columns of figures."""

    kind: str
    names: int
    figures: tuple[int, ...]


@dataclass(slots=True)
class Table:
    """One report over one period. `name` is its key in REPORTS; `total` is the last row when the table has one.

    `scope`: in words what the report was limited to, part of every figure's id, so that a figure is walked back with
    all filters kept. `chart`: how people would rather look at it, None where a table says it best.
    """

    name: str
    title: str
    period: Period
    columns: Sequence[Column]
    rows: list[list[Cell]] = field(default_factory=list)
    total: list[Cell] = field(default_factory=list)
    subtotals: dict[int, list[Cell]] = field(default_factory=dict)  # position in rows after which each one stands
    blocks: dict[str, Block] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    scope: str = ""
    chart: Chart | None = None
    lang: str = "zh"  # of its words; figure ids and blocks are the same in every language

    def block(self, block_id: str, title: str, measures: Sequence[tuple[str, str]]) -> Block:
        """The block of that id, made when it is not there yet."""
        found = self.blocks.get(block_id)
        if found is None:
            found = self.blocks[block_id] = Block(block_id, title, tuple(measures))
        return found

    def figure(self, block: Block, measure: int) -> Figure:
        """The sum of one measure of a block."""
        return Figure(
            block.total(measure), block.measures[measure][1], self._id(block, measure), block.block_id, measure
        )

    def stated(self, block: Block, measure: int, value: int) -> Figure:
        """The sum of one measure as the database has computed it, without reading the block's rows."""
        return Figure(value, block.measures[measure][1], self._id(block, measure), block.block_id, measure)

    def derived(self, block: Block, value: int, unit: str, formula: str, name: str = "") -> Figure:
        """A figure that is worked out from others; its block lists what it is worked out from.

        `name` tells two derived figures of one block and unit apart.
        """
        return Figure(value, unit, self._id(block, f"{DERIVED}{name or unit}"), block.block_id, 0, formula)

    def _id(self, block: Block, measure: int | str) -> str:
        return f"{self.name}{self.scope}:{self.period.words}:{block.block_id}:{measure}"

    def sum_up(self, label: str, columns: Sequence[int]) -> None:
        """Make the total row: each of the columns summed over all rows."""
        self.total = self.summed("total", label, self.rows, columns)

    def summed(self, key: str, label: str, rows: Sequence[Sequence[Cell]], columns: Sequence[int]) -> list[Cell]:
        """A row of sums over some rows; a sum's sources are the figures it adds up."""
        total: list[Cell] = [label, *("" for _ in self.columns[1:])]
        for column in columns:
            title = self.columns[column].title
            block = self.block(f"{key}-{column}", f"{label} {title}", [(title, self.columns[column].unit)])
            figures = [cell for row in rows if isinstance(cell := row[column], Figure)]
            block.load = partial(references, figures)
            total[column] = self.stated(block, 0, sum(figure.value for figure in figures))
        return total


def references(figures: Iterable[Figure]) -> Iterator[SourceRow]:
    """Figures as the sources of their sum."""
    return (SourceRow("", FIGURE, figure.figure_id, (figure.value,)) for figure in figures)


def ratio(numerator: int, denominator: int, scale: int) -> int:
    """`numerator / denominator` in units of 1/scale, rounded half up; 0 when there is nothing to divide by."""
    if denominator == 0:
        return 0
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    return sign * ((2 * abs(numerator) * scale + abs(denominator)) // (2 * abs(denominator)))


def shown(value: int, unit: str, lang: str = "zh") -> str:
    """The figure as a person reads it, for pages and terminals: `¥1,234.50`, `12`, `5.80 %`, `3.20`, `14.0 天`."""
    if unit == "fen":
        return f"{'-' if value < 0 else ''}¥{abs(value) // 100:,}.{abs(value) % 100:02d}"
    if unit in ("percent", "ratio", "days"):
        text = f"{'-' if value < 0 else ''}{abs(value) // 100:,}.{abs(value) % 100:02d}"
        days = "days" if lang == "en" else "天"
        return f"{text} %" if unit == "percent" else f"{text[:-1]} {days}" if unit == "days" else text
    return f"{value:,}"
