"""A browser without a browser: a small scripted site that obeys the driver protocols and writes down what was done.

    site = FakeSite({"/orders": [field("订单号"), button("查询", then=show("1001")), row("1001", "下架", hidden=True)]})
    browser = FakeBrowser(site)          # … play a flow on it, then look at site.events

Elements appear, vanish, navigate and send files by their `then`; every act is one line in `site.events`, such as
`goto /orders`, `fill 订单号 = 1001`, `click 查询`. Product code with its own tests: engine tests trust it.
"""

# ruff: noqa: ARG002, D102 - the methods' shape and promises are the protocols' in driver.py

from __future__ import annotations

import asyncio
import difflib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bots.browser.arrivals import Answer
from bots.browser.driver import (
    Ask,
    Browser,
    By,
    Download,
    Element,
    Enough,
    Json,
    Match,
    Page,
    RowSeen,
    Session,
    SessionOptions,
    Sighting,
)
from bots.browser.fake_site import (
    ACTIONABLE,
    SWITCHES,
    FakeElement,
    FakeSite,
    Then,
    both,
    button,
    field,
    go,
    hide,
    link,
    reply,
    row,
    send,
    show,
    text,
)
from bots.browser.names import free_path, join_url
from bots.errors import DownloadBroken, ElementBlocked, PageTimeout, ServerFailed

__all__ = [
    "FakeBrowser",
    "FakeElement",
    "FakeHandle",
    "FakePage",
    "FakeSession",
    "FakeSite",
    "Then",
    "both",
    "button",
    "field",
    "go",
    "hide",
    "link",
    "reply",
    "row",
    "send",
    "show",
    "text",
]


class FakeBrowser:
    """A browser whose every session sees the same site."""

    def __init__(self, site: FakeSite) -> None:
        self.site = site
        self.closed = False

    async def open_session(
        self, state: bytes | None, *, downloads: Path, base: str = "", options: SessionOptions | None = None
    ) -> Session:
        return FakeSession(self.site, state, downloads, base)

    async def close(self) -> None:
        self.closed = True


class FakeSession:
    """One session of the fake browser."""

    def __init__(self, site: FakeSite, state: bytes | None, downloads: Path, base: str) -> None:
        self.site, self.downloads, self.base = site, downloads, base
        self.began_with = state
        self._state = state or b"{}"
        self._pages: list[Page] = []
        self.tracing = False

    @property
    def pages(self) -> list[Page]:
        return self._pages

    async def new_page(self) -> Page:
        page = FakePage(self)
        self._pages.append(page)
        return page

    def writes(self) -> FakeWrites:
        return FakeWrites(self.site)

    async def state(self) -> bytes:
        return self._state

    async def start_trace(self) -> None:
        self.tracing = True

    async def stop_trace(self, path: Path | None) -> None:
        if self.tracing and path:
            await asyncio.to_thread(path.write_bytes, b"PK\x05\x06" + bytes(18))
        self.tracing = False

    async def close(self) -> None:
        self._pages.clear()


class FakeWrites:
    """What the site says of itself: whether it has answered all that it was asked to change."""

    def __init__(self, site: FakeSite) -> None:
        self._site = site

    async def over(self, timeout_ms: int) -> bool:
        return self._site.answers_in_ms <= timeout_ms

    def close(self) -> None:
        """Nothing was held."""


class FakePage:
    """One tab of the fake browser."""

    def __init__(self, session: FakeSession) -> None:
        self.session = session
        self.site = session.site
        self._address = ""
        self._status: int | None = None
        self._surveyed: list[FakeElement] = []
        self._history: list[str] = []
        self._sent: list[tuple[str, bytes]] = []
        self._answers: list[Answer] = []
        self._looks = 0
        self.accepts_dialogs = False

    @property
    def elements(self) -> list[FakeElement]:
        """What stands on the page now, hidden ones too."""
        return self.site.pages.get(self._address, [])

    @property
    def url(self) -> str:
        return join_url(self.session.base, self._address) if self._address else "about:blank"

    @property
    def last_status(self) -> int | None:
        return self._status

    @property
    def frames(self) -> list[str]:
        return [self.url]

    @property
    def dialogs(self) -> list[str]:
        return []

    def note(self, event: str) -> None:
        """One more thing was done."""
        self.site.events.append(event)

    def turn(self, texts: Sequence[str], *, hidden: bool) -> None:
        """Elements that have one of `texts` (or stand in a place called so) become hidden or visible."""
        for element in self.elements:
            if element.text in texts or element.place in texts:
                element.hidden = hidden

    def move(self, address: str) -> None:
        """The page is at `address` now."""
        self._history.append(self._address)
        self._address = address
        self._status = self.site.statuses.get(address, 200 if address in self.site.pages else 404)
        self._looks = 0

    def send(self, name: str, content: bytes) -> None:
        """A file is on its way."""
        self._sent.append((name, content))

    def answer_dialogs(self, accept: bool) -> None:
        self.accepts_dialogs = accept

    async def title(self) -> str:
        return self._address.strip("/")

    async def goto(self, url: str, *, timeout_ms: int = 30_000) -> None:
        address = url.removeprefix(self.session.base.rstrip("/")) if self.session.base else url
        self.note(f"goto {address}")
        self.move(address)
        if (self._status or 0) >= 500:
            raise ServerFailed(self.url, self._status or 0)

    async def back(self) -> None:
        self.note("back")
        self._address = self._history.pop() if self._history else ""

    async def reload(self, *, timeout_ms: int = 30_000) -> None:
        self.note("reload")

    async def bring_to_front(self) -> None:
        self.note(f"switch {self._address}")

    async def close(self) -> None:
        self.note("close tab")
        self.session.pages.remove(self)

    async def survey(self, asks: Sequence[Ask]) -> list[Sighting]:
        self._looks += 1
        self._surveyed = list(self.elements)
        return [self._answer(ask) for ask in asks]

    def _answer(self, ask: Ask) -> Sighting:
        shown = [e for e in self._surveyed if not e.hidden and e.after_looks < self._looks]
        places = -1
        ways = ask.inside or ((ask.by.within,) if ask.by.within else ())
        if ways:
            spots = next((found for way in ways if (found := _places(shown, way))), [])
            places = len(spots)
            shown = [e for e in shown if places == 1 and e.place == spots[0]]
        hits = [e for e in shown if e.answers(ask.by, ask.want) and ask.by.has in {"", e.text, e.place, *e.cells}]
        hits = _preferred(hits, ask) if ask.by.by in {"name", "text"} else hits
        for nth in (ask.by.nth, ask.nth):
            if nth:
                hits = hits[nth - 1 if nth > 0 else nth :][:1]
        return Sighting(len(hits), tuple(self._match(e) for e in hits), places if ask.inside else -1)

    def _match(self, element: FakeElement) -> Match:
        where = f"行「{element.place}」" if element.place else ""
        return Match(element.text, element.kind, element.kind, where, 0, self._surveyed.index(element))

    async def rows(self, words: Sequence[str], links: Sequence[By]) -> list[RowSeen]:
        await self.survey([])
        shown = [e for e in self._surveyed if e.kind == "row" and not e.hidden and e.after_looks < self._looks]
        return [await self._row_seen(FakeHandle(self, model), words, links) for model in shown]

    async def _row_seen(self, row: FakeHandle, words: Sequence[str], links: Sequence[By]) -> RowSeen:
        text = await row.text()
        asked = links if all(word in text for word in words) else ()
        found = [await row.query(by) for by in asked]
        one = next((hits[0] for hits in found if len(hits) == 1), None)
        return RowSeen(text, self._match(one.model) if isinstance(one, FakeHandle) else None)

    async def element(self, match: Match) -> Element:
        return FakeHandle(self, self._surveyed[match.token])

    async def query(self, by: By, scope: Element | None = None) -> list[Element]:
        if scope is not None:
            return await scope.query(by)
        (sighting,) = await self.survey([Ask(by)])
        return [await self.element(match) for match in sighting.matches]

    async def texts(self, near: str, limit: int = 5) -> list[str]:
        every = dict.fromkeys(e.text for e in self.elements if not e.hidden)
        return sorted(every, key=lambda one: -difflib.SequenceMatcher(None, near, one).ratio())[:limit]

    async def evaluate_json(self, script: str, arg: Json = None) -> Json:
        if "/* settled */" in script:
            await asyncio.sleep(0)  # as with a page, others have their turn meanwhile
            return {"busy": 0, "rows": sum(e.kind == "row" and not e.hidden for e in self.elements), "still": True}
        if "/* table */" in script:
            return self._table()
        if "/* run of text */" in script:
            return 0  # every field is filled by itself, so that it is one event
        if "/* way in */" in script:
            return {"began": len(self._history), "empty": True}
        self.note("evaluate")
        return None

    def _table(self) -> Json:
        rows = self.site.tables.get(self._address)
        if rows is None:
            return {"header": [], "rows": [list(e.cells) for e in self.elements if e.kind == "row" and not e.hidden]}
        header = list(rows[0]) if rows else []
        return {"header": [*header], "rows": [[one[name] for name in header] for one in rows]}

    async def press(self, key: str) -> None:
        self.note(f"press {key}")

    async def screenshot(self, *, full: bool = False, mask: Sequence[Element] = ()) -> bytes:
        return PICTURE

    async def aria_snapshot(self) -> str:
        return "\n".join(f"- {e.kind} {json.dumps(e.text, ensure_ascii=False)}" for e in self.elements if not e.hidden)

    async def collect_download(self, action: Callable[[], Awaitable[None]], *, timeout_ms: int = 60_000) -> Download:
        self._sent.clear()
        await action()
        if not self._sent:
            raise PageTimeout(self.url, timeout_ms)
        first, *others = [await self._saved(name, content) for name, content in self._sent]
        return replace(first, others=tuple(others))

    async def _saved(self, name: str, content: bytes) -> Download:
        if not content:
            raise DownloadBroken(name, "canceled")
        path = free_path(self.session.downloads, name)
        await asyncio.to_thread(self.session.downloads.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(path.write_bytes, content)
        self.note(f"download {name}")
        return Download(name, path, self.url, len(content))

    async def watch(
        self,
        action: Callable[[], Awaitable[None]],
        *,
        bodies: str = "",
        timeout_ms: int = 30_000,
        enough: Enough = None,
    ) -> tuple[Answer, ...]:
        self._answers.clear()
        await action()
        if bodies in self.site.tables:
            self.answer(bodies, json.dumps(self.site.tables[bodies], ensure_ascii=False))
        return tuple(self._answers)

    def answer(
        self, url: str, body: str | bytes, *, status: int = 200, method: str = "GET", kind: str = "fetch"
    ) -> None:
        """The site has answered a request of the page; status 0 stands for an answer that was lost."""
        raw = body.encode() if isinstance(body, str) else body
        self._answers.append(Answer(method, url, kind, status, "application/json", raw if status else None))


class FakeHandle:
    """One element of a fake page, in the hand."""

    def __init__(self, page: FakePage, model: FakeElement) -> None:
        self.page = page
        self.model = model

    def _act(self, event: str) -> None:
        name = f"{self.model.place} › {self.model.text}" if self.model.place else self.model.text
        if not self.model.enabled:
            raise ElementBlocked(name, "不可用（灰色）", url=self.page.url)
        self.page.note(event.format(name))

    async def click(self, *, force: bool = False, count: int = 1, timeout_ms: int = 10_000) -> None:
        self._act("double_click {}" if count == 2 else "click {}")
        if self.model.kind in SWITCHES:
            self.model.checked = not self.model.checked
        if self.model.then:
            self.model.then(self.page)

    async def hover(self, *, timeout_ms: int = 10_000) -> None:
        self._act("hover {}")

    async def press(self, key: str) -> None:
        self._act(f"press {key} on {{}}")

    async def type(self, text: str) -> None:
        self.model.value += text
        self._act(f"type {{}} = {_braced(text)}")

    async def fill(self, text: str, *, timeout_ms: int = 10_000) -> None:
        self._act(f"fill {{}} = {_braced(text)}")
        self.model.value = text

    async def clear(self) -> None:
        await self.fill("")

    async def text(self) -> str:
        return " ".join(self.model.cells) if self.model.kind == "row" else self.model.value or self.model.text

    async def value(self) -> str:
        return self.model.value

    async def attribute(self, name: str) -> str | None:
        known = {"data-testid": self.model.testid, "placeholder": self.model.placeholder, "value": self.model.value}
        return known.get(name) or None

    async def is_visible(self) -> bool:
        return not self.model.hidden

    async def is_enabled(self) -> bool:
        return self.model.enabled

    async def is_checked(self) -> bool:
        return self.model.checked

    async def check(self, on: bool) -> None:
        if self.model.checked != on:
            await self.click()

    async def set_files(self, paths: Sequence[Path]) -> None:
        names = ", ".join(path.name for path in paths)
        self._act(f"upload {{}} = {_braced(names)}")
        self.model.value = names

    async def select(self, values: Sequence[str]) -> None:
        self._act(f"select {{}} = {_braced(', '.join(values))}")
        self.model.value = ", ".join(values)

    async def drag_to(self, other: Element) -> None:
        self._act(f"drag {{}} to {_braced(await other.describe())}")

    async def screenshot(self) -> bytes:
        return PICTURE

    async def scroll(self) -> None:
        self._act("scroll to {}")

    async def query(self, by: By) -> list[Element]:
        inside = [e for e in self.page.elements if e.place == self.model.text and not e.hidden]
        return [FakeHandle(self.page, e) for e in inside if e.answers(by, "act")]

    async def evaluate_json(self, script: str, arg: Json = None) -> Json:
        if "/* widget */" in script:
            return self._widget(script)
        return await self.page.evaluate_json(script, arg)

    def _widget(self, script: str) -> Json:
        if ".identify(" in script:
            return {"family": "plain", "kind": self.model.kind}
        if ".fillable(" in script:
            return self.model.kind in {"field", "select", *SWITCHES}
        held = str(self.model.checked).lower() if self.model.kind in SWITCHES else self.model.value
        return {"kind": self._widget_kind(), "multiple": False, "value": held} if ".told(" in script else held

    def _widget_kind(self) -> str:
        return "check" if self.model.kind == "checkbox" else self.model.kind

    async def follow(self, script: str, arg: Json = None) -> Element | None:
        return self

    async def describe(self) -> str:
        return f"{self.model.kind}「{self.model.text}」"


def _places(shown: list[FakeElement], way: By) -> list[str]:
    rows = [e for e in shown if e.kind in {"row", "section"}]
    wanted = way.value
    hits = [e for e in rows if (wanted in e.cells if e.kind == "row" else wanted == e.text) or (e.css == wanted != "")]
    return [e.text for e in hits]


def _preferred(hits: list[FakeElement], ask: Ask) -> list[FakeElement]:
    if ask.want == "see" or ask.by.by == "text":
        return hits
    fields = [e for e in hits if e.kind in {"field", "select", "checkbox", "radio", "switch"}]
    if ask.want == "fill":
        return fields
    return [e for e in hits if e.kind in ACTIONABLE] or fields or hits


def _braced(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "54789c63f80f0001010100b138f6140000000049454e44ae426082"
)
"""A picture of one pixel."""


def conforms(site: FakeSite) -> Browser:
    """The fake as the protocol: the type checker proves here that it obeys."""
    return FakeBrowser(site)
