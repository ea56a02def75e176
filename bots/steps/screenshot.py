"""screenshot: a picture of the page for the record."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.evidence import picture
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Template


class Screenshot(Step):
    """A picture of the page is kept as evidence; none is taken while a secret stands on the page."""

    verb: ClassVar[str] = "screenshot"
    zh: ClassVar[str] = "截图"
    title: ClassVar[Bilingual] = Bilingual("截图", "Screenshot")
    promise_zh: ClassVar[str] = "给页面拍一张照片作证据；页面上有密码时不拍。"
    main: ClassVar[str] = "label"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "screenshot: 提交后"

    label: Template = Template.parse("截图")

    async def run(self, ctx: Context) -> None:
        """Kept under evidence/, and noted. Raises BrowserClosed."""
        if ctx.sensitive:
            ctx.note("页面上有密码，没有截图")
            return
        label = ctx.text(self.label)
        name = f"shot-{len(ctx.notes) + 1:03d}-{label}"
        path = await picture(ctx.page, ctx.facts.folder, ctx.facts.mask, name)
        ctx.note(f"{label}（{path or '页面上有密码，没有截图'}）")
