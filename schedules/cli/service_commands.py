"""`yeban service` and `yeban health`: Yeban started by the system, and whether it is well."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

from schedules.cli.screen import complaints, say, tell
from schedules.settings import ROOT, load_settings, own_home

if TYPE_CHECKING:
    from schedules.operations.service import Service

Kind = Literal["", "systemd", "windows"]
KindOption = Annotated[
    Kind, typer.Option("--for", help="systemd 或 windows，默认看这台机器 / by default this machine's")
]
CommandArgument = Annotated[
    list[str] | None, typer.Argument(help="跑什么，默认 serve / what is run, e.g. worker --tag home; default: serve")
]
StopOption = Annotated[int, typer.Option(help="停下时最多等几分钟 / minutes to let runs end", min=1, max=600)]

service_app = typer.Typer(
    help="开机（登录）就守着，断了自己再起来：systemd 的用户服务，或 Windows 的计划任务。\n\n"
    "Yeban started by the system and started again when it fails.\n\n"
    "例 / examples: `yeban service print` · `yeban service install` · `yeban service install worker --tag home`",
    no_args_is_help=True,
)
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


@service_app.command("print", context_settings=PASSED_ON)
def service_print(
    ctx: typer.Context, command: CommandArgument = None, kind: KindOption = "", stop_min: StopOption = 15
) -> None:
    """只显示服务文件，不装。

    Shows the service's file and installs nothing. 例 / example: `yeban service print --for windows`
    """
    from schedules.operations.service import systemd_unit, windows_task

    service = service_of([*(command or []), *ctx.args], stop_min)
    typer.echo(windows_task(service) if of_windows(kind) else systemd_unit(service))
    say_unseen(service, windows=of_windows(kind))


@service_app.command("install", context_settings=PASSED_ON)
def service_install(
    ctx: typer.Context, command: CommandArgument = None, kind: KindOption = "", stop_min: StopOption = 15
) -> None:
    """装上并启动：Linux 是当前用户的 systemd 服务，Windows 是登录时开始的计划任务（没有在 Windows 上试过）。

    Installs and starts it for this user. On Windows it is a task at logon (not tried there by us).

    例 / example: `yeban service install`
    """
    from schedules.operations.service import install_systemd, install_windows, unit_path

    service = service_of([*(command or []), *ctx.args], stop_min)
    say_unseen(service, windows=of_windows(kind))
    if of_windows(kind):
        path = service.home / "yeban-task.xml"
        install_windows(service, path)
        tell(f"装好了：{path}", f"installed: {path}", "green")
        return
    path = unit_path(Path.home())
    install_systemd(service, path)
    tell(f"装好了，已经在跑：{path}", f"installed and running: {path}", "green")
    tell(
        "退出登录后也要跑：loginctl enable-linger。看日志：journalctl --user -u yeban。",
        "To go on after logging out: loginctl enable-linger. Its words: journalctl --user -u yeban.",
        "dim",
    )


def health() -> None:
    """好不好：数据库、钟、工人、队列、磁盘；不好时退出码是 4（给监控和容器用）。

    Whether the desk is well, as JSON; exit code 4 when it is not. `yeban serve` answers the same at /health.

    例 / example: `yeban health`
    """
    from schedules.desk import open_desk
    from schedules.operations.health import OK
    from schedules.operations.health import health as looked_at

    with open_desk() as desk:
        status, said = looked_at(desk)
    typer.echo(json.dumps(said, ensure_ascii=False, indent=1))
    if status != OK:
        raise SystemExit(4)


def say_unseen(service: "Service", *, windows: bool) -> None:
    """Which variables of this shell the service would go without, and where to write them."""
    from schedules.operations.service import unseen

    names = unseen(service, os.environ)
    if not names:
        return
    zh, en = "用 setx 写成用户变量", "make them user variables with setx"
    if not windows:
        file = service.home / "service.env"
        zh = f"写进 {file}，一行一个 名字=值（chmod 600）"
        en = f"write them into {file}, a line NAME=value each (chmod 600)"
    here = say("、", ", ").join(names)
    said = say(
        f"注意：这里设了 {here}，服务看不到（会是别的账、打不开的密码库、别的语言）：{zh}。",
        f"Beware: the service does not see {here}, set here (other books, a shut vault, another language): {en}.",
    )
    complaints.print(Text(said, style="yellow"))


def service_of(words: list[str], stop_min: int) -> "Service":
    """This checkout, this Python, this home."""
    from schedules.operations.service import Service

    load_settings()  # what is wrong with them is said now, not to a journal at night
    return Service(Path(sys.executable), ROOT, own_home(), tuple(words) or ("serve",), stop_min)


def of_windows(kind: Kind) -> bool:
    """Whether it is Windows that will start it."""
    return kind == "windows" or (not kind and os.name == "nt")


def register(app: typer.Typer) -> None:
    """These commands are commands of `app`."""
    app.add_typer(service_app, name="service")
    app.command()(health)
