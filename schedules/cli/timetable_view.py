"""The timetable on a terminal: day by day what was done and what comes, pauses on top, conflicts below; and as JSON."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from schedules.cli.run_signs import ENDED, RUNNING
from schedules.cli.screen import complaints, console, say, tell
from schedules.problems import default_lang
from schedules.settings import SHANGHAI, load_settings
from schedules.timetable.lock import clock_runs
from schedules.timetable.opening import SHIPPED
from schedules.timetable.week import Line

if TYPE_CHECKING:
    from schedules.timetable.model import Timetable
    from schedules.timetable.opening import Opened
    from schedules.timetable.turn import Backfilled
    from schedules.timetable.week import View

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
STATES = {
    "": ("·", "dim", "待运行", "to come"),
    "planned": ("…", "cyan", "排队", "queued"),
    "waiting": ("…", "cyan", "等前面的", "waiting"),
    "held": ("‖", "yellow", "暂停", "paused"),
    "running": RUNNING,
    **ENDED,
}
"""How a run stands: mark, style and words."""
SHOWN_CONFLICTS = 12


def show(opened: "Opened", view: "View", now: datetime, start: datetime, end: datetime) -> None:
    """The range as a table, with what a person should know first."""
    own = load_settings().home / "timetable.yaml"
    if opened.path.resolve().parent == SHIPPED:
        tell(
            f"这是自带的例子；你自己的写在 {own}。",
            f"this is the shipped example; write your own as {own}.",
            "dim",
        )
    if not clock_runs(load_settings().home):
        tell(
            "钟没有开，到点不会自己做：yeban serve",
            "the clock does not run, nothing starts: yeban serve",
            "dim",
        )
    ends = opened.calendar_ends(start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date())
    if ends:
        complaints.print(Text(f"! {ends.message(default_lang())} {ends.hint(default_lang())}", style="bold red"))
    for pause in view.pauses:
        until = f"{pause.until.astimezone(SHANGHAI):%m-%d %H:%M}" if pause.until else "yeban unpause"
        what = pause.name or say("全部", "everything")
        zh = f"‖ {what} 暂停到 {until}（{pause.who}）{pause.why}"
        tell(zh, f"‖ {what} is paused until {until} ({pause.who}) {pause.why}", "yellow")
    console.print(Text(opened.timetable.title, style="bold underline"))
    for part in _days(opened, view.lines, now):
        console.print(part)
    for conflict in view.conflicts[:SHOWN_CONFLICTS]:
        minutes = -(-int(conflict.overlap.total_seconds()) // 60)
        when = f"{conflict.second.at.astimezone(SHANGHAI):%m-%d %H:%M}"
        first, second = conflict.first.entry, conflict.second.entry
        zh = f"⚠ {conflict.account}：{when}「{second}」要等「{first}」，约 {minutes} 分钟"
        tell(zh, f"⚠ {conflict.account}: {when} {second} waits for {first}, about {minutes} min", "yellow")
    if (more := len(view.conflicts) - SHOWN_CONFLICTS) > 0:
        tell(f"⚠ 还有 {more} 处，见 --json", f"⚠ {more} more, see --json", "yellow")


def _days(opened: "Opened", lines: Sequence[Line], now: datetime) -> Iterator[Text | Table]:
    """A line for each day, and under it its runs in columns that are the same every day."""
    if not lines:
        yield Text(say("这段时间里没有要做的。", "nothing in this range."))
    days = [
        (day, [_cells(opened.timetable, group) for group in _grouped(list(those))])
        for day, those in groupby(lines, key=lambda line: line.at.astimezone(SHANGHAI).date())
    ]
    widths = [max((row[n].cell_len for _, rows in days for row in rows), default=0) for n in range(4)]
    for day, rows in days:
        yield Text(_day(opened, day, now), style="bold")
        table = Table.grid(padding=(0, 2))
        for n, width in enumerate(widths):
            table.add_column(min_width=min(width, 28), no_wrap=n != 2, overflow="fold")
        table.add_column(overflow="fold")
        for row in rows:
            table.add_row(*row)
        yield table


def _day(opened: "Opened", day: date, now: datetime) -> str:
    worked = opened.calendar.is_workday(day)
    known = "" if opened.calendar.knows(day.year) else say("？", "?")
    kind = say("工作日", "workday") if worked else say("休息", "day off")
    if worked != (day.isoweekday() < 6):
        kind = say("调休上班", "make-up workday") if worked else say("放假", "holiday")
    name = say(f"周{WEEKDAYS[day.weekday()]}", f"{day:%a}")
    today = say(" 今天", " today") if day == now.astimezone(SHANGHAI).date() else ""
    return f"{day:%m-%d} {name} {kind}{known}{today}"


def _grouped(lines: list[Line]) -> list[list[Line]]:
    """Runs of one entry for several accounts, or many a day, that stand alike are one row."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        often = sum(one.entry == line.entry and one.account == line.account for one in lines) > 3
        when = "" if often else line.at.isoformat(timespec="minutes")
        groups.setdefault((line.entry, when, line.state, line.words(default_lang())), []).append(line)
    return list(groups.values())


def _cells(timetable: "Timetable", group: list[Line]) -> list[Text]:
    line = group[0]
    mark, style, zh, en = STATES[line.state]
    moments = list(dict.fromkeys(f"{one.at.astimezone(SHANGHAI):%H:%M}" for one in group))
    when = moments[0] if len(moments) == 1 else f"{moments[0]}–{moments[-1]} ×{len(moments)}"
    entry = timetable.entries.get(line.entry)
    if entry and line.at.astimezone(entry.zone).utcoffset() != line.at.astimezone(SHANGHAI).utcoffset():
        when += f" ({line.at.astimezone(entry.zone):%H:%M} {entry.zone.key.rsplit('/', 1)[-1]})"
    if line.state == "" and line.cause in ("chain", "gate"):
        when = f"~{when}"
    accounts = say("、", ", ").join(dict.fromkeys(one.account for one in group if one.account))
    took = f" {_minutes(line.ends_at - line.at)}" if line.state == "done" and len(group) == 1 else ""
    return [Text(f"  {when}"), Text(line.entry), Text(accounts), Text(f"{mark} {say(zh, en)}{took}", style=style),
            Text(line.words(default_lang()), style="dim" if line.state in ("", "done") else "")]  # fmt: skip


def _minutes(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"


def as_json(opened: "Opened", view: "View", now: datetime, start: datetime, end: datetime) -> None:
    """The same for machines; moments in UTC."""
    ends = opened.calendar_ends(start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date())
    lang = default_lang()
    said = {
        "timetable": opened.timetable.title,
        "file": str(opened.path),
        "now": now.isoformat(timespec="seconds"),
        "from": start.isoformat(timespec="seconds"),
        "to": end.isoformat(timespec="seconds"),
        "runs": [_line(line) for line in view.lines],
        "conflicts": [
            {"account": one.account, "first": one.first.key, "second": one.second.key,
             "overlap_s": int(one.overlap.total_seconds())}
            for one in view.conflicts
        ],
        "pauses": [
            {"scope": one.scope, "name": one.name, "who": one.who, "why": one.why, "since": one.since.isoformat(),
             "until": one.until.isoformat() if one.until else ""}
            for one in view.pauses
        ],
        "warnings": [ends.message(lang)] if ends else [],
    }  # fmt: skip
    typer.echo(json.dumps(said, ensure_ascii=False, indent=1))


def _line(line: Line) -> dict[str, object]:
    return {
        "key": line.key, "entry": line.entry, "account": line.account, "at": line.at.isoformat(timespec="seconds"),
        "ends_at": line.ends_at.isoformat(timespec="seconds"), "state": line.state or "to_come", "cause": line.cause,
        "reason": line.reason, "said": line.words(default_lang()), "paused_by": line.paused_by,
    }  # fmt: skip


def backfill_now(opened: "Opened", name: str, days: tuple[str, str], who: str, later: bool) -> int:
    """Write the runs down, say which, and do them unless a clock will; the exit code says whether all went well."""
    from schedules.cli.night_view import watcher
    from schedules.desk import open_desk
    from schedules.logs import start_logs
    from schedules.timetable.errors import ClockRunning
    from schedules.timetable.executors import DeskExecutor
    from schedules.timetable.keeping import turn_of
    from schedules.timetable.lock import only_clock

    with open_desk() as desk:
        start_logs(desk.home, desk.settings)
        turn = turn_of(desk, opened, DeskExecutor(desk, opened.path.parent, watcher))
        found = turn.backfill(name, *days, who)
        _tell_backfill(name, found)
        if later or not (found.new or found.again):
            return 0
        try:
            with only_clock(desk.home, desk.database):
                return _play(turn.look_and_play_only({*found.new, *found.again}))
        except ClockRunning:
            tell("钟正开着，由它去做；进度见 yeban timetable。", "the clock runs and does them: see yeban timetable.")
            return 0


def _tell_backfill(name: str, found: "Backfilled") -> None:
    new, again, done = len(found.new), len(found.again), len(found.done)
    tell(
        f"{name}：新补 {new} 次，重做 {again} 次；已经做完的 {done} 次没有动，正在排的 {found.under_way} 次。",
        f"{name}: {new} new, {again} again; {done} were done and stay, {found.under_way} are under way.",
    )
    if found.to_come:
        tell(
            f"还没到时间的 {found.to_come} 次不提前做，到时候自己做。",
            f"{found.to_come} are still to come: they are left to their time.",
            "dim",
        )


def _play(ended: dict[str, tuple[str, str]]) -> int:
    for key, (state, words) in ended.items():
        mark, style, zh, en = STATES[state]
        console.print(Text(f"{mark} {key.rstrip('|').replace('|', ' ')}  {say(zh, en)}  {words}", style=style))
    failed = [state for state, _ in ended.values() if state != "done"]
    return 0 if not failed else 5 if set(failed) == {"person"} else 3
