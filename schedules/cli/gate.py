"""`yeban test`: the whole gate. Linter, formatter, types and import contracts first (seconds), then every test."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from schedules.cli.screen import console, say, tell
from schedules.settings import ROOT

SHARED_OUT = ("--dist", "loadscope", "--no-loadscope-reorder")
"""Scheduler and order are those of `tests/conftest.py`: slow tests first and one by one, other modules whole."""

SOURCES = ("bots", "storage", "schedules")


@dataclass(frozen=True)
class Checked:
    """One check with its outcome: exit code, output, seconds."""

    name: str
    code: int
    output: str
    seconds: float


def program(name: str) -> str:
    """A program of this environment."""
    return str(Path(sys.executable).parent / name)


CHECKS = {
    # Found and compiled once, while a core has nothing to do; else every worker compiles all tests for itself.
    "collect": [sys.executable, "-m", "pytest", "--collect-only", "-q"],
    "format": [program("ruff"), "format", "--check", "--quiet", *SOURCES, "tests"],
    "imports": [program("lint-imports"), "--no-cache"],
    "lint": [program("ruff"), "check", "--quiet", *SOURCES, "tests"],
    "types": [program("mypy")],
}


def run_check(name: str, command: list[str]) -> Checked:
    """Run one static check."""
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    return Checked(name, done.returncode, (done.stdout + done.stderr).strip(), time.monotonic() - started)


def run_checks() -> bool:
    """Run the static checks side by side; show each; True when all passed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda item: run_check(*item), sorted(CHECKS.items())))
    for result in results:
        mark = Text("✓", style="green") if result.code == 0 else Text("✗", style="red")
        console.print(mark, f"{result.name}  {result.seconds:.1f} s")
        if result.code != 0:
            console.print(result.output)
    return all(result.code == 0 for result in results)


@contextmanager
def fetched_ahead() -> Iterator[None]:
    """The tests' npm packages are on their way meanwhile; what did not come is fetched, or missed, by the tests."""
    command = [sys.executable, "-m", "tests.support.npm"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as fetching:
        try:
            yield
        finally:
            fetching.terminate()


def run_gate(arguments: list[str]) -> int:
    """The gate: static checks, then pytest on three workers, for browsers wait; with arguments, only pytest."""
    if arguments:
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT)
    workers = os.environ.get("YEBAN_TEST_WORKERS", "3")
    everything = [sys.executable, "-m", "pytest", "-n", workers, *SHARED_OUT, "--durations", "40"]
    with fetched_ahead():
        fine = run_checks()
        code = subprocess.call(everything, cwd=ROOT)
    if not fine:
        tell("静态检查没有通过（见上面 ✗ 的几项）。", "The static checks did not pass (see ✗ above).", "red")
        return code or 1
    if code == 0:
        console.print(say("全部通过。", "All passed."))
    return code
