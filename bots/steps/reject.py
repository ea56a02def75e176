"""reject: this row cannot be done."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.errors import RowRejected
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Template


class Reject(Step):
    """A business failure: this row is marked with the reason, without retry, and the next one starts."""

    verb: ClassVar[str] = "reject"
    zh: ClassVar[str] = "拒绝这一行"
    title: ClassVar[Bilingual] = Bilingual("拒绝这一行：", "Reject this row:")
    promise_zh: ClassVar[str] = "这一行的数据做不了：写明原因，不重试，做下一行。"
    main: ClassVar[str] = "reason"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "reject: 找不到商品 ${商品ID}"

    reason: Template

    async def run(self, ctx: Context) -> None:
        """Never returns: raises RowRejected."""
        raise RowRejected(ctx.text(self.reason))
