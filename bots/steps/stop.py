"""stop: nothing more to do."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context, StopRun
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Template


class Stop(Step):
    """The run ends here, with the reason; what has been done stays done."""

    verb: ClassVar[str] = "stop"
    zh: ClassVar[str] = "结束运行"
    title: ClassVar[Bilingual] = Bilingual("结束运行", "Stop the run")
    promise_zh: ClassVar[str] = "运行到这里正常结束，写明原因；做完的都算数。"
    main: ClassVar[str] = "reason"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "stop: 没有待处理的订单"

    reason: Template = Template.parse("")

    async def run(self, ctx: Context) -> None:
        """Never returns: StopRun ends the run."""
        raise StopRun(ctx.text(self.reason))
