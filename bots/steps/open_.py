"""open: a page of the site, or an address."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import PageName


class Open(Step):
    """A page of the element library is open, by its name; an address works too."""

    verb: ClassVar[str] = "open"
    zh: ClassVar[str] = "打开"
    title: ClassVar[Bilingual] = Bilingual("打开", "Open")
    promise_zh: ClassVar[str] = "打开站点里的一页（写页面名），也可以写网址。"
    main: ClassVar[str] = "page"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "open: 订单管理"

    page: PageName

    async def run(self, ctx: Context) -> None:
        """The page is loaded. Raises StepMisused, PageTimeout, ServerFailed, ConnectionLost."""
        await ctx.open(ctx.text(self.page))
