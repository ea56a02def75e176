"""Looks at the lines before YAML does, and says in one sentence what YAML would say badly or not at all."""

from collections.abc import Collection
from dataclasses import dataclass

from bots.flow.problem import Problem


@dataclass(frozen=True, slots=True)
class Scanned:
    """The problems found, and the text with the mendable lines mended, line for line."""

    text: str
    problems: list[Problem]


def prescan(text: str, path: str, words: Collection[str] = ()) -> Scanned:
    """Return what the lines show; `words` are names that may stand before a colon."""
    return Scanned(text, [])
