"""`fill` and `read`: which widget it is decides who fills it; afterwards the field must say what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bots.browser.driver import Element, Page
from bots.browser.widgets import cascaders, choices, dates, lists, plain, trees, uploads
from bots.browser.widgets.shown import as_written, told
from bots.browser.widgets.values import Value
from bots.browser.widgets.widget import Widget, identify, script
from bots.errors import ElementBlocked

Filler = Callable[[Widget, Value], Awaitable[None]]

FILLERS: Final[dict[str, Filler]] = {
    "cascader": cascaders.fill_cascader,
    "check": choices.fill_switch,
    "checkbox": choices.fill_switch,
    "checks": choices.fill_checks,
    "choice": plain.fill_choice,
    "date": dates.fill_date,
    "number": plain.fill_number,
    "radio": choices.fill_switch,
    "radios": choices.fill_radios,
    "range": dates.fill_range,
    "rate": choices.fill_rate,
    "rich": plain.fill_text,
    "select": lists.fill_select,
    "switch": choices.fill_switch,
    "text": plain.fill_text,
    "tree": trees.fill_tree,
    "upload": uploads.fill_upload,
    "when": plain.fill_when,
}
"""Who fills which kind of widget. One line and one function for a new kind."""


async def fill(page: Page, element: Element, value: Value, *, name: str = "", timeout_ms: int = 10_000) -> None:
    """The field `element` holds `value`, read back from the page; a field that holds it already is not touched.

    `value` is text as flows write it (`2026-11-01 ~ 2026-11-20`, `浙江 / 杭州`, `a, b`, `是`), a list, a number or
    paths. `name` is what messages call the field. Raises OptionMissing (not offered), ValueRefused (not accepted),
    ElementBlocked (disabled, read-only, covered), FileMissing.
    """
    widget = await identify(page, element, name)
    if widget.disabled:
        raise ElementBlocked(widget.name, "不可用（灰色） / disabled", url=page.url)
    filler = FILLERS.get(widget.kind, plain.fill_text)
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            await filler(widget, value)
    except TimeoutError as error:
        reason = f"{timeout_ms} 毫秒内没有填好 / not filled in time"
        raise ElementBlocked(widget.name, reason, waited_ms=timeout_ms, url=page.url) from error


async def read(element: Element, page: Page | None = None) -> str:
    """What the field holds, in the form in which a flow would write it: `是` and `否` for switches, `a, b` for several.

    Chosen values that the field folds away (`+ 2`) are looked up in its list when `page` is given.
    """
    said = await told(element)
    if page is not None and said.get("multiple") and said["kind"] in {"select", "tree", "cascader"}:
        widget = await identify(page, element)
        if said["kind"] == "cascader":
            return await cascaders.held_paths(widget)
        if said["hidden"]:
            return await lists.held_texts(widget)
    return as_written(said)


async def is_field(element: Element) -> bool:
    """Whether the element is a field or a part of one: what it holds is its value, not its text."""
    return bool(await element.evaluate_json(script("fillable")))


async def check(page: Page, element: Element, on: bool, *, name: str = "") -> None:
    """A box, radio button or switch is on or off; nothing is clicked if it is so already. Raises as `fill` does."""
    widget = await identify(page, element, name)
    if widget.kind not in {"check", "checkbox", "radio", "switch"}:
        await element.check(on)
        return
    await fill(page, element, on, name=name)


async def box(page: Page, element: Element, *, name: str = "") -> Element:
    """The box inside the field that takes the keys. Raises ElementBlocked when the field is disabled or read-only."""
    widget = await identify(page, element, name)
    if widget.disabled:
        raise ElementBlocked(widget.name, "不可用（灰色） / disabled", url=page.url)
    if widget.readonly and widget.kind in {"text", "number", "rich"}:
        raise ElementBlocked(widget.name, plain.READ_ONLY, url=page.url)
    return await widget.part(plain.INPUT) or element
