"""Follows the indentation of a block of YAML and mends a line that lines up with nothing."""

import re
from dataclasses import dataclass, field

from bots.flow.marks import colon_at

_PARTS = re.compile(r"( *)((?:-(?: +|$))*)(.*)")
_OPENS = re.compile(r"[^#]*:\s*(?:#.*)?|(?:[^#]*:\s+)?[|>][+-]?\d?[+-]?\s*(?:#.*)?")
_KEY = re.compile(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'#\[{][^#:]*?)\s*:(?:\s|$)")


@dataclass(slots=True)
class Indents:
    """The columns at which lines may begin; `take` is called with every line that holds something."""

    levels: list[tuple[int, bool]] = field(default_factory=list)
    """Columns from the outside in, and whether dashes stand there."""

    open: bool = True
    """Whether the last line asks for something deeper: it ended with a colon or a dash."""

    shift: tuple[int, int] = (0, 0)
    """Indentation of the last mended line and how far it was moved; deeper lines below move along."""

    reported: bool = False
    """Whether the line was off by itself, and did not only move along with one above."""

    def passes(self, lead: str, dashes: str, key: str | None, value: str | None) -> bool:
        """Take a line whose parts are known and say True, or leave it to `take` because it may not line up.

        `lead` is its indentation, `dashes` what follows of "- ", then its key and what stands behind that key.
        """
        levels, at = self.levels, len(lead)
        kept = total = len(levels)
        while kept and levels[kept - 1][0] > at:
            kept -= 1
        level = kept and levels[kept - 1][0] == at
        if level and key and not dashes and levels[kept - 1][1] and self._under_dash(at, kept):
            return False
        if self.shift[1] or not (level or not total or (self.open and kept == total)):
            return False
        if not dashes and not key and not self.open:
            return True
        if kept < total:
            del levels[kept:]
        for column in range(at, at + len(dashes), 2) if dashes else ():
            self._push(column, True)
        if key:
            self._push(at + len(dashes), False)
        self.open = bool(key) and not value
        return True

    def take(self, line: str) -> str:
        """Return the line as it is, or moved to the column that was meant."""
        match = _PARTS.fullmatch(line)
        if match is None or not (match[2] or match[3]) or (match[3].startswith("#") and not match[2]):
            return line
        self.reported = False
        at, dash = len(match[1]), bool(match[2])
        if self.shift[1] and at > self.shift[0] and all(column != at for column, _ in self.levels):
            at += self.shift[1]
        else:
            self.shift = (0, 0)
        if not dash and not _KEY.match(match[3]) and not self.open:
            return line
        wanted = self._fit(at, dash)
        if wanted != at:
            self.reported = True
            self.shift = (len(match[1]), wanted - len(match[1]))
            at = wanted
        self._note(at, match[2], match[3])
        return " " * at + line[len(match[1]) :]

    def wants_key(self, line: str, start: int) -> bool:
        """Say whether a line without a plain colon stands where only a key can: no text goes on at that column."""
        return (start, False) in self.levels and not line[:start].strip() and colon_at(line, start) < 0

    def _fit(self, at: int, dash: bool) -> int:
        """Return the column itself when a line may begin there, else the nearest that fits."""
        inner = [level for level in self.levels if level[0] <= at]
        if not dash and inner and inner[-1][0] == at and self._under_dash(at, len(inner)):
            return at + 2
        if not self.levels or (inner and inner[-1][0] == at):
            return at
        if self.open and len(inner) == len(self.levels):
            return at
        same = [column for column, dashes in self.levels if dashes == dash]
        near = [column for column in same if abs(column - at) <= 1]
        return min(near, key=lambda column: (abs(column - at), -column)) if near else at

    def _under_dash(self, at: int, kept: int) -> bool:
        """Say whether only dashes stand at a column: a key there belongs to the item above, two further in."""
        return self.levels[kept - 1][1] and (at, False) not in self.levels[:kept]

    def _note(self, at: int, dashes: str, rest: str) -> None:
        while self.levels and self.levels[-1][0] > at:
            self.levels.pop()
        column = at
        for run in re.finditer(r"- *", dashes):
            self._push(column, True)
            column += len(run[0])
        if _KEY.match(rest):
            self._push(column, False)
        self.open = not rest or bool(_OPENS.fullmatch(rest))

    def _push(self, column: int, dashes: bool) -> None:
        if not self.levels or self.levels[-1] != (column, dashes):
            self.levels.append((column, dashes))
