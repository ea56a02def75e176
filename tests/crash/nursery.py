"""The process that the others are forked from: it has done the work once, so that no life begins with imports.

Each line that it reads is a life (JSON: home, files, dies_at); for each it writes the exit code of that life.
"""

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NoReturn

from tests.crash.dying import Life
from tests.crash.work import MOVING, do_all, make_files, work


def warm() -> None:
    """The whole work, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        do_all(MOVING.at(home), Life(home, make_files(home), 0))
        MOVING.at(home)  # gives the connections back


def serve() -> None:
    """One child per line, one after the other."""
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(Life(Path(asked["home"]), Path(asked["files"]), asked["dies_at"]))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _live(life: Life) -> NoReturn:
    """The child: whatever happens, it does not go on as its parent would."""
    code = 1
    try:
        work(life)
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)


if __name__ == "__main__":
    warm()
    serve()
