"""Pieces made by a second process: the same ones, whatever becomes of it."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import ahead as second
from storage.database.digest import digests
from tests.bench import chain

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks safely")
PIECES = [[("文", n, "x" * 1000)] * 20 for n in range(50)]


@pytest.fixture(autouse=True)
def even_on_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process has its turn on a machine with one processor too."""
    monkeypatch.setattr(second, "can_fork", lambda: True)


def made(fails_at: int = -1) -> Iterator[list[tuple[str, int, str]]]:
    """The pieces; the second process is killed before the one that is told."""
    for n, piece in enumerate(PIECES):
        if n == fails_at and os.getpid() != OWN:
            os.kill(os.getpid(), signal.SIGKILL)
        yield piece


OWN = os.getpid()


@pytest.mark.parametrize("room", [1 << 29, 100_000, 10])
def test_the_pieces_are_the_same_however_little_room_there_is(monkeypatch: pytest.MonkeyPatch, room: int):
    """A second process that must wait for room loses and repeats nothing."""
    monkeypatch.setattr(second, "ROOM_BYTES", room)
    with second.ahead(made, second.ENOUGH_ROWS) as pieces:
        assert list(pieces) == PIECES


@pytest.mark.parametrize("at", [0, 7, 49])
def test_when_the_second_process_is_killed_the_rest_is_made_here(monkeypatch: pytest.MonkeyPatch, at: int):
    """Kill -9 of the second process costs time and nothing else."""
    monkeypatch.setattr(sys.modules[__name__], "OWN", os.getpid())
    with second.ahead(lambda: made(fails_at=at), second.ENOUGH_ROWS) as pieces:
        assert list(pieces) == PIECES


def test_it_is_another_process_that_makes_them_and_none_is_left():
    """Much is made by another process, little by this one; whoever stops early leaves no process behind."""
    whose = []
    for rows in (second.ENOUGH_ROWS, second.ENOUGH_ROWS - 1):
        with second.ahead(lambda: ([os.getpid()] for _ in range(3)), rows) as pieces:
            whose.append(next(pieces)[0])
    assert whose[0] != os.getpid() == whose[1]
    with pytest.raises(ProcessLookupError):
        os.kill(whose[0], 0)


def test_an_error_is_raised_where_the_pieces_are_wanted():
    """What goes wrong in the making is an error of this process, after the pieces that could be made."""

    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("第二件")

    with second.ahead(broken, second.ENOUGH_ROWS) as pieces:
        assert next(pieces) == 1
        with pytest.raises(ValueError, match="第二件"):
            next(pieces)


def test_the_books_are_the_same_whoever_makes_the_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """From file to reserved goods: every table says the same with a second process at work and without."""
    export, told = tmp_path / "orders.csv", []
    lines = chain.write_export(export, 60)
    for enough in (1, 1_000):
        monkeypatch.setattr(second, "ENOUGH_ROWS", enough)
        with chain.sqlite() as database:
            chain.measured_once(database, export, 60, lines)
            with database.read() as connection:
                told.append(digests(connection))
    assert told[0] == told[1]
