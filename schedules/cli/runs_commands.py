"""What workers did and do: `runs`, `cancel`."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from schedules.cli.from_books import either
from schedules.cli.run_signs import ENDED, RUNNING
from schedules.cli.screen import console, say, tell
from schedules.settings import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping

    from schedules.queue.model import Standing

STATES = {
    "queued": ("…", "cyan", "等工人", "queued"),
    "leased": RUNNING,
    **ENDED,
}


def runs(
    running: Annotated[bool, typer.Option("--open", help="只看没做完的 / only what has not ended")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="只看没做成的 / only what did not succeed")] = False,
    account: Annotated[str, typer.Option("--account", "-a", help="哪个账号 / which account")] = "",
    most: Annotated[int, typer.Option("--most", "-n", help="最多几条 / at most", min=1, max=1000)] = 30,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """做过的、正在做的、在等的：哪次运行、哪个工人、怎么结束、证据在哪；以及有哪些工人。

    History: each run with its worker, how it ended and where its evidence lies; and which workers there are.

    例 / examples: `yeban runs` · `yeban runs --open` · `yeban runs --failed -a seller_a` · `yeban runs --json`
    """
    from contextlib import closing

    from schedules.queue import board
    from schedules.settings import load_settings
    from storage.database.connection import open_database
    from storage.database.tables.desk import queue_job

    c = queue_job.c
    where = [*([c.state != "ended"] if running else []), *([c.account == account] if account else []),
             *([c.outcome.in_(("failed", "person", "dropped"))] if failed else [])]  # fmt: skip
    with closing(open_database(load_settings().database_url)) as database, database.read() as connection:
        found = board.standings(connection, *where, most=most)
        there = board.workers(connection)
    if json_:
        typer.echo(json.dumps({"runs": [_told(one) for one in found], "workers": [dict(one) for one in there]},
                              ensure_ascii=False, indent=1))  # fmt: skip
        return
    _show_workers(there)
    if not found:
        tell("还没有运行过。", "no runs yet.")
        return
    rows = [_cells(one) for one in found]
    widths = [max(row[place].cell_len for row in rows) for place in range(3)]
    for one, row in zip(found, rows, strict=True):
        for cell, width in zip(row, widths, strict=False):
            cell.pad_right(width - cell.cell_len)
        console.print(Text("  ").join(row))
        if said := _said(one):
            console.print(Text(f"{'':{widths[0]}}  {said}", style="dim"))


def cancel(
    run: Annotated[str, typer.Argument(help="哪次运行，见 yeban runs（开头几个字即可） / which run, or its beginning")],
    who: Annotated[str, typer.Option(help="谁决定的（默认登录名） / who decides")] = "",
) -> None:
    """停掉一次运行：没开始的不做了，正在跑的关掉浏览器、留下证据。

    Ends a run: one that has not begun is dropped; one that runs closes its browser and leaves evidence.

    例 / example: `yeban cancel "夜班|2026-11-20T01:30|"`
    """
    from schedules.desk import open_desk
    from schedules.queue.opening import queue_of
    from schedules.signing import signer
    from schedules.timetable.cancelling import cancel_run

    with open_desk() as desk:
        key, state = cancel_run(desk, queue_of(desk), run, signer(who))
    if state == "running":
        tell(f"{key}：已经叫它停，几秒内关掉浏览器。", f"{key}: told to end, its browser closes in seconds.", "yellow")
    elif state == "left":
        tell(f"{key}：没有工人在做它了，以后也不再接着做。",
             f"{key}: no worker has it any more, and none goes on with it.", "yellow")  # fmt: skip
    else:
        tell(f"{key}：不做了。", f"{key}: dropped.", "yellow")


def _show_workers(there: "Sequence[RowMapping]") -> None:
    if not there:
        tell(
            "没有工人在干活：yeban serve 或 yeban worker。", "no worker is there: yeban serve, or yeban worker.", "dim"
        )
    for one in there:
        tags = say("、", ", ").join(json.loads(one["tags"] or "[]"))
        state = say("不再拿新的", "draining") if one["state"] == "draining" else ""
        line = say(f"工人 {one['worker']}：{one['places']} 个账号", f"worker {one['worker']}: {one['places']} accounts")
        console.print(Text("  ".join(filter(None, (line, tags, state))), style="dim"))


def _cells(one: "Standing") -> list[Text]:
    """When, how it stands, who has it, and last its name, whole: it is what `cancel` and `resume` are given."""
    mark, style, zh, en = STATES[one.outcome or one.state]
    at = one.started_at or one.recorded_at
    again = f" ×{one.fence}" if one.fence > 1 else ""
    return [
        Text(f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"), Text(f"{mark} {say(zh, en)}{again}", style=style),
        Text(one.worker, style="dim"), Text(one.ticket.run_key.rstrip("|")),
    ]  # fmt: skip


def _said(one: "Standing") -> str:
    """What is to be said of it besides, and where its evidence lies."""
    asked = say(f"（已叫停：{one.cancel}）", f" (told to end: {one.cancel})") if one.cancel else ""
    return "  ".join(filter(None, (either(one.message) + (asked if one.state != "ended" else ""), one.folder)))


def _told(one: "Standing") -> dict[str, object]:
    return {
        "run": one.ticket.run_key, "ticket": one.ticket.key, "account": one.ticket.account, "tags": one.ticket.tags,
        "state": one.state, "outcome": one.outcome, "worker": one.worker, "taken": one.fence, "message": one.message,
        "folder": one.folder, "cancel": one.cancel, "recorded_at": one.recorded_at.isoformat(),
        "started_at": one.started_at.isoformat() if one.started_at else "",
        "ended_at": one.ended_at.isoformat() if one.ended_at else "",
    }  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(runs)
    app.command()(cancel)
