"""One widget in the hand: what it is, and the questions that can be put to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from bots.browser.driver import Element, Json, Page

POLL_S = 0.03
OPENING_S = 8.0
"""How long a popup may take to open, or a list to load from the server without showing that it loads."""


@dataclass(frozen=True, slots=True)
class Widget:
    """A field and what it is made of. `kind` is a key of `fields.FILLERS`; `family` says whose widget it is."""

    page: Page
    element: Element
    name: str
    family: str
    kind: str
    multiple: bool = False
    time: bool = False
    readonly: bool = False
    disabled: bool = False

    async def ask(self, question: str, arg: Json = None) -> Any:
        """The answer of the page script's widget function `question`."""
        return await self.element.evaluate_json(script(question), arg)

    async def part(self, css: str) -> Element | None:
        """The part of the widget that `css` means, hidden ones too."""
        return await self.element.follow(script("part"), css)

    async def option(self, text: str) -> Element | None:
        """The enabled option with this text, if the open popup shows one."""
        return await self.element.follow(script("option"), text)

    async def value(self) -> str:
        """What the field holds now."""
        return await read_value(self.element)


def script(question: str) -> str:
    """The JavaScript that calls one widget function of the page script."""
    return f"/* widget */ (el, arg) => globalThis[Symbol.for('yeban')].widgets.{question}(el, arg)"


async def identify(page: Page, element: Element, name: str = "") -> Widget:
    """The widget that `element` is, belongs to, or holds."""
    told = cast("dict[str, Any]", await element.evaluate_json(script("identify")))
    facts = {key: told[key] for key in ("multiple", "time", "readonly", "disabled") if key in told}
    return Widget(page, element, name or await element.describe(), told["family"], told["kind"], **facts)


async def read_value(element: Element) -> str:
    """What the field holds, as text."""
    return str(await element.evaluate_json(script("read")) or "")


async def until(true: Callable[[], Awaitable[bool]], within_s: float = OPENING_S) -> bool:
    """Whether `true()` came true within `within_s`; looked at often, never slept for."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not await true():
        if loop.time() >= end:
            return False
        await asyncio.sleep(POLL_S)
    return True
