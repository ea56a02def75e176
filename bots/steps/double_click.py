"""double_click: an element, twice in quick succession."""

from collections.abc import Mapping
from typing import ClassVar

from bots.browser.driver import Element
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Target


class DoubleClick(Step):
    """The element was double-clicked."""

    verb: ClassVar[str] = "double_click"
    zh: ClassVar[str] = "双击"
    title: ClassVar[Bilingual] = Bilingual("双击", "Double-click")
    promise_zh: ClassVar[str] = "快速点两次。"
    main: ClassVar[str] = "target"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "double_click: 备注"
    asks: ClassVar[bool] = True

    target: Target

    async def run(self, ctx: Context) -> None:
        """Double-clicked. Raises ElementMissing, ElementAmbiguous, ElementBlocked."""
        await ctx.act(self.target, _double_click)


async def _double_click(element: Element, timeout_ms: int) -> None:
    await element.click(count=2, timeout_ms=timeout_ms)
