"""What a flow's target becomes when its names are looked up and its templates filled in: ranked ways to find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bots.browser.driver import Ask, By, Want


@dataclass(frozen=True, slots=True)
class ResolvedTarget:
    """A target ready to be sought. A name that is in no library is `alternatives=(By("name", text),)`.

    `kind` is what the element library says the element is (`button`, `field`, `row` …; empty: anything). `known` is by
    what it was known when a run that passed found it last; {}: found for the first time, None: nobody remembers.
    """

    name: str
    alternatives: tuple[By, ...]
    kind: str = ""
    inside: ResolvedTarget | None = None
    near: ResolvedTarget | None = None
    below: ResolvedTarget | None = None
    right_of: ResolvedTarget | None = None
    nth: int | None = None
    known: Mapping[str, str] | None = None

    @classmethod
    def literal(cls, name: str) -> ResolvedTarget:
        """The target whose visible text, label or role name is `name`."""
        return cls(name, (By("name", name),))

    def asks(self, want: Want, *, healing: bool = True) -> list[Ask]:
        """One question per alternative, in rank order; without healing its places are found by their first way only."""
        return [
            Ask(
                by,
                want,
                inside=_ways(self.inside, healing),
                near=_ways(self.near, healing),
                below=_ways(self.below, healing),
                right_of=_ways(self.right_of, healing),
                nth=self.nth,
                compare=want != "see",
                known=self.known,
            )
            for by in self.alternatives
        ]


def _ways(target: ResolvedTarget | None, healing: bool) -> tuple[By, ...]:
    """The ways to find a place, each within the place that it stands in itself."""
    if target is None:
        return ()
    ways = target.alternatives if healing else target.alternatives[:1]
    if target.inside is None:
        return ways
    return tuple(_within(way, outer) for outer in _ways(target.inside, healing) for way in ways)


def _within(way: By, outer: By) -> By:
    return replace(way, within=_within(way.within, outer) if way.within else outer)
