"""The other faces of a flow: plan, other language, schema, reference."""

import re
from datetime import date
from pathlib import Path

import pytest

from bots.flow import codes
from bots.flow.plan import plan
from bots.flow.problem import Refused
from bots.flow.reference import reference
from bots.flow.rename import fmt
from tests.bots.flow.test_parse import ORDERS, SITE, flow_of
from tests.bots.flow.verbs import VERBS

DELIST = """\
# 一张表，一行一个商品
title: 批量下架
site: practice
inputs:
  sheet: {title: 下架清单, type: file, accept: [xlsx, csv]}
items:
  from: ${sheet}                   # a comment:  with a colon
  key: ${商品ID}
before: [login, {open: 商品管理}]
steps:
  - fill: {"商品ID": "${商品ID}"}
  - if: {missing: 商品行}
    then:
      - reject: 找不到商品 ${商品ID}
    else: [{click: 关闭}]
  - once: 下架-${商品ID}
    unless: {visible: 已下架}
    do:
      - 'click': {in: 商品行, name: 下架}
      - click: 确定
        optional: yes
    verify: {visible: 下架成功}
"""


def test_plan_in_chinese() -> None:
    """The plan is the flow in numbered sentences, inputs filled in, columns left visible."""
    assert plan(flow_of(DELIST), {"sheet": "下架.xlsx"}, "zh") == [
        "批量下架（practice）",
        "对“下架.xlsx”的每一行（以 ${商品ID} 区分，系统失败重试 2 次，连续失败 5 次停止）:",
        "准备:",
        "1. 登录",
        "2. 打开“商品管理”",
        "步骤:",
        "1. 填写“商品ID”填“${商品ID}”",
        "2. 如果看不到“商品行”",
        "   那么:",
        "   2.1 拒绝这一行“找不到商品 ${商品ID}”",
        "   否则:",
        "   2.2 点击“关闭”",
        "3. 只做一次“下架-${商品ID}”",
        "   3.1 点击“商品行”里的“下架”",
        "   3.2 点击“确定”（可选）",
    ]


def test_plan_in_english() -> None:
    """The same plan can be read in English."""
    lines = plan(flow_of(ORDERS), {"day": date(2026, 11, 20), "today": date(2026, 11, 21)}, "en")
    assert lines[:5] == [
        "下载昨日订单 (practice)",
        "1. Log in",
        '2. Open "订单管理"',
        '3. Fill "下单日期" = "2026-11-20 ~ 2026-11-20", "编号" = "007"',
        '4. Click "查询" number 2 in "商品行"',
    ]
    assert lines[-1] == (
        '6. only if True holds: Export start: "导出订单", row: "2026-11-20", within: 15 min (up to 3 retries)'
    )


@pytest.mark.parametrize("text", [ORDERS, DELIST, SITE], ids=["orders", "delist", "site"])
def test_rewriting_changes_words_and_nothing_else(text: str) -> None:
    """To Chinese and back gives the file byte for byte; doing it twice changes nothing."""
    chinese = fmt(text, "zh", VERBS)
    assert chinese != text
    assert fmt(chinese, "zh", VERBS) == chinese
    english = fmt(chinese, "en", VERBS)
    assert english == fmt(text, "en", VERBS)
    comments = [re.findall(r"#.*", side) for side in (text, chinese)]
    assert comments[0] == comments[1]


def test_rewriting_keeps_quotes_line_ends_and_data() -> None:
    """Quoted words stay quoted, CRLF stays CRLF, names of the site are not translated."""
    text = '\ufefftitle: 试验\r\nsteps:\r\n  - "click": name   # click\r\n  - fill: {click: open}\r\n'
    assert fmt(text, "zh", VERBS) == (
        '\ufeff标题: 试验\r\n步骤:\r\n  - "点击": name   # click\r\n  - 填写: {click: open}\r\n'
    )


def test_a_file_with_errors_is_not_rewritten() -> None:
    """A word could be misread in a broken file, so nothing is written."""
    with pytest.raises(Refused) as refused:
        fmt("title: x\nsteps:\n  - clik: a\n", "zh", VERBS)
    assert refused.value.code == "E-NOT-READABLE"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reference_names_everything(lang: str) -> None:
    """The manual's page has every verb with its example, every function and every code."""
    page = reference(VERBS, "zh" if lang == "zh" else "en")
    for verb in VERBS.values():
        assert verb.verb in page
        assert verb.zh in page
        assert verb.example in page
    assert all(code in page for code in codes.CODES)


def test_every_code_is_listed_and_used() -> None:
    """The table of codes holds exactly the codes that the language's sources give out."""
    sources = [path.read_text("utf-8") for path in Path(codes.__file__).parent.glob("*.py") if path.name != "codes.py"]
    used = {code for source in sources for code in re.findall(r'"([EPW]-[A-Z-]+)"', source)}
    assert used == set(codes.CODES)
