"""A metric: what is added up, over which rows, by which moment; everything else is derived from such sums. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import NamedTuple


class Ratio(NamedTuple):
    """One metric divided by another, in units of 1/scale (10,000 for hundredths of a percent)."""

    numerator: str
    denominator: str
    scale: int


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the dictionary.

    A sum: `fact` is the fact that is read (storage/reports/facts), `part` each row's part in SQL, `at` the moment that
    puts the row into a period, `where` which rows count. `terms`: a sum of other metrics, each with its sign. `ratio`:
    one metric by another. `rule`: what a report works out by itself, in words, where none of the three says it.
    Units as in storage/reports/table.py. A definition that is changed gets the next `version`.
    """

    name: str
    title: str
    unit: str
    sentence: str
    grain: str
    owner: str
    version: int = 1
    fact: str = ""
    part: str = ""
    at: str = ""
    where: str = ""
    terms: tuple[tuple[int, str], ...] = ()
    ratio: Ratio | None = None
    rule: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The metrics that this one is worked out from, itself when it is a sum of rows."""
        if self.terms:
            return tuple(name for _, name in self.terms)
        if self.ratio:
            return (self.ratio.numerator, self.ratio.denominator)
        return (self.name,)

    @property
    def formula(self) -> str:
        """How it is computed, one line: the rule in SQL over the fact, or over other metrics."""
        if self.terms:
            return " ".join(f"{'+' if sign > 0 else '−'} {name}" for sign, name in self.terms).removeprefix("+ ")
        if self.ratio:
            return f"{self.ratio.numerator} ÷ {self.ratio.denominator}"
        if self.rule:
            return self.rule
        return f"SUM({self.part}) FROM {self.fact} WHERE {self.where or 'TRUE'} BY {self.at}"

    @property
    def digest(self) -> str:
        """A hash of the definition: of what decides the figure, not of its wording."""
        said = {key: value for key, value in asdict(self).items() if key not in ("title", "sentence", "owner")}
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
