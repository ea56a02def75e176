"""fail: the page is not what the flow needs."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.errors import FlowFailed
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Template


class Fail(Step):
    """A system failure: evidence is kept and the work starts again from a known page."""

    verb: ClassVar[str] = "fail"
    zh: ClassVar[str] = "报告故障"
    title: ClassVar[Bilingual] = Bilingual("报告故障：", "Fail:")
    promise_zh: ClassVar[str] = "报告网站故障：留下证据，从已知的页面重来。"
    main: ClassVar[str] = "reason"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "fail: 报表没有加载出来"

    reason: Template

    async def run(self, ctx: Context) -> None:
        """Never returns: raises FlowFailed."""
        raise FlowFailed(ctx.text(self.reason))
