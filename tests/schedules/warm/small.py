"""A warm process that has read nothing, with commands of its own: what a sender sees of it is the same."""

import json
import os
import select
import shutil
import signal
import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[3])
sys.path.append(ROOT)

from schedules.warm import standing  # noqa: E402
from schedules.warm.client import as_begun  # noqa: E402
from schedules.warm.code import seen  # noqa: E402
from schedules.warm.standing import Door, Standing  # noqa: E402


def run() -> None:
    """The command `yeban runs --WHAT ...`."""
    what, said = sys.argv[2].removeprefix("--"), sys.argv[3:]
    if what == "tell":
        umask = os.umask(0)
        facts = {"argv": sys.argv, "folder": str(Path.cwd()), "umask": umask, "said": os.environ.get("SAID"),
                 "read": "" if sys.stdin.isatty() else sys.stdin.read(), "width": shutil.get_terminal_size().columns,
                 "spoken": f"{sys.stdout.encoding}:{sys.stdout.errors}"}  # fmt: skip
        sys.stdout.write(json.dumps(facts))
    elif what == "leave":
        raise SystemExit(int(said[0]) if said[0].isdigit() else said[0])
    elif what == "fault":
        raise ValueError("a fault")
    elif what == "interrupted":
        raise KeyboardInterrupt
    elif what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "wait":
        wait(Path(said[0]))


def wait(note: Path) -> None:
    """Until somebody ends it, which it notes."""
    try:
        note.write_text(str(os.getpid()))
        while True:  # a signal that comes right before a wait without end would be heard after it
            select.select([], [], [], 0.05)
    except KeyboardInterrupt:
        note.write_text("put down")
        raise SystemExit(130) from None


if __name__ == "__main__":
    home = Path(sys.argv[1])
    begun = as_begun()
    standing.LOOKS_AROUND_S = 0.05
    if begun is None:
        raise SystemExit("no streams")
    with Door(home) as door:
        one = Standing(door, run, begun, seen([str(home / "code.py")]))
        raise SystemExit(one.stand(None, float(sys.argv[2])) if sys.argv[2:] else one.stand(0))
