"""Reading flows and element libraries: types, places, both languages, and that no text makes it stumble."""

from datetime import date
from decimal import Decimal

import pytest

from bots.flow.check import check, check_site
from bots.flow.flow import Flow
from bots.flow.parse import parse, parse_site, words_of
from bots.flow.part import Part
from bots.flow.problem import Refused, render_all
from bots.flow.source import MAX_SIZE_BYTES, Mapping, Scalar, load
from bots.flow.step import Step
from bots.flow.values import Comparison, Duration, Size, Target, Template, Value
from tests.bots.flow.verbs import VERBS, Click, Export, Fill, If, Press, Repeat, Type, Wait

ORDERS = """\
title: 下载昨日订单
site: practice
inputs:
  day: {title: 日期, type: date, default: yesterday}
  shops: {title: 店铺, type: list, default: "甲,乙"}
  least: {type: money, default: "1,234.50"}
steps:
  - login                       # a comment
  - open: 订单管理
  - fill:
      下单日期: ${day} ~ ${day}
      编号: 007
  - click: {in: 商品行, name: 查询, nth: 2}
  - if: {all: [{visible: 公告}, "${day > today}", {not: {text: {target: 标题, contains: 关闭}}}]}
    then: {click: 关闭}
    else:
      - wait: 加载完
  - export: {start: 导出订单, row: "${day}", within: 15分钟}
    as: 订单-${day}.xlsx
    expect: {rows: ">= 1", size: 10MB}
    retry: 3
    when: ${day < today}
"""


def flow_of(text: str) -> Flow:
    """Return the flow of a text that must be right."""
    parsed = parse(text, "flow.yaml", VERBS)
    assert parsed.flow is not None, render_all(parsed.problems, text, "zh")
    return parsed.flow


def step_of(line: str) -> Step:
    """Return the only step of a flow with one step."""
    return flow_of(f"title: 试验\nsteps:\n{line}\n").steps[0]


def test_reads_a_whole_flow() -> None:
    """Every step becomes its class with typed values, and text stays what was written."""
    flow = flow_of(ORDERS)
    assert [step.verb for step in flow.steps] == ["login", "open", "fill", "click", "if", "export"]
    fill, click, choice, export = flow.steps[2:]
    assert isinstance(fill, Fill)
    assert fill.fields[Target(name=Template.parse("编号"))].literal == "007"
    assert isinstance(click, Click)
    assert click.target.in_ == Target(name=Template.parse("商品行"))
    assert click.target.nth is not None and click.target.nth.literal == 2
    assert isinstance(choice, If)
    assert [step.verb for step in choice.then + choice.else_] == ["click", "wait"]
    assert isinstance(choice.else_[0], Wait)
    assert choice.else_[0].until == "loaded"
    assert isinstance(export, Export)
    assert export.task.within.ms == 15 * 60_000
    assert export.retry is not None
    assert export.retry.times == 3
    assert export.expect is not None
    assert export.expect.rows == Comparison.parse(">= 1")
    assert export.expect.size == Size.parse("10MB")
    assert export.when is not None
    assert export.when.expression == Template.parse("${day < today}")


def test_every_step_knows_its_place() -> None:
    """A step's span is where its first character stands, counted from 1."""
    flow = flow_of(ORDERS)
    assert [(step.span.line, step.span.column) for step in flow.steps[:3]] == [(8, 5), (9, 5), (10, 5)]
    assert flow.steps[0].where == "flow.yaml:8"
    assert [len(block) for block in flow.steps[4].children()] == [1, 1]


@pytest.mark.parametrize("written", ["007", "12:30", "no", "1.10", "12345678901234567890", "~", "null", "1e3", "0x1F"])
def test_yaml_never_guesses_a_type(written: str) -> None:
    """What YAML would take for a number, a time or a yes stays the text that was written."""
    step = step_of(f"  - reject: {written}")
    assert getattr(step, "reason", None) == Template.parse(written)


def test_inputs_are_read_as_their_types() -> None:
    """Inputs become date, list and Decimal; yesterday is counted from the given today."""
    values = flow_of(ORDERS).read_inputs({}, date(2026, 11, 21))
    assert values == {"day": date(2026, 11, 20), "shops": ["甲", "乙"], "least": Decimal("1234.50")}
    given = flow_of(ORDERS).read_inputs({"day": "2026/1/2"}, date(2026, 11, 21))
    assert given["day"] == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("int", "12", 12),
        ("month", "本月", "2026-01"),
        ("month", "上月", "2025-12"),
        ("month", "2026年3月", "2026-03"),
        ("month", "202603", "2026-03"),
        ("bool", "是", True),
        ("bool", "no", False),
        ("date", "昨天", date(2026, 1, 14)),
        ("date", "20260102", date(2026, 1, 2)),
        ("date", "${today - 7}", date(2026, 1, 8)),
        ("text", "007", "007"),
    ],
)
def test_an_input_of_each_type(kind: str, raw: str, expected: object) -> None:
    """A default of each type is read as people write it, in either language."""
    flow = flow_of(f'title: 试验\ninputs:\n  x: {{type: {kind}, default: "{raw}"}}\nsteps:\n  - login\n')
    assert flow.read_inputs({}, date(2026, 1, 15)) == {"x": expected}


@pytest.mark.parametrize(
    ("given", "field"),
    [({}, "way"), ({"way": "丙"}, "way"), ({"way": "甲", "wy": "1"}, "wy"), ({"way": "甲", "n": "1.5"}, "n")],
)
def test_a_wrong_input_is_refused(given: dict[str, object], field: str) -> None:
    """A missing, unknown or wrong input is refused before anything runs."""
    flow = flow_of(
        "title: 试验\ninputs:\n  way: {type: choice, choices: [甲, 乙]}\n"
        "  n: {type: int, required: false}\nsteps:\n  - login\n"
    )
    with pytest.raises(Refused):
        flow.read_inputs(given, date(2026, 1, 15))


def test_an_input_that_is_not_required_may_be_left_out() -> None:
    """An optional input without a default is the empty text."""
    flow = flow_of("title: 试验\ninputs:\n  n: {type: int, required: 否}\nsteps:\n  - login\n")
    assert flow.read_inputs({}, date(2026, 1, 15)) == {"n": ""}


def test_both_languages_mean_the_same() -> None:
    """A Chinese flow parses to the same steps as its English twin."""
    chinese = flow_of(
        "标题: 试验\n步骤:\n  - 点击: {在: 商品行, 名称: 下架}\n    最多等: 30秒\n    可选: 是\n"
        "    重试: {次数: 2, 间隔方式: 固定}\n    仅当: {看得到: 下架}\n"
    )
    english = flow_of(
        "title: 试验\nsteps:\n  - click: {in: 商品行, name: 下架}\n    timeout: 30秒\n    optional: yes\n"
        "    retry: {times: 2, backoff: constant}\n    when: {visible: 下架}\n"
    )
    assert chinese.steps == english.steps


def test_steps_may_be_written_one_by_one_or_as_a_list() -> None:
    """A key that takes steps takes a single one without a list."""
    step = step_of("  - repeat: 3\n    do: {click: 下一页}")
    assert isinstance(step, Repeat)
    assert [inner.verb for inner in step.do] == ["click"]


def test_a_value_is_read_now_or_when_running() -> None:
    """`Value[int]` reads a number at once and a `${…}` when it is filled in, checked both times."""
    now, later = step_of("  - press: Enter\n    times: 3"), step_of("  - press: Enter\n    times: ${n}")
    assert isinstance(now, Press)
    assert isinstance(later, Press)
    assert isinstance(now.times, Value)
    assert isinstance(later.times, Value)
    assert now.times.expand({}) == 3
    assert later.times.expand({"n": "4"}) == 4
    with pytest.raises(Refused):
        later.times.expand({"n": "四"})


def test_a_step_can_be_made_without_a_file() -> None:
    """Verbs' own tests make steps from plain values."""
    step = Type(text=Template.parse("你好"), into=Target.model_validate("备注"))
    assert step.say("zh") == "输入“你好”"
    assert Wait.model_validate({"until": "30s"}).until == Duration.parse("30s")


@pytest.mark.parametrize(
    ("written", "ms"), [("30s", 30_000), ("2m", 120_000), ("1h30m", 5_400_000), ("1.5 秒", 1_500), ("15 分钟", 900_000)]
)
def test_durations(written: str, ms: int) -> None:
    """A duration is milliseconds, whatever its unit and language."""
    assert Duration.parse(written).ms == ms


@pytest.mark.parametrize(
    ("comparison", "found", "holds"),
    [(">= 1", "10", True), (">= 9", "10", True), ("≥9", 10, True), ("< 5", 5, False), ("3", "3.0", True),
     ("!= 加急", "普通", True), (">= 2026-11-01", date(2026, 11, 20), True), ("= ${n}", 7, True)],
)  # fmt: skip
def test_comparisons(comparison: str, found: object, holds: bool) -> None:
    """Numbers compare as numbers even when both are text."""
    assert Comparison.parse(comparison).holds(found, {"n": "7"}) is holds


def test_a_comparison_without_order_is_refused() -> None:
    """A text is neither more nor less than a number: it is not quietly false."""
    with pytest.raises(Refused):
        Comparison.parse(">= 1").holds("很多")


def test_positions_survive_windows_line_ends_and_a_bom() -> None:
    """CRLF is nothing to report, and a BOM shifts no column."""
    text = "\ufeff" + ORDERS.replace("\n", "\r\n")
    parsed = parse(text, "flow.yaml", VERBS)
    assert parsed.flow is not None
    assert [problem.code for problem in parsed.problems] == ["P-BOM"]
    assert parsed.flow.steps == flow_of(ORDERS).steps
    assert parsed.flow.steps[1].span == flow_of(ORDERS).steps[1].span


def test_the_prescan_leaves_blocks_of_text_alone() -> None:
    """Inside a block of text, quotes or brackets anything may stand."""
    text = (
        "title: 试验\nnote: |\n  click：查询\n\t制表符\n  - @x\n   {{y}}\nsteps:\n"
        '  - reject: "第一行\n      ：@ # {{x}}"\n  - fill: {\n      甲: "：",\n      乙: 二 }\n'
        "  - reject: >-\n      一: 二\n      # 三\n"
    )
    flow = flow_of(text.replace("\t", "    "))
    assert getattr(flow.steps[2], "reason", None) == Template.parse("一: 二 # 三")
    assert "click：查询" in flow.note


def test_too_large_a_file_is_refused_in_one_sentence() -> None:
    """A file over the limit is not read at all."""
    parsed = parse("title: x\n" + "# " + "x" * MAX_SIZE_BYTES, "big.yaml", VERBS)
    assert [problem.code for problem in parsed.problems] == ["E-TOO-LARGE"]


def test_too_many_steps_are_refused() -> None:
    """The five thousand and first step is one problem, not thousands."""
    parsed = parse("title: x\nsteps:\n" + "  - login\n" * 5_003, "big.yaml", VERBS)
    assert [problem.code for problem in parsed.problems] == ["E-LIMIT"]


def test_nodes_have_exact_ends() -> None:
    """A mapping ends where its last value ends, not where the next token begins."""
    root, problems = load("a:\n  b: 一二  # c\n\n\nd: 1\n", "x.yaml")
    assert not problems
    assert isinstance(root, Mapping)
    inner = root.get("a")
    assert isinstance(inner, Mapping)
    assert (inner.span.line, inner.span.column, inner.span.end_line, inner.span.end_column) == (2, 3, 2, 8)
    assert isinstance(root.get("d"), Scalar)


SITE = """\
site: practice
title: 练习商城
base: ${base_url}/seller
login:
  signed_in: {visible: 店铺名称}
  steps:
    - open: 登录页
    - fill: {用户名: "${account.username}", 密码: "${secret.password}"}
    - if: {visible: 动态口令}
      then: [{fill: {动态口令: "${totp()}"}}, {click: 验证}]
popups:
  - {when: 公告弹窗, click: 我知道了}
captcha: [验证码图片]
busy: [{css: .el-loading-mask}]
elements:
  店铺名称: {testid: shop}
pages:
  登录页: /login
  订单管理:
    url: /orders
    elements:
      查询: [{testid: search}, {role: button, name: 查询}, {text: 查询}]
      商品行: {row: "${商品ID}", in: {css: .el-table}}
      备注框: {find: [{label: 备注}], kind: input, in_frame: 编辑器}
"""


def test_reads_an_element_library() -> None:
    """Elements are ranked alternatives, written as one mapping, a list, or with what they are."""
    parsed = parse_site(SITE, "practice.yaml", VERBS)
    assert parsed.site is not None, render_all(parsed.problems, SITE, "zh")
    site = parsed.site
    assert not check_site(site, VERBS)
    query = site.element("订单管理", "查询")
    assert query is not None
    assert [(way.by, way.value.source) for way in query.alternatives] == [
        ("testid", "search"), ("role", "button"), ("text", "查询")
    ]  # fmt: skip
    row = site.element("订单管理", "商品行")
    assert row is not None
    assert row.alternatives[0].describe() == "row=${商品ID} in css=.el-table"
    note = site.element("订单管理", "备注框")
    assert note is not None
    assert (note.name, note.kind, note.in_frame) == ("备注框", "input", Template.parse("编辑器"))
    shop = site.element("登录页", "店铺名称")
    assert shop is not None
    assert site.pages["登录页"].url.source == "/login"


def test_a_right_flow_has_nothing_to_report() -> None:
    """Checking a right flow against its site finds nothing."""
    site = parse_site(SITE, "practice.yaml", VERBS).site
    assert check(flow_of(ORDERS), site, VERBS) == []


def test_names_of_a_loop_are_known_inside_only() -> None:
    """Columns are open inside a loop over rows; a name that a step stores is known after it."""
    flow = flow_of(
        "title: 试验\nsteps:\n  - read: 订单数\n    as: 数量\n  - for_each: ${数量}\n    do: [{click: '${颜色}'}]\n"
        "  - click: ${颜色}\n  - reject: ${数量}\n"
    )
    assert [(problem.code, problem.span.line) for problem in check(flow, None, VERBS)] == [("E-NAME", 7)]


def test_words_hold_both_languages() -> None:
    """The pre-scan knows every word that may stand before a colon."""
    assert {"title", "标题", "click", "点击", "then", "那么", "timeout", "最多等"} <= words_of(Flow, VERBS)


def test_a_union_keeps_the_part_that_was_written() -> None:
    """Text never swallows a mapping: where a field takes text or a part, the part stays a part."""

    class Hidden(Part):
        secret: Template | None = None

    class Enter(Step):
        verb, zh, main = "enter", "录入", "fields"

        fields: dict[str, Template | tuple[Template, ...] | Hidden]

    verbs: dict[str, type[Step]] = {"enter": Enter}
    parsed = parse("title: x\nsteps:\n  - enter: {密码: {secret: password}, 一: 甲, 二: [甲, 乙]}\n", "f.yaml", verbs)
    assert parsed.flow is not None
    step = parsed.flow.steps[0]
    assert isinstance(step, Enter)
    assert [type(value).__name__ for value in step.fields.values()] == ["Hidden", "Template", "tuple"]


def test_what_could_be_read_is_checked_too() -> None:
    """A flow with a bad step cannot be played, yet the rest of it is there to be checked."""
    parsed = parse("title: x\nsteps:\n  - clik: a\n  - click: ${dya}\n  - reject: ${other}\n", "f.yaml", VERBS)
    assert parsed.flow is None
    assert parsed.readable is not None
    assert parsed.readable.incomplete
    assert [step.verb for step in parsed.readable.steps] == ["click", "reject"]
    assert check(parsed.readable, None, VERBS) == []
    with_day = parse(
        "title: x\ninputs: {day: 日期}\nsteps:\n  - clik: a\n  - click: ${dya}\n  - reject: ${other}\n",
        "f.yaml",
        VERBS,
    )
    assert with_day.readable is not None
    found = check(with_day.readable, None, VERBS)
    assert [(problem.code, problem.severity, problem.span.line) for problem in found] == [("E-NAME", "error", 5)]
