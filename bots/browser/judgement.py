"""Which of the answers is the element: the rules of healing, without a browser.

A wrong element costs money, a refused one costs a look at the page. So one that was found is believed only when
1. exactly one element answers, and it is what a person called it: the kind fits;
2. no other way that answers at all points elsewhere;
3. it is just what was remembered from the last good run, or nothing else on the page is as much like it.
A lower way than the first heals under stricter rules: it must not tell the element by its position alone, and what it
finds must still resemble what was remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.browser.driver import By, Match, Sighting
from bots.browser.target import ResolvedTarget

MARGIN = 0.1
"""How much less a rival must be like what was remembered (share of its marks, by weight)."""
GAIN_MAX = 0.15
"""How much of what the found element has lost a rival may have kept."""
LIKENESS_MIN = 0.3
"""Below this a healed element has hardly anything left of what was remembered."""
LISTED = 20
"""A page lists this many matches of one way; of more, nobody can say whether one is among them."""
KINDS_OF_ROLE = {"button": "button", "link": "link", "checkbox": "checkbox", "radio": "radio", "switch": "switch"}
FIELD_KINDS = frozenset({"field", "checkbox", "radio", "switch"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The index of the way to use, or None; `doubts` are the elements between which it would be a guess."""

    index: int | None
    doubts: tuple[Match, ...] = ()


NOTHING = Verdict(None)


def judge(target: ResolvedTarget, sightings: Sequence[Sighting]) -> Verdict:
    """What the answers to all of the target's ways come to, taken together; sightings are in rank order."""
    singles = [index for index, seen in enumerate(sightings) if seen.count == 1 and _fits(target, sightings, index)]
    if not singles:
        return NOTHING
    if singles[0] == 0:
        return _first(target, sightings)
    return _healed(target, sightings, singles)


def _first(target: ResolvedTarget, sightings: Sequence[Sighting]) -> Verdict:
    match = sightings[0].matches[0]
    if match.marks and target.known and match.likeness == 1.0:
        return Verdict(0)  # just as it was remembered, whatever other ways point at
    other = _elsewhere(match, sightings)
    return Verdict(None, (match, other)) if other else _remembered(0, sightings[0])


def _healed(target: ResolvedTarget, sightings: Sequence[Sighting], singles: list[int]) -> Verdict:
    named = [i for i in singles if not positional(target.alternatives[i])]
    if target.nth is not None or not named:
        return NOTHING
    match = sightings[named[0]].matches[0]
    other = _elsewhere(match, sightings)
    if other:
        return Verdict(None, (match, other))
    if target.known and match.likeness < LIKENESS_MIN:
        return NOTHING
    return _remembered(named[0], sightings[named[0]])


def _elsewhere(match: Match, sightings: Sequence[Sighting]) -> Match | None:
    """What another way means that does not mean `match` at all; a heading with a button's words is no other button."""
    for seen in sightings:
        alike = [one for one in seen.matches if one.kind == match.kind or one.same(match)]
        if alike and seen.count <= LISTED and not any(one.same(match) for one in alike):
            return alike[0]
    return None


def _remembered(index: int, seen: Sighting) -> Verdict:
    match, rival = seen.matches[0], seen.rival
    if rival is not None and (rival.likeness > match.likeness - MARGIN or rival.gain > GAIN_MAX):
        return Verdict(None, (match, rival))
    return Verdict(index)


def _fits(target: ResolvedTarget, sightings: Sequence[Sighting], index: int) -> bool:
    """Whether the match is of the kind that the library names, or that the ways themselves or memory imply."""
    kind = sightings[index].matches[0].kind
    if target.kind and index > 0:
        return kind == target.kind
    if target.known and target.known.get("kind"):
        return index == 0 or kind == target.known["kind"] or kind in FIELD_KINDS
    return index == 0 or kind in _implied(target.alternatives) or not _implied(target.alternatives)


def _implied(ways: Sequence[By]) -> frozenset[str]:
    """The kinds that the ways can mean at all; empty: anything."""
    for way in ways:
        if way.by == "role" and way.value in KINDS_OF_ROLE:
            return frozenset({KINDS_OF_ROLE[way.value]})
        if way.by in {"label", "placeholder"}:
            return FIELD_KINDS
    return frozenset()


def positional(way: By) -> bool:
    """Whether the way tells the element by counting, which the next redesign changes without a sign."""
    return way.nth is not None or (way.within is not None and positional(way.within)) or ":nth" in way.value
