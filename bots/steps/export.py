"""export: create a task, wait in its list until the file is ready, download it."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar

from bots.browser import find
from bots.browser.driver import Ask, By, Element, Match
from bots.context import Context
from bots.errors import ElementBlocked, ExportFailed
from bots.flow.language import Bilingual
from bots.flow.part import Part
from bots.flow.step import Step
from bots.flow.values import Duration, Target, Template
from bots.intake import Expect, Wanted, fetch, known_file, wanted
from bots.steps.click import click

PENDING = ("生成中", "处理中", "排队", "等待", "进行中", "导出中", "pending", "processing", "running")
FAILED = ("失败", "已取消", "错误", "failed", "error")
POLL_S = (0.2, 0.4, 0.6, 1.0, 1.5, 2.0, 3.0, 5.0)
LINK_TIMEOUT_MS = 5_000
APPEAR_S = 20.0
"""A task that was created stands in the list at once, if only as being made; one that does not never will."""


class ExportTask(Part):
    """The task: what starts it, which row of the task list it is, how long it may take.

    The row is the topmost task that holds every word of `row`, in whatever columns.

    `page` is opened when the list is on a page of its own; `refresh` and `link` are what the site calls its buttons.
    """

    short: ClassVar[str] = "start"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "link": "下载按钮",
        "page": "列表页",
        "refresh": "刷新按钮",
        "row": "哪一行",
        "start": "开始",
        "within": "最多等",
    }

    start: Target
    row: Template
    within: Duration = Duration.parse("15m")
    page: Template | None = None
    refresh: Target = Target(name=Template.parse("刷新"))
    link: Target = Target(name=Template.parse("下载"))


class Export(Step):
    """The export was started, became ready within the time, and its file is in the run's folder under the name `as`."""

    verb: ClassVar[str] = "export"
    zh: ClassVar[str] = "导出"
    title: ClassVar[Bilingual] = Bilingual("导出", "Export")
    main: ClassVar[str] = "task"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "存为", "expect": "要求", "kind": "单据种类"}
    sentence: ClassVar[Bilingual] = Bilingual("{task.start}，等好了下载", "{task.start}, download when ready")
    example: ClassVar[str] = (
        'export: {start: 导出订单, row: "${day}", within: 15m}\nas: 订单-${day}.xlsx\nkind: practice_orders'
    )

    task: ExportTask
    as_: Template | None = None
    kind: Template | None = None
    expect: Expect | None = None

    async def run(self, ctx: Context) -> None:
        """Received and recorded. Raises ExportFailed, DownloadBroken, DocumentUnexpected, ElementMissing."""
        wish = wanted(ctx, self.as_, self.kind, self.expect)
        if known_file(ctx, wish) is not None:
            ctx.log.info("已经有 {}，不再导出", wish.name)
            return
        await ctx.act(self.task.start, click)
        if self.task.page is not None:
            await ctx.open(ctx.text(self.task.page))
        await _Waiting(ctx, self.task, ctx.text(self.task.row)).ready()
        await self._fetch(ctx, wish)

    async def _fetch(self, ctx: Context, wish: Wanted) -> None:
        waiting = _Waiting(ctx, self.task, ctx.text(self.task.row))

        async def click_link() -> None:
            link = await waiting.ready()
            ctx.acts += 1
            await link.click(timeout_ms=LINK_TIMEOUT_MS)

        await fetch(ctx, click_link, wish)


class _Waiting:
    """Watches the task's row until its link is there."""

    def __init__(self, ctx: Context, task: ExportTask, text: str) -> None:
        self._ctx = ctx
        self._task = task
        self._text = text
        self._appeared = False

    async def ready(self) -> Element:
        """The download link of the finished task. Raises ExportFailed."""
        ctx = self._ctx
        loop = asyncio.get_running_loop()
        begun = loop.time()
        end = begun + self._task.within.ms / 1000
        looks = 0
        while True:
            await ctx.clear_way()
            await ctx.check_requests()
            link = await self._link()
            if link is not None:
                return link
            if not self._appeared and loop.time() >= begun + APPEAR_S:
                raise ExportFailed(self._text, "任务没有出现在列表里")
            if loop.time() >= end:
                raise ExportFailed(self._text, f"等了 {self._task.within.say('zh')}，还没有好")
            await asyncio.sleep(POLL_S[min(looks, len(POLL_S) - 1)])
            looks += 1
            await self._refresh()

    async def _link(self) -> Element | None:
        """The link in the topmost row that is this task, None while it is being made. Raises ExportFailed."""
        page = self._ctx.page
        words = [word for word in self._text.split() if len(word) > 1] or [self._text]
        sightings = await page.survey([Ask(By("row", word, exact=False), "see") for word in words])
        rarest = min(sightings, key=lambda sighting: sighting.count)
        for match in rarest.matches:
            try:
                state = await self._state(match)
            except ElementBlocked:
                return None  # the list was redrawn between the look and the grip
            self._appeared = self._appeared or state is not False
            if isinstance(state, str):
                raise ExportFailed(self._text, state)
            if not isinstance(state, bool):
                return state
        return None

    async def _state(self, match: Match) -> Element | str | bool | None:
        """The link when ready, the row's words when failed, None when pending, False when the row is no task."""
        row = await self._ctx.page.element(match)
        text = await row.text()
        if not all(word in text for word in self._text.split()):
            return False
        for way in self._ctx.resolved(self._task.link).alternatives:
            links = await row.query(way)
            if len(links) == 1:
                return links[0]
        if any(word in text for word in FAILED):
            return text
        return None if any(word in text for word in PENDING) else False

    async def _refresh(self) -> None:
        """The list is asked for again: by its button if there is one, else by loading its page again."""
        ctx = self._ctx
        target = ctx.resolved(self._task.refresh)
        if await find.count(ctx.page, target) == 1:
            await ctx.act(self._task.refresh, click)
        elif self._task.page is not None:
            await ctx.page.reload()
