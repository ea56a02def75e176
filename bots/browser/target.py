"""What a flow's target becomes when its names are looked up and its templates filled in: ranked ways to find it."""

from __future__ import annotations

from dataclasses import dataclass

from bots.browser.driver import Ask, By, Want


@dataclass(frozen=True, slots=True)
class ResolvedTarget:
    """A target ready to be sought. A name that is in no library is `alternatives=(By("name", text),)`.

    `kind` is what the element library says the element is (`button`, `field`, `row` …; empty: anything).
    """

    name: str
    alternatives: tuple[By, ...]
    kind: str = ""
    inside: ResolvedTarget | None = None
    near: ResolvedTarget | None = None
    below: ResolvedTarget | None = None
    right_of: ResolvedTarget | None = None
    nth: int | None = None

    @classmethod
    def literal(cls, name: str) -> ResolvedTarget:
        """The target whose visible text, label or role name is `name`."""
        return cls(name, (By("name", name),))

    def asks(self, want: Want) -> list[Ask]:
        """One question per alternative, in rank order."""
        return [
            Ask(
                by,
                want,
                inside=_ways(self.inside),
                near=_ways(self.near),
                below=_ways(self.below),
                right_of=_ways(self.right_of),
                nth=self.nth,
            )
            for by in self.alternatives
        ]


def _ways(target: ResolvedTarget | None) -> tuple[By, ...]:
    return target.alternatives if target else ()
