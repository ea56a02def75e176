"""What a verb may do while it runs: find, act, test, wait, receive files, ask people, note, and run the steps inside.

A `Context` belongs to one run. Before and between actions it keeps the way clear: popups are dismissed, a captcha goes
to a person, a lost session is noticed. Loops over steps, retries and the journal are the engine's (`Player`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from bots.browser import find, typist
from bots.browser.driver import By, Element, Match, Page, Session, Want
from bots.browser.find import Clear, Found
from bots.browser.target import ResolvedTarget
from bots.captcha import solve
from bots.conditions import failed_request, wait_gone
from bots.errors import ServerFailed, SessionExpired, SiteError
from bots.exports import Lists
from bots.facts import AccountFacts, Progress, Report
from bots.flow.flow import Flow
from bots.flow.site import Site
from bots.flow.step import Step, Steps
from bots.flow.values import Condition, Target, Template, Value
from bots.folder import RunFolder, stamp
from bots.healing.memory import ElementMemory, LastFound
from bots.healing.picture import outlined
from bots.journal import Journal
from bots.lookup import Lookup
from bots.masking import Mask
from bots.people import Inbox, Question
from bots.scope import Scope
from bots.sign_in import refused, sign_in

if TYPE_CHECKING:
    from loguru import Logger

T = TypeVar("T")
ACTION_TIMEOUT_MS = 10_000


@dataclass(frozen=True)
class Effect:
    """A block with an effect outside: `unless`/`verify` tell whether it has happened, `do` makes it happen."""

    label: str
    unless: Condition | None
    do: Steps
    verify: Condition | None
    step: Step


class StopRun(Exception):
    """The flow has said by its `stop` step that there is nothing more to do; `str` is the reason."""


class Player(Protocol):
    """What the engine does for verbs that hold steps."""

    async def steps(self, steps: Steps) -> None:
        """The steps have run, in order."""
        ...

    async def effect(self, effect: Effect) -> None:
        """The effect has happened exactly once, or an error says what is known."""
        ...

    async def flow(self, name: str, inputs: Mapping[str, object]) -> dict[str, object]:
        """Another flow has run on the same page; its outputs."""
        ...


@dataclass
class Facts:
    """What does not change during a run."""

    flow: Flow
    site: Site
    account: AccountFacts
    run_id: str
    job_key: str
    today: date
    clock: Callable[[], datetime]
    lang: str
    dry_run: bool
    folder: RunFolder
    journal: Journal
    inbox: Inbox
    report: Report
    mask: Mask
    log: "Logger"
    memory: ElementMemory = field(default_factory=ElementMemory)


@dataclass
class Healed:
    """An element that only a lower alternative still finds: for a person, and for the library after a good run.

    `page` is the library's page ("" for an element of every page), `way` what the alternative says of itself there.
    """

    page: str
    element: str
    way: str
    index: int
    pictures: tuple[str, ...] = ()


@dataclass
class Context:
    """One run's hands on one page. `page` is the tab that steps work on; `step` the step that is running.

    `unanswered`: the last step asked the page for something (`Step.asks`), and nothing has waited for the answer.
    """

    facts: Facts
    session: Session
    page: Page
    scope: Scope
    lookup: Lookup
    player: Player = field(init=False)
    flow: Flow = field(init=False)
    step: Step | None = None
    item_key: str = ""
    item_id: str = ""
    in_effect: bool = False
    acts: int = 0
    unanswered: bool = False
    signing_in: bool = False
    headed_for: str = ""
    arrived_at: str = ""
    signless: set[str] = field(default_factory=set)
    sign_in_error: SiteError | None = None
    sensitive: bool = False
    tracing: bool = False
    outputs: dict[str, object] = field(default_factory=dict)
    notes: list[dict[str, str]] = field(default_factory=list)
    healed: list[Healed] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    lists: Lists = field(default_factory=Lists)
    _requests_seen_ms: float = 0.0

    def __post_init__(self) -> None:
        self.flow = self.facts.flow

    # ---- text

    def expand(self, template: Template) -> object:
        """The template filled in; exactly one `${…}` keeps its type."""
        return self.scope.expand(template)

    def text(self, template: Template) -> str:
        """The template filled in, as text."""
        return self.scope.text(template)

    def value(self, value: Value[T]) -> T:
        """The value filled in and checked."""
        return self.scope.value(value)

    @property
    def log(self) -> "Logger":
        """The run's log with the keys of this moment."""
        line = self.step.span.line if self.step else 0
        verb = self.step.verb if self.step else ""
        return self.facts.log.bind(flow=self.flow.path, step=verb, line=line, item=self.item_key)

    @property
    def timeout_ms(self) -> int:
        """How long the running step waits for what it needs."""
        return self.step.timeout.ms if self.step and self.step.timeout else ACTION_TIMEOUT_MS

    # ---- the page

    def resolved(self, target: Target) -> ResolvedTarget:
        """The target with names looked up on the current page."""
        found = self.lookup.target(target, self.page.url)
        if not self.facts.memory.on:
            return found
        page, spec = self.lookup.entry(found.name, self.page.url)
        if spec is None or not self.lookup.lasting(spec):
            return found
        return replace(found, known=self.facts.memory.known(page, spec.name))

    async def find(self, target: Target, want: Want = "act", timeout_ms: int | None = None) -> Element:
        """The one visible element, waited for. Raises ElementMissing, ElementAmbiguous."""
        obstacles, clear = self._way()
        found = await find.resolve(
            self.page,
            self.resolved(target),
            want=want,
            healing=not self.in_effect,
            timeout_ms=timeout_ms or self.timeout_ms,
            obstacles=obstacles,
            clear=clear,
            troubles=self.check_requests,
        )
        await self._notice(target, found)
        return found.element

    async def act(self, target: Target, do: Callable[[Element, int], Awaitable[None]], want: Want = "act") -> None:
        """`do(element, timeout_ms)` was done exactly once; what stood in the way was cleared first."""

        async def counted(element: Element, timeout_ms: int) -> None:
            self.acting()
            await do(element, timeout_ms)

        obstacles, clear = self._way()
        await find.act(
            self.page,
            self.resolved(target),
            counted,
            want=want,
            healing=not self.in_effect,
            timeout_ms=self.timeout_ms,
            obstacles=obstacles,
            clear=clear,
            troubles=self.check_requests,
            notice=partial(self._notice, target),
        )

    def acting(self) -> None:
        """Something is done outside in the next moment: it counts, and in an effect the journal is asked right before.

        Between an effect's beginning and its click the page is waited for, and a process may be put to sleep.
        """
        if self.in_effect:
            self.facts.journal.may_act()
        self.acts += 1

    async def type_run(self, fields: Sequence[tuple[Target, str]]) -> int:
        """How many of the first fields hold their text, typed in one go; the others want a closer look, one by one."""
        obstacles, _ = self._way()
        run = [typist.Field(self.resolved(target), text) for target, text in fields]
        sure = await find.beyond_doubt(self.page, [one.target for one in run], "fill", healing=not self.in_effect)
        if not sure:
            return 0
        self.acting()  # before it is known: an effect whose page broke under the keys may have begun
        held = await typist.type_run(self.page, run[: len(sure)], obstacles, timeout_ms=self.timeout_ms)
        self.acts += held - 1
        for (target, _), match in list(zip(fields, sure, strict=False))[:held]:
            self._remember(target, match, 0)
        return held

    async def _notice(self, target: Target, found: Found) -> None:
        """What was found goes into the memory; a lower way than the first is said once, with pictures."""
        page, spec = self.lookup.entry(self.text(target.name), self.page.url)
        if spec is None:
            return
        if not found.healed:
            self._remember(target, found.match, 0, await self._picture_of_today(page, spec.name, found.element))
            return
        way = spec.alternatives[found.alternative_index].describe()
        self._remember(target, found.match, found.alternative_index)
        if any((one.page, one.element, one.way) == (page, spec.name, way) for one in self.healed):
            return
        self.healed.append(
            Healed(page, spec.name, way, found.alternative_index, await self._before_and_after(page, spec.name, found))
        )
        self.log.warning("元素「{}」用第 {} 种办法才找到：{}", spec.name, found.alternative_index + 1, way)

    def _remember(self, target: Target, match: Match, index: int, picture: bytes | None = None) -> None:
        page, spec = self.lookup.entry(self.text(target.name), self.page.url)
        memory = self.facts.memory
        if spec is None or not memory.on:
            return
        hide = self.facts.mask.hide
        marks = {name: hide(text) for name, text in match.marks.items()} if self.lookup.lasting(spec) else {}
        way = spec.alternatives[index].describe()
        last = LastFound(way, index, marks, stamp(self.facts.clock()), self.facts.run_id)
        memory.found(page, spec.name, last, picture)

    async def _picture_of_today(self, page: str, element: str, found: Element) -> bytes | None:
        if self._no_pictures or not self.facts.memory.wants_picture(page, element, self.facts.today):
            return None
        return await outlined(found, self.facts.mask)

    async def _before_and_after(self, page: str, element: str, found: Found) -> tuple[str, ...]:
        """The paths of what it looked like when it was last found, and of what was found now."""
        name = f"healed-{len(self.healed) + 1:03d}"
        before = self.facts.memory.picture(page, element)
        after = None if self._no_pictures else await outlined(found.element, self.facts.mask)
        pictures = (("before", before.read_bytes() if before else None), ("after", after))
        keep = self.facts.folder.keep_evidence
        return tuple(keep(f"{name}-{when}.png", content) for when, content in pictures if content)

    @property
    def _no_pictures(self) -> bool:
        return self.sensitive or self.signing_in or self.in_effect

    async def open(self, name: str) -> None:
        """The page of the library, or the address, is open and the way is clear."""
        address, arrived, self.arrived_at = self.lookup.address(name), self.arrived_at, ""
        if address != arrived:
            await self.page.goto(address, timeout_ms=max(self.timeout_ms, 30_000))

    # ---- keeping the way clear

    def _way(self) -> tuple[list[By], Clear]:
        """Everything that may stand in the way now, and what to do when it does."""
        ways: list[By] = []
        actions: list[Callable[[], Awaitable[None]]] = []
        for popup in self.facts.site.popups:
            for by in self.resolved(popup.when).alternatives:
                ways.append(by)
                actions.append(partial(self._dismiss, popup.when, popup.click))
        for target in self.facts.site.captcha:
            for by in self.resolved(target).alternatives:
                ways.append(by)
                actions.append(partial(self._captcha, target))
        for by, action in self._signs_of_login():
            ways.append(by)
            actions.append(action)

        async def clear(index: int) -> None:
            await actions[index]()

        return ways, clear

    def obstacles(self) -> list[By]:
        """The ways to see whatever may stand in the way now."""
        return self._way()[0]

    def _signs_of_login(self) -> list[tuple[By, Callable[[], Awaitable[None]]]]:
        """While signing in, the site's refusal; at any other time, the sign of being signed out."""
        login = self.facts.site.login
        if login is None:
            return []
        if self.signing_in:
            sign = login.refused
            return (
                [] if sign is None else [(by, partial(refused, self, sign)) for by in self.resolved(sign).alternatives]
            )
        gone = login.signed_out.visible if login.signed_out is not None else None
        return [] if gone is None else [(by, self._expired) for by in self.resolved(gone).alternatives]

    async def _expired(self) -> None:
        raise SessionExpired(self.page.url)

    async def _dismiss(self, when: Target, click: Target) -> None:
        self.log.info("关掉弹窗：{}", when.say("zh"))
        try:
            await find.act(self.page, self.resolved(click), _click, timeout_ms=3_000)
            await wait_gone(self, when, 3_000)
        except SiteError as error:
            self.log.warning("弹窗没有关掉：{}", error)

    async def _captcha(self, target: Target) -> None:
        await solve(self, target)

    async def clear_way(self, page: Page | None = None) -> None:
        """Nothing known stands in the way now, on this tab or another. Raises SessionExpired, CaptchaShown."""
        outer, self.page = self.page, page or self.page
        try:
            ways, clear = self._way()
            for _ in range(5):
                index = await find.visible(self.page, ways) if ways else None
                if index is None:
                    return
                await clear(index)
        finally:
            self.page = outer

    async def shut_out(self, page: Page) -> bool:
        """Whether that tab shows a captcha or the sign of being signed out."""
        ways = [by for by, _ in self._signs_of_login()]
        ways += [by for target in self.facts.site.captcha for by in self.lookup.target(target, page.url).alternatives]
        return bool(ways) and await find.visible(page, ways) is not None

    async def check_requests(self) -> None:
        """The page is no server error, and none of its own requests has failed since the last look.

        Raises ServerFailed.
        """
        if (self.page.last_status or 0) >= 500:
            raise ServerFailed(self.page.url, self.page.last_status or 0)
        self._requests_seen_ms, failure = await failed_request(self, self._requests_seen_ms)
        if failure is not None:
            raise failure

    # ---- signing in

    async def sign_in(self) -> None:
        """The account is signed in; nothing happens if the saved session is still good. Raises LoginFailed, …"""
        await sign_in(self)
        self.lists.foresee(self)

    @asynccontextmanager
    async def secrecy(self) -> AsyncIterator[None]:
        """No trace and no screenshot is taken while secrets are on the page."""
        before, was_tracing = self.sensitive, self.tracing
        if was_tracing:
            await self.session.stop_trace(None)
            self.tracing = False
        self.sensitive = True
        try:
            yield
        finally:
            self.sensitive = before
            if was_tracing:
                await self.session.start_trace()
                self.tracing = True

    # ---- people

    async def ask(self, question: Question) -> str | None:
        """The answer of a person, or None when nobody answered in time. The question is read in a group chat: no
        secret of the run stands in it, nor in the address of the page that goes along."""
        hide = self.facts.mask.hide
        told = {name: hide(value) for name, value in question.facts.items()}
        question = replace(question, text=hide(question.text), facts=told)
        self.facts.report(Progress("person", question.text, item=self.item_key))
        self.log.info("问人：{}", question.text)
        return await self.facts.inbox.ask(question)

    def note(self, text: str) -> None:
        """The text stands in the run's record."""
        self.notes.append({"at": stamp(self.facts.clock()), "text": self.facts.mask.hide(text), "item": self.item_key})
        self.log.info("记录：{}", text)

    async def pause(self, ms: int) -> None:
        """Time has passed; only between two looks at the same thing."""
        await asyncio.sleep(ms / 1000)


async def _click(element: Element, timeout_ms: int) -> None:
    await element.click(timeout_ms=timeout_ms)
