"""Kill -9 a hundred times during import, allocation, posting and reconciliation: the books hold, and end the same."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from storage.archive import Archive
from storage.database.connection import open_database
from storage.database.digest import digests
from storage.database.tables import raw_file, recon_item
from storage.erp.invariants.verify import verify
from tests.crash.dying import KILL, Life
from tests.crash.work import BOOKS, STEPS, make_files

DEATHS = 100
ROOT = Path(__file__).parents[2]
TOUCHED = ("bank_line", "bill_line", "fulfilment", "jv", "move", "platform_order", "quant", "raw_file", "recon_item",
           "reservation")  # fmt: skip
"""Tables that the work writes to: one without rows would compare nothing."""
NOT_COMPARED = frozenset({"raw_receipt"})
"""When a file came is told again by a process that did not live to see that it had come."""


class NeverEnds(AssertionError):
    """A process ended in a way that is neither its death nor the end of the work."""


@pytest.fixture
def nursery() -> Iterator[subprocess.Popen[str]]:
    """The process that the others are forked from."""
    command = [sys.executable, "-m", "tests.crash.nursery"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


class Folder:
    """One folder in which the work is done again and again, and the books in it as the test sees them from outside."""

    def __init__(self, home: Path, files: Path) -> None:
        self._empty = home.with_name("empty")
        open_database(self._empty / BOOKS).close()
        self.life = Life(home, files, 0)
        shutil.copytree(self._empty, home)
        self.database = open_database(home / BOOKS)

    def begin_again(self) -> None:
        """Empty books."""
        self.database.engine.dispose()
        shutil.rmtree(self.life.home)
        shutil.copytree(self._empty, self.life.home)

    def live(self, nursery: subprocess.Popen[str], dies_at: int) -> bool:
        """Let a process do the work; whether it came to its end before its death. Raises NeverEnds."""
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        self.database.engine.dispose()
        asked = {"home": str(self.life.home), "files": str(self.life.files), "dies_at": dies_at}
        nursery.stdin.write(json.dumps(asked) + "\n")
        nursery.stdin.flush()
        code = nursery.stdout.readline().strip()
        if code not in ("0", str(-KILL)) or self.life.ended.exists() is not (code == "0"):
            raise NeverEnds(f"ended with {code or 'nothing'} at {dies_at}")
        return code == "0"

    def said(self) -> dict[str, str]:
        """What the books say, table by table."""
        with self.database.read() as connection:
            return {name: found for name, found in digests(connection).items() if name not in NOT_COMPARED}

    def broken(self) -> list[object]:
        """Invariants of the books, as they were left, that do not hold, and what the archive lacks of their files.

        That every line has its answer is asked from the first answer on: until then nothing has been reconciled.
        A document whose process died before the books knew it may lack the note of where it came from: the books bring
        it again, and with it the note.
        """
        archive = Archive(self.life.home / "archive")
        with self.database.read() as connection:
            known = set(connection.execute(select(raw_file.c.file_sha)).scalars())
            damaged = archive.verify() if archive.root.exists() else []
            reconciled = connection.execute(select(recon_item.c.ref).limit(1)).first() is not None
            found = [one for one in verify(connection) if reconciled or not one.where.startswith("I-17 ")]
            return [*found, *(one for one in damaged if one.facts["file_sha"] in known)]

    def without_rows(self) -> list[str]:
        """Tables of TOUCHED that nothing was written to."""
        with self.database.read() as connection:
            rows = {name: connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() for name in TOUCHED}
        return [name for name, row in rows.items() if row is None]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a life begins with a fork")
def test_a_hundred_deaths_change_nothing(nursery: subprocess.Popen[str], tmp_path: Path) -> None:
    """After each death all invariants hold; started again, the work ends with the books of undisturbed work."""
    rng = Random(20261121)
    folder = Folder(tmp_path / "home", make_files(tmp_path))
    assert folder.live(nursery, 0)
    points = json.loads(folder.life.ended.read_text("utf-8"))
    undisturbed = folder.said()
    assert folder.without_rows() == []
    deaths: Counter[str] = Counter()
    while deaths.total() < DEATHS:
        folder.begin_again()
        dies_at = _when(rng, points)
        while not folder.live(nursery, dies_at):
            deaths[folder.life.step.read_text("utf-8") if folder.life.step.exists() else "begin"] += 1
            assert folder.broken() == []
            dies_at = _when(rng, points)
        assert folder.said() == undisturbed, deaths
        assert Archive(folder.life.home / "archive").verify() == []
    folder.database.close()
    assert set(deaths) >= {"import", *STEPS}, "some step saw no death"


def _when(rng: Random, points: int) -> int:
    """Mostly early, so that one world sees many deaths; often enough late, so that every step sees some."""
    return rng.randrange(1, points + 1) if rng.random() < 0.4 else rng.randrange(1, points // 2)
