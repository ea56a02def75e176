"""Figures people look at and questions they ask: `report`, `query`, `verify`; a table, or a file of their choice."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.days import typed_day
from schedules.cli.from_books import from_books
from schedules.cli.screen import console, listed, say, tell
from schedules.problems import ReportMissing, default_lang
from schedules.settings import today_in_shanghai

if TYPE_CHECKING:
    from schedules.desk import Desk
    from storage.reports.query import Answer
    from storage.reports.scope import Scope
    from storage.reports.table import Period, Table


class Wanted(NamedTuple):
    """Where a report shall go besides the terminal; `fresh`: not from a copy that is older than the books."""

    xlsx: Path | None
    csv: Path | None
    chart: Path | None
    json_: bool
    group: str = ""
    slot: str = ""
    fresh: bool = False


def report(
    name: Annotated[str, typer.Argument(help="报表名；morning 是早报 / report, morning for the workbook")] = "morning",
    night: Annotated[str, typer.Option(help="哪一夜 / which night, YYYY-MM-DD")] = "",
    first: Annotated[str, typer.Option("--from", help="从哪天起 / first day, YYYY-MM-DD")] = "",
    last: Annotated[str, typer.Option("--to", help="到哪天为止（含） / last day, included")] = "",
    shop: Annotated[list[str] | None, typer.Option(help="只看这个店，可写几次 / only this shop")] = None,
    platform: Annotated[list[str] | None, typer.Option(help="只看这个平台 / only this platform")] = None,
    by: Annotated[str, typer.Option(help="times 按什么分 / cut into: hour, day, week, month")] = "day",
    zone: Annotated[str, typer.Option(help="按哪里的钟分天 / time zone, e.g. America/New_York")] = "",
    whole: Annotated[bool, typer.Option("--whole", help="组合商品不拆开 / bundles as they were sold")] = False,
    top: Annotated[int, typer.Option(help="排行列几名 / rows of a ranking", min=1, max=10_000)] = 50,
    xlsx: Annotated[Path | None, typer.Option(help="写成工作簿 / write a workbook", dir_okay=False)] = None,
    csv: Annotated[Path | None, typer.Option(help="写成 CSV / write a CSV", dir_okay=False)] = None,
    chart: Annotated[Path | None, typer.Option(help="画成图：.png 或 .svg / draw it", dir_okay=False)] = None,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
    push: Annotated[str, typer.Option(help="发给哪个群：登记成待发的消息 / publish it for this group")] = "",
    slot: Annotated[str, typer.Option(help="哪一班的消息，如 2026-11-21 08:00 / which message of the group")] = "",
    list_: Annotated[bool, typer.Option("--list", help="有哪些报表 / which reports there are")] = False,
    metrics: Annotated[bool, typer.Option("--metrics", help="指标字典 / the metric dictionary")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="副本先跟上账 / bring the copy to the books first")] = False,
) -> None:
    """出一张报表：终端里看，写成 Excel、CSV、JSON，或画成图；不写名字就出早报。

    每个数字都有口径（--metrics）和编号（工作簿的「编号」页、--json），`yeban trace 编号` 看它由哪些行加起来。

    账很大时（五万行订单以上）看的是夜里跟上账的副本，报表下面写着它截至几点；`--fresh` 先跟上账，要几分钟。

    Shows a report, or writes it as a workbook, CSV, JSON or a picture; without a name, the morning workbook. With
    --push it becomes a group's message of that time, once, for a bot to send; not while a figure is wrong.

    Big books are read from the copy that the night fed, and the report says of when it is; `--fresh` feeds it first.

    例 / examples: `yeban report` · `yeban report --list` · `yeban report channels --from 2026-11-01 --xlsx 渠道.xlsx` ·
    `yeban report times --by hour --shop 旗舰店 --chart 时间.png` · `yeban report board --json`
    """
    from storage.reports.scope import Scope

    if list_ or metrics:
        _show_metrics(json_=json_) if metrics else _show_list(json_=json_)
        return
    if name == "morning":
        from schedules.cli.books_commands import write_morning

        write_morning(night)
        return
    scope = Scope(tuple(shop or ()), tuple(platform or ()), by, zone, whole, top)
    if bool(push) != bool(slot):
        raise typer.BadParameter(say("--push 群 和 --slot 时间 要一起写", "--push GROUP and --slot TIME go together"))
    _report(name, night, (first, last), scope, Wanted(xlsx, csv, chart, json_, push, slot, fresh))


def _report(name: str, night: str, days: tuple[str, str], scope: "Scope", wanted: Wanted) -> None:
    from schedules.book_files import facts_path
    from schedules.cli.books_commands import print_table
    from schedules.desk import open_desk
    from storage.reports import REPORTS
    from storage.reports.facts.copy import with_copy
    from storage.reports.scope import checked
    from storage.reports.sources import build_scoped
    from storage.reports.spoken import spoken

    if name not in REPORTS:
        raise ReportMissing(name, ["morning", *sorted(REPORTS)])
    checked(scope)
    with open_desk() as desk:
        as_is = not (wanted.fresh or wanted.group)  # what a group is sent is of now
        with desk.database.read() as connection, with_copy(connection, facts_path(desk), as_is=as_is) as facts:
            table = build_scoped(connection, name, _period(desk, name, night, days), scope)
            said = spoken(table, default_lang())
            written = _write(said, wanted)
        if wanted.group:
            _push(desk, table, wanted)
            return
    for edit in facts.edited:
        reports = ", ".join(edit.reports)
        zh, en = (
            f"指标 {edit.metric} 的口径改了，受影响的报表：{reports}",
            f"{edit.metric} was defined anew, see {reports}",
        )
        typer.echo(say(zh, en), err=True)
    if wanted.json_:
        return
    if not written:
        print_table(said)
    for path in written:
        tell(f"写好了：{path}", f"written: {path}", "green")


def _push(desk: "Desk", table: "Table", wanted: Wanted) -> None:
    """The report as a group's message: its picture where it has one, its workbook as the link."""
    from schedules.book_files import facts_path
    from storage.reports.chart import draw
    from storage.reports.export import to_xlsx, write_file
    from storage.reports.facts.copy import with_copy
    from storage.reports.push import Picture, publish
    from storage.reports.spoken import spoken

    folder = desk.home / "reports" / "push"
    stem = f"{wanted.slot.replace(':', '').replace(' ', '-')}-{table.name}"
    image, link = folder / f"{stem}.png", folder / f"{stem}.xlsx"
    drawn = table.chart is not None and bool(table.rows)
    if drawn:
        write_file(image, draw(spoken(table, desk.settings.lang)))
    write_file(link, to_xlsx(spoken(table, desk.settings.lang)))
    picture = Picture(table, str(image) if drawn else "", str(link))
    with desk.database.write() as connection, with_copy(connection, facts_path(desk)):
        command_id = publish(connection, wanted.group, wanted.slot, [picture], today_in_shanghai())
    if command_id:
        tell(f"已登记，等机器人发给 {wanted.group}。", f"published; a bot will send it to {wanted.group}.", "green")
    else:
        tell("这一班的消息已经登记过，没有再发。", "this message was published before; nothing was done.", "yellow")


def _write(table: "Table", wanted: Wanted) -> list[Path]:
    from storage.reports.chart import draw
    from storage.reports.export import to_csv, to_json, to_xlsx, write_file

    written = []
    if wanted.xlsx:
        write_file(wanted.xlsx, to_xlsx(table))
        written.append(wanted.xlsx)
    if wanted.csv:
        write_file(wanted.csv, to_csv(table))
        written.append(wanted.csv)
    if wanted.chart:
        write_file(wanted.chart, draw(table, wanted.chart.suffix.lower().removeprefix(".") or "png"))
        written.append(wanted.chart)
    if wanted.json_:
        typer.echo(to_json(table))
    return written


def _period(desk: "Desk", name: str, night: str, days: tuple[str, str]) -> "Period":
    """The days that were asked for; else those of the morning report, thirteen months for the trend."""
    from schedules.books import period_of
    from schedules.cli.books_commands import night_day
    from storage.reports.table import Period as Days

    with desk.database.read() as connection:
        usual = period_of(connection, night_day(desk, night))
    first, last = (_day(text) for text in days)
    last = last or usual.last_day
    if not first:
        first = usual.first_day if name != "trend" else _months_before(last)
        first = min(first, last)
    if first > last:
        raise typer.BadParameter(say(f"--from {first} 在 --to {last} 之后", f"--from {first} is after --to {last}"))
    return Days(first, last)


def _day(text: str) -> str:
    day = typed_day(text)
    return day.isoformat() if day else ""


def _months_before(last: str) -> str:
    return (date.fromisoformat(last).replace(day=1) - timedelta(days=365)).replace(day=1).isoformat()


def _show_list(*, json_: bool) -> None:
    from storage.english import heading
    from storage.reports import METRICS_OF, REPORTS
    from storage.reports.sources import takes_scope, title_of

    lang = default_lang()
    rows = [(name, heading(title_of(name), lang), takes_scope(name), METRICS_OF[name]) for name in REPORTS]
    if json_:
        keys = ("report", "title", "limited", "metrics")
        typer.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in rows], ensure_ascii=False, indent=1))
        return
    shown = Shown(title=say("报表", "reports"), title_justify="left")
    for zh, en in (("名字", "name"), ("标题", "title"), ("可限店铺", "by shop"), ("指标", "metrics")):
        shown.add_column(say(zh, en), overflow="fold")
    for name, title, limited, names in rows:
        shown.add_row(name, title, "✓" if limited else "", " ".join(names))
    console.print(shown)


def _show_metrics(*, json_: bool) -> None:
    from dataclasses import asdict

    from storage.metrics.changes import affected
    from storage.metrics.dictionary import METRICS
    from storage.reports import METRICS_OF

    used = {name: affected(name, METRICS, METRICS_OF) for name in METRICS}
    if json_:
        said = [
            {**asdict(metric), "formula": metric.formula, "reports": used[name]} for name, metric in METRICS.items()
        ]
        typer.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    for name, metric in METRICS.items():
        title, sentence, grain, owner, formula = (
            from_books(words) for words in (metric.title, metric.sentence, metric.grain, metric.owner, metric.formula)
        )
        console.print(Text(f"{title}  {name} v{metric.version}", style="bold"))
        console.print(Text(say(f"  {sentence}（{grain}；{owner}）", f"  {sentence} ({grain}; {owner})")))
        console.print(Text(f"  {formula}", style="dim"))
        console.print(Text(f"  {say('见：', 'in: ')}{', '.join(used[name]) or '—'}", style="dim"))


def query(
    question: Annotated[str, typer.Argument(help='一条 SELECT / one SELECT, in double quotes: "SELECT …"')],
    rows: Annotated[int, typer.Option(help="最多几行 / rows at most", min=1, max=1_000_000)] = 1_000,
    seconds: Annotated[float, typer.Option(help="最多几秒 / seconds at most", min=0.01, max=3600)] = 30,
    as_: Annotated[str, typer.Option("--as", help="按这个人能看的店和仓 / only what this person may read")] = "",
    xlsx: Annotated[Path | None, typer.Option(help="写成工作簿 / write a workbook", dir_okay=False)] = None,
    csv: Annotated[Path | None, typer.Option(help="写成 CSV / write a CSV", dir_okay=False)] = None,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """用 SQL 问账：只能读，行数和时间有上限，姓名、电话、地址这些列读出来是空的。

    有哪些表和列：`yeban query "SELECT name, sql FROM sqlite_master"`（SQLite）。金额都是分。

    Asks the books in SQL: reading only, with a limit of rows and time; personal columns read as nothing.

    例 / examples: `yeban query "SELECT shop, count(*), sum(paid_fen) FROM platform_order GROUP BY shop"` ·
    `yeban query "SELECT * FROM refund" --csv 退款.csv --rows 100000`
    """
    from schedules.desk import open_desk
    from storage.reports.query import ask
    from storage.reports.query_as import ask_as

    with open_desk() as desk:
        answer = (
            ask_as(desk.database, as_, question, rows, seconds) if as_ else ask(desk.database, question, rows, seconds)
        )
    written = _write_answer(answer, Wanted(xlsx, csv, None, json_))
    if not written and not json_:
        _show_answer(answer)
    for path in written:
        tell(f"{len(answer.rows)} 行写好了：{path}", f"{len(answer.rows)} rows written: {path}", "green")
    if answer.cut:
        typer.echo(say(f"只取了前 {rows} 行，还有更多；要更多写 --rows。",
                       f"only the first {rows} rows; there are more, see --rows."), err=True)  # fmt: skip
    if answer.masked:
        columns = listed(answer.masked)
        typer.echo(say(f"个人信息列读作空：{columns}", f"personal columns read as nothing: {columns}"), err=True)


def _write_answer(answer: "Answer", wanted: Wanted) -> list[Path]:
    from storage.reports.export import csv_bytes, write_file
    from storage.reports.query import to_workbook

    written = []
    if wanted.xlsx:
        write_file(wanted.xlsx, to_workbook(answer))
        written.append(wanted.xlsx)
    if wanted.csv:
        typed = [[value if isinstance(value, int) else "" if value is None else str(value) for value in row]
                 for row in answer.rows]  # fmt: skip
        write_file(wanted.csv, csv_bytes([answer.columns, *typed]))
        written.append(wanted.csv)
    if wanted.json_:
        said = {"columns": answer.columns, "rows": answer.rows, "cut": answer.cut, "masked": answer.masked}
        typer.echo(json.dumps(said, ensure_ascii=False, default=str))
    return written


def _show_answer(answer: "Answer") -> None:
    from storage.reports.query import shown_rows

    shown = Shown()
    numbers = {place for row in answer.rows for place, value in enumerate(row) if isinstance(value, int | float)}
    for place, column in enumerate(answer.columns):
        shown.add_column(Text(column), justify="right" if place in numbers else "left", overflow="fold")
    for row in shown_rows(answer):
        shown.add_row(*(Text(cell) for cell in row))
    console.print(shown)
    tell(f"{len(answer.rows)} 行", f"{len(answer.rows)} rows", "dim")


def verify(
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """检查账的全部不变式和每个指标：逐条说它讲什么、查了多少、哪里不成立、怎么办。有一处不成立就以 4 退出。

    Checks every invariant of the books and every metric against them: what each says, what was looked at, what does
    not hold and what to do. Exit code 4 when anything does not hold.

    例 / examples: `yeban verify` · `yeban verify --json`
    """
    from schedules.cli.verify_view import show_checks
    from schedules.desk import open_desk
    from schedules.verification import examine

    with open_desk() as desk:
        checks = examine(desk)
    show_checks(checks, json_=json_)
    if any(check.findings for check in checks):
        raise SystemExit(4)


def register(app: typer.Typer) -> None:
    """Give the commands to the application."""
    app.command()(report)
    app.command()(query)
    app.command()(verify)
