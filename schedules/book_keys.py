"""The keys for personal data: made once, kept beside the vault under the vault's own key, never in the books.

Whoever loses `people.bin` or the vault's key loses the sealed addresses with it: back both up, and keep the vault's key
elsewhere (`YEBAN_KEY`).
"""

from functools import cache, partial

from cryptography.fernet import Fernet, InvalidToken

from schedules.problems import VaultLocked
from schedules.secrets.files import write_once
from schedules.vault import Vault
from storage.erp.privacy.sealing import KeyRing, Keys


def key_ring(vault: Vault) -> KeyRing:
    """Gives the keys to whoever asks for them first, and the same ones after that; nothing is read before."""
    return cache(partial(book_keys, vault))


def book_keys(vault: Vault) -> Keys:
    """The keys of these books, made at the first call, whichever of several processes comes first, and never again.

    What they have sealed no others could open. Raises VaultLocked when the vault's key is not the one that they were
    kept under, KeysBroken.
    """
    path = vault.path.with_name("people.bin")
    if not path.exists():
        write_once(path, Fernet(vault.key).encrypt(Keys.new().text().encode()))
    try:
        return Keys.from_text(Fernet(vault.key).decrypt(path.read_bytes()).decode())
    except (InvalidToken, ValueError) as error:
        raise VaultLocked(path) from error
