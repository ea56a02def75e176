"""Day after day: the mall goes on trading, a life is begun, killed in its night, begun again."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.practice.faults import FAULTS
from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import World
from schedules.demo import practice_desk
from schedules.inbox.opening import book_at
from schedules.settings import ROOT
from tests.bench.month import clerk
from tests.bench.month.life import Life
from tests.bench.month.world import a_day_of_trade, build_month

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_NIGHT = date(2026, 9, 28)
"""Thirty nights from here hold National Day, its make-up Saturday, and the night when Europe's clocks go back."""
CHANCE = 0.05
NOBODY_EVERY = 5
"""Every so many nights nobody is on duty."""
LONGEST_S = 1_800
MOST_DONE = 28
"""A night is killed after at most so many of its thirty jobs: none, one, … so that each part of it is met."""
LOOKS_EVERY_S = 0.2
A_MOMENT_S = 3.0
"""Up to so long into the job that comes next."""
NOON = 12
HERE = Path(__file__).parent
CHANNEL = {"kind": "webhook", "per_minute": 600}


class NeverEnds(AssertionError):
    """A life ended in another way than by the kill or at its end."""


@dataclass
class Figures:
    """What the month took and met."""

    nights: list[date] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)
    kills: int = 0
    answered: int = 0
    told: int = 0
    alone: int = 0
    processor_s: list[float] = field(default_factory=list)
    night_s: list[float] = field(default_factory=list)


@contextmanager
def month(home: Path, days: int) -> Iterator[tuple[Mall, World]]:
    """The mall of the month, open; what the desk needs lies in `home`."""
    world_path = home / "mall" / WORLD_FILE
    if not world_path.exists():
        build_month(world_path, FIRST_NIGHT, days)
    for name in ("plan.yaml", "timetable.yaml"):
        (home / name).write_text((HERE / name).read_text("utf-8"), "utf-8")
    faults = dict.fromkeys(FAULTS, CHANCE)
    with Mall.start(world_path.parent, faults=faults, export_delay_s=0.0) as mall:
        yield mall, World.open(world_path)


def play(home: Path, days: int, say: Callable[[str], None]) -> Figures:
    """Every day of the month; each says a line. Ctrl-C or SIGTERM ends it, with the figures of the days until then."""
    for asked in (signal.SIGINT, signal.SIGTERM):  # a shell starts what is in the background deaf to Ctrl-C
        signal.signal(asked, signal.default_int_handler)
    figures, rng = Figures(), random.Random(days)
    world_path = home / "mall" / WORLD_FILE
    with ExitStack() as stack:
        mall, world = stack.enter_context(month(home, days))
        desk, _ = stack.enter_context(practice_desk(home, world_path, mall.url))
        address = stack.enter_context(listening(figures))
        desk.vault.put("notify:desk", url=address)
        book = book_at(desk)
        stack.enter_context(suppress(KeyboardInterrupt))  # what was played until then is told
        for number in range(days):
            night = FIRST_NIGHT + timedelta(days=number)
            new = a_day_of_trade(world, night - timedelta(days=1))
            on_duty = clerk.NAME if (number + 1) % NOBODY_EVERY else ""
            figures.alone += not on_duty
            route(home, bool(on_duty))
            begun_s, begun_cpu = time.monotonic(), children_s()
            with ExitStack() as day:
                if on_duty:
                    person = day.enter_context(clerk.Clerk(book, mall))
                one_day(Life(str(home), str(world_path), mall.url, *span(night), on_duty), figures, rng)
            figures.nights.append(night)
            figures.wanted |= set(new)
            figures.answered += person.answered if on_duty else 0
            figures.night_s.append(time.monotonic() - begun_s)
            figures.processor_s.append(children_s() - begun_cpu)
            say(f"{night} {on_duty or '-'} {figures.night_s[-1]:.0f} s, {figures.processor_s[-1]:.0f} s of processor, "
                f"{figures.kills} kills")  # fmt: skip
    return figures


def one_day(what: Life, figures: Figures, rng: random.Random) -> None:
    """One life that is killed somewhere in its night, and one that goes on from there."""
    process = begun(what)
    try:
        if comes_to(process, what, rng.randrange(MOST_DONE)):
            over_within(process, rng.uniform(0, A_MOMENT_S))
            process.send_signal(signal.SIGKILL)
        if process.wait(LONGEST_S) == -signal.SIGKILL:
            figures.kills += 1
            process = begun(what)
        code = process.wait(LONGEST_S)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if code:
        raise NeverEnds(f"{what.since}: ended with {code}; see {what.home}/life.log")


def comes_to(process: "subprocess.Popen[bytes]", what: Life, many: int) -> bool:
    """Whether the night has come so far that so many jobs are done; False when the life is over before."""
    night = what.until[:10]
    query = "SELECT COUNT(*), SUM(stage IN ('done', 'failed', 'person')) FROM job WHERE night = ?"
    while not over_within(process, LOOKS_EVERY_S):
        with closing(sqlite3.connect(Path(what.home) / "yeban.db", timeout=60)) as connection:
            planned, ended = connection.execute(query, (night,)).fetchone()
        if planned and (ended or 0) >= many:
            return True
    return False


def over_within(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether the process has ended when so many seconds are over."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.poll() is not None


def begun(what: Life) -> "subprocess.Popen[bytes]":
    """A process that lives this; what it says goes to life.log."""
    with (Path(what.home) / "life.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.bench.month.life", what.told()], cwd=ROOT, stdout=log, stderr=log
        )


def span(night: date) -> tuple[str, str]:
    """From the noon before the night to the noon after it."""
    until = datetime(night.year, night.month, night.day, NOON, tzinfo=SHANGHAI)
    return (until - timedelta(days=1)).isoformat(), until.isoformat()


def route(home: Path, reachable: bool) -> None:
    """notify.yaml: people hear of questions, or nobody does."""
    routes = {"digest": ["desk"], "incident": ["desk"], **({"question": ["desk"]} if reachable else {})}
    (home / "notify.yaml").write_text(json.dumps({"channels": {"desk": CHANNEL}, "routes": routes}), "utf-8")


@contextmanager
def listening(figures: Figures) -> Iterator[str]:
    """Where messages arrive: an address that takes every one and counts it."""

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Taken."""
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            figures.told += 1
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()


def children_s() -> float:
    """Processor seconds of the lives that have ended, with their browsers."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
