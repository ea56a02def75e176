"""Element libraries that mend themselves: a way that worked through a whole good run comes first, and can go back.

Each mending is a folder `home/healing/<id>/` with `mending.json`, the library's text before (`before.yaml`) and the two
pictures. The library file itself is the truth; nothing is kept in the database.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from bots.context import Healed
from bots.flow.parse import parse_site
from bots.flow.site import Site
from bots.folder import replace_text
from bots.healing.memory import ElementMemory
from bots.healing.splice import Spliced, promote, put_back
from bots.steps import STEPS
from schedules.problems import MendingMissing, MendingOutdated
from schedules.settings import SHANGHAI
from schedules.shelf import SELECTORS, read_site, shown_path

State = Literal["proposed", "promoted", "undone"]


@dataclass(frozen=True)
class Mending:
    """One element whose library entry was mended, or may be: `before` and `after` are its own text in the file."""

    id: int
    state: State
    site: str
    file: str
    page: str
    element: str
    way: str
    before: str
    after: str
    run_id: str
    at: str
    pictures: tuple[str, ...] = ()


class Mendings:
    """Every mending of one home, by number."""

    def __init__(self, home: Path, selectors: Path | None = None) -> None:
        """Where they are kept, and where the libraries lie (default: `selectors/` of the checkout)."""
        self._home = home
        self._folder = home / "healing"
        self._selectors = selectors or SELECTORS

    def all(self) -> list[Mending]:
        """Oldest first."""
        numbers = sorted(int(path.parent.name) for path in self._folder.glob("*/mending.json"))
        return [self.one(number) for number in numbers]

    def one(self, number: int) -> Mending:
        """The mending of that number. Raises MendingMissing."""
        path = self.folder(number) / "mending.json"
        if not path.exists():
            raise MendingMissing(number)
        kept = json.loads(path.read_text("utf-8"))
        return Mending(**{**kept, "pictures": tuple(kept["pictures"])})

    def folder(self, number: int) -> Path:
        """Where its pictures and the library's earlier text are."""
        return self._folder / str(number)

    def take(self, site: str, run: Path, healed: Sequence[Healed], *, write: bool) -> list[Mending]:
        """What a run that passed as a whole has healed, each kept once; with `write` the library is mended at once.

        `run` is the run's folder. An element whose mending a person has undone is not mended the same way again.
        """
        known = {(one.site, one.page, one.element, one.way): one for one in self.all() if one.state != "promoted"}
        taken = []
        for one in healed:
            earlier = known.get((site, one.page, one.element, one.way))
            if earlier is None:
                mending = self._propose(site, run, one)
            else:
                mending = earlier if earlier.state == "proposed" else None
            if mending is not None:
                taken.append(self.promote(mending.id) if write else mending)
        return taken

    def promote(self, number: int) -> Mending:
        """The library tries the mended way first. Raises MendingMissing, MendingOutdated."""
        mending = self.one(number)
        path, text, spliced = self._spliced(mending.site, mending.page, mending.element, mending.way)
        if spliced is None:
            raise MendingOutdated(number, mending.file)
        replace_bytes(self.folder(number) / "before.yaml", text)
        kept = replace(mending, state="promoted", before=spliced.before, after=spliced.after)
        self._keep(kept)
        replace_bytes(path, spliced.text)
        read_site.cache_clear()
        return kept

    def undo(self, number: int | None = None) -> Mending:
        """The library says again what it said before: the last mending, or the one of that number.

        The whole file byte for byte when nothing else was changed since; else only the element's own stretch of it.
        Raises MendingMissing, MendingOutdated (the stretch itself was changed by somebody else).
        """
        promoted = [one for one in self.all() if one.state == "promoted" and number in (None, one.id)]
        if not promoted:
            raise MendingMissing(number)
        mending = promoted[-1]
        path = self._library(mending.site)
        site = self._parsed(path)
        text = put_back(site, mending.page, mending.element, mending.before, mending.after) if site else None
        if text is None:
            raise MendingOutdated(mending.id, mending.file)
        replace_bytes(path, text)
        kept = replace(mending, state="undone")
        self._keep(kept)
        ElementMemory(self.memory_of(mending.site)).forget(mending.page, mending.element)
        read_site.cache_clear()
        return kept

    def memory_of(self, site: str) -> Path:
        """Where it is kept by what the site's elements are known."""
        return self._home / "elements" / site

    def _library(self, site: str) -> Path:
        return self._selectors / f"{site}.yaml"

    def _parsed(self, path: Path) -> Site | None:
        """The library as it stands on disk now, not as a run has read it; None when it has errors."""
        return parse_site(read_exactly(path), shown_path(path), STEPS).site

    def _spliced(self, site: str, page: str, element: str, way: str) -> tuple[Path, str, Spliced | None]:
        path = self._library(site)
        parsed = self._parsed(path)
        if parsed is None:
            return path, "", None
        return path, parsed.text, promote(parsed, page, element, way)

    def _propose(self, site: str, run: Path, healed: Healed) -> Mending | None:
        path, _, spliced = self._spliced(site, healed.page, healed.element, healed.way)
        if spliced is None:
            return None
        number = max((one.id for one in self.all()), default=0) + 1
        folder = self.folder(number)
        folder.mkdir(parents=True, exist_ok=True)
        pictures = tuple(Path(picture).name for picture in healed.pictures)
        for picture in healed.pictures:
            shutil.copy(run / picture, folder)
        mending = Mending(
            id=number,
            state="proposed",
            site=site,
            file=shown_path(path),
            page=healed.page,
            element=healed.element,
            way=healed.way,
            before=spliced.before,
            after=spliced.after,
            run_id=run.name,
            at=datetime.now(SHANGHAI).isoformat(timespec="seconds"),
            pictures=pictures,
        )
        self._keep(mending)
        return mending

    def _keep(self, mending: Mending) -> None:
        text = json.dumps(asdict(mending), ensure_ascii=False, indent=1) + "\n"
        replace_text(self.folder(mending.id) / "mending.json", text)


def read_exactly(path: Path) -> str:
    """The file's text with its line ends as they are."""
    return path.read_bytes().decode("utf-8")


def replace_bytes(path: Path, text: str) -> None:
    """The file holds the text with its line ends as they are, or still the whole old one."""
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(text.encode("utf-8"))
    draft.replace(path)
