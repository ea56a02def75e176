"""A run of text fields is typed in one go, as by a keyboard; whatever is not certain is left to the careful way."""

import pytest

from bots.browser.driver import By, Page
from bots.browser.target import ResolvedTarget
from bots.browser.typist import Field, type_run

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EARS = """<script>
window.heard = {};
for (const kind of ['input', 'change'])
  document.addEventListener(kind, e => {
    if (e.isTrusted) (window.heard[e.target.id] ||= []).push(kind + '=' + e.target.value);
  }, true);
</script>"""


async def typed(page: Page, local, body: str, *texts: tuple[str, str], obstacle: str = "") -> tuple[int, object]:
    """How many fields took their text, and what every box of the page holds now."""
    local.pages["/here"] = f"<!doctype html><meta charset=utf-8><body>{body}{EARS}"
    await page.goto("/here")
    fields = [Field(ResolvedTarget.literal(name), text) for name, text in texts]
    held = await type_run(page, fields, [By("text", obstacle)] if obstacle else [], timeout_ms=2_000)
    script = "() => JSON.stringify([...document.querySelectorAll('input,textarea')].map(e => e.value))"
    return held, await page.evaluate_json(script)


async def test_text_boxes_are_typed_in_order_and_the_page_hears_a_person(page, local):
    """Every box holds its text and the page heard trusted input and change events, also where a text was deleted."""
    body = (
        "<label>姓名<input id=a></label><label>电话<input id=b type=tel value=旧></label>"
        "<label>备注<textarea id=c></textarea></label><label>密码<input id=d type=password value=old></label>"
    )
    texts = (("姓名", "王芳"), ("电话", "13800000000"), ("备注", "第一行\n第二行"), ("密码", ""))
    held, values = await typed(page, local, body, *texts)
    assert (held, values) == (4, ["王芳", "13800000000", "第一行\n第二行", ""])
    heard = await page.evaluate_json("() => JSON.stringify(window.heard)")
    assert heard["a"] == ["input=王芳", "change=王芳"]
    assert heard["b"] == ["input=13800000000", "change=13800000000"]
    assert heard["d"] == ["input="]


async def test_a_box_that_appears_by_typing_is_found_when_its_turn_comes(page, local):
    """Fields are looked for one after the other: the second may be drawn because the first was filled."""
    body = (
        '<label>公司<input oninput="setTimeout(() => more.hidden = false)"></label>'
        "<label id=more hidden>税号<input></label>"
    )
    assert await typed(page, local, body, ("公司", "甲"), ("税号", "91330100")) == (2, ["甲", "91330100"])


@pytest.mark.parametrize(
    ("body", "held"),
    [
        pytest.param("<label>乙<input maxlength=2></label>", 1, id="text is cut"),
        pytest.param("<label>乙<input readonly></label>", 1, id="read-only"),
        pytest.param("<label>乙<input disabled></label>", 1, id="disabled"),
        pytest.param("<label>乙<input type=number></label>", 1, id="a number has its own way"),
        pytest.param("<label>乙<input type=date></label>", 1, id="a date has its own way"),
        pytest.param("<label>乙<select><option>二二二</select></label>", 1, id="a list has its own way"),
        pytest.param("<label>乙<input></label><label>乙<input></label>", 1, id="two of a name"),
        pytest.param("<p>没有</p>", 1, id="missing"),
        pytest.param("<label>乙<input oninput=\"this.value = this.value + '元'\"></label>", 1, id="rewritten"),
        pytest.param('<label>乙<input onfocus="this.blur()"></label>', 1, id="takes no focus"),
        pytest.param("<label>乙<input></label><iframe srcdoc='x'></iframe>", 0, id="frames"),
    ],
)
async def test_what_is_not_certain_ends_the_run(page, local, body: str, held: int):
    """The count says how far the run came, and the field after the uncertain one was not touched."""
    body = f"<label>甲<input id=first></label>{body}<label>丙<input id=last></label>"
    count, _ = await typed(page, local, body, ("甲", "一一一"), ("乙", "二二二"), ("丙", "三三三"))
    assert count == held
    assert await page.evaluate_json("() => JSON.stringify(last.value)") == ""


async def test_nothing_is_typed_behind_an_obstacle(page, local):
    """A known obstacle on the page is seen before the first key."""
    held, values = await typed(
        page, local, "<p>平台公告</p><label>甲<input></label>", ("甲", "一"), obstacle="平台公告"
    )
    assert (held, values) == (0, [""])
