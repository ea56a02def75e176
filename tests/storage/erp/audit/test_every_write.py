"""Nothing in these packages goes into the books without a row in the log of changes."""

import ast
from pathlib import Path

import pytest

import storage.erp

ERP = Path(storage.erp.__file__).parent
PACKAGES = ("audit", "privacy", "products")
DOOR = {"audit/log.py", "audit/rows.py"}
WRITES = {"insert", "update", "delete", "upsert", "merge", "insert_missing", "exec_driver_sql", "text"}
SAID_ELSEWHERE = {
    "privacy/address_book.py": {"merge"},  # receivers that a file tells of: one row of the log for the whole file
    "privacy/raw_rows.py": {"update", "exec_driver_sql"},  # one row of the log for the whole sweep; VACUUM
    "products/activities.py": {"update"},  # the conditional UPDATE that takes a quota; the use itself is logged
    "products/sheets.py": {"insert_missing"},  # what a batch changed: each of those rows is in the log
    "audit/recording.py": {"exec_driver_sql"},  # reads what its triggers saw
    "audit/scope.py": {"exec_driver_sql"},  # temporary views of a reader
}


def calls(path: Path) -> set[str]:
    """Names of what a module calls that could write, dicts' and sets' own update aside."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in WRITES:
                found.add(name)
    return found


MODULES = sorted(path.relative_to(ERP).as_posix() for package in PACKAGES for path in (ERP / package).glob("*.py"))


@pytest.mark.parametrize("name", [name for name in MODULES if name not in DOOR])
def test_writes_go_through_the_door(name: str) -> None:
    """No module writes a table but by `audit.rows`, which logs; the few others are named here with their reason."""
    assert len(MODULES) > 20
    assert calls(ERP / name) == SAID_ELSEWHERE.get(name, set())
