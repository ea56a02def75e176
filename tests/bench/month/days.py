"""Day after day: the mall goes on trading, a life is begun, killed in its night, begun again."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from bots.practice.faults import FAULTS
from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import World
from schedules.desk import Desk
from schedules.inbox.opening import book_at
from schedules.settings import ROOT
from tests.bench.month import people
from tests.bench.month.clerk import Clerks
from tests.bench.month.life import Life, month_desk
from tests.bench.month.people import FIRST_NIGHT
from tests.bench.month.world import a_day_of_trade, build_month, new_password, password_of, sessions_over

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHANCE = 0.05
ON_DUTY = "王敏"
LONGEST_S = 1_800
MOST_DONE = 28
"""A night is killed after at most so many of its thirty jobs: none, one, … so that each part of it is met."""
LOOKS_EVERY_S = 0.5
A_MOMENT_S = 3.0
"""Up to so long into the job that comes next."""
NOON = 12
HERE = Path(__file__).parent
KEPT = "month.json"
CHANNEL = {"kind": "webhook", "per_minute": 600}


class NeverEnds(AssertionError):
    """A life ended in another way than by the kill or at its end."""


@dataclass
class Figures:
    """What the month took and met. `traded`: for how many nights the mall has had its new orders."""

    nights: list[date] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)
    traded: int = 0
    kills: int = 0
    answered: Counter[str] = field(default_factory=Counter)
    told: int = 0
    alone: int = 0
    processor_s: list[float] = field(default_factory=list)
    night_s: list[float] = field(default_factory=list)

    def keep(self, path: Path) -> None:
        """They stand in that file, from which a month that was ended goes on."""
        told = {**vars(self), "nights": [night.isoformat() for night in self.nights], "wanted": sorted(self.wanted)}
        path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")

    @classmethod
    def kept(cls, path: Path) -> Self:
        """As they stood there; none where there is no such file."""
        if not path.exists():
            return cls()
        told = json.loads(path.read_text("utf-8"))
        nights = [date.fromisoformat(night) for night in told["nights"]]
        return cls(**{**told, "nights": nights, "wanted": set(told["wanted"]), "answered": Counter(told["answered"])})


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
    """Every day of the month that was not played before; each says a line.

    Ctrl-C or SIGTERM ends it, with the figures of the days until then.
    """
    for asked in (signal.SIGINT, signal.SIGTERM):  # a shell starts what is in the background deaf to Ctrl-C
        signal.signal(asked, signal.default_int_handler)
    figures = Figures.kept(home / KEPT)
    world_path = home / "mall" / WORLD_FILE
    with ExitStack() as stack:
        mall, world = stack.enter_context(month(home, days))
        desk = stack.enter_context(month_desk(home, world_path, mall.url))
        desk.vault.put("notify:desk", url=stack.enter_context(listening(figures)))
        stack.enter_context(suppress(KeyboardInterrupt))  # what was played until then is told
        for number in range(len(figures.nights), days):
            play_day(Setting(home, mall, world, desk), number, days, figures)
            say(line_of(figures))
    return figures


@dataclass(frozen=True)
class Setting:
    """Where the month is played."""

    home: Path
    mall: Mall
    world: World
    desk: Desk


def play_day(at: Setting, number: int, days: int, figures: Figures) -> None:
    """The day before the night of that number, the night and the morning after it."""
    night = FIRST_NIGHT + timedelta(days=number)
    if figures.traded == number:
        figures.wanted |= set(a_day_of_trade(at.world, night - timedelta(days=1)))
        figures.traded += 1
        figures.keep(at.home / KEPT)
    locked = people.locked_out(number, days)
    sessions_over(at.world, locked | people.signs_in_anew(number))
    set_passwords(at, locked)
    away, alone = people.away(number, days), people.nobody_reachable(number)
    figures.alone += alone
    route(at.home, not alone)
    begun_s, begun_cpu = time.monotonic(), children_s()
    who = "" if alone else ON_DUTY
    life = Life(str(at.home), str(at.home / "mall" / WORLD_FILE), at.mall.url, *span(night), who, tuple(sorted(away)),
                tuple(sorted(locked)))  # fmt: skip
    with Clerks(book_at(at.desk), at.mall, away) as clerks:
        one_day(life, figures, random.Random(f"{days} {number}"))
    figures.nights.append(night)
    figures.answered += clerks.answered
    figures.night_s.append(time.monotonic() - begun_s)
    figures.processor_s.append(children_s() - begun_cpu)
    figures.keep(at.home / KEPT)


def set_passwords(at: Setting, locked: Collection[str]) -> None:
    """The site wants a new password of those that are locked out; of the others the desk knows it (again)."""
    for account in sorted(people.PERSON_OF):
        password = password_of(at.world, account)
        known = at.desk.vault.get(account, "password") == password
        if known and account in locked:
            new_password(at.world, account)
        elif not known and account not in locked:
            at.desk.vault.put(account, password=password)


def line_of(figures: Figures) -> str:
    """The day that was played last, in a line."""
    return (f"{figures.nights[-1]} {figures.night_s[-1]:.0f} s, {figures.processor_s[-1]:.0f} s of processor, "
            f"{figures.kills} kills, answered {sum(figures.answered.values())}")  # fmt: skip


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
