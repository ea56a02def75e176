"""click: an element, once."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from bots.browser.driver import Element
from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Target


class Click(Step):
    """The element was clicked once: a button, link, menu item, tab, or any text.

    `dialog` answers the browser's own box that the click brings (`confirm`); without it such a box is cancelled and
    noted in the run's record: nothing is confirmed that no step asked for.
    """

    verb: ClassVar[str] = "click"
    zh: ClassVar[str] = "点击"
    title: ClassVar[Bilingual] = Bilingual("点击", "Click")
    promise_zh: ClassVar[str] = (
        "点一次：按钮、链接、菜单、标签页或任何文字；被弹窗挡住会先关掉弹窗。点了以后出来的是浏览器自己的确认框，"
        "就写 dialog: accept（弹框: 确定）；不写就按“取消”答，并记在运行记录里。"
    )
    main: ClassVar[str] = "target"
    keys_zh: ClassVar[Mapping[str, str]] = {"dialog": "弹框"}
    words_zh: ClassVar[Mapping[str, str]] = {"accept": "确定", "dismiss": "取消"}
    example: ClassVar[str] = "click: 查询"
    asks: ClassVar[bool] = True

    target: Target
    dialog: Literal["accept", "dismiss"] | None = None

    async def run(self, ctx: Context) -> None:
        """Clicked. Raises ElementMissing, ElementAmbiguous, ElementBlocked."""
        page = ctx.page
        asked = len(page.dialogs)
        # It stays so until the next click: some pages ask a moment after they were clicked.
        page.answer_dialogs(self.dialog == "accept")
        await ctx.act(self.target, click)
        if self.dialog is None and (boxes := page.dialogs[asked:]):
            ctx.note(f"浏览器弹框「{'」「'.join(boxes)}」：没有写 dialog，要选择的按“取消”答了")


async def click(element: Element, timeout_ms: int) -> None:
    """One click."""
    await element.click(timeout_ms=timeout_ms)
