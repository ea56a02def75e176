"""Which files a command means, and which files of a watched folder are whole."""

import glob
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

UNFINISHED = (".crdownload", ".part", ".partial", ".tmp", ".download", ".opdownload")
OF_THE_SYSTEM = ("desktop.ini", "thumbs.db")
LOOK_EVERY_S = 2.0


def files_meant(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Files of these paths (a file, a folder with all below it, a pattern), each once; and paths that are nothing."""
    found: dict[Path, None] = {}
    absent = []
    for path in paths:
        mine = list(_files(path))
        absent.extend([] if mine or path.is_dir() else [path])
        found |= dict.fromkeys(mine)
    return list(found), absent


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(item for item in path.rglob("*") if item.is_file() and is_whole_name(item))
    elif glob.has_magic(str(path)):
        found = map(Path, sorted(glob.glob(str(path), recursive=True)))  # noqa: PTH207 (absolute patterns too)
        yield from (item for item in found if item.is_file())


def is_whole_name(path: Path) -> bool:
    """Whether the name is not one of the system's own, or of what browsers and Excel have not finished (`~$…`)."""
    own = path.name.startswith(("~$", ".")) or path.name.lower() in OF_THE_SYSTEM
    return not own and path.suffix.lower() not in UNFINISHED


class Watch:
    """A folder that files arrive in. A file is given once per content, when two looks found it the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[Path, tuple[int, int]] = {}
        self._given: dict[Path, tuple[int, int]] = {}

    def look(self) -> list[Path]:
        """Files that have settled since the last look; one that still grows, or is an unfinished zip, waits."""
        now = {path: state for path in _files(self.folder) if (state := _state(path)) is not None}
        settled = [
            path
            for path, state in now.items()
            if state[0] and self._seen.get(path) == state and self._given.get(path) != state and _is_closed(path)
        ]
        self._seen = now
        self._given |= {path: now[path] for path in settled}
        return settled

    def forget(self, path: Path) -> None:
        """Give the file again at a later look: it could not be taken this time."""
        self._given.pop(path, None)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:  # gone again, or not ours to see: not there for this look
        return None
    return found.st_size, found.st_mtime_ns


def _is_closed(path: Path) -> bool:
    """Whether it can be read and, where it begins as a zip, has its end; Windows locks what is still written."""
    try:
        with path.open("rb") as content:
            return content.read(4) != b"PK\x03\x04" or zipfile.is_zipfile(path)
    except OSError:
        return False
