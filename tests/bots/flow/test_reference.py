"""The manual: every verb, condition and function, with examples whose results are not only printed but true."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bots.browser.fake import button, row, text
from bots.flow.conditions import CONDITION_KEYS
from bots.flow.functions import FUNCTIONS
from bots.flow.language import Lang
from bots.flow.reference import CONDITION_EXAMPLES, SAMPLE, reference, worked_out
from bots.steps import STEPS
from tests.bots.engine.rig import Rig, read_flow, read_site
from tests.bots.engine.shop import SELECTORS, Shop

NOVEMBER = [date(2026, 11, day) for day in range(1, 21)]
GIVES: dict[str, object] = {
    "contains": True,
    "date": date(2026, 11, 20),
    "days": NOVEMBER,
    "days_ago": date(2026, 11, 14),
    "extract": "3",
    "extract_all": ["3"],
    "first": "订单.xlsx",
    "int": 12,
    "join": "订单.xlsx, 售后.xlsx",
    "last": "售后.xlsx",
    "left": "261121",
    "len": 11,
    "list": ["甲", "乙"],
    "lower": "sku-7a",
    "max": Decimal(120),
    "min": Decimal(100),
    "money": Decimal("1234.50"),
    "month": "2026-11",
    "month_end": date(2026, 11, 30),
    "month_start": date(2026, 11, 1),
    "months": [f"2026-{month:02}" for month in range(1, 12)],
    "number": Decimal("12.5"),
    "replace": "秋季外套",
    "right": "1234",
    "round2": Decimal("18.91"),
    "sort": ["4", "12", "30"],
    "split": ["红色", "L"],
    "strip": "1001",
    "sum": Decimal("24.95"),
    "text": "2026-11-21",
    "today": date(2026, 11, 21),
    "upper": "SKU-7A",
    "workday": date(2026, 11, 20),
    "yesterday": date(2026, 11, 20),
}
"""What the manual's example of each function gives with the manual's values, worked out by hand."""


def test_every_function_has_an_example_that_is_worked_out() -> None:
    """A new function needs its result here."""
    assert set(GIVES) == set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_example_of_a_function_gives_what_it_should(name: str) -> None:
    """The example, letter for letter, gives the value that was worked out by hand, of the same type."""
    found = worked_out(FUNCTIONS[name].example)
    assert found == GIVES[name]
    assert type(found) is type(GIVES[name])


def test_examples_use_the_values_that_the_page_names() -> None:
    """No value stands on the manual's page that no example uses."""
    used = {name for function in FUNCTIONS.values() for name in SAMPLE if name in function.example}
    assert set(SAMPLE) - used == set()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_manual_says_what_each_verb_promises(lang: Lang) -> None:
    """Each verb stands in the manual with both names, its title, its promise, its keys and its example."""
    page = reference(STEPS, lang)
    for verb in STEPS.values():
        promise = verb.promise_zh if lang == "zh" else " ".join((verb.__doc__ or "").split())
        assert promise
        head = f"### {verb.zh}（`{verb.verb}`）" if lang == "zh" else f"### `{verb.verb}` ({verb.zh})"
        section = page.partition(head)[2].partition("\n### ")[0]
        assert promise in section
        assert verb.title.say(lang) in section
        assert [key for key, zh in verb.keys_zh.items() if key != verb.main and f"`{key}` {zh}" not in section] == []
        assert verb.example.strip().split("\n")[0] in section


def test_the_chinese_promises_are_chinese() -> None:
    """No verb's Chinese promise is its English one."""
    assert [verb.verb for verb in STEPS.values() if not any("一" <= one <= "鿿" for one in verb.promise_zh)] == []


def test_every_condition_has_an_example() -> None:
    """One example per kind of condition, and no other."""
    assert set(CONDITION_EXAMPLES) == {key.rstrip("_") for key in CONDITION_KEYS}


SITE = SELECTORS.replace("elements:\n", 'elements:\n  商品行: {row: "${商品ID}"}\n', 1)


def shop() -> Shop:
    """A shop with pages on which the examples hold and pages on which they do not."""
    made = Shop("1")
    head, none_left = text("小店", testid="shop"), text("余额", value="0")
    made.site.pages["/orders"] += [text("下架成功"), text("余额", value="120"), row("1", "已下架")]
    made.site.pages["/off"] = [head, text("已下架"), none_left, row("1", "出售中")]
    made.site.pages["/stock"] = [text("加载中"), none_left, row("1", "出售中"), button("下架", place="1")]
    made.site.pages["/login-done"] = [none_left]
    return made


HOLDS = {"all": "/orders", "any": "/off"}
FAILS = {"missing": "/stock", "not": "/login-done", "all": "/stock", "any": "/stock"}


@pytest.mark.parametrize("key", sorted(CONDITION_EXAMPLES))
@pytest.mark.parametrize("so", [True, False])
async def test_the_example_of_a_condition_is_looked_at(key: str, so: bool, tmp_path: Path) -> None:
    """The manual's condition holds on a page made for it and does not on another."""
    page = HOLDS.get(key, "/orders") if so else FAILS.get(key, "/off")
    values = {"状态": "已下架" if so else "出售中", "单号": "T12" if so else "12", "数量": "2"}
    if key == "expression":
        values["状态"] = "出售中" if so else "已下架"
    fetched = ["  - open: 订单管理", "  - download: 下载", "    as: 订单.xlsx"] if key == "file" and so else []
    given = [f"  {name}: {{default: {value!r}}}" for name, value in {**values, "商品ID": "1"}.items()]
    lines = [
        "title: 试验", "site: shop", "inputs:", *given, "steps:", *fetched, f"  - open: {page}",
        f"  - if: {CONDITION_EXAMPLES[key]}", "    then: {set: {found: 是}}", "    else: {set: {found: 否}}",
        "outputs: {found: '${found}'}",
    ]  # fmt: skip
    rig = Rig(shop().site, read_site(SITE), tmp_path)
    result = await rig.run(read_flow("\n".join(lines) + "\n"))
    assert result.outputs == {"found": "是" if so else "否"}, result.message
