"""Books with an outbox, robots that listen, a clock that is moved."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schedules.notify.message import Message
from schedules.notify.outbox import Outbox
from schedules.notify.settings import ChannelSettings, NotifySettings, Quiet
from schedules.problems import SecretMissing
from storage.database.connection import Database, open_database
from tests.schedules.notify.stand_ins import SECRET, TOKEN, Robots, robots

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Place:
    """Books, stand-ins, a clock and a vault of plain values."""

    database: Database
    robots: Robots
    clock: Clock = field(default_factory=Clock)
    vault: dict[str, str] = field(default_factory=lambda: {"token": TOKEN, "secret": SECRET, "key": TOKEN})

    def outbox(self, quiet: Quiet | None = None, **channels: ChannelSettings) -> Outbox:
        """An outbox with these channels, all told of digests and incidents."""
        self.robots.now_s = self.clock.at.timestamp()
        names = list(channels)
        settings = NotifySettings(channels=channels, routes={"digest": names, "incident": names}, quiet=quiet)
        return Outbox(self.database, settings, self.secret, lambda _, name: name in self.vault, self.clock)

    def secret(self, account: str, name: str) -> str:
        """Out of the vault. Raises SecretMissing."""
        if name not in self.vault:
            raise SecretMissing(account, name)
        return self.vault[name]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Empty books and robots that listen."""
    database = open_database(f"sqlite:///{tmp_path / 'yeban.db'}")
    with robots() as standing:
        place = Place(database, standing)
        place.vault["url"] = f"{standing.url}/anywhere"
        yield place
    database.close()


def message(incident: str = "2026-11-22", files: tuple[Path, ...] = (), *, urgent: bool = False) -> Message:
    """A morning's digest."""
    return Message("digest", incident, "夜班 · 全部做完", "存档 12 个文件\n对账 3 处差异", files, urgent)
