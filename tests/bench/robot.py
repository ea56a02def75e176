"""The form of seventy fields as a Robot Framework task with its Browser library, against our flow: command to end.

Both are programs of their own that start an interpreter, a driver and the same browser, fill the form, and check what
the page took. Robot Framework is no dependency: it lives in build/robot and is installed when somebody asks for it.
"""

import asyncio
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from bots.browser.discovery import discover
from schedules.settings import ROOT
from tests.bench.form import PAGES, people, write_sheet
from tests.bench.measure import Measured, Missing, compare

GOAL = 1.0
HOME = ROOT / "build" / "robot"
PACKAGES = ("robotframework-browser", "robotframework-browser-batteries", "python-calamine")
SETTINGS = ("--quiet", "--disable-pip-version-check")


def install() -> None:
    """Robot Framework, its Browser library with everything inside, and a reader of workbooks, in build/robot."""
    venv.create(HOME, with_pip=True, clear=HOME.exists())
    subprocess.run([str(_tool("python")), "-m", "pip", "install", *SETTINGS, *PACKAGES], check=True)


async def run(rounds: int) -> list[Measured]:
    """The comparison. Raises Missing when Robot Framework is not installed."""
    if not _tool("robot").is_file():
        raise Missing("robot", "yeban bench robot --install")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        sheet = home / "people.xlsx"
        write_sheet(sheet, people())
        return [
            await compare(
                "robot",
                lambda: finished([sys.executable, "-m", "tests.bench.form", str(sheet)]),
                lambda: finished(task(sheet, home)),
                rounds=rounds,
                goal=GOAL,
                against="Robot Framework Browser",
            )
        ]


def task(sheet: Path, home: Path) -> list[str]:
    """The command that runs pages/form.robot."""
    choice = discover()
    told = {
        "SHEET": sheet,
        "BASE": PAGES.as_uri(),
        "EXECUTABLE": choice.executable or "",
        "FLAGS": ",".join(choice.flags),
    }
    variables = [part for name, value in told.items() for part in ("--variable", f"{name}:{value}")]
    return [str(_tool("robot")), *variables, "--outputdir", str(home / "out"), str(PAGES / "form.robot")]


async def finished(command: list[str]) -> None:
    """The program has ended well. Raises AssertionError with what it said."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise AssertionError(f"{command[0]} ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")


def _tool(name: str) -> Path:
    windows = sys.platform == "win32"
    return HOME / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)
