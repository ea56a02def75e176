"""check: a checkbox, radio or switch is on or off."""

from collections.abc import Mapping
from typing import ClassVar

from bots.browser import widgets
from bots.browser.driver import Element
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Target


class Check(Step):
    """A checkbox, radio or switch is on (or off, with `on: no`); nothing is clicked if it is so already."""

    verb: ClassVar[str] = "check"
    zh: ClassVar[str] = "勾选"
    title: ClassVar[Bilingual] = Bilingual("勾选", "Tick")
    promise_zh: ClassVar[str] = "勾选框、单选框、开关是勾上的（on: 否 就是没勾上）；已经是这样就不点。"
    main: ClassVar[str] = "target"
    keys_zh: ClassVar[Mapping[str, str]] = {"on": "勾上"}
    example: ClassVar[str] = "check: {in: 商品行, name: 选择}\non: yes"

    target: Target
    on: bool = True

    async def run(self, ctx: Context) -> None:
        """As wanted, read back from the page. Raises ValueRefused, ElementBlocked, ElementMissing, ElementAmbiguous."""

        async def check(element: Element, _timeout_ms: int) -> None:
            await widgets.check(ctx.page, element, self.on, name=ctx.text(self.target.name))

        await ctx.act(self.target, check, want="fill")
