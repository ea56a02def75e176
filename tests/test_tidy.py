"""Taste as tests: each ban names its replacement."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 500
VAGUE = {"utils", "helpers", "manager", "common", "misc", "util", "helper"}


def tracked(*suffixes: str) -> list[Path]:
    """Every file of the project with one of the endings: tracked by git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(suffixes) and (ROOT / name).is_file()]


SOURCES = [path for path in tracked(".py") if "tests" not in path.relative_to(ROOT).parts]
TESTS = [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] == "tests"]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def test_the_tree_was_read() -> None:
    """The rules below look at a real tree: an empty list would pass them all."""
    assert len(SOURCES) > 50
    assert len(TESTS) > 10


def test_functions_are_short() -> None:
    """No function is over 70 lines: push ifs up and fors down, leave pure leaves."""
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name} {body_lines(function)}"
        for path in SOURCES + TESTS
        for function in functions(path)
        if body_lines(function) > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_modules_are_one_room() -> None:
    """No module is over 500 lines: split it by what a newcomer would look for."""
    long = [
        f"{path.relative_to(ROOT)} {lines}"
        for path in SOURCES + TESTS
        if (lines := path.read_text("utf-8").count("\n")) > MODULE_LINES_MAX
    ]
    assert long == []


def test_no_vague_names() -> None:
    """No utils, helpers, manager, common: name the module by what it holds."""
    vague = [str(path.relative_to(ROOT)) for path in SOURCES + TESTS if path.stem in VAGUE]
    assert vague == []


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r"^\s*print\(", "loguru, or the console of schedules/cli"),
        (r"datetime\.now\(\)|datetime\.utcnow\(", "datetime.now(UTC) or the clock that was passed in"),
        (r"\bdate\.today\(\)", "the day that was passed in"),
        (r"_fen\s*:\s*float", "integer fen"),
        (r"\b(TODO|FIXME|XXX)\b", "do it now, or say it in an issue"),
        (r"raise NotImplementedError", "leave it out of the registry"),
        (r"except[^\n]*:\s*\n\s*pass\s*$", "handle the error or let it rise"),
        (r"(?<![\w.])eval\(", "bots.flow.expressions"),
    ],
)
def test_banned(pattern: str, instead: str) -> None:
    """Each banned construct has a replacement, named in the failure."""
    found = [
        f"{path.relative_to(ROOT)}:{text[: match.start()].count(chr(10)) + 1} use {instead}"
        for path in SOURCES
        for text in [path.read_text("utf-8")]
        for match in re.finditer(pattern, text, re.MULTILINE)
    ]
    assert found == []


def test_no_python_where_yaml_lives() -> None:
    """What ships under flows/ and selectors/ is YAML and pictures; a package `selectors` would shadow the library's.

    A user's own function lies beside his flow (`python: prices.py:…`): it is his file, not the project's.
    """
    shipped = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [name for name in shipped.splitlines() if name.startswith(("flows/", "selectors/"))]
    assert names
    assert [name for name in names if name.endswith(".py")] == []
    assert [str(path) for path in (ROOT / "selectors").rglob("*.py")] == []


def test_every_test_says_what_is_promised() -> None:
    """Every test has a docstring."""
    silent = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for path in TESTS
        for function in functions(path)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_every_test_can_fail() -> None:
    """Every test asserts something, itself or through a function whose name says so."""
    toothless = []
    for path in TESTS:
        for function in functions(path):
            if not function.name.startswith("test_"):
                continue
            dump = ast.dump(function)
            if not re.search(r"Assert\(|raises|assert|expect|agree|prove|run_state_machine", dump):
                toothless.append(f"{path.relative_to(ROOT)}:{function.lineno} {function.name}")
    assert toothless == []


def test_no_test_sleeps() -> None:
    """Tests wait for conditions, never for time to pass."""
    sleeping = [
        str(path.relative_to(ROOT)) for path in TESTS if re.search(r"\btime\.sleep\(\s*[\d.]", path.read_text("utf-8"))
    ]
    assert [name for name in sleeping if name != "tests/test_tidy.py"] == []


def test_nothing_names_this_machine() -> None:
    """No absolute path of a developer's machine and no package registry's host in any text file."""
    hosts = ("pypi." + "org", "files.python" + "hosted", "registry.npm" + "js", "deb.deb" + "ian")
    paths = ("/wo" + "rk/main", "/ro" + "ot/")
    found = []
    for path in tracked(".py", ".md", ".yaml", ".toml", ".txt", ".json", ".cmd", "yeban", "run", ".html", ".sql"):
        text = path.read_text("utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in hosts + paths if word in text]
    assert found == []


def test_registries_are_sorted() -> None:
    """Registries are typed literals in alphabetical order, so that a new line has one place."""
    from bots.steps import STEPS
    from storage.documents.kinds import KINDS
    from storage.reports import REPORTS

    for registry in (STEPS, KINDS, REPORTS):
        assert list(registry) == sorted(registry)
        assert len(registry) > 3
