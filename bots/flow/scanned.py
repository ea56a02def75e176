"""What the pre-scan hands on: the text with its slips mended, and the way back to what was written."""

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from bots.flow.problem import Problem

LONG_LINE = 400
"""Comparing two lines sign by sign takes time with their lengths multiplied; longer ones are compared by their ends."""


@dataclass(slots=True)
class Scanned:
    """The problems found, and the text with the mendable lines mended, line for line."""

    text: str
    problems: list[Problem]
    changed: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Line number → the line as written and as mended."""

    def column(self, line: int, column: int) -> int:
        """Return the column in the file of a column in the mended text, both from 1."""
        if line not in self.changed:
            return column
        written, mended = self.changed[line]
        for a, b, size in _blocks(mended, written):
            if column - 1 < a + size or not size:
                return min(max(column - 1 - a, 0) + b, len(written)) + 1
        return column

    def unquoted(self, line: int, column: int) -> bool:
        """Say whether a quote at this place (in the file) was put there by the pre-scan."""
        return line in self.changed and self.changed[line][0][column - 1 : column] not in ("'", '"')


@lru_cache(maxsize=64)
def _blocks(mended: str, written: str) -> tuple[tuple[int, int, int], ...]:
    """Return the stretches that both lines share: where in the one, where in the other, how long; the last is empty."""
    if len(mended) <= LONG_LINE:
        blocks = SequenceMatcher(None, mended, written, autojunk=False).get_matching_blocks()
        return tuple((block.a, block.b, block.size) for block in blocks)
    start = _alike(mended, written)
    end = min(_alike(mended[::-1], written[::-1]), len(mended) - start, len(written) - start)
    return (0, 0, start), (len(mended) - end, len(written) - end, end), (len(mended), len(written), 0)


def _alike(one: str, other: str) -> int:
    """Return how many signs two texts share at their beginning."""
    least = min(len(one), len(other))
    return next((at for at in range(least) if one[at] != other[at]), least)
