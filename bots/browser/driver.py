"""The narrow seam to a browser: what a verb may ask of a page, and nothing of how it is done.

Two things implement it: `bots.browser.playwright` (a real browser) and `bots.browser.fake` (a scripted page for tests).
Everything else in `bots` speaks only these protocols, so a test of the engine needs no browser.

Elements are found in two moves. `Page.survey` answers many questions in ONE evaluate per frame (how many elements
match, what do they say, where are they); `Page.element` then turns one `Match` into an `Element` that can be acted on.
Reading through handles one by one costs 4,800 times as much as one evaluate that returns JSON text (measured).

Errors: every call raises an error of `bots.errors`, never the browser library's own.
"""

# ruff: noqa: D102 - one-line methods whose names say it all

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from bots.browser.arrivals import Answer as Answer
from bots.browser.arrivals import Download as Download

How = Literal["testid", "role", "label", "placeholder", "text", "css", "row", "section", "name"]
"""How an element is sought. `name` is a flow's literal name: role name, label, placeholder or text."""

Want = Literal["act", "fill", "see"]
"""What for: to click it, to fill it (a field wins over equal text), or to know that it is shown (any text will do)."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class By:
    """One way to find an element, every template already filled in.

    `value` is the text, test id, CSS selector, role … ; `name` the accessible name that goes with a role; `exact=False`
    allows a part of the text; `has` is a text that must stand inside it; `within` narrows it to what lies inside;
    `frame` is a CSS selector of the iframe; `nth` (from 1, -1 is the last) picks one of several as the last resort.
    """

    by: How
    value: str
    name: str = ""
    exact: bool = True
    within: By | None = None
    frame: str = ""
    nth: int | None = None
    has: str = ""

    def plain(self) -> dict[str, object]:
        """The same as plain values, for a page; `dataclasses.asdict` takes ten times as long."""
        return {
            "by": self.by,
            "value": self.value,
            "name": self.name,
            "exact": self.exact,
            "within": self.within.plain() if self.within else None,
            "frame": self.frame,
            "nth": self.nth,
            "has": self.has,
        }

    def __str__(self) -> str:
        tail = f" {self.name!r}" if self.name else ""
        tail += f" has {self.has!r}" if self.has else ""
        inner = f" in {self.within}" if self.within else ""
        return f"{self.by}={self.value!r}{tail}{inner}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a page: which visible elements match `by`, given the relations.

    Each relation is a ranked list of ways to find the other element; the first way that matches anything counts.
    `nth` is 1-based, in document order, applied last; -1 is the last one. With `compare`, the matches of all such
    questions say which of them mean the same thing. `known` (None: nobody remembers) are the marks of the last good
    run: a single match tells its own, and one that differs is compared with its rivals.
    """

    by: By
    want: Want = "act"
    inside: tuple[By, ...] = ()
    near: tuple[By, ...] = ()
    below: tuple[By, ...] = ()
    right_of: tuple[By, ...] = ()
    nth: int | None = None
    compare: bool = False
    known: Mapping[str, str] | None = None

    def plain(self) -> dict[str, object]:
        """The same as plain values, for a page."""
        return {
            "by": self.by.plain(),
            "want": self.want,
            "inside": [one.plain() for one in self.inside],
            "near": [one.plain() for one in self.near],
            "below": [one.plain() for one in self.below],
            "right_of": [one.plain() for one in self.right_of],
            "nth": self.nth,
            "compare": self.compare,
            "known": None if self.known is None else dict(self.known),
        }


@dataclass(frozen=True, slots=True)
class Match:
    """One visible element that answers an `Ask`: what it says and where it is; `frame`, `token` are the driver's.

    `over` are the tokens of other matches of the same survey that mean the same thing: the field around an input.
    `marks` is by what it can be known again (empty: not asked), `likeness` from 0 to 1 how much of what was known;
    `gain`, of a rival, how much it has kept that the one it rivals has lost.
    """

    text: str
    tag: str
    kind: str
    where: str
    frame: int = 0
    token: int = 0
    over: tuple[int, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    likeness: float = 1.0
    gain: float = 0.0

    def same(self, other: Match) -> bool:
        """Whether both mean one thing on the page."""
        if self.frame != other.frame:
            return False
        return self.token == other.token or other.token in self.over or self.token in other.over


@dataclass(frozen=True, slots=True)
class Sighting:
    """The answer to one `Ask`. `count` is exact, `matches` holds at most 20.

    `places` counts the elements that a relation refers to (1 is right, -1: no relation asked). `rival` is the
    other element that is most like what was known.
    """

    count: int
    matches: tuple[Match, ...] = ()
    places: int = -1
    place_matches: tuple[Match, ...] = ()
    rival: Match | None = None


@dataclass(frozen=True, slots=True)
class RowSeen:
    """One visible row of a list: its text as a person reads it, and the link that was asked for if it has just one."""

    text: str
    link: Match | None = None


Enough = Callable[[], Awaitable[bool]] | None
"""Whether there is no need to wait any longer, asked now and then."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a browser session presents itself. `block` holds URL patterns (`*.woff2`) that are never fetched.

    `animation_speed`: how many times as fast the pages' own animations play where nobody looks on. Every wait for a
    menu or a calendar to stand still is shorter by that, and drawing them was a third of what a night cost.
    """

    locale: str = "zh-CN"
    timezone: str = "Asia/Shanghai"
    width: int = 1440
    height: int = 900
    proxy: str | None = None
    proxy_user: str = ""
    proxy_password: str = field(default="", repr=False)
    user_agent: str | None = None
    block: tuple[str, ...] = ()
    ignore_certificate_errors: bool = False
    extra_headers: dict[str, str] = field(default_factory=dict)
    animation_speed: float = 20.0

    def proxy_told(self) -> dict[str, str] | None:
        """The proxy as browser libraries take it: `server`, with `username` and `password` where it asks who comes."""
        if not self.proxy:
            return None
        who = {"username": self.proxy_user, "password": self.proxy_password} if self.proxy_user else {}
        return {"server": self.proxy, **who}


class Element(Protocol):
    """One element of a page. Actions wait until it is visible, stable, enabled and uncovered."""

    async def click(self, *, force: bool = False, count: int = 1, timeout_ms: int = 10_000) -> None: ...
    async def hover(self, *, timeout_ms: int = 10_000) -> None: ...
    async def press(self, key: str) -> None: ...
    async def type(self, text: str) -> None: ...
    async def fill(self, text: str, *, timeout_ms: int = 10_000) -> None: ...
    async def clear(self) -> None: ...
    async def text(self) -> str: ...
    async def value(self) -> str: ...
    async def attribute(self, name: str) -> str | None: ...
    async def is_visible(self) -> bool: ...
    async def is_enabled(self) -> bool: ...
    async def is_checked(self) -> bool: ...
    async def check(self, on: bool) -> None: ...
    async def set_files(self, paths: Sequence[Path]) -> None: ...
    async def select(self, values: Sequence[str]) -> None: ...
    async def drag_to(self, other: Element) -> None: ...
    async def screenshot(self) -> bytes: ...
    async def scroll(self) -> None: ...
    async def query(self, by: By) -> list[Element]: ...
    async def evaluate_json(self, script: str, arg: Json = None) -> Json:
        """The value of `script`, a JavaScript `(element, arg) => JSON text`."""
        ...

    async def follow(self, script: str, arg: Json = None) -> Element | None:
        """The element that `script`, a JavaScript `(element, arg) => element or null`, leads to; hidden ones too."""
        ...

    async def describe(self) -> str: ...


class Page(Protocol):
    """One tab. `survey` and `query` see visible elements only, through same-origin frames and open shadow roots."""

    @property
    def url(self) -> str: ...
    @property
    def last_status(self) -> int | None:
        """HTTP status of the last document of the main frame; None before the first one."""
        ...

    @property
    def frames(self) -> list[str]:
        """Addresses of the frames, the main one first."""
        ...

    @property
    def dialogs(self) -> list[str]:
        """Texts of the alert/confirm boxes that the page has shown, oldest first."""
        ...

    async def title(self) -> str: ...
    async def goto(self, url: str, *, timeout_ms: int = 30_000) -> None:
        """The page at `url` (below the session's base) is open. Raises ServerFailed (HTTP ≥ 500), PageTimeout, …"""
        ...

    async def back(self) -> None: ...
    async def reload(self, *, timeout_ms: int = 30_000) -> None: ...
    async def bring_to_front(self) -> None: ...
    async def close(self) -> None: ...
    def answer_dialogs(self, accept: bool) -> None:
        """From now on confirm boxes are accepted, or refused (the default: nothing happens that no step asked for)."""
        ...

    async def survey(self, asks: Sequence[Ask]) -> list[Sighting]:
        """One answer per question, taken at one moment."""
        ...

    async def rows(self, words: Sequence[str], links: Sequence[By]) -> list[RowSeen]:
        """All rows of lists and tables, topmost first, at most 200 a frame.

        A row whose text holds all of `words` comes with its link: what the first of `links` that has exactly one
        answer inside the row finds.
        """
        ...

    async def element(self, match: Match) -> Element: ...
    async def query(self, by: By, scope: Element | None = None) -> list[Element]: ...
    async def texts(self, near: str, limit: int = 5) -> list[str]:
        """Visible texts of the page that are most like `near`, best first, for error messages."""
        ...

    async def evaluate_json(self, script: str, arg: Json = None) -> Json:
        """The value of `script`, a JavaScript `(arg) => JSON text`, in the main frame."""
        ...

    async def press(self, key: str) -> None: ...
    async def screenshot(self, *, full: bool = False, mask: Sequence[Element] = ()) -> bytes: ...
    async def aria_snapshot(self) -> str: ...
    async def collect_download(self, action: Callable[[], Awaitable[None]], *, timeout_ms: int = 60_000) -> Download:
        """The file that `action` makes the site send, complete on disk: as a download, a blob, in a new tab, or shown
        as a page. Raises DownloadBroken, PageTimeout when none comes, ServerFailed for an error page instead.
        """
        ...

    async def watch(
        self,
        action: Callable[[], Awaitable[None]],
        *,
        bodies: str = "",
        timeout_ms: int = 30_000,
        enough: Enough = None,
    ) -> tuple[Answer, ...]:
        """The page's own requests that `action` caused, answered, in order; bodies of addresses that fit `bodies`.

        With `bodies`, one that fits is waited for. A request without an answer after `timeout_ms`, or when `enough`
        says so, is not among them.
        """
        ...


class Writes(Protocol):
    """The requests that write (POST, PUT …), begun by any tab of a session since this was asked for, until `close`."""

    async def over(self, timeout_ms: int) -> bool:
        """Whether the site has answered every one of them, or the connection is gone; waited for at most so long."""
        ...

    def close(self) -> None: ...


class Session(Protocol):
    """One account's browser context: its cookies, its tabs, its downloads."""

    @property
    def pages(self) -> list[Page]:
        """The open tabs, oldest first; a tab that the site opened is here as soon as it exists."""
        ...

    @property
    def began_with(self) -> bytes | None:
        """The state of an earlier session that it began with, which may still be signed in; None without one."""
        ...

    async def new_page(self) -> Page: ...
    def writes(self) -> Writes:
        """What the site is asked to change from now on, to know whether it has answered."""
        ...

    async def state(self) -> bytes:
        """Cookies and storage, to be given to `open_session` next time. Secret: keep it encrypted."""
        ...

    async def start_trace(self) -> None: ...
    async def stop_trace(self, path: Path | None) -> None:
        """The trace since `start_trace` is at `path`, or thrown away when `path` is None."""
        ...

    async def close(self) -> None: ...


class Browser(Protocol):
    """A running browser. Closing it leaves no process."""

    async def open_session(
        self, state: bytes | None, *, downloads: Path, base: str = "", options: SessionOptions | None = None
    ) -> Session: ...
    async def close(self) -> None: ...
