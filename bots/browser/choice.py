"""Which browser a run uses, and the flags it is started with."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

BrowserKind = Literal["setting", "playwright", "shell", "chrome", "edge", "chromium"]

QUIET_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A night run phones nobody and draws nothing that nobody sees."""

SHORT_LIVED_FLAGS = ("--js-flags=--no-maglev",)
"""Pages of a run live for seconds: the middle compiler costs them more than it gives (a twentieth of the CPU time that
opening the mall's pages takes). What runs hot is still optimised, by the last compiler. A browser that a person looks
at keeps it."""


SHARED_MEMORY = Path("/dev/shm")
SHARED_MEMORY_BYTES_MIN = 1 << 30
"""Less of it (64 MB in a container) would end a page that draws something large."""


@dataclass(frozen=True, slots=True)
class BrowserChoice:
    """One usable browser: where it is, what it is, whether it can show a window, whether its sandbox must be off."""

    executable: Path
    kind: BrowserKind
    version: str = ""
    headless_only: bool = False
    no_sandbox: bool = False

    @property
    def contexts(self) -> int:
        """How many sessions at once pay off on two cores: 4 with a headless shell, 2 with a full browser (measured)."""
        return 4 if self.headless_only else 2

    @property
    def flags(self) -> list[str]:
        """Command-line flags of the browser."""
        short_lived = SHORT_LIVED_FLAGS if self.headless_only else ()
        return [*QUIET_FLAGS, *short_lived, *(["--no-sandbox"] if self.no_sandbox else [])]

    @property
    def left_out(self) -> list[str]:
        """Playwright's own flags that this machine does not need: pages share memory in memory where there is enough.

        Playwright lets them do it through files on the disk, for containers: a twentieth of a run's time, and wear.
        """
        if not SHARED_MEMORY.is_dir() or shutil.disk_usage(SHARED_MEMORY).free < SHARED_MEMORY_BYTES_MIN:
            return []
        return ["--disable-dev-shm-usage"]
