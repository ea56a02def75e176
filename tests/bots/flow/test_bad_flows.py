"""Every folder of `tests/flows_bad` holds a file with mistakes and, in `error.txt`, exactly what is said about it."""

import os
from pathlib import Path

import pytest
import yaml

from bots.flow.check import check, check_site
from bots.flow.codes import CODES
from bots.flow.flow import Flow
from bots.flow.parse import parse, parse_site, words_of
from bots.flow.paths import plain
from bots.flow.problem import Problem, errors, in_order, render_all
from bots.flow.site import Site
from bots.flow.source import load
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


LIBRARY = library()


def problems_of(case: Path) -> tuple[str, list[Problem]]:
    """Return a case's text and all its problems, parsed and checked."""
    file = next(case.glob("*.yaml"))
    text = file.read_bytes().decode("utf-8")
    return text, problems_in(text, file.name)


def problems_in(text: str, name: str) -> list[Problem]:
    """Return all problems of a file called `flow.yaml` or `site.yaml`."""
    if name == "site.yaml":
        site = parse_site(text, name, VERBS)
        return [*site.problems, *(check_site(site.site, VERBS) if site.site else [])]
    flow = parse(text, name, VERBS)
    return [*flow.problems, *(check(flow.readable, LIBRARY, VERBS) if flow.readable else [])]


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


RUNTIME = {
    "E-DIVIDE", "E-EMPTY-LIST", "E-ENCODING", "E-NOT-READABLE", "E-SIZE", "E-TOO-LARGE", "E-TYPE", "E-YAML",
}  # fmt: skip
"""Codes that only a run, a value no verb asks for yet, or a file that is too large or no UTF-8 can bring about."""

JARGON = (
    "traceback", "expected <", "scanner", "parser", "token ", "pydantic", "validation", "nonetype", "mapping values",
)  # fmt: skip
ADVICE = ("请", "写", "换成", "例如", "至少要有")


def yaml_reads(text: str) -> object:
    """Return what YAML itself makes of a text, None if it refuses it."""
    try:
        return yaml.load(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError:
        return None


def we_read(text: str) -> object:
    """Return what the language makes of the same text, slips mended."""
    root, _ = load(text, "flow.yaml", words_of(Flow, VERBS) | words_of(Site, VERBS))
    return None if root is None else plain(root)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_pre_scan_speaks_before_yaml(case: Path) -> None:
    """Where YAML would refuse a file or read it otherwise than it was meant, the pre-scan is heard first."""
    text, problems = problems_of(case)
    if yaml_reads(text) == we_read(text):
        return
    first = next(problem for problem in in_order(problems) if problem.code[0] == "P" or problem.code in OWN_READING)
    assert all(problem.code != "E-YAML" for problem in problems)
    on_that_line = [problem for problem in in_order(problems) if problem.span.line == first.span.line]
    assert on_that_line[0].code[0] == "P" or on_that_line[0].code in OWN_READING


OWN_READING = {"E-ALIAS", "E-ANCHOR", "E-DUPLICATE-KEY", "E-KEY-NOT-TEXT", "E-LIMIT", "E-SECOND-DOCUMENT", "E-TAG"}
"""What YAML allows and flows do not: seen while reading, and said in our own words."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_words_of_yaml_or_python(case: Path) -> None:
    """Nobody has to know what a scanner, a token or a validation error is."""
    said = said_of(case).lower()
    for word in (
        "traceback",
        "expected <",
        "scanner",
        "parser",
        "token ",
        "pydantic",
        "validation",
        "nonetype",
        "mapping values",
    ):
        assert word not in said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_problem_says_what_to_do(case: Path) -> None:
    """Every problem brings a fix to paste, what may be written instead, or a sentence that says what to do."""
    for problem in problems_of(case)[1]:
        assert problem.fix or problem.allowed or any(word in problem.zh for word in ADVICE), problem


NEW_LINES = {"E-INPUT", "E-MISSING", "E-NO-STEPS", "E-ONCE", "E-SITE"}
"""Their fix is a line to be added; that of all others takes the place of the line, or of what stands in it."""

WHOLE_LINES = {"P-BLANK", "P-INDENT", "P-TAB"}
"""Their fix is about the blanks before the line, and brings them."""

NOT_ALONE = {"e119_dash_missing", "e197_steps_is_text"}
"""Where one line is not enough: the step above has no dash either; the steps have to go below their key."""


def pasted(text: str, problem: Problem) -> str:
    """Return the text with a problem's fix in the place of its line, as a person would paste it."""
    lines = text.split("\n")
    at = problem.span.line - 1
    bare = lines[at].lstrip(" \t\u3000\ufeff")
    lead = lines[at][: len(lines[at]) - len(bare)].replace("\ufeff", "")
    whole = problem.code in WHOLE_LINES or problem.fix.startswith(" ")
    lines[at] = ("" if whole else lead) + problem.fix + "\r" * lines[at].endswith("\r")
    return "\n".join(lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fix_that_is_pasted_cures(case: Path) -> None:
    """Whoever pastes the fix of one line is rid of that problem, and YAML can still read the file."""
    text, problems = problems_of(case)
    name = next(case.glob("*.yaml")).name
    for problem in problems if case.name not in NOT_ALONE else []:
        if not problem.fix or "\n" in problem.fix or problem.code in NEW_LINES:
            continue
        after = problems_in(pasted(text, problem), name)
        assert "E-YAML" not in {one.code for one in after}, problem.fix
        assert (problem.code, problem.span, problem.found) not in {(one.code, one.span, one.found) for one in after}


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
    """The corpus covers what people get wrong: 200 files, and every code that a file alone can bring about."""
    seen = {problem.code for case in CASES for problem in problems_of(case)[1]}
    assert len(CASES) >= 200
    elsewhere = {code for code in CODES if "PYTHON" in code or code == "E-RUN-MISSING"}
    missing = set(CODES) - seen - RUNTIME - elsewhere
    assert not missing


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_with_errors_does_not_run(case: Path) -> None:
    """Parsing gives a flow or errors, never both."""
    file = next(case.glob("*.yaml"))
    text = file.read_bytes().decode("utf-8")
    parsed = parse(text, file.name, VERBS)
    assert (parsed.flow is None) == bool(errors(parsed.problems))
