"""`storage/erp/FUNCTIONS.md`: which of the ERP's functions work, told by the tests that name their ids.

A test names a function with `@pytest.mark.function("FMS-24", ...)`; nothing else can make a row say that it works.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "storage" / "erp" / "FUNCTIONS.md"
NAMES = Path(__file__).with_name("functions.tsv")

HEAD = """# 功能对照表 / What works of the ERP's functions

每一行是一项功能；「可用」只由指名这个编号的测试说了算（`@pytest.mark.function`），没有测试的写「还没有」。
Each row is one function; only a test that names its id can say that it works.

{works} / {total}

| 编号 id | 功能 function | 状态 state | 测试 tests |
|---|---|---|---|
"""


def names() -> dict[str, str]:
    """Id → name of all functions, in the order of the list."""
    lines = NAMES.read_text("utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines)


def claimed() -> dict[str, list[str]]:
    """Id → the tests that name it, as `path::test`."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, ids in _marked(ast.parse(path.read_text("utf-8"))):
            for name in ids:
                found.setdefault(name, []).append(f"{path.relative_to(ROOT).as_posix()}::{test}")
    return found


def _marked(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            ids = [name for decorator in node.decorator_list for name in _ids(decorator)]
            if ids:
                yield node.name, ids


def _ids(decorator: ast.expr) -> list[str]:
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "pytest.mark.function":
        return []
    return [argument.value for argument in decorator.args if isinstance(argument, ast.Constant)]


def page() -> str:
    """The table as it should stand in the file."""
    known, found = names(), claimed()
    rows = []
    for name, title in known.items():
        tests = found.get(name, [])
        shown = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in tests)
        rows.append(f"| {name} | {title} | {'可用 works' if tests else '还没有 not yet'} | {shown} |")
    works = sum(name in found for name in known)
    return HEAD.format(works=works, total=len(known)) + "\n".join(rows) + "\n"
