"""The npm packages that tests run against: installed once per lock file, shared by all test processes."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTED = ROOT / "tests" / "npm"
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def node_modules() -> Path:
    """The folder with the packages of `tests/npm`. Skips where there is no npm; in CI that is an error."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        if os.environ.get("CI") == "true":
            raise RuntimeError("node and npm are needed by these tests; .ci/run installs them")
        pytest.skip("node and npm are not installed")
    lock = (LISTED / "package-lock.json").read_bytes()
    home = ROOT / "build" / "npm" / hashlib.sha256(lock).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)  # one process installs, the others wait
        if not (home / "installed").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(LISTED / name, home / name)
            subprocess.run(INSTALL, cwd=home, check=True, timeout=280, capture_output=True)
            (home / "installed").touch()
    return home / "node_modules"


if __name__ == "__main__":
    node_modules()
