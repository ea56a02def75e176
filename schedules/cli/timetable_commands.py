"""What the desk does by itself: `timetable`, `timetable check`, `backfill`, `pause`, `unpause`."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from schedules.cli.screen import complaints, interruptible, say, tell
from schedules.settings import SHANGHAI, load_settings, today_in_shanghai
from schedules.signing import signer

if TYPE_CHECKING:
    from schedules.timetable.opening import Opened

Scope = Literal["all", "entry", "account"]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", "-f", help="哪张时间表 / which timetable; .yeban/timetable.yaml", dir_okay=False),
]
WhoOption = Annotated[str, typer.Option(help="谁决定的（默认登录名） / who decides")]
AccountOption = Annotated[str, typer.Option("--account", "-a", help="这个账号 / this account")]
EverythingOption = Annotated[bool, typer.Option("--all", help="全部 / everything")]
LOOKED_BACK = timedelta(days=1)
LOOKED_AHEAD = timedelta(days=7)
SOON = timedelta(days=7)
WARNED_AHEAD = timedelta(days=60)
"""Holidays that are not known are a warning so long before, and an error when the year is about to begin."""

timetable_app = typer.Typer(invoke_without_command=True, no_args_is_help=False)


@timetable_app.callback()
def timetable(
    ctx: typer.Context,
    week: Annotated[bool, typer.Option("--week", help="本周一到周日 / this week, Monday to Sunday")] = False,
    first: Annotated[str, typer.Option("--from", help="从哪天起 / first day, YYYY-MM-DD")] = "",
    last: Annotated[str, typer.Option("--to", help="到哪天为止（含） / last day, included")] = "",
    file: FileOption = None,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """时间表：做过什么、接下来一周做什么，哪些账号会撞在一起，谁暂停着什么。

    What was done and what is planned for the next seven days, which runs will want one account at the same time, and
    what is paused by whom.

    例 / examples: `yeban timetable` · `yeban timetable --week` · `yeban timetable --from 2026-12-01 --to 2026-12-31` ·
    `yeban timetable --json` · `yeban timetable check schedules/timetable.yaml`
    """
    if ctx.invoked_subcommand:
        return
    from schedules.cli.timetable_view import as_json, show
    from schedules.desk import open_desk
    from schedules.timetable.book import TimetableBook
    from schedules.timetable.opening import open_timetable
    from schedules.timetable.week import view_of

    opened = open_timetable(load_settings(), file)
    now = datetime.now(UTC)
    start, end = _range(now, week, first, last)
    with open_desk() as desk, TimetableBook(desk.database, opened.timetable.name).read() as page:
        rows, facts, pauses = page.rows(start, end), page.facts(page.horizon(min(now, start))), page.pauses()
    view = view_of(opened.timetable, opened.calendar, rows, facts, pauses, now, start, end)
    (as_json if json_ else show)(opened, view, now, start, end)


@timetable_app.command("check")
def check_timetable(
    files: Annotated[list[Path], typer.Argument(help="时间表 / timetables", dir_okay=False)],
    year: Annotated[int, typer.Option(help="要有到哪一年的节假日 / holidays must be known up to")] = 0,
) -> None:
    """检查时间表：一次说完所有问题，每处都有行、列、最接近的名字和改法；节假日快用完了也说。

    Checks timetables: every problem with line, column, nearest name and a fix; also when the holidays run out.

    例 / example: `yeban timetable check schedules/timetable.yaml`
    """
    from rich.text import Text

    from schedules.problems import default_lang
    from schedules.timetable.errors import TimetableBroken
    from schedules.timetable.opening import broken_plans, open_timetable

    settings, broken = load_settings(), 0
    today = today_in_shanghai()
    for path in files:
        try:
            opened = open_timetable(settings, path, closely=True)
        except TimetableBroken as error:
            broken += len(error.rendered)
            complaints.print(Text("\n\n".join(error.rendered) + "\n"))
            continue
        for warning in opened.warnings:
            complaints.print(Text(warning + "\n"))
        for wrong in broken_plans(settings, opened):
            broken += 1
            complaints.print(Text(wrong.message(default_lang()) + "\n"))
        if ends := opened.calendar_ends(today, date(year, 12, 31) if year else today + SOON):
            raise ends
        if ends := opened.calendar_ends(today, today + WARNED_AHEAD):
            complaints.print(Text(f"! {ends.message(default_lang())} {ends.hint(default_lang())}\n", style="yellow"))
    if broken:
        tell(f"{broken} 处要改。", f"places to mend: {broken}.", "red")
        raise SystemExit(2)
    tell(f"{len(files)} 张时间表，没有发现问题。", f"{len(files)} timetables, nothing found.", "green")


@timetable_app.command("run")
def run_timetable(file: FileOption = None) -> None:
    """守着时间表，到点就做，不开网页；和 yeban serve --port 0 一样。

    Keeps the clock and does what is due, without the web site: the same as `yeban serve --port 0`.

    例 / example: `yeban timetable run`
    """
    from schedules.cli.serve_commands import serve

    serve(file=file, port=0)


def backfill(
    name: Annotated[str, typer.Argument(help="哪一项 / which entry")],
    first: Annotated[str, typer.Option("--from", help="从哪天起 / first day, YYYY-MM-DD")],
    last: Annotated[str, typer.Option("--to", help="到哪天为止（含） / last day, included")],
    later: Annotated[bool, typer.Option("--later", help="只登记，由钟去做 / leave them to the clock")] = False,
    who: WhoOption = "",
    file: FileOption = None,
) -> None:
    """补做一段日子：没做过的、丢掉的、失败的再做，做完的不动；窗口不管它。还没到时间的不提前做。

    Does what an entry missed in a range of days: what was never planned, was dropped or failed; what is done stays, and
    what is still to come is left to its time.

    例 / examples: `yeban backfill 夜班 --from 2026-11-01 --to 2026-11-07` · `yeban backfill 夜班 --from 2026-11-01
    --to 2026-11-01 --later`
    """
    from schedules.cli.timetable_view import backfill_now

    opened = _opened(file)
    opened.entry(name)
    with interruptible():
        raise SystemExit(backfill_now(opened, name, (first, last), signer(who), later))


def pause(
    name: Annotated[str, typer.Argument(help="哪一项 / which entry")] = "",
    account: AccountOption = "",
    everything: EverythingOption = False,
    until: Annotated[str, typer.Option(help="到什么时候：2026-12-01、08:00、3d / until when")] = "",
    why: Annotated[str, typer.Option(help="为什么 / why")] = "",
    who: WhoOption = "",
    file: FileOption = None,
) -> None:
    """暂停一项、一个账号（用到它的一夜整个等着）或全部；到时候自己恢复，错过的按 missed 补。正在跑的不受影响。

    Pauses an entry, an account (a night that uses it waits as a whole) or everything; what runs goes on, what is missed
    meanwhile follows `missed`.

    例 / examples: `yeban pause 夜班 --until 08:00 --why 大促` · `yeban pause -a seller_a --until 3d` ·
    `yeban pause --all`
    """
    from schedules.desk import open_desk
    from schedules.timetable.book import TimetableBook
    from schedules.timetable.deciding import Pause

    opened = _opened(file)
    scope, what = _scope(opened, name, account, everything)
    now = datetime.now(UTC)
    ends = _until(until, now) if until else None
    with open_desk() as desk, TimetableBook(desk.database, opened.timetable.name).write("pause") as page:
        page.pause(Pause(scope, what, signer(who), why, now, ends))
    when = f"{ends.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if ends else ""
    shown = what or say("全部", "everything")
    tell(f"{shown} 暂停，{'到 ' + when if when else '直到 yeban unpause'}。",
         f"{shown} is paused {'until ' + when if when else 'until yeban unpause'}.", "yellow")  # fmt: skip
    nights = [one.name for one in opened.timetable.entries.values() if what in one.occupies] if account else []
    if nights:
        tell(f"用到它的整项也等着，别的账号的也不做：{'、'.join(nights)}。要照常做，把它从计划里去掉。",
             f"What uses it waits as a whole, its other accounts too: {', '.join(nights)}. To have that done all the "
             "same, take the account out of the plan.", "yellow")  # fmt: skip


def resume_entry(
    name: Annotated[str, typer.Argument(help="哪一项 / which entry")] = "",
    account: AccountOption = "",
    everything: EverythingOption = False,
    who: WhoOption = "",
    file: FileOption = None,
) -> None:
    """恢复暂停的一项、账号或全部。

    Ends a pause of an entry, an account or everything.

    例 / examples: `yeban unpause 夜班` · `yeban unpause -a seller_a` · `yeban unpause --all`
    """
    from schedules.desk import open_desk
    from schedules.timetable.book import TimetableBook
    from schedules.timetable.errors import NotPaused

    opened = _opened(file)
    scope, what = _scope(opened, name, account, everything)
    now = datetime.now(UTC)
    with open_desk() as desk, TimetableBook(desk.database, opened.timetable.name).write("resume") as page:
        lasting = [one for one in page.pauses() if one.until is None or one.until > now]
        ended = page.resume(scope, what, now, signer(who))
    shown = what or say("全部", "everything")
    if not ended:
        raise NotPaused(shown, [one.name or say("全部", "everything") for one in lasting])
    tell(f"{shown} 恢复。", f"{shown} goes on.", "green")


def _opened(file: Path | None) -> "Opened":
    from schedules.timetable.opening import open_timetable

    return open_timetable(load_settings(), file)


def _scope(opened: "Opened", name: str, account: str, everything: bool) -> tuple[Scope, str]:
    from bots.flow.language import nearest
    from schedules.timetable.errors import EntryMissing

    if sum(map(bool, (name, account, everything))) != 1:
        raise typer.BadParameter(say("写一项的名字、-a 账号，或 --all", "name an entry, -a ACCOUNT, or --all"))
    if everything:
        return "all", ""
    if name:
        return "entry", opened.entry(name).name
    known = sorted({one for entry in opened.timetable.entries.values() for each in entry.accounts
                    for one in entry.busy(each)})  # fmt: skip
    if account not in known:
        raise EntryMissing(account, nearest(account, known), known)
    return "account", account


def _until(text: str, now: datetime) -> datetime:
    """`2026-12-01`, `2026-12-01 08:00`, `08:00` (the next one) or `3d` from now, in Shanghai."""
    from bots.flow.problem import Refused
    from schedules.timetable.moments import first_after
    from schedules.timetable.words import parse_span, parse_time

    readings: tuple[Callable[[], datetime], ...] = (
        lambda: first_after(now, parse_time(text), SHANGHAI),
        lambda: now + parse_span(text),
        lambda: (found := datetime.fromisoformat(text)).replace(tzinfo=found.tzinfo or SHANGHAI),
    )
    for read in readings:
        try:
            found = read()
        except (Refused, ValueError):
            continue
        if found <= now:
            raise typer.BadParameter(say(f"{text} 已经过去了", f"{text} is past"), param_hint="--until")
        return found
    raise typer.BadParameter(
        say(f"看不懂 {text}：写 2026-12-01、08:00 或 3d", f"{text}: write 2026-12-01, 08:00 or 3d"),
        param_hint="--until",
    )


def _range(now: datetime, week: bool, first: str, last: str) -> tuple[datetime, datetime]:
    """The days that were asked for; else the day that has passed and the week to come."""
    if week:
        monday = now.astimezone(SHANGHAI).date()
        monday -= timedelta(days=monday.weekday())
        return _midnight(monday), _midnight(monday + LOOKED_AHEAD)
    start = _midnight(_day(first)) if first else now - LOOKED_BACK
    end = _midnight(_day(last) + timedelta(days=1)) if last else max(now, start) + LOOKED_AHEAD
    if not start < end <= start + timedelta(days=367):
        raise typer.BadParameter(say("--from 要在 --to 之前，最多一年", "--from comes before --to, a year at most"))
    return start, end


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            say(f"日期写成 2026-11-01 这样，不是 {text}", f"write a day like 2026-11-01, not {text}")
        ) from None


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(timetable_app, name="timetable")
    app.command()(backfill)
    app.command()(pause)
    app.command("unpause")(resume_entry)
