"""read: the text of an element, by name."""

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

from bots.browser import widgets
from bots.browser.driver import Element
from bots.context import Context
from bots.error_words import Said
from bots.errors import ConditionUnmet, StepMisused
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Target, Template


class Read(Step):
    """What the element says (a field: what it holds) has the name `as`; `matches` keeps a part of it (regular)."""

    verb: ClassVar[str] = "read"
    zh: ClassVar[str] = "读取"
    title: ClassVar[Bilingual] = Bilingual("读取", "Read")
    promise_zh: ClassVar[str] = "读元素的文字（输入框读里面的值），叫做 as 写的名字；matches 用正则表达式只留一部分。"
    main: ClassVar[str] = "target"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "叫做", "matches": "符合"}
    example: ClassVar[str] = "read: 可用余额\nas: balance\nmatches: '[\\d,.]+'"

    target: Target
    as_: str
    matches: Template | None = None

    def defines(self) -> Iterable[str]:
        """Return the name."""
        return (self.as_,)

    async def run(self, ctx: Context) -> None:
        """Read. Raises ElementMissing, ElementAmbiguous, ConditionUnmet when the pattern does not fit."""
        ctx.scope.put(self.as_, self._part(ctx, await self._said(ctx)))

    async def _said(self, ctx: Context) -> str:
        """What the field of this name holds; where there is none, what the element of this name says."""
        field = await self._field(ctx)
        if field is None:
            element = await ctx.find(self.target, want="see")
            field = await self._field(ctx)  # a label and its field may have come while it was waited for
            if field is None and not await widgets.is_field(element):
                return await element.text() or await element.value()
            field = field or element
        return await widgets.read(field, ctx.page)

    async def _field(self, ctx: Context) -> Element | None:
        """The one field that the first way to find the target leads to now; healing is the other search's."""
        (seen,) = await ctx.page.survey(ctx.resolved(self.target).asks("fill")[:1])
        if seen.count != 1:
            return None
        element = await ctx.page.element(seen.matches[0])
        return element if await widgets.is_field(element) else None

    def _part(self, ctx: Context, text: str) -> str:
        if self.matches is None:
            return text
        pattern = ctx.text(self.matches)
        try:
            found = re.search(pattern, text)
        except re.error as error:
            raise StepMisused(
                self.verb,
                Said(f"正则表达式 {pattern} 写错了：{error}", f"the regular expression {pattern} is wrong: {error}"),
            ) from error
        if found is None:
            raise ConditionUnmet(
                Said(f"{self.target.say('zh')} 符合 {pattern}", f"{self.target.say('en')} fits {pattern}"),
                seen=text[:200],
            )
        return found.group(1) if found.groups() else found.group()
