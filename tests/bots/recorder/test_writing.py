"""What the recorder writes is read back as exactly what was meant, whatever a page or a person writes."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.flow.parse import parse
from bots.flow.problem import render_all
from bots.recorder.writing import literal, pair, step_lines
from bots.steps import STEPS

NASTY = [
    "", " ", "  两头有空格  ", "007", "12:30", "no", "是", "1.10", "12345678901234567890", "null", "~", "true",
    "a: b", "a:b", "：全角", "名字：值", "“引号”", "'单'", "\"双\"", "it's", "# 井号", "a # b", "a#b",
    "- 减号", "-5", "– 破折号", "@某人", "%百分", "*星", "&和", "!叹号", "|竖", ">大于", "[方]", "{花}",
    "{{x}}", "`反`", "?问", "? 问", ",", "，", "a, b", "${day}", "$${day}", "${", "$", "}", "${不存在}",
    "C:\\路径\\x", "\u7b2c\u4e00\u884c\n\u7b2c\u4e8c\u884c", "\t\u5236\u8868", "a\tb", "\r\n", "\u2028",
    "\u3000", "\ufeff", "\u0085", "\u200b\u96f6\u5bbd", "😀", "é", "---", "...", "--- a", "=", "<<", "a:", ":a",
    "http://a/b?c=d#e", "100%", "(空)", "订单2026-11-01 ~ 2026-11-20", "2026-11-01", "1e3", "0x1F", "1_000",
    "+1", ".5", "a  b", "a -b", "a - b", "on", "OFF", "y", "k", "v", "$｛", "A:\u001f", "\\\u001f",
]  # fmt: skip


def written(text: str) -> str:
    """A flow that says `text` in every place where the recorder writes words of others."""
    word = literal(text)
    steps = [
        {"fill": {"字段": word, word or "空": "x"}},
        {"click": {"in": word, "name": word}},
        {"note": word},
        {"press": "Enter", "on": {"name": word, "nth": 2}},
        {"upload": "文件", "file": [word, word]},
    ]
    lines = [*pair("title", word or "无"), "steps:", *(line for step in steps for line in step_lines(step, "  "))]
    return "\n".join(lines) + "\n"


def words(text: str) -> Iterator[str | None]:
    """The words of such a flow, as the player would use them."""
    flow = parse(written(text), "a.yaml", STEPS).flow
    assert flow is not None, render_all(parse(written(text), "a.yaml", STEPS).problems, written(text), "zh")
    fill, click, note, press, upload = flow.steps
    yield fill.fields["字段"].literal  # type: ignore[attr-defined]
    yield click.target.name.literal  # type: ignore[attr-defined]
    yield click.target.in_.name.literal  # type: ignore[attr-defined]
    yield note.text.literal  # type: ignore[attr-defined]
    yield press.on.name.literal  # type: ignore[attr-defined]
    yield upload.file[1].literal  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_nasty_text_is_read_back_as_it_was_seen(text: str) -> None:
    """Every text that YAML or the pre-scan would misread comes back letter by letter, without a problem."""
    assert set(words(text)) == {text}
    assert parse(written(text), "a.yaml", STEPS).problems == []


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_read_back_as_it_was_seen(text: str) -> None:
    """No text at all breaks the file or comes back changed."""
    assert set(words(text)) == {text}


@pytest.mark.parametrize(
    "text", ["查询", "680120188056", "下单日期", "2026-11-01 ~ 2026-11-20", "a.xlsx", "订单 (新)", "/list/1"]
)
def test_plain_words_stay_plain(text: str) -> None:
    """What a person would write without quotes is written without quotes."""
    assert step_lines({"click": text}) == [f"- click: {text}"]
