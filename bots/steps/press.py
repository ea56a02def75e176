"""press: a key, on the page or on an element."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from bots.browser.driver import Element
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Target, Template, Value


class Press(Step):
    """A key or combination was pressed, such as `Enter` or `Control+A`: where the focus is, or on the element `on`.

    With `times`, so many times one after the other: a slider moves one step for each.
    """

    verb: ClassVar[str] = "press"
    zh: ClassVar[str] = "按键"
    title: ClassVar[Bilingual] = Bilingual("按", "Press")
    promise_zh: ClassVar[str] = "按键或组合键，如 Enter、Control+A；写了 on 就按在那个元素上。"
    main: ClassVar[str] = "key"
    keys_zh: ClassVar[Mapping[str, str]] = {"on": "对象", "times": "次数"}
    example: ClassVar[str] = "press: Enter\non: 订单号"
    asks: ClassVar[bool] = True

    key: Template
    on: Target | None = None
    times: Value[Annotated[int, Field(ge=0, le=1_000)]] | None = None

    async def run(self, ctx: Context) -> None:
        """Pressed. Raises ElementMissing, ElementAmbiguous."""
        key, times = ctx.text(self.key), ctx.value(self.times) if self.times is not None else 1
        if self.on is None:
            await ctx.clear_way()
            ctx.acting()
            for _ in range(times):
                await ctx.page.press(key)
            return

        async def press(element: Element, _timeout_ms: int) -> None:
            for _ in range(times):
                await element.press(key)

        await ctx.act(self.on, press)
