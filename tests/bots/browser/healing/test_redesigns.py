"""Some 850 redesigned pages: no element is ever mistaken for another, and most are still found.

`yeban bench healing` plays all of them, twice as many; here the two kinds of night take turns.
"""

import pytest

from bots.browser import find
from bots.browser.driver import By, Page
from bots.browser.target import ResolvedTarget
from bots.errors import ElementAmbiguous, ElementMissing
from bots.flow.parse import parse_site
from bots.flow.values import Target, Template
from bots.lookup import Lookup
from tests.bots.browser.healing import redesign

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HARMLESS = (("rename",), ("order",), ("columns",), ("wrap",), ("overlay",), ("heading",), ("wrap", "order", "overlay"))
"""Redesigns that leave the words: a person would find every element at once."""


async def test_no_redesign_leads_to_the_wrong_element(page: Page, local):
    """Ids and classes renamed, order, labels, columns, wrappers, overlays, decoys and all together: wrong is 0."""
    for saved in (redesign.HERE / "pages").glob("*.html"):
        local.pages[f"/{saved.name}"] = saved.read_text("utf-8")
    first_night = await redesign.measure(page, local.address, remembering=False, every=2, first=0)
    results = first_night + await redesign.measure(page, local.address, remembering=True, every=2, first=1)
    assert redesign.wrong(results) == []
    assert len(results) > 800
    for kinds in HARMLESS:
        found = [one.outcome in {"first", "healed"} for one in results if one.kinds == kinds]
        assert sum(found) >= 0.93 * len(found), kinds
    assert sum(one.outcome == "healed" for one in results) > 50
    assert {one.outcome for one in results if "gone" in one.kinds} == {"refused"}


async def opened(page: Page, local, body: str) -> Page:
    """The page shows `body`."""
    local.pages["/here"] = f"<!doctype html><meta charset=utf-8><body>{body}"
    await page.goto("/here")
    return page


def saved(text: str, **names: str) -> Lookup:
    """A library of one page, its templates filled in from `names`."""
    parsed = parse_site(f"site: s\nbase: ''\nelements:\n{text}", "s.yaml", {})
    assert parsed.site is not None, [problem.zh for problem in parsed.problems]
    return Lookup(parsed.site, lambda template: template.expand_text(names, {}))


def named(name: str, inside: Target | None = None) -> Target:
    """A flow's target, maybe in another."""
    return Target(name=Template.parse(name), in_=inside)


async def ident(page: Page, target: ResolvedTarget) -> str | None:
    """The id of what is found."""
    return await (await find.resolve(page, target, timeout_ms=600)).element.attribute("id")


@pytest.mark.parametrize(
    "decoy",
    [
        "<button>查询</button>",
        "<a href=#>查询</a>",
        "<div role=button>查 询</div>",
        "<div style='position:fixed;right:0;bottom:0'><button><span>查</span><span>询</span></button></div>",
        "<input type=submit value=查询>",
    ],
)
async def test_a_plain_name_with_a_decoy_is_refused(page: Page, local, decoy):
    """A second thing to click with the same words, however it is made, is never chosen nor passed over."""
    await opened(page, local, f"<button>查询</button>{decoy}")
    with pytest.raises(ElementAmbiguous) as caught:
        await find.resolve(page, ResolvedTarget.literal("查询"), timeout_ms=300)
    assert caught.value.facts["count"] == 2


async def test_ways_that_contradict_each_other_are_refused(page: Page, local):
    """When the words now stand on another button than the test id, nobody guesses which one is meant."""
    await opened(page, local, "<button data-testid=ship>立即发货</button><button>发货</button>")
    target = ResolvedTarget("发货", (By("role", "button", name="发货"), By("testid", "ship")))
    with pytest.raises(ElementAmbiguous):
        await find.resolve(page, target, timeout_ms=300)


async def test_witnesses_speak_inside_once_too(page: Page, local):
    """Inside `once` lower ways never find the element, but they may still say that the first one is another."""
    await opened(page, local, "<button data-testid=ship>立即发货</button><button>发货</button>")
    target = ResolvedTarget("发货", (By("role", "button", name="发货"), By("testid", "ship")))
    with pytest.raises(ElementAmbiguous):
        await find.resolve(page, target, healing=False, timeout_ms=300)


async def test_what_was_remembered_tells_an_impostor(page: Page, local):
    """The only button with the old words is not believed while another one is more like what was remembered."""
    form = "<form><h3>订单</h3><input name=no><button class=main id=go type=submit>{}</button><a href=#>重置</a></form>"
    await opened(page, local, form.format("导出"))
    target = ResolvedTarget("导出", (By("role", "button", name="导出"),), known={})
    known = (await find.resolve(page, target, timeout_ms=300)).match.marks
    await opened(page, local, form.format("下载") + "<button>导出</button>")
    assert await ident(page, target) is None
    with pytest.raises(ElementAmbiguous):
        await find.resolve(page, ResolvedTarget("导出", target.alternatives, known=known), timeout_ms=300)


async def test_an_element_told_by_counting_never_heals(page: Page, local):
    """`nth` as a lower way does not take the place of a way that is gone."""
    await opened(page, local, "<button>新建</button><button>删除</button>")
    target = ResolvedTarget("查询", (By("testid", "old"), By("css", "button", nth=1)))
    with pytest.raises(ElementMissing):
        await find.resolve(page, target, timeout_ms=300)


async def test_the_librarys_nth_is_kept(page: Page, local):
    """An alternative written with `nth` means that one, in the library as in a flow."""
    library = saved("  第二行: [{css: li, nth: 2}]\n  最后: [{css: li, nth: -1}]\n")
    await opened(page, local, "<ul><li id=a>甲</li><li id=b>乙</li><li id=c>丙</li></ul>")
    assert await ident(page, library.target(named("第二行"), "/")) == "b"
    assert await ident(page, library.target(named("最后"), "/")) == "c"


async def test_places_within_places(page: Page, local):
    """`in` reaches through a library's own `in` and through a place that stands in another."""
    table = "<section><h3>{0}</h3><table><tr><td>1001</td><td><a id={1} href=#>改</a></td></tr></table></section>"
    await opened(page, local, table.format("在售", "a") + table.format("下架", "b"))
    library = saved("  改价: [{text: 改, in: {row: '1001', in: {section: 下架}}}]\n")
    assert await ident(page, library.target(named("改价"), "/")) == "b"
    assert await ident(page, library.target(named("改", named("1001", named("在售"))), "/")) == "a"


async def test_names_hold_values(page: Page, local):
    """`${…}` in a library's way and in a flow's name is filled in before anything is sought, and never as a pattern."""
    await opened(
        page, local, "<table><tr id=a><td>A.1</td></tr><tr id=b><td>A+1</td></tr></table><button id=c>导出 A.1</button>"
    )
    library = saved('  商品行: [{row: "${编码}"}]\n', 编码="A.1")
    assert await ident(page, library.target(named("商品行"), "/")) == "a"
    assert await ident(page, library.target(named("导出 ${编码}"), "/")) == "c"
