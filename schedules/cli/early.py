"""`yeban run` begins with the browser: it starts while the rest of the program is still being read."""

import asyncio

from schedules.browsers import BrowserDoor
from schedules.settings import load_settings


async def run_early(
    flow: str, account: str, inputs: dict[str, object], dry_run: bool, again: bool, headed: bool
) -> int:
    """`run_one` with a browser that is on its way already; the exit code says who has to act.

    A browser needs half a second to start, and so does reading the books' half of the program: one waits for the
    machine, the other for the disk, so they go side by side.
    """
    settings = load_settings()
    async with BrowserDoor(settings.home, settings.browser, not headed).early() as door:
        await asyncio.to_thread(_read_the_rest)
        from schedules.cli.run_command import run_one

        return await run_one(flow, account, inputs, dry_run, again, headed, door)


def _read_the_rest() -> None:
    import schedules.cli.run_command  # noqa: F401
