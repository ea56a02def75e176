"""A night on three machines in bad weather: `yeban bench machines`.

One clock with its worker and two more workers, each with a home and a browser of its own, share a queue and the books
on PostgreSQL. The practice mall has every fault at 5 %, people answer what they are asked. While a flow is at its
effects, one machine is killed with -9 together with its browser; a later one is cut off from the database. At the end
the mall's own database says what has happened: everything that the books say, and nothing twice.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy import Connection, make_url, select

from bots.practice.faults import FAULTS
from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import World
from schedules.demo import practice_desk
from schedules.desk import Desk
from schedules.inbox.opening import book_at
from schedules.queue import board
from schedules.queue.model import Standing
from schedules.serve.flows import FLOW
from schedules.settings import ROOT
from storage.database.connection import Database, open_database
from storage.database.tables import effect, job
from storage.runs import ENDED
from tests.bench.month import counting
from tests.bench.month.clerk import Clerks
from tests.bench.month.days import CHANCE, LOOKS_EVERY_S, SHANGHAI, Figures, listening, over_within, route
from tests.bench.month.people import PERSON_OF
from tests.bench.month.world import a_day_of_trade, build_month, has_happened
from tests.support.postgres import embedded_server, empty_database
from tests.support.wire import Wire

ENTRY = "夜班"
CLOCK, KILLED, CUT_OFF = "clock", "killed", "cut off"
BEGINS_IN = timedelta(seconds=75)
"""A timetable that is new plans nothing into the past; its times are whole minutes."""
LONGEST_S = 1_500.0
GOES_WITHIN_S = 60.0
DONE = {"done", "found_done"}
PLAN = Path(__file__).parent / "month" / "plan.yaml"


@dataclass
class Found:
    """What came of the night."""

    seconds: float
    killed: list[str]
    cut: list[str]
    taken_over: int
    stages: Counter[str] = field(default_factory=Counter)
    unended: list[str] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    untrue: list[str] = field(default_factory=list)
    twice: Mapping[str, int] = field(default_factory=dict)
    findings: list[object] = field(default_factory=list)
    answered: int = 0

    @property
    def as_promised(self) -> bool:
        """Two machines went away in the middle of flows; every job has an end, the books hold, nothing is claimed that
        did not happen, and nothing was done twice."""
        wrong = self.unended or self.untrue or any(self.twice.values()) or self.findings
        return bool(self.killed and self.cut and self.taken_over and self.effects) and not wrong


def show(say: Callable[[str], None]) -> int:
    """Play the night in a folder of its own; 0 when all was as promised."""
    with tempfile.TemporaryDirectory() as folder:
        found = play(Path(folder), say)
    for line in lines(found):
        say(line)
    return 0 if found.as_promised else 1


def lines(found: Found) -> list[str]:
    """The figures, a line each."""
    return [
        f"the night took {found.seconds:.0f} s; tickets taken over from machines that went: {found.taken_over}; "
        f"questions answered by people: {found.answered}",
        f"killed while it played {', '.join(found.killed) or 'nothing'}; "
        f"cut off while it played {', '.join(found.cut) or 'nothing'}",
        f"jobs by end: {dict(found.stages)}; without one: {found.unended or 0}",
        f"effects by end: {dict(found.effects)}; said to be done, and the mall does not have them: {found.untrue or 0}",
        f"twice by the mall's own database: {dict(found.twice)}; invariants that do not hold: {found.findings or 0}",
        f"as promised: {found.as_promised}",
    ]


def play(folder: Path, say: Callable[[str], None]) -> Found:
    """The night from its planning to its end. Raises AssertionError when it never ends."""
    at = datetime.now(SHANGHAI) + BEGINS_IN
    world_path = folder / "mall" / WORLD_FILE
    build_month(world_path, at.date(), 1)
    world = World.open(world_path)
    a_day_of_trade(world, at.date() - timedelta(days=1))
    with ExitStack() as stack:
        url = stack.enter_context(empty_database(stack.enter_context(embedded_server())))
        faults = dict.fromkeys(FAULTS, CHANCE)
        mall = stack.enter_context(Mall.start(world_path.parent, faults=faults, export_delay_s=0.3))
        (folder / CLOCK).mkdir()
        desk, _ = stack.enter_context(practice_desk(folder / CLOCK, world_path, mall.url, url))
        desk.vault.put("notify:desk", url=stack.enter_context(listening(Figures())))
        homes = {name: folder / name for name in (CLOCK, KILLED, CUT_OFF)}
        furnish(homes, mall.url, at)
        clerks = stack.enter_context(Clerks(book_at(desk), mall, ()))
        wire, through = wire_to(url, folder)
        stack.callback(wire.cut)
        urls = {CLOCK: url, KILLED: url, CUT_OFF: through}
        database = open_database(url)
        stack.callback(database.close)
        machines = stack.enter_context(begun(homes, urls))
        begun_s = time.monotonic()
        killed, cut = weather(database, machines, wire, say)
        found = Found(time.monotonic() - begun_s, killed, cut, 0)
        return counted(found, desk, world, sum(clerks.answered.values()))


def furnish(homes: Mapping[str, Path], mall: str, at: datetime) -> None:
    """The clock's home gets settings, plan and timetable, and the others are copies of it: the same vault, the same
    accounts, the same queue."""
    first = homes[CLOCK]
    settings = yaml.safe_load((first / "settings.yaml").read_text("utf-8"))
    for name, account in settings["accounts"].items():
        account |= {"base_url": mall, "person": PERSON_OF[name]}
    settings["queue"] = "postgresql"
    (first / "settings.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    shutil.copy(PLAN, first / PLAN.name)
    entry = {"run": PLAN.name, "every": "每天", "at": f"{at:%H:%M}"}
    timetable = {"title": "三台机器", "timezone": "Asia/Shanghai", "entries": {ENTRY: entry}}
    (first / "timetable.yaml").write_text(json.dumps(timetable, ensure_ascii=False), "utf-8")
    route(first, reachable=True)
    for name in (KILLED, CUT_OFF):
        shutil.copytree(first, homes[name])


def wire_to(url: str, folder: Path) -> tuple[Wire, str]:
    """A way to the database that can be cut, and the address of its near end."""
    where = make_url(url)
    near = Path(tempfile.mkdtemp(dir=folder))
    wire = Wire(Path(str(where.query["host"])) / ".s.PGSQL.5432", near)
    return wire, where.set(query={**where.query, "host": str(near)}).render_as_string(hide_password=False)


@contextmanager
def begun(homes: Mapping[str, Path], urls: Mapping[str, str]) -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    """`yeban serve` on the first machine, `yeban worker` on the others; none is left at the end."""
    machines: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, home in homes.items():
            words = ("serve", "--port", "0") if name == CLOCK else ("worker",)
            environment = {**os.environ, "YEBAN_HOME": str(home), "YEBAN_DATABASE": urls[name], "YEBAN_WARM": "0"}
            with (home / "said.log").open("wb") as log:
                machines[name] = subprocess.Popen(
                    [sys.executable, "-m", "schedules.cli", *words], cwd=ROOT, env=environment, stdout=log, stderr=log,
                    start_new_session=True,  # its browser goes with it
                )  # fmt: skip
        yield machines
    finally:
        for machine in machines.values():
            machine.terminate()
        for machine in machines.values():
            with suppress(subprocess.TimeoutExpired):
                machine.wait(GOES_WITHIN_S)
            with suppress(ProcessLookupError):
                os.killpg(machine.pid, signal.SIGKILL)
            machine.wait()


def weather(
    database: Database, machines: Mapping[str, "subprocess.Popen[bytes]"], wire: Wire, say: Callable[[str], None]
) -> tuple[list[str], list[str]]:
    """What the one machine played when it was killed, and the other when it was cut off; returns when all has ended."""
    killed: list[str] = []
    cut: list[str] = []
    told, end_s = "", time.monotonic() + LONGEST_S
    while time.monotonic() < end_s and not over_within(machines[CLOCK], LOOKS_EVERY_S):
        with database.read() as connection:
            standings = board.standings(connection)
            busy = at_effects(connection)
        if not killed:
            if killed := of(standings, machines[KILLED].pid, busy):
                os.killpg(machines[KILLED].pid, signal.SIGKILL)
        elif not cut and (cut := of(standings, machines[CUT_OFF].pid, busy)):
            wire.cut()
        if (now := state_of(standings)) != told:
            say(told := now)
        if standings and all(one.state == "ended" for one in standings):
            return killed, cut
    raise AssertionError("the night never ends, or its clock has")


def at_effects(connection: Connection) -> dict[str, str]:
    """Job key → flow and account, of the jobs whose runs have begun to change something outside."""
    touched = select(effect.c.run_id).distinct()
    found = connection.execute(select(job.c.job_key, job.c.flow, job.c.account).where(job.c.run_id.in_(touched)))
    return {key: f"{flow} {account}" for key, flow, account in found}


def of(standings: Sequence[Standing], pid: int, busy: Mapping[str, str]) -> list[str]:
    """Which of the busy jobs the worker of that process holds."""
    held = [one.ticket.key for one in standings
            if (one.ticket.kind, one.state) == (FLOW, "leased") and one.worker.endswith(f"-{pid}")]  # fmt: skip
    return sorted(words for key, words in busy.items() if any(f"/{key}#" in ticket for ticket in held))


def state_of(standings: Sequence[Standing]) -> str:
    """How many flows wait, are played and have ended, by their end."""
    told = Counter(one.outcome or one.state for one in standings if one.ticket.kind == FLOW)
    return ", ".join(f"{name} {many}" for name, many in sorted(told.items()))


def counted(found: Found, desk: Desk, world: World, answered: int) -> Found:
    """With everything that the books and the mall say at the end."""
    with desk.database.read() as connection:
        found.taken_over = counting.taken_over(connection)
        found.findings = counting.findings(connection)
        for flow, account, stage in connection.execute(select(job.c.flow, job.c.account, job.c.stage)):
            found.stages[stage] += 1
            if stage not in ENDED:
                found.unended.append(f"{flow} {account}")
        for label, state in connection.execute(select(effect.c.label, effect.c.state)):
            found.effects[state] += 1
            if state in DONE and not has_happened(world, label):
                found.untrue.append(label)
    found.twice, found.answered = counting.twice(world), answered
    return found
