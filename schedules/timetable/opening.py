"""The desk's own timetable: which file it is, what it may name, and the calendar beside it."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from bots.flow.language import nearest
from bots.flow.problem import Refused
from schedules.plan import Known, load_plan
from schedules.problems import DeskError
from schedules.settings import ROOT, Settings
from schedules.timetable.errors import CalendarEnds, EntryMissing
from schedules.timetable.holidays import load_holidays
from schedules.timetable.model import Entry, Timetable
from schedules.timetable.reading import Beside, Read, load_timetable
from schedules.timetable.workdays import ChinaCalendar

FLOWS = ROOT / "flows"
SHIPPED = ROOT / "schedules"


@dataclass(frozen=True)
class Opened:
    """A timetable that can be used, its calendar, and where both came from."""

    path: Path
    timetable: Timetable
    calendar: ChinaCalendar
    holidays: Path
    warnings: tuple[str, ...]

    def entry(self, name: str) -> Entry:
        """The entry of that name. Raises EntryMissing with the nearest ones."""
        if name not in self.timetable.entries:
            raise EntryMissing(name, nearest(name, self.timetable.entries), list(self.timetable.entries))
        return self.timetable.entries[name]

    def calendar_ends(self, first: date, last: date) -> CalendarEnds | None:
        """What to say when holidays matter in a year of the range and are not here."""
        unknown = [year for year in range(first.year, last.year + 1) if not self.calendar.knows(year)]
        matters = any(entry.days and entry.days.by_calendar for entry in self.timetable.entries.values())
        return CalendarEnds(unknown[0], self.holidays) if unknown and matters else None


def open_timetable(settings: Settings, given: Path | None = None, *, closely: bool = False) -> Opened:
    """The timetable in the file; by default the home's, else the shipped example. `closely` reads its flows as well.

    Raises TimetableMissing, or TimetableBroken with every problem of it, or of its holidays, located.
    """
    path = given or timetable_path(settings)
    read = load_timetable(path, beside(settings, path, closely=closely))
    if read.timetable is None:
        raise AssertionError("a timetable without errors was read")
    holidays = holidays_path(settings, path, read)
    calendar = ChinaCalendar(load_holidays(holidays))
    return Opened(path, read.timetable, calendar, holidays, tuple(read.rendered(settings.lang)))


def timetable_path(settings: Settings) -> Path:
    """`timetable.yaml` of the home folder, else the shipped one."""
    own = settings.home / "timetable.yaml"
    return own if own.is_file() else SHIPPED / "timetable.yaml"


def holidays_path(settings: Settings, path: Path, read: Read) -> Path:
    """The file that the timetable names, else the home's, else the shipped one."""
    own = settings.home / "holidays.yaml"
    if read.holidays:
        return path.parent / read.holidays
    return own if own.is_file() else SHIPPED / "holidays.yaml"


def beside(settings: Settings, path: Path, *, closely: bool = False) -> Beside:
    """What the timetable at `path` may name; the shipped example may name the practice mall's accounts as well."""
    flows = [file.relative_to(FLOWS).with_suffix("").as_posix() for file in sorted(FLOWS.rglob("*.yaml"))]
    of_plan = partial(plan_accounts, path.parent)
    practice = of_plan("practice.yaml") if path.resolve().parent == SHIPPED else ()
    return Beside(list(dict.fromkeys([*settings.accounts, *practice])), flows, of_plan,
                  inputs_of if closely else lambda _: None)  # fmt: skip


def broken_plans(settings: Settings, opened: Opened) -> list[DeskError]:
    """What is wrong with the nights' plans that it runs: flows, accounts and worklists that nobody knows, located."""
    from storage.erp.commands.by_hand import TITLES

    at = beside(settings, opened.path)
    known = Known(list(at.flows), sorted(at.accounts), sorted(TITLES))
    plans = dict.fromkeys(one.run for one in opened.timetable.entries.values() if one.run.endswith((".yaml", ".yml")))
    found: list[DeskError] = []
    for name in plans:
        try:
            load_plan(plan_path(opened.path.parent, name), known)
        except DeskError as error:
            found.append(error)
    return found


def inputs_of(name: str) -> dict[str, bool] | None:
    """A flow's inputs, and whether each must be given; None for a flow that cannot be read."""
    from schedules.shelf import load_flow

    flow = load_flow(FLOWS / f"{name}.yaml").flow
    return {each: one.required and one.default is None for each, one in flow.inputs.items()} if flow else None


def plan_path(folder: Path, name: str) -> Path:
    """A night's plan: beside the timetable, else from the checkout."""
    near = folder / name
    return near if near.is_file() else ROOT / name


def plan_accounts(folder: Path, name: str) -> tuple[str, ...]:
    """The accounts that a night's plan uses. Raises Refused for a plan that is not there or has mistakes of its own."""
    path = plan_path(folder, name)
    if not path.is_file():
        there = sorted(near.name for near in folder.glob("*.yaml"))
        close = nearest(name, there)
        raise Refused("T-PLAN", f"没有这份计划：{name}", f"there is no plan {name}", found=name, allowed=close or there,
                      fix=close[0] if close else "")  # fmt: skip
    try:
        plan = load_plan(path)
    except DeskError as error:
        zh, en = (error.message(lang).partition("\n")[2].strip().replace("\n", "\n  ") for lang in ("zh", "en"))
        raise Refused("T-PLAN", f"{name} 里有错：\n  {zh}", f"{name} has mistakes:\n  {en}", found=name) from None
    names = [account for phase in plan.phases for job in phase.jobs for account in job.accounts]
    return tuple(dict.fromkeys(names))
