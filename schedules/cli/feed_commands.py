"""Which files are due and which are late: `feeds`."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.screen import console, say, tell
from schedules.problems import EXIT_CODES, default_lang
from schedules.settings import SHANGHAI

if TYPE_CHECKING:
    from storage.feeds import Arrival

STATES = {
    "in_time": ("按时", "in time", "green"),
    "late": ("迟到", "late", "yellow"),
    "waiting": ("还没到时候", "not due yet", "dim"),
    "missing": ("没到", "missing", "bold red"),
    "parked": ("停着", "waits for a person", "red"),
}


def feeds(
    days: Annotated[int, typer.Option(help="看几天 / how many days", min=1, max=366)] = 3,
    at: Annotated[str, typer.Option(help="按哪一刻看（默认现在） / as of, YYYY-MM-DD HH:MM")] = "",
    suggest: Annotated[
        bool, typer.Option("--suggest", help="照这两周收到的写一份 feeds.yaml / write one from the last two weeks")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """哪些文件该到、到了没有、晚了多少：时限写在数据文件夹的 feeds.yaml；有没到的就以 5 退出，补到了自己就消掉。

    Which files are due, which have come and how late; the times stand in feeds.yaml of the home folder. Exit code 5
    while one is missing or waits for a person; an alarm is gone when the file has come.

    例 / examples: `yeban feeds` · `yeban feeds --days 14 --json` · `yeban feeds --suggest > feeds.yaml`
    """
    from schedules.desk import open_desk
    from schedules.feeds import FILE, load_feeds, written
    from storage.feeds import ALARMS, arrivals, suggested

    now = _moment(at)
    with open_desk() as desk, desk.database.read() as connection:
        if suggest:
            typer.echo(written(suggested(connection, now.date())), nl=False)
            return
        expected = load_feeds(desk.home)
        told = arrivals(connection, expected, now, days)
        path = desk.home / FILE
    if not expected:
        tell(f"还没有写哪些文件该到：{path}；yeban feeds --suggest 照收到过的写一份。",
             f"No file is expected yet: {path}; yeban feeds --suggest writes it from what came.", "yellow")  # fmt: skip
        return
    if json_:
        keys = ("day", "due_at", "state", "arrived_at", "name")
        rows = [
            {"kind": one.feed.kind, "shop": one.feed.shop}
            | {key: getattr(one, key) for key in keys}
            | {"words": one.words(default_lang())}
            for one in told
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
    else:
        _show(told)
    if any(one.state in ALARMS for one in told):
        raise SystemExit(EXIT_CODES["person"])


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) if text else datetime.now(SHANGHAI)
    except ValueError:
        raise typer.BadParameter(
            say(f"写成 2026-11-01 07:30 这样，不是 {text}", f"write it like 2026-11-01 07:30, not {text}"),
            param_hint="--at",
        ) from None


def _show(told: "list[Arrival]") -> None:
    table = Shown()
    for zh, en in (("哪天的", "of"), ("文件", "file"), ("店铺", "shop"), ("", ""), ("说明", "in words")):
        table.add_column(say(zh, en), overflow="fold")
    for one in told:
        zh, en, style = STATES[one.state]
        table.add_row(
            one.day.isoformat(), one.feed.kind, one.feed.shop, Text(say(zh, en), style=style), one.words(default_lang())
        )
    console.print(table)


def register(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command()(feeds)
