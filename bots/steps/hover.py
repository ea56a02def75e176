"""hover: the pointer rests on an element."""

from collections.abc import Mapping
from typing import ClassVar

from bots.browser.driver import Element
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Target


class Hover(Step):
    """The pointer rests on the element, so that its menu or tip shows."""

    verb: ClassVar[str] = "hover"
    zh: ClassVar[str] = "鼠标移到"
    title: ClassVar[Bilingual] = Bilingual("鼠标移到", "Hover over")
    promise_zh: ClassVar[str] = "鼠标停在元素上，让菜单或提示出来。"
    main: ClassVar[str] = "target"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "hover: 更多"

    target: Target

    async def run(self, ctx: Context) -> None:
        """The pointer is there. Raises ElementMissing, ElementAmbiguous, ElementBlocked."""
        await ctx.act(self.target, _hover)


async def _hover(element: Element, timeout_ms: int) -> None:
    await element.hover(timeout_ms=timeout_ms)
