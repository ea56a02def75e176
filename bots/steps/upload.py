"""upload: files into a field."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from bots.browser import widgets
from bots.browser.driver import Element
from bots.context import Context
from bots.errors import FileMissing
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Target, Template


class Upload(Step):
    """The upload field holds `file`, one file of this machine or several."""

    verb: ClassVar[str] = "upload"
    zh: ClassVar[str] = "上传"
    title: ClassVar[Bilingual] = Bilingual("上传", "Upload")
    promise_zh: ClassVar[str] = "上传框里放好这台机器上的文件，一个或几个。"
    main: ClassVar[str] = "into"
    keys_zh: ClassVar[Mapping[str, str]] = {"file": "文件"}
    sentence: ClassVar[Bilingual] = Bilingual("把{file}上传到{into}", "Upload {file} into {into}")
    example: ClassVar[str] = "upload: 批量发货文件\nfile: ${sheet}"
    asks: ClassVar[bool] = True

    into: Target
    file: Template | tuple[Template, ...]

    async def run(self, ctx: Context) -> None:
        """In the field. Raises FileMissing, ElementMissing, ElementAmbiguous."""
        parts = (self.file,) if isinstance(self.file, Template) else self.file
        paths = [Path(ctx.text(part)) for part in parts]
        for path in paths:
            if not path.is_file():
                raise FileMissing(str(path), "没有这个文件")

        async def upload(element: Element, _timeout_ms: int) -> None:
            await widgets.fill(ctx.page, element, paths, name=ctx.text(self.into.name), timeout_ms=ctx.timeout_ms)

        await ctx.act(self.into, upload, want="fill")
