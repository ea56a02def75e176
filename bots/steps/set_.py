"""set: names for values."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Template


class Set(Step):
    """Each name stands for its value from now on: in a row until the row ends, else until the run ends."""

    verb: ClassVar[str] = "set"
    zh: ClassVar[str] = "设为"
    title: ClassVar[Bilingual] = Bilingual("设", "Set")
    promise_zh: ClassVar[str] = "给值起名字：在一行里设的，到这一行结束；否则到运行结束。"
    main: ClassVar[str] = "values"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    sentence: ClassVar[Bilingual] = Bilingual("设定：{values}", "Set: {values}")
    example: ClassVar[str] = 'set: {单号: "${strip(单号)}"}'

    values: dict[str, Template | tuple[Template, ...]]

    def defines(self) -> Iterable[str]:
        """Return the names set."""
        return tuple(self.values)

    async def run(self, ctx: Context) -> None:
        """Set, in the order written; later values may use earlier ones. Raises ExpressionFailed."""
        for name, value in self.values.items():
            made = [ctx.expand(one) for one in value] if isinstance(value, tuple) else ctx.expand(value)
            ctx.scope.put(name, made)
