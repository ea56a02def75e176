"""The pages of MiniWoB++ (PyPI `miniwob`, MIT licence), fetched once, pinned by version and hash.

The package is a Python environment for learning machines with gymnasium, selenium and numpy; only its static pages are
wanted here, so it is no dependency of the project: its one wheel is unpacked below `build/` and never imported.
"""

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PINNED = ROOT / "tests" / "miniwob" / "requirements.txt"


def pages() -> Path:
    """The folder that holds `miniwob/*.html` and what they load. Raises RuntimeError when it cannot be fetched."""
    home = ROOT / "build" / "miniwob" / hashlib.sha256(PINNED.read_bytes()).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)  # one process fetches, the others wait
        if not (home / "complete").exists():
            fetch(home / "package")
            (home / "complete").touch()
    return home / "package" / "miniwob" / "html"


def fetch(target: Path) -> None:
    """The wheel is unpacked at `target`, checked against its hash."""
    shutil.rmtree(target, ignore_errors=True)
    with_pip = importlib.util.find_spec("pip") is not None
    tool = [sys.executable, "-m", "pip"] if with_pip else ["uv", "pip"]
    wanted = ["install", "--no-deps", "--require-hashes", "--target", str(target), "-r", str(PINNED)]
    done = subprocess.run([*tool, *wanted], capture_output=True, text=True, timeout=280, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"miniwob cannot be fetched: {done.stderr[-2000:]}")
