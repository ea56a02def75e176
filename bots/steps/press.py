"""press: a key, on the page or on an element."""

from collections.abc import Mapping
from typing import ClassVar

from bots.browser.driver import Element
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Target, Template


class Press(Step):
    """A key or combination was pressed, such as `Enter` or `Control+A`: where the focus is, or on the element `on`."""

    verb: ClassVar[str] = "press"
    zh: ClassVar[str] = "按键"
    title: ClassVar[Bilingual] = Bilingual("按", "Press")
    main: ClassVar[str] = "key"
    keys_zh: ClassVar[Mapping[str, str]] = {"on": "对象"}
    example: ClassVar[str] = "press: Enter\non: 订单号"

    key: Template
    on: Target | None = None

    async def run(self, ctx: Context) -> None:
        """Pressed. Raises ElementMissing, ElementAmbiguous."""
        key = ctx.text(self.key)
        if self.on is None:
            await ctx.clear_way()
            ctx.acts += 1
            await ctx.page.press(key)
            return

        async def press(element: Element, _timeout_ms: int) -> None:
            await element.press(key)

        await ctx.act(self.on, press)
