"""The command line: a few lines per command over the desk's functions."""

import gc
import os

NEW_OBJECTS_BEFORE_A_LOOK = 200_000
"""Reading code and flows makes that many objects of which hardly any is garbage; Python's 700 would have the collector
look through all of them dozens of times, which is a fifth of the start, and with 50,000 it is still 7 % (measured)."""


def main() -> None:
    """Entry point of `yeban`: the collector and pydantic are told before anything is imported."""
    gc.set_threshold(NEW_OBJECTS_BEFORE_A_LOOK, 5, 20)
    os.environ.setdefault(
        "PYDANTIC_DISABLE_PLUGINS", "__all__"
    )  # looking for some reads every installed package's list
    from schedules.cli.head_start import begin

    head_start = begin()
    try:
        from schedules.cli.app import main as run

        run(head_start)
    finally:
        if head_start is not None:
            head_start.abandon()
        gc.freeze()  # what is left goes with the process; looking through it once more would only take time


__all__ = ["main"]
