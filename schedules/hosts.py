"""How politely a site is treated: so many runs at once, so long between the beginnings of two.

Kept by each process for itself, and for all workers of the books where the run can say which ticket it holds.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from schedules.settings import HostSettings

Loop = asyncio.AbstractEventLoop


class Turns(Protocol):
    """The turns of one run among all workers of the books."""

    def begin(self, host: str, at_once: int, gap_ms: int) -> float:
        """0 when it is this run's turn from now on, else the seconds after which to ask again."""

    def end(self, host: str) -> None:
        """The run is not at the site any more."""


class Hosts:
    """The limits of the settings, kept by every run of this process; a host that they do not name has none."""

    def __init__(self, limits: Mapping[str, HostSettings]) -> None:
        """Limits by host, as it stands in an address: `mms.example.com`, or `127.0.0.1:8808`."""
        self._limits = limits
        self._gates: WeakKeyDictionary[Loop, dict[str, _Gate]] = WeakKeyDictionary()

    @asynccontextmanager
    async def turn(self, url: str, turns: Turns | None = None) -> AsyncIterator[None]:
        """One run on the host of this address; waited for until its limits allow it, among all who share `turns`."""
        parts = urlsplit(url)
        name = next((name for name in (parts.netloc, parts.hostname or "") if name in self._limits), "")
        if not name:
            yield
            return
        gates = self._gates.setdefault(asyncio.get_running_loop(), {})
        gate = gates.setdefault(name, _Gate(self._limits[name]))
        async with gate.places:
            await gate.begin()
            if turns is None:
                yield
                return
            async with _everywhere(turns, name, self._limits[name]):
                yield


@asynccontextmanager
async def _everywhere(turns: Turns, host: str, limits: HostSettings) -> AsyncIterator[None]:
    while wait_s := await asyncio.to_thread(turns.begin, host, limits.at_once, limits.gap_ms):  # noqa: ASYNC110 (other processes end)
        await asyncio.sleep(wait_s)
    try:
        yield
    finally:
        await asyncio.shield(asyncio.to_thread(turns.end, host))


class _Gate:
    def __init__(self, limits: HostSettings) -> None:
        self.places = asyncio.Semaphore(limits.at_once or 1_000)
        self.gap_s = limits.gap_ms / 1000
        self.beginning = asyncio.Lock()
        self.free_at = 0.0

    async def begin(self) -> None:
        """Wait until the last beginning is long enough ago."""
        async with self.beginning:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self.free_at - loop.time()))
            self.free_at = loop.time() + self.gap_s
