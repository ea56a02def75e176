"""How politely a process treats a site: so many runs at once, so long between the beginnings of two."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from schedules.settings import HostSettings

Loop = asyncio.AbstractEventLoop


class Hosts:
    """The limits of the settings, kept by every run of this process; a host that they do not name has none."""

    def __init__(self, limits: Mapping[str, HostSettings]) -> None:
        """Limits by host, as it stands in an address: `mms.example.com`, or `127.0.0.1:8808`."""
        self._limits = limits
        self._gates: WeakKeyDictionary[Loop, dict[str, _Gate]] = WeakKeyDictionary()

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """One run on the host of this address; waited for until its limits allow it."""
        parts = urlsplit(url)
        name = next((name for name in (parts.netloc, parts.hostname or "") if name in self._limits), "")
        if not name:
            yield
            return
        gates = self._gates.setdefault(asyncio.get_running_loop(), {})
        gate = gates.setdefault(name, _Gate(self._limits[name]))
        async with gate.places:
            await gate.begin()
            yield


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
