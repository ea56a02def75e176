"""switch_to: another tab."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar

from bots.browser.driver import Page
from bots.context import Context
from bots.errors import ElementMissing
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Template

LOOK_EVERY_S = 0.1


class SwitchTo(Step):
    """Steps work on another tab from now on: the one whose title or address contains the text; none given, the newest.

    Frames need no switch: elements are found in them as they are on the page.
    """

    verb: ClassVar[str] = "switch_to"
    zh: ClassVar[str] = "切换到标签页"
    title: ClassVar[Bilingual] = Bilingual("切换到标签页", "Switch to the tab")
    promise_zh: ClassVar[str] = (
        "换到另一个标签页：标题或网址里有这段文字的那个，不写就是最新打开的。框架不用切换，里面的元素直接能用。"
    )
    main: ClassVar[str] = "tab"
    keys_zh: ClassVar[Mapping[str, str]] = {"close": "关闭原来的"}
    example: ClassVar[str] = "switch_to: 订单详情"

    tab: Template | None = None
    close: bool = False

    async def run(self, ctx: Context) -> None:
        """On the tab, waited for. Raises ElementMissing with the tabs there are."""
        loop = asyncio.get_running_loop()
        end = loop.time() + ctx.timeout_ms / 1000
        wanted = ctx.text(self.tab) if self.tab is not None else ""
        while (page := await _tab(ctx, wanted)) is None:
            if loop.time() >= end:
                titles = [await one.title() or one.url for one in ctx.session.pages]
                raise ElementMissing(wanted or "新标签页", waited_ms=ctx.timeout_ms, nearest=titles, url=ctx.page.url)
            await asyncio.sleep(LOOK_EVERY_S)
        left, ctx.page = ctx.page, page
        await page.bring_to_front()
        if self.close and left is not page:
            await left.close()


async def _tab(ctx: Context, wanted: str) -> Page | None:
    """The newest tab that fits and is not the one we are on."""
    for page in reversed(ctx.session.pages):
        if page is not ctx.page and (not wanted or wanted in page.url or wanted in await page.title()):
            return page
    return None
