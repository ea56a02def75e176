"""Export tasks that lie, fail, hide and get lost: the right file comes, once, or the site's reason is named."""

import asyncio
import json
from dataclasses import dataclass, field
from functools import cache

import pytest

from tests.bots.engine.shop import xlsx
from tests.bots.steps.tricks.site import Query, Reply, attached, json_of, page
from tests.bots.steps.tricks.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LIST = """<table><thead><tr><th>编号</th><th>内容</th><th>时间</th><th>状态</th><th>操作</th></tr></thead>
<tbody id=b></tbody></table><button onclick="load()">刷新</button><script>
const load = async () => { const tasks = await (await fetch('/api/tasks')).json();
  b.innerHTML = tasks.map(t => `<tr><td>${t.id}</td><td>${t.what}</td><td>${t.at}</td><td>${t.state}</td>
    <td>${t.state === '已完成' ? `<a href="/file?id=${t.id}">下载</a>` : '—'}</td></tr>`).join(''); };
const start = async () => { const a = await fetch('/api/start', {method: 'POST'}); if (!a.ok) return;
  const said = await a.json(); if (said.message) { const d = document.createElement('div');
    d.className = 'el-message--warning'; d.textContent = said.message; document.body.append(d); return; }
  document.getElementById('drawer')?.removeAttribute('hidden'); load(); };
</script>"""
START = "<button onclick=start()>导出订单</button>"
DRAWER = f"{START}<div id=drawer hidden>{LIST}</div>"
WORDS = "订单 2026-11-20"
EXPORT = "- export: {start: 导出订单, row: 订单 2026-11-20%s, within: 20s}\n  as: 订单.xlsx"


@dataclass
class Tasks:
    """The server's list, newest first; `looks` until a task is ready, and what else goes wrong."""

    looks: int = 0
    loses: list[str] = field(default_factory=list)
    fails: int = 0
    refuses: str = ""
    theirs: bool = False
    tasks: list[dict[str, str]] = field(default_factory=list)
    started: int = 0

    def add(self, what: str = WORDS, state: str = "已完成") -> None:
        """One more task on top."""
        number = len(self.tasks) + 1
        self.tasks.insert(0, {"id": f"E202611{number:05d}", "what": what, "at": "2026-11-21 09:00:00", "state": state})

    def start(self, _query: Query) -> Reply:
        """A task is made, and perhaps its answer is lost, or it is never made."""
        loss = self.loses.pop(0) if self.loses else ""
        if self.refuses:
            return json_of(json.dumps({"message": self.refuses}))
        if loss != "nothing made":
            self.started += 1
            failed = self.fails > 0
            self.fails -= failed
            self.add(state="生成中" if self.looks else "生成失败" if failed else "已完成")
            if self.theirs:
                self.add("退款 2026-11-20 李四", "已完成")
        if loss == "cut":
            return json_of('{"ok"', promised=200)
        return json_of("{}", status=502 if loss else 200)

    def list(self, _query: Query) -> Reply:
        """What stands in the list; each look brings a pending task nearer to its end."""
        self.looks -= self.looks > 0
        for task in self.tasks:
            if task["state"] == "生成中" and not self.looks:
                task["state"] = "已完成"
        return json_of(json.dumps(self.tasks, ensure_ascii=False))


@cache
def book(number: str) -> bytes:
    """The file of a task; it says whose it is."""
    return xlsx(("任务", "下单时间"), (number, "2026-11-20"))


def play(stage: Stage, tasks: Tasks, body: str = DRAWER) -> None:
    """The site with this task list, in a drawer or on a page of its own."""
    stage.show(body)
    stage.site.answers["/tasks"] = page(LIST + "<script>load()</script>")
    stage.site.answers["/api/start"] = tasks.start
    stage.site.answers["/api/tasks"] = tasks.list
    stage.site.answers["/file"] = lambda query: attached("x.xlsx", book(query["id"]))


async def received(stage: Stage, more: str = "") -> str:
    """The number of the task whose file has come; the run must be good."""
    result = await stage.run(EXPORT % more)
    assert result.state == "done", result.message
    content = await asyncio.to_thread((result.folder / "files/订单.xlsx").read_bytes)
    return next(number for number in (f"E202611{n:05d}" for n in range(1, 9)) if content == book(number))


@pytest.mark.parametrize("looks", [0, 3])
@pytest.mark.parametrize("place", ["in a drawer", "on its own page"])
async def test_ready_at_once_or_after_a_while(stage: Stage, looks: int, place: str) -> None:
    """The newest task that holds our words is ours; an old one of the same words and another's on top are not."""
    tasks = Tasks(looks=looks, theirs=True)
    tasks.add()
    drawer = place == "in a drawer"
    play(stage, tasks, DRAWER if drawer else DRAWER.replace("id=drawer hidden", "hidden"))
    assert await received(stage, "" if drawer else ", page: 任务") == "E20261100002"
    assert tasks.started == 1


async def test_a_list_redrawn_under_the_mouse_is_looked_at_again(stage: Stage) -> None:
    """The link is replaced just as the mouse comes to it: the new one is clicked, no second task is made."""
    tasks = Tasks()
    play(
        stage,
        tasks,
        DRAWER + "<script>b.onmousemove = () => { b.onmousemove = null; b.innerHTML = b.innerHTML; };</script>",
    )
    assert await received(stage) == "E20261100001"
    assert tasks.started == 1


@pytest.mark.parametrize("loss", ["bad gateway", "cut"])
async def test_a_start_whose_answer_is_lost_is_not_made_again(stage: Stage, loss: str) -> None:
    """The task was made, its answer never came: it is found in the list, and there is only one."""
    tasks = Tasks(loses=[loss])
    tasks.add()
    play(stage, tasks)
    assert await received(stage, ", page: 任务") == "E20261100002"
    assert tasks.started == 1


async def test_a_start_that_never_arrived_is_made_again(stage: Stage) -> None:
    """The request was lost on its way: the list shows nothing new, so it is started once more, and not before."""
    tasks = Tasks(loses=["nothing made"])
    tasks.add()
    play(stage, tasks)
    assert await received(stage, ", page: 任务") == "E20261100002"
    assert tasks.started == 1
    assert stage.site.count("/api/start") == 2


async def test_an_old_task_is_never_taken_for_the_new_one(stage: Stage) -> None:
    """Yesterday's task with the same words is ready, ours was never made: nothing is downloaded."""
    tasks = Tasks(loses=["nothing made"] * 3)
    tasks.add()
    play(stage, tasks)
    result = await stage.run(EXPORT % ", page: 任务")
    assert (result.state, result.files) == ("failed", [])
    assert "列表里也没有它" in result.message
    assert stage.site.count("/file") == 0


async def test_a_task_that_fails_is_started_again(stage: Stage) -> None:
    """A failed task is named, and the next attempt makes another one; the failed row on the list does not matter."""
    tasks = Tasks(fails=1)
    play(stage, tasks)
    assert await received(stage, ", page: 任务") == "E20261100002"
    assert tasks.started == 2


async def test_a_task_already_made_is_taken_up_by_the_next_attempt(stage: Stage) -> None:
    """The file was torn three times: the flow starts again from its first page, and fetches the same task."""
    tasks = Tasks()
    play(stage, tasks)
    torn = [3]

    def file(query: Query) -> Reply:
        torn[0] -= 1
        return attached("x.xlsx", book(query["id"])[: -40 if torn[0] >= 0 else None])

    stage.site.answers["/file"] = file
    assert await received(stage, ", page: 任务") == "E20261100001"
    assert tasks.started == 1


async def test_a_refused_export_says_why(stage: Stage) -> None:
    """The site's own words end it at once, not a wait for a task that never comes."""
    play(stage, Tasks(refuses="请先选择下单日期"))
    assert "网站说：请先选择下单日期" in await stage.refused(EXPORT % "")


async def test_a_task_that_never_gets_ready(stage: Stage) -> None:
    """The wait has an end, and says how long it was."""
    play(stage, Tasks(looks=10_000))
    assert "等了 1 秒，还没有好" in await stage.refused(EXPORT.replace("20s", "1s") % "")


async def test_two_exports_of_the_same_words_get_their_own_files(stage: Stage) -> None:
    """The second one knows the first one's task, though the list's own page was looked at once only."""
    tasks = Tasks()
    tasks.add()
    play(stage, tasks)
    second = EXPORT.replace("订单.xlsx", "又一份.xlsx") % ", page: 任务"
    result = await stage.run(f"{EXPORT % ', page: 任务'}\n- open: 列表\n{second}")
    assert result.state == "done", result.message
    assert (result.folder / "files/订单.xlsx").read_bytes() == book("E20261100002")
    assert (result.folder / "files/又一份.xlsx").read_bytes() == book("E20261100003")
    assert stage.site.count("/tasks") == 1


SIGNED_IN = """
login:
  signed_in: {visible: 我的店}
  signed_out: {visible: 请登录}
  steps: [{note: 登录}]
elements:
  我的店: [{css: .shop}]
  请登录: [{css: .way-in}]
"""


async def test_the_list_is_looked_at_beside_the_form(stage: Stage) -> None:
    """Once signed in, the list's page is opened while the flow goes on: nobody has to open it later."""
    tasks = Tasks()
    tasks.add()
    play(stage, tasks)
    stage.library += SIGNED_IN
    stage.site.answers["/"] = page("<b class=shop>我的店</b>")
    result = await stage.run(f"- login\n- open: 列表\n- wait: 0.5s\n{EXPORT % ', page: 任务'}")
    assert result.state == "done", result.message
    assert (result.folder / "files/订单.xlsx").read_bytes() == book("E20261100002")
    assert stage.site.count("/tasks") == 1


async def test_a_list_that_asks_for_a_sign_in_says_nothing(stage: Stage) -> None:
    """Where the list should be stands the way in: that is no empty list, so yesterday's task is not taken for ours."""
    tasks = Tasks()
    tasks.add()
    play(stage, tasks)
    there = stage.site.answers["/tasks"]
    shut = [page("<b class=way-in>请登录</b>"), page("<b class=way-in>请登录</b>")]
    stage.site.answers["/tasks"] = lambda query: shut.pop() if shut else there  # type: ignore[return-value]
    stage.library += SIGNED_IN
    stage.site.answers["/"] = page("<b class=shop>我的店</b>")
    result = await stage.run(f"- login\n- open: 列表\n{EXPORT % ', page: 任务'}")
    assert result.state == "done", result.message
    assert (result.folder / "files/订单.xlsx").read_bytes() == book("E20261100002")
    assert tasks.started == 1
