"""One element that a person points at, with every way of finding it that finds exactly this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from bots.browser.driver import Ask, By, Json, Page
from bots.browser.recording import pointed_at
from bots.recorder.errors import NotOneElement
from bots.recorder.events import read_ways
from bots.recorder.session import NAMING

PROPOSE = "(el) => globalThis[Symbol.for('yeban')].naming.propose(el)"


@dataclass(frozen=True, slots=True)
class Picked:
    """What was pointed at: ranked ways, each tried on the page, its kind, and what it calls itself."""

    ways: tuple[By, ...]
    kind: str
    field: bool
    names: tuple[str, ...]
    url: str

    @property
    def name(self) -> str:
        """A name for the library: its own words; '' when it has none."""
        return self.names[0] if self.names else ""


async def pick(page: Page, ready: Callable[[], None] | None = None) -> Picked:
    """The element that is clicked next; `ready` is called when the page waits for the click.

    Raises NotOneElement when no way finds exactly this element.
    """
    element = await pointed_at(page, ready)
    await element.evaluate_json(f"(el) => {{ {NAMING}; return '0'; }}")
    told = cast("dict[str, Json]", await element.evaluate_json(PROPOSE))
    ways = tuple(await _proven(page, read_ways(told["ways"]), field=told["field"] is True))
    if not ways:
        raise NotOneElement
    names = told["names"] if isinstance(told["names"], list) else []
    return Picked(ways, str(told["kind"]), told["field"] is True, tuple(str(name) for name in names), page.url)


async def _proven(page: Page, ways: list[By], *, field: bool) -> list[By]:
    """The ways that find exactly one element on the whole page, all its frames together."""
    seen = await page.survey([Ask(way, "fill" if field else "act") for way in ways])
    return [way for way, sighting in zip(ways, seen, strict=True) if sighting.count == 1]
