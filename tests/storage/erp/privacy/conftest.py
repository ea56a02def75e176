"""Books with an owner, a support clerk, a warehouse and a bot, and keys that only the test holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from storage.database.connection import Database
from storage.erp.audit.actors import Actor, grant, register
from storage.erp.privacy.sealing import Keys
from tests.storage.erp.audit.fresh import fresh

PEOPLE = (("boss", "owner"), ("kefu", "support"), ("cangku", "warehouse"), ("caiwu", "finance"))


@pytest.fixture
def keys() -> Keys:
    """Fresh keys."""
    return Keys.new()


def _people(connection: Connection) -> None:
    for who, role in PEOPLE:
        register(connection, Actor(who, "person", role, "", ""), by="boss")
    register(connection, Actor("bot-1", "bot", "bot", "shop_a:robot", ""), by="boss")
    for who in ("boss", "cangku"):
        grant(connection, who, "shop", "*", by="boss")
    grant(connection, "kefu", "shop", "shop_a", by="boss")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Books in which people and their rights are known."""
    opened = fresh(tmp_path / "books.db", _people)
    yield opened
    opened.close()
