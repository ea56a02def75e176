"""The page's own JSON: digits kept, pages joined, failures named; on a real browser."""

import json

import pytest

from tests.bots.steps.tricks.site import Query, Reply, json_of
from tests.bots.steps.tricks.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

BUTTON = "<button onclick=\"fetch('/api/orders?page=1', {method: 'POST'})\">查询</button>"
LISTEN = "- listen: /api/orders\n  on: 查询\n  at: data.list\n  as: 行"
ORDERS = """{"code": 0, "data": {"total": 2, "list": [
  {"id": 12345678901234567890, "price": 1.10, "buyer": {"name": "甲", "city": null}, "paid": true, "tags": ["a", "b"]},
  {"id": 7, "price": 1e3, "buyer": {"name": "乙", "city": "杭州"}, "paid": false, "tags": [], "buyer_name": "丙"}]}}"""


async def rows(stage: Stage, step: str = LISTEN) -> list[dict[str, str]]:
    """The rows that the step gives; the run must be good."""
    result = await stage.run(step, outputs="  rows: ${行}")
    assert result.state == "done", result.message
    found = result.outputs["rows"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("zipped", [False, True])
async def test_rows_keep_every_digit(stage: Stage, zipped: bool) -> None:
    """A 20-digit number, 1.10 and 1e3 stay what was written; nested fields have names; a gzip answer is the same."""
    stage.show(BUTTON)
    stage.site.answers["/api/orders"] = json_of(ORDERS, zipped=zipped, late_s=0.2)
    assert await rows(stage) == [
        {
            "id": "12345678901234567890",
            "price": "1.10",
            "buyer_name": "甲",
            "buyer_city": "",
            "paid": "是",
            "tags": "a、b",
        },
        {
            "id": "7",
            "price": "1e3",
            "buyer_name": "乙",
            "buyer_city": "杭州",
            "paid": "否",
            "tags": "",
            "buyer_name_2": "丙",
        },
    ]


async def test_an_answer_in_gbk(stage: Stage) -> None:
    """Old servers answer in GBK, named or not."""
    stage.show(BUTTON)
    for kind in ("application/json", "application/json; charset=gbk"):
        stage.site.answers["/api/orders"] = Reply('{"data": {"list": [{"名": "衬衫"}]}}'.encode("gbk"), kind)
        assert await rows(stage) == [{"名": "衬衫"}]


PAGED = """<button id=n>下一页</button><script>let p = 0;
const load = () => fetch(`/api/orders?page=${++p}`).then(() => fetch("/api/other"));
load(); n.onclick = load;</script>"""


async def test_rows_over_pages_while_steps_run(stage: Stage) -> None:
    """All answers in the order in which they were asked for, also the slow first; a repeated row is kept once."""

    def answer(query: Query) -> Reply:
        number = int(query["page"])
        ids = range(number * 10 - (number == 3), number * 10 + 10)  # a row has moved on to the third page
        listed = {"data": {"total": 30, "list": [{"id": n} for n in ids]}}
        return json_of(json.dumps(listed), late_s=0.5 if number == 2 else 0.0)

    stage.site.answers["/api/orders"] = answer
    stage.site.answers["/api/other"] = json_of("[]")
    stage.show(PAGED)
    found = await rows(
        stage,
        "- listen: /api/orders?page=*\n  do:\n    - open: 列表\n    - repeat:\n        - click: 下一页\n      max: 2\n"
        "  at: data.list\n  key: id\n  total: data.total\n  rows: '= 30'\n  save: 订单.csv\n  as: 行",
    )
    assert [one["id"] for one in found] == [str(n) for n in range(10, 40)]


async def test_goods_of_orders_keep_their_orders_fields(stage: Stage) -> None:
    """A list inside a list: each inner row has the outer row's plain fields."""
    stage.show(BUTTON)
    stage.site.answers["/api/orders"] = json_of(
        '{"data": {"list": [{"no": 1, "goods": [{"sku": "a"}, {"sku": "b"}]}]}}'
    )
    assert await rows(stage, LISTEN.replace("data.list", "data.list.goods")) == [
        {"no": "1", "sku": "a"},
        {"no": "1", "sku": "b"},
    ]


BAD = {
    "jsonp": (
        "<button onclick=\"const s = document.createElement('script'); s.src = '/api/orders';"
        ' document.body.append(s)">'
        "查询</button>",
        Reply(b'cb({"data": {"list": []}})', "text/javascript"),
        "是 JSONP",
    ),
    "an answer without the data": (
        BUTTON,
        json_of('{"success": false, "message": "登录已失效"}'),
        "message=登录已失效，success=False",
    ),
    "other data": (BUTTON, json_of('{"data": {"rows": []}}'), "有的是 rows"),
    "not a list": (BUTTON, json_of('{"data": {"list": "无"}}'), "不是列表"),
    "a web page": (BUTTON, Reply("<h1>请登录</h1>".encode()), "不是 JSON：<h1>请登录"),
    "a server error": (BUTTON, json_of("{}", status=503), "503"),
    "a refusal": (BUTTON, json_of("{}", status=403), "403"),
    "a cut connection": (BUTTON, Reply(b"{", promised=100), "只来了一半"),
}


@pytest.mark.parametrize("trick", BAD)
async def test_what_is_no_rows_is_said(stage: Stage, trick: str) -> None:
    """Each answer that holds no rows is refused with what it is."""
    body, answer, said = BAD[trick]
    stage.show(body)
    stage.site.answers["/api/orders"] = answer
    assert said in await stage.refused(LISTEN)


async def test_no_answer_at_all_names_those_that_were_seen(stage: Stage) -> None:
    """The author sees which addresses the page did ask."""
    stage.show("<button onclick=\"fetch('/api/list')\">查询</button>")
    stage.site.answers["/api/list"] = json_of("[]")
    said = await stage.refused(LISTEN + "\n  timeout: 1s")
    assert "GET /api/list → 200 application/json" in said
