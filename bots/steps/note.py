"""note: a sentence in the run's record."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Template


class Note(Step):
    """The sentence stands in the run's log and on its page."""

    verb: ClassVar[str] = "note"
    zh: ClassVar[str] = "记录"
    title: ClassVar[Bilingual] = Bilingual("记录", "Note")
    promise_zh: ClassVar[str] = "在运行记录里写一句话。"
    main: ClassVar[str] = "text"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "note: 共 ${数量} 单"

    text: Template

    async def run(self, ctx: Context) -> None:
        """Noted. Raises ExpressionFailed."""
        ctx.note(ctx.text(self.text))
