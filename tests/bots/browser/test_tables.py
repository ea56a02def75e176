"""Tables come out as a person reads them, all at once; settled means settled."""

import pytest

from bots.browser import tables
from bots.browser.driver import By
from bots.browser.tables import Rows
from bots.errors import ConditionUnmet, ServerFailed

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def opened(page, local, body: str):
    """The page shows `body`."""
    local.pages["/here"] = f"<!doctype html><meta charset=utf-8><body>{body}"
    await page.goto("/here")


async def test_a_plain_table(page, local):
    """Header, rows, merged cells downwards and an input's value; hidden rows are not there."""
    await opened(
        page,
        local,
        "<table><thead><tr><th>订单号</th><th>商品</th><th>数量</th></tr></thead>"
        "<tr><td rowspan=2>1001</td><td>衬衫\n 蓝</td><td><input value=2></td></tr><tr><td>裤子</td><td>1</td></tr>"
        "<tr style='display:none'><td>x</td><td>x</td><td>x</td></tr>"
        "<tr><td colspan=2>合计</td><td>3</td></tr></table>",
    )
    assert await tables.scrape(page) == Rows(
        ["订单号", "商品", "数量"], [["1001", "衬衫 蓝", "2"], ["1001", "裤子", "1"], ["合计", "合计", "3"]]
    )


async def test_the_largest_table_unless_one_is_named(page, local):
    """Without a name the table with the most rows is meant."""
    await opened(
        page, local, "<table id=s><tr><td>小</td></tr></table><table><tr><td>a</td></tr><tr><td>b</td></tr></table>"
    )
    assert (await tables.scrape(page)).rows == [["a"], ["b"]]
    (small,) = await page.query(By("css", "#s"))
    assert (await tables.scrape(page, small)).rows == [["小"]]


async def test_records_name_every_column_once():
    """Untitled and repeated columns get names that can be told apart."""
    rows = Rows(["ID", "", "名", "名"], [["1", "x", "甲", "乙"], ["2"]])
    assert rows.records() == [
        {"ID": "1", "列2": "x", "名": "甲", "名_2": "乙"},
        {"ID": "2", "列2": "", "名": "", "名_2": ""},
    ]


async def test_cards_are_rows(page, local):
    """A list of cards becomes rows by field."""
    await opened(
        page,
        local,
        "<div class=card><h3>衬衫</h3><b>19.90</b></div><div class=card><h3>裤子</h3></div>",
    )
    rows = await tables.scrape_cards(page, ".card", {"名称": "h3", "价格": "b"})
    assert rows.records() == [{"名称": "衬衫", "价格": "19.90"}, {"名称": "裤子", "价格": ""}]


async def test_element_plus_tables(page, local):
    """el-table gives header and body; el-table-v2 with fixed columns gives every drawn row once, columns in order."""
    await page.goto("/tables.html")
    await tables.settled(page)
    (plain,) = await page.query(By("css", "#plain .el-table"))
    assert await tables.scrape(page, plain) == Rows(
        ["商品ID", "名称", "操作"], [["1001", "衬衫", "下架"], ["1002", "裤子", "下架"]]
    )
    (empty,) = await page.query(By("css", "#empty .el-table"))
    assert await tables.scrape(page, empty) == Rows(["商品ID"], [])
    (virtual,) = await page.query(By("css", "#virtual .el-table-v2"))
    every = await tables.scrape(page, virtual)
    assert every.header == ["商品ID", "名称"] and every.rows[0] == ["2000", "商品 0"]
    assert [row[0] for row in every.rows] == [str(2000 + i) for i in range(500)]


async def test_two_thousand_rows_in_one_look(page, local):
    """A long table comes out whole."""
    body = "".join(f"<tr><td>{i}</td><td>商品{i}</td></tr>" for i in range(2000))
    await opened(page, local, f"<table>{body}</table>")
    rows = (await tables.scrape(page)).rows
    assert len(rows) == 2000 and rows[1999] == ["1999", "商品1999"]


async def test_settled_waits_for_the_spinner_and_the_rows(page, local):
    """Rows that come after a spinner are there when the wait ends."""
    await opened(
        page,
        local,
        "<div class=el-loading-mask>…</div><table id=t></table><script>setTimeout(() => {"
        "document.querySelector('.el-loading-mask').remove(); t.innerHTML = '<tr><td>1</td></tr>' }, 300)</script>",
    )
    await tables.settled(page)
    assert (await tables.scrape(page)).rows == [["1"]]


async def test_settled_gives_up_and_says_what_spins(page, local):
    """A spinner of the site's own that never stops is a condition unmet, with its count."""
    await opened(page, local, "<div class=my-spin>…</div>")
    with pytest.raises(ConditionUnmet) as caught:
        await tables.settled(page, [By("css", ".my-spin")], timeout_ms=300)
    assert "1 个转圈" in str(caught.value)


async def test_settled_on_a_server_error(page, local):
    """A page that has become a server error is not waited for."""
    await opened(
        page, local, "<div class=my-spin>…</div><script>setTimeout(() => location = '/status/500', 50)</script>"
    )
    with pytest.raises(ServerFailed):
        await tables.settled(page, [By("css", ".my-spin")], timeout_ms=10_000)
