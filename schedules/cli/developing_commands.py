"""`yeban test`, `bench`: for whoever changes Yeban."""

import sys
from typing import Annotated

import typer

from schedules.settings import ROOT


def test(ctx: typer.Context) -> None:
    """跑全部检查和测试（CI 也只跑它）；带参数时只把参数交给 pytest。

    The whole gate: formatter, linter, types, import contracts, then every test.

    例 / examples: `yeban test` · `yeban test tests/bots -k login`
    """
    from schedules.cli.gate import run_gate

    raise SystemExit(run_gate(list(ctx.args)))


def bench(
    name: Annotated[str, typer.Argument(help="只跑这一个 / only this one")] = "",
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
    rounds: Annotated[int, typer.Option(help="每个跑几轮 / rounds")] = 5,
    days: Annotated[int, typer.Option(help="month 跑几天 / days of the simulated month")] = 30,
    install: Annotated[bool, typer.Option(help="先装好对照的程序 / install what it is compared with")] = False,
) -> None:
    """基准测试：同一轮里和直接写的 Playwright 比，报中位数的比值。

    Benchmarks: medians as ratios against the plain libraries in the same run.

    例 / examples: `yeban bench` · `yeban bench scrape --json` · `yeban bench robot --install` ·
    `yeban bench month --days 3` · `yeban bench machines`
    """
    import subprocess

    command = [sys.executable, "-m", "tests.bench", *([name] if name else []), "--rounds", str(rounds),
               "--days", str(days)]  # fmt: skip
    marks = [mark for mark, given in (("--json", json_), ("--install", install)) if given]
    raise SystemExit(subprocess.call([*command, *marks], cwd=ROOT))


def register(app: typer.Typer) -> None:
    """These commands are commands of `app`."""
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(test)
    app.command()(bench)
