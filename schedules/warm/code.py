"""What the warm process has read: when any of it changes, it is out of date."""

import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
Seen = dict[str, tuple[int, int]]
"""Size and time of change by path; what is not there has neither."""


def imported(
    packages: Iterable[str], left_out: Sequence[str], besides: Iterable[str], failed: Callable[[str, Exception], None]
) -> None:
    """Every module of these packages, but for those whose name begins like one that is left out, and those `besides`.

    One that cannot be is told to `failed`: a command that needs it says so itself.
    """
    for name in [*(one for package in packages for one in _names(package, left_out)), *besides]:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 (whatever it is: the command that needs it meets it again)
            failed(name, error)


def _names(package: str, left_out: Sequence[str]) -> Iterator[str]:
    yield package
    folder = ROOT / package.replace(".", "/")
    for one in pkgutil.iter_modules([str(folder)], f"{package}."):
        if one.name.startswith(tuple(left_out)) or one.name.endswith(".__main__"):
            continue
        if one.ispkg:
            yield from _names(one.name, left_out)
        else:
            yield one.name


@contextmanager
def files_opened() -> Iterator[set[str]]:
    """The files of the checkout that are opened meanwhile: what modules read when they are imported."""
    opened: set[str] = set()
    listening = True
    folder = f"{ROOT}{os.sep}"

    def heard(event: str, facts: tuple[object, ...]) -> None:
        if listening and event == "open" and isinstance(facts[0], str) and facts[0].startswith(folder):
            opened.add(facts[0])

    sys.addaudithook(heard)
    try:
        yield opened
    finally:
        listening = False


def watched(opened: Iterable[str]) -> list[str]:
    """Our own modules, what they have read, what says which libraries there are, and the folders of those."""
    own = {str(file) for one in list(sys.modules.values()) if (file := getattr(one, "__file__", None))}
    own = {one for one in own if one.startswith(f"{ROOT}{os.sep}") and "site-packages" not in one}
    libraries = {one for one in sys.path if one.endswith(("site-packages", "dist-packages"))}
    compiled = {one for one in opened if "__pycache__" not in one and "site-packages" not in one}
    return sorted({*own, *compiled, *libraries, str(ROOT / "pyproject.toml"), str(ROOT / "constraints.txt"),
                   os.path.realpath(sys.executable)})  # fmt: skip


def seen(paths: Iterable[str]) -> Seen:
    """How these files are now."""
    return dict(map(_seen, paths))


def _seen(path: str) -> tuple[str, tuple[int, int]]:
    try:
        found = os.stat(path)  # noqa: PTH116 (five hundred of them before each command)
    except OSError:
        return path, (0, 0)
    return path, (found.st_size, found.st_mtime_ns)
