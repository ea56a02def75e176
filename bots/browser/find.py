"""Elements found the way a person would: by name, strictly, with ranked alternatives that heal.

`resolve` waits until exactly one visible element answers and says which alternative found it; two answers are an error
that lists them, none is an error with every alternative tried and the nearest texts. Popups named as `obstacles` are
looked for in the same evaluate, so watching for them costs no time of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from bots.browser.driver import Ask, By, Element, Match, Page, Sighting, Want
from bots.browser.judgement import NOTHING, judge
from bots.browser.target import ResolvedTarget
from bots.errors import ConnectionLost, ElementAmbiguous, ElementBlocked, ElementMissing, ServerFailed

POLL_S = (0.02, 0.03, 0.05, 0.05, 0.1, 0.1, 0.15)
"""Pauses between looks; the last one repeats."""
SETTLE_S = 0.5
"""A page in motion may show two of a kind for a moment, or a lower alternative before the first one appears."""
SLICE_MS = 1_500
"""How long an action tries before obstacles are looked for again."""

TROUBLES_S = 1.5
"""How long a search goes on before it is asked whether the page has failed; and how often after that."""
Clear = Callable[[int], Awaitable[None]]
Troubles = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Tried:
    """One alternative and how many visible elements it matched at the last look."""

    alternative: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """The one element. `alternative_index` > 0 means healed: the first way no longer finds it (the engine warns)."""

    element: Element
    match: Match
    alternative_index: int
    tried: tuple[Tried, ...]

    @property
    def healed(self) -> bool:
        """Whether a lower alternative than the first had to be used."""
        return self.alternative_index > 0


async def visible(page: Page, alternatives: Sequence[By]) -> int | None:
    """Index of the first of `alternatives` that is shown now, or None. One evaluate; cheap before every action."""
    sightings = await page.survey([Ask(by, "see") for by in alternatives])
    return next((index for index, sighting in enumerate(sightings) if sighting.count), None)


async def shows(page: Page, target: ResolvedTarget) -> bool:
    """Whether any alternative of `target` is visible now (one or more elements); for conditions."""
    return any(sighting.count for sighting in await page.survey(target.asks("see")))


async def count(page: Page, target: ResolvedTarget) -> int:
    """How many visible elements the first matching alternative of `target` has now."""
    return next((sighting.count for sighting in await page.survey(target.asks("see")) if sighting.count), 0)


async def beyond_doubt(
    page: Page, targets: Sequence[ResolvedTarget], want: Want, *, healing: bool = True
) -> list[Match]:
    """The matches of the leading targets that are found now, by their first way and with nothing against it.

    One evaluate for all. It ends at the first target that is missing, ambiguous, healed or in doubt.
    """
    asks = [target.asks(want, healing=healing) for target in targets]
    sightings = iter(await page.survey([ask for group in asks for ask in group]))
    found: list[Match] = []
    for target, group in zip(targets, asks, strict=True):
        seen = [next(sightings) for _ in group]
        if judge(target, seen).index != 0:
            break
        found.append(seen[0].matches[0])
    return found


async def resolve(
    page: Page,
    target: ResolvedTarget,
    *,
    want: Want = "act",
    healing: bool = True,
    timeout_ms: int = 10_000,
    obstacles: Sequence[By] = (),
    clear: Clear | None = None,
    troubles: Troubles | None = None,
) -> Found:
    """The one visible element that `target` names, waited for at most `timeout_ms`.

    With `healing`, a lower alternative is taken when it matches exactly one element of the same kind, nothing speaks
    against it (`judgement`) and the page has held still for half a second; without, lower alternatives are witnesses
    only. `clear(i)` is called whenever `obstacles[i]` shows, `troubles()` now and then while nothing is found. Raises
    ElementMissing, ElementAmbiguous; ServerFailed and ConnectionLost at once when the page itself has failed.
    """
    search = _Search(page, target, want, healing, timeout_ms, tuple(obstacles), clear, troubles)
    return await search.run()


async def act(
    page: Page,
    target: ResolvedTarget,
    do: Callable[[Element, int], Awaitable[None]],
    *,
    want: Want = "act",
    healing: bool = True,
    timeout_ms: int = 10_000,
    obstacles: Sequence[By] = (),
    clear: Clear | None = None,
    troubles: Troubles | None = None,
    notice: Callable[[Found], Awaitable[None]] | None = None,
) -> Found:
    """`do(element, timeout_ms)` was done once on the resolved element; redrawn or covered elements are sought again.

    Safe for effects: an action that is refused by a check (gone, covered, moving) has not been dispatched. `notice`
    sees what was found before anything is done to it, while the page still shows it.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout_ms / 1000
    while True:
        left_ms = max(1, int((end - loop.time()) * 1000))
        found = await resolve(
            page,
            target,
            want=want,
            healing=healing,
            timeout_ms=left_ms,
            obstacles=obstacles,
            clear=clear,
            troubles=troubles,
        )
        if notice is not None:
            await notice(found)
        left_ms = max(1, int((end - loop.time()) * 1000))
        try:
            await do(found.element, min(SLICE_MS, left_ms) if obstacles else left_ms)
        except ElementBlocked:
            if loop.time() >= end:
                raise
        else:
            return found


class _Search:
    """One wait for one target: what the last look showed, and since when it has looked the same."""

    def __init__(
        self,
        page: Page,
        target: ResolvedTarget,
        want: Want,
        healing: bool,
        timeout_ms: int,
        obstacles: tuple[By, ...],
        clear: Clear | None,
        troubles: Troubles | None,
    ) -> None:
        self.page, self.target, self.clear, self.troubles = page, target, clear, troubles
        self.healing = healing
        self.asks = target.asks(want, healing=healing)
        self.obstacles = [Ask(by, "see") for by in obstacles] if clear else []
        self.loop = asyncio.get_running_loop()
        self.started_at = self.loop.time()
        self.end = self.started_at + timeout_ms / 1000
        self.since = self.asked = self.started_at
        self.last: list[Sighting] = []
        self.verdict = NOTHING

    async def run(self) -> Found:
        for pause_s in _pauses():
            if not await self._look():
                index = self._chosen()
                if index is not None:
                    try:
                        return await self._found(index)
                    except ElementBlocked:  # redrawn between the look and the grip: look again
                        self.since = self.loop.time()
                self._page_alive()
                await self._ask_for_troubles()
                if index is None and self._hopeless():
                    raise await self._failure()
            if self.loop.time() >= self.end:
                raise await self._failure()
            await asyncio.sleep(pause_s)
        raise AssertionError("the pauses never end")

    async def _look(self) -> bool:
        """One survey of everything; true when an obstacle was cleared and the page must be seen anew."""
        sightings = await self.page.survey([*self.asks, *self.obstacles])
        seen, blocking = sightings[: len(self.asks)], sightings[len(self.asks) :]
        if [s.count for s in seen] != [s.count for s in self.last]:
            self.since = self.loop.time()
        self.last = seen
        for index, sighting in enumerate(blocking):
            if sighting.count and self.clear:
                await self.clear(index)
                return True
        return False

    def _chosen(self) -> int | None:
        self.verdict = judge(self.target, self.last)
        index = self.verdict.index
        if index == 0:
            return 0
        return index if self.healing and self._settled() else None

    def _usable(self) -> list[Sighting]:
        """The answers that may be used; without healing the lower ways are only witnesses."""
        return self.last if self.healing else self.last[:1]

    def _settled(self) -> bool:
        now = self.loop.time()
        return now - self.since >= SETTLE_S or now >= self.end

    def _hopeless(self) -> bool:
        """Two or more of everything, and it has stayed so: waiting longer would only be slow."""
        unclear = bool(self.verdict.doubts) or any(s.count > 1 or s.places > 1 for s in self._usable())
        return self._settled() and unclear

    async def _found(self, index: int) -> Found:
        match = self.last[index].matches[0]
        return Found(await self.page.element(match), match, index, self._tried())

    def _page_alive(self) -> None:
        if self.page.url.startswith("chrome-error:"):
            raise ConnectionLost(self.page.url, "page did not load")
        if (self.page.last_status or 0) >= 500:
            raise ServerFailed(self.page.url, self.page.last_status or 0)

    async def _ask_for_troubles(self) -> None:
        """A page whose own requests failed will not show what is waited for, however long anybody waits."""
        if self.troubles is not None and self.loop.time() - self.asked >= TROUBLES_S:
            self.asked = self.loop.time()
            await self.troubles()

    def _tried(self) -> tuple[Tried, ...]:
        return tuple(Tried(str(ask.by), s.count) for ask, s in zip(self.asks, self.last, strict=True))

    async def _failure(self) -> ElementMissing | ElementAmbiguous:
        waited_ms = int((self.loop.time() - self.started_at) * 1000)
        tried = [(one.alternative, one.count) for one in self._tried()]
        for sighting in self.last:
            if sighting.places > 1:
                name = self._place_name()
                return _ambiguous(name, sighting.place_matches, tried, waited_ms, self.page.url)
        for sighting in self._usable():
            if sighting.count > 1:
                return _ambiguous(self.target.name, sighting.matches, tried, waited_ms, self.page.url)
        if self.verdict.doubts:
            return _ambiguous(self.target.name, self.verdict.doubts, tried, waited_ms, self.page.url)
        name = self.target.name
        if any(sighting.places == 0 for sighting in self.last):
            name = self._place_name()
        nearest = await self.page.texts(name)
        return ElementMissing(name, tried=tried, waited_ms=waited_ms, nearest=nearest, url=self.page.url)

    def _place_name(self) -> str:
        places = (self.target.inside, self.target.near, self.target.below, self.target.right_of)
        return " / ".join(place.name for place in places if place)


def _pauses() -> Iterator[float]:
    yield from POLL_S
    yield from repeat(POLL_S[-1])


def _ambiguous(
    name: str, matches: Sequence[Match], tried: list[tuple[str, int]], waited_ms: int, url: str
) -> ElementAmbiguous:
    candidates = [f"{match.kind}「{match.text}」{match.where}" for match in matches]
    return ElementAmbiguous(name, candidates=candidates, tried=tried, waited_ms=waited_ms, url=url)
