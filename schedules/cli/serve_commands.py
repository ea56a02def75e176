"""What goes on by itself: `serve`, `worker`, `drain`."""

from pathlib import Path
from typing import Annotated

import typer

from schedules.cli.screen import interruptible, say, tell

FileOption = Annotated[
    Path | None,
    typer.Option("--file", "-f", help="哪张时间表 / which timetable; .yeban/timetable.yaml", dir_okay=False),
]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", "-t", help="这台机器的标签，如 home / what this worker is, e.g. home; again for more"),
]
SideOption = Annotated[
    int, typer.Option("--side-by-side", "-n", help="同时几个账号（默认看浏览器） / accounts at a time", min=0, max=16)
]
PortOption = Annotated[
    int, typer.Option("--port", help="网页端口，0 不开 / port of the web site, 0 for none", min=0, max=65535)
]


def serve(
    file: FileOption = None,
    port: Annotated[
        int, typer.Option(help="网页端口，0 不开 / port of the web site, 0 for none", min=0, max=65535)
    ] = 8790,
    host: Annotated[str, typer.Option(help="网页地址 / address of the web site")] = "127.0.0.1",
    tag: TagOption = None,
    side_by_side: SideOption = 0,
) -> None:
    """守着时间表，到点就做：钟、工人和一个小网页（/health、/metrics、/hooks）。Ctrl-C 做完手上的再走。

    A clock, a worker and a small web site in one process. What is due goes into the queue; this worker takes it, or
    another one. Ctrl-C (or SIGTERM) lets what runs finish; a second one ends it with evidence, to go on next time.
    Several that serve one PostgreSQL have one clock; when its keeper goes, another takes over.

    例 / examples: `yeban serve` · `yeban serve --port 0` · `yeban serve --tag home --side-by-side 4`
    """
    from contextlib import ExitStack

    from schedules.desk import open_desk
    from schedules.homes import own_home
    from schedules.logs import start_logs
    from schedules.queue.opening import queue_of
    from schedules.serve.serving import ClockKeeper, Place, desk_app, web_at, work_until_told, worker_at
    from schedules.settings import load_settings
    from schedules.timetable.opening import open_timetable
    from schedules.warm.keeping import kept_warm

    opened = open_timetable(load_settings(), file)
    with interruptible(), open_desk() as desk, ExitStack() as open_things:
        start_logs(desk.home, desk.settings)
        queue = queue_of(desk)
        place = Place(tuple(sorted(tag or ())), side_by_side)
        worker = worker_at(desk, queue, opened.path.parent, place, lambda: keeper.look_soon())
        keeper = ClockKeeper(desk, opened, queue, worker.wake, _tell)
        if port:
            got = open_things.enter_context(web_at(desk_app(desk, keeper), host, port))
            tell(f"网页：http://{host}:{got}/health", f"web site: http://{host}:{got}/health")
        open_things.enter_context(kept_warm(own_home()))
        open_things.enter_context(keeper.keeping())
        work_until_told(worker, _tell, keeper.stop)


def worker(tag: TagOption = None, side_by_side: SideOption = 0) -> None:
    """只当工人：从队列里拿活做，钟在别的机器上。账号写了 worker: home 的，只由 --tag home 的工人登录。

    Takes work from the queue, whose clock is kept elsewhere. An account with `worker: home` in the settings is used
    only by workers with `--tag home`. One run per account at a time, on whatever machine.

    例 / examples: `yeban worker` · `yeban worker --tag home --side-by-side 2`
    """
    from schedules.desk import open_desk
    from schedules.logs import start_logs
    from schedules.queue.opening import queue_of
    from schedules.serve.serving import Place, work_until_told, worker_at
    from schedules.timetable.opening import timetable_path

    with interruptible(), open_desk() as desk:
        start_logs(desk.home, desk.settings)
        plans = timetable_path(desk.settings).parent
        one = worker_at(desk, queue_of(desk), plans, Place(tuple(sorted(tag or ())), side_by_side))
        tags = say("、", ", ").join(one.facts.tags) or say("（没有标签）", "(no tags)")
        _tell(
            f"工人 {one.facts.name}：同时 {one.facts.places} 个账号，{tags}。Ctrl-C 停下。",
            f"worker {one.facts.name}: {one.facts.places} accounts at a time, {tags}. Ctrl-C stops it.",
        )
        work_until_told(one, _tell)


def drain(
    name: Annotated[str, typer.Argument(help="哪个工人（默认全部），见 yeban runs / which worker, default all")] = "",
) -> None:
    """升级前：让工人做完手上的、不再拿新的，然后自己退出。

    Before an upgrade: workers finish what they do, take nothing new, and go.

    例 / examples: `yeban drain` · `yeban drain shop-pc-4711`
    """
    from schedules.desk import open_desk
    from schedules.queue import board

    with open_desk() as desk, desk.database.write() as connection:
        asked = board.drain(connection, name)
    if not asked and name:
        tell(f"没有叫「{name}」、正在干活的工人。", f"no worker called {name} is working.", "yellow")
        raise SystemExit(2)
    if not asked:
        tell("没有工人在干活，没有谁要停。", "no worker is there: nobody is to go.", "yellow")
        return
    tell(f"{asked} 个工人做完手上的就走；进度见 yeban runs。",
         f"{asked} workers go when they have finished; see yeban runs.")  # fmt: skip


def _tell(zh: str, en: str) -> None:
    tell(zh, en, "green")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(serve)
    app.command()(worker)
    app.command()(drain)
