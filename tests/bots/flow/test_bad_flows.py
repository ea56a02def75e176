"""Every folder of `tests/flows_bad` holds a file with mistakes and, in `error.txt`, exactly what is said about it."""

import os
from pathlib import Path

import pytest

from bots.flow.check import check, check_site
from bots.flow.codes import CODES
from bots.flow.parse import parse, parse_site
from bots.flow.problem import Problem, errors, render_all
from bots.flow.site import Site
from bots.steps import STEPS as VERBS

FOLDER = Path(__file__).parents[2] / "flows_bad"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())
ACCEPT = os.environ.get("YEBAN_ACCEPT") == "1"
"""Set YEBAN_ACCEPT=1 to write down what is said now as what is to be said; read the difference before committing."""


def library() -> Site:
    """Return the element library of the folder."""
    parsed = parse_site((FOLDER / "practice.yaml").read_text("utf-8"), "practice.yaml", VERBS)
    assert parsed.site is not None, parsed.problems
    return parsed.site


def problems_of(case: Path) -> tuple[str, list[Problem]]:
    """Return a case's text and all its problems, parsed and checked."""
    file = next(case.glob("*.yaml"))
    text = file.read_bytes().decode("utf-8")
    if file.name == "site.yaml":
        site = parse_site(text, file.name, VERBS)
        return text, [*site.problems, *(check_site(site.site, VERBS) if site.site else [])]
    flow = parse(text, file.name, VERBS)
    return text, [*flow.problems, *(check(flow.readable, library(), VERBS) if flow.readable else [])]


def said_of(case: Path) -> str:
    """Return what a person reads about a case, in both languages."""
    text, problems = problems_of(case)
    return f"{render_all(problems, text, 'zh')}\n\n{'=' * 80}\n\n{render_all(problems, text, 'en')}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_says_exactly_this(case: Path) -> None:
    """A file with mistakes gets exactly the sentences, places and fixes that were once read and accepted."""
    said = said_of(case)
    golden = case / "error.txt"
    if ACCEPT:
        golden.write_text(said, "utf-8", newline="\n")
    assert said == golden.read_text("utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_problem_is_complete(case: Path) -> None:
    """Every problem has a known code, a place inside the file, and a sentence in each language."""
    text, problems = problems_of(case)
    assert problems
    for problem in problems:
        assert problem.code in CODES
        assert 1 <= problem.span.line <= text.count("\n") + 1
        assert any("一" <= c <= "鿿" for c in problem.zh)
        assert problem.en
        assert (
            problem.severity == "error" or problem.code in {"E-NAME", "P-BOM", "P-TEMPLATE"} or problem.code[0] == "W"
        )


def test_there_are_enough_cases() -> None:
    """The corpus covers what people get wrong: at least 45 files, and most of the codes."""
    seen = {problem.code for case in CASES for problem in problems_of(case)[1]}
    assert len(CASES) >= 45
    runtime = {"E-DATE", "E-DIVIDE", "E-EMPTY-LIST", "E-NOT-READABLE", "E-TOO-LARGE", "E-TYPE", "E-VALUE", "E-RANGE"}
    assert set(CODES) - seen <= runtime | {"E-NOT-LIST"}, sorted(set(CODES) - seen)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_with_errors_does_not_run(case: Path) -> None:
    """Parsing gives a flow or errors, never both."""
    file = next(case.glob("*.yaml"))
    text = file.read_bytes().decode("utf-8")
    parsed = parse(text, file.name, VERBS)
    assert (parsed.flow is None) == bool(errors(parsed.problems))
