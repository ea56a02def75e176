"""`yeban run` begins with the browser: it starts while the rest of the program is still being read."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from schedules.browsers import BrowserDoor, seen_as
from schedules.cli.head_start import HeadStart
from schedules.settings import load_settings


def run_one_early(
    head_start: HeadStart | None,
    flow: str,
    account: str,
    inputs: dict[str, object],
    dry_run: bool,
    again: bool,
    headed: bool,
) -> int:
    """`run_early` in the loop of the head start, else in one of its own."""
    work = run_early(flow, account, inputs, dry_run, again, headed, head_start)
    return head_start.run(work) if head_start is not None else asyncio.run(work)


async def run_early(
    flow: str,
    account: str,
    inputs: dict[str, object],
    dry_run: bool,
    again: bool,
    headed: bool,
    head_start: HeadStart | None = None,
) -> int:
    """`run_one` with a browser that is on its way already; the exit code says who has to act.

    A browser needs half a second to start, and so does reading the books' half of the program: one waits for the
    machine, the other for the disk, so they go side by side.
    """
    settings = load_settings()
    driver = head_start.driver if head_start is not None else None
    used = settings.accounts.get(account)
    ready_for = seen_as(used) if used and not used.proxy else None  # a proxy's password is in the vault, not read yet
    async with BrowserDoor(settings.home, settings.browser, not headed).early(driver, ready_for) as door:
        with _quick_turns():
            await asyncio.to_thread(_read_the_rest)
        from schedules.cli.run_command import run_one

        return await run_one(flow, account, inputs, dry_run, again, headed, door)


@contextmanager
def _quick_turns() -> Iterator[None]:
    """Reading code holds Python's lock five milliseconds at a time; each word from the browser would wait for that."""
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(usual_s)


def _read_the_rest() -> None:
    import cryptography.fernet  # noqa: F401 (the session and the vault need it soon)

    import schedules.cli.run_command
    import schedules.queue.in_hand
    import schedules.queue.turns  # noqa: F401 (the account is held before its page is opened)
