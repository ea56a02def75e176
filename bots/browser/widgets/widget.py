"""One widget in the hand: what it is, and the questions that can be put to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from bots.browser.driver import Element, Json, Page

POLL_S = 0.03
OPENING_S = 3.0
"""How long a list may take to load from the server without showing that it loads, or a value to be shown."""
ATTEMPT_S = 0.6
"""A layer that has not opened by then is opened again (see `opened`)."""


@dataclass(frozen=True, slots=True)
class Widget:
    """A field and what it is made of. `kind` is a key of `fields.FILLERS`; `family` says whose widget it is."""

    page: Page
    element: Element
    name: str
    family: str
    kind: str
    multiple: bool = False
    readonly: bool = False
    disabled: bool = False

    async def ask(self, question: str, arg: Json = None) -> Any:
        """The answer of the page script's widget function `question`."""
        return await self.element.evaluate_json(script(question), arg)

    async def follow(self, question: str, arg: Json = None) -> Element | None:
        """The element that the page script's widget function `question` leads to."""
        return await self.element.follow(script(question), arg)

    async def part(self, css: str) -> Element | None:
        """The part of the widget that `css` means, hidden ones too."""
        return await self.follow("part", css)

    async def option(self, text: str) -> Element | None:
        """The enabled option with this text, if the open popup shows one."""
        return await self.follow("option", text)


def script(question: str) -> str:
    """The JavaScript that calls one widget function of the page script."""
    return f"/* widget */ (el, arg) => globalThis[Symbol.for('yeban')].widgets.{question}(el, arg)"


async def identify(page: Page, element: Element, name: str = "") -> Widget:
    """The widget that `element` is, belongs to, or holds."""
    told = cast("dict[str, Any]", await element.evaluate_json(script("identify")))
    facts = {key: told[key] for key in ("multiple", "readonly", "disabled") if key in told}
    return Widget(page, element, name or await element.describe(), told["family"], told["kind"], **facts)


async def until(true: Callable[[], Awaitable[bool]], within_s: float = OPENING_S) -> bool:
    """Whether `true()` came true within `within_s`; looked at often, never slept for."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not await true():
        if loop.time() >= end:
            return False
        await asyncio.sleep(POLL_S)
    return True


async def still(widget: Widget, *, everywhere: bool = False, out: bool = False) -> None:
    """The widget's layer (or, `everywhere`, no layer of the page) is fading in or out; with `out`, only out counts.

    A layer that is fading in is drawn smaller than it is: places in it mean nothing yet. One that has finished fading
    out does more: Element Plus then shuts its picker and forgets what was typed (`onHide` in picker.vue), also when it
    was opened again meanwhile, and gives the focus back to its own field, which shuts the picker that was opened next.
    That left a calendar shut for as long as anybody waited for it.
    """
    await widget.ask("still", [everywhere, out, round(OPENING_S * 1000)])


async def opened(widget: Widget, is_open: Callable[[], Awaitable[bool]], attempts: int = 5) -> bool:
    """Whether the widget's layer is open and stands; a click that only brought the focus is made again.

    Nothing is clicked while the layer is open or moves, so no second click can close what the first one opened.
    """
    for _ in range(attempts):
        await still(widget)
        if await is_open():
            return True
        grip = await widget.follow("grip")
        if grip is not None:
            await grip.click()
        else:  # the cross of a tag lies where a click would go: the keyboard opens the list as well
            await (await widget.part("input") or widget.element).press("ArrowDown")
        if await until(is_open, ATTEMPT_S):
            await still(widget)
            return True
    return False


async def closed(widget: Widget, is_open: Callable[[], Awaitable[bool]]) -> None:
    """The layer is gone and covers nothing. The focus is taken away first: Escape might close the dialog around it."""

    async def shut() -> bool:
        return not await is_open()

    if await shut():
        return
    await widget.ask("blurred")
    if not await until(shut, ATTEMPT_S):
        await widget.page.press("Escape")
        await until(shut)
