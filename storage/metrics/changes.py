"""Which reports an edited definition touches: said before anybody compares this month with the last one."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from storage.metrics.metric import Metric


class Edit(NamedTuple):
    """A metric whose definition is another one, the reports that show it, directly or through another metric.

    `versioned`: the edit has a version of its own; where it has not, two figures under one name mean two things.
    """

    metric: str
    before: str
    after: str
    reports: tuple[str, ...]
    versioned: bool


def edits(before: Mapping[str, Metric], after: Mapping[str, Metric], used: Mapping[str, Iterable[str]]) -> list[Edit]:
    """Every metric that was added, removed or defined anew, in order of name; `used`: report -> metrics it shows."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None and old.digest == new.digest:
            continue
        versioned = old is None or new is None or old.version != new.version
        reports = affected(name, after if new is not None else before, used)
        found.append(Edit(name, old.formula if old else "", new.formula if new else "", reports, versioned))
    return found


def affected(name: str, metrics: Mapping[str, Metric], used: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The reports that show the metric or one that is worked out from it."""
    family = {name}
    while more := {other.name for other in metrics.values() if family & _rests_on(other)} - family:
        family |= more
    return tuple(sorted(report for report, shown in used.items() if family & set(shown)))


def _rests_on(metric: Metric) -> set[str]:
    """The metrics that it is worked out from, those that its rule names included."""
    return {*metric.needs, *re.findall(r"[a-z_0-9]+", metric.rule)}
