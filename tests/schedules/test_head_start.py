"""`yeban run` has Playwright's process under way before it reads anything else, and never leaves it behind."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schedules.browsers import BrowserDoor
from schedules.cli.head_start import HeadStart, wanted

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["run", "practice/orders", "-a", "seller_a"], True),
        (["run"], False),
        (["run", "--help"], False),
        (["check", "run"], False),
        ([], False),
    ],
)
def test_only_a_run_gets_it(words: list[str], needed: bool) -> None:
    """No other command pays for a process that it does not use."""
    assert wanted(words) is needed


@pytest.fixture
def head_start() -> Iterator[HeadStart]:
    """A head start that is ended whatever happens."""
    started = HeadStart()
    yield started
    started.abandon()


def children() -> set[int]:
    """The processes that this one has started and that still run."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")
    return {int(number) for number in listed.split()}


@on_linux
@pytest.mark.browser
def test_the_process_is_there_at_once() -> None:
    """The system has it when the head start returns, and Ctrl-C is ours again; ended, it is gone."""
    before, handler = children(), signal.getsignal(signal.SIGINT)
    head_start = HeadStart()
    try:
        assert len(children() - before) == 1
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        head_start.abandon()
    assert children() - before == set()


@on_linux
@pytest.mark.browser
def test_a_run_that_needs_no_browser_ends_it(head_start: HeadStart) -> None:
    """Work that is done already, or a flow that is broken, leaves no process."""
    begun = children()

    async def work() -> int:
        return 2

    assert head_start.run(work()) == 2
    assert len(children()) == len(begun) - 1


@pytest.mark.browser
def test_the_browser_runs_in_the_process_that_was_started(head_start: HeadStart, tmp_path: Path) -> None:
    """The door's browser is launched by it, and both are closed at the end."""

    async def work() -> str:
        async with BrowserDoor(tmp_path).early(head_start.driver) as door, door.lazily() as browser:
            return (await browser.get()).version

    assert head_start.run(work())
    assert head_start.taken
    assert head_start.loop.is_closed()


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C is heard: tests that a shell has started in the background begin deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.browser
@pytest.mark.usefixtures("heard")
def test_an_interrupt_ends_the_run_in_order(head_start: HeadStart) -> None:
    """Ctrl-C cancels the work as it does under `asyncio.run`: what it holds is put down before the command ends."""
    put_down: list[str] = []

    async def work() -> None:
        try:
            await head_start.driver()
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            head_start.taken = False
            put_down.append("everything")

    with pytest.raises(KeyboardInterrupt):
        head_start.run(work())
    assert put_down == ["everything"]
