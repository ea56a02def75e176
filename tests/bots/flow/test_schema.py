"""The JSON Schema, judged by the editors' own language server: what it offers, what it explains, what it underlines."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.flow.schema import json_schema
from bots.flow.shapes import example_of
from bots.flow.step import Step
from bots.steps import STEPS
from tests.support.language_server import LanguageServer, language_server

ROOT = Path(__file__).parents[3]
FLOWS = sorted([*(ROOT / "flows").rglob("*.yaml"), *(ROOT / "tests" / "flows_good").rglob("*.yaml")])
HEAD = "title: 试验\nsite: practice\nsteps:\n"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """The real yaml-language-server with the schema of today's verbs."""
    folder = tmp_path_factory.mktemp("editor")
    schema = folder / "yeban.schema.json"
    schema.write_text(json.dumps(json_schema(STEPS), ensure_ascii=False), "utf-8")
    with language_server(folder, {schema.as_uri(): ["*flow.yaml"]}) as server:
        yield server


def test_every_reference_leads_somewhere() -> None:
    """The schema is whole: each $ref has its definition, each verb its own step."""
    schema = json_schema(STEPS)
    references = set(re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(schema)))
    assert references <= set(schema["$defs"])
    assert all(schema["$defs"][name] for name in references)
    assert {f"step_{verb}" for verb in STEPS} <= references


def test_flows_that_are_right_are_not_underlined(editor: LanguageServer) -> None:
    """No diagnostic for any flow that is shipped or played by the tests."""
    opened = {path: editor.opened(path.read_text("utf-8"), "flow.yaml") for path in FLOWS}
    underlined = {path.relative_to(ROOT).as_posix(): editor.underlined(uri) for path, uri in opened.items()}
    assert len(underlined) > 20
    assert {path: found for path, found in underlined.items() if found} == {}


def test_examples_of_all_verbs_are_not_underlined(editor: LanguageServer) -> None:
    """Each verb's own example is right for the editor too, in both languages."""
    from bots.flow.rename import fmt

    texts = {}
    for verb in STEPS.values():
        english = HEAD + "".join(f"  {line}\n" for line in example_of(verb).split("\n"))
        texts[verb.verb], texts[verb.zh] = english, fmt(english, "zh", STEPS)
    opened = {name: editor.opened(text, "flow.yaml") for name, text in texts.items()}
    underlined = {name: editor.underlined(uri) for name, uri in opened.items()}
    assert {name: found for name, found in underlined.items() if found} == {}


@pytest.mark.parametrize(
    ("steps", "underlined"),
    [
        ("  - clik: 查询\n", ["4:5 Property clik is not allowed."]),
        ("  - click: 查询\n    nam: 点它\n", ["5:5 Property nam is not allowed."]),
        ("  - click: 查询\n    within: 3s\n", ["5:5 Property within is not allowed."]),
        ("  - export: {row: 今天}\n", ['4:5 Missing property "start".']),
        ("  - repeat: [login]\n", ['4:5 Missing property "max".']),
        ("  - repeat: [login]\n    max: many\n", ['5:10 Incorrect type. Expected "integer".']),
        ("  - if: ${数量 > 1}\n    then:\n      - clik: 查询\n", ["6:9 Property clik is not allowed."]),
    ],
)
def test_slips_are_underlined_where_they_are(editor: LanguageServer, steps: str, underlined: list[str]) -> None:
    """A misspelt verb or key, a wrong type, a missing key: one diagnostic at its place, in a step inside a step too."""
    assert editor.diagnostics(HEAD + steps) == underlined


def test_enum_words_are_checked_in_both_languages(editor: LanguageServer) -> None:
    """A fixed word that is none is underlined with those there are; the Chinese words are right."""
    (found,) = editor.diagnostics(HEAD + "  - ask: 几点？\n    within: 5m\n    kind: sms\n")
    assert found.startswith("6:11 Value is not accepted. Valid values:")
    assert '"code"' in found
    assert '"验证码"' in found
    assert editor.diagnostics(HEAD + "  - ask: 几点？\n    within: 5m\n    kind: 验证码\n") == []


def test_a_new_step_is_offered_every_verb_in_both_languages(editor: LanguageServer) -> None:
    """After the dash all verbs are offered, and no key that belongs to another verb."""
    offered = set(editor.completion(HEAD + "  - ‸\n"))
    assert {name for verb in STEPS.values() for name in (verb.verb, verb.zh)} <= offered
    assert not {"within", "max_pages", "存为"} & offered


@pytest.mark.parametrize("verb", [STEPS["ask"], STEPS["once"], STEPS["python"], STEPS["scrape"]], ids=lambda v: v.verb)
def test_a_verb_is_offered_its_own_keys_only(editor: LanguageServer, verb: type[Step]) -> None:
    """Below a verb its keys and those of every step are offered in both languages, those of other verbs are not."""
    value = "{visible: 成功}" if verb.verb == "wait" else "prices.py:new_price" if verb.verb == "python" else "试验"
    offered = set(editor.completion(f"{HEAD}  - {verb.verb}: {value}\n    ‸\n"))
    assert {*verb.keys_zh, *verb.keys_zh.values(), "name", "步骤名", "when", "仅当"} <= offered
    others = {key for other in STEPS.values() for key in other.keys_zh} - set(verb.keys_zh)
    assert not others & offered


def test_keys_inside_and_words_are_offered(editor: LanguageServer) -> None:
    """Inside a verb's mapping its keys are offered, behind a key with fixed words those words."""
    assert {"start", "开始", "row", "哪一行", "within"} <= set(editor.completion(f"{HEAD}  - export:\n      ‸\n"))
    words = editor.completion(f"{HEAD}  - ask: 几点？\n    kind: ‸\n")
    assert {"code", "验证码", "approval", "批准"} <= set(words)
    assert {"title", "标题", "steps", "步骤", "items"} <= set(editor.completion("‸"))


@pytest.mark.parametrize("name", ["once", "只做一次"])
def test_hovering_explains_a_verb(editor: LanguageServer, name: str) -> None:
    """The mouse on a verb shows both titles, its promise and its example, whichever name is written."""
    text = f"{HEAD}  - {name[:2]}‸{name[2:]}: 下架\n    do: [{{click: 下架}}]\n    verify: {{visible: 成功}}\n"
    shown = editor.hover(text)
    assert "只做一次 · Do once" in shown
    assert "never repeated" in shown
    assert "once: 下架-${商品ID}" in shown


def test_the_line_that_yeban_new_writes_connects_the_file(tmp_path: Path) -> None:
    """Without any setting in the editor, the first line of a flow names its schema, and the editor follows it."""
    (tmp_path / "flows" / "practice").mkdir(parents=True)
    (tmp_path / "flows" / "yeban.schema.json").write_text(json.dumps(json_schema(STEPS)), "utf-8")
    line = "# yaml-language-server: $schema=../yeban.schema.json\n"
    with language_server(tmp_path / "flows" / "practice", {}) as server:
        assert server.diagnostics(line + HEAD + "  - clik: 查询\n") == ["5:5 Property clik is not allowed."]
        assert server.diagnostics(line + HEAD + "  - click: 查询\n") == []
