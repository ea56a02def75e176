"""What the witness in the page says, read strictly: what is not of the expected shape is not taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from bots.browser.driver import By, How

What = Literal[
    "arrived", "check", "chooser", "click", "download", "fill", "hover", "leaving", "press", "secret", "upload"
]
HOWS: frozenset[str] = frozenset({"testid", "role", "label", "placeholder", "text", "css", "row", "section", "name"})
LONGEST = 10_000
MOST = 50


@dataclass(frozen=True, slots=True)
class Who:
    """An element as a flow names it: a name of the library or its own words, and what narrows it down.

    `row` holds texts of which each is in exactly this row; `ways` are proposals for the library when it has no name.
    """

    name: str
    library: bool = False
    row: tuple[str, ...] = ()
    section: str = ""
    nth: int = 0
    kind: str = ""
    ways: tuple[By, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that a person did or that came of it. `at` is in ms of the browser's clock; `tab` counts from 0.

    `values` are the choices of a field that takes several, when it holds more than one.
    """

    what: What
    at: float
    tab: int = 0
    who: Who | None = None
    value: str = ""
    on: bool = True
    values: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    path: str = ""
    title: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def read_seen(told: dict[str, Any], tab: int) -> Seen | None:
    """The event that a page sent from tab `tab`; None for what is not one (a page can say anything)."""
    what = told.get("what")
    at = told.get("at")
    if what not in get_args(What) or not isinstance(at, int | float):
        return None
    return Seen(
        cast(What, what),
        float(at),
        tab,
        who=_who(told["who"]) if isinstance(told.get("who"), dict) else None,
        value=_text(told.get("value", told.get("key", ""))),
        on=told.get("on") is not False,
        values=tuple(_text(one) for one in _list(told.get("values"))),
        files=tuple(_text(name) for name in _list(told.get("files"))),
        path=_text(told.get("path", "")),
        title=_text(told.get("title", "")),
        facts={key: _text(told.get(key, "")) for key in ("how", "url", "caused", "count") if key in told},
    )


def _who(told: dict[str, Any]) -> Who:
    return Who(
        _text(told.get("name", "")),
        library=told.get("library") is True,
        row=tuple(_text(text) for text in _list(told.get("row"))),
        section=_text(told.get("section", "")),
        nth=told["nth"] if isinstance(told.get("nth"), int) else 0,
        kind=_text(told.get("kind", "")),
        ways=tuple(read_ways(told.get("ways"))),
    )


def read_ways(told: object) -> list[By]:
    """The ways of finding an element that the page proposes."""
    return [way for way in (_way(one) for one in _list(told)) if way is not None]


def _way(told: object) -> By | None:
    if not isinstance(told, dict) or str(told.get("by")) not in HOWS:
        return None
    how: How = told["by"]
    within = _way(told.get("within"))
    return By(how, _text(told.get("value", "")), name=_text(told.get("name", "")), within=within)


def _list(told: object) -> list[Any]:
    return told[:MOST] if isinstance(told, list) else []


def _text(told: object) -> str:
    if isinstance(told, bool):
        return "true" if told else "false"
    return str(told)[:LONGEST] if isinstance(told, str | int | float) else ""
