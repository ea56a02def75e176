"""What a fake site is made of: things on its pages, and what happens when they are clicked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import TYPE_CHECKING

from bots.browser.driver import By

if TYPE_CHECKING:
    from bots.browser.fake import FakePage

Then = Callable[["FakePage"], None]
SWITCHES = {"checkbox", "radio", "switch"}
ACTIONABLE = {"button", "link", "menuitem", "tab", *SWITCHES}


@dataclass(eq=False)
class FakeElement:
    """One thing on a fake page. `place` is the text of the row or title of the section that it stands in."""

    text: str
    kind: str = "text"
    value: str = ""
    place: str = ""
    testid: str = ""
    css: str = ""
    placeholder: str = ""
    hidden: bool = False
    enabled: bool = True
    checked: bool = False
    after_looks: int = 0
    cells: tuple[str, ...] = ()
    then: Then | None = None

    def answers(self, by: By, want: str) -> bool:
        """Whether `by` means this element (places are looked at by the page)."""
        wanted = by.name if by.by == "role" else by.value
        if by.by == "role" and by.value != self.kind:
            return False
        same = (lambda text: wanted in text) if not by.exact else (lambda text: wanted == text)
        texts = {
            "testid": [self.testid],
            "css": [self.css],
            "placeholder": [self.placeholder],
            "row": list(self.cells) if self.kind == "row" else [],
            "section": [self.text] if self.kind == "section" else [],
            "label": [self.text] if self.kind not in {"text", "row", "section"} else [],
        }.get(by.by, [self.text, self.placeholder] if self.kind != "row" else list(self.cells) if want == "see" else [])
        if by.by == "role" and not by.name:
            return True
        return any(text and same(text) for text in texts)


def button(text: str, then: Then | None = None, **facts: object) -> FakeElement:
    """A button that does `then` when clicked."""
    return FakeElement(text, "button", then=then, **facts)  # type: ignore[arg-type]


def link(text: str, then: Then | None = None, **facts: object) -> FakeElement:
    """A link that does `then` when clicked."""
    return FakeElement(text, "link", then=then, **facts)  # type: ignore[arg-type]


def field(label: str, value: str = "", **facts: object) -> FakeElement:
    """A field with its label and what is in it."""
    return FakeElement(label, "field", value, **facts)  # type: ignore[arg-type]


def text(words: str, **facts: object) -> FakeElement:
    """Words on the page."""
    return FakeElement(words, **facts)  # type: ignore[arg-type]


def row(*cells: str, **facts: object) -> FakeElement:
    """A table row; its first cell is the `place` of the elements in it."""
    return FakeElement(cells[0], "row", cells=cells, **facts)  # type: ignore[arg-type]


def show(*texts: str) -> Then:
    """Elements with these texts become visible."""
    return lambda page: page.turn(texts, hidden=False)


def hide(*texts: str) -> Then:
    """Elements with these texts vanish."""
    return lambda page: page.turn(texts, hidden=True)


def go(address: str) -> Then:
    """The page moves on to `address`."""
    return lambda page: page.move(address)


def send(name: str, content: bytes) -> Then:
    """The site sends a file; empty content stands for a download that was cut short."""
    return lambda page: page.send(name, content)


def reply(url: str, body: str | bytes, **facts: object) -> Then:
    """The site answers a request of the page: its JSON, or with `status=0` nothing."""
    return lambda page: page.answer(url, body, **facts)  # type: ignore[arg-type]


def both(*effects: Then) -> Then:
    """Every effect, in order."""

    def run(page: FakePage) -> None:
        for effect in effects:
            effect(page)

    return run


@dataclass
class FakeSite:
    """Pages by address (without base), the statuses of those that fail, and everything that was done, in order."""

    pages: dict[str, list[FakeElement]]
    statuses: dict[str, int] = attribute(default_factory=dict)
    events: list[str] = attribute(default_factory=list)
    tables: dict[str, list[dict[str, str]]] = attribute(default_factory=dict)
    answers_in_ms: float = 0.0
    """How long the site takes to answer what it is asked to change."""
