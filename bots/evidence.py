"""What is kept when a step fails, so that a person can see it at 9 in the morning without running anything again.

Screenshot, accessibility snapshot, the values in play (secrets masked), the alternatives tried, the nearest texts.
No picture is taken while a secret stands on the page, and password fields are always covered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bots.browser.driver import By, Page
from bots.errors import BotError
from bots.folder import RunFolder
from bots.masking import Mask

PASSWORD_FIELD = By("css", "input[type=password]")
LONGEST_VALUE = 200


@dataclass(frozen=True)
class Failure:
    """One failure as it is kept: facts of the error, where, what next, and the paths of pictures and snapshots."""

    at: str
    step: str
    where: str
    code: str
    who: str
    message: str
    hint: str
    next: str
    url: str = ""
    item: str = ""
    tried: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    column: int = 0
    element: str = ""
    waited_ms: int = 0
    nearest: tuple[str, ...] = ()
    message_en: str = ""
    hint_en: str = ""
    next_en: str = ""


# What can be read on the page: its texts, its address, and what stands in its fields; passwords are covered anyway.
READABLE = """/* evidence: readable */ () => JSON.stringify([document.title, document.body && document.body.innerText,
  ...[...document.querySelectorAll('input:not([type=password]),textarea,select')].map(e => e.value)].join('\\n'))"""


async def picture(page: Page, folder: RunFolder, mask: Mask, name: str) -> str:
    """The path of a screenshot with password fields covered; empty while any secret can be read on the page."""
    if await shows_secret(page, mask):
        return ""
    fields = await page.query(PASSWORD_FIELD)
    return folder.keep_evidence(f"{mask.hide(name)}.png", await page.screenshot(mask=fields))


async def shows_secret(page: Page, mask: Mask) -> bool:
    """Whether a person could read a secret of this run on the page, frames and fields included."""
    readable = await page.evaluate_json(READABLE)
    return mask.shows(f"{readable}\n{await page.aria_snapshot()}")


async def snapshot(page: Page, folder: RunFolder, mask: Mask, name: str) -> str:
    """The path of the accessibility snapshot, secrets masked."""
    return folder.keep_evidence(f"{name}.aria.txt", mask.hide(await page.aria_snapshot()).encode())


async def sights(page: Page, folder: RunFolder, mask: Mask, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Picture and snapshot paths of a page in trouble; a page that cannot be looked at any more gives none."""
    try:
        path = await picture(page, folder, mask, name)
        return ((path,) if path else ()), (await snapshot(page, folder, mask, name),)
    except BotError:
        return (), ()


def shown_values(values: Mapping[str, object], mask: Mask) -> dict[str, str]:
    """The values as text, secrets masked, long ones cut."""
    shown = {}
    for name, value in values.items():
        text = mask.hide(str(value))
        shown[name] = text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
    return shown
