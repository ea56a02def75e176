"""The end of a rotation: what was made ready is moved into place, by whoever comes next if need be."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from schedules.secrets.files import one_at_a_time, write_private

Before = Callable[[str], None]
"""Called with the name of each step before it is done, so that a test can stop the world there."""


def ready_file(home: Path) -> Path:
    """The list of what is ready; while it is there, a rotation has been decided and is not finished."""
    return home / "rotation" / "ready.json"


def make_ready(home: Path, moves: Sequence[tuple[Path, Path]], before: Before) -> None:
    """From here on the drafts are what counts; they are in place on return. The caller holds `one_at_a_time`."""
    write_private(ready_file(home), json.dumps([[str(draft), str(path)] for draft, path in moves]).encode())
    _finish(home, before)


def finish(home: Path) -> None:
    """What a rotation that was cut short has made ready is in place; nothing happens when there is none."""
    with one_at_a_time(home):
        if ready_file(home).exists():
            _finish(home, lambda _: None)


def _finish(home: Path, before: Before) -> None:
    ready = ready_file(home)
    for draft, target in json.loads(ready.read_bytes()):
        before(f"move {Path(target).name}")
        if Path(draft).exists():
            Path(draft).replace(target)
    before("clean")
    ready.unlink()
    shutil.rmtree(ready.parent, ignore_errors=True)
