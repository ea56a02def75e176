"""What a page waits for in vain is not waited for to the end: its own failed requests are the reason that is named."""

import pytest

from tests.bots.steps.tricks.site import json_of, page
from tests.bots.steps.tricks.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_an_element_that_a_failed_request_kept_away(stage: Stage) -> None:
    """The rows never came because the server failed: that is said, not that an element is missing."""
    rows = "document.body.innerHTML = '<a>下载</a>'"
    stage.show(f"<script>fetch('/data').then(a => a.json()).then(d => d.rows && ({rows}))</script>")
    stage.site.answers["/data"] = json_of("{}", status=500)
    assert "/data 返回了 500" in await stage.refused("- click: 下载")


async def test_an_element_in_a_frame_that_failed(stage: Stage) -> None:
    """A frame whose document is a server's error, and one whose own request failed, are the page's failures, too."""
    stage.show("<iframe src=/inner></iframe>")
    stage.site.answers["/inner"] = page("系统开小差了", status=500)
    assert "/inner 返回了 500" in await stage.refused("- click: 下载")
    stage.site.answers["/inner"] = page("<script>fetch('/data')</script>")
    stage.site.answers["/data"] = json_of("{}", status=503)
    assert "/data 返回了 503" in await stage.refused("- click: 下载")


async def test_an_element_that_is_only_late_is_waited_for(stage: Stage) -> None:
    """Nothing has failed: a slow page gets all of its time."""
    stage.show("<script>setTimeout(() => { document.body.innerHTML = '<button>下载</button>'; }, 2500);</script>")
    result = await stage.run("- click: 下载")
    assert result.state == "done", result.message


ASKING = """<button onclick="document.title = confirm('确定下架？') ? '下架了' : '没有下架'">下架</button>
<p id=t></p><script>setInterval(() => { t.textContent = document.title; }, 20)</script>"""


@pytest.mark.parametrize(
    ("more", "comes"), [("", "没有下架"), ("\n  dialog: accept", "下架了"), ("\n  弹框: 取消", "没有下架")]
)
async def test_the_browsers_own_box_is_answered_as_the_step_says(stage: Stage, more: str, comes: str) -> None:
    """Nothing is confirmed that no step asked for; what was cancelled unasked stands in the run's record."""
    stage.show(ASKING)
    result = await stage.run(f"- click: 下架{more}\n- wait: {{text: {comes}}}")
    assert result.state == "done", result.message
    noted = "浏览器弹框「确定下架？」" in (result.folder / "index.html").read_text("utf-8")
    assert noted == (more == "")


async def test_an_answer_is_for_one_click_only(stage: Stage) -> None:
    """The next click of the same page asks anew."""
    stage.show(ASKING)
    result = await stage.run(
        "- click: 下架\n  dialog: accept\n- wait: {text: 下架了}\n- click: 下架\n- wait: {text: 没有下架}"
    )
    assert result.state == "done", result.message


LAST = """<p id=sign class=el-loading-mask hidden>请稍候</p><button onclick="off()">下架</button>
<label><input type=checkbox onchange="off()">自动下架</label><script>const off = () => {
  sign.hidden = false; setTimeout(() => fetch('/off', {method: 'POST'}).finally(() => {
    sign.hidden = true; }), 60); };</script>"""


@pytest.mark.parametrize(
    "steps",
    [
        "- click: 下架",
        "- once: 下架\n  do:\n    - click: 下架",
        "- press: Enter\n  on: 下架",
        "- fill: {自动下架: true}",
    ],
)
async def test_what_the_last_click_asks_for_is_not_called_back(stage: Stage, steps: str) -> None:
    """A run that is done has asked its site for all that it says, also where no step waits for the answer."""
    stage.show(LAST)
    stage.site.answers["/off"] = json_of("{}")
    result = await stage.run(steps)
    assert (result.state, stage.site.count("/off")) == ("done", 1), result.message


async def test_a_last_click_that_the_server_failed_is_no_success(stage: Stage) -> None:
    """Nothing is claimed that did not happen."""
    stage.show(LAST)
    stage.site.answers["/off"] = json_of("{}", status=500)
    result = await stage.run("- click: 下架")
    assert result.state == "failed"
    assert "/off 返回了 500" in result.message


async def test_a_page_that_closes_itself_at_the_last_click_is_let_go(stage: Stage) -> None:
    """Nothing more can be asked of it, and no step asks."""
    stage.show("<button onclick='window.close()'>关闭</button>")
    result = await stage.run("- click: 关闭")
    assert result.state == "done", result.message
