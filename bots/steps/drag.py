"""drag: one element onto another."""

from collections.abc import Mapping
from typing import ClassVar

from bots.browser.driver import Element
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Target


class Drag(Step):
    """The element was dragged onto another one with the mouse."""

    verb: ClassVar[str] = "drag"
    zh: ClassVar[str] = "拖动"
    title: ClassVar[Bilingual] = Bilingual("拖动", "Drag")
    promise_zh: ClassVar[str] = "用鼠标把一个元素拖到另一个元素上。"
    main: ClassVar[str] = "target"
    keys_zh: ClassVar[Mapping[str, str]] = {"to": "到"}
    sentence: ClassVar[Bilingual] = Bilingual("把{target}拖到{to}", "Drag {target} to {to}")
    example: ClassVar[str] = "drag: 滑块\nto: 右端"
    asks: ClassVar[bool] = True

    target: Target
    to: Target

    async def run(self, ctx: Context) -> None:
        """Dragged. Raises ElementMissing, ElementAmbiguous."""
        end = await ctx.find(self.to)

        async def drag(element: Element, _timeout_ms: int) -> None:
            await element.drag_to(end)

        await ctx.act(self.target, drag)
