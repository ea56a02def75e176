"""`yeban demo`, `mall`, `reference`: a first look at the program and its practice shop."""

from typing import Annotated, Literal

import typer
from rich.text import Text

from schedules.cli.days import typed_day
from schedules.cli.screen import console, say

Size = Literal["full", "small", "tiny"]
SizeOption = Annotated[Size, typer.Option(help="商城大小 / size of the mall: full, small, tiny")]


def demo(
    size: SizeOption = "full",
    day: Annotated[str, typer.Option(help="哪一夜（默认今天） / which night, YYYY-MM-DD")] = "",
    headed: Annotated[bool, typer.Option(help="显示浏览器窗口 / show the browser")] = False,
) -> None:
    """在练习商城上跑完整一夜：收单、收账单、对账、分货、上下架、报活动、回填单号、出早报。

    Runs one whole night against the practice mall, with live progress, and ends with the table of the night, the
    report and the runs' pages. Running it again on the same day changes nothing.

    例 / examples: `yeban demo` · `yeban demo --size small`
    """
    from schedules.cli.demo_command import run_demo

    run_demo(size, typed_day(day), headed)


def mall(
    size: SizeOption = "full",
    port: Annotated[int, typer.Option(help="端口 / port", min=0, max=65535)] = 8808,
    fault: Annotated[list[str] | None, typer.Option(help="捣乱：名字=概率 / misbehave: name=probability")] = None,
) -> None:
    """打开练习商城，自己逛、自己练着写流程；Ctrl-C 关门。

    Opens the practice mall to walk about in it or to write flows against it.

    例 / examples: `yeban mall` · `yeban mall --fault popup=0.2 --fault slow=0.1`
    """
    from schedules.cli.demo_command import run_mall

    run_mall(size, port, dict(map(_chance, fault or [])))


def _chance(fault: str) -> tuple[str, float]:
    """A fault with how often it happens; without a number, always."""
    from bots.practice.faults import FAULTS

    name, _, chance = fault.partition("=")
    try:
        often = float(chance or 1)
    except ValueError:
        often = -1.0
    if name not in FAULTS or not 0 <= often <= 1:
        raise typer.BadParameter(
            say(
                f"{fault}：写 名字=概率（0 到 1），名字有 {'、'.join(FAULTS)}",
                f"{fault}: write name=probability (0 to 1), one of {', '.join(FAULTS)}",
            ),
            param_hint="--fault",
        )
    return name, often


def reference(
    write: Annotated[bool, typer.Option("--write", help="写进 flows/VERBS.md / write flows/VERBS.md")] = False,
) -> None:
    """全部动词的参考，由动词自己生成。

    The reference of all verbs, generated from the verbs. 例 / example: `yeban reference --write`
    """
    from schedules.cli.reference import verbs_page, write_verbs_page

    console.print(Text(write_verbs_page() if write else verbs_page()))


def register(app: typer.Typer) -> None:
    """These commands are commands of `app`."""
    app.command()(demo)
    app.command()(mall)
    app.command()(reference)
