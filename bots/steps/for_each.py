"""for_each: the same steps for every value of a list."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from bots.context import Context
from bots.errors import LimitReached, StepMisused
from bots.flow.language import Bilingual
from bots.flow.step import Step, Steps
from bots.flow.values import Template


class ForEach(Step):
    """The steps under `do` run once per value; `as` names it, the columns of a row are names of their own."""

    verb: ClassVar[str] = "for_each"
    zh: ClassVar[str] = "对每一个"
    title: ClassVar[Bilingual] = Bilingual("对每一个", "For each")
    main: ClassVar[str] = "values"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "叫做", "do": "做", "max": "最多"}
    sentence: ClassVar[Bilingual] = Bilingual("对{values}里的每一个", "For each of {values}")
    opens: ClassVar[bool] = True
    example: ClassVar[str] = "for_each: ${months}\nas: month\ndo:\n  - click: ${month}"

    values: Template | tuple[Template, ...]
    as_: str = "item"
    do: Steps
    max: Annotated[int, Field(ge=1, le=100_000)] = 10_000

    def binds(self) -> tuple[str, ...]:
        """Return the name of the value, and its number from 1."""
        return (self.as_, "index")

    async def run(self, ctx: Context) -> None:
        """Every value had its turn, in order. Raises LimitReached before the first if there are more than `max`."""
        values = self._values(ctx)
        if len(values) > self.max:
            raise LimitReached(self.say("zh"), self.max)
        for index, value in enumerate(values, start=1):
            columns = value if isinstance(value, dict) else {}
            with ctx.scope.frame({**columns, self.as_: value, "index": index}):
                await ctx.player.steps(self.do)

    def _values(self, ctx: Context) -> list[object]:
        if isinstance(self.values, tuple):
            return [ctx.expand(value) for value in self.values]
        values = ctx.expand(self.values)
        if not isinstance(values, list | tuple):
            raise StepMisused(self.verb, f"{self.values.source} 不是列表")
        return list(values)
