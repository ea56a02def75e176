"""What happened, in order, for the run's page and for whoever watches: steps with times, failures, notes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bots.context import Context, Effect
from bots.engine.secrecy import mentions_secret
from bots.errors import BotError, DiskFull, SiteError
from bots.evidence import Failure, picture, shown_values, sights
from bots.failuretext import told
from bots.flow.problem import Refused
from bots.flow.step import Step
from bots.flow.values import Template
from bots.flow.walk import parts_of, values_of
from bots.folder import stamp
from bots.runpage import StepLine

NEXT_EN = {
    "不再试了": "not tried again",
    "停止运行": "the run stops",
    "换新页面，从头再来": "a fresh page, from the beginning",
    "最后的步骤没有做成": "the last steps were not done",
    "标明原因，做下一行": "marked with the reason; the next row",
    "等人处理": "waits for a person",
    "重新登录，从头再来": "signs in again, from the beginning",
}
MOST_STEP_LINES = 3_000
MOST_PICTURES = 60


def _inside(step: Step) -> Iterator[tuple[object, object]]:
    """Every value of the step and of the steps inside it."""
    for _, value, node in parts_of(step):
        yield from values_of(value, node)
    for block in step.children():
        for inner in block:
            yield from _inside(inner)


@dataclass
class Diary:
    """Grows while the run goes on; texts are masked when they are written down."""

    ctx: Context
    steps: list[StepLine] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    depth: int = -1

    @contextmanager
    def line(self, step: Step) -> Iterator[StepLine]:
        """One line for the step; its outcome and time are filled in when it ends."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        line = StepLine(self.said(step), step.span.line, "failed", 0, self.ctx.item_key, self.depth + 1)
        if len(self.steps) < MOST_STEP_LINES:
            self.steps.append(line)
        self.depth += 1
        try:
            yield line
        finally:
            self.depth -= 1
            line.took_ms = int((loop.time() - started) * 1000)

    def said(self, step: Step) -> str:
        """The step's sentence with the values of this moment; one that mentions a secret keeps its `${…}`."""
        sentence = step.say("en" if self.ctx.facts.lang == "en" else "zh")
        if "${" in sentence and not mentions_secret(step):
            try:
                sentence = Template.parse(sentence).partial(self.ctx.scope.names)
            except Refused:  # a sentence is not a template: words around the values may look like one
                return self.ctx.facts.mask.hide(sentence)
        return self.ctx.facts.mask.hide(sentence)

    async def fail(self, error: BotError, following: str) -> Failure:
        """The failure is kept with everything that can be seen now; no picture while secrets are on the page."""
        ctx, facts = self.ctx, self.ctx.facts
        pictures: tuple[str, ...] = ()
        snapshots: tuple[str, ...] = ()
        name = f"{len(self.failures) + 1:03d}-{error.code}"
        on_page = isinstance(error, SiteError) or error.who in {"person", "business"}
        if on_page and not ctx.sensitive and len(self.pictures) < MOST_PICTURES:
            pictures, snapshots = await sights(ctx.page, facts.folder, facts.mask, name)
            self.pictures.extend(pictures)
        tried = error.facts.get("tried")
        failure = Failure(
            at=stamp(facts.clock()),
            step=error.step or (self.steps[-1].text if self.steps else ""),
            where=error.where,
            code=error.code,
            who=error.who,
            message=facts.mask.hide(error.message("zh")),
            hint=facts.mask.hide(error.hint("zh")),
            next=following,
            url=facts.mask.hide(ctx.page.url),
            item=ctx.item_key,
            tried=tuple(facts.mask.hide(str(one)) for one in tried) if isinstance(tried, list) else (),
            values=shown_values(ctx.scope.shown(), facts.mask),
            pictures=pictures,
            snapshots=snapshots,
            column=error.column,
            element=facts.mask.hide(str(error.facts.get("target") or error.facts.get("field") or "")),
            waited_ms=_number(error.facts.get("waited_ms")),
            nearest=tuple(facts.mask.hide(str(one)) for one in _list(error.facts.get("nearest"))),
            message_en=facts.mask.hide(error.message("en")),
            hint_en=facts.mask.hide(error.hint("en")),
            next_en=NEXT_EN.get(following, following),
        )
        self.failures.append(failure)
        try:
            facts.folder.keep_evidence(f"{name}.txt", f"{told(failure, facts.lang)}\n".encode())
        except DiskFull as full:  # a lost page of evidence must not hide what was wrong
            ctx.log.warning("证据没能写下：{}", full)
        ctx.log.bind(code=error.code, where=error.where).error("{}（{}）", failure.message, following)
        return failure

    def values_in(self, effect: Effect) -> dict[str, str]:
        """The values that the effect's name and steps mention, as they are now; secrets are masked or left out."""
        named: set[str] = set()
        for value, _ in _inside(effect.step):
            if isinstance(value, Template):
                named |= value.names
        known = self.ctx.scope.shown()
        return shown_values({name: known[name] for name in sorted(named) if name in known}, self.ctx.facts.mask)

    async def show(self, name: str) -> str:
        """The path of a picture of the page as it is now."""
        path = await picture(self.ctx.page, self.ctx.facts.folder, self.ctx.facts.mask, name)
        if path:
            self.pictures.append(path)
        return path


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
