"""What all tests share: in CI nothing that this machine can run may skip; the slow ones begin at once, side by side."""

import gc
import os
from collections.abc import Generator
from typing import Any

import pytest

from schedules import settling
from tests.support.sharing import EARLY, SLOW, Sharing

pytest_plugins = ["tests.support.command_line", "tests.support.postgres"]

# Tests hold a warm process where they ask for one: a `serve` of theirs has no use for it, nor have they for a person's.
os.environ["YEBAN_WARM"] = "0"

# The sites of the tests are at once what they were asked to be.
settling.SETTLES_S = 0.0

# Looking for rings of dead objects among millions of live ones was a twelfth of the tests' time.
gc.set_threshold(200_000, 50, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """With CI=true a skipped test is a failed one: a green run must mean that everything ran."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may skip: {report.longrepr}"
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """Whole modules go to one worker, slow tests one by one."""
    return Sharing(config, log)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: nobody need look at it again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow tests begin first, then those with a browser: begun last, one of them would run on alone."""

    def turn(item: pytest.Item) -> int:
        if item.get_closest_marker("slow"):
            return 0
        if item.nodeid.startswith((*SLOW, *EARLY)):
            return 1
        return 2 if item.get_closest_marker("browser") else 3

    items.sort(key=turn)


@pytest.fixture(params=["small", "large"])
def file_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Files are taken in as small ones, and as large ones are: their rows are kept without their titles."""
    if request.param == "large":
        for module in ("table", "batches", "spool"):
            monkeypatch.setattr(f"storage.documents.{module}.KEPT_ROWS", 0)
    return str(request.param)
