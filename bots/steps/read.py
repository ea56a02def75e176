"""read: the text of an element, by name."""

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

from bots.context import Context
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
        element = await ctx.find(self.target, want="see")
        text = await element.text() or await element.value()
        ctx.scope.put(self.as_, self._part(ctx, text))

    def _part(self, ctx: Context, text: str) -> str:
        if self.matches is None:
            return text
        pattern = ctx.text(self.matches)
        try:
            found = re.search(pattern, text)
        except re.error as error:
            raise StepMisused(self.verb, f"正则表达式 {pattern} 写错了：{error}") from error
        if found is None:
            raise ConditionUnmet(f"{self.target.say('zh')} 符合 {pattern}", seen=text[:200])
        return found.group(1) if found.groups() else found.group()
