"""`yeban serve` holds the warm process: begun a little after it, begun anew when it has ended, ended with it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schedules.warm.client import ROOT, SWITCH
from schedules.warm.standing import TAKEN, TOLD_TO_END, UNFIT

WARM: Final = ("-P", "-m", "schedules.warm")
STOOD_S: Final = 10.0
ENDS_WITHIN_S: Final = 5.0


@dataclass(frozen=True)
class Pace:
    """Seconds until the first one (what serve itself begins with comes first), and until the next: when one that stood
    has ended, when it ended at once, when another process has the home."""

    after_s: float = 2.0
    soon_s: float = 1.0
    later_s: float = 15.0
    patient_s: float = 60.0


@contextmanager
def kept_warm(home: Path, pace: Pace = Pace(), program: Sequence[str] = WARM) -> Iterator[None]:
    """Commands of this home (`own_home`) find a warm process until the block ends; commands under way end with it."""
    if not sys.platform.startswith("linux") or os.environ.get(SWITCH) == "0":
        yield
        return
    keeper = _Keeper(home, pace, program)
    keeper.thread.start()
    try:
        yield
    finally:
        keeper.stop()


class _Keeper:
    """One warm process after the other, held by its stdin: when this process is gone, so is that."""

    def __init__(self, home: Path, pace: Pace, program: Sequence[str]) -> None:
        self.home, self.pace, self.program = home, pace, program
        self.stopped = threading.Event()
        self.held = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._keep, name="warm-keeper", daemon=True)

    def stop(self) -> None:
        """End it, and what it does."""
        with self.held:
            self.stopped.set()
            process = self.process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
        self.thread.join()

    def _keep(self) -> None:
        from loguru import logger

        pause_s = self.pace.after_s
        while not self.stopped.wait(pause_s):
            begun = time.monotonic()
            code = self._one()
            if code == UNFIT or self.stopped.is_set():
                logger.info("warm_left", code=code)
                return
            stood = time.monotonic() - begun > STOOD_S
            pause_s = self.pace.patient_s if code == TAKEN else self.pace.soon_s if stood else self.pace.later_s
            logger.info("warm_ended", code=code, again_after_s=pause_s)

    def _one(self) -> int:
        """One process to its end; its exit code."""
        program = [sys.executable, *self.program, str(self.home)]
        told = self.home / "logs" / "warm.txt"
        told.parent.mkdir(parents=True, exist_ok=True)
        with self.held, told.open("wb") as errors:
            if self.stopped.is_set():
                return TOLD_TO_END
            self.process = subprocess.Popen(
                program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors,
                start_new_session=True,  # Ctrl-C is for serve, which ends it in order
            )  # fmt: skip
        return self.process.wait()
