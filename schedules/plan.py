"""A night's plan (schedules/*.yaml): phases of flows and core steps, made into jobs for one day."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from bots.flow.problem import Refused
from bots.flow.values import Template
from schedules.problems import PlanMissing
from schedules.step_names import STEP_NAMES
from schedules.yaml_file import Loc, read_yaml, refusal, unknown_name


def known_step(name: str) -> str:
    """The name of a step of the core. Raises what a located error is made of, nearest names first."""
    if name not in STEP_NAMES:
        raise unknown_name("D-STEP", ("步骤", "step of the core"), name, list(STEP_NAMES))
    return name


FLOW, ACCOUNT, WORKLIST = ("流程", "flow"), ("账号", "account"), ("清单", "worklist")
CoreStep = Annotated[str, AfterValidator(known_step)]


class PlannedFlow(BaseModel):
    """One flow for some accounts; with `worklist`, for the rows that the core has published for the account's shop."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    flow: str
    accounts: list[str]
    worklist: str = ""
    inputs: dict[str, str | list[str]] = Field(default_factory=dict)


class Phase(BaseModel):
    """What is done together: flows side by side by account, or steps of the core one after the other."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    name: str
    jobs: list[PlannedFlow] = Field(default_factory=list)
    core: list[CoreStep] = Field(default_factory=list)


class NightPlan(BaseModel):
    """A whole night: its phases in order."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    title: str
    phases: list[Phase]

    def only(self, accounts: Collection[str]) -> "NightPlan":
        """The same plan for those accounts only: a smaller practice mall has fewer of them."""
        phases = []
        for phase in self.phases:
            jobs = [
                job.model_copy(update={"accounts": [name for name in job.accounts if name in accounts]})
                for job in phase.jobs
            ]
            phases.append(phase.model_copy(update={"jobs": [job for job in jobs if job.accounts]}))
        return self.model_copy(update={"phases": phases})


@dataclass(frozen=True)
class Job:
    """One piece of the night. Equal work has an equal `key`, so that it is one job however often it is planned."""

    key: str
    run_id: str
    night: date
    phase: str
    position: int
    flow: str
    account: str
    worklist: str
    inputs: Mapping[str, object]
    core: bool = False

    @property
    def title(self) -> str:
        """What a table of the night calls it."""
        return f"{self.flow} · {self.account}" if self.account else self.flow


@dataclass(frozen=True)
class Known:
    """What a plan may name at this desk."""

    flows: list[str]
    accounts: list[str]
    worklists: list[str]


Wrong = list[tuple[Loc, PydanticCustomError]]


def load_plan(path: Path, known: Known | None = None) -> NightPlan:
    """The plan in the file. Raises PlanMissing, or SettingsBroken with every place that is wrong.

    `known`: flows, accounts and worklists are looked up too, so that a typo does not cost a night.
    """
    if not path.is_file():
        beside = [one for one in path.parent.glob("*.yaml") if "\nphases:" in one.read_text("utf-8", "replace")]
        raise PlanMissing(path, sorted(map(str, beside)))
    return read_yaml(path, NightPlan, more=lambda plan: twice(plan) + (strange(plan, known) if known else []))


def twice(plan: NightPlan) -> Wrong:
    """Places where the plan names a phase, or a step within a phase, for the second time: equal work is one job."""
    found: Wrong = []
    names: set[str] = set()
    for number, phase in enumerate(plan.phases):
        if phase.name in names:
            words = f"已经有一个阶段叫「{phase.name}」。", f"There is a phase called {phase.name} already."
            found.append((("phases", number, "name"), refusal("D-TWICE", *words)))
        names.add(phase.name)
        for place, step in enumerate(phase.core):
            if step in phase.core[:place]:
                words = f"「{step}」在这个阶段里写了两次。", f"{step} stands in this phase twice."
                found.append((("phases", number, "core", place), refusal("D-TWICE", *words)))
    return found


def strange(plan: NightPlan, known: Known) -> Wrong:
    """Places where the plan names a flow, an account, a worklist or a day that nobody knows."""
    found: Wrong = []
    for number, phase in enumerate(plan.phases):
        for place, job in enumerate(phase.jobs):
            here: Loc = ("phases", number, "jobs", place)
            if job.flow not in known.flows:
                found.append(((*here, "flow"), unknown_name("D-FLOW-MISSING", FLOW, job.flow, known.flows)))
            for one, name in enumerate(job.accounts):
                if name not in known.accounts:
                    found.append(((*here, "accounts", one), unknown_name("D-ACCOUNT", ACCOUNT, name, known.accounts)))
            if job.worklist and job.worklist not in known.worklists:
                error = unknown_name("D-WORKLIST", WORKLIST, job.worklist, known.worklists)
                found.append(((*here, "worklist"), error))
            found += [((*here, "inputs", name), error) for name, error in _unfilled(job.inputs)]
    return found


def _unfilled(inputs: Mapping[str, str | list[str]]) -> list[tuple[str, PydanticCustomError]]:
    """Inputs with a `${…}` that a plan does not know."""
    days = calendar(date(2026, 1, 2), date(2026, 1, 1))
    found = []
    for name, value in inputs.items():
        try:
            fill(value, days)
        except Refused as error:
            found.append((name, refusal(error.code, error.zh, error.en)))
    return found


LOOK_BACK = timedelta(days=3)
"""How far back a night collects when nobody says since when.

Windows overlap, so that what changed in the very second of an export, or was not ready in the morning, comes with a
later night; rows that are known change nothing.
"""


def calendar(night: date, first_day: date) -> dict[str, object]:
    """The names a plan may use: night, yesterday, first_day, whole_months, other_days.

    `whole_months` are the months that ended before the night and began within the history; `other_days` the days of
    the history outside of them, for daily statements. Together they cover first_day … yesterday exactly once.
    """
    yesterday = night - timedelta(days=1)
    days = [first_day + timedelta(days=n) for n in range((yesterday - first_day).days + 1)]
    by_month: dict[str, list[date]] = {}
    for day in days:
        by_month.setdefault(f"{day:%Y-%m}", []).append(day)
    whole = [m for m, its in by_month.items() if its[-1] < night and is_month_end(its[-1])]
    other = [day.isoformat() for m, its in by_month.items() if m not in whole for day in its]
    return {
        "night": night,
        "today": night,
        "yesterday": yesterday,
        "first_day": first_day,
        "whole_months": whole,
        "other_days": other,
    }


def is_month_end(day: date) -> bool:
    """Whether the next day is in another month."""
    return (day + timedelta(days=1)).month != day.month


def jobs_of(plan: NightPlan, night: date, first_day: date) -> list[Job]:
    """The plan as jobs for this night, in order."""
    names = calendar(night, first_day)
    jobs: list[Job] = []
    for phase in plan.phases:
        for planned in phase.jobs:
            inputs = {name: fill(value, names) for name, value in planned.inputs.items()}
            for account in planned.accounts:
                jobs.append(make_job(night, phase.name, len(jobs), planned, account, inputs))
        for step in phase.core:
            key = f"{night}|core/{step}|{phase.name}"
            jobs.append(Job(key, run_id_of(key), night, phase.name, len(jobs), f"core/{step}", "", "", {}, core=True))
    return jobs


def make_job(
    night: date, phase: str, position: int, planned: PlannedFlow, account: str, inputs: Mapping[str, object]
) -> Job:
    """One flow for one account as a job."""
    content = json.dumps(inputs, default=str, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    key = f"{night}|{planned.flow}|{account}|{planned.worklist}|{digest}"
    return Job(key, run_id_of(key), night, phase, position, planned.flow, account, planned.worklist, inputs)


def run_id_of(key: str) -> str:
    """The run's id and folder name: readable, short enough for Windows paths, the same for the same work."""
    night, flow, *rest = key.split("|")
    account = rest[0] if rest else ""
    digest = hashlib.sha256(key.encode()).hexdigest()[:6]
    return "-".join(part for part in (night, flow.replace("/", "."), account.replace(" ", "_"), digest) if part)


def fill(value: str | list[str], names: Mapping[str, object]) -> object:
    """A planned input with `${…}` filled in; exactly one `${…}` keeps its type."""
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    return Template.parse(value).expand(names)
