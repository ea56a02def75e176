"""One recording: a watched browser session from its first page to the closed window."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bots.browser.driver import Json, Session
from bots.browser.names import join_url
from bots.browser.recording import BINDING, Watched, watch
from bots.flow.site import Site
from bots.recorder.events import Seen, read_seen
from bots.recorder.library import NOTHING, login_names, row_names, witness_library
from bots.recorder.paper import Places, place_of

_HERE = Path(__file__)
NAMING = _HERE.with_name("naming.js").read_text(encoding="utf-8")
WITNESS = _HERE.with_name("witness.js").read_text(encoding="utf-8")
MOST_EVENTS = 20_000


def scripts(library: Mapping[str, Json]) -> list[str]:
    """What every document of a recorded session runs before its own scripts."""
    told = json.dumps({**library, "binding": BINDING}, ensure_ascii=False)
    return [NAMING, f"({WITNESS})({told});"]


class Recording:
    """What has been seen so far, as it arrived; `dialogs` are the confirm boxes that a person answered.

    `state` is the session at the end, for the account's next run; it is a secret.
    """

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.seen: list[Seen] = []
        self.dialogs: list[str] = []
        self.state: bytes | None = None
        self.last_at = 0.0

    def said(self, tab: int, told: dict[str, Json]) -> None:
        """One event of the witness."""
        event = read_seen(told, tab)
        if event is None or len(self.seen) >= MOST_EVENTS:
            return
        self.last_at = max(self.last_at, event.at)
        self.seen.append(event)

    def file(self, tab: int, name: str) -> None:
        """A file came."""
        self.seen.append(Seen("download", self.last_at, tab, value=name))

    def dialog(self, _tab: int, message: str) -> None:
        """A box of the browser's own; a flow refuses every confirm box, so a person has to know."""
        self.dialogs.append(message)


async def begin(session: Session, site: Site | None, values: Mapping[str, object]) -> tuple[Recording, Watched]:
    """A recording of everything that is done in the session from now on; `values` fill the site's templates in."""
    recording = Recording()
    library = witness_library(site, values) if site is not None else NOTHING
    watched = await watch(session, scripts(library), recording)
    return recording, watched


def places(site: Site | None, values: Mapping[str, object], base: str = "") -> Places:
    """What of the site the steps refer to; of a site that no library knows only its `base`."""
    if site is None:
        return Places(base=base)
    base = site.base.partial(values).rstrip("/")
    pages: dict[str, str] = {}
    for name, page in site.pages.items():
        pages.setdefault(place_of(join_url(base, page.url.partial(values))), name)
    return Places(
        site=site.name,
        base=base,
        pages=pages,
        login=login_names(site),
        has_login=site.login is not None,
        rows=row_names(site),
        popups=frozenset(popup.click.name.source for popup in site.popups),
    )


def site_name(url: str) -> str:
    """A name for a site that has none yet: its host, in letters that a file name may have."""
    host = urlsplit(url).hostname or "site"
    return host.removeprefix("www.").replace(".", "_").replace("-", "_").replace(":", "_")
