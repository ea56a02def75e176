"""A session that is watched while a person works in it, and one element that a person points at.

Only public Playwright is used; its objects are reached through the session that `bots.browser.playwright` made.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

from bots.browser.driver import Element, Page, Session
from bots.browser.held import HeldElement
from bots.browser.playwright import PlaywrightPage, PlaywrightSession

if TYPE_CHECKING:
    from bots.browser.driver import Json

BINDING = "__yebanSaw"


class Listener(Protocol):
    """Who is told what happens in the session; tabs are numbered from 0 in the order in which they opened."""

    def said(self, tab: int, told: dict[str, Json]) -> None:
        """The page's own witness said something."""
        ...

    def file(self, tab: int, name: str) -> None:
        """The site sent a file."""
        ...

    def dialog(self, tab: int, message: str) -> None:
        """The browser showed an alert or a confirm box."""
        ...


@dataclass
class Watched:
    """A watched session. `over` is done when the person has closed the last tab."""

    session: PlaywrightSession
    listener: Listener
    over: asyncio.Event = field(default_factory=asyncio.Event)
    tabs: dict[object, int] = field(default_factory=dict)
    open_tabs: int = 0

    def adopt(self, raw: Any) -> None:
        """One more tab."""
        if raw in self.tabs:
            return
        tab = self.tabs[raw] = len(self.tabs)
        self.open_tabs += 1
        # A confirm box is answered by the person who looks at it: the driver's own answer would be before theirs.
        page = self.session._pages.get(raw)
        if page is not None:
            raw.remove_listener("dialog", page._on_dialog)
        raw.on("dialog", lambda box: self.listener.dialog(tab, box.message))
        raw.on("download", lambda download: self.listener.file(tab, download.suggested_filename))
        raw.on("close", lambda _page: self.closed())

    def closed(self) -> None:
        """One tab less."""
        self.open_tabs -= 1
        if self.open_tabs == 0:
            self.over.set()

    def heard(self, source: Any, text: str) -> None:
        """What a document said; anything that is not an object is not from our witness."""
        tab = self.tabs.get(source["page"])
        try:
            told = json.loads(text)
        except ValueError:
            return
        if tab is not None and isinstance(told, dict):
            self.listener.said(tab, told)


async def watch(session: Session, scripts: Sequence[str], listener: Listener) -> Watched:
    """From now on every document of the session runs `scripts` first; what they say through `BINDING` is heard."""
    real = cast(PlaywrightSession, session)
    context = real._context
    watched = Watched(real, listener)
    await context.expose_binding(BINDING, watched.heard)
    for script in scripts:
        await context.add_init_script(script)
    context.on("page", watched.adopt)
    context.on("close", lambda _context: watched.over.set())
    for raw in context.pages:
        watched.adopt(raw)
    return watched


async def pointed_at(page: Page, prepare: Callable[[], None] | None = None) -> Element:
    """The element that the person clicks next: it is highlighted under the mouse, and the click does not reach it."""
    raw = cast(PlaywrightPage, page)._raw
    picking = asyncio.ensure_future(raw.pick_locator())
    try:
        if prepare is not None:
            prepare()
        locator = await picking
    finally:
        if not picking.done():
            picking.cancel()
            await raw.cancel_pick_locator()
    handle = await locator.element_handle()
    frame = await handle.owner_frame() or raw.main_frame
    return HeldElement(handle, cast(PlaywrightPage, page), frame, str(locator))
