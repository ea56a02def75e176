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
