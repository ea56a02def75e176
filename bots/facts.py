"""Small facts that travel with a run: whose account it is, how far it has come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

ProgressKind = Literal["run", "step", "item", "file", "signed_in", "retry", "person", "waits", "ended"]


@dataclass(frozen=True)
class AccountFacts:
    """An account as a flow may see it. `base` holds the values of the site's address templates, e.g. `base_url`."""

    name: str
    shop: str
    username: str
    base: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """One thing that has just happened, for a terminal or a page: `index` of `total`, both 0 when they do not count."""

    kind: ProgressKind
    text: str
    index: int = 0
    total: int = 0
    item: str = ""


Report = Callable[[Progress], None]


def unheard(progress: Progress) -> None:
    """Nobody listens to the progress."""
