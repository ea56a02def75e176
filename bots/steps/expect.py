"""expect: the page is as it should be."""

from collections.abc import Mapping
from typing import ClassVar

from bots.conditions import wait_until
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Condition


class Expect(Step):
    """The condition comes true in time; if not, the page has failed and the work starts again from a known page."""

    verb: ClassVar[str] = "expect"
    zh: ClassVar[str] = "检查"
    title: ClassVar[Bilingual] = Bilingual("检查：", "Expect:")
    promise_zh: ClassVar[str] = "等到条件成立；等不到就是网页出了问题，留下证据，从已知的页面重来。"
    main: ClassVar[str] = "condition"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "expect: {visible: 店铺名称}"

    condition: Condition

    async def run(self, ctx: Context) -> None:
        """True now. Raises ConditionUnmet with what the page shows instead."""
        await wait_until(ctx, self.condition, ctx.timeout_ms)
