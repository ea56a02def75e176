"""click: an element, once."""

from collections.abc import Mapping
from typing import ClassVar

from bots.browser.driver import Element
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Target


class Click(Step):
    """The element was clicked once: a button, link, menu item, tab, or any text."""

    verb: ClassVar[str] = "click"
    zh: ClassVar[str] = "点击"
    title: ClassVar[Bilingual] = Bilingual("点击", "Click")
    promise_zh: ClassVar[str] = "点一次：按钮、链接、菜单、标签页或任何文字；被弹窗挡住会先关掉弹窗。"
    main: ClassVar[str] = "target"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "click: 查询"

    target: Target

    async def run(self, ctx: Context) -> None:
        """Clicked. Raises ElementMissing, ElementAmbiguous, ElementBlocked."""
        await ctx.act(self.target, click)


async def click(element: Element, timeout_ms: int) -> None:
    """One click."""
    await element.click(timeout_ms=timeout_ms)
