"""if: steps that depend on a condition."""

from collections.abc import Mapping
from typing import ClassVar

from bots.conditions import holds
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.step import Step, Steps
from bots.flow.values import Condition


class If(Step):
    """The steps under `then` run if the condition holds on the page at rest, else those under `else`."""

    verb: ClassVar[str] = "if"
    zh: ClassVar[str] = "如果"
    title: ClassVar[Bilingual] = Bilingual("如果", "If")
    promise_zh: ClassVar[str] = "页面安静下来以后看条件：成立做 then，不成立做 else。"
    main: ClassVar[str] = "condition"
    keys_zh: ClassVar[Mapping[str, str]] = {"else": "否则", "then": "那么"}
    example: ClassVar[str] = "if: {missing: 商品行}\nthen:\n  - reject: 找不到商品 ${商品ID}"

    condition: Condition
    then: Steps = ()
    else_: Steps = ()

    async def run(self, ctx: Context) -> None:
        """One of the two ran. Raises what its steps raise."""
        await ctx.player.steps(self.then if await holds(ctx, self.condition) else self.else_)
