"""The task list of a site's exports: which row is ours, whether it is ready, and what was there before we started.

An export is never started twice blindly. Before the start the tasks that fit already are noted, so that yesterday's is
not taken for today's; that it was started is kept in the run's folder, so that the next attempt, of this process or
another, looks for the task first.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bots.browser import find, tables
from bots.browser.driver import Element, Match, Page, RowSeen
from bots.error_words import Said
from bots.errors import BotError, ElementBlocked, ExportFailed, Interrupted
from bots.flow.problem import Refused
from bots.flow.step import Steps
from bots.flow.values import Target
from bots.folder import replace_text

if TYPE_CHECKING:
    from bots.context import Context

PENDING = ("生成中", "处理中", "排队", "等待", "进行中", "导出中", "pending", "processing", "running")
FAILED = ("失败", "已取消", "错误", "failed", "error")
POLL_S = (0.1, 0.2, 0.4, 0.6, 1.0, 1.5, 2.0, 3.0, 5.0)
FRESH_S = 60.0
"""How long a look at a list counts; whatever is newer than that look is taken for a task of this run."""
LOOKS = 3
"""How often a list is looked at again: when a captcha stands there instead, or it was redrawn under the mouse."""
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
    link: Match | None = None


def identity(text: str) -> str:
    """What does not change in a row while its task is being made: number and first time, else its plain words."""
    found = NUMBER_OR_TIME.findall(text)
    return " ".join(found[:3]) if found else " ".join(CHANGING.sub(" ", text).split())


@dataclass(frozen=True)
class Look:
    """The texts of all rows of a list, and when they were seen, on the loop's clock."""

    at: float
    texts: list[str]


class Lists:
    """What stood in the task lists of this run's site when they were last looked at, by address.

    An export has to know what was there before it starts. The list of the first one is looked at in a tab of its own
    while the flow fills its form; what an export sees while it waits serves the next one.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Look] = {}
        self._looking: dict[str, asyncio.Task[Look]] = {}

    def foresee(self, ctx: "Context") -> None:
        """The list of the flow's first export is being looked at; nothing happens when the flow has none."""
        address = next(_list_pages(ctx, ctx.flow.steps), "")
        if address and address not in self._looking and self._fresh(address) is None:
            self._looking[address] = asyncio.create_task(_looked_at(ctx, address, beside=True))

    def note(self, address: str, texts: list[str]) -> None:
        """These are all the rows of the list now."""
        self._seen[address] = Look(asyncio.get_running_loop().time(), texts)

    def add(self, address: str, texts: list[str]) -> None:
        """These rows stand in the list too; they were seen where it shows perhaps only a part of itself."""
        if (look := self._seen.get(address)) is not None:
            every = Counter(map(identity, look.texts))
            look.texts.extend(text for text in texts if not every[identity(text)])

    def forget(self, address: str) -> None:
        """Nobody knows what the list holds now."""
        self._seen.pop(address, None)

    async def before(self, ctx: "Context", address: str) -> list[str]:
        """All rows of the list, as they were a moment ago. Raises SessionExpired, SiteError."""
        looking = self._looking.pop(address, None)
        if looking is not None:
            try:
                self._seen[address] = await looking
            except BotError as error:
                ctx.log.info("任务列表还要再看一次：{}", error)
        if self._fresh(address) is None:
            self._seen[address] = await _looked_at(ctx, address, beside=False)
        return list(self._seen[address].texts)

    def _fresh(self, address: str) -> Look | None:
        look = self._seen.get(address)
        return look if look and asyncio.get_running_loop().time() - look.at <= FRESH_S else None

    async def close(self) -> None:
        """No tab of ours is left open."""
        for looking in self._looking.values():
            looking.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)
        self._looking.clear()


def _list_pages(ctx: "Context", steps: Steps) -> Iterator[str]:
    """The addresses of the task lists that these steps will use, as far as they can be told now."""
    for step in steps:
        if not step.off:
            for page in step.looks_at():
                with suppress(BotError, Refused):
                    yield ctx.lookup.address(ctx.text(page))
            for inner in step.children():
                yield from _list_pages(ctx, inner)


async def _looked_at(ctx: "Context", address: str, *, beside: bool) -> Look:
    """The rows of the list, seen in a tab of its own; an empty list is only believed where the list is to be seen.

    `beside` the flow's own work, whatever stands in the way ends the look (Interrupted); else it is cleared as on any
    page, and the list opened again. Raises SessionExpired, Interrupted, CaptchaShown, SiteError.
    """
    tab = await ctx.session.new_page()
    try:
        for _ in range(LOOKS):
            await tab.goto(address)
            await tables.settled(tab, [ctx.lookup.by(way) for way in ctx.facts.site.busy])
            if await _in_sight(ctx, tab, beside=beside):
                break
        else:
            raise Interrupted(Said("任务列表", "the list of tasks"))
        at = asyncio.get_running_loop().time()
        return Look(at, [seen.text for seen in await tab.rows([], [])])
    finally:
        await tab.close()


async def _in_sight(ctx: "Context", tab: Page, *, beside: bool) -> bool:
    """Whether nothing stands before the list; False when a captcha did, and a person has read it."""
    if beside:
        if await ctx.shut_out(tab):
            raise Interrupted(Said("任务列表", "the list of tasks"))
        return True
    try:
        await ctx.clear_way(tab)
    except Interrupted:
        return False
    return True


class TaskList:
    """The tasks of one export on whatever page shows them, topmost first."""

    def __init__(self, ctx: "Context", words: str, link: Target, refresh: Target, address: str) -> None:
        self._ctx = ctx
        self._words = words.split()
        self._said = words
        self._link = link
        self._refresh = refresh
        self.address = address
        self.before: Counter[str] = Counter()

    async def tasks(self) -> list[Task]:
        """The rows of this page that are this export, now or earlier ones."""
        page = self._ctx.page
        rows = await page.rows(self._words, self._ctx.lookup.target(self._link, page.url).alternatives)
        found = [task for seen in rows if (task := self._task(seen)) is not None]
        if self._at_list:
            self._ctx.lists.note(self.address, [seen.text for seen in rows])
        else:
            self._ctx.lists.add(self.address, [task.text for task in found])
        return found

    @property
    def _at_list(self) -> bool:
        return bool(self.address) and self._ctx.page.url.startswith(self.address)

    def _task(self, seen: RowSeen) -> Task | None:
        text = seen.text
        if not all(word in text for word in self._words):
            return None
        if seen.link is not None:
            return Task(text, "ready", seen.link)
        if any(word in text for word in FAILED):
            return Task(text, "failed")
        return Task(text, "pending") if any(word in text for word in PENDING) else None

    async def ours(self) -> Task | None:
        """The topmost task that was not there before, None while there is none."""
        known = self.before.copy()
        new: Task | None = None
        for task in reversed(await self.tasks()):
            if known[identity(task.text)]:
                known[identity(task.text)] -= 1
            else:
                new = task
        return new

    # ---- what was there before

    async def note_before(self) -> None:
        """The tasks that fit already are known: from this page, or from the list's own page. Raises SiteError."""
        here = [task.text for task in await self.tasks()]
        if not here and self.address and not self._at_list:
            here = [
                text
                for text in await self._ctx.lists.before(self._ctx, self.address)
                if all(word in text for word in self._words)
            ]
        self.before = Counter(identity(text) for text in here)

    # ---- waiting

    async def appears(self, within_s: float) -> Task | None:
        """Our task, as soon as it stands in the list of this page."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while True:
            task = await self.ours()
            if task is not None or loop.time() >= end:
                return task
            await asyncio.sleep(POLL_S[1])
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
                with suppress(ElementBlocked):  # redrawn since the look: the next look finds it
                    return await ctx.page.element(task.link)
            if task is not None and task.state == "failed":
                raise ExportFailed(self._said, task.text)
            if not appeared and loop.time() >= begun + APPEAR_S:
                raise ExportFailed(
                    self._said, Said("任务没有出现在列表里" + self._old(), "the task does not show in the list")
                )
            if loop.time() >= begun + within_ms / 1000:
                raise ExportFailed(
                    self._said, Said(f"等了 {within_said}，还没有好", f"not ready after {within_ms // 1000} s")
                )
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
        elif self._at_list:
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
