"""What an action makes arrive at a page: files, and the answers to the page's own requests.

Sites send files in many ways: as a download of this tab, of a new tab or of a hidden frame, as a blob, or shown in the
tab like a page (a PDF, a CSV, plain text). All of them end here as `Download`s. Nothing here imports the browser
library: its objects are handed in by `bots.browser.playwright`, which also turns its errors into ours.
"""

from __future__ import annotations

import asyncio
import base64
import fnmatch
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from bots.browser.names import free_path
from bots.errors import DownloadBroken

KINDS = frozenset({"fetch", "xhr", "document"})
"""Requests that count: what the page asks for by script, and documents. Pictures and styles do not."""
GRACE_S = 0.25
"""How long nothing more must have been asked for before an action counts as answered."""
READS_S = 3.0
"""How long requests that only read are waited for after an act."""
LINGER_S = 0.15
"""A click that sends two files sends the second at once."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing on a site."""
SHOWN_S = 0.8
"""A document that is going to be a download is one by then; after that it is shown in the tab."""
POLL_S = 0.02
FILE_TYPES = re.compile(
    r"^(application/(pdf|json|xml|.*csv.*|vnd\..*|zip|octet-stream)|text/(?!html|xml)|image/)", re.I
)
ENDINGS = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "image/png": ".png",
    "text/csv": ".csv",
    "text/plain": ".txt",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file that the page sent, already complete at `path` inside the session's downloads folder.

    `others` are further files that the same action made the site send.
    """

    suggested_name: str
    path: Path
    url: str
    size: int
    others: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One request of the page and how it ended. `status` 0: no answer, or one that was cut; `body` if asked for."""

    method: str
    url: str
    kind: str
    status: int
    content_type: str = ""
    body: bytes | None = None

    def __str__(self) -> str:
        path = urlsplit(self.url).path or self.url
        return f"{self.method} {path} → {self.status or '没有回答'} {self.content_type.partition(';')[0]}".rstrip()


def address_fits(address: str, pattern: str) -> bool:
    """Whether an address contains `pattern`; `*` in it stands for anything."""
    if "*" not in pattern:
        return pattern in address
    return fnmatch.fnmatchcase(address, f"*{pattern.replace('[', '[[]').replace('?', '[?]')}*")


class Wire:
    """The requests that one page begins from now on, until `close`; bodies only of addresses that fit `pattern`."""

    def __init__(self, raw: Any, pattern: str, body: Callable[[Any], Awaitable[bytes | None]]) -> None:
        self._raw = raw
        self._pattern = pattern
        self._body = body
        self._order: list[Any] = []
        self._open: set[Any] = set()
        self._answers: dict[Any, Answer] = {}
        self._readers: set[asyncio.Task[None]] = set()
        self._touched = asyncio.get_running_loop().time()
        self._listeners = {"request": self._began, "requestfinished": self._ended, "requestfailed": self._lost}
        for event, listener in self._listeners.items():
            raw.on(event, listener)

    def close(self) -> None:
        """Nothing is noticed any more."""
        for event, listener in self._listeners.items():
            self._raw.remove_listener(event, listener)
        for reader in self._readers:
            reader.cancel()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Everything that has been answered, in the order in which it was asked for."""
        return tuple(self._answers[request] for request in self._order if request in self._answers)

    def _fits(self, request: Any) -> bool:
        return bool(self._pattern) and address_fits(request.url, self._pattern)

    def _touch(self, request: Any) -> None:
        if not self._pattern or self._fits(request):
            self._touched = asyncio.get_running_loop().time()

    def _began(self, request: Any) -> None:
        if request.resource_type in KINDS or self._fits(request):
            self._order.append(request)
            self._open.add(request)
            self._touch(request)

    def _ended(self, request: Any) -> None:
        if request in self._open:
            reader = asyncio.ensure_future(self._read(request))
            self._readers.add(reader)
            reader.add_done_callback(self._readers.discard)

    def _lost(self, request: Any) -> None:
        if request in self._open:
            # A document that turns out to be a file ends as aborted: that is no lost answer.
            aborted = request.resource_type == "document" and "ERR_ABORTED" in (request.failure or "")
            self._close_one(request, None if aborted else Answer(request.method, request.url, request.resource_type, 0))

    async def _read(self, request: Any) -> None:
        answer = None
        try:
            response = await request.response()
            if response is not None:
                body = await self._body(response) if self._fits(request) else None
                kind = response.headers.get("content-type", "")
                answer = Answer(request.method, request.url, request.resource_type, response.status, kind, body)
        finally:
            self._close_one(request, answer)

    def _close_one(self, request: Any, answer: Answer | None) -> None:
        self._open.discard(request)
        self._touch(request)
        if answer is not None:
            self._answers[request] = answer

    async def quiet(self, timeout_ms: int, enough: Callable[[], Awaitable[bool]] | None = None) -> None:
        """What counts has been answered, and nothing more is asked for; with a pattern, at least one that fits.

        Without a pattern, requests that only read are waited for `READS_S`: a page may ask for news for ever. Returns
        after `timeout_ms` in any case: what has not been answered by then is not among the answers. `enough`, asked
        whenever nothing is open that writes, ends the wait early.
        """
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while (now := loop.time()) < begun + timeout_ms / 1000:
            if self._pattern:
                settled = any(map(self._fits, self._answers)) and not any(map(self._fits, self._open))
            else:
                settled = not any(one.method != "GET" or now < begun + READS_S for one in self._open)
            if settled and (now - self._touched >= GRACE_S or (not self._pattern and now >= begun + READS_S)):
                return
            if enough is not None and all(one.method == "GET" for one in self._open) and await enough():
                return
            await asyncio.sleep(POLL_S)


class Writes:
    """The requests that write, begun by any tab of one browser context from now on, until `close`."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._open: set[Any] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._listeners = {"request": self._began, "response": self._answered, "requestfailed": self._over}
        for event, listener in self._listeners.items():
            context.on(event, listener)

    def close(self) -> None:
        """Nothing is noticed any more."""
        for event, listener in self._listeners.items():
            self._context.remove_listener(event, listener)

    def _began(self, request: Any) -> None:
        if request.method not in READING and request.resource_type in KINDS:
            self._open.add(request)
            self._quiet.clear()

    def _answered(self, response: Any) -> None:
        self._over(response.request)

    def _over(self, request: Any) -> None:
        self._open.discard(request)
        if not self._open:
            self._quiet.set()

    async def over(self, timeout_ms: int) -> bool:
        """Whether the site has answered every one of them, or the connection is gone; waited for at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), timeout_ms / 1000)
        return not self._open


class Catch:
    """The files that reach one browser context from now on, until `close`, in whatever way the site sends them."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self.downloads: list[Any] = []
        self.shown: Any = None
        self.failed_status = 0
        self._something = asyncio.Event()
        self._file = asyncio.Event()
        context.on("response", self._answered)

    def close(self) -> None:
        """Nothing is caught any more."""
        self._context.remove_listener("response", self._answered)

    def take(self, download: Any) -> None:
        """A download has begun."""
        self.downloads.append(download)
        self._something.set()
        self._file.set()

    def _answered(self, response: Any) -> None:
        if not response.request.is_navigation_request():
            return
        # A link inside a frame that is answered by an error page shows it in that frame.
        if response.status >= 500:
            self.failed_status = response.status
            self._something.set()
        elif response.status == 200 and shown_as_page(response.headers):
            self.shown = response
            self._something.set()

    async def caused(self, action: Callable[[], Awaitable[None]], timeout_ms: int) -> bool:
        """Whether `action` made a file or an error page come in time; a second file of the same click is here, too."""
        acting = asyncio.ensure_future(action())
        coming = asyncio.ensure_future(self._something.wait())
        try:
            await asyncio.wait({acting, coming}, return_when=asyncio.FIRST_COMPLETED)
            if not acting.done():
                # A click on an address that becomes a file may wait for a page that never opens; it has been done.
                await asyncio.wait({acting}, timeout=LINGER_S)
            if acting.done():
                acting.result()
                await asyncio.wait({coming}, timeout=timeout_ms / 1000)
            if not coming.done():
                return False
        finally:
            for task in (acting, coming):
                task.cancel()
            await asyncio.gather(acting, coming, return_exceptions=True)
        if self.shown is not None and not self.downloads:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._file.wait(), SHOWN_S)
        if self.downloads:
            await asyncio.sleep(LINGER_S)
        return True


def shown_as_page(headers: dict[str, str]) -> bool:
    """Whether a document with these headers is a file that the browser shows instead of saving it."""
    if headers.get("content-disposition", "").lower().startswith("attachment"):
        return False
    return bool(FILE_TYPES.match(headers.get("content-type", "")))


def name_of_shown(url: str, headers: dict[str, str]) -> str:
    """What a file that was shown as a page would have been called: by its header, else by its address and type."""
    disposition = headers.get("content-disposition", "")
    starred = re.search(r"filename\*=(?:utf-8|UTF-8)''([^;]+)", disposition)
    plain = re.search(r'filename="?([^";]+)"?', disposition)
    if starred or plain:
        return unquote((starred or plain).group(1).strip())  # type: ignore[union-attr]
    name = unquote(urlsplit(url).path.rsplit("/", 1)[-1]) or "download"
    ending = ENDINGS.get(headers.get("content-type", "").partition(";")[0].strip().lower(), "")
    return name if "." in name or not ending else name + ending


async def saved(download: Any, folder: Path, timeout_ms: int) -> Download:
    """The download, complete on disk. Raises DownloadBroken, and the browser library's own errors."""
    name = download.suggested_filename
    path = free_path(folder, name)
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            if reason := await download.failure():
                raise DownloadBroken(name, reason)
            await download.save_as(path)
    except TimeoutError as error:
        await download.cancel()
        raise DownloadBroken(name, f"not complete after {timeout_ms} ms") from error
    return Download(name, path, download.url, (await asyncio.to_thread(path.stat)).st_size)


BYTES = """async () => {
  const bytes = new Uint8Array(await (await fetch(location.href)).arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""


async def kept(response: Any, content: bytes | None, folder: Path) -> Download:
    """A file that was shown as a page, byte for byte on disk. Raises the browser library's own errors."""
    name = name_of_shown(response.url, response.headers)
    if response.url.startswith("blob:"):
        content = base64.b64decode(await response.frame.evaluate(BYTES))
    elif content is None or _translated(name, content, response.headers.get("content-type", "").lower()):
        again = await response.frame.page.context.request.get(response.url)
        content = cast(bytes, await again.body()) if again.ok or content is None else content
    path = free_path(folder, name)
    await asyncio.to_thread(path.write_bytes, content)
    return Download(name, path, response.url, len(content))


def _translated(name: str, content: bytes, kind: str) -> bool:
    """Whether these are not the bytes that were sent, so that the document has to be asked for again.

    Behind a PDF viewer they are the viewer's own page; text without UTF-8 in its header comes back as the browser
    understood it, Chinese in GBK as nonsense.
    """
    if name.lower().endswith(".pdf"):
        return not content.startswith(b"%PDF")
    return kind.startswith("text/") and "utf-8" not in kind and not content.isascii()


@asynccontextmanager
async def catching(session: Any, context: Any) -> AsyncIterator[Catch]:
    """What reaches the context meanwhile is caught; tabs that were opened only for a file to come through are closed.

    `session.catch` is where its tabs hand their downloads in.
    """
    before = set(context.pages)
    catch = session.catch = Catch(context)
    try:
        yield catch
    finally:
        session.catch = None
        catch.close()
        if catch.downloads or catch.shown is not None:
            for tab in set(context.pages) - before:
                await tab.close()
