"""Every verb keeps the promises that schema, reference page, plan and both languages rest on."""

import inspect

import pytest

from bots.flow.parse import parse
from bots.flow.problem import render_all
from bots.steps import STEPS

VERBS = sorted(STEPS)


def indented(example: str) -> str:
    """The example as the one step of a flow."""
    first, *rest = example.rstrip().split("\n")
    return "\n".join([f"  - {first}", *(f"    {line}" for line in rest)])


def test_the_registry_is_sorted_and_named_as_the_verbs() -> None:
    """The registry is a sorted literal whose names are the verbs' own."""
    assert list(STEPS) == VERBS
    assert [step.verb for step in STEPS.values()] == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_the_example_is_a_step_that_parses(verb: str) -> None:
    """The example of each verb is correct and is that verb."""
    text = f"title: 例子\nsite: shop\nsteps:\n{indented(STEPS[verb].example)}\n"
    parsed = parse(text, "example.yaml", STEPS)
    assert parsed.flow is not None, render_all(parsed.problems, text, "zh")
    assert [type(step) for step in parsed.flow.steps] == [STEPS[verb]]


@pytest.mark.parametrize("verb", VERBS)
def test_the_verb_says_itself(verb: str) -> None:
    """Each verb says its example in one sentence, in Chinese and in English."""
    text = f"title: 例子\nsite: shop\nsteps:\n{indented(STEPS[verb].example)}\n"
    flow = parse(text, "example.yaml", STEPS).flow
    assert flow is not None
    for lang in ("zh", "en"):
        sentence = flow.steps[0].say(lang)
        assert sentence.strip()
        assert "\n" not in sentence


@pytest.mark.parametrize("verb", VERBS)
def test_the_verb_runs(verb: str) -> None:
    """Each verb has a run of its own that is a coroutine and says what it promises."""
    run = vars(STEPS[verb])["run"]
    assert inspect.iscoroutinefunction(run)
    assert (run.__doc__ or "").strip()


@pytest.mark.parametrize("verb", VERBS)
def test_every_key_has_its_chinese(verb: str) -> None:
    """Each key of a verb can be written in Chinese."""
    step = STEPS[verb]
    own = {name.rstrip("_") for name in vars(step).get("__annotations__", {}) if name in step.model_fields}
    assert own - {step.main} <= set(step.keys_zh)
