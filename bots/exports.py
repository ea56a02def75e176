"""The task list of a site's exports: which row is ours, whether it is ready, and what was there before we started.

An export is never started twice blindly. Before the start the tasks that fit already are noted, so that yesterday's is
not taken for today's; that it was started is kept in the run's folder, so that the next attempt, of this process or
another, looks for the task first.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bots.browser import find, tables
from bots.browser.driver import Ask, By, Element, Page
from bots.errors import ElementBlocked, ExportFailed, SiteError
from bots.flow.values import Target
from bots.folder import replace_text

if TYPE_CHECKING:
    from bots.context import Context

PENDING = ("生成中", "处理中", "排队", "等待", "进行中", "导出中", "pending", "processing", "running")
FAILED = ("失败", "已取消", "错误", "failed", "error")
POLL_S = (0.2, 0.4, 0.6, 1.0, 1.5, 2.0, 3.0, 5.0)
APPEAR_S = 20.0
"""A task that was created stands in the list at once, if only as being made; one that does not never will."""
NUMBER_OR_TIME = re.compile(r"[A-Za-z]{0,6}\d{6,}|\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d\d(?::\d\d)?")
CHANGING = re.compile("|".join((*PENDING, *FAILED, r"已完成|完成|成功|下载|\d+(\.\d+)?%|—|-")))

State = Literal["ready", "failed", "pending"]


@dataclass(frozen=True)
class Task:
    """One row of the list that holds all our words; `link` where it is ready."""

    text: str
    state: State
    link: Element | None = None

    @property
    def identity(self) -> str:
        """What does not change while the task is being made: its number and its first time, else its plain words."""
        found = NUMBER_OR_TIME.findall(self.text)
        return " ".join(found[:3]) if found else " ".join(CHANGING.sub(" ", self.text).split())


class TaskList:
    """The tasks of one export on whatever page shows them, topmost first."""

    def __init__(self, ctx: "Context", words: str, link: Target, refresh: Target, address: str) -> None:
        self._ctx = ctx
        self._words = words.split()
        self._said = words
        self._link = link
        self._refresh = refresh
        self._address = address
        self.before: Counter[str] = Counter()

    async def tasks(self, page: Page | None = None) -> list[Task]:
        """The rows that are this export, now or earlier ones."""
        page = page or self._ctx.page
        words = [word for word in self._words if len(word) > 1] or [self._said]
        sightings = await page.survey([Ask(By("row", word, exact=False), "see") for word in words])
        rarest = min(sightings, key=lambda sighting: sighting.count)
        found: list[Task] = []
        for match in rarest.matches:
            try:
                task = await self._task(await page.element(match), page)
            except ElementBlocked:
                return []  # the list was redrawn between the look and the grip
            if task is not None:
                found.append(task)
        return found

    async def _task(self, row: Element, page: Page) -> Task | None:
        text = await row.text()
        if not all(word in text for word in self._words):
            return None
        for way in self._ctx.lookup.target(self._link, page.url).alternatives:
            links = await row.query(way)
            if len(links) == 1:
                return Task(text, "ready", links[0])
        if any(word in text for word in FAILED):
            return Task(text, "failed")
        return Task(text, "pending") if any(word in text for word in PENDING) else None

    async def ours(self) -> Task | None:
        """The topmost task that was not there before, None while there is none."""
        known = self.before.copy()
        new: Task | None = None
        for task in reversed(await self.tasks()):
            if known[task.identity]:
                known[task.identity] -= 1
            else:
                new = task
        return new

    # ---- what was there before

    async def note_before(self) -> None:
        """The tasks that fit already are known: from this page, or from the list's own page in a tab of its own."""
        here = await self.tasks()
        if not here and self._address:
            here = await self._elsewhere()
        self.before = Counter(task.identity for task in here)

    async def _elsewhere(self) -> list[Task]:
        ctx = self._ctx
        tab = await ctx.session.new_page()
        try:
            await tab.goto(self._address)
            await tables.settled(tab, [ctx.lookup.by(way) for way in ctx.facts.site.busy])
            return await self.tasks(tab)
        except SiteError as error:
            ctx.log.info("开始前没有看到任务列表：{}", error)
            return []
        finally:
            await tab.close()

    # ---- waiting

    async def appears(self, within_s: float) -> Task | None:
        """Our task, as soon as it stands in the list of this page."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while True:
            task = await self.ours()
            if task is not None or loop.time() >= end:
                return task
            await asyncio.sleep(POLL_S[0])
            await self._again()

    async def ready(self, within_ms: int, within_said: str) -> Element:
        """The download link of our finished task. Raises ExportFailed when it failed, never came or took too long."""
        ctx = self._ctx
        loop = asyncio.get_running_loop()
        begun = loop.time()
        appeared = False
        looks = 0
        while True:
            await ctx.clear_way()
            await ctx.check_requests()
            task = await self.ours()
            appeared = appeared or task is not None
            if task is not None and task.link is not None:
                return task.link
            if task is not None and task.state == "failed":
                raise ExportFailed(self._said, task.text)
            if not appeared and loop.time() >= begun + APPEAR_S:
                raise ExportFailed(self._said, "任务没有出现在列表里" + self._old())
            if loop.time() >= begun + within_ms / 1000:
                raise ExportFailed(self._said, f"等了 {within_said}，还没有好")
            await asyncio.sleep(POLL_S[min(looks, len(POLL_S) - 1)])
            looks += 1
            await self._again()

    def _old(self) -> str:
        return f"（有的 {self.before.total()} 个是这次之前的）" if self.before else ""

    async def _again(self) -> None:
        """The list is asked for again: by its button if there is one, else by loading its page again."""
        ctx = self._ctx
        if await find.count(ctx.page, ctx.resolved(self._refresh)) == 1:
            await ctx.act(self._refresh, _click)
        elif self._address and ctx.page.url.startswith(self._address):
            await ctx.page.reload()


class Started:
    """The exports that this run has started and not yet received, and what stood in the list before; durable."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _all(self) -> dict[str, list[str]]:
        if not self._path.exists():
            return {}
        known: dict[str, list[str]] = json.loads(self._path.read_text(encoding="utf-8"))
        return known

    def get(self, key: str) -> Counter[str] | None:
        """What stood in the list before the export was started; None when it was not."""
        known = self._all().get(key)
        return None if known is None else Counter(known)

    def put(self, key: str, before: Sequence[str]) -> None:
        """The export is going to be started."""
        replace_text(self._path, json.dumps({**self._all(), key: list(before)}, ensure_ascii=False, indent=1))

    def forget(self, key: str) -> None:
        """The export has certainly come to nothing, or has been received."""
        known = self._all()
        if known.pop(key, None) is not None:
            replace_text(self._path, json.dumps(known, ensure_ascii=False, indent=1))


async def _click(element: Element, timeout_ms: int) -> None:
    await element.click(timeout_ms=timeout_ms)
