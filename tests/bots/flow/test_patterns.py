"""Patterns in expressions: what they take out of a text, and which ones are refused before they run."""

import pytest

from bots.flow.expressions import Expression
from bots.flow.problem import Refused

SCOPE: dict[str, object] = {"备注": "加急 12 件，红色 3 件", "题": 'Enter "ab" in the 2nd field'}


def value(source: str) -> object:
    """Return what an expression gives in the scope above."""
    return Expression.parse(source).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('extract(备注, "[0-9]+")', "12"),
        ('提取(备注, "红色 ([0-9]+)")', "3"),
        ('extract(题, "([0-9])(?:st|nd|rd|th)|first")', "2"),
        ('extract(备注, "蓝色", "")', ""),
        ('extract_all(备注, "[0-9]+")', ["12", "3"]),
        ('全部提取(备注, "蓝色")', []),
        ("extract_all(题, r'\\bin\\b|\"(.+?)\"')", ["ab", "in"]),
        ('sort(list("30,4,12"))', ["4", "12", "30"]),
        ('sort(["b", "a", "10"])', ["10", "a", "b"]),
    ],
)
def test_takes_out(source: str, expected: object) -> None:
    """The first group with content, else the whole; numbers are sorted as numbers."""
    assert value(source) == expected


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("(a+)+", "E-LIMIT"),
        ("((ab)*c?)*", "E-LIMIT"),
        ("(?:[^,]+,?){2,}", "E-LIMIT"),
        ("a" * 201, "E-LIMIT"),
        ("(", "E-VALUE"),
        ("[", "E-VALUE"),
    ],
)
def test_a_pattern_that_may_not_run_is_refused(pattern: str, code: str) -> None:
    """A repetition of a repetition, a pattern too long and one that is none are refused, each with a sentence."""
    with pytest.raises(Refused) as caught:
        value(f'extract_all(备注, "{pattern}")')
    assert caught.value.code == code


@pytest.mark.parametrize("pattern", ["(,[0-9]{3})*", "[0-9.,]+", "(a|b)+c", r"\(+\)+", "([+*])+"])
def test_a_pattern_without_such_a_repetition_may_run(pattern: str) -> None:
    """Fixed counts, sets and escaped signs inside a repeated group are no repetition of a repetition."""
    assert isinstance(Expression.parse("extract_all(a, p)").evaluate({"a": "x", "p": pattern}), list)


def test_nothing_found_is_said() -> None:
    """Without a third argument a text in which nothing fits is an error, never an empty value."""
    with pytest.raises(Refused, match="没有符合"):
        value('extract(备注, "蓝色")')
