"""Walk a figure back to the rows of the archived files that it is the sum of."""

import sys
from collections.abc import Callable, Iterator
from inspect import signature
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import raw_file
from storage.errors import DecisionError
from storage.reports import REPORTS, overview
from storage.reports.facts.collecting import not_collecting
from storage.reports.facts.copy import ages
from storage.reports.scope import EVERYTHING, Scope, ScopeWrong, parse_scope
from storage.reports.table import DERIVED, FIGURE, Period, SourceRow, Table


class TracedRow(NamedTuple):
    """One row a figure is made of; `amount` is its part in the figure's unit (`fen`, `count`, …).

    `row_no` 0: what `key` names is not a row of a file (a reservation, a job, a day without a file).
    """

    file_name: str
    file_sha: str
    row_no: int
    key: str
    amount: int
    unit: str


class FigureUnknown(DecisionError):
    """No report has a figure of that id; the workbook shows the ids when the pointer rests on a figure."""

    code = "E-FIGURE-UNKNOWN"
    zh = "没有编号为「{figure_id}」的数字"
    en = "no report has a figure {figure_id}"
    zh_hint = "在早报里把鼠标停在数字上可看到编号，或写 工作表!单元格"
    en_hint = "rest the pointer on a figure of the workbook to see its id, or write Sheet!Cell"

    def __init__(self, figure_id: str) -> None:
        super().__init__(figure_id=figure_id)


def file_names(connection: Connection) -> dict[str, str]:
    """Name of each archived file by its sha256."""
    return dict(connection.execute(select(raw_file.c.file_sha, raw_file.c.name)).all())


def trace(
    connection: Connection, figure_id: str, built: dict[tuple[str, Period], Table] | None = None
) -> list[TracedRow]:
    """The rows whose parts sum to the figure; of a derived figure, the rows it is worked out from.

    `built`: reports that are there already, by name and period; those that are built now are added to it.
    Raises FigureUnknown.
    """
    names = file_names(connection)
    known = {} if built is None else built

    def table_of(name: str, period: Period) -> Table:
        if (name, period) not in known:
            known[name, period] = _build(connection, name, period, table_of)
        return known[name, period]

    rows = _rows(figure_id, table_of)
    return [TracedRow(names.get(row.file_sha, ""), *row[1:]) for row in rows]


TableOf = Callable[[str, Period], Table]


def _build(connection: Connection, name: str, period: Period, table_of: TableOf) -> Table:
    if name == "overview":
        return overview.build({report: table_of(report, period) for report in overview.NEEDS}, period).table
    report, _, words = name.partition("[")
    try:
        return build_scoped(connection, report, period, parse_scope(words))
    except ScopeWrong as error:
        raise FigureUnknown(name) from error


def build_scoped(connection: Connection, name: str, period: Period, scope: Scope) -> Table:
    """The report limited to the scope; where it was read from copies that are older than the books, its notes say so.

    Raises FigureUnknown for no report, ScopeWrong for one that has no limits.
    """
    build = REPORTS.get(name)
    if build is None:
        raise FigureUnknown(name)
    limited = takes_scope(name)
    if scope != EVERYTHING and not limited:
        raise ScopeWrong(f"{name} {scope.words}", [other for other in REPORTS if takes_scope(other)])
    with not_collecting():
        table = build(connection, period, scope) if limited else build(connection, period)  # type: ignore[call-arg]
    table.notes[:0] = [age.words for age in ages(connection)]
    return table


def title_of(name: str) -> str:
    """What the report is called."""
    return str(getattr(sys.modules[REPORTS[name].__module__], "TITLE", name))


def takes_scope(name: str) -> bool:
    """Whether the report can be limited: it takes a third argument."""
    return len(signature(REPORTS[name]).parameters) > 2


def _rows(figure_id: str, table_of: TableOf) -> Iterator[TracedRow]:
    name, period, block_id, measure = parse(figure_id)
    derived = figure_id.rpartition(":")[2].startswith(DERIVED)
    block = table_of(name, period).blocks.get(block_id)
    if block is None or measure >= len(block.measures):
        raise FigureUnknown(figure_id)
    for row in block.rows:
        if row.row_no == FIGURE:
            yield from _rows(row.key, table_of)
        elif (told := measure if row.parts[measure] or not derived else _first_part(row)) >= 0 and row.parts[told]:
            yield TracedRow("", row.file_sha, max(row.row_no, 0), row.key, row.parts[told], block.measures[told][1])


def _first_part(row: SourceRow) -> int:
    """The first measure that the row has a part in, -1 for none: a derived figure may be worked out from any."""
    return next((measure for measure, part in enumerate(row.parts) if part), -1)


def parse(figure_id: str) -> tuple[str, Period, str, int]:
    """Report, period, block and measure of a figure id. Raises FigureUnknown."""
    try:
        name, words, rest = figure_id.split(":", 2)
        first, last = words.split("..")
        block_id, measure = rest.rsplit(":", 1)
        return name, Period(first, last), block_id, 0 if measure.startswith(DERIVED) else int(measure)
    except ValueError as error:
        raise FigureUnknown(figure_id) from error
