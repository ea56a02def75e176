"""What is kept when a step fails, so that a person can see it at 9 in the morning without running anything again.

Screenshot, accessibility snapshot, the values in play (secrets masked), the alternatives tried, the nearest texts.
Nothing is taken while a secret stands on the page, and password fields are always covered.
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


async def picture(page: Page, folder: RunFolder, name: str) -> str:
    """The path of a screenshot with password fields covered."""
    fields = await page.query(PASSWORD_FIELD)
    return folder.keep_evidence(f"{name}.png", await page.screenshot(mask=fields))


async def snapshot(page: Page, folder: RunFolder, mask: Mask, name: str) -> str:
    """The path of the accessibility snapshot, secrets masked."""
    return folder.keep_evidence(f"{name}.aria.txt", mask.hide(await page.aria_snapshot()).encode())


async def sights(page: Page, folder: RunFolder, mask: Mask, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Picture and snapshot paths of a page in trouble; a page that cannot be looked at any more gives none."""
    try:
        return (await picture(page, folder, name),), (await snapshot(page, folder, mask, name),)
    except BotError:
        return (), ()


def shown_values(values: Mapping[str, object], mask: Mask) -> dict[str, str]:
    """The values as text, secrets masked, long ones cut."""
    shown = {}
    for name, value in values.items():
        text = mask.hide(str(value))
        shown[name] = text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
    return shown
