"""Tables of every kind come out whole: no row lost, none twice, over all pages, on the real widget libraries too."""

import json

import pytest

from bots.engine import RunResult
from tests.bots.steps.tricks.site import Query, Reply, json_of, page
from tests.bots.steps.tricks.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TABLE = "<table><thead><tr><th>订单号</th><th>金额</th></tr></thead><tbody id=b></tbody></table>"


def lines(first: int, count: int) -> str:
    """Table rows with numbers."""
    return "".join(f"<tr><td>{n}</td><td>{n}.00</td></tr>" for n in range(first, first + count))


async def scraped(stage: Stage, step: str) -> list[dict[str, str]]:
    """The rows that a scrape step gives; the run must be good."""
    result = await stage.run(f"- {step}\n  as: 行", outputs="  rows: ${行}")
    assert result.state == "done", result.message
    return rows_of(result)


def rows_of(result: RunResult) -> list[dict[str, str]]:
    """The rows among a run's outputs."""
    rows = result.outputs["rows"]
    assert isinstance(rows, list)
    return rows


TABLES = {
    "titles met twice": (
        "<tr><th>姓名</th><th>电话</th><th>姓名</th><th></th></tr><tr><td>甲</td><td>1</td><td>乙</td><td>x</td></tr>",
        [{"姓名": "甲", "电话": "1", "姓名_2": "乙", "列4": "x"}],
    ),
    "groups of columns": (
        "<thead><tr><th rowspan=2>单号</th><th colspan=2>买家</th><th colspan=2>收货</th></tr>"
        "<tr><th>姓名</th><th>电话</th><th>姓名</th><th>地址</th></tr></thead>"
        "<tr><td>1</td><td>甲</td><td>13</td><td>乙</td><td>杭州</td></tr>",
        [{"单号": "1", "买家_姓名": "甲", "电话": "13", "收货_姓名": "乙", "地址": "杭州"}],
    ),
    "merged cells": (
        "<tr><th>单号</th><th>商品</th><th>数量</th><th>运费</th></tr>"
        "<tr><td rowspan=2>1</td><td>衬衫</td><td>2</td><td rowspan=2>8.00</td></tr><tr><td>裤子</td><td>1</td></tr>"
        "<tr><td>2</td><td colspan=2>赠品</td><td>0</td></tr>",
        [
            {"单号": "1", "商品": "衬衫", "数量": "2", "运费": "8.00"},
            {"单号": "1", "商品": "裤子", "数量": "1", "运费": "8.00"},
            {"单号": "2", "商品": "赠品", "数量": "赠品", "运费": "0"},
        ],
    ),
    "ragged rows": (
        "<tr><th>a</th></tr><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr>",
        [{"a": "1", "列2": "2"}, {"a": "3", "列2": ""}],
    ),
    "a hidden column": (
        "<tr><th>a</th><th style='display:none'>秘</th><th>b</th></tr>"
        "<tr><td>1</td><td style='display:none'>x</td><td>2</td></tr>",
        [{"a": "1", "b": "2"}],
    ),
    "cells that hold things": (
        "<tr><th>名</th><th>价</th><th>类</th><th>上架</th><th>图</th><th>链</th></tr>"
        "<tr><td title='很长很长的商品名'>很长很…</td>"
        "<td><input value=9.90></td><td><select><option>男<option selected>女</select></td>"
        "<td><input type=checkbox checked></td><td><img alt=主图 src=data:,></td><td><a href=/x>看</a></td></tr>",
        [{"名": "很长很长的商品名", "价": "9.90", "类": "女", "上架": "是", "图": "主图", "链": "看"}],
    ),
    "a footer is no row": (
        "<tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr><tfoot><tr><td>合计</td><td>2</td></tr></tfoot>",
        [{"a": "1", "b": "2"}],
    ),
    "no data in words": ("<tr><th>a</th><th>b</th></tr><tr><td colspan=2>暂无数据</td></tr>", []),
    "no data in one cell": ("<tr><th>a</th><th>b</th></tr><tr><td>暂无数据</td></tr>", []),
    "a table inside a cell": (
        "<tr><th>a</th><th>b</th></tr><tr><td>1</td><td><table><tr><td>x</td></tr><tr><td>y</td></tr></table></td></tr>",
        [{"a": "1", "b": "x y"}],
    ),
}


@pytest.mark.parametrize("kind", TABLES)
async def test_a_table_as_a_person_reads_it(stage: Stage, kind: str) -> None:
    """Each kind of table gives exactly the rows that stand there."""
    body, rows = TABLES[kind]
    stage.show(f"<table>{body}</table>")
    assert await scraped(stage, "scrape:") == rows


async def test_lines_over_the_whole_width_become_a_column(stage: Stage) -> None:
    """An order list with a line per order above its goods: the line is a column of the rows below it."""
    stage.show(
        "<table><tr><th>商品</th><th>数量</th></tr><tr><td colspan=2>订单 1001</td></tr>"
        "<tr><td>衬衫</td><td>1</td></tr>"
        "<tr><td>裤子</td><td>2</td></tr><tr><td colspan=2>订单 1002</td></tr><tr><td>帽子</td><td>1</td></tr></table>"
    )
    rows = await scraped(stage, "scrape:\n  group: 订单")
    assert [(row["订单"], row["商品"]) for row in rows] == [
        ("订单 1001", "衬衫"),
        ("订单 1001", "裤子"),
        ("订单 1002", "帽子"),
    ]


async def test_no_table_at_all_is_said(stage: Stage) -> None:
    """A page without a table is not an empty table."""
    stage.show("<p>请先选择店铺</p>")
    assert "找不到「表格」" in await stage.refused("- scrape:\n  as: 行")


async def test_cards_give_texts_and_addresses(stage: Stage) -> None:
    """A list that is no table: texts, pictures and links by CSS."""
    stage.show(
        "<div class=card><h3>衬衫</h3><img src=/a.png><a href=/p/1>看</a></div><div class=card><h3>裤子</h3></div>"
    )
    rows = await scraped(stage, "scrape:\n  cards: .card\n  fields: {名称: h3, 图: img@src, 链接: a@href}")
    assert rows[0] == {"名称": "衬衫", "图": f"{stage.site.address}/a.png", "链接": f"{stage.site.address}/p/1"}
    assert rows[1] == {"名称": "裤子", "图": "", "链接": ""}


async def test_pages_by_link_of_a_server(stage: Stage) -> None:
    """Every page is a new document, one of them slow; the link is missing on the last."""

    def answer(query: Query) -> Reply:
        number = int(query.get("p", "1"))
        link = f"<a href='/list?p={number + 1}'>下一页</a>" if number < 3 else ""
        body = TABLE.replace("<tbody id=b>", f"<tbody>{lines(number * 10, 10 if number < 3 else 4)}")
        return page(body + link)

    stage.site.answers["/list"] = answer
    rows = await scraped(stage, "scrape: {css: table}\n  next: 下一页".replace("{css: table}", ""))
    assert [row["订单号"] for row in rows] == [str(n) for n in range(10, 34)]


BUTTON = """
<button id=n{extra}>下一页</button><script>
  let at = 0; const pages = {pages}; const draw = () => {{
    b.innerHTML = pages[at].map(n => `<tr><td>${{n}}</td><td>${{n}}.00</td></tr>`).join(''); {last} }};
  draw(); n.onclick = () => setTimeout(() => {{ at = Math.min(at + 1, pages.length - 1); draw(); }}, 350);
</script>"""


@pytest.mark.parametrize(
    "last", ["n.disabled = at === 2", "n.className = at === 2 ? 'disabled' : ''", "if (at === 2) n.remove()"]
)
async def test_pages_by_button_without_any_spinner(stage: Stage, last: str) -> None:
    """Rows that come late and unannounced are waited for; a grey, disabled or missing button is the end."""
    stage.show(TABLE + BUTTON.format(extra="", pages="[[1, 2], [3, 4], [5]]", last=last))
    assert [row["订单号"] for row in await scraped(stage, "scrape:\n  next: 下一页")] == ["1", "2", "3", "4", "5"]


async def test_a_row_that_moved_to_the_next_page_is_not_taken_twice(stage: Stage) -> None:
    """With only a "next" button the list cannot be read again from here: it is said which row came twice."""
    stage.show(TABLE + BUTTON.format(extra="", pages="[[1, 2], [2, 3]]", last="n.disabled = at === 1"))
    assert "有 1 行在两页上都出现，例如 2" in await stage.refused("- scrape:\n  next: 下一页\n  key: 订单号\n  as: 行")


async def test_load_more(stage: Stage) -> None:
    """The button is pressed until it is gone; every row is there once."""
    stage.show(
        TABLE + "<button id=m>加载更多</button><script>let k = 0; const add = () => { for (let i = 0; i < 20; i++, k++)"
        " b.insertRow().innerHTML = `<td>${k}</td><td>1</td>`; if (k >= 60) m.remove(); }; add();"
        "m.onclick = () => setTimeout(add, 200)</script>"
    )
    assert [row["订单号"] for row in await scraped(stage, "scrape:\n  more: 加载更多")] == [str(n) for n in range(60)]


ENDLESS = """<div id=box style='height:200px;overflow:auto'>%s</div><script>
  let k = 0, busy = false; const add = () => { for (let i = 0; i < 30; i++, k++)
    b.insertAdjacentHTML('beforeend', `<tr class=card><td>${k}</td><td>1</td></tr>`);
    busy = false; if (k >= 90) b.insertAdjacentHTML('afterend', '<tfoot><tr><td>没有更多了</td></tr></tfoot>'); };
  add(); box.onscroll = () => { if (!busy && k < 90 && box.scrollTop + box.clientHeight > box.scrollHeight - 20) {
    busy = true; setTimeout(add, 300); } };</script>"""


@pytest.mark.parametrize("how", ["scrape:", "scrape:\n  cards: .card\n  fields: {订单号: 'td:first-child'}"])
async def test_an_endless_list(stage: Stage, how: str) -> None:
    """Scrolled to its end, which comes in portions, until the list itself says that there is no more."""
    stage.show(ENDLESS % TABLE)
    assert [row["订单号"] for row in await scraped(stage, f"{how}\n  more: scroll")] == [str(n) for n in range(90)]


async def test_two_thousand_rows_take_one_look(stage: Stage) -> None:
    """A long page is read whole."""
    stage.show(TABLE.replace("<tbody id=b>", f"<tbody>{lines(0, 2000)}"))
    rows = await scraped(stage, "scrape:\n  rows: '= 2000'")
    assert rows[1999] == {"订单号": "1999", "金额": "1999.00"}


# ---- the real libraries

ELEMENT_PLUS = """<link rel=stylesheet href=/element-plus.css><div id=app>
  <el-table :data="rows" v-loading="false" show-summary>
    <el-table-column type="selection"></el-table-column>
    <el-table-column prop="id" label="订单号" fixed="left" width="150"></el-table-column>
    <el-table-column label="买家"><el-table-column prop="name" label="姓名" width="600"></el-table-column>
      <el-table-column prop="city" label="城市" width="600"></el-table-column></el-table-column>
    <el-table-column label="在售" width="200">
      <template #default="{row}"><el-switch v-model="row.on"></el-switch></template></el-table-column>
    <el-table-column label="操作" fixed="right" width="120">
      <template #default><el-button link>查看</el-button></template></el-table-column>
  </el-table>
  <el-pagination :layout="layout" :total="total" :page-size="10" v-model:current-page="page"></el-pagination></div>
<script src=/vue.global.prod.js></script><script src=/element-plus.min.js></script><script>
Vue.createApp({setup() {
  const page = Vue.ref(%(start)s), rows = Vue.ref([]), total = Vue.ref(0), layout = '%(layout)s';
  const load = async () => { const a = await (await fetch('/rows?page=' + page.value)).json();
    rows.value = a.list; total.value = a.total; };
  Vue.watch(page, load); load();
  return {page, rows, total, layout};
}}).use(ElementPlus).mount('#app');</script>"""


class Book:
    """Orders behind a paged interface; `moves` changes them before the n-th request."""

    def __init__(self, count: int, moves: dict[int, str] | None = None) -> None:
        self.ids = [f"{100 + n}" for n in range(count)]
        self.moves = moves or {}
        self.asked = 0

    def __call__(self, query: Query) -> Reply:
        """One page of ten."""
        self.asked += 1
        move = self.moves.pop(self.asked, "")
        if move == "new on top":
            self.ids.insert(0, "999")
        elif move == "first gone":
            self.ids.pop(0)
        start = (int(query["page"]) - 1) * 10
        shown = [
            {"id": i, "name": f"买家{i}", "city": "杭州", "on": i[-1] in "02468"} for i in self.ids[start : start + 10]
        ]
        return json_of(json.dumps({"list": shown, "total": len(self.ids)}, ensure_ascii=False), late_s=0.15)


@pytest.mark.parametrize("layout", ["total, prev, pager, next", "prev, pager, next"])
async def test_element_plus_pages(stage: Stage, layout: str) -> None:
    """Fixed columns, groups, a summary, a switch, and all pages by the table's own pager, wherever it stands."""
    stage.site.answers["/rows"] = Book(34)
    stage.show(ELEMENT_PLUS % {"start": 3, "layout": layout})
    rows = await scraped(stage, "scrape:")
    assert [row["订单号"] for row in rows] == [f"{100 + n}" for n in range(34)]
    assert rows[0] == {"订单号": "100", "姓名": "买家100", "城市": "杭州", "在售": "是", "操作": "查看"}
    assert rows[1]["在售"] == "否"


@pytest.mark.parametrize("move", ["new on top", "first gone"])
@pytest.mark.parametrize("layout", ["total, prev, pager, next", "prev, pager, next"])
async def test_rows_that_move_while_paging_are_read_again(stage: Stage, layout: str, move: str) -> None:
    """An order that comes, or goes, in the middle of the reading: what comes out is the list as it stood afterwards."""
    book = Book(25, {2: move})
    stage.site.answers["/rows"] = book
    stage.show(ELEMENT_PLUS % {"start": 1, "layout": layout})
    assert [row["订单号"] for row in await scraped(stage, "scrape:\n  key: 订单号")] == book.ids
    assert book.asked > 3


async def test_only_the_first_pages(stage: Stage) -> None:
    """`pages: 2` reads two pages and leaves the rest."""
    stage.site.answers["/rows"] = Book(34)
    stage.show(ELEMENT_PLUS % {"start": 1, "layout": "total, prev, pager, next"})
    assert len(await scraped(stage, "scrape:\n  pages: 2")) == 20
    assert stage.site.count("/rows") == 2


ANTD = """<div id=root></div><script src=/react/umd/react.production.min.js></script>
<script src=/react-dom/umd/react-dom.production.min.js></script><script src=/dayjs/dayjs.min.js></script>
<script src=/antd/dist/antd.min.js></script><script>
const columns = [{title: '订单号', dataIndex: 'id', fixed: 'left', width: 120}, {title: '买家', children: [
  {title: '姓名', dataIndex: 'name', width: 700}, {title: '城市', dataIndex: 'city', width: 700}]},
  {title: '操作', fixed: 'right', width: 100, render: () => React.createElement('a', null, '查看')}];
const data = Array.from({length: %(count)s}, (_, i) => ({key: i, id: String(100 + i), name: '买家' + i, city: '杭州'}));
ReactDOM.createRoot(root).render(React.createElement(antd.Table, {columns, dataSource: data, rowSelection: {},
  %(more)s}));</script>"""


async def test_antd_pages_with_fixed_columns(stage: Stage) -> None:
    """Ant Design: sticky columns, a fixed header, a group, selection boxes and the pager."""
    stage.show(ANTD % {"count": 34, "more": "scroll: {x: 1900, y: 300}, pagination: {showTotal: t => `共 ${t} 条`}"})
    rows = await scraped(stage, "scrape:")
    assert [row["订单号"] for row in rows] == [f"{100 + n}" for n in range(34)]
    assert rows[33] == {"订单号": "133", "姓名": "买家33", "城市": "杭州", "操作": "查看"}


async def test_antd_virtual_table(stage: Stage) -> None:
    """A virtual table of 600 rows draws a dozen; all of them come out, in order, columns in place."""
    stage.show(ANTD % {"count": 600, "more": "virtual: true, scroll: {x: 1900, y: 400}, pagination: false"})
    rows = await scraped(stage, "scrape:")
    assert [row["订单号"] for row in rows] == [f"{100 + n}" for n in range(600)]
    assert rows[599] == {"订单号": "699", "姓名": "买家599", "城市": "杭州", "操作": "查看"}


async def test_antd_without_data(stage: Stage) -> None:
    """The picture that says 暂无数据 is no row."""
    stage.show(ANTD % {"count": 0, "more": "pagination: false"})
    assert await scraped(stage, "scrape:") == []
