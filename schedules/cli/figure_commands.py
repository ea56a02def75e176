"""`yeban trace`, `accept`: where a figure comes from, and a file that a person lets pass."""

from typing import Annotated

import typer


def trace(
    figure: Annotated[str, typer.Argument(help="早报里的单元格，如 总览!C5 / a cell of the report, e.g. Overview!C5")],
) -> None:
    """一个数字从哪来：早报的单元格 → 账 → 文件的第几行 → 哪个流程的哪一行。

    Walks a figure of the report back to files, rows and the line of the flow that fetched them.

    例 / example: `yeban trace 总览!C5`
    """
    from schedules.cli.books_commands import trace_figure

    trace_figure(figure)


def accept(
    file: Annotated[str, typer.Argument(help="文件的 sha256（开头几位即可） / the file's sha256 or its beginning")],
    why: Annotated[str, typer.Option(help="理由，会留下来 / the reason, which is kept")],
    who: Annotated[str, typer.Option(help="谁决定的 / who decides")] = "",
) -> None:
    """放行一个因为合计不符而停住的文件；谁、为什么都会记下。

    Releases a parked file; who and why are kept.

    例 / example: `yeban accept 3fa9c1 --who 王芳 --why "银行确认页脚只含本页"`
    """
    from schedules.cli.books_commands import accept_file

    accept_file(file, who, why)


def register(app: typer.Typer) -> None:
    """These commands are commands of `app`."""
    app.command()(trace)
    app.command()(accept)
