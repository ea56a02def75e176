"""One element of a real page, in the hand. The browser library's objects come from `bots.browser.playwright`.

Its errors are turned into ours by the page that the element stands on.
"""

# ruff: noqa: D102 - the promises of these methods are on the protocols in driver.py

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, cast

from bots.browser import failures
from bots.browser.driver import By, Element, Json
from bots.browser.eyes import CHECKED, ELEMENT_CALL, EYES, GET, loaded


class Speaking(Protocol):
    """The page that an element stands on."""

    @property
    def url(self) -> str: ...
    @property
    def mouse(self) -> Any: ...
    def speaking(self, target: str = "", timeout_ms: int = 0) -> AbstractAsyncContextManager[None]:
        """What the browser library raises inside becomes an error of `bots.errors` about `target`."""
        ...


class HeldElement:
    """One element of a real page, held by handle; when the page redraws it, it is gone and must be sought again."""

    def __init__(self, handle: Any, page: Speaking, frame: Any, name: str) -> None:
        self.handle = handle
        self._page = page
        self._frame = frame
        self._name = name

    @asynccontextmanager
    async def _doing(self, timeout_ms: int = 10_000) -> AsyncIterator[None]:
        async with self._page.speaking(self._name, timeout_ms):
            yield

    async def click(self, *, force: bool = False, count: int = 1, timeout_ms: int = 10_000) -> None:
        async with self._doing(timeout_ms):
            await self.handle.click(force=force, click_count=count, timeout=timeout_ms)

    async def hover(self, *, timeout_ms: int = 10_000) -> None:
        async with self._doing(timeout_ms):
            await self.handle.hover(timeout=timeout_ms)

    async def press(self, key: str) -> None:
        async with self._doing():
            await self.handle.press(key, timeout=10_000)

    async def type(self, text: str) -> None:
        async with self._doing():
            await self.handle.type(text, timeout=30_000)

    async def fill(self, text: str, *, timeout_ms: int = 10_000) -> None:
        async with self._doing(timeout_ms):
            await self.handle.fill(text, timeout=timeout_ms)

    async def clear(self) -> None:
        await self.fill("")

    async def text(self) -> str:
        async with self._doing():
            return str(await self.handle.inner_text()).strip()

    async def value(self) -> str:
        async with self._doing():
            return str(await self.handle.evaluate("e => e.value ?? e.innerText"))

    async def attribute(self, name: str) -> str | None:
        async with self._doing():
            return cast(str | None, await self.handle.get_attribute(name))

    async def is_visible(self) -> bool:
        async with self._doing():
            return bool(await self.handle.is_visible())

    async def is_enabled(self) -> bool:
        async with self._doing():
            return bool(await self.handle.is_enabled())

    async def is_checked(self) -> bool:
        async with self._doing():
            return bool(await self.handle.evaluate(CHECKED))

    async def check(self, on: bool) -> None:
        if await self.is_checked() != on:
            await self.click()
        if await self.is_checked() != on:
            raise failures.refused(self._name, "on" if on else "off", self._page.url)

    async def set_files(self, paths: Sequence[Path]) -> None:
        async with self._doing():
            await self.handle.set_input_files(list(paths), timeout=30_000)

    async def select(self, values: Sequence[str]) -> None:
        async with self._doing():
            await self.handle.select_option(label=list(values), timeout=10_000)

    async def drag_to(self, other: Element) -> None:
        end = cast(HeldElement, other)
        await self.scroll()
        start_box, end_box = await self.handle.bounding_box(), await end.handle.bounding_box()
        if not start_box or not end_box:
            raise failures.gone(self._name, self._page.url)
        mouse = self._page.mouse
        async with self._doing():
            await mouse.move(start_box["x"] + start_box["width"] / 2, start_box["y"] + start_box["height"] / 2)
            await mouse.down()
            await mouse.move(end_box["x"] + end_box["width"] / 2, end_box["y"] + end_box["height"] / 2, steps=8)
            await mouse.up()

    async def screenshot(self) -> bytes:
        async with self._doing():
            return cast(bytes, await self.handle.screenshot(animations="disabled"))

    async def scroll(self) -> None:
        async with self._doing():
            await self.handle.scroll_into_view_if_needed(timeout=10_000)

    async def query(self, by: By) -> list[Element]:
        numbers = cast(list[int], await self._told("within", json.dumps(by.plain(), ensure_ascii=False)))
        found: list[Element] = []
        for number in numbers:
            async with self._doing():
                handle = (await self._frame.evaluate_handle(GET, number)).as_element()
            if handle is not None:
                found.append(HeldElement(handle, self._page, self._frame, str(by)))
        return found

    async def evaluate_json(self, script: str, arg: Json = None) -> Json:
        async with self._doing():
            return loaded(await self.handle.evaluate(script, arg))

    async def follow(self, script: str, arg: Json = None) -> Element | None:
        async with self._doing():
            handle = (await self.handle.evaluate_handle(script, arg)).as_element()
        return None if handle is None else HeldElement(handle, self._page, self._frame, self._name)

    async def describe(self) -> str:
        said = cast(dict[str, Any], await self._told("say", None))
        return f"{said['kind']}「{said['text']}」{said['where']}"

    async def _told(self, name: str, arg: object) -> Json:
        async with self._doing():
            answer = await self.handle.evaluate(ELEMENT_CALL, [name, arg])
            if answer is None:
                await self._frame.evaluate(EYES)
                answer = await self.handle.evaluate(ELEMENT_CALL, [name, arg])
        return loaded(answer)
