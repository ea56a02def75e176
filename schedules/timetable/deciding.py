"""What becomes of open runs now: started, dropped with a reason, put off. Equal rows and moments, equal answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from schedules.timetable.model import Cause, Entry, Gate, Timetable
from schedules.timetable.planning import ENDED, ENDED_WELL, Planning, gate_window, is_from_outside

GRACE = timedelta(minutes=5)
"""A run that is noticed no later than this was on time."""

REASONS = {
    "account-busy": ("等账号空出来", "waits for its account"),
    "again": ("网站没让它做成，过一会再做一次", "the site failed it; it is done once more soon"),
    "cancelled": ("被取消", "cancelled"),
    "entry-changed": ("时间表改过，已经没有这一次", "the timetable was changed and has no such run any more"),
    "entry-gone": ("时间表里已经没有这一项", "the timetable has no such entry any more"),
    "gate-open": ("到点开门，没等到：{missing}", "opened at its time, without: {missing}"),
    "interrupted": ("运行到一半程序停了，接着做", "the program stopped in the middle; it goes on"),
    "missed-none": ("夜班没开着的时候错过了，按设置不补", "missed while Yeban was off; it is not made up for, as set"),
    "missed-not-last": ("错过了多次，按设置只补最后一次", "missed several times; only the last is made up for, as set"),
    "no-place": ("等别的做完", "waits for others to end"),
    "overlap": ("上一次还没做完，按设置跳过", "the one before was not finished; skipped, as set"),
    "parent-failed": ("前面的「{parent}」没有成功", "{parent} before it did not succeed"),
    "parent-missed": ("前面的「{parent}」错过了", "{parent} before it was missed"),
    "paused": ("暂停中（{who}）：{why}", "paused by {who}: {why}"),
    "paused-missed": ("暂停时错过了，按设置不补", "missed while paused; it is not made up for, as set"),
    "queued": ("排在上一次后面", "waits for the one before it"),
    "replaced": ("换成了更新的一次", "a newer one took its place"),
    "window-closed": ("过了截止的 {until}", "its window closed at {until}"),
    "window-closed-paused": ("暂停期间过了截止的 {until}", "its window closed at {until}, while it was paused"),
}
"""Why a run was dropped or waits, as people read it; facts in braces."""

State = Literal["planned", "waiting", "held", "running", "done", "failed", "person", "dropped"]
OPEN = ("planned", "waiting", "held", "running")


@dataclass(frozen=True)
class Row:
    """A run as the book has it."""

    key: str
    entry: str
    account: str
    cause: Cause
    day: date
    slot: datetime
    due_at: datetime
    until: datetime | None
    state: State
    recorded_at: datetime
    reason: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    message: str = ""
    attempt: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def backfill(self) -> bool:
        """Whether a person asked for it: windows and missed-run policies are not for it."""
        return bool(self.facts.get("backfill"))


@dataclass(frozen=True)
class Pause:
    """Nothing starts of an entry, for an account, or at all."""

    scope: Literal["all", "entry", "account"]
    name: str
    who: str
    why: str
    since: datetime
    until: datetime | None

    def covers(self, entry: Entry, account: str) -> bool:
        """Whether a run of this entry for this account is kept back."""
        if self.scope == "entry":
            return self.name == entry.name
        return self.scope == "all" or self.name in entry.busy(account)


@dataclass(frozen=True)
class Decision:
    """A run's new state and why; `cancel` asks one that runs to end."""

    key: str
    state: State
    reason: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    due_at: datetime | None = None
    cancel: bool = False


class Deciding:
    """One look at all open runs. `planning` knows the timetable and what has happened."""

    def __init__(self, planning: Planning, rows: Sequence[Row], pauses: Sequence[Pause], now: datetime,
                 places: int = 1_000) -> None:  # fmt: skip
        """At most `places` run at a time. Nothing is decided yet."""
        self.planning = planning
        self.timetable: Timetable = planning.timetable
        self.rows = sorted(rows, key=lambda row: (row.due_at, row.slot, row.key))
        self.pauses = [pause for pause in pauses if pause.until is None or pause.until > now]
        self.now = now
        self.places = places
        self._resumed: set[str] = set()

    def decide(self) -> list[Decision]:
        """What changes, in order. What does not change is not mentioned."""
        decisions: list[Decision] = []
        ready: list[Row] = []
        for row in self.rows:
            if row.state == "running":
                continue
            decision = self._comes_due(row)
            if decision and (decision.state, decision.reason) != (row.state, row.reason):
                decisions.append(decision)
            if decision:
                row = after(row, decision)
            if row.state == "planned" and row.due_at <= self.now:
                ready.append(row)
        ready, dropped = self._missed(ready)
        return [*decisions, *dropped, *self._start(ready)]

    def _comes_due(self, row: Row) -> Decision | None:
        """What a run that has not started is to be now: dropped, held, waiting, planned."""
        entry = self.timetable.entries.get(row.entry)
        if entry is None:
            return Decision(row.key, "dropped", "entry-gone")
        if row.account not in entry.accounts or (row.state == "waiting" and not self._still_waits(row, entry)):
            return Decision(row.key, "dropped", "entry-changed")
        if row.state == "waiting":
            found = self._chained(row, entry) if entry.chain else self._gated(row, entry)
            if found is None or found.state == "dropped":
                return found
            return self._kept_back(after(row, found), entry) or found
        return self._kept_back(row, entry)

    def _kept_back(self, row: Row, entry: Entry) -> Decision | None:
        """A run that is due: its window may have closed, or somebody paused it."""
        if row.due_at > self.now:
            return None
        pause = next((pause for pause in self.pauses if pause.covers(entry, row.account)), None)
        if row.until and row.until <= self.now and not row.backfill:
            return window_closed(row, entry.zone, paused=row.state == "held" or pause is not None)
        if pause:
            return Decision(row.key, "held", "paused", {"who": pause.who, "why": pause.why, **row.facts})
        if row.state == "held":
            self._resumed.add(row.key)
            return Decision(row.key, "planned")
        return None

    def _still_waits(self, row: Row, entry: Entry) -> bool:
        """Whether the entry, as it is now, still has this run: a chain's as long as it is chained, a gate's one a day.

        A gate whose time was moved has another run that day: what has opened stands, else the one of the new time.
        """
        if entry.chain or row.cause == "chain":
            return bool(entry.chain) and row.cause == "chain"
        if entry.gate is None:
            return False
        day, _, when = row.key.split("|")[1].partition("T")
        begins, ends = f"{entry.name}|{day}T", f"|{row.account}"
        runs = self.planning.facts.runs
        others = {key: one.state for key, one in runs.items()
                  if key != row.key and key.startswith(begins) and key.endswith(ends)}  # fmt: skip
        if any(state not in ("waiting", "dropped") for state in others.values()):
            return False
        return when == f"{entry.gate.or_at:%H:%M}" or "waiting" not in others.values()

    def _chained(self, row: Row, entry: Entry) -> Decision | None:
        """A chain's run, once all runs before it have ended: those that it was written down with."""
        if entry.chain is None or entry.chain.entry not in self.timetable.entries:
            return Decision(row.key, "dropped", "entry-gone")
        parent = self.timetable.entries[entry.chain.entry]
        past = [one for key in self._parents(row, parent) if (one := self.planning.facts.runs.get(key))]
        past = [one for one in past if one.reason != "entry-changed"]
        if not past:
            return Decision(row.key, "dropped", "entry-changed")
        states = [one.state for one in past]
        if any(state not in ENDED for state in states):
            return None
        reasons = {one.reason for one in past if one.state == "dropped"}
        told = {"parent": parent.name}
        if reasons and all(state == "dropped" for state in states) and reasons <= MISSED:
            return Decision(row.key, "dropped", "parent-missed", told)
        if entry.chain.even_if_failed or all(state in ENDED_WELL for state in states):
            return Decision(row.key, "planned", "", {}, self.now)
        return Decision(row.key, "dropped", "parent-failed", told)

    def _parents(self, row: Row, parent: Entry) -> Sequence[str]:
        """The keys of the runs before it, whatever their entry is called by now."""
        kept = row.facts.get("parents")
        if isinstance(kept, list):
            return [str(key) for key in kept]
        when = row.key.split("|")[1]
        return ["|".join((parent.name, when, account)) for account in parent.accounts]

    def _gated(self, row: Row, entry: Entry) -> Decision | None:
        """A gate's run, once all have arrived or its time has come; on a day on which none is awaited, at its time.

        It would open as its window does else, which may be the day before: for a day that is not over.
        """
        assert entry.gate is not None
        gate = entry.gate
        opens, deadline = gate_window(gate, entry.zone, row.day)
        missing = [name for name in gate.entries if not self._arrived(name, opens, deadline)]
        if not missing and (self.now >= deadline or self._awaits_any(gate, opens, deadline)):
            return Decision(row.key, "planned", "", {}, min(self.now, deadline))
        if self.now < deadline:
            return None
        return Decision(row.key, "planned", "gate-open", {"missing": "、".join(missing)}, deadline)

    def _awaits_any(self, gate: Gate, since: datetime, until: datetime) -> bool:
        sources = [self.timetable.entries[name] for name in gate.entries]
        return any(self.planning.of_entry(source, since, until) for source in sources)

    def _arrived(self, name: str, since: datetime, until: datetime) -> bool:
        entry = self.timetable.entries[name]
        runs = self.planning.of_entry(entry, since, until)
        past = [self.planning.facts.runs.get(run.key) for run in runs]
        if not runs:
            return not is_from_outside(self.timetable, entry)
        return all(one is not None and one.state in ENDED_WELL for one in past)

    def _missed(self, ready: list[Row]) -> tuple[list[Row], list[Decision]]:
        """Runs that nobody could start in time, by their entry's policy: all, the last one, none."""
        latest: dict[tuple[str, str], str] = {}
        for row in ready:
            if self._was_missed(row):
                latest[row.entry, row.account] = row.key
        kept, dropped = [], []
        for row in ready:
            policy = self.timetable.entries[row.entry].missed
            if not self._was_missed(row) or policy == "all":
                kept.append(row)
            elif policy == "none":
                reason = "paused-missed" if row.key in self._resumed else "missed-none"
                dropped.append(Decision(row.key, "dropped", reason))
            elif latest[row.entry, row.account] != row.key:
                dropped.append(Decision(row.key, "dropped", "missed-not-last"))
            else:
                kept.append(row)
        return kept, dropped

    def _was_missed(self, row: Row) -> bool:
        """Whether it was noticed late, or was held beyond its time; one that began once is never missed."""
        if row.backfill or row.attempt or row.cause == "chain":
            return False
        noticed_at = self.now if row.key in self._resumed else row.recorded_at
        return noticed_at - row.due_at > GRACE

    def _start(self, ready: list[Row]) -> Iterator[Decision]:
        """Runs that begin now: one at a time of an entry for an account, one at a time that uses an account."""
        running = {(row.entry, row.account): row for row in self.rows if row.state == "running"}
        busy = {name for row in running.values() for name in self._busy(row)}
        newest = {(row.entry, row.account): row.key for row in ready if not (row.backfill or self._was_missed(row))}
        asked: set[str] = set()
        for row in ready:
            mine = (row.entry, row.account)
            made_up = row.backfill or self._was_missed(row)
            overlap = "queue" if made_up else self.timetable.entries[row.entry].overlap
            before = running.get(mine)
            if overlap == "replace" and newest[mine] != row.key:
                yield Decision(row.key, "dropped", "replaced")
            elif before and overlap == "skip":
                yield Decision(row.key, "dropped", "overlap")
            elif before or busy & set(self._busy(row)):
                if before and overlap == "replace" and before.key not in asked and not before.facts.get("cancel"):
                    asked.add(before.key)
                    yield Decision(before.key, "running", "", {"cancel": "replaced"}, cancel=True)
                reason = "queued" if before else "account-busy"
                if row.reason != reason:
                    yield Decision(row.key, "planned", reason)
            elif len(running) >= self.places:
                if row.reason != "no-place":
                    yield Decision(row.key, "planned", "no-place")
            else:
                running[mine] = row
                busy |= set(self._busy(row))
                yield Decision(row.key, "running", "gate-open" if row.facts.get("missing") else "")

    def _busy(self, row: Row) -> tuple[str, ...]:
        entry = self.timetable.entries.get(row.entry)
        return entry.busy(row.account) if entry else (row.account,) if row.account else ()


def window_closed(row: Row, zone: tzinfo, *, paused: bool = False) -> Decision:
    """The run has a window, and it has closed before anybody could begin."""
    assert row.until is not None
    reason = "window-closed-paused" if paused else "window-closed"
    return Decision(row.key, "dropped", reason, {"until": f"{row.until.astimezone(zone):%m-%d %H:%M}"})


def after(row: Row, decision: Decision) -> Row:
    """The row once the decision is written down."""
    facts = {**row.facts, **decision.facts}
    due_at = decision.due_at or row.due_at
    return replace(row, state=decision.state, reason=decision.reason, facts=facts, due_at=due_at)


MISSED = frozenset({"missed-none", "missed-not-last", "parent-missed", "paused-missed"})


def in_words(reason: str, facts: Mapping[str, object], lang: Literal["zh", "en"]) -> str:
    """A reason's sentence with its facts; "" for none."""
    if reason not in REASONS:
        return reason
    zh, en = REASONS[reason]
    return (en if lang == "en" else zh).format_map(_Facts(facts))


class _Facts(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "?"
