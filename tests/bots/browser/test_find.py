"""Names find what a person would point at, and nothing is ever guessed."""

import pytest

from bots.browser import find
from bots.browser.driver import Ask, By, Element, Page
from bots.browser.target import ResolvedTarget
from bots.errors import ConnectionLost, ElementAmbiguous, ElementMissing, ServerFailed

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TABLE = """<table><thead><tr><th>商品ID</th><th>操作</th></tr></thead>
<tr id="a"><td>1001</td><td><a href="#">下架</a></td></tr>
<tr id="b"><td>10012</td><td><a href="#">下架</a></td></tr>
<tr id="c"><td><div><p>衬衫</p><p>77</p></div></td><td><a href="#">下架</a></td></tr></table>"""


async def opened(page: Page, local, body: str) -> Page:
    """The page shows `body`."""
    local.pages["/here"] = f"<!doctype html><meta charset=utf-8><body>{body}"
    await page.goto("/here")
    return page


async def one(page: Page, name: str, **facts: object) -> find.Found:
    """What the name finds."""
    return await find.resolve(page, ResolvedTarget(name, (By("name", name),), **facts), timeout_ms=600)


async def ident(found: find.Found) -> str | None:
    """The found element's id."""
    return await found.element.attribute("id")


async def test_exact_text_never_matches_a_longer_one(page, local):
    """A name is the whole text: 查询 does not mean 查询历史."""
    await opened(page, local, "<button id=no>查询历史</button><button id=yes>查询</button>")
    assert await ident(await one(page, "查询")) == "yes"


async def test_two_matches_are_an_error_that_lists_both(page, local):
    """Two elements of one name are refused, each named with the row it stands in."""
    await opened(page, local, TABLE)
    with pytest.raises(ElementAmbiguous) as caught:
        await one(page, "下架")
    assert caught.value.facts["count"] == 3
    assert "行「1001」" in str(caught.value) and "行「10012」" in str(caught.value)


async def test_missing_says_what_was_tried_and_what_is_near(page, local):
    """A name that is nowhere is reported with every alternative, its count and the nearest texts."""
    await opened(page, local, "<p>查询订单</p><p>完全不同</p>")
    target = ResolvedTarget("查询", (By("testid", "search"), By("name", "查询")))
    with pytest.raises(ElementMissing) as caught:
        await find.resolve(page, target, timeout_ms=200)
    assert caught.value.facts["tried"] == ["testid='search' → 0", "name='查询' → 0"]
    assert caught.value.facts["nearest"][0] == "查询订单"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("<button id=yes><i></i><span>查 询</span></button>", "查询"),
        ("<div><p>下架说明</p><button id=yes>\n 下架 \u00a0</button></div>", "下架"),
        ("<p>删除</p><button id=yes>删除</button>", "删除"),
        ("<input type=submit id=yes value=登录><h1>登录</h1>", "登录"),
        ("<button id=yes aria-label=关闭>×</button>", "关闭"),
        ("<button id=yes><span>导</span><span>出</span></button>", "导出"),
        ("<button style='display:none'>保存</button><button id=yes>保存</button>", "保存"),
        ("<button style='visibility:hidden'>保存</button><button id=yes>保存</button>", "保存"),
        ("<div class='x-leave-active'><button>保存</button></div><button id=yes>保存</button>", "保存"),
        ("<div role=button id=yes><div><div>提交</div></div></div>", "提交"),
        ("<ul><li id=yes role=menuitem><span>订单管理</span></li></ul><h2>订单管理</h2>", "订单管理"),
        ("<a id=yes href=#><img alt=首页></a>", "首页"),
    ],
)
async def test_a_name_to_click_is_the_thing_one_clicks(page, local, body, name):
    """Buttons, links and menu items win over plain text; spaces, hidden twins and inner spans do not matter."""
    await opened(page, local, body)
    assert await ident(await one(page, name)) == "yes"


@pytest.mark.parametrize(
    "body",
    [
        "<label for=yes>店铺名称：</label><input id=yes>",
        "<label>*店铺名称 <input id=yes></label>",
        "<table><tr><td>店铺名称</td><td><input id=yes></td></tr><tr><td>别的</td><td><input></td></tr></table>",
        "<dl><dt>店铺名称</dt><dd><textarea id=yes></textarea></dd></dl>",
        "<input id=yes aria-label=店铺名称>",
        "<span id=n>店铺名称</span><p><input id=yes aria-labelledby=n>",
        "<input id=yes placeholder=店铺名称>",
        "<div class=form-item><span class=my-label>店铺名称</span><div><input id=yes></div></div>",
        "<h3>店铺名称</h3><label for=yes>店铺名称</label><select id=yes></select>",
    ],
)
async def test_a_name_to_fill_is_the_field_with_that_label(page, local, body):
    """Labels in every form that back-ends write them lead to their field."""
    await opened(page, local, body)
    found = await find.resolve(page, ResolvedTarget.literal("店铺名称"), want="fill", timeout_ms=600)
    assert await ident(found) == "yes"


async def test_row_is_by_a_whole_cell_never_by_part_of_an_id(page, local):
    """Row 1001 is not row 10012, and an id stacked under a title in one cell is found too."""
    await opened(page, local, TABLE)
    for text, row in (("1001", "a"), ("10012", "b"), ("77", "c")):
        (sighting,) = await page.survey([Ask(By("row", text))])
        assert sighting.count == 1
        assert await (await page.element(sighting.matches[0])).attribute("id") == row
    (nothing,) = await page.survey([Ask(By("row", "100"))])
    assert nothing.count == 0


async def test_in_a_row_the_name_is_unique(page, local):
    """`{in: 1001, name: 下架}` is the link of exactly that row."""
    await opened(page, local, TABLE)
    found = await one(page, "下架", inside=ResolvedTarget.literal("1001"))
    assert "行「1001」" in found.match.where


async def test_a_place_that_is_missing_is_the_one_named(page, local):
    """When the row is not there, the message names the row, not the link in it."""
    await opened(page, local, TABLE)
    with pytest.raises(ElementMissing) as caught:
        await one(page, "下架", inside=ResolvedTarget.literal("999"))
    assert caught.value.facts["target"] == "999"


async def test_two_places_are_ambiguous(page, local):
    """A place that exists twice is refused like a name that exists twice."""
    await opened(page, local, TABLE + TABLE)
    with pytest.raises(ElementAmbiguous) as caught:
        await one(page, "下架", inside=ResolvedTarget.literal("1001"))
    assert caught.value.facts["count"] == 2


async def test_relations_choose_by_position(page, local):
    """near, below, right_of and nth tell twins apart by where they stand."""
    cell = "position:absolute;width:80px;height:30px;"
    await opened(
        page,
        local,
        f"<p style='{cell}left:0;top:0'>甲</p><button id=r style='{cell}left:100px;top:0'>改</button>"
        f"<button id=far style='{cell}left:600px;top:0'>改</button>"
        f"<button id=b style='{cell}left:0;top:200px'>改</button>",
    )
    ref = ResolvedTarget.literal("甲")
    assert await ident(await one(page, "改", right_of=ref)) == "r"
    assert await ident(await one(page, "改", below=ref)) == "b"
    assert await ident(await one(page, "改", near=ref)) == "r"
    assert await ident(await one(page, "改", nth=2)) == "far"
    assert await ident(await one(page, "改", nth=-1)) == "b"


async def test_has_means_the_card_that_holds_the_words(page, local):
    """Of cards that are no table rows, `has` means the innermost one that holds exactly this text."""
    card = "<div class=card id={0}><div class=card><b>{0}</b> <i>{1}</i></div><button>赞</button></div>"
    await opened(page, local, card.format("ann", "@an") + card.format("anna", "@anna"))
    (seen,) = await page.survey([Ask(By("css", "button", within=By("css", ".card[id]", has="ann")))])
    assert (seen.count, await (await page.element(seen.matches[0])).attribute("id")) == (1, None)
    (inner, gone) = await page.survey([Ask(By("css", ".card", has="@anna")), Ask(By("css", ".card", has="@ann"))])
    assert (inner.count, gone.count) == (1, 0)


async def test_frames_and_open_shadow_roots_need_no_ceremony(page, local):
    """What stands in an iframe or an open shadow root is found by its name alone, and can be clicked."""
    local.pages["/inner"] = "<meta charset=utf-8><button onclick=\"this.textContent='好了'\">内框</button>"
    await opened(
        page,
        local,
        "<iframe src=/inner></iframe><my-box></my-box><script>"
        "document.querySelector('my-box').attachShadow({mode:'open'}).innerHTML="
        "'<label>影子<input id=s></label>'</script>",
    )
    await (await find.resolve(page, ResolvedTarget.literal("内框"))).element.click()
    await find.resolve(page, ResolvedTarget.literal("好了"))
    found = await find.resolve(page, ResolvedTarget.literal("影子"), want="fill", timeout_ms=600)
    await found.element.fill("x")
    assert await found.element.value() == "x"


async def test_behind_a_modal_layer_twins_do_not_count(page, local):
    """With a dialog over the whole window, 确定 is the one in the dialog."""
    await opened(
        page,
        local,
        "<button id=no>确定</button><div style='position:fixed;inset:0;background:#0008'>"
        "<div role=dialog style='margin:100px'><button id=yes>确定</button></div></div>",
    )
    assert await ident(await one(page, "确定")) == "yes"


async def test_section_by_its_title(page, local):
    """A card or dialog is named by its title."""
    await opened(
        page,
        local,
        "<section><h3>发货信息</h3><a id=yes href=#>修改</a></section>"
        "<section><h3>退货信息</h3><a href=#>修改</a></section>",
    )
    assert await ident(await one(page, "修改", inside=ResolvedTarget.literal("发货信息"))) == "yes"


async def test_healing_takes_the_next_alternative_and_says_so(page, local):
    """A renamed test id heals to the next alternative, and the index says which one it was."""
    await opened(page, local, "<button id=yes>查询</button>")
    target = ResolvedTarget("查询", (By("testid", "old"), By("role", "button", name="查询"), By("text", "查询")))
    found = await find.resolve(page, target, timeout_ms=3_000)
    assert (found.alternative_index, found.healed, await ident(found)) == (1, True, "yes")
    assert [tried.count for tried in found.tried] == [0, 1, 1]


async def test_without_healing_only_the_first_alternative_counts(page, local):
    """Inside `once` nothing heals."""
    await opened(page, local, "<button>查询</button>")
    target = ResolvedTarget("查询", (By("testid", "old"), By("text", "查询")))
    with pytest.raises(ElementMissing):
        await find.resolve(page, target, healing=False, timeout_ms=800)


async def test_healing_keeps_to_the_kind(page, local):
    """An alternative that finds another kind of element is no cure."""
    await opened(page, local, "<p>查询</p>")
    target = ResolvedTarget("查询", (By("testid", "old"), By("text", "查询")), kind="button")
    with pytest.raises(ElementMissing):
        await find.resolve(page, target, timeout_ms=800)


async def test_first_alternative_that_comes_late_is_not_healed_away(page, local):
    """While the page is still being drawn a lower alternative waits its turn."""
    await opened(
        page,
        local,
        "<p>查询</p><script>setTimeout(() => document.body.insertAdjacentHTML('beforeend',"
        "'<button data-testid=search>Go</button>'), 250)</script>",
    )
    found = await find.resolve(page, ResolvedTarget("查询", (By("testid", "search"), By("text", "查询"))))
    assert found.alternative_index == 0


async def test_visible_tests_many_in_one_look(page, local):
    """The first alternative that is shown is named by its index; hidden ones are not shown."""
    await opened(page, local, "<div class=notice style='display:none'>公告</div><div class=ad>广告</div>")
    asked = [By("css", ".notice"), By("css", ".ad")]
    assert await find.visible(page, asked) == 1
    assert await find.visible(page, asked[:1]) is None


async def test_obstacles_are_cleared_while_waiting(page, local):
    """A popup that shows up while an element is waited for is dismissed, and the wait goes on."""
    await opened(
        page,
        local,
        "<div class=notice style='position:fixed;inset:0'><button onclick=\"this.parentNode.remove();"
        "document.body.append(Object.assign(document.createElement('button'),{textContent:'导出',id:'yes'}))\">"
        "我知道了</button></div>",
    )
    cleared: list[int] = []

    async def clear(index: int) -> None:
        cleared.append(index)
        await (await find.resolve(page, ResolvedTarget.literal("我知道了"))).element.click()

    found = await find.resolve(
        page, ResolvedTarget.literal("导出"), obstacles=[By("css", ".notice")], clear=clear, timeout_ms=5_000
    )
    assert (await ident(found), cleared) == ("yes", [0])


async def test_act_goes_on_when_the_page_redraws_or_covers(page, local):
    """An element that is redrawn between look and click, under a layer that comes late, is clicked exactly once."""
    await opened(
        page,
        local,
        "<p id=n>0</p><div id=box><button>保存</button></div><script>document.addEventListener('click', e => {"
        "if (e.target.textContent === '保存') n.textContent = +n.textContent + 1 });"
        "setTimeout(() => document.body.insertAdjacentHTML('beforeend',"
        '\'<div class=late style="position:fixed;inset:0" onclick="this.remove()">公告</div>\'), 30)</script>',
    )
    turns: list[int] = []

    async def clear(index: int) -> None:
        await page.evaluate_json("() => { document.querySelector('.late').remove(); return 'null' }")

    async def press(element: Element, timeout_ms: int) -> None:
        if not turns:
            turns.append(1)
            await page.evaluate_json("() => { box.innerHTML = box.innerHTML; return 'null' }")
        await element.click(timeout_ms=timeout_ms)

    await find.act(page, ResolvedTarget.literal("保存"), press, obstacles=[By("css", ".late")], clear=clear)
    assert await page.evaluate_json("() => JSON.stringify(n.textContent)") == "1"


async def test_a_failed_page_is_not_waited_for(page, local):
    """A server error or an unreachable site ends the wait at once, with its own name."""
    await opened(page, local, "<a href=/status/502>去</a><a href=/hangup>断</a>")
    await (await one(page, "去")).element.click()
    with pytest.raises(ServerFailed) as caught:
        await find.resolve(page, ResolvedTarget.literal("没有"), timeout_ms=20_000)
    assert caught.value.facts["status"] == 502
    await opened(page, local, "<a href=/hangup>断</a>")
    await (await one(page, "断")).element.click()
    with pytest.raises(ConnectionLost):
        await find.resolve(page, ResolvedTarget.literal("没有"), timeout_ms=20_000)
