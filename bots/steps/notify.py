"""notify: a message to the people, without waiting for an answer."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Template


class Notify(Step):
    """The message is on its way to the people who watch the night, and stands in the run's record."""

    verb: ClassVar[str] = "notify"
    zh: ClassVar[str] = "通知"
    title: ClassVar[Bilingual] = Bilingual("通知", "Notify")
    promise_zh: ClassVar[str] = "给看夜班的人发一句话，不等回答。"
    main: ClassVar[str] = "text"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "notify: ${account.shop} 余额不足"

    text: Template

    async def run(self, ctx: Context) -> None:
        """Handed to the inbox; nothing waits for it."""
        text = ctx.facts.mask.hide(ctx.text(self.text))
        ctx.note(text)
        facts = {
            "run_id": ctx.facts.run_id,
            "account": ctx.facts.account.name,
            "flow": ctx.flow.path,
            "item": ctx.facts.mask.hide(ctx.item_key),
        }
        await ctx.facts.inbox.tell(text, facts)
