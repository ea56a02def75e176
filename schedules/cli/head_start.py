"""Playwright's process is started before anything else of `yeban run` is read, and waits in a loop of its own.

It is a program of its own that needs a third of a second to get ready: it does so while Python reads the command line,
the settings and the rest. Nothing of it is waited for here.
"""

import asyncio
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from bots.browser.playwright import Playwright

Result = TypeVar("Result")

STEPS_TO_A_PROCESS: Final = 10
"""Turns of the loop that asyncio needs to start a process (about four); were they too few, it would start later."""


class HeadStart:
    """A loop with Playwright's process on its way; used by one `run`, or ended by `abandon`."""

    def __init__(self) -> None:
        """Start the process; returns as soon as the system has it."""
        from bots.browser.interrupts import children_deaf_to_interrupts
        from bots.browser.playwright import start_driver

        self.taken = False
        self.loop = asyncio.new_event_loop()
        self.starting: asyncio.Task[Playwright] = self.loop.create_task(start_driver())
        with children_deaf_to_interrupts():
            self.loop.run_until_complete(_turns())

    async def driver(self) -> "Playwright":
        """The process when it is ready; whoever asks has to end it."""
        self.taken = True
        return await self.starting

    def run(self, main: Coroutine[Any, Any, Result]) -> Result:
        """`asyncio.run` in this loop; a process that nobody has asked for is ended with it."""
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            return runner.run(self._guarded(main))

    async def _guarded(self, main: Coroutine[Any, Any, Result]) -> Result:
        try:
            return await main
        finally:
            await self._end()

    def abandon(self) -> None:
        """End the process if no `run` came to use it."""
        if not self.loop.is_closed():
            self.loop.run_until_complete(self._end())
            self.loop.close()

    async def _end(self) -> None:
        if not self.taken:
            self.taken = True
            (started,) = await asyncio.gather(self.starting, return_exceptions=True)
            if not isinstance(started, BaseException):
                await started.stop()


async def _turns() -> None:
    for _ in range(STEPS_TO_A_PROCESS):
        await asyncio.sleep(0)


def wanted(arguments: list[str]) -> bool:
    """Say whether these words of a command line will need a browser at once."""
    return arguments[:1] == ["run"] and len(arguments) > 1 and not {"-h", "--help"} & set(arguments)


def begin() -> HeadStart | None:
    """A head start if this command line needs one and Playwright is there; without one all goes on as it would."""
    if not wanted(sys.argv[1:]):
        return None
    try:
        return HeadStart()
    except (ImportError, OSError):
        return None  # said in words by the one who needs the browser
