"""for_each: the same steps for every value of a list."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from bots.context import Context
from bots.error_words import Said
from bots.errors import LimitReached, StepMisused
from bots.flow.language import Bilingual
from bots.flow.step import Step, Steps
from bots.flow.values import Template

NAMED = re.compile(r"([^\W\d]\w*) in (\$\{.+\})")


class ForEach(Step):
    """The steps under `do` run once per value, called by the name before `in`; a row's columns are names of their own.

    A list that is written down takes its name from `as`.
    """

    verb: ClassVar[str] = "for_each"
    zh: ClassVar[str] = "对每一个"
    title: ClassVar[Bilingual] = Bilingual("对每一个", "For each")
    promise_zh: ClassVar[str] = "对列表里的每一个值做同样的步骤；值的名字写在 in 前面，是一行数据时，列名可以直接用。"
    main: ClassVar[str] = "values"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "叫做", "do": "做", "max": "最多"}
    sentence: ClassVar[Bilingual] = Bilingual("对{values}里的每一个", "For each of {values}")
    opens: ClassVar[bool] = True
    example: ClassVar[str] = "for_each: month in ${months}\ndo:\n  - click: ${month}"

    values: Template | tuple[Template, ...]
    as_: str = "item"
    do: Steps
    max: Annotated[int, Field(ge=1, le=100_000)] = 10_000

    @property
    def called(self) -> str:
        """The name of each value."""
        named = NAMED.fullmatch(self.values.source) if isinstance(self.values, Template) else None
        return named.group(1) if named else self.as_

    def binds(self) -> tuple[str, ...]:
        """Return the name of the value, and its number from 1."""
        return (self.called, "index")

    async def run(self, ctx: Context) -> None:
        """Every value had its turn, in order. Raises LimitReached before the first if there are more than `max`."""
        values = self._values(ctx)
        if len(values) > self.max:
            raise LimitReached(self.say("zh"), self.max)
        for index, value in enumerate(values, start=1):
            columns = value if isinstance(value, dict) else {}
            with ctx.scope.frame({**columns, self.called: value, "index": index}):
                await ctx.player.steps(self.do)

    def _values(self, ctx: Context) -> list[object]:
        if isinstance(self.values, tuple):
            return [ctx.expand(value) for value in self.values]
        named = NAMED.fullmatch(self.values.source)
        values = ctx.expand(Template.parse(named.group(2)) if named else self.values)
        if not isinstance(values, list | tuple):
            raise StepMisused(self.verb, Said(f"{self.values.source} 不是列表", f"{self.values.source} is no list"))
        return list(values)
