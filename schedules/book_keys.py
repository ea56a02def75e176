"""The keys for personal data: made once, kept beside the vault under the vault's own key, never in the books.

Whoever loses `people.bin` or the vault's key loses the sealed addresses with it: back both up, and keep the vault's key
elsewhere (`YEBAN_KEY`).
"""

import os
import tempfile
from functools import cache, partial
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from schedules.problems import VaultLocked
from schedules.vault import Vault
from storage.erp.privacy.sealing import KeyRing, Keys


def key_ring(vault: Vault) -> KeyRing:
    """Gives the keys to whoever asks for them first, and the same ones after that; nothing is read before."""
    return cache(partial(book_keys, vault))


def book_keys(vault: Vault) -> Keys:
    """The keys of these books, made at the first call, whichever of several processes comes first.

    Raises VaultLocked when the vault's key is not the one that they were kept under, KeysBroken.
    """
    path = vault.path.with_name("people.bin")
    if not path.exists():
        _make(path, vault.key)
    try:
        return Keys.from_text(Fernet(vault.key).decrypt(path.read_bytes()).decode())
    except (InvalidToken, ValueError) as error:
        raise VaultLocked(path) from error


def _make(path: Path, key: bytes) -> None:
    """Whole or not at all, and never over keys that are there: what those sealed could not be opened again."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}-", dir=path.parent)
    mine = Path(name)
    with os.fdopen(handle, "wb") as stream:
        stream.write(Fernet(key).encrypt(Keys.new().text().encode()))
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(mine, path)
    except FileExistsError:  # another process was quicker: its keys are the ones
        pass
    except OSError:  # a disk that knows no hard links
        if not path.exists():
            mine.replace(path)
    finally:
        mine.unlink(missing_ok=True)
