"""The month's figures in words, and whether it was as promised."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bots.practice.server import WORLD_FILE
from bots.practice.world import World
from storage.database.connection import open_database
from tests.bench.month import counting, days

LISTED = 20


@dataclass(frozen=True)
class Month:
    """What came of it."""

    count: counting.Count
    twice: dict[str, int]
    unplanned: int
    findings: int
    figures: days.Figures

    @property
    def as_promised(self) -> bool:
        """Everything arrived or waits for a person, nothing was done twice, and the books hold together."""
        return not (self.count.missing or any(self.twice.values()) or self.unplanned or self.findings)


def month_figures(home: Path, how_many: int, say: Callable[[str], None]) -> Month:
    """Play the month in `home`, which is empty, and say its figures."""
    figures = days.play(home, how_many, say)
    world = World.open(home / "mall" / WORLD_FILE)
    database = open_database(f"sqlite:///{(home / 'yeban.db').as_posix()}")
    try:
        with database.read() as connection:
            count = counting.count(connection, figures.nights)
            too_many = counting.unplanned(connection, figures.nights)
            findings = counting.findings(connection)
    finally:
        database.close()
    found = Month(count, counting.twice(world), len(too_many), len(findings), figures)
    for line in lines(found, world):
        say(line)
    for document, why in [*count.missing.items(), *count.waiting.items()][:LISTED]:
        say(f"  {document.day} {document.account} {document.name} {why}")
    for one in [*too_many, *findings][:LISTED]:
        say(f"  ! {one}")
    return found


def show(how_many: int, say: Callable[[str], None]) -> int:
    """Play the month in a folder of its own; 0 when all was as promised."""
    with tempfile.TemporaryDirectory() as folder:
        return 0 if month_figures(Path(folder), how_many, say).as_promised else 1


def lines(month: Month, world: World) -> list[str]:
    """The figures, a line each."""
    f, c = month.figures, month.count
    met = counting.faults_met(world)
    return [
        f"nights {len(f.nights)} ({f.alone} with nobody on duty), kill -9: {f.kills}, "
        f"a night: median {median(f.night_s):.0f} s, {median(f.processor_s):.0f} s of processor",
        f"documents planned {c.planned}, arrived {c.arrived}, waiting for a person {len(c.waiting)}, "
        f"neither {len(c.missing)}",
        f"sub-orders to ship {len(f.wanted)}, shipped {counting.shipped(world, f.wanted)}",
        f"faults met {sum(met.values())}: {', '.join(f'{name} {n}' for name, n in sorted(met.items()))}",
        f"questions answered {f.answered}, messages told {f.told}",
        f"twice by the mall's own database: {month.twice}; files that no calendar asked for {month.unplanned}; "
        f"invariants that do not hold {month.findings}",
        f"as promised: {month.as_promised}",
    ]
