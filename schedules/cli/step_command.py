"""`yeban step`: one step of a flow, alone, on an open page of the account's own session.

A terminal keeps no page open between two commands, so the page is opened for the step: with the account's saved
login, at the page asked for, else at the one that the flow itself opens last before the step. It is a rehearsal: what
stands in `once` is shown and not done, unless `--do` says to do it; and nothing goes into the books either way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text

from bots.facts import Progress
from bots.flow.flow import Flow, Input
from bots.flow.functions import as_text
from bots.flow.language import Lang, nearest
from bots.flow.site import Site
from bots.flow.step import Step
from bots.flow.values import PageName, Template
from bots.flow.walk import parts_of, values_of
from bots.people import NobodyThere
from bots.steps.login import Login
from bots.steps.open_ import Open
from schedules.browsers import BrowserDoor
from schedules.cli.screen import console, say, tell
from schedules.desk import Desk, open_desk
from schedules.logs import start_logs
from schedules.plan import Job
from schedules.problems import EXIT_CODES, DeskError, default_lang
from schedules.settings import SHANGHAI, today_in_shanghai
from schedules.shelf import playable
from schedules.work import Playing, play_flow

LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Asked:
    """What was typed: which step of which flow, for whom, where, with which values."""

    flow: str
    which: str
    account: str
    inputs: Mapping[str, object]
    page: str = ""
    do: bool = False
    headed: bool = False


class StepMissing(DeskError):
    """No step stands on that line or has that name."""

    who = "author"
    code = "D-STEP"

    def __init__(self, which: str, steps: list[str]) -> None:
        """Facts: what was asked for, and the steps there are, as `line: sentence`."""
        listed = "\n".join(f"  {step}" for step in steps)
        super().__init__(
            f"流程里没有「{which}」这一步。",
            f"the flow has no step {which}.",
            f"有这些：\n{listed}",
            f"there are:\n{listed}",
        )


async def run_step(asked: Asked) -> int:
    """Run the step and say what came of it; the exit code says who has to act."""
    flow, site = playable(asked.flow, default_lang())
    step = find_step(flow, asked.which, default_lang())
    with open_desk() as desk:
        start_logs(desk.home, desk.settings)
        one = alone(flow, site, step, asked.page, asked.inputs)
        tell(f"第 {step.span.line} 行：{step.say('zh')}", f"line {step.span.line}: {step.say('en')}")
        return await _played(desk, asked, one, site)


async def _played(desk: Desk, asked: Asked, flow: Flow, site: Site) -> int:
    account = desk.account(asked.account)
    now = datetime.now(SHANGHAI)
    run_id = f"step-{now:%Y%m%d-%H%M%S-%f}"[:-3]
    job = Job(run_id, run_id, today_in_shanghai(), "step", 0, asked.flow, asked.account, "", dict(asked.inputs))
    folder = desk.settings.runs / run_id
    playing = Playing(flow, site, asked.inputs, None, folder, not asked.do)
    async with BrowserDoor(desk.home, desk.settings.browser, not asked.headed).lazily() as browser:
        result = await play_flow(desk, await browser.get(), job, account, playing, _unseen, NobodyThere())
    for name, value in result.outputs.items():
        console.print(Text(f"  {name} = {shortened(value)}"))
    for record in result.files:
        console.print(Text(f"  ↓ {folder / str(record['path'])}"))
    tell("做了。", "done.", "green") if result.state == "done" and not result.message else console.print(
        Text(result.message, style="" if result.state == "done" else "bold red")
    )
    if result.hint:
        console.print(Text(f"→ {result.hint}"))
    console.print(Text(say("运行页面  ", "page of the run  ") + str(folder / "index.html")))
    return 0 if result.state == "done" else EXIT_CODES.get(result.who, EXIT_CODES["site"])


def _unseen(_job: Job, _event: Progress) -> None:
    """One step needs no progress bar."""


def shortened(value: object) -> str:
    """The value in one line; of rows, how many there are and the first."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        first = "，".join(f"{name} {as_text(one)}" for name, one in value[0].items())
        return say(f"{len(value)} 行；第一行：{first}", f"{len(value)} rows; the first: {first}")[:LONGEST_SHOWN]
    return as_text(value)[:LONGEST_SHOWN]


def every_step(flow: Flow) -> Iterator[Step]:
    """Every step of the flow, those inside other steps too, in the order of the file."""
    yield from (step for steps in (flow.before, flow.steps, flow.finally_) for step in _inside(steps))


def _inside(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for block in step.children():
            yield from _inside(block)


def find_step(flow: Flow, which: str, lang: Lang) -> Step:
    """The step that begins on that line or holds it, or whose name or sentence is that. Raises StepMissing."""
    steps = list(every_step(flow))
    if which.isdigit():
        before = [step for step in steps if step.span.line <= int(which) <= max(step.span.end_line, step.span.line)]
        found = before[-1:]  # the innermost one: steps inside come after the step that holds them
    else:
        named = [step for step in steps if step.name is not None and step.name.source == which]
        found = named or [step for step in steps if which in step.say("zh") or which in step.say("en")]
    if len(found) == 1:
        return found[0]
    shown = found or steps
    close = nearest(which, [step.say(lang) for step in shown])
    ranked = sorted(shown, key=lambda step: step.say(lang) not in close)
    raise StepMissing(which, [f"{step.span.line}: {step.say(lang)}" for step in ranked])


def alone(flow: Flow, site: Site, step: Step, page: str, inputs: Mapping[str, object]) -> Flow:
    """The flow with that step only: signed in, on its page, asking for the values that the step itself mentions."""
    opening = page or _opened_before(flow, step)
    first: list[Step] = [Login()] if site.login is not None and not isinstance(step, Login) else []
    if opening and not isinstance(step, Open):
        first.append(Open(page=PageName.parse(opening)))
    wanted = {**flow.inputs, **{name: Input(title=name) for name in inputs if name not in flow.inputs}}
    mentioned = set(inputs) | _mentioned(step) | {n for name in _mentioned(step) for n in _behind(flow, name)}
    outputs = {name: Template.parse(f"${{{name}}}") for name in step.defines()} if step.when is None else {}
    made = flow.model_copy(
        update={
            "items": None, "before": (), "finally_": (), "steps": (*first, step), "outputs": outputs,
            "inputs": {name: one for name, one in wanted.items() if name in mentioned},
        }
    )  # fmt: skip
    made.place(flow.path, flow.text, None, incomplete=False)
    return made


def _opened_before(flow: Flow, step: Step) -> str:
    """The page that the flow opens last before the step, "" when it opens none."""
    opened = ""
    for one in every_step(flow):
        if one is step:
            break
        if isinstance(one, Open) and not one.off:
            opened = one.page.source
    return opened


def _mentioned(step: Step) -> set[str]:
    found: set[str] = set()
    for _, value, node in parts_of(step):
        for inner, _ in values_of(value, node):
            if isinstance(inner, Template):
                found |= inner.names
    return found.union(*(_mentioned(one) for block in step.children() for one in block))


def _behind(flow: Flow, name: str) -> frozenset[str]:
    """The inputs that the default of an input is made from."""
    wanted = flow.inputs.get(name)
    return wanted.default.names if wanted is not None and wanted.default is not None else frozenset()
