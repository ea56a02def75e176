"""Run the benchmarks and show them: a table for people, JSON for machines."""

import argparse
import asyncio
import dataclasses
import json
from collections.abc import Awaitable, Callable

from rich.console import Console
from rich.table import Table

from schedules.logs import silence
from tests.bench import (
    accounts,
    allocate,
    chain,
    desk,
    feed,
    files,
    form,
    healing,
    ingest,
    language,
    ledger,
    machines,
    orders,
    overhead,
    reconcile,
    reports,
    reserve,
    robot,
    scrape,
    soak,
    start,
    world,
)
from tests.bench.measure import Measured, Missing
from tests.bench.month import figures as month

Benchmark = Callable[[int], Awaitable[list[Measured]]]

BENCHMARKS: dict[str, Benchmark] = {
    "accounts": accounts.run,
    "allocate": allocate.run,
    "chain": chain.run,
    "desk": desk.run_reads,
    "feed": feed.run,
    "files": files.run,
    "form": form.run,
    "healing": healing.run,
    "ingest": ingest.run,
    "language": language.run,
    "ledger": ledger.run,
    "orders": orders.run,
    "overhead": overhead.run,
    "reconcile": reconcile.run,
    "reports": reports.run,
    "reserve": reserve.run,
    "robot": robot.run,
    "scrape": scrape.run,
    "soak": soak.run,
    "start": start.run,
    "world": world.run,
}
MONTH, MACHINES = "month", "machines"
"""Take as long as thirty nights, or a bad one: they are played only when somebody asks for them by name."""


def main() -> None:
    """Parse the command line, run, show."""
    parser = argparse.ArgumentParser(prog="yeban bench")
    parser.add_argument("name", nargs="?", choices=sorted([*BENCHMARKS, MACHINES, MONTH]), default=None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    silence()
    console = Console(highlight=False)
    if options.name == MONTH:
        raise SystemExit(month.show(options.days, console.print))
    if options.name == MACHINES:
        raise SystemExit(machines.show(console.print))
    if options.install:
        robot.install()
    try:
        results = asyncio.run(run_all([options.name] if options.name else sorted(BENCHMARKS), options.rounds))
    except Missing as missing:
        console.print(str(missing))
        raise SystemExit(4) from None
    if options.json:
        shown = [{**dataclasses.asdict(result), "met": result.met} for result in results]
        console.out(json.dumps(shown, ensure_ascii=False))
    else:
        console.print(table_of(results))


async def run_all(names: list[str], rounds: int) -> list[Measured]:
    """The benchmarks one after the other; of several, those that lack their counterpart are left out."""
    results: list[Measured] = []
    for name in names:
        try:
            results += await BENCHMARKS[name](rounds)
        except Missing:
            if len(names) == 1:
                raise
    return results


def table_of(results: list[Measured]) -> Table:
    """The results as people read them."""
    table = Table(title="median of rounds, ratio pair by pair")
    for name in ("bench", "ours", "theirs", "ratio", "± half", "goal", "rounds", "against"):
        table.add_column(name)
    for result in results:
        style = "green" if result.met else "red"
        table.add_row(
            result.name,
            shown(result.ours_s, result.unit),
            shown(result.theirs_s, result.unit),
            f"[{style}]{result.ratio:.3f}[/]",
            f"{result.spread / 2:.3f}",
            f"≤ {result.goal}",
            str(result.rounds),
            result.theirs,
        )
    return table


def shown(value: float, unit: str) -> str:
    """Seconds in thousandths, anything else as it is."""
    return f"{value * 1000:.3g} ms" if unit == "s" else f"{value:.3g} {unit}"


if __name__ == "__main__":
    main()
