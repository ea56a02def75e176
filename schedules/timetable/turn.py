"""One look at the timetable: plan what has come due, decide, start; and one run from its start to its end.

    look   one transaction: arrivals and slots since the last look become rows, open rows are decided on, starts are
           written down before anything is started
    play   the executor, then how it ended

A process that dies anywhere leaves rows that say exactly that: a second look at the same moment plans nothing twice,
and what was running is taken up again under its own key (`recover`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Protocol

from loguru import logger

from schedules.plan import fill
from schedules.problems import default_lang, explain
from schedules.timetable.book import Page, TimetableBook
from schedules.timetable.deciding import OPEN, Deciding, Decision, Row, State, after, in_words
from schedules.timetable.errors import DaysBackwards, NotBackfilled
from schedules.timetable.model import Arrival, Facts, Job, Planned, Timetable, WorkCalendar
from schedules.timetable.moments import moment_of
from schedules.timetable.planning import LONGEST_GATE, Planning, planned
from storage.database.moments import stamp

MOMENT = timedelta(milliseconds=1)
CLOCK_MAY_BE_WRONG = timedelta(hours=1)
"""A machine's clock that goes back further than this was wrong before: what it planned meanwhile is planned anew."""
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
"""A machine that boots without a battery believes in 1970, or 2000, until it has asked the network."""
LONGEST_MISSED = timedelta(days=366)
"""What was missed longer ago is not made up for: by then it is the clock, or the books, that have been away."""
LONGEST_BACKFILL_DAYS = 366
TIMED_ANEW_AFTER = timedelta(minutes=1)
TOLD = frozenset({"window-closed", "window-closed-paused"})
"""Why a run was dropped though nobody wanted it so: the timetable's own policies are no news, a closed window is."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and what to tell people; `again`: the site failed it, and may be itself again soon.

    `folder` is where its evidence lies, "" for a night, which has many.
    """

    state: Literal["done", "failed", "person"]
    message: str = ""
    again: bool = False
    folder: str = ""


class Control(Protocol):
    """What a run may ask while it goes on."""

    def cancel_asked(self) -> bool:
        """Whether it should end, cleanly, as soon as it can."""


class Executor(Protocol):
    """Something that can do a job: the night, one flow, later a queue. Doing the same key again must be safe."""

    def run(self, job: Job, control: Control) -> Outcome:
        """Do it and say how it ended. What is raised counts as failed."""


class Turn:
    """The timetable at work: whoever keeps the time calls `look`, then `play` for each job."""

    def __init__(
        self,
        book: TimetableBook,
        timetable: Timetable,
        calendar: WorkCalendar,
        executor: Executor,
        now: Callable[[], datetime],
    ) -> None:
        """`now` tells aware moments; nothing is read or written yet."""
        self.book = book
        self.timetable = timetable
        self.calendar = calendar
        self.executor = executor
        self.now = now
        self._timed: Mapping[tuple[str, str], timedelta] = {}
        self._timed_at = datetime.min.replace(tzinfo=UTC)
        self.places = 1_000
        """How many may run at a time."""
        self.unheard: Callable[[Page, Sequence[Row]], None] = lambda *_: None
        """Hears, in the look's transaction, of runs that were dropped and of which nobody would be told otherwise."""

    def arrived(self, arrivals: Sequence[Arrival]) -> int:
        """Note what came from outside; the next look begins its runs. Returns how many are new."""
        with self.book.write("arrived") as page:
            return page.arrived(arrivals)

    def recover(self) -> int:
        """Runs that a process left in the middle begin again, where no queue keeps them; returns how many."""
        with self.book.write("recover") as page:
            cut = [row for row in page.rows(self.now()) if row.state == "running"]
            for row in cut:
                page.change(row.key, state="planned", reason="interrupted")
        return len(cut)

    def look(self) -> list[Job]:
        """Plan, decide and start; what is returned is written down as running and must be played."""
        now = self.now()
        if now < NOT_BEFORE:
            logger.error("clock_is_wrong", now=stamp(now))
            return []
        with self.book.write("look") as page:
            self._plan(page, now)
            return self._decide(page, now)

    def play(self, job: Job) -> Outcome:
        """One job to its end, which is written down."""
        try:
            outcome = self.executor.run(job, self._control(job))
        except Exception as error:  # noqa: BLE001 (one run that fails, however it fails, must not stop the timetable)
            logger.exception("timetable_run_failed", run=job.key)
            shown = explain(error, default_lang())
            outcome = Outcome("failed", f"{shown.message} {shown.hint}".strip())
        with self.book.write("end") as page:
            page.ended(job.key, outcome.state, outcome.message, self.now())
        return outcome

    def look_and_play(self) -> int:
        """Look and play one after the other until nothing is due; returns how many were played."""
        count = 0
        while jobs := self.look():
            for job in jobs:
                self.play(job)
            count += len(jobs)
        return count

    def look_and_play_only(self, keys: Collection[str]) -> dict[str, tuple[str, str]]:
        """Play those runs, however long they wait for one another; state and message of each that has ended.

        Nothing new is planned, and other runs are left to whoever keeps the clock.
        """
        open_keys = set(keys)
        while open_keys:
            now = self.now()
            with self.book.write("look") as page:
                jobs = self._decide(page, now, open_keys)
            if not jobs:
                break
            for job in jobs:
                self.play(job)
            open_keys -= {job.key for job in jobs}
        with self.book.read() as page:
            rows = [page.row(key) for key in sorted(keys)]
        return {
            row.key: (row.state, row.message or in_words(row.reason, row.facts, default_lang())) for row in rows if row
        }

    def wakes_at(self) -> datetime:
        """The next moment at which something may be due, at most an hour from now."""
        now = self.now()
        end = now + timedelta(hours=1)
        with self.book.read() as page:
            rows = page.rows(page.horizon(now))
            facts = replace(page.facts_of(rows), durations=self._durations(page, now))
            pauses = page.pauses()
        soon = [run.slot for run in planned(self.timetable, now, end, self.calendar, facts)]
        soon += [row.due_at for row in rows if row.state in ("planned", "waiting") and row.due_at > now]
        soon += [row.until for row in rows if row.until and row.state in ("planned", "held") and row.until > now]
        soon += [pause.until for pause in pauses if pause.until and pause.until > now]
        return min([end, *soon]) + MOMENT

    def _durations(self, page: Page, now: datetime) -> Mapping[tuple[str, str], timedelta]:
        """How long runs last, read anew each minute: what thousands of them say does not change with the next one."""
        if abs(now - self._timed_at) >= TIMED_ANEW_AFTER:
            self._timed, self._timed_at = page.durations(), now
        return self._timed

    def _plan(self, page: Page, now: datetime) -> None:
        """Everything that came due since the last look becomes rows; the first look begins with now."""
        # One may have come after this look's moment, while it waited for the database, or by a clock that was ahead.
        arrivals = [replace(one, arrived_at=min(one.arrived_at, now)) for one in page.new_arrivals()]
        until = now + MOMENT
        mark = page.mark() or now
        if mark > now + CLOCK_MAY_BE_WRONG:
            logger.warning("clock_was_ahead", until=stamp(mark), forgotten=page.forget_ahead(now))
            mark = now
        if mark < now - LONGEST_MISSED:
            logger.warning("clock_away_for_long", since=stamp(mark), planned_from=stamp(now - LONGEST_MISSED))
            mark = now - LONGEST_MISSED
        start = min([mark, *(one.arrived_at for one in arrivals)])
        facts = Facts(arrivals=arrivals, durations=self._durations(page, now))
        ahead = planned(self.timetable, start, until + LONGEST_GATE, self.calendar, facts)
        fresh = {one.key for one in arrivals}
        runs = [run for run in ahead if run.opens_at < until and (run.slot >= mark or run.key.split("|")[1] in fresh)]
        dated = [_due(run, run.slot) if run.cause == "gate" else run for run in runs]
        page.add([(run, _first_state(run), _facts_of(run)) for run in dated], now)
        if arrivals:
            page.arrivals_planned(arrivals)
        page.set_mark(max(mark, until))

    def _decide(self, page: Page, now: datetime, only: Collection[str] | None = None) -> list[Job]:
        jobs: list[Job] = []
        for _ in self.timetable.entries:
            known = page.rows(page.horizon(now))
            rows = {row.key: row for row in known if row.state in OPEN}
            if only is not None:
                rows = {key: row for key, row in rows.items() if key in only or row.state == "running"}
            planning = Planning(self.timetable, self.calendar, page.facts_of(known))
            decisions = Deciding(planning, list(rows.values()), page.pauses(), now, self.places).decide()
            for decision in decisions:
                row = rows[decision.key]
                page.decided(row, decision, now)
                rows[decision.key] = after(row, decision)
                if decision.state == "running" and not decision.cancel:
                    jobs.append(self._job(row, after(row, decision)))
            if closed := [rows[one.key] for one in decisions if one.state == "dropped" and one.reason in TOLD]:
                self.unheard(page, closed)
            if not any(decision.state == "dropped" for decision in decisions):
                break  # only a dropped run can change what another waits for
        return jobs

    def _job(self, row: Row, started: Row) -> Job:
        entry = self.timetable.entries[row.entry]
        inputs = {name: fill(value, names_for(started)) for name, value in entry.inputs.items()}
        return Job(row.key, row.entry, entry.run, row.account, inputs, row.day, row.attempt + 1,
                   None if row.backfill else row.until)  # fmt: skip

    def job_of(self, row: Row) -> Job:
        """The job of a run that was given out, of an entry that the timetable has."""
        return self._job(replace(row, attempt=row.attempt - 1), row)

    def _control(self, job: Job) -> Control:
        return _Control(self.book, job.key)

    def backfill(self, name: str, first: str, last: str, who: str) -> "Backfilled":
        """The entry's runs of those days: new ones and those that were dropped or failed are due now.

        What is still to come is left to its time: run before, it would have no run when its day comes. Raises
        NotBackfilled for an entry that waits for something from outside, DaysBackwards.
        """
        entry = self.timetable.entries[name]
        begin, until = _days(first, last)
        start, end = (moment_of(day, time(), entry.zone).at for day in (begin, until + timedelta(days=1)))
        root = entry
        while root.chain:
            root = self.timetable.entries[root.chain.entry]
        if root.trigger:
            raise NotBackfilled(name)
        now = self.now()
        wide = timedelta(days=2)
        asked = {"backfill": who}
        with self.book.write("backfill") as page:
            runs = [run for run in planned(self.timetable, start - wide, end + wide, self.calendar)
                    if run.entry == name and begin <= run.day <= until]  # fmt: skip
            known = {run.key: page.row(run.key) for run in runs}
            to_come = [run for run in runs if known[run.key] is None and run.slot > now]
            new = [run for run in runs if known[run.key] is None and run.slot <= now]
            page.add([(_due(run, now), "planned", asked) for run in new], now)
            again = [row for row in known.values() if row and row.state in ("dropped", "failed", "person", "held")]
            for row in again:
                page.decided(row, _anew(row, asked, now), now)
        done = [row.key for row in known.values() if row and row.state == "done"]
        return Backfilled([run.key for run in new], [row.key for row in again], done,
                          len(runs) - len(new) - len(again) - len(done) - len(to_come), len(to_come))  # fmt: skip


@dataclass(frozen=True)
class Backfilled:
    """What a backfill found: keys that are new, that are done again, that were done already, and how many are open.

    `to_come`: how many have their time before them.
    """

    new: Sequence[str]
    again: Sequence[str]
    done: Sequence[str]
    under_way: int
    to_come: int = 0


@dataclass(frozen=True)
class _Control:
    book: TimetableBook
    key: str

    def cancel_asked(self) -> bool:
        """Whether the book says that the run should end."""
        with self.book.read() as page:
            row = page.row(self.key)
        return bool(row and row.facts.get("cancel"))


def cancelled(page: Page, row: Row, who: str, now: datetime) -> State:
    """An open run is to end: one that has not begun is dropped, one that runs is told. Returns its state now."""
    state: State = "running" if row.state == "running" else "dropped"
    facts = {"cancel": "cancelled", "cancelled_by": who}
    page.decided(row, Decision(row.key, state, "cancelled", facts, cancel=True), now)
    return state


def names_for(row: Row) -> dict[str, object]:
    """What an input may ask for: the run's days, what came with its trigger, what its gate had to do without."""
    given = row.facts.get("given")
    first = row.day.replace(day=1)
    return {
        "day": row.day, "night": row.day, "today": row.day, "yesterday": row.day - timedelta(days=1),
        "month": f"{first:%Y-%m}", "last_month": f"{first - timedelta(days=1):%Y-%m}",
        "file": "", "name": "", "sender": "", "subject": "", "payload": "",
        "missing": str(row.facts.get("missing", "")), **(given if isinstance(given, Mapping) else {}),
    }  # fmt: skip


def _first_state(run: Planned) -> State:
    return "waiting" if run.cause in ("chain", "gate") else "planned"


def _facts_of(run: Planned) -> Mapping[str, object]:
    """A chain's run knows whom it waits for: an entry that is renamed meanwhile does not let it go early."""
    return {"parents": list(run.parents)} if run.cause == "chain" else {}


def _due(run: Planned, at: datetime) -> Planned:
    return replace(run, due_at=at)


def _anew(row: Row, asked: Mapping[str, object], now: datetime) -> Decision:
    facts = {**asked, "cancel": "", "before": row.reason or row.state}
    return Decision(row.key, "planned", "", facts, now)


def _days(first: str, last: str) -> tuple[date, date]:
    """The first and the last of the days. Raises DaysBackwards."""
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise DaysBackwards(first, last) from None
    if not begin <= end <= begin + timedelta(days=LONGEST_BACKFILL_DAYS):
        raise DaysBackwards(first, last)
    return begin, end
