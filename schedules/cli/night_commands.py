"""`yeban night`, `status`, `waiting`, `settle`: one night, and what it left to people."""

from pathlib import Path
from typing import Annotated

import typer

from schedules.cli.days import typed_day
from schedules.step_names import steps_listed


def night(
    plan_file: Annotated[Path, typer.Argument(help="一夜的计划 / a night's plan, e.g. schedules/practice.yaml")],
    day: Annotated[str, typer.Option(help="哪一夜（默认今天） / which night, YYYY-MM-DD")] = "",
    since: Annotated[str, typer.Option(help="从哪天收起（默认前三天） / first day, default: three days back")] = "",
    headed: Annotated[bool, typer.Option(help="显示浏览器窗口 / show the browser")] = False,
) -> None:
    """按计划跑完一夜；被打断了再运行一次，会从断的地方接着做，做完的不会再做。

    Plays a night's plan on your own desk; run it again after an interruption and it goes on where it was cut.

    例 / example: `yeban night schedules/practice.yaml --since 2026-11-01`
    """
    from schedules.cli.night_command import run_night

    first = typed_day(since)
    raise SystemExit(run_night(plan_file, typed_day(day), first, headed))


def status(night: Annotated[str, typer.Option(help="哪一夜 / which night, YYYY-MM-DD")] = "") -> None:
    """这一夜做到哪里，什么在等谁。

    How far the night is and what waits for whom. 例 / example: `yeban status`
    """
    from schedules.cli.books_commands import show_status

    show_status(night)


def waiting() -> None:
    """哪些事开始做了、却看不出有没有做成，要人上网站看一眼。

    What was begun on a site and could not be told the end of: a person looks. 例 / example: `yeban waiting`
    """
    from schedules.cli.waiting_commands import show_waiting

    show_waiting()


def settle(
    number: Annotated[str, typer.Argument(help="编号，见 yeban waiting / the number that yeban waiting shows")],
    done: Annotated[bool, typer.Option("--done/--not-done", help="做成了没有 / has it happened")],
) -> None:
    """人看过了：记下做成了没有；没有做成的，下次运行会做。

    Notes what a person saw; what is not done is done at the next run. 例 / example: `yeban settle 3fa91c --done`
    """
    from schedules.cli.waiting_commands import settle as settle_one

    settle_one(number, done)


def register(app: typer.Typer) -> None:
    """These commands are commands of `app`."""
    app.command(epilog=steps_listed())(night)
    app.command()(status)
    app.command()(waiting)
    app.command()(settle)
