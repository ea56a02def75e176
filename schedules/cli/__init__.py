"""The command line: a few lines per command over the desk's functions."""

import gc
import os
import sys
from contextlib import suppress

NEW_OBJECTS_BEFORE_A_LOOK = 200_000
"""Reading code and flows makes that many objects of which hardly any is garbage; Python's 700 would have the collector
look through all of them dozens of times, which is a fifth of the start, and with 50,000 it is still 7 % (measured)."""


def main() -> None:
    """Entry point of `yeban`: a warm process runs the command if there is one that can, else this one does."""
    try:
        _begun()
    except KeyboardInterrupt:  # the program was still being read, or its end was being tidied up: nothing is under way
        sys.exit(130)


def _begun() -> None:
    if (code := _answered_warm()) is not None:
        sys.exit(code)
    told_before_imports()
    head_start = None
    if sys.argv[1:2] == ["run"]:  # nothing else needs a browser at once, nor what starts one
        from schedules.cli.head_start import begin

        head_start = begin()
    try:
        from schedules.cli.app import main as run

        run(head_start)
    finally:
        if head_start is not None:
            head_start.abandon()
        _leave_a_warm_one()
        gc.freeze()  # what is left goes with the process; looking through it once more would only take time


def _answered_warm() -> int | None:
    """The exit code of a command that ran in the warm process; None, and nothing was done, where it did not."""
    from schedules.warm.client import answered, as_begun

    return answered(sys.argv, as_begun)


def _leave_a_warm_one() -> None:
    """For the commands that come next: this one had to read the program by itself."""
    from schedules.warm.lingering import leave_one

    with suppress(OSError, ValueError):  # who reads may have gone; Python says so at its end
        sys.stdout.flush()  # what was asked for comes first
    leave_one(sys.argv[1:])


def told_before_imports() -> None:
    """The collector and pydantic are told before anything is imported."""
    gc.set_threshold(NEW_OBJECTS_BEFORE_A_LOOK, 5, 20)
    os.environ.setdefault(
        "PYDANTIC_DISABLE_PLUGINS", "__all__"
    )  # looking for some reads every installed package's list


__all__ = ["main"]
