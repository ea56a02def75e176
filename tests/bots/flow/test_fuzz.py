"""20,000 texts that nobody would write and some that people do: every one is a flow or problems that can be found.

A text is drawn by hypothesis or made from a number that hypothesis draws; both come out the same in every run, and a
failing one is shown whole. Half of the texts are read as flows, half as element libraries.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bots.flow.check import check, check_site
from bots.flow.codes import CODES
from bots.flow.parse import parse, parse_site
from bots.flow.problem import LINE_BREAK, Problem, errors, render_all
from bots.flow.site import Site
from bots.steps import STEPS

ROOT = Path(__file__).parents[3]
GOOD = sorted((ROOT / "flows").rglob("*.yaml")) + sorted((ROOT / "tests" / "flows_good").rglob("flow.yaml"))
BAD = sorted((ROOT / "tests" / "flows_bad").glob("*/*.yaml"))
SITES = sorted((ROOT / "selectors").glob("*.yaml"))
TEXTS = [path.read_bytes().decode("utf-8").removeprefix("\ufeff")[:900] for path in (*GOOD, *BAD, *SITES)]

MARKS = [
    *"：，。“”‘’｛｝［］＄＃－—　\t{}[]'\"#&*!|>%@`,:?-$\\ ",
    ": ", "- ", " #", "${", "${a", "}", "{{", "}}", "<<: ", "? ", "--- ", "...\n", "|\n", ">-\n", "\r\n", "\r", "\n",
    "\n\n", "\n  ", "\n    - ", "&a ", "*a", "!!int ", "%YAML 1.1\n", "\ufeff", "\x00", "\x07", "\x85", "\u2028",
    "\ud800", "\udfff", "\U0010ffff", "\uffff", "\u200b", "\u202e", "é", "𠮷", "null", "~", "yes", "0x1F", "1e999",
    "２０２６", "click", "点击", "steps", "步骤", "once", "if", "then", "secret", "${secret.password}", "${1/0}",
    "${a.b.c(d)}", "${'a'*9}", "password", "10MB", "30s", ">= 1", "2026-02-30", "a" * 70,
]  # fmt: skip
"""What is put into a text at a time: signs that mean something to YAML or to us, and what hands and editors add."""

FIXED = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
"""The same texts in every run; no time is measured."""


def astray(text: str, *, library: bool) -> list[Problem | str]:
    """What breaks the promise: the text is a flow (or a site) or has errors, all inside the text and with words."""
    problems: list[Problem] = []
    if library:
        site = parse_site(text, "site.yaml", STEPS)
        found, refused = site.problems, site.site is None
        problems += [*found, *(check_site(site.site, STEPS) if site.site else [])]
    else:
        flow = parse(text, "flow.yaml", STEPS)
        found, refused = flow.problems, flow.flow is None
        problems += [*found, *(check(flow.readable, PRACTICE, STEPS) if flow.readable else [])]
    lines = LINE_BREAK.split(text)
    wrong: list[Problem | str] = [problem for problem in problems if not _inside(problem, lines)]
    if refused != bool(errors(found)):
        wrong.append("neither read nor refused, or both")
    if problems and not render_all(problems[:3], text, "zh"):
        wrong.append("problems without words")
    return wrong


def _inside(problem: Problem, lines: Sequence[str]) -> bool:
    """Whether a problem is complete and lies inside the text."""
    span = problem.span
    return (
        problem.code in CODES
        and bool(problem.zh and problem.en)
        and 1 <= span.line <= span.end_line <= len(lines) + 1
        and 1 <= span.column <= len(lines[min(span.line, len(lines)) - 1]) + 2
        and (span.line, span.column) <= (span.end_line, span.end_column)
    )


def practice() -> Site:
    """The element library that the flows are checked against."""
    made = parse_site((ROOT / "selectors" / "practice.yaml").read_text("utf-8"), "practice.yaml", STEPS).site
    assert made is not None
    return made


PRACTICE = practice()


def edited(chance: random.Random) -> str:
    """A file of ours after one to five slips: signs put in, cut, doubled, swapped, lines moved."""
    text = chance.choice(TEXTS)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(6):
            case 0 | 1:
                text = text[:at] + chance.choice(MARKS) + text[at:]
            case 2:
                text = text[:at] + text[at + chance.randint(1, 4) :]
            case 3:
                text = text[:at] + chance.choice(MARKS) + text[at + 1 :]
            case 4:
                text = text[: at - 1] + text[at : at + 1] + text[at - 1 : at] + text[at + 1 :]
            case _:
                text = moved(text, chance)
    return text


def moved(text: str, chance: random.Random) -> str:
    """The text with a line cut, doubled, moved, indented or brought out."""
    lines = text.split("\n")
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(to, lines[at])
        case 2:
            lines[at], lines[to] = lines[to], lines[at]
        case 3:
            lines[at] = " " * chance.randint(1, 3) + lines[at]
        case _:
            lines[at] = lines[at][chance.randint(1, 3) :]
    return "\n".join(lines)


def spliced(chance: random.Random) -> str:
    """The beginning of one file, the end of another, cut anywhere."""
    first, second = chance.choice(TEXTS), chance.choice(TEXTS)
    return first[: chance.randrange(len(first) + 1)] + second[chance.randrange(len(second) + 1) :]


def grown(chance: random.Random, depth: int = 0) -> str:
    """A text of YAML's own grammar with the language's words at random places."""
    lead = "  " * depth
    words = ("steps", "title", "click", "if", "then", "do", "fill", "items", "inputs", "点击", "只做一次", "x", "key")
    lines = []
    for _ in range(chance.randint(1, 3)):
        word = chance.choice(words)
        kind = chance.randrange(7) if depth < 6 else chance.randrange(4)
        if kind < 4:
            value = (chance.choice(MARKS), f"{{{word}: {word}}}", f"[{word}, {word}]", f'"${{{word}}}"')[kind]
            lines.append(f"{lead}{'- ' * chance.randint(0, 2)}{word}: {value}")
        else:
            dash = "- " if chance.random() < 0.5 else ""
            lines.append(f"{lead}{dash}{word}:\n{grown(chance, depth + 1 + chance.randint(0, 1))}")
    return "\n".join(lines)


def strewn(chance: random.Random) -> str:
    """Signs and words in any order, behind the beginning of a flow or not."""
    start = chance.choice(("", "title: 试验\nsite: practice\nsteps:\n", "site: practice\nbase: x\nelements:\n  甲: "))
    return start + "".join(chance.choices(MARKS, k=chance.randint(0, 30)))


MAKERS: Sequence[tuple[str, int]] = (
    ("edited", 4000), ("edited-more", 4000), ("spliced", 3000), ("grown", 3000), ("strewn", 3000),
)  # fmt: skip
MAKE = {"edited": edited, "edited-more": edited, "grown": grown, "spliced": spliced, "strewn": strewn}


@pytest.mark.parametrize(("maker", "texts"), MAKERS, ids=[name for name, _ in MAKERS])
def test_a_made_text_is_a_flow_or_problems_that_can_be_found(maker: str, texts: int) -> None:
    """Slips, splices, grammar and noise: 17,000 texts, none of which makes the reader fail."""

    @settings(FIXED, max_examples=texts)
    @given(st.integers(0, 2**40))
    def holds(number: int) -> None:
        assert astray(MAKE[maker](random.Random(f"{maker} {number}")), library=number % 4 == 0) == []

    holds()


@settings(FIXED, max_examples=3000)
@given(st.text(max_size=120), st.booleans())
def test_any_text_is_a_flow_or_problems_that_can_be_found(text: str, library: bool) -> None:
    """Texts of any characters at all, 3,000 of them, none of which makes the reader fail."""
    assert astray(text, library=library) == []


STEP = "title: t\nsite: practice\nsteps:\n"
HEAVY = {
    "anchors that double at each step": "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
    "blanks": " " * 300_000,
    "braces never closed": STEP + "  - click: " + "{a: " * 20_000,
    "brackets never closed": "[" * 300_000,
    "brackets on every line": "[\n" * 30_000,
    "colons": ":" * 900_000,
    "comments": "# x\n" * 50_000,
    "dashes": "- " * 200_000,
    "dollars": STEP + "  - note: " + "${" * 200_000,
    "expression as deep as it is long": STEP + "  - note: ${" + "(" * 400_000 + "}",
    "full-width brackets": STEP + "  - click: ｛" + "：，" * 100_000 + "｝\n",
    "indentation that only grows": "".join(" " * n + "a:\n" for n in range(1200)),
    "jinja": STEP + "  - note: " + "{{ a }} " * 20_000,
    "keys all the same": "a: 1\n" * 20_000,
    "line breaks": "\n" * 150_000,
    "nothing but NUL": "\x00" * 300_000,
    "one long word": "甲" * 300_000,
    "quotes": '"' * 900_000,
    "quotes on every line": "a: '\n" * 10_000,
    "steps": STEP + "  - click: 查询\n" * 5_500,
    "steps with a slip each": STEP + "  - clik： 查询\n" * 5_500,
    "surrogates": "\ud800" * 200_000,
    "tabs": "\t" * 500_000,
    "tabs in cells": "a\tb\tc\n" * 100_000,
    "too large": "a" * 1_000_001,
    "wide commas": STEP + "  - click: {a: " + "，a" * 100_000 + "}\n",
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_text_is_answered(name: str) -> None:
    """A text at the limit of size, built against a reader that looks at everything twice, gets its answer."""
    assert astray(HEAVY[name], library=False) == []
    assert astray(HEAVY[name], library=True) == []
