"""Where a person teaches: on which site, address and session; a recording as a file; edits that can be taken back."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from bots.browser.driver import By
from bots.browser.names import free_path, join_url, safe_name
from bots.flow.rename import fmt
from bots.flow.site import Site
from bots.recorder.deeds import NewElement
from bots.recorder.errors import EditOutdated, NothingRecorded, NothingToUndo, SiteUnknown
from bots.recorder.paper import Recorded, Sheet, flow_text, recorded
from bots.recorder.session import Recording, begin, places, site_name
from bots.recorder.splicing import Edit, insert_steps, write_element
from bots.recorder.writing import pair
from bots.sheets import grid
from bots.steps import STEPS
from schedules.elements import read_exactly, replace_bytes
from schedules.problems import AccountMissing
from schedules.settings import SHANGHAI, Settings
from schedules.shelf import FLOWS, SELECTORS, read_site, shown_path

if TYPE_CHECKING:
    from bots.browser.driver import Browser, Page, Session

SHEET_ROWS = 200
"""A person works through the first rows of a sheet while recording; later ones are not looked at."""


@dataclass(frozen=True)
class Lesson:
    """What is taught on: the site (None when no library knows it yet), its address, and the account's session."""

    site: Site | None
    start: str
    base: str
    values: Mapping[str, object]
    account: str = ""
    state: bytes | None = None


def lesson(settings: Settings, where: str, account: str = "", selectors: Path = SELECTORS, page: str = "") -> Lesson:
    """The site called `where`, or that the address `where` belongs to. Raises SiteUnknown, AccountMissing."""
    if account and account not in settings.accounts:
        raise AccountMissing(account, sorted(settings.accounts))
    url = where if where.startswith(("http://", "https://")) else ""
    site, values, owner = _known(settings, url, where, account, selectors)
    base = site.base.partial(values).rstrip("/") if site is not None else "/".join(url.split("/")[:3])
    if url == "" and "${" in base:
        raise SiteUnknown(where, [f"{where} 的地址要由账号给出：加 --account，或者直接写网址"])
    start = url or base
    if page and site is not None:
        known = site.pages.get(page)
        start = join_url(base, known.url.partial(values) if known is not None else page)
    return Lesson(site, start, base, values, owner, _state(settings, owner))


def _known(
    settings: Settings, url: str, name: str, account: str, selectors: Path
) -> tuple[Site | None, Mapping[str, object], str]:
    """The site with the values and account that its address needs."""
    names = sorted(path.stem for path in selectors.glob("*.yaml"))
    if not url and name not in names:
        raise SiteUnknown(name, names)
    for candidate in names if url else [name]:
        path = selectors / f"{candidate}.yaml"
        site = read_site(path)[0]
        if site is None:
            continue
        owners = [account] if account else [*_accounts(settings, candidate), ""]
        for owner in owners:
            values = _values(settings, owner)
            base = site.base.partial(values).rstrip("/")
            if not url or url == base or url.startswith(base + "/"):
                return site, values, owner
    return None, {}, account


def _accounts(settings: Settings, site: str) -> list[str]:
    return [name for name, one in settings.accounts.items() if one.site == site]


def _values(settings: Settings, account: str) -> dict[str, object]:
    if not account:
        return {}
    own = settings.accounts[account]
    return {"base_url": own.base_url, **own.values}


def _state(settings: Settings, account: str) -> bytes | None:
    """The account's saved session, None when there is none."""
    if not account:
        return None
    from bots.browser.sessions import SessionStore
    from schedules.vault import Vault

    return SessionStore(settings.home / "sessions", Vault(settings.home).key).load(account)


# ---- recording

Work = Callable[["Page"], Awaitable[None]]


async def record(browser: "Browser", about: Lesson, downloads: Path, work: Work | None = None) -> Recording:
    """What a person does in the window until its last tab is closed; `work` is a person made of code."""
    import asyncio

    session: Session = await browser.open_session(about.state, downloads=downloads, base=about.base)
    try:
        recording, watched = await begin(session, about.site, about.values)
        page = await session.new_page()
        await page.goto(about.start)
        try:
            if work is not None:
                await work(page)
            else:
                await watched.over.wait()
        except asyncio.CancelledError:
            logger.info("recording_stopped", seen=len(recording.seen))  # Ctrl-C: what was done is written down
        recording.state = await _state_now(session)
        return recording
    finally:
        await session.close()


async def _state_now(session: "Session") -> bytes | None:
    """The session's cookies and storage; None when the browser went away with its last window."""
    from bots.errors import BotError

    try:
        return await session.state()
    except BotError as error:
        logger.info("session_not_kept", reason=str(error))
        return None


def keep_state(settings: Settings, account: str, state: bytes | None) -> None:
    """The account's next run begins signed in, as the person left it."""
    if not account or state is None:
        return
    from bots.browser.sessions import SessionStore
    from schedules.vault import Vault

    SessionStore(settings.home / "sessions", Vault(settings.home).key).save(account, state)


def read_sheet(path: Path) -> Sheet:
    """The sheet a person works through, as the recorder looks at it."""
    rows = grid(path)
    header = rows[0] if rows else []
    return Sheet(path.name, [dict(zip(header, row, strict=False)) for row in rows[1 : SHEET_ROWS + 1]])


@dataclass(frozen=True)
class Written:
    """What a recording became: files that were written or changed, and what a person has to know."""

    path: Path
    made: Recorded
    elements: tuple[NewElement, ...] = ()
    library: Path | None = None


class Author:
    """Writes flows and libraries, and remembers every edit so that it can be taken back."""

    def __init__(self, home: Path, flows: Path = FLOWS, selectors: Path = SELECTORS) -> None:
        """Where edits are remembered, and where flows and libraries lie."""
        self._log = home / "authoring" / "edits.json"
        self._flows = flows
        self._selectors = selectors

    def made(self, recording: Recording, about: Lesson, sheet: Sheet | None = None) -> Recorded:
        """The recording as steps. Raises NothingRecorded."""
        made = recorded(recording.seen, places(about.site, about.values, about.base), sheet)
        if all(step == "login" for step in made.steps):
            raise NothingRecorded
        return made

    def new_flow(
        self, made: Recorded, about: Lesson, title: str, path: Path | None, sheet: str = "", lang: str = "en"
    ) -> Written:
        """A new flow file, its verbs in `lang`; never over another one."""
        site = about.site.name if about.site is not None else site_name(about.start)
        folder = self._flows / site
        target = path or free_path(folder, f"{safe_name(title)}.yaml")
        text = fmt(flow_text(made, title, site, sheet), "zh" if lang == "zh" else "en", STEPS, target.name)
        library = self._library(made, about, site)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(text.encode())
        return Written(target, made, made.new_elements, library)

    def into(self, made: Recorded, about: Lesson, path: Path, line: int) -> Written:
        """The steps in a flow that exists, before its line `line`; signing in is the flow's own affair."""
        steps = made.steps[1:] if made.steps[0] == "login" else made.steps
        edit = insert_steps(read_exactly(path), line, steps, STEPS, shown_path(path))
        library = self._library(made, about, about.site.name if about.site is not None else site_name(about.start))
        self._change(path, edit)
        return Written(path, made, made.new_elements, library)

    def element(self, site: str, page: str, name: str, ways: Sequence[By]) -> Path:
        """The element stands in the library of `site`. Raises NoPlaceForElement."""
        path = self._selectors / f"{site}.yaml"
        edit = write_element(read_exactly(path), page, name, ways, STEPS, shown_path(path))
        self._change(path, edit)
        return path

    def undo(self) -> Path:
        """The last edit is taken back: the file says again what it said. Raises NothingToUndo, EditOutdated."""
        edits = self._edits()
        if not edits:
            raise NothingToUndo
        last = edits[-1]
        path = Path(last["file"])
        text = read_exactly(path)
        after, before, at = str(last["after"]), str(last["before"]), int(last["offset"])
        if text[at : at + len(after)] != after:
            if text.count(after) != 1:
                raise EditOutdated(shown_path(path), after)
            at = text.index(after)
        replace_bytes(path, text[:at] + before + text[at + len(after) :])
        self._keep(edits[:-1])
        read_site.cache_clear()
        return path

    def _library(self, made: Recorded, about: Lesson, site: str) -> Path | None:
        """New elements go to the library; a site without one gets a library of its own."""
        path = self._selectors / f"{site}.yaml"
        if about.site is None and not path.exists():
            head = [*pair("site", site), *pair("title", site), *pair("base", about.base)]
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_bytes(path, "\n".join(head) + "\n")
        for element in made.new_elements:
            self.element(site, element.page, element.name, element.ways)
        return path if about.site is None or made.new_elements else None

    def _change(self, path: Path, edit: Edit) -> None:
        """The file is changed, and the change is remembered first: an edit that nobody can undo does not happen."""
        kept = {
            "file": str(path.resolve()),
            "offset": edit.at,
            "before": edit.before,
            "after": edit.after,
            "at": datetime.now(SHANGHAI).isoformat(timespec="seconds"),
        }
        self._keep([*self._edits(), kept])
        replace_bytes(path, edit.text)
        read_site.cache_clear()

    def _edits(self) -> list[dict[str, Any]]:
        if not self._log.exists():
            return []
        edits: list[dict[str, Any]] = json.loads(self._log.read_text("utf-8"))
        return edits

    def _keep(self, edits: Sequence[Mapping[str, object]]) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        replace_bytes(self._log, json.dumps(list(edits), ensure_ascii=False, indent=1) + "\n")
