"""reload: the page afresh."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step


class Reload(Step):
    """The page was loaded again."""

    verb: ClassVar[str] = "reload"
    zh: ClassVar[str] = "刷新"
    title: ClassVar[Bilingual] = Bilingual("刷新页面", "Reload the page")
    promise_zh: ClassVar[str] = "重新载入这一页。"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "reload"

    async def run(self, ctx: Context) -> None:
        """Loaded. Raises PageTimeout, ServerFailed."""
        await ctx.page.reload()
