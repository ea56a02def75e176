"""`fill` and `read`: which widget it is decides who fills it; afterwards the field must say what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bots.browser.driver import Element, Page
from bots.browser.widgets import choices, dates, lists, plain
from bots.browser.widgets.values import Value
from bots.browser.widgets.widget import Widget, identify, read_value
from bots.errors import ElementBlocked

Filler = Callable[[Widget, Value], Awaitable[None]]

FILLERS: Final[dict[str, Filler]] = {
    "cascader": lists.fill_cascader,
    "check": choices.fill_switch,
    "checkbox": choices.fill_switch,
    "checks": choices.fill_checks,
    "choice": plain.fill_choice,
    "date": dates.fill_date,
    "number": plain.fill_number,
    "radio": choices.fill_switch,
    "radios": choices.fill_radios,
    "range": dates.fill_range,
    "rich": plain.fill_text,
    "select": lists.fill_select,
    "switch": choices.fill_switch,
    "text": plain.fill_text,
    "upload": plain.fill_upload,
    "when": plain.fill_when,
}
"""Who fills which kind of widget. One line and one function for a new kind."""


async def fill(page: Page, element: Element, value: Value, *, name: str = "", timeout_ms: int = 10_000) -> None:
    """The field `element` holds `value`, read back from the page.

    `value` is text as flows write it (`2026-11-01 ~ 2026-11-20`, `浙江 / 杭州`, `a, b`, `是`), a list, a number or
    paths. `name` is what messages call the field. Raises OptionMissing (not offered or not accepted), ElementBlocked.
    """
    widget = await identify(page, element, name)
    if widget.disabled:
        raise ElementBlocked(widget.name, "不可用（灰色）", url=page.url)
    filler = FILLERS.get(widget.kind, plain.fill_text)
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            await filler(widget, value)
    except TimeoutError as error:
        raise ElementBlocked(widget.name, f"{timeout_ms} 毫秒内没有填好", waited_ms=timeout_ms, url=page.url) from error


async def read(element: Element) -> str:
    """What the field holds, in the form in which a flow would write it; `true` or `false` for switches."""
    return await read_value(element)
