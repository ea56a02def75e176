"""download: the file that a click makes the site send."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.flow.language import Bilingual, Lang
from bots.flow.part import Part
from bots.flow.step import Step
from bots.flow.values import Target, Template
from bots.intake import DOWNLOAD_TIMEOUT_MS, Expect, fetch, known_file, wanted
from bots.steps.click import click


class DownloadSource(Part):
    """What is clicked so that the file comes; `file` is a part of its name when one click sends several."""

    short: ClassVar[str] = "click"
    keys_zh: ClassVar[Mapping[str, str]] = {"click": "点击", "file": "文件名含"}

    click: Target
    file: Template | None = None


class Download(Step):
    """The file is in the run's folder under the name `as`, whole, of the type its name says, with what `expect` asks.

    It may come as a download, in a new tab, as a blob, or shown in the tab (a PDF, a CSV): all the same. `unpack` takes
    one file out of a zip: `yes` the only one, or the one whose name holds the words. A broken one is fetched again;
    one that an earlier attempt of this run has received is not fetched twice.
    """

    verb: ClassVar[str] = "download"
    zh: ClassVar[str] = "下载"
    title: ClassVar[Bilingual] = Bilingual("下载", "Download")
    promise_zh: ClassVar[str] = (
        "点一下，收下网站发来的文件：完整、类型和名字相符、内容符合 expect，存在这次运行的文件夹里。坏的重新下载"
        "；这次运行已经收到的不再下载。新窗口、blob、直接显示在页面上的 PDF 和 CSV 都一样收；"
        "unpack 从压缩包里取一个文件。"
    )
    main: ClassVar[str] = "source"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "存为", "expect": "要求", "kind": "单据种类", "unpack": "解压"}
    example: ClassVar[str] = (
        'download: {click: 下载}\nas: 账单-${month}.zip\nkind: alipay_fund_bill\nexpect: {rows: ">= 1"}'
    )

    source: Target | DownloadSource
    as_: Template | None = None
    kind: Template | None = None
    expect: Expect | None = None
    unpack: Template | None = None

    def say(self, lang: Lang) -> str:
        """Return what is clicked and what the file is called."""
        if self.name is not None:
            return self.name.source
        name = self.as_.source if self.as_ is not None else ""
        if lang == "zh":
            return f"点击{self.target.say(lang)}下载" + (f"，存为“{name}”" if name else "")
        return f"Download by clicking {self.target.say(lang)}" + (f', save as "{name}"' if name else "")

    @property
    def target(self) -> Target:
        """What is clicked."""
        return self.source if isinstance(self.source, Target) else self.source.click

    async def run(self, ctx: Context) -> None:
        """Received and recorded. Raises DownloadBroken, DocumentUnexpected, ExportFailed, ElementMissing."""
        pick = None if isinstance(self.source, Target) else self.source.file
        wish = wanted(ctx, self.as_, self.kind, self.expect, self.unpack, pick)
        if known_file(ctx, wish) is not None:
            ctx.log.info("已经有 {}，不再下载", wish.name)
            return

        async def click_it() -> None:
            await ctx.act(self.target, click)

        timeout_ms = self.timeout.ms if self.timeout else DOWNLOAD_TIMEOUT_MS
        await fetch(ctx, click_it, wish, timeout_ms)
