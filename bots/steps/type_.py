"""type: text, key by key."""

from collections.abc import Mapping
from typing import ClassVar

from bots.browser import widgets
from bots.browser.driver import Element
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Target, Template


class Type(Step):
    """Text was typed key by key into a field, for pages that watch the keys; `fill` is the usual way."""

    verb: ClassVar[str] = "type"
    zh: ClassVar[str] = "键入"
    title: ClassVar[Bilingual] = Bilingual("键入", "Type")
    promise_zh: ClassVar[str] = "一个键一个键地打字，给盯着键盘的页面用；平常用 fill。"
    main: ClassVar[str] = "text"
    keys_zh: ClassVar[Mapping[str, str]] = {"into": "到"}
    sentence: ClassVar[Bilingual] = Bilingual("在{into}里键入{text}", "Type {text} into {into}")
    example: ClassVar[str] = "type: ${关键词}\ninto: 搜索"
    asks: ClassVar[bool] = True

    text: Template
    into: Target

    async def run(self, ctx: Context) -> None:
        """Typed. Raises ElementBlocked (disabled, read-only), ElementMissing, ElementAmbiguous."""
        text = ctx.text(self.text)

        async def type_(element: Element, _timeout_ms: int) -> None:
            await (await widgets.box(ctx.page, element, name=ctx.text(self.into.name))).type(text)

        await ctx.act(self.into, type_, want="fill")
