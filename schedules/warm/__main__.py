"""The warm process itself: `python -P -m schedules.warm HOME`, begun by `yeban serve`, ends when its stdin does.

`python -P -m schedules.warm HOME SECONDS`, left by a command (`lingering`), ends when nobody comes for so long.
"""

import gc
import os
import sys
import time
from pathlib import Path

from schedules.cli import told_before_imports
from schedules.warm.client import as_begun
from schedules.warm.code import files_opened, imported, seen, watched
from schedules.warm.standing import OUT_OF_DATE, TAKEN, UNFIT, Door, Standing

PACKAGES = ("bots.flow", "schedules", "storage")
LEFT_OUT = (
    "schedules.bootstrap",
    "storage.database.migrations.env", "storage.database.migrations.versions",  # Alembic runs them, nobody imports them
    "storage.erp.allocation.lp",  # numpy begins threads when it is imported, and no fork has them
)  # fmt: skip
BESIDES = ("chinese_calendar", "typer._adapters", "typer._click.decorators")
"""Of libraries, what most commands come to only when they run."""


def main(home: Path, alone_s: float | None) -> int:
    """Read the program, then stand until told to end; returns how it ended."""
    begun = as_begun()
    if begun is None:
        return UNFIT
    os.environ["LOGURU_AUTOINIT"] = "False"
    told_before_imports()
    try:
        door = Door(home)
    except BlockingIOError:
        return TAKEN
    with door:
        began_ns = time.time_ns()
        with files_opened() as opened:
            imported(PACKAGES, LEFT_OUT, BESIDES, _say)
            _used_once()
        code = seen(watched(opened))
        if any(changed_ns > began_ns for _, changed_ns in code.values()):
            return OUT_OF_DATE  # it changed while it was read: half of it may be the old one
        if len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208
            sys.stderr.write("a library began a thread when it was imported\n")
            return UNFIT
        _read_flows()
        gc.collect()
        gc.freeze()
        one = Standing(door, run, begun, code)
        return one.stand(sys.stdin.fileno()) if alone_s is None else one.stand(None, alone_s)


def _used_once() -> None:
    """What libraries prepare when they are used for the first time: checks of settings, tables of Chinese letters."""
    import io

    from rich.console import Console
    from rich.table import Table

    from schedules.settings import Settings

    Settings.model_rebuild()
    table = Table("夜班", "Yeban")
    table.add_row("一", ":sunrise: [bold]1[/bold]")
    Console(file=io.StringIO(), width=80, force_terminal=True).print(table)


def _read_flows() -> None:
    """The flows as they are now; a fork reads each file again and parses what has changed.

    After what is watched: a changed flow is no reason to begin anew. Their libraries (`read_site`) are kept by path
    alone, for one command: read here, a changed one would never be seen.
    """
    from schedules.shelf import flow_titles

    try:
        flow_titles()
    except Exception as error:  # noqa: BLE001 (whatever it is: the command that needs them meets it again)
        _say("flows", error)


def run() -> None:
    """What the command line does, in a process that has read it: see `schedules.cli.main`."""
    from schedules.cli.app import main
    from schedules.cli.screen import look_again

    told_before_imports()
    look_again()
    main()


def _say(name: str, error: Exception) -> None:
    sys.stderr.write(f"{name}: {type(error).__name__}: {error}\n")


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), float(sys.argv[2]) if sys.argv[2:] else None))
