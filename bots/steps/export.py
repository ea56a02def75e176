"""export: create a task, wait in its list until the file is ready, download it."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from bots.conditions import rest
from bots.context import Context
from bots.error_words import Said
from bots.errors import ElementBlocked, ElementMissing, ExportFailed, Interrupted
from bots.exports import LOOKS, Started, TaskList
from bots.flow.language import Bilingual
from bots.flow.part import Part
from bots.flow.step import Step
from bots.flow.values import Duration, Target, Template
from bots.intake import Expect, Wanted, fetch, known_file, overlook_failures, refusal, wanted
from bots.steps.click import click

LINK_TIMEOUT_MS = 5_000
ANSWER_TIMEOUT_MS = 20_000
LOST_S = 3.0
"""After a start whose answer was lost, the task stands in the list at once or was never made."""


class ExportTask(Part):
    """The task: what starts it, which row of the task list it is, how long it may take.

    The row is the topmost task that holds every word of `row`, in whatever columns, and was not there before the start.

    `page` is where the list stands when it does not show by itself; with it, a task whose start was not answered is
    found again instead of being started twice. `refresh` and `link` are what the site calls its buttons.
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
    promise_zh: ClassVar[str] = (
        "点导出，在任务列表里等它生成好，再下载，存成 as 写的名字；失败或超时会说清楚。只认这次新建的任务；写了 page，"
        "建任务没有回音时先到列表里找，不会重复建。"
    )
    main: ClassVar[str] = "task"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "存为", "expect": "要求", "kind": "单据种类", "unpack": "解压"}
    sentence: ClassVar[Bilingual] = Bilingual("{task.start}，等好了下载", "{task.start}, download when ready")
    example: ClassVar[str] = (
        'export: {start: 导出订单, row: "${day}", within: 15m}\nas: 订单-${day}.xlsx\nkind: practice_orders'
    )

    task: ExportTask
    as_: Template | None = None
    kind: Template | None = None
    expect: Expect | None = None
    unpack: Template | None = None

    def looks_at(self) -> Iterable[Template]:
        """The list of tasks, where it has a page of its own."""
        return () if self.task.page is None else (self.task.page,)

    async def run(self, ctx: Context) -> None:
        """Received and recorded. Raises ExportFailed, DownloadBroken, DocumentUnexpected, ElementMissing."""
        wish = wanted(ctx, self.as_, self.kind, self.expect, self.unpack)
        if known_file(ctx, wish) is not None:
            ctx.log.info("已经有 {}，不再导出", wish.name)
            return
        task = self.task
        address = ctx.lookup.address(ctx.text(task.page)) if task.page is not None else ""
        listed = TaskList(ctx, ctx.text(task.row), task.link, task.refresh, address)
        started = Started(ctx.facts.folder.path / "exports.json")
        key = f"{ctx.flow.path}:{self.span.line}:{ctx.item_key}:{ctx.text(task.row)}:{wish.name}"
        if not await self._taken_up(ctx, listed, started, key):
            await self._start(ctx, listed, started, key)
        try:
            await listed.ready(task.within.ms, task.within.say("zh"))
            await self._fetch(ctx, listed, wish)
        except ExportFailed:
            started.forget(key)  # the next attempt starts another one
            raise
        started.forget(key)

    async def _taken_up(self, ctx: Context, listed: TaskList, started: Started, key: str) -> bool:
        """Whether an earlier attempt has started it; its task is in the list of this page now.

        Raises Interrupted when it turns out not to have been made: the flow comes back from a known page and starts it.
        """
        before = started.get(key)
        if before is None:
            return False
        listed.before = before
        if self.task.page is not None:
            await ctx.open(ctx.text(self.task.page))
            await rest(ctx)
        if await listed.appears(LOST_S) is not None:
            ctx.log.info("上次已经建了导出任务，接着等它")
            return True
        started.forget(key)
        if self.task.page is not None:
            raise Interrupted(Said("上次的导出任务没有建成", "the export of the last attempt was not made"))
        ctx.log.info("这一页看不到任务列表，重新导出（写上 page 就能先查）")
        return False

    async def _start(self, ctx: Context, listed: TaskList, started: Started, key: str) -> None:
        """The task is in the list, or will be. Raises ExportFailed with the site's own words, or when it was lost."""
        await listed.note_before()
        started.put(key, sorted(listed.before.elements()))
        dialogs = len(ctx.page.dialogs)

        async def click_start() -> None:
            await ctx.act(self.task.start, click)

        async def there() -> bool:
            return await listed.ours() is not None

        try:
            answers = await ctx.page.watch(click_start, timeout_ms=ANSWER_TIMEOUT_MS, enough=there)
        except ElementMissing:
            started.forget(key)
            raise
        lost = [one for one in answers if one.method != "GET" and (one.status == 0 or one.status >= 500)]
        if lost:
            ctx.log.warning("建任务的请求没有好好回答：{}", lost[-1])
            await overlook_failures(ctx)  # the list says what has become of it
        elif words := await refusal(ctx, dialogs):
            started.forget(key)
            raise ExportFailed(ctx.text(self.task.row), Said(f"网站说：{words}", f"the site says: {words}"))
        if await listed.ours() is not None:
            return
        if self.task.page is not None:
            await ctx.open(ctx.text(self.task.page))
            await rest(ctx)
        if lost and await listed.appears(LOST_S) is None:
            started.forget(key)
            ctx.lists.forget(listed.address)
            raise ExportFailed(
                ctx.text(self.task.row),
                Said(
                    f"建任务的请求没有得到回答（{lost[-1]}），列表里也没有它",
                    f"its start was not answered ({lost[-1]}), and the list does not have it",
                ),
            )

    async def _fetch(self, ctx: Context, listed: TaskList, wish: Wanted) -> None:
        async def click_link() -> None:
            for look in range(1, LOOKS + 1):
                link = await listed.ready(self.task.within.ms, self.task.within.say("zh"))
                ctx.acting()
                try:
                    await link.click(timeout_ms=LINK_TIMEOUT_MS)
                except ElementBlocked as error:  # the list was redrawn under the mouse: nothing was clicked
                    if look == LOOKS:
                        raise
                    ctx.log.info("下载按钮没有点到（{}），再看一次列表", error)
                else:
                    return

        await fetch(ctx, click_link, wish)
