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
    """What is clicked so that the file comes."""

    short: ClassVar[str] = "click"
    keys_zh: ClassVar[Mapping[str, str]] = {"click": "点击"}

    click: Target


class Download(Step):
    """The file is in the run's folder under the name `as`, whole, of the type its name says, with what `expect` asks.

    A broken one is fetched again; one that an earlier attempt of this run has received is not fetched twice.
    """

    verb: ClassVar[str] = "download"
    zh: ClassVar[str] = "下载"
    title: ClassVar[Bilingual] = Bilingual("下载", "Download")
    main: ClassVar[str] = "source"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "存为", "expect": "要求", "kind": "单据种类"}
    example: ClassVar[str] = (
        'download: {click: 下载}\nas: 账单-${month}.zip\nkind: alipay_fund_bill\nexpect: {rows: ">= 1"}'
    )

    source: Target | DownloadSource
    as_: Template | None = None
    kind: Template | None = None
    expect: Expect | None = None

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
        """Received and recorded. Raises DownloadBroken, DocumentUnexpected, PageTimeout, ElementMissing."""
        wish = wanted(ctx, self.as_, self.kind, self.expect)
        if known_file(ctx, wish) is not None:
            ctx.log.info("已经有 {}，不再下载", wish.name)
            return

        async def click_it() -> None:
            await ctx.act(self.target, click)

        timeout_ms = self.timeout.ms if self.timeout else DOWNLOAD_TIMEOUT_MS
        await fetch(ctx, click_it, wish, timeout_ms)
