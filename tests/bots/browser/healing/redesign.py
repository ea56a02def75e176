"""Saved pages, redesigned by seed, and what the finder makes of each: right, refused, or wrong.

The oracle is not the finder's: `mutate.js` keeps the meant element in a WeakMap from before the redesign, named by a
CSS selector or XPath of the saved page that no alternative of the library uses as such.
"""

import itertools
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bots.browser import find
from bots.browser.driver import Page, Want
from bots.browser.target import ResolvedTarget
from bots.errors import ElementAmbiguous, ElementMissing
from bots.flow.parse import parse_site
from bots.flow.values import Target, Template
from bots.lookup import Lookup

HERE = Path(__file__).parent
MUTATE = (HERE / "mutate.js").read_text("utf-8")
NAMES = {"base_url": "", "商品ID": "680120188056", "upc": "6900000000208"}

KINDS: tuple[tuple[str, ...], ...] = (
    ("rename",),
    ("order",),
    ("relabel",),
    ("columns",),
    ("wrap",),
    ("overlay",),
    ("decoy",),
    ("heading",),
    ("gone",),
    ("rename", "order"),
    ("rename", "relabel"),
    ("rename", "decoy"),
    ("relabel", "decoy"),
    ("wrap", "order", "overlay"),
    ("relabel", "impostor"),
    ("rename", "relabel", "impostor"),
    ("rename", "relabel", "wrap", "order"),
    ("overlay", "decoy"),
    ("rename", "gone"),
)
"""What is done to a page, in order. `impostor`: another element gets the words that this one had before; only for
elements that are remembered. Of a name taken literally, and of a library's words in a first run, whoever bears them is
what is meant: nothing else is known."""


@dataclass(frozen=True)
class Case:
    """One element on one page: how a flow names it, what for, and the truth."""

    page: str
    name: str
    truth: str
    want: Want = "act"
    inside: str = ""

    @property
    def literal(self) -> bool:
        """Whether the flow says only what is written on the page."""
        return bool(self.inside) or self.name.startswith("=")


ROW = "//tr[.//span[text()='680120188056']]"
CASES: tuple[Case, ...] = (
    Case("mall-login", "登录框", "[data-testid=login-box]"),
    Case("mall-login", "用户名", "[data-testid=username]", "fill"),
    Case("mall-login", "密码", "[data-testid=password]", "fill"),
    Case("mall-login", "登录按钮", "[data-testid=login-button]"),
    Case("mall-orders", "店铺名称", "[data-testid=shop-name]"),
    Case("mall-orders", "下单日期", ".el-date-editor", "fill"),
    Case(
        "mall-orders",
        "订单状态",
        ".el-select[data-testid=order-status]",
        "fill",
    ),
    Case("mall-orders", "订单号", "[data-testid=order-no]", "fill"),
    Case("mall-orders", "查询按钮", "[data-testid=search]"),
    Case("mall-orders", "重置按钮", "//button[normalize-space()='重置']"),
    Case("mall-orders", "导出订单", "[data-testid=export-orders]"),
    Case("mall-orders", "导出售后", "[data-testid=export-refunds]"),
    Case("mall-orders", "=重置", "//button[normalize-space()='重置']"),
    Case("mall-orders", "=订单号", "[data-testid=order-no]", "fill"),
    Case("mall-products", "商品ID", "[data-testid=product-id]", "fill"),
    Case("mall-products", "商品名称", "[data-testid=product-title]", "fill"),
    Case("mall-products", "类目", ".el-cascader", "fill"),
    Case("mall-products", "商品行", ROW),
    Case("mall-products", "批量下架", "[data-testid=bulk-delist]"),
    Case("mall-products", "导出商品", "[data-testid=export-products]"),
    Case("mall-products", "第一个查询", "[data-testid=search]"),
    Case("mall-products", "下架", ROW + "//button", inside="680120188056"),
    Case("mall-products", "下架", ROW + "//button", inside="商品行"),
    Case("mall-delisting", "确定", ".el-message-box__btns .el-button--primary"),
    Case("mall-delisting", "取消", ".el-message-box__btns .el-button:not(.el-button--primary)"),
    Case("mall-enrolling", "商品ID", "[data-testid=enrol-product]", "fill"),
    Case("mall-enrolling", "活动价", "[data-testid=enrol-price]", "fill"),
    Case("mall-enrolling", "活动库存", "[data-testid=enrol-stock]", "fill"),
    Case("mall-enrolling", "提交报名", "[data-testid=enrol-submit]"),
    Case("mall-shipping", "快递公司", ".el-dialog .el-select", "fill"),
    Case("mall-shipping", "运单号", "[data-testid=waybill-no]", "fill"),
    Case("mall-shipping", "确认发货", "[data-testid=ship-submit]"),
    Case("antd-orders", "订单编号", "#search_no", "fill"),
    Case("antd-orders", "买家昵称", "#search_buyer", "fill"),
    Case("antd-orders", "下单日期", ".ant-picker", "fill"),
    Case("antd-orders", "查询按钮", "form button[type=submit]"),
    Case("antd-orders", "批量导出", "//button[normalize-space()='批量导出']"),
    Case("antd-orders", "发货", "//tr[td[.='A1003']]//a[.='发货']", inside="A1003"),
    Case("antd-note", "备注内容", "#note_note", "fill"),
    Case("antd-note", "联系电话", "#note_phone", "fill"),
    Case("antd-note", "保存", ".ant-modal-footer .ant-btn-primary"),
    Case("oscar-products", "UPC", "#id_upc", "fill"),
    Case("oscar-products", "Search", "#search_product_form button[type=submit]"),
    Case("oscar-products", "Go", "//button[normalize-space()='Go']"),
    Case("oscar-products", "Row", "//tr[td[normalize-space()='6900000000208']]"),
    Case("oscar-products", "=Actions", "//tr[td[normalize-space()='6900000000208']]//button", inside="6900000000208"),
    Case(
        "oscar-orders",
        "Order number",
        "form:has(input[value=Search]) #id_order_number",
        "fill",
    ),
    Case("oscar-orders", "Search", "input[type=submit][value=Search]"),
    Case("oscar-orders", "Download", "button[value=download_selected_orders]"),
    Case("oscar-orders", "Change", "button[value=change_order_statuses]"),
)


@dataclass(frozen=True)
class Result:
    """What the finder made of one redesigned page; `outcome`: first | healed | refused | wrong."""

    case: Case
    kinds: tuple[str, ...]
    seed: int
    outcome: str
    said: str = ""


def lookup() -> Lookup:
    """The element library of the saved pages, with templates filled in."""
    text = (HERE / "elements.yaml").read_text("utf-8")
    parsed = parse_site(text, "elements.yaml", {})
    assert parsed.site is not None, [problem.zh for problem in parsed.problems]
    return Lookup(parsed.site, lambda template: template.expand_text(NAMES, {}))


def resolved(library: Lookup, case: Case) -> ResolvedTarget:
    """The case as a flow's step would have it."""
    name = Target(name=Template.parse(case.name.removeprefix("=")))
    if case.inside:
        name = Target(name=name.name, in_=Target(name=Template.parse(case.inside)))
    return library.target(name, f"/{case.page}")


async def measure(
    page: Page, base: str, *, remembering: bool, salt: int = 0, every: int = 1, first: int = 0
) -> list[Result]:
    """Every case under every kind of redesign; of these only every n-th, beginning with the `first`.

    `remembering`: the element was found on the page in an earlier good run, as every night but the first.
    """
    turns = itertools.count(first)
    results = []
    for name in dict.fromkeys(case.page for case in CASES):
        await page.goto(f"{base}/{name}.html")
        await page.evaluate_json(f"() => {{ {MUTATE}; return 'null'; }}")
        for case in (case for case in CASES if case.page == name):
            target = await _known(page, case, remembering)
            fitting = [kinds for kinds in KINDS if target.known or "impostor" not in kinds]
            fitting = [kinds for kinds in fitting if next(turns) % every == 0]
            results += [await _one(page, case, target, kinds, salt) for kinds in fitting]
            await page.evaluate_json("a => __redesign(a)", {"css": case.truth, "seed": 0, "kinds": []})
    return results


async def _known(page: Page, case: Case, remembering: bool) -> ResolvedTarget:
    library = lookup()
    target = resolved(library, case)
    _, spec = library.entry(case.name, f"/{case.page}")
    if spec is None or not library.lasting(spec) or not remembering:
        return target
    seen = await find.resolve(page, replace(target, known={}), want=case.want, timeout_ms=1)
    return replace(target, known=seen.match.marks)


async def _one(page: Page, case: Case, target: ResolvedTarget, kinds: tuple[str, ...], salt: int) -> Result:
    seed = zlib.crc32("/".join((case.page, case.name, case.inside, *kinds, str(salt))).encode())
    await page.evaluate_json("a => __redesign(a)", {"css": case.truth, "seed": seed, "kinds": list(kinds)})
    try:
        found = await find.resolve(page, target, want=case.want, timeout_ms=1)
    except (ElementMissing, ElementAmbiguous) as error:
        return Result(case, kinds, seed, "refused", str(error))
    right = await found.element.evaluate_json("e => JSON.stringify(__meant(e))")
    said = f"{found.tried[found.alternative_index].alternative} → {found.match}"
    if not right:
        return Result(case, kinds, seed, "wrong", said)
    return Result(case, kinds, seed, "healed" if found.healed else "first", said)


OUTCOMES = ("first", "healed", "refused", "wrong")


def table(results: list[Result]) -> Iterator[tuple[str, list[int]]]:
    """One line per kind of redesign with the number of each outcome, and their sum."""
    total: Counter[str] = Counter()
    for kinds in KINDS:
        counts = Counter(result.outcome for result in results if result.kinds == kinds)
        total += counts
        yield " + ".join(kinds), [counts[outcome] for outcome in OUTCOMES]
    yield "all", [total[outcome] for outcome in OUTCOMES]


def wrong(results: list[Result]) -> list[str]:
    """Every wrong element, as it can be looked at again."""
    return [
        json.dumps([r.case.page, r.case.name, *r.kinds, r.said], ensure_ascii=False)
        for r in results
        if r.outcome == "wrong"
    ]
