"""back: the page before this one."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step


class Back(Step):
    """The tab shows the page before this one."""

    verb: ClassVar[str] = "back"
    zh: ClassVar[str] = "后退"
    title: ClassVar[Bilingual] = Bilingual("后退一页", "Go back")
    promise_zh: ClassVar[str] = "回到上一页。"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "back"

    async def run(self, ctx: Context) -> None:
        """Gone back. Raises PageTimeout, ServerFailed."""
        await ctx.page.back()
