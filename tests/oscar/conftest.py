"""One oscar for all tests of this folder, and a desk whose account `ops` works in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schedules.vault import Vault
from tests.support.oscar.seed import PASSWORD, USERNAME
from tests.support.oscar.site import Oscar, oscar_site

SETTINGS = """\
accounts:
  ops:
    site: oscar
    username: {username}
    shop: main
    base_url: {base_url}
"""


@pytest.fixture(scope="session")
def oscar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oscar]:
    """The seeded dashboard, started once."""
    home = tmp_path_factory.mktemp("oscar-site")
    with oscar_site(home) as base_url:
        yield Oscar(base_url, home / "oscar.db")


@pytest.fixture
def home(oscar: Oscar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with the account and its password, as a user would have after `secret set`; the default one."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "settings.yaml").write_text(SETTINGS.format(username=USERNAME, base_url=oscar.base_url), "utf-8")
    Vault(folder).put("ops", password=PASSWORD)
    monkeypatch.setenv("YEBAN_HOME", str(folder))
    monkeypatch.delenv("YEBAN_DATABASE", raising=False)
    monkeypatch.delenv("YEBAN_KEY", raising=False)
    return folder
