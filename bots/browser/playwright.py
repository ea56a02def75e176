"""The real browser behind the driver protocols; the only module that knows Playwright.

Its errors never leave this module as they are: each becomes an error of `bots.errors` that says who has to act.
"""

# ruff: noqa: D102 - the promises of these methods are on the protocols in driver.py

from __future__ import annotations

import asyncio
import difflib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from playwright.async_api import Error as RawError
from playwright.async_api import async_playwright

from bots.browser import failures
from bots.browser.arrivals import Answer, Catch, Wire, Writes, catching, kept, saved
from bots.browser.choice import BrowserChoice
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
from bots.browser.eyes import CALL, COVER, EYES, GET, STATUS, UNCOVER, combined, loaded, placed, rows_seen
from bots.browser.held import HeldElement
from bots.browser.interrupts import children_deaf_to_interrupts
from bots.browser.names import join_url
from bots.errors import BrowserClosed, BrowserMissing, ConnectionLost, DownloadBroken, PageTimeout, ServerFailed

if TYPE_CHECKING:
    from playwright.async_api import Browser as RawBrowser
    from playwright.async_api import BrowserContext, CDPSession, Dialog, Frame, ProxySettings, Response
    from playwright.async_api import Download as RawDownload
    from playwright.async_api import Page as RawPage
    from playwright.async_api import Playwright as Playwright


CLOSE_S = 3.0
COMPILED = Path(sys.prefix) / "cache" / "node"
"""Where Playwright's own program keeps what it has compiled of itself: beside the packages, gone with them."""


async def start_driver() -> Playwright:
    """Playwright's process, ready; a quarter of its time is saved where an earlier one could keep its compiled code."""
    os.environ.setdefault("NODE_COMPILE_CACHE", str(COMPILED))
    return await async_playwright().start()


async def launch(
    choice: BrowserChoice,
    headless: bool = True,
    driver: Playwright | None = None,
    ready_for: SessionOptions | None = None,
) -> Browser:
    """The chosen browser, running, in a driver that runs already or in its own.

    With `ready_for` it opens a tab for the first session of these options, while nobody waits for it yet. Raises
    BrowserMissing when it does not start.
    """
    headless = headless or choice.headless_only
    with children_deaf_to_interrupts():
        driver = driver or await start_driver()
    try:
        raw = await driver.chromium.launch(
            executable_path=choice.executable,
            headless=headless,
            args=choice.flags,
            ignore_default_args=choice.left_out or None,
            handle_sigint=False,
        )
    except BaseException as error:
        await driver.stop()
        if isinstance(error, RawError):
            raise BrowserMissing([f"{choice.executable}: {failures.first_line(error.message)}"]) from error
        raise
    return PlaywrightBrowser(driver, raw, watched=not headless, ready_for=ready_for)


@asynccontextmanager
async def _spoken(target: str, url: str, timeout_ms: int = 0) -> AsyncIterator[None]:
    try:
        yield
    except RawError as error:
        raise failures.spoken(error.message, type(error).__name__, target, url, timeout_ms) from error


class PlaywrightBrowser:
    """A running Chromium and the driver process that belongs to it."""

    def __init__(
        self, driver: Playwright, raw: RawBrowser, *, watched: bool = False, ready_for: SessionOptions | None = None
    ) -> None:
        self._driver = driver
        self._raw = raw
        self._watched = watched
        self._ready = asyncio.ensure_future(self._context_with_a_tab(ready_for)) if ready_for else None
        self._ready_for = ready_for

    @property
    def version(self) -> str:
        """The browser's own version number."""
        return self._raw.version

    async def open_session(
        self, state: bytes | None, *, downloads: Path, base: str = "", options: SessionOptions | None = None
    ) -> Session:
        chosen = options or SessionOptions()
        await asyncio.to_thread(downloads.mkdir, parents=True, exist_ok=True)
        async with _spoken("session", base):
            remembered = json.loads(state) if state else None
            context, tab = await self._taken(chosen) or (await self._context(chosen, remembered), None)
            if tab is not None and remembered:
                await context.set_storage_state(remembered)
        speed = 1.0 if self._watched else chosen.animation_speed
        session = PlaywrightSession(context, downloads, base, chosen.block, speed, began_with=state)
        session.ready_tab = tab
        return session

    async def _context(self, chosen: SessionOptions, remembered: Any = None) -> BrowserContext:
        context = await self._raw.new_context(
            storage_state=remembered,
            locale=chosen.locale,
            timezone_id=chosen.timezone,
            viewport={"width": chosen.width, "height": chosen.height},
            proxy=cast("ProxySettings | None", chosen.proxy_told()),
            user_agent=chosen.user_agent,
            ignore_https_errors=chosen.ignore_certificate_errors,
            extra_http_headers=chosen.extra_headers or None,
            accept_downloads=True,
        )
        await context.add_init_script(EYES)
        return context

    async def _context_with_a_tab(self, chosen: SessionOptions) -> tuple[BrowserContext, RawPage]:
        context = await self._context(chosen)
        return context, await context.new_page()

    async def _taken(self, chosen: SessionOptions) -> tuple[BrowserContext, RawPage] | None:
        """What was made ready for such a session, once; None for another one."""
        if self._ready is None or self._ready_for != chosen:
            return None
        ready, self._ready = self._ready, None
        return await ready

    async def close(self) -> None:
        try:
            if self._ready is not None:
                self._ready.cancel()
                await asyncio.gather(self._ready, return_exceptions=True)
            await self._raw.close()
        finally:
            await self._driver.stop()


class PlaywrightSession:
    """One browser context; new tabs are watched from their first moment."""

    def __init__(
        self,
        context: BrowserContext,
        downloads: Path,
        base: str,
        block: tuple[str, ...],
        animation_speed: float,
        *,
        began_with: bytes | None,
    ) -> None:
        self._context = context
        self.began_with = began_with
        self._animation_speed = animation_speed
        self.downloads = downloads
        self.base = base
        self._block = block
        self._pages: dict[RawPage, PlaywrightPage] = {}
        self._wires: dict[RawPage, asyncio.Task[CDPSession | None]] = {}
        self.catch: Catch | None = None
        self.unclaimed: list[str] = []
        self._tracing = False
        self.ready_tab: RawPage | None = None
        """An empty tab that is open already: the first that is asked for."""
        context.on("page", self._on_page)

    @property
    def pages(self) -> list[Page]:
        return [page for raw, page in self._pages.items() if not raw.is_closed()]

    async def new_page(self) -> Page:
        async with _spoken("tab", self.base):
            ready, self.ready_tab = self.ready_tab, None
            raw = ready or await self._context.new_page()
            page = self._adopt(raw)
            await self._wires[raw]
        return page

    def _on_page(self, raw: RawPage) -> None:
        self._adopt(raw)

    def _adopt(self, raw: RawPage) -> PlaywrightPage:
        if raw not in self._pages:
            self._pages[raw] = PlaywrightPage(raw, self)
            self._wires[raw] = asyncio.ensure_future(self._wired(raw))
            raw.on("download", self._arrived)
        return self._pages[raw]

    async def _wired(self, raw: RawPage) -> CDPSession | None:
        """A line to the tab itself, for what Playwright has no word for; None for a tab that is gone already."""
        try:
            wire = await self._context.new_cdp_session(raw)
            if self._animation_speed != 1.0:
                await wire.send("Animation.setPlaybackRate", {"playbackRate": self._animation_speed})
            if self._block:
                await wire.send("Network.enable")
                await wire.send("Network.setBlockedURLs", {"urls": list(self._block)})
        except RawError:
            return None
        return wire

    def _arrived(self, download: RawDownload) -> None:
        if self.catch is not None:
            self.catch.take(download)
        else:
            self.unclaimed.append(download.suggested_filename)

    def writes(self) -> Writes:
        return Writes(self._context)

    async def state(self) -> bytes:
        async with _spoken("session", self.base):
            return json.dumps(await self._context.storage_state(indexed_db=True), ensure_ascii=False).encode()

    async def start_trace(self) -> None:
        async with _spoken("trace", self.base):
            # No film strip: it draws every frame, for half of all that a night in bad weather costs. The document as
            # it was before and after each act is in the snapshots, and the failure has a picture of its own.
            await self._context.tracing.start(screenshots=False, snapshots=True)
        self._tracing = True

    async def stop_trace(self, path: Path | None) -> None:
        if not self._tracing:
            return
        self._tracing = False
        async with _spoken("trace", self.base):
            await self._context.tracing.stop(path=path)

    async def close(self) -> None:
        async with _spoken("session", self.base):
            await self._context.close()


class PlaywrightPage:
    """One tab of a real browser."""

    def __init__(self, raw: RawPage, session: PlaywrightSession) -> None:
        self._raw = raw
        self._session = session
        self._status: int | None = None
        self._crashed = False
        self._accept = False
        self._dialogs: list[str] = []
        self._surveyed: list[Frame] = []
        self._going = False
        self._asking: asyncio.Task[None] | None = None
        raw.on("framenavigated", self._on_navigated)
        raw.on("crash", self._on_crash)
        raw.on("dialog", self._on_dialog)

    def _on_navigated(self, frame: Frame) -> None:
        """A new document knows its own status. Events of answers would be those of every picture and script, too."""
        if frame == self._raw.main_frame and not self._going:
            self._status = None
            self._asking = asyncio.ensure_future(self._ask_for_status())

    async def _ask_for_status(self) -> None:
        with suppress(RawError):  # it has been left again, or is gone
            self._status = await self._raw.evaluate(STATUS) or None

    def _on_crash(self, _page: RawPage) -> None:
        self._crashed = True

    async def _on_dialog(self, dialog: Dialog) -> None:
        self._dialogs.append(dialog.message)
        if self._accept or dialog.type in {"alert", "beforeunload"}:
            await dialog.accept()
        else:
            await dialog.dismiss()

    @property
    def url(self) -> str:
        return self._raw.url

    @property
    def last_status(self) -> int | None:
        return self._status

    @property
    def frames(self) -> list[str]:
        return [frame.url for frame in self._raw.frames]

    @property
    def dialogs(self) -> list[str]:
        return list(self._dialogs)

    def answer_dialogs(self, accept: bool) -> None:
        self._accept = accept

    @asynccontextmanager
    async def speaking(self, target: str = "", timeout_ms: int = 0) -> AsyncIterator[None]:
        if self._crashed:
            raise BrowserClosed(f"page crashed: {self.url}")
        async with _spoken(target or self.url, self.url, timeout_ms):
            yield

    @property
    def mouse(self) -> Any:
        """The tab's own mouse."""
        return self._raw.mouse

    async def title(self) -> str:
        async with self.speaking():
            return await self._raw.title()

    async def goto(self, url: str, *, timeout_ms: int = 30_000) -> None:
        address = join_url(self._session.base, url)
        await self._navigated(
            address, timeout_ms, self._raw.goto(address, timeout=timeout_ms, wait_until="domcontentloaded")
        )

    async def back(self) -> None:
        await self._navigated(self.url, 30_000, self._raw.go_back(wait_until="domcontentloaded"))

    async def reload(self, *, timeout_ms: int = 30_000) -> None:
        await self._navigated(self.url, timeout_ms, self._raw.reload(timeout=timeout_ms, wait_until="domcontentloaded"))

    async def _navigated(self, address: str, timeout_ms: int, move: Awaitable[Response | None]) -> None:
        self._going, response = True, None
        try:
            async with self.speaking(address, timeout_ms):
                response = await move
        except ConnectionLost as error:
            raise ConnectionLost(address, str(error.facts["reason"])) from error
        finally:
            self._going = False
            if response is None:  # broken off, or no new document: nobody has said what stands there now
                self._on_navigated(self._raw.main_frame)
        if response is None:
            return
        self._status = response.status
        if response.status >= 500:
            raise ServerFailed(address, response.status)

    async def bring_to_front(self) -> None:
        async with self.speaking():
            await self._raw.bring_to_front()

    async def close(self) -> None:
        # A tab that is closed while it goes to another address may never say that it is: then it is left to the
        # session, whose end is the end of all its tabs. Seen with a captcha whose answer led on at once.
        with suppress(TimeoutError):
            async with self.speaking(), asyncio.timeout(CLOSE_S):
                await self._raw.close()

    async def survey(self, asks: Sequence[Ask]) -> list[Sighting]:
        if not asks:
            return []
        answers = await self._looks("survey", json.dumps([ask.plain() for ask in asks], ensure_ascii=False))
        by_frame = [placed(frame, answer, len(asks)) for frame, answer in enumerate(answers)]
        return [combined(list(parts)) for parts in zip(*by_frame, strict=True)]

    async def rows(self, words: Sequence[str], links: Sequence[By]) -> list[RowSeen]:
        question = {"words": list(words), "links": [link.plain() for link in links]}
        return rows_seen(await self._looks("rows", json.dumps(question, ensure_ascii=False)))

    async def _looks(self, name: str, arg: object) -> list[Any]:
        self._surveyed = self._raw.frames
        return await asyncio.gather(*(self._look(frame, name, arg) for frame in self._surveyed))

    async def _look(self, frame: Frame, name: str, arg: object) -> Any:
        """What the eyes answer in one frame; None while it is loading or gone: the caller looks again."""
        try:
            async with self.speaking():
                answer = await frame.evaluate(CALL, [name, arg])
                if answer is None:
                    await frame.evaluate(EYES)
                    answer = await frame.evaluate(CALL, [name, arg])
        except (ConnectionLost, failures.PageMoved):
            return None
        return json.loads(answer)

    async def element(self, match: Match) -> Element:
        frame = self._surveyed[match.frame]
        async with self.speaking(match.text):
            handle = (await frame.evaluate_handle(GET, match.token)).as_element()
        if handle is None:
            raise failures.gone(match.text, self.url)
        return HeldElement(handle, self, frame, match.text or f"{match.kind}{match.where}")

    async def query(self, by: By, scope: Element | None = None) -> list[Element]:
        if scope is not None:
            return await scope.query(by)
        (sighting,) = await self.survey([Ask(by)])
        return [await self.element(match) for match in sighting.matches]

    async def texts(self, near: str, limit: int = 5) -> list[str]:
        every = dict.fromkeys(text for part in await self._looks("texts", 400) for text in part or [])
        likeness = {text: difflib.SequenceMatcher(None, near, text).ratio() for text in every}
        return sorted(every, key=lambda text: -likeness[text])[:limit]

    async def evaluate_json(self, script: str, arg: Json = None) -> Json:
        async with self.speaking("evaluate"):
            return loaded(await self._raw.evaluate(script, arg))

    async def press(self, key: str) -> None:
        async with self.speaking(key):
            await self._raw.keyboard.press(key)

    async def screenshot(self, *, full: bool = False, mask: Sequence[Element] = ()) -> bytes:
        boxes = [await cast(HeldElement, element).handle.bounding_box() for element in mask]
        async with self.speaking("screenshot"):
            await self._raw.evaluate(COVER, [box for box in boxes if box])
            try:
                return await self._raw.screenshot(full_page=full, animations="disabled", caret="hide")
            finally:
                await self._raw.evaluate(UNCOVER)

    async def aria_snapshot(self) -> str:
        async with self.speaking("snapshot"):
            return await self._raw.locator("body").aria_snapshot(timeout=5_000)

    async def collect_download(self, action: Callable[[], Awaitable[None]], *, timeout_ms: int = 60_000) -> Download:
        async with catching(self._session, self._raw.context) as catch:
            if not await catch.caused(action, timeout_ms):
                raise PageTimeout(self.url, timeout_ms)
            if catch.downloads:
                first, *others = [await self._saved(one, timeout_ms) for one in catch.downloads]
                return replace(first, others=tuple(others))
            if catch.shown is None:
                raise ServerFailed(self.url, catch.failed_status)
            return await self._shown(catch.shown)

    async def _saved(self, download: RawDownload, timeout_ms: int) -> Download:
        try:
            return await saved(download, self._session.downloads, timeout_ms)
        except RawError as error:
            raise DownloadBroken(download.suggested_filename, failures.first_line(error.message)) from error

    async def _shown(self, response: Response) -> Download:
        """A file that the browser shows in a tab; its bytes are those of the answer. The tab goes back where it was."""
        async with self.speaking(response.url):
            download = await kept(response, await self._body(response), self._session.downloads)
        if response.frame == self._raw.main_frame and not self._raw.is_closed():
            await self.back()
        return download

    async def _body(self, response: Response) -> bytes | None:
        try:
            return await response.body()
        except RawError:  # the page has moved on and the browser has dropped it
            return None

    async def watch(
        self,
        action: Callable[[], Awaitable[None]],
        *,
        bodies: str = "",
        timeout_ms: int = 30_000,
        enough: Enough = None,
    ) -> tuple[Answer, ...]:
        wire = Wire(self._raw, bodies, self._body)
        try:
            await action()
            await wire.quiet(timeout_ms, enough)
            return wire.answers
        finally:
            wire.close()
