"""A zip of files that have nothing to do with each other is taken in file by file, as if a person had unpacked it.

for part in members_apart(SourceFile("下载.zip", path), shelf, shop): ...     # none: the zip is one document
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from storage.documents.file import PACKED, SourceFile
from storage.documents.kinds import BESIDE
from storage.documents.layout import Layout
from storage.documents.shelf import Shelf
from storage.errors import FileError

ORIGIN = "zip:"
_OF_THE_SYSTEM = ("__macosx", ".ds_store", "desktop.ini", "thumbs.db")


def members_apart(file: SourceFile, shelf: Shelf, shop: str) -> list[SourceFile]:
    """The files in a zip or a gzip that are to be taken in one by one; none where it is one document, or none is known.

    One document is a zip that a kind reads whole, with nothing in it that is another kind's: 京东's statement in parts.
    """
    try:
        if file.form not in PACKED:
            return []
        parts = [part for part in file.parts() if not _is_of_the_system(part.name)]
    except FileError:
        return []
    kinds = Counter(known for part in parts if (known := kind_of(part, shelf, shop)))
    whole = kind_of(file, shelf, shop)
    if whole and not set(kinds) - {whole} - BESIDE.get(whole, frozenset()):
        reads_all = isinstance(shelf.kinds[whole], Layout) or kinds[whole] < 2
        return [] if reads_all else parts
    return parts if kinds else []


def members_unknown(file: SourceFile, shelf: Shelf, shop: str) -> list[str]:
    """Names of files in a zip that is one document of which nobody knows what they are: nothing of them is read."""
    try:
        parts = file.parts() if file.form in PACKED else []
        return [part.name for part in parts if not _is_of_the_system(part.name) and not kind_of(part, shelf, shop)]
    except FileError:
        return []


@contextmanager
def as_file(part: SourceFile) -> Iterator[Path]:
    """A member as a file of its own, for as long as it is used. Raises FileError where it cannot be unpacked."""
    with tempfile.TemporaryDirectory(prefix="yeban-") as folder:
        path = Path(folder) / "member"
        with part.opened() as packed, path.open("wb") as target:
            shutil.copyfileobj(packed, target, 1 << 20)
        yield path


def kind_of(file: SourceFile, shelf: Shelf, shop: str) -> str:
    """The name of the file's kind, "" where it is not known."""
    try:
        return shelf.find(file, "", shop)[0].KIND
    except FileError:
        return ""


def _is_of_the_system(name: str) -> bool:
    return any(part.lower() in _OF_THE_SYSTEM or part.startswith("._") for part in PurePosixPath(name).parts)
