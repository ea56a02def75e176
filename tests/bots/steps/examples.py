"""For each verb a page on which its example of the manual is played, and what has to come of it.

A new verb needs one entry here, with the example exactly as the manual prints it: `test_reference_examples` fails until
it is there.
"""

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.bots.engine.shop import ORDERS

SHOP = "<span data-testid=shop>小店</span>"
LOADED = "<script>did('loaded')</script>"


def button(name: str, then: str = "") -> str:
    """A button that tells of its click, then runs a script."""
    return f"<button onclick=\"did('{name}'); {then}\">{name}</button>"


def field_of(label: str, more: str = "") -> str:
    """A text field with its label."""
    return f"<label>{label}<input {more}></label>"


def sheet(*rows: Mapping[str, str]) -> str:
    """The rows as the text of a csv file."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def zipped(name: str, content: str) -> bytes:
    """A zip with one text file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


@dataclass(frozen=True)
class Played:
    """An example's surroundings, and what has to be so afterwards; empty parts are not looked at, `did` always is."""

    page: str = SHOP
    opens: str = "/products"
    before: str = ""
    after: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    row: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    sent: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    answer: str | None = None
    did: tuple[str, ...] = ()
    state: str = "done"
    message: str = ""
    reason: str = ""
    gives: Mapping[str, object] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    at: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    evidence: str = ""


PRODUCT = (
    "<table><tr><th>商品ID</th><th>状态</th><th></th></tr><tr><td>1001</td><td id=state>出售中</td><td>"
    "<label><input type=checkbox onchange=\"did('选择 ' + this.checked)\">选择</label>"
    + button("下架", "document.getElementById('sure').hidden = false")
    + "</td></tr></table><div id=sure hidden>"
    + button("确定", "document.getElementById('said').textContent = '下架成功'; this.parentNode.hidden = true")
    + "</div><p id=said></p>"
)
TASKS = (
    button("导出订单", "document.getElementById('task').hidden = false")
    + "<table><tr id=task hidden><td>订单 2026-11-20</td><td id=at>生成中</td></tr></table>"
    + button("刷新", "document.getElementById('at').innerHTML = '<a href=/orders.xlsx>下载</a>'")
)
PAGER = (
    "<table id=orders aria-label=订单表><tr><th>单号</th></tr><tr><td>1</td></tr><tr><td>2</td></tr></table>"
    + button("下一页", "document.getElementById('orders').rows[1].cells[0].textContent = '3';"
             "document.getElementById('orders').deleteRow(2); this.remove()")
)  # fmt: skip
TURNS = "<script>let left = 3</script>" + button("下一页", "if (--left === 0) this.remove()")
KEYS = field_of("搜索", "onkeydown=\"did('键 ' + event.key)\"")
PRICES = """\
from decimal import Decimal


def new_price(cost: Decimal, margin: Decimal = Decimal("0.30")) -> Decimal:
    return (cost / (1 - margin)).quantize(Decimal("0.01"))
"""
COUNT = """\
title: 数订单
site: shop
inputs: {day: 日期}
steps:
  - read: 数量
    as: n
outputs: {day: "${day}", n: "${n}"}
"""
DRAGGED = (
    "<div style='user-select:none'><span onmousedown=\"did('按下 滑块')\">滑块</span> —— "
    "<span onmouseup=\"did('松开 右端')\">右端</span></div>"
)
LOGIN = (
    "<form data-testid=login-box onsubmit=\"event.preventDefault(); did('登录'); this.outerHTML = "
    "'<span data-testid=shop>小店</span>'\">" + field_of("用户名") + field_of("密码", "type=password")
    + "<button>登录</button></form>"
)  # fmt: skip
LATE = "<p id=late>在等</p><script>setTimeout(() => { document.getElementById('late').outerHTML = %r }, 250)</script>"

EXAMPLES: dict[str, Played] = {
    "ask": Played(
        field_of("验证码"), answer="246810", after="- fill: {验证码: '${code}'}", values={"验证码": "246810"}
    ),
    "back": Played(pages={"/orders": "订单"}, before="- open: 订单管理", at="/products"),
    "check": Played(SHOP + PRODUCT, row={"商品ID": "1001"}, did=("选择 true",)),
    "click": Played(button("查询"), did=("查询",)),
    "double_click": Played("<p ondblclick=\"did('双击')\">备注</p>", did=("双击",)),
    "download": Played(
        "<a href=/bill.zip>下载</a>",
        inputs={"month": "2026-10"},
        sent={"/bill.zip": ("账单.zip", zipped("账单.csv", "流水号,金额\n1,9.90\n"))},
        files=("账单-2026-10.zip alipay_fund_bill",),
    ),
    "drag": Played(DRAGGED, did=("按下 滑块", "松开 右端")),
    "expect": Played(LATE % SHOP, after="- click: 店铺名称", did=()),
    "export": Played(
        TASKS,
        inputs={"day": "2026-11-20"},
        sent={"/orders.xlsx": ("订单.xlsx", ORDERS)},
        did=("导出订单", "刷新"),
        files=("订单-2026-11-20.xlsx practice_orders",),
    ),
    "fail": Played(state="failed", message="报表没有加载出来"),
    "fill": Played(
        field_of("下单日期") + "<label>订单状态<select><option>等待发货<option>全部</select></label>",
        inputs={"day": "2026-11-20"},
        values={"下单日期": "2026-11-20 ~ 2026-11-20", "订单状态": "全部"},
    ),
    "for_each": Played(
        button("2026-10") + button("2026-11"),
        before="- set: {months: [2026-10, 2026-11]}",
        did=("2026-10", "2026-11"),
    ),
    "hover": Played("<p onmouseenter=\"did('移到 更多')\">更多</p>", did=("移到 更多",)),
    "if": Played(
        SHOP + PRODUCT, row={"商品ID": "9999"}, state="rejected_some", reason="rejected 找不到商品 9999"
    ),
    "listen": Played(
        button("查询", "fetch('/api/orders?page=1')"),
        pages={"/api/orders": '{"total": 2}'},
        outputs={"总数": "${answer.total}"},
        did=("查询",),
        gives={"总数": 2},
    ),
    "login": Played(LOGIN, opens="/", did=("登录",)),
    "note": Played(inputs={"数量": "3"}, notes=("共 3 单",)),
    "notify": Played(told=("shop_a 余额不足",)),
    "once": Played(SHOP + PRODUCT, row={"商品ID": "1001"}, did=("下架", "确定")),
    "open": Played(pages={"/orders": "订单" + LOADED}, did=("loaded",), at="/orders"),
    "press": Played(field_of("订单号", "onkeydown=\"did('键 ' + event.key)\""), did=("键 Enter",)),
    "python": Played(
        inputs={"成本": "1,234.50"},
        beside={"prices.py": PRICES},
        outputs={"价": "${text(price)}"},
        gives={"价": "1763.57"},
    ),
    "read": Played(
        "<label>可用余额<input readonly value='1,234.50 元'></label>",
        outputs={"余额": "${balance}"},
        gives={"余额": "1,234.50"},
    ),
    "reject": Played(row={"商品ID": "1001"}, state="rejected_some", reason="rejected 找不到商品 1001"),
    "reload": Played(SHOP + LOADED, did=("loaded", "loaded")),
    "repeat": Played(TURNS, did=("下一页", "下一页", "下一页")),
    "rows": Played(
        inputs={"sheet": "stock.csv"},
        beside={
            "stock.csv": sheet(
                *({"店铺": shop, "件数": count} for shop, count in zip("甲乙甲丙", "2930", strict=True))
            )
        },
        outputs={"汇总": "${汇总}"},
        gives={"汇总": [{"店铺": "乙", "件数": 9, "行数": 1}, {"店铺": "甲", "件数": 5, "行数": 2}]},
    ),
    "run": Played(
        "<p><b aria-label=数量>12</b></p>",
        inputs={"day": "2026-11-20"},
        beside={"count_orders.yaml": COUNT},
        outputs={"几单": "${counted.n}", "哪天": "${counted.day}"},
        gives={"几单": "12", "哪天": "2026-11-20"},
    ),
    "scrape": Played(
        PAGER,
        outputs={"单号": "${orders}"},
        did=("下一页",),
        gives={"单号": [{"单号": "1"}, {"单号": "2"}, {"单号": "3"}]},
    ),
    "screenshot": Played(evidence="提交后"),
    "select": Played(
        "<label>快递公司<select><option>圆通速递<option>顺丰速运</select></label>", values={"快递公司": "顺丰速运"}
    ),
    "set": Played(inputs={"单号": "  A-1 "}, outputs={"单": "${单号}"}, gives={"单": "A-1"}),
    "stop": Played(button("查询"), after="- click: 查询", message="没有待处理的订单"),
    "switch_to": Played(
        "<a href=/orders target=_blank>看</a>",
        pages={"/orders": "<title>订单详情</title>" + button("新页上的")},
        before="- click: 看",
        after="- click: 新页上的",
        at="/orders",
        did=("新页上的",),
    ),
    "try": Played(notes=("没有可关的",)),
    "type": Played(KEYS, inputs={"关键词": "ab"}, did=("键 a", "键 b"), values={"搜索": "ab"}),
    "upload": Played(
        "<label>批量发货文件<input type=file onchange=\"did(this.files[0].name)\"></label>",
        inputs={"sheet": "ship.csv"},
        beside={"ship.csv": "单号\n1\n"},
        did=("ship.csv",),
    ),
    "wait": Played(
        LATE.replace("<p id=late>", "<p id=late class=loading>") % button("查询"), after="- click: 查询", did=("查询",)
    ),
}  # fmt: skip
