"""The keys for personal data: one set for all times, never in plain beside the books."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from schedules.book_keys import book_keys, key_ring
from schedules.problems import VaultLocked
from schedules.vault import Vault


def test_the_keys_are_made_once(tmp_path: Path) -> None:
    """Several that ask at the same moment get the same keys, and so does whoever comes tomorrow; only we read them."""
    vault = Vault(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        found = {keys.text() for keys in pool.map(lambda _: book_keys(vault), range(4))}
    assert found == {book_keys(Vault(tmp_path)).text()}
    kept = tmp_path / "people.bin"
    assert kept.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["people.bin", "secret.key"]
    assert book_keys(vault).index.hex().encode() not in kept.read_bytes()
    with pytest.raises(VaultLocked):
        book_keys(Vault(tmp_path, Fernet.generate_key()))


def test_nothing_is_made_before_somebody_asks(tmp_path: Path) -> None:
    """A desk that takes in nothing personal has no keys lying about."""
    ring = key_ring(Vault(tmp_path))
    assert not (tmp_path / "people.bin").exists()
    assert ring() is ring()
