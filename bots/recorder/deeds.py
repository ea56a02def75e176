"""One step in the making: what was done to what, in words that are not yet a template."""

from __future__ import annotations

from dataclasses import dataclass, field

from bots.browser.driver import By
from bots.recorder.events import Who


@dataclass(frozen=True, slots=True)
class Ready:
    """A value that is already as the flow writes it: `${code}`, or `{secret: password}`."""

    value: str | dict[str, str]


Given = str | tuple[str, ...] | Ready
"""A value: what the person typed, word for word, several choices, or what the flow writes instead of it."""


@dataclass(slots=True)
class Deed:
    """A step in the making: done at the address `path`; `fields` are what was filled, `start` what began an export."""

    verb: str
    who: Who | None = None
    value: Given = ""
    fields: dict[str, Given] = field(default_factory=dict)
    names: tuple[Who, ...] = ()
    on: bool = True
    files: tuple[str, ...] = ()
    tab: int = 0
    at: float = 0.0
    path: str = ""
    start: Who | None = None

    @property
    def secret(self) -> bool:
        """Whether it fills in something that must never be written down."""
        return any(
            isinstance(one, Ready) and isinstance(one.value, dict) for one in (self.value, *self.fields.values())
        )

    @property
    def touches(self) -> tuple[Who, ...]:
        """The elements it acts on."""
        return self.names or ((self.who,) if self.who is not None else ())


@dataclass(frozen=True, slots=True)
class NewElement:
    """An element without a name of its own, which the library has to be told: on `page` ('' for every page)."""

    page: str
    name: str
    ways: tuple[By, ...]
    field: bool = False
