"""The short way through a flow gives what the careful way gives, part for part and word for word."""

import re
from pathlib import Path

import pytest

from bots.flow import build
from bots.flow import prescan as prescan_module
from bots.flow.flow import Flow
from bots.flow.parse import Parsed, parse, words_of
from bots.flow.part import Part
from bots.flow.prescan import prescan
from bots.flow.quick import MISS, quick_step
from bots.flow.shapes import example_of
from bots.flow.source import Mapping
from bots.flow.step import Step
from bots.steps import STEPS
from tests.bench.language import long_flow

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path
    for folder in ("flows", "tests/flows_good", "tests/flows_bad", "tests/flows_run_bad")
    for path in (ROOT / folder).rglob("*.yaml")
)
CAREFUL = {"check", "download", "listen"}
"""Verbs whose example only the careful way reads: `on: yes`, steps inside an alternative, a rule over steps."""


def anatomy(value: object) -> object:
    """Everything that a value holds, with its types, its order, and the places that it was read from."""
    if isinstance(value, Part):
        inside = [(name, anatomy(inner)) for name, inner in value.__dict__.items()]
        place = (value.where, value.span) if isinstance(value, Step) else None
        places = [(name, node.span) for name, node in value.nodes.items()]
        return type(value), inside, sorted(value.model_fields_set), places, place
    if isinstance(value, dict):
        return type(value), [(key, anatomy(inner)) for key, inner in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value), [anatomy(inner) for inner in value]
    return type(value), repr(value)


def facts(parsed: Parsed) -> object:
    """All that comes of a text, in a form that can be compared."""
    return anatomy(parsed.readable), parsed.problems, sorted(set(parsed.renames))


def carefully(text: str, monkeypatch: pytest.MonkeyPatch) -> Parsed:
    """The text read without the short way."""
    with monkeypatch.context() as patch:
        patch.setattr(build, "quick_step", lambda node, builder: MISS)
        return parse(text, "flow.yaml", STEPS)


def read_both(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    """What the short way and the careful way make of a text."""
    return facts(parse(text, "flow.yaml", STEPS)), facts(carefully(text, monkeypatch))


def test_every_file_is_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Good or broken, a file gives the same parts, problems and words by either way."""
    assert len(FILES) > 100
    for path in FILES:
        quick, careful = read_both(path.read_bytes().decode("utf-8", "replace"), monkeypatch)
        assert quick == careful, path


def missed_by(text: str, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The nodes of a text that the short way gave up on."""
    missed: list[object] = []

    def watched(node: Mapping, builder: build.Builder) -> object:
        made = quick_step(node, builder)
        if made is MISS:
            missed.append(node)
        return made

    with monkeypatch.context() as patch:
        patch.setattr(build, "quick_step", watched)
        parse(text, "flow.yaml", STEPS)
    return missed


def test_every_example_is_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb's own example is read by either way; only a few of them need the careful one."""
    careful = set()
    for verb in STEPS.values():
        text = f"title: t\nsite: practice\nsteps:\n{example_of(verb)}\n"
        quick, slow = read_both(text, monkeypatch)
        assert quick == slow, verb.verb
        if missed_by(text, monkeypatch):
            careful.add(verb.verb)
    assert careful == CAREFUL


def test_the_long_flow_takes_it_throughout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The flow that the bench measures never needs the careful way."""
    assert missed_by(long_flow(lines=100), monkeypatch) == []


def test_steps_deep_inside_a_broken_step_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However deep the nesting, a wrong key at each level does not double the work."""
    lines, count = ["title: t", "steps:"], 0
    for depth in range(20):
        lines += [f"{'    ' * depth}- once: a", f"{'    ' * depth}  wrong_key: x", f"{'    ' * depth}  do:"]
    lines.append("    " * 20 + "- click: 查询")

    def counted(node: Mapping, builder: build.Builder) -> object:
        nonlocal count
        count += 1
        return quick_step(node, builder)

    monkeypatch.setattr(build, "quick_step", counted)
    assert len(parse("\n".join(lines), "flow.yaml", STEPS).problems) >= 20
    assert count == 21


LINES = (
    "- click: {name: 提交, in: 第1行}",
    "- click: {name: 提交，in: 第1行}",
    "- click: {name：提交}",
    '- fill: {商品: "${sku}", 数量: 3}',
    "- fill: {商品: ${sku}}",
    '- fill: {商品: "＄{sku}"}',
    '- fill: {商品: "$ {sku}"}',
    "- for_each: [a, b c, 1.5]",
    "- for_each: [a，b]",
    "- for_each: [a, b",
    "- for_each: {a: b}]",
    "- for_each: [a, b] # c",
    "- for_each: [a, b] c",
    "- for_each: [a #b, c]",
    "  when: {visible: 弹窗}",
    "when: {visible: 'x'}",
    "- note: {{日期}}",
)


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_passed_over_holds_nothing(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values in brackets that the pre-scan does not look into are those in which it would find nothing."""
    text = f"title: t\nsteps:\n{line}\n- login\n"
    quick = prescan(text, "flow.yaml", words_of(Flow, STEPS))
    monkeypatch.setattr(prescan_module, "SIMPLE", re.compile("(?!)"))
    careful = prescan(text, "flow.yaml", words_of(Flow, STEPS))
    assert quick == careful


def test_what_is_passed_over_in_a_file_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for every file there is."""
    texts = [path.read_bytes().decode("utf-8", "replace") for path in FILES]
    quick = [prescan(text, "flow.yaml", words_of(Flow, STEPS)) for text in texts]
    monkeypatch.setattr(prescan_module, "SIMPLE", re.compile("(?!)"))
    for path, text, found in zip(FILES, texts, quick, strict=True):
        assert found == prescan(text, "flow.yaml", words_of(Flow, STEPS)), path
