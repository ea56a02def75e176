"""Commands about the books: release a parked file, show reports, walk a figure back, show the night."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.book_files import facts_path, report_path
from schedules.cli.days import typed_day
from schedules.cli.from_books import from_books
from schedules.cli.night_view import night_table
from schedules.cli.screen import console, listed, say, tell
from schedules.desk import Desk, open_desk
from schedules.problems import ReportMissing, default_lang
from schedules.settings import today_in_shanghai
from schedules.signing import signer
from schedules.summary import book_totals, night_rows

if TYPE_CHECKING:
    from storage.reports.grounds import BotRun, Ground
    from storage.reports.sources import TracedRow
    from storage.reports.table import Cell, Table

ROWS_SHOWN = 200
COLUMN_WIDTH_MIN = 12
"""A table whose columns would be narrower than this is shown row by row instead."""


def accept_file(sha: str, who: str, why: str) -> None:
    """Release a parked file by the beginning of its sha256. Raises FileMissing, NotParked, ReasonMissing."""
    from schedules.book_keys import key_ring
    from storage.erp.audit.recording import Recorded
    from storage.errors import ReasonMissing
    from storage.ingest import accept
    from storage.receivers import seal_waiting

    if not why.strip():
        raise ReasonMissing
    with open_desk() as desk:
        file_sha, person = whole_sha(desk, sha.strip().lower()), signer(who)
        done = accept(Recorded(desk.database, person, why), desk.archive, file_sha, person, why)
        seal_waiting(desk.database, desk.archive, key_ring(desk.vault))
    tell(f"放行了，{done.rows} 行已入账。", f"released, {done.rows} rows are in the books.", "green")


def whole_sha(desk: Desk, beginning: str) -> str:
    """The one file whose sha256 begins so. Raises FileMissing for none, typer.BadParameter when it could be several."""
    from sqlalchemy import select

    from storage.database.tables import raw_file
    from storage.errors import FileMissing

    begins = raw_file.c.file_sha.startswith(beginning, autoescape=True)
    with desk.database.read() as connection:
        found = connection.execute(select(raw_file.c.file_sha, raw_file.c.name).where(begins).limit(6)).all()
    if not beginning or not found:
        raise FileMissing(beginning or "（空）")
    if len(found) > 1:
        several = listed(f"{sha[:12]} {name}" for sha, name in found)
        raise typer.BadParameter(
            say(
                f"{beginning} 开头的不止一个文件，多写几位：{several}",
                f"several files begin with {beginning}, write more of it: {several}",
            )
        )
    return str(found[0][0])


def write_morning(night: str) -> None:
    """The morning workbook of the night, as a file."""
    with open_desk() as desk:
        day = night_day(desk, night)
        from schedules.books import report as write_report  # the whole core, for those who make a report

        write_report(desk, day)
        console.print(Text(str(report_path(desk, day))))


def print_table(table: "Table") -> None:
    """One report on the terminal, its first rows and its notes."""
    if len(table.columns) * COLUMN_WIDTH_MIN > console.width:
        print_records(table)
    else:
        console.print(terminal_table(table))
    left = len(table.rows) - ROWS_SHOWN
    if left > 0:
        tell(
            f"还有 {left} 行：yeban report {table.name} --xlsx 文件.xlsx",
            f"{left} more rows: yeban report {table.name} --xlsx FILE.xlsx",
            "yellow",
        )
    for note in table.notes:
        console.print(Text(note, style="dim"))


def terminal_table(table: "Table") -> Shown:
    """A report's table for the terminal; amounts in yuan."""
    shown = Shown(title=table.title, title_justify="left")
    for column in table.columns:
        shown.add_column(column.title, justify="right" if column.unit else "left", overflow="fold")
    for position, row in enumerate(table.rows[:ROWS_SHOWN]):
        shown.add_row(*cells_of(row))
        if position in table.subtotals:
            shown.add_row(*cells_of(table.subtotals[position]), style="bold")
    if table.total:
        shown.add_row(*cells_of(table.total), style="bold")
    return shown


def print_records(table: "Table") -> None:
    """A wide report on a narrow terminal: each row as a paragraph of `title value`."""
    console.print(Text(table.title, style="bold"))
    for row in [*table.rows[:ROWS_SHOWN], *([table.total] if table.total else [])]:
        said = zip(table.columns, cells_of(row), strict=True)
        console.print(Text("  ".join(f"{column.title} {cell}" for column, cell in said if cell)))
        console.print()


def cells_of(row: "Sequence[Cell]") -> list[str]:
    """A report's row in words."""
    from storage.reports.table import shown as in_words

    return [cell if isinstance(cell, str) else in_words(cell.value, cell.unit, default_lang()) for cell in row]


def trace_figure(figure: str) -> None:
    """A cell of the newest morning report, or a figure id, walked back to its rows and the runs that brought them."""
    from storage.reports.cells import figure_of
    from storage.reports.facts.copy import with_copy
    from storage.reports.grounds import grounds, runs_of
    from storage.reports.sources import file_names, parse, trace

    with open_desk() as desk:
        figure_id = figure
        if "!" in figure:
            sheet, _, cell = figure.partition("!")
            figure_id = figure_of(newest_report(desk), sheet, cell.upper())
        with desk.database.read() as connection, with_copy(connection, facts_path(desk), as_is=True):
            rows = trace(connection, figure_id)
            under = [(row, grounds(connection, row, parse(figure_id)[2])) for row in rows[:ROWS_SHOWN]]
            runs = runs_of(connection, {one for _, found in under for one in found})
            names = file_names(connection)
    tell(f"{figure}  ←  {figure_id}", f"{figure}  ←  {figure_id}", "bold")
    _show_rows(under, runs, names)
    if len(rows) > ROWS_SHOWN:
        tell(
            f"还有 {len(rows) - ROWS_SHOWN} 行，都在早报的「来源明细」里。",
            f"{len(rows) - ROWS_SHOWN} more in the report's sheet of source rows.",
        )
    _show_runs(runs.values())


def _show_rows(
    under: "Sequence[tuple[TracedRow, list[Ground]]]", runs: "Mapping[Ground, BotRun]", names: Mapping[str, str]
) -> None:
    """One line for each row of a figure: what it is, its part, and the row of the file under it."""
    from storage.reports.table import shown as in_words

    shown = Shown()
    for zh, en in (("文件", "file"), ("行", "row"), ("键", "key"), ("数", "part"), ("哪次运行", "run")):
        shown.add_column(say(zh, en), overflow="fold")
    for row, found in under:
        first = found[0] if found else None
        name = names.get(first.file_sha, "") if first else ""
        more = say(f" 等 {len(found)} 处", f" and {len(found) - 1} more") if len(found) > 1 else ""
        line = str(first.row_no) if first and first.row_no else ""
        run = runs[first].run_id or say("人工放入", "put in by hand") if first else ""
        shown.add_row(name + more, line, row.key, in_words(row.amount, row.unit, default_lang()), run)
    console.print(shown)


def _show_runs(runs: "Iterable[BotRun]") -> None:
    """The runs: which flow, for whom, from when to when, and where its log, pictures and traces lie."""
    told = sorted({run for run in runs if run.run_id})
    if not told:
        return
    shown = Shown(title=say("运行", "runs"), title_justify="left")
    for zh, en in (("编号", "run"), ("流程", "flow"), ("账号", "account"), ("从", "from"), ("到", "to"),
                   ("结果", "state"), ("证据", "evidence")):  # fmt: skip
        shown.add_column(say(zh, en), overflow="fold")
    for run in told[:ROWS_SHOWN]:
        shown.add_row(
            run.run_id, run.flow, run.account, run.started_at, run.ended_at, from_books(run.state), run.folder
        )
    console.print(shown)


def newest_report(desk: Desk) -> Path:
    """The morning report that was written last. Raises ReportMissing."""
    found = sorted((desk.home / "reports").glob("*.xlsx"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise ReportMissing("morning", [])
    return found[-1]


def show_status(night: str) -> None:
    """The table of a night, and what the books hold."""
    with open_desk() as desk:
        day = night_day(desk, night)
        rows = night_rows(desk, day)
        console.print(night_table(rows))
        for line in book_totals(desk):
            console.print(Text(f"  {line}"))
        path = report_path(desk, day)
        if path.exists():
            console.print(Text(say("早报  ", "report  ") + str(path)))
        show_queue(desk)
        show_sessions(desk)


def show_queue(desk: Desk) -> None:
    """What waits for workers and what they do, in a line or two; nothing where nobody works and nothing waits."""
    from schedules.queue.picture import picture_of, picture_words

    with desk.database.read() as connection:
        lines = picture_words(picture_of(connection), desk.settings.lang)
    for label, line in zip((say("队列  ", "queue  "), say("在做  ", "doing  ")), lines, strict=False):
        console.print(Text(label + line))


def show_sessions(desk: Desk) -> None:
    """The accounts whose session the last look before the night found in need of somebody; nothing when none was."""
    from schedules.operations.checked import last_checked, said

    for one in last_checked(desk.home).values():
        if not one.fine and one.account in desk.settings.accounts:
            words = f"{one.account}  {said(one, desk.settings.lang)}"
            console.print(Text(say("登录  ", "session  ") + words, style="yellow"))


def night_day(desk: Desk, text: str) -> date:
    """The night a command means: the one given, else the newest that the books know, else today."""
    if text:
        return typed_day(text) or today_in_shanghai()
    newest = desk.jobs.newest_night()
    return date.fromisoformat(newest) if newest else today_in_shanghai()
