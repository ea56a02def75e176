"""One world per size for the whole run; tests that change a world get a copy of their own."""

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from bots.practice.world import FULL, SMALL, TINY, World, WorldSize, build
from bots.practice.world.books import SHANGHAI

LAST_DAY = date(2026, 11, 20)


def _built(factory: pytest.TempPathFactory, size: WorldSize) -> World:
    return build(factory.mktemp("world") / f"{size.name}.db", last_day=LAST_DAY, size=size)


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The full world, read only."""
    return _built(tmp_path_factory, FULL)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small world, read only."""
    return _built(tmp_path_factory, SMALL)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The tiny world, read only."""
    return _built(tmp_path_factory, TINY)


@pytest.fixture
def own(tmp_path: Path, small: World) -> World:
    """A small world of this test's own, with a clock that stands at 02:15 on the night's morning."""
    path = tmp_path / "own.db"
    shutil.copy(small.path, path)
    return World.open(path, clock=lambda: datetime(2026, 11, 21, 2, 15, tzinfo=SHANGHAI))


@pytest.fixture(params=["tiny", "small", "full"])
def world(request: pytest.FixtureRequest) -> World:
    """Each size in turn, read only."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, World)
    return found
