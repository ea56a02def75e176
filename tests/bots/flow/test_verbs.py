"""The language with the real verbs: their examples, their words, and the corpus of wrong files."""

from pathlib import Path

import pytest

from bots.flow.parse import parse, parse_site
from bots.flow.plan import plan
from bots.flow.problem import errors, render_all
from bots.flow.reference import reference
from bots.flow.rename import fmt
from bots.flow.schema import json_schema
from bots.flow.shapes import example_of, keys_of
from bots.flow.step import MODIFIERS_ZH, Step
from bots.steps import STEPS
from tests.bots.flow.test_bad_flows import CASES, problems_of

ROOT = Path(__file__).parents[3]
VERBS = sorted(STEPS.values(), key=lambda verb: verb.verb)
FILES = sorted([*(ROOT / "flows").rglob("*.yaml"), *(ROOT / "selectors").rglob("*.yaml")])

SLIPS = [case for case in CASES if any(problem.code[0] == "P" for problem in errors(problems_of(case)[1]))]


def flow_with(verb: type[Step]) -> str:
    """Return a flow that holds a verb's example."""
    lines = example_of(verb).split("\n")
    return "title: 试验\nsteps:\n" + "".join(f"  {line}\n" for line in lines)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.verb)
def test_an_example_can_be_read_said_and_translated(verb: type[Step]) -> None:
    """A verb's example parses, says itself in both languages, and survives the way to Chinese and back."""
    text = flow_with(verb)
    parsed = parse(text, "flow.yaml", STEPS)
    assert parsed.flow is not None, render_all(parsed.problems, text, "zh")
    assert any(step.verb == verb.verb for step in parsed.flow.steps)
    assert any("一" <= c <= "鿿" for c in plan(parsed.flow, {}, "zh")[1])
    assert plan(parsed.flow, {}, "en")[1]
    assert fmt(fmt(text, "zh", STEPS), "en", STEPS) == text


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.verb)
def test_every_word_has_a_chinese_name_of_its_own(verb: type[Step]) -> None:
    """Each key of a verb has one Chinese name, and no two keys share one."""
    keys = keys_of(verb)
    own = [name.rstrip("_") for name in verb.model_fields if name != verb.main]
    assert [name for name in own if name not in keys.chinese] == []
    names = list(keys.chinese.values())
    assert sorted(set(names)) == sorted(names)


def test_no_two_verbs_share_a_name() -> None:
    """English and Chinese names of verbs are all different, and none is a modifier."""
    names = [name for verb in VERBS for name in (verb.verb, verb.zh)]
    assert sorted(set(names)) == sorted(names)
    assert not set(names) & {*MODIFIERS_ZH, *MODIFIERS_ZH.values()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_files_that_come_with_yeban_survive_translation(file: Path) -> None:
    """Every flow and element library is read without an error and is byte for byte the same after zh and back."""
    text = file.read_bytes().decode("utf-8")
    read = parse_site if ROOT / "selectors" in file.parents else parse
    assert errors(read(text, file.name, STEPS).problems) == []
    assert fmt(fmt(text, "zh", STEPS), "en", STEPS) == fmt(text, "en", STEPS)


@pytest.mark.parametrize("case", SLIPS, ids=lambda case: case.name)
def test_a_slip_of_the_pen_is_seen_with_the_real_verbs_too(case: Path) -> None:
    """What the pre-scan finds wrong in a file it finds with the real verbs' words as well."""
    text, known = problems_of(case)
    parsed = parse(text, "flow.yaml", STEPS)
    slips = {(problem.code, problem.span) for problem in errors(known) if problem.code.startswith("P-")}
    assert slips <= {(problem.code, problem.span) for problem in parsed.problems}


def test_schema_and_reference_cover_the_real_verbs() -> None:
    """Editor schema and manual page are made without a gap."""
    page = reference(STEPS, "zh")
    step = json_schema(STEPS)["$defs"]["Step"]["else"]["allOf"][-1]["else"]["properties"]
    for verb in VERBS:
        assert example_of(verb) in page
        assert {verb.verb, verb.zh} <= set(step)
