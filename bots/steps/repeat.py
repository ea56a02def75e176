"""repeat: the same steps until a condition holds, with a hard maximum."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from bots.conditions import holds
from bots.context import Context
from bots.errors import LimitReached
from bots.flow.language import Bilingual
from bots.flow.step import Step, Steps
from bots.flow.values import Condition


class Repeat(Step):
    """The steps run again and again until `until` holds (looked at before each turn), at most `max` times."""

    verb: ClassVar[str] = "repeat"
    zh: ClassVar[str] = "重复"
    title: ClassVar[Bilingual] = Bilingual("重复", "Repeat")
    promise_zh: ClassVar[str] = "重复做，直到 until 成立（每次做之前看）；最多 max 次，到了还不成立就停下报告。"
    main: ClassVar[str] = "do"
    keys_zh: ClassVar[Mapping[str, str]] = {"do": "做", "max": "最多", "until": "直到"}
    example: ClassVar[str] = "repeat:\n  - click: 下一页\nuntil: {missing: 下一页}\nmax: 50"

    do: Steps
    until: Condition | None = None
    max: Annotated[int, Field(ge=1, le=10_000)]

    async def run(self, ctx: Context) -> None:
        """`until` holds, or without it the steps ran `max` times. Raises LimitReached."""
        for index in range(1, self.max + 1):
            if self.until is not None and await holds(ctx, self.until):
                return
            with ctx.scope.frame({"index": index}):
                await ctx.player.steps(self.do)
        if self.until is not None and not await holds(ctx, self.until):
            raise LimitReached(self.say("zh"), self.max)

    def binds(self) -> tuple[str, ...]:
        """Return the name of the turn's number, from 1."""
        return ("index",)
