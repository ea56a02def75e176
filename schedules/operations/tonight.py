"""What would fail tonight: the timetable is walked as it will run, and everything it needs is looked for now.

timetable (or a night's plan) ─► flows and accounts of the coming day ─► files, secrets, sessions, people, room, clocks
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from schedules.desk import Desk
from schedules.operations.checked import SessionHealth, last_checked
from schedules.operations.checked import said as session_words
from schedules.operations.concern import Concern, of_error
from schedules.operations.health import STALE_S, pulse_of
from schedules.operations.looking import Needs, needs_of
from schedules.plan import LOOK_BACK, Known, NightPlan, jobs_of, load_plan
from schedules.problems import DeskError
from schedules.queue import board
from schedules.settings import SHANGHAI
from schedules.shelf import FLOWS, SELECTORS, flow_names, load_flow, read_site
from schedules.timetable.lock import clock_runs
from schedules.timetable.model import Entry, Trigger
from schedules.timetable.opening import SHIPPED, Opened, open_timetable, plan_path
from schedules.timetable.planning import planned

AHEAD = timedelta(hours=24)
CALENDAR_AHEAD = timedelta(days=30)
"""So long before the holidays' end it is said."""
LOOKED_LATELY = timedelta(hours=24)


@dataclass
class Tonight:
    """What the coming day will run: flows with their accounts, and what was found wrong on the way there."""

    desk: Desk
    now: datetime
    flows: dict[str, set[str]] = field(default_factory=dict)
    concerns: list[Concern] = field(default_factory=list)

    @property
    def accounts(self) -> list[str]:
        """Everyone who will be signed in."""
        return sorted({name for its in self.flows.values() for name in its})

    def add(self, flow: str, account: str) -> None:
        """The flow will run for the account."""
        self.flows.setdefault(flow, set()).add(account)


Look = Callable[[Tonight], list[Concern]]


def tonight(desk: Desk, now: datetime, plan: Path | None = None, looks: Sequence[Look] = ()) -> list[Concern]:
    """Every concern for the coming day, sure failures first; [] when nothing is known against it.

    `plan`: this night's plan instead of the timetable. `looks`: what else is looked at (machine, people, clocks).
    """
    about = Tonight(desk, now)
    if plan is not None:
        _walk_plan(about, plan)
    else:
        _walk_timetable(about)
    for look in (flow_concerns, account_concerns, tag_concerns, *looks):
        about.concerns += look(about)
    return sorted(dict.fromkeys(about.concerns), key=lambda one: not one.sure)


def _walk_timetable(about: Tonight) -> None:
    settings = about.desk.settings
    try:
        opened = open_timetable(settings, closely=True)
    except DeskError as error:
        about.concerns.append(of_error(str(getattr(error, "path", "") or settings.home / "timetable.yaml"), error))
        return
    if opened.path.parent == SHIPPED:
        about.concerns.append(_no_timetable(settings.home))
        return
    runs = planned(opened.timetable, about.now, about.now + AHEAD, opened.calendar)
    entries = opened.timetable.entries
    triggered = [name for name, entry in entries.items() if entry.trigger]
    for name in dict.fromkeys([*(run.entry for run in runs), *triggered]):
        _walk_entry(about, opened, entries[name])
    today = about.now.astimezone(SHANGHAI).date()
    if ends := opened.calendar_ends(today, today + CALENDAR_AHEAD):
        about.concerns.append(of_error(str(opened.holidays), ends, sure=False))
    if (runs or triggered) and not _clock_goes(about):
        about.concerns.append(_no_clock(opened.path))


def _clock_goes(about: Tonight) -> bool:
    """Whether somebody keeps the clock: here, or on another machine that has looked lately at the same books."""
    looked_s = pulse_of(about.desk, about.now).looked_s
    return clock_runs(about.desk.home) or (looked_s is not None and looked_s <= STALE_S)


def _walk_entry(about: Tonight, opened: Opened, entry: Entry) -> None:
    if entry.trigger:
        about.concerns += _trigger_concerns(about, opened, entry.name, entry.trigger)
    if entry.run.endswith((".yaml", ".yml")):
        _walk_plan(about, plan_path(opened.path.parent, entry.run))
        return
    if entry.run in flow_names():
        for account in entry.accounts:
            about.add(entry.run, account)


def _trigger_concerns(about: Tonight, opened: Opened, entry: str, trigger: Trigger) -> list[Concern]:
    """What keeps a mailbox from being looked into, or a webhook from being called."""
    where = f"{opened.path} · {entry}"
    if trigger.kind == "mail":
        return _not_stored(about.desk, trigger.where, Needs(frozenset({"password"})), where)
    if trigger.kind == "webhook" and "token" not in about.desk.vault.names(f"hook:{trigger.where}"):
        words = "这个 webhook 没有存口令，谁也叫不动它。", "the webhook has no token: nobody can call it."
        set_it = f"yeban secret set hook:{trigger.where} token"
        return [Concern(where, *words, set_it, set_it)]
    return []


def _walk_plan(about: Tonight, path: Path) -> None:
    from storage.erp.commands.by_hand import TITLES

    known = Known(flow_names(), sorted(about.desk.settings.accounts), sorted(TITLES))
    try:
        plan = load_plan(path, known)
    except DeskError as error:
        about.concerns.append(of_error(str(path), error))
        return
    for flow, account in plan_runs(plan, about.now):
        about.add(flow, account)


def plan_runs(plan: NightPlan, now: datetime) -> list[tuple[str, str]]:
    """The plan's flows with their accounts."""
    night = now.astimezone(SHANGHAI).date()
    return [(job.flow, job.account) for job in jobs_of(plan, night, night - LOOK_BACK) if not job.core]


def flow_concerns(about: Tonight) -> list[Concern]:
    """Flows that cannot be played, and secrets of theirs that nobody stored."""
    found: list[Concern] = []
    for name, accounts in about.flows.items():
        path = FLOWS / f"{name}.yaml"
        loaded = load_flow(path)
        if loaded.errors or loaded.flow is None:
            zh, en = "\n".join(loaded.rendered(loaded.errors, "zh")), "\n".join(loaded.rendered(loaded.errors, "en"))
            found.append(Concern(str(path), zh, en, "改好再运行：yeban check", "mend it: yeban check"))
            continue
        needs = needs_of(loaded.flow)
        found += [one for account in sorted(accounts) for one in _not_stored(about.desk, account, needs, name)]
    return found


def _not_stored(desk: Desk, account: str, needs: Needs, where: str) -> list[Concern]:
    missing = needs.missing(frozenset(desk.vault.names(account)))
    return [
        Concern(
            f"{where} · {account}",
            f"账号 {account} 没有存「{name}」。",
            f"the account {account} has no secret called {name}.",
            f"yeban secret set {account} {name}",
            f"yeban secret set {account} {name}",
        )
        for name in missing
    ]


def account_concerns(about: Tonight) -> list[Concern]:
    """Accounts that will not get in, or were not looked at today."""
    found: list[Concern] = []
    checked = last_checked(about.desk.home)
    for name in about.accounts:
        account = about.desk.settings.accounts.get(name)
        path = SELECTORS / f"{account.site}.yaml" if account else None
        if path is None or not path.is_file():
            continue  # an unknown account or site is said where it is named
        site = read_site(path)[0]
        if site is None or site.login is None:
            continue
        needs = needs_of(site.login)
        found += _not_stored(about.desk, name, needs, path.stem)
        session = checked.get(name)
        fresh = session is not None and about.now - datetime.fromisoformat(session.checked_at) <= LOOKED_LATELY
        if session is not None and fresh:
            found += _session_concern(session)
        elif needs.person(frozenset(about.desk.vault.names(name))):
            found.append(_not_looked_at(name))
    return found


def _session_concern(session: SessionHealth) -> list[Concern]:
    """What the last look says against the account; a secret that was missing then is looked for anew."""
    if session.fine or session.state == "secret":
        return []
    words = session_words(session, "zh"), session_words(session, "en")
    if session.state == "unreachable":  # whoever signs in would see no more than the look did
        again = f"yeban sessions check {session.account}"
        return [Concern(session.account, *words, again, again, sure=False)]
    sign_in = f"yeban sessions sign-in {session.account}"
    return [Concern(session.account, *words, sign_in, sign_in)]


def tag_concerns(about: Tonight) -> list[Concern]:
    """Accounts that only workers of a tag may use, while none of those is there: their runs would wait for one."""
    asked = {name: one.worker for name, one in about.desk.settings.accounts.items() if one.worker}
    with about.desk.database.read() as connection:
        there = {tag for one in board.workers(connection) for tag in json.loads(one["tags"] or "[]")}
    return [_no_worker(name, asked[name]) for name in about.accounts if asked.get(name, "") not in {"", *there}]


def _no_worker(account: str, tag: str) -> Concern:
    return Concern(
        account,
        f"只有标签是 {tag} 的工人能用它，现在一个也不在：轮到它就一直等。",
        f"only a worker with the tag {tag} may use it, and none is there: its runs would wait.",
        f"在那台机器上：yeban worker --tag {tag}",
        f"on that machine: yeban worker --tag {tag}",
        sure=False,
    )


def _not_looked_at(name: str) -> Concern:
    return Concern(
        name,
        "登录可能要人，今天还没有看过登录还在不在。",
        "signing in may take a person, and nobody looked at the session today.",
        f"yeban sessions check {name}",
        f"yeban sessions check {name}",
        sure=False,
    )


def _no_timetable(home: Path) -> Concern:
    return Concern(
        str(home / "timetable.yaml"),
        "没有自己的时间表：今晚什么也不会自己开始。",
        "there is no timetable of your own: nothing will begin by itself tonight.",
        f"照 schedules/timetable.yaml 写一份，放到 {home / 'timetable.yaml'}；或者只看一份计划：yeban doctor 计划.yaml",
        f"write one like schedules/timetable.yaml to {home / 'timetable.yaml'}; or ask about a plan: yeban doctor PLAN",
        sure=False,
    )


def _no_clock(path: Path) -> Concern:
    return Concern(
        str(path),
        "没有钟在走：时间表里的事今晚不会自己开始。",
        "nobody keeps the clock: what the timetable says will not begin by itself.",
        "yeban serve，或者装成服务：yeban service install",
        "yeban serve, or as a service: yeban service install",
    )
