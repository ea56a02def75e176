"""The month's figures in words, and whether it was as promised."""

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bots.practice.server import WORLD_FILE
from bots.practice.world import World
from schedules.delivery.calendar import missing
from schedules.desk import Desk
from tests.bench.month import counting, days
from tests.bench.month.life import LOOKED_AT, month_desk

LISTED = 40
A_FILE_A_DAY = frozenset({"practice/statements"})
"""Flows whose every night fetches a day that no later night fetches again: the calendar must name whom it waits for."""


@dataclass(frozen=True)
class Month:
    """What came of it. `unnamed`: documents that wait, and whose day the calendar does not show with the person."""

    count: counting.Count
    twice: dict[str, int]
    unplanned: int
    findings: int
    unnamed: int
    asked: Counter[tuple[str, str, str]]
    taken_over: int
    looked_at: int
    figures: days.Figures

    @property
    def as_promised(self) -> bool:
        """Everything arrived or waits for a person by name, nothing was done twice, and the books hold together."""
        wrong = self.count.missing or any(self.twice.values()) or self.unplanned or self.findings or self.unnamed
        return not wrong


def month_figures(home: Path, how_many: int, say: Callable[[str], None]) -> Month:
    """Play the month in `home`, which is empty or holds one that was ended, and say its figures."""
    figures = days.play(home, how_many, say)
    if not figures.nights:
        raise days.NeverEnds("the month was ended in its first night")
    world = World.open(home / "mall" / WORLD_FILE)
    with month_desk(home, home / "mall" / WORLD_FILE, "") as desk:
        with desk.database.read() as connection:
            count = counting.count(connection, figures.nights)
            too_many = counting.unplanned(connection, figures.nights)
            findings = counting.findings(connection)
            asked, taken_over = counting.asked(connection), counting.taken_over(connection)
            looked_at = counting.looked_at(connection, LOOKED_AT)
        unnamed = not_in_the_calendar(desk, count.waiting, len(figures.nights))
    found = Month(count, counting.twice(world), len(too_many), len(findings), len(unnamed), asked, taken_over,
                  looked_at, figures)  # fmt: skip
    for line in lines(found, world):
        say(line)
    for document, wait in [*count.waiting.items()][:LISTED]:
        say(f"  {document.day} {document.account} {document.name} → {wait.person}: {wait.words}")
    for document, why in [*count.missing.items()][:LISTED]:
        say(f"  ! {document.day} {document.account} {document.name} {why}")
    for one in [*too_many, *findings, *unnamed][:LISTED]:
        say(f"  ! {one}")
    return found


def not_in_the_calendar(
    desk: Desk, waiting: Mapping[counting.Document, counting.Wait], nights: int
) -> list[counting.Document]:
    """Documents of one day each that wait, and that the calendar does not show as missing with the person's name."""
    if not waiting:
        return []
    shown = missing(desk, max(one.day for one in waiting), days=nights + 1)
    return [
        document
        for document, wait in waiting.items()
        if document.flow in A_FILE_A_DAY
        and not any(
            one.day == document.day - counting.DAY and document.account in one.why and wait.person in one.why
            for one in shown
        )
    ]


def show(how_many: int, say: Callable[[str], None]) -> int:
    """Play the month in a folder of its own; 0 when all was as promised."""
    with tempfile.TemporaryDirectory() as folder:
        return 0 if month_figures(Path(folder), how_many, say).as_promised else 1


def lines(month: Month, world: World) -> list[str]:
    """The figures, a line each."""
    f, c = month.figures, month.count
    met = counting.faults_met(world)
    for_whom = Counter(wait.person for wait in c.waiting.values())
    taken = {who: sum(n for (_, state, whose), n in month.asked.items() if whose == who and state == "taken")
             for who in sorted({whose for _, _, whose in month.asked})}  # fmt: skip
    late = {who: sum(n for (_, state, whose), n in month.asked.items() if whose == who and state != "taken")
            for who in taken}  # fmt: skip
    kinds = Counter[str]()
    for (kind, _, _), n in month.asked.items():
        kinds[kind] += n
    return [
        f"nights {len(f.nights)} ({f.alone} with nobody to be reached), kill -9: {f.kills}, "
        f"tickets taken over from the dead: {month.taken_over}; "
        f"a night: median {median(f.night_s):.0f} s, {median(f.processor_s):.0f} s of processor; "
        f"all {sum(f.night_s):.0f} s, {sum(f.processor_s):.0f} s of processor",
        f"documents planned {c.planned}, arrived {c.arrived}, waiting {len(c.waiting)} "
        f"({_each(for_whom)}; not named in the calendar {month.unnamed}), neither {len(c.missing)}",
        f"sub-orders to ship {len(f.wanted)}, shipped {counting.shipped(world, f.wanted)}",
        f"faults met {sum(met.values())}: {_each(met)}",
        f"questions asked {sum(month.asked.values())} ({_each(kinds)}), answered ({_each(taken)}), "
        f"not answered ({_each(late)}), messages told {f.told}, effects that a person looked at {month.looked_at}",
        f"twice by the mall's own database: {month.twice}; files that no calendar asked for {month.unplanned}; "
        f"invariants that do not hold {month.findings}",
        f"as promised: {month.as_promised}",
    ]


def _each(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counted.items())) or "none"
