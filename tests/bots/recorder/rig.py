"""A person made of code: sees by the product's eyes, clicks and types like hands; and a player of recordings."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from bots.browser import find
from bots.browser.driver import Browser, Page, Session, Want
from bots.browser.target import ResolvedTarget
from bots.engine import AccountFacts, RunResult, play
from bots.flow.check import check
from bots.flow.parse import parse, parse_site
from bots.flow.problem import render_all
from bots.flow.site import Site
from bots.journal import MemoryJournal
from bots.people import Question
from bots.recorder.paper import Recorded, Sheet, flow_text, recorded
from bots.recorder.session import Recording, begin, places
from bots.steps import STEPS

SITE = """site: shop
title: 小店
base: {url}
pages:
  登录页: /
  商品列表:
    url: /list
    elements:
      查询: [{{testid: search}}, {{role: button, name: 查询}}]
      商品行: [{{row: "${{商品ID}}"}}]
  新建商品: /form
"""


@dataclass
class Person:
    """Hands and eyes on one page."""

    session: Session
    page: Page

    async def see(self, name: str, want: Want = "act", inside: str = ""):  # type: ignore[no-untyped-def]
        """The one thing of that name."""
        place = ResolvedTarget.literal(inside) if inside else None
        found = await find.resolve(
            self.page, ResolvedTarget(name, ResolvedTarget.literal(name).alternatives, inside=place), want=want,
            healing=False, timeout_ms=5_000,
        )  # fmt: skip
        return found.element

    async def click(self, name: str, inside: str = "") -> None:
        """Clicked with the mouse."""
        await (await self.see(name, inside=inside)).click()

    async def type(self, label: str, text: str) -> None:
        """Typed key by key into the field of that label."""
        field_ = await self.see(label, "fill")
        await field_.click()
        await field_.type(text)

    async def choose(self, label: str, down: int) -> None:
        """Walks down a list of the browser's own with the arrow key."""
        for _ in range(down):
            await (await self.see(label, "fill")).press("ArrowDown")

    async def go(self, address: str) -> None:
        """Typed into the address bar."""
        await self.page.goto(address)

    async def newest(self) -> None:
        """Works in the tab that was opened last."""
        await self.until(lambda: self.session.pages[-1] is not self.page)
        self.page = self.session.pages[-1]

    async def until(self, true: Callable[[], object]) -> None:
        """Waits until something can be seen that was caused."""
        async with asyncio.timeout(10):
            while not true():  # noqa: ASYNC110 - the page is another process: there is no event to wait for
                await asyncio.sleep(0.02)


@dataclass
class Clerk:
    """Answers every question with the same words."""

    answer: str = "246810"
    asked: list[Question] = field(default_factory=list)

    async def ask(self, question: Question) -> str | None:
        self.asked.append(question)
        return self.answer

    async def tell(self, text: str, facts: Mapping[str, str]) -> None:
        pass


def library(url: str, text: str = SITE) -> Site:
    """The shop's element library."""
    parsed = parse_site(text.format(url=url), "shop.yaml", STEPS)
    assert parsed.site is not None, render_all(parsed.problems, text, "zh")
    return parsed.site


async def recorded_by(
    browser: Browser, tmp: Path, site: Site, url: str, work: Callable[[Person], Awaitable[None]],
    sheet: Sheet | None = None, settled: Callable[[Recording], object] = lambda _: True,
) -> tuple[Recorded, Recording]:  # fmt: skip
    """What a person's work became; `settled` says that the last event has come."""
    session = await browser.open_session(None, downloads=tmp / "downloads", base=url)
    try:
        recording, _ = await begin(session, site, {})
        person = Person(session, await session.new_page())
        await work(person)
        await person.until(lambda: settled(recording))
        return recorded(recording.seen, places(site, {}), sheet), recording
    finally:
        await session.close()


def has(what: str, times: int = 1) -> Callable[[Recording], bool]:
    """Whether so many events of this kind have come."""
    return lambda recording: sum(one.what == what for one in recording.seen) >= times


async def played(
    browser: Browser, tmp: Path, site: Site, url: str, text: str,
    inputs: Mapping[str, object] | None = None, secrets: Mapping[str, str] | None = None,
) -> RunResult:  # fmt: skip
    """The recording, played by the engine in a fresh session; a file that does not check cleanly fails here."""
    parsed = parse(text, "recorded.yaml", STEPS)
    assert parsed.flow is not None, render_all(parsed.problems, text, "zh")
    assert [one.zh for one in [*parsed.problems, *check(parsed.flow, site, STEPS)]] == []
    session = await browser.open_session(None, downloads=tmp / "play", base=url)
    try:
        return await play(
            parsed.flow, site, inputs=inputs or {}, account=AccountFacts("a", "a", "wang", {}),
            secrets=dict(secrets or {}).__getitem__, rows=None, journal=MemoryJournal(), job_key="j", run_id="r",
            folder=tmp / "run", session=session, today=date(2026, 11, 21), clock=lambda: datetime.now(UTC),
            inbox=Clerk(),
        )  # fmt: skip
    finally:
        await session.close()


__all__ = ["Person", "flow_text", "has", "library", "played", "recorded_by"]
