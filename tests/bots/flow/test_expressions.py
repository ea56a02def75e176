"""What may stand inside `${…}`, what it gives, and that nothing else gets through."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.flow.expressions import Expression
from bots.flow.functions import FUNCTIONS
from bots.flow.problem import Refused
from bots.flow.values import Template

SCOPE: dict[str, object] = {
    "today": date(2026, 11, 21),
    "day": date(2026, 11, 20),
    "商品ID": "007",
    "库存": "12",
    "价格": Decimal("19.90"),
    "订单": {"金额": "1,234.50", "编号": "20261120000000000123", "金额(元)": "5"},
    "行们": [{"数量": 1}, {"数量": 2}],
    "金额(元)": "88.00",
    "ＳＫＵ": "A1",
    "secret": {"password": "p"},
}


def value(source: str) -> object:
    """Return what an expression gives in the scope above."""
    return Expression.parse(source).evaluate(SCOPE, {"totp": lambda: "123456"})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("商品ID", "007"),
        ("today", date(2026, 11, 21)),
        ("yesterday", date(2026, 11, 20)),
        ("昨天", date(2026, 11, 20)),
        ("今天()", date(2026, 11, 21)),
        ("days_ago(7)", date(2026, 11, 14)),
        ("today - 7", date(2026, 11, 14)),
        ("today - day", 1),
        ("today > day", True),
        ('day == "2026-11-20"', True),
        ("month_start(day)", date(2026, 11, 1)),
        ('month_end("2024-02-03")', date(2024, 2, 29)),
        ('month_end("2026-12-31")', date(2026, 12, 31)),
        ("month(day)", "2026-11"),
        ("len(days(month_start(day), day))", 20),
        ('months("2026-11", "2027-02-01")', ["2026-11", "2026-12", "2027-01", "2027-02"]),
        ("workday(today, -1)", date(2026, 11, 20)),
        ("workday(day, 1)", date(2026, 11, 23)),
        ("workday(today, 0)", date(2026, 11, 21)),
        ("day.month", 11),
        ('strip("  a ")', "a"),
        ('replace("1-2", "-", "")', "12"),
        ("left(订单.编号, 8)", "20261120"),
        ("right(订单.编号, 3)", "123"),
        ('contains("加急单", "加急")', True),
        ('"加急" in "加急单"', True),
        ('upper("ab")', "AB"),
        ("money(订单.金额)", Decimal("1234.50")),
        ('money("(3.00)")', Decimal("-3.00")),
        ('money("¥１２．５")', Decimal("12.5")),
        ("round2(价格 * 0.95)", Decimal("18.91")),
        ("两位小数(2.675)", Decimal("2.68")),
        ("0.1 + 0.2 == 0.3", True),
        ("1 + 2 * 3", 7),
        ("7 // 2", 3),
        ("7 / 2", Decimal("3.5")),
        ("库存 + 1", Decimal(13)),
        ("库存 > 9", True),
        ("库存 >= 0 and 库存 < 100", True),
        ("not 库存", False),
        ('"缺货" if 库存 < 1 else "有货"', "有货"),
        ("int(12.9)", 12),
        ("sum([1, 2.5, 库存])", Decimal("15.5")),
        ("max(库存, 20)", Decimal(20)),
        ("最小(3, 2)", Decimal(2)),
        ("first([5, 6])", 5),
        ("行们[1].数量", 2),
        ("行们[-1]['数量']", 2),
        ('list("甲，乙、丙")', ["甲", "乙", "丙"]),
        ('join(list("甲,乙"), "+")', "甲+乙"),
        ('split("红;大", ";")[1]', "大"),
        ("商品ID[1:]", "07"),
        ("金额(元)", "88.00"),
        ('订单["金额(元)"]', "5"),
        ("SKU", "A1"),
        ("text(价格)", "19.90"),
        ("totp()", "123456"),
        ("[1, 2] + [3]", [1, 2, 3]),
        ("1 < 2 < 3", True),
    ],
)
def test_gives(source: str, expected: object) -> None:
    """An expression gives exactly this value, of exactly this type."""
    found = value(source)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "source",
    [
        "__import__('os')", "().__class__", "today.__class__", "today.replace(1)", "lambda: 1", "[x for x in 行们]",
        "2 ** 9999", '"a" * 3', "x := 1", "f'{day}'", "{1: 2}", "{1, 2}", "open('x')", "...", "b'x'", "1j", "*行们",
        "strip(text='a')", "商品ID[::2]", "day if day", "await day", "`day`", "", " ", "a b", "1 << 3", "1 | 2", "~1",
        "getattr(day, 'x')", "1 is 1", "len", "day; day", "day\nday", "[" * 300, "[" * 40 + "1" + "]" * 40,
        "+".join("1" * 250), "-" * 100 + "1", "1e9999", "9" * 400,
    ],
)  # fmt: skip
def test_refuses(source: str) -> None:
    """Whatever is not on the list, or too large, is refused with a sentence, when it is read or when it is computed."""
    with pytest.raises(Refused) as refused:
        value(source)
    assert refused.value.zh
    assert refused.value.en


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("没有的", "E-NAME"),
        ("订单.没有", "E-NAME"),
        ("1 / 0", "E-DIVIDE"),
        ("1 % 0", "E-DIVIDE"),
        ('"a" + 1', "E-TYPE"),
        ("day + day", "E-TYPE"),
        ("day * 2", "E-TYPE"),
        ("day < 价格", "E-TYPE"),
        ('money("一百")', "E-NUMBER"),
        ('date("明天")', "E-DATE"),
        ('date("2026-02-30")', "E-DATE"),
        ("行们[5]", "E-EMPTY-LIST"),
        ("first([])", "E-EMPTY-LIST"),
        ("days_ago(99999)", "E-LIMIT"),
        ('int("1e999999999")', "E-LIMIT"),
        ("动态口令()", "E-FUNCTION"),
    ],
)
def test_says_why_it_cannot_be_computed(source: str, code: str) -> None:
    """A value that does not fit is refused with its own code, never with a Python exception."""
    with pytest.raises(Refused) as refused:
        value(source)
    assert refused.value.code == code


def test_a_lone_expression_keeps_its_type() -> None:
    """`${…}` and nothing else keeps date and Decimal; with text around it, it becomes text."""
    assert Template.parse("${day}").expand(SCOPE) == date(2026, 11, 20)
    assert Template.parse("${价格}").expand(SCOPE) == Decimal("19.90")
    assert Template.parse("订单-${day}.xlsx").expand(SCOPE) == "订单-2026-11-20.xlsx"
    assert Template.parse("${day} ~ ${day}").expand_text(SCOPE) == "2026-11-20 ~ 2026-11-20"


def test_the_text_of_a_dollar_brace_can_be_written() -> None:
    """`$${` writes the characters; a brace inside quotes does not end the expression."""
    assert Template.parse("写成 $${名字}").expand(SCOPE) == "写成 ${名字}"
    assert Template.parse("写成 $${名字}").literal == "写成 ${名字}"
    assert Template.parse('${replace("a}b", "}", "-")}').expand(SCOPE) == "a-b"


def test_names_are_known_before_running() -> None:
    """A template tells which names it needs; functions and days are not among them."""
    assert Template.parse("${left(商品ID, n)} ${yesterday} ${订单.金额}").names == {"商品ID", "n", "订单"}


def test_partial_fills_only_what_is_known() -> None:
    """A plan fills in the inputs and leaves the columns visible."""
    assert Template.parse("${day}/${没有}").partial(SCOPE) == "2026-11-20/${没有}"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_example_of_a_function_can_be_read(name: str) -> None:
    """The reference's example of every function parses, and calls that function."""
    function = FUNCTIONS[name]
    expression = Expression.parse(function.example)
    assert name in expression.calls or function.example == name


@settings(max_examples=1500, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(list("day1today商品ID+-*/%()[]{}.,'\"<>=!: not in and ifelse\\\n（）“")), max_size=40
    )
)
def test_any_text_gives_a_value_or_a_refusal(source: str) -> None:
    """No text makes the expression language raise anything but its own refusal."""
    try:
        value(source)
    except Refused as refused:
        assert refused.zh
