"""The master key: from the environment, a file, the system's keyring or a person at the terminal.

`YEBAN_KEY` holds it; `YEBAN_KEY_FILE` names a file that does; else `secret.key` in the home holds it, or says who has
it: `keyring:` with its name there, or `typed:` with what makes it of the pass phrase that a person types. Whoever has
vault and key has the secrets: keep the key elsewhere where that matters.
"""

import base64
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from schedules.problems import VaultLocked
from schedules.secrets.errors import KeyGone, KeyNotTyped, KeyUnfit, KeyUnreadable
from schedules.secrets.files import write_once
from schedules.secrets.system import Keyring, SystemKeyring

Place = Literal["environment", "file", "keyring", "typed"]
Ask = Callable[[], str]
ENVIRONMENT, NAMED = "YEBAN_KEY", "YEBAN_KEY_FILE"
IN_KEYRING, TYPED = "keyring:", "typed:"
SCRYPT_N, SCRYPT_R, SCRYPT_P, SALT_BYTES = 1 << 15, 8, 1, 16
"""32 MiB and about a tenth of a second for each guess (RFC 7914)."""
PROOF = b"yeban"


@dataclass(frozen=True)
class KeySource:
    """Where the key of a home is. `path`: the file that has it or says who has it; `name`: the keyring's for it."""

    place: Place
    path: Path
    name: str = ""


def key_file(home: Path) -> Path:
    """The file that has the key of this home or says who has it, wherever no `YEBAN_KEY` comes before it."""
    return Path(os.environ.get(NAMED) or home / "secret.key").expanduser()


def key_source(home: Path) -> KeySource:
    """Where the key of this home comes from; of a home without one: the file that it will be in.

    Raises KeyUnreadable.
    """
    if os.environ.get(ENVIRONMENT):
        return KeySource("environment", home / "secret.key")
    path = key_file(home)
    try:
        said = path.read_text("ascii", "replace").strip()
    except FileNotFoundError:
        said = ""
    except OSError as error:
        raise KeyUnreadable(path, error.strerror or type(error).__name__) from error
    if said.startswith(IN_KEYRING):
        return KeySource("keyring", path, said.removeprefix(IN_KEYRING))
    return KeySource("typed" if said.startswith(TYPED) else "file", path)


def master_key(home: Path, keyring: Keyring | None = None, ask: Ask | None = None) -> bytes:
    """The key, made at the first call in a new home; one where something is sealed had a key, and gets no other.

    Raises KeyGone, KeyUnreadable, KeyUnfit, KeyNotTyped, VaultLocked, KeyringMissing.

    `ask` asks a person for the pass phrase; by default the terminal, where there is one.
    """
    source = key_source(home)
    if source.place == "environment":
        return fit(os.environ[ENVIRONMENT].strip().encode(), ENVIRONMENT)
    if source.place == "keyring":
        return fit((keyring or SystemKeyring(home)).get(source.name).encode(), source.place)
    if source.place == "typed":
        return _typed(source.path, ask or _terminal(source.path))
    if not source.path.exists():
        _made(home, source.path)
    return fit(source.path.read_bytes().strip(), str(source.path))


def _made(home: Path, path: Path) -> None:
    """A new home's key is at the path. Raises KeyGone, KeyUnreadable."""
    from cryptography.fernet import Fernet  # most commands open no secret, and begin without it

    sealed = next((one for one in sealed_with_it(home) if one.exists()), None)
    if path.exists():
        return  # made meanwhile by another that asked at the same moment, and what is sealed is sealed with it
    if sealed is not None:
        raise KeyGone(path, sealed)
    if not path.parent.is_dir():
        raise KeyUnreadable(path, f"no such folder: {path.parent}")
    write_once(path, Fernet.generate_key())


def sealed_with_it(home: Path) -> tuple[Path, Path]:
    """What a home without its key cannot do without; sessions are not among them: the next run signs in anew."""
    return home / "vault.bin", home / "people.bin"


def fit(key: bytes, source: str) -> bytes:
    """The key itself, if it is one. Raises KeyUnfit."""
    from cryptography.fernet import Fernet

    try:
        Fernet(key)
    except ValueError as error:
        raise KeyUnfit(source) from error
    return key


def typed_marker(phrase: str) -> tuple[bytes, str]:
    """The key made of a pass phrase, and what `secret.key` then says: a fresh salt, and how to tell a wrong phrase."""
    from cryptography.fernet import Fernet

    salt = os.urandom(SALT_BYTES)
    key = _from_phrase(phrase, salt)
    return key, f"{TYPED}{base64.urlsafe_b64encode(salt).decode()}:{Fernet(key).encrypt(PROOF).decode()}"


def _typed(path: Path, ask: Ask) -> bytes:
    from cryptography.fernet import Fernet, InvalidToken

    _, salt, proof = path.read_text("ascii").strip().split(":")
    key = _from_phrase(ask(), base64.urlsafe_b64decode(salt))
    try:
        Fernet(key).decrypt(proof.encode())
    except InvalidToken as error:
        raise VaultLocked(path) from error
    return key


def _from_phrase(phrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    made = Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(phrase.encode())
    return base64.urlsafe_b64encode(made)


def _terminal(path: Path) -> Ask:
    """Asks on the terminal without showing it. Raises KeyNotTyped where there is none."""
    if not sys.stdin.isatty():
        raise KeyNotTyped(path)
    from getpass import getpass

    return lambda: getpass("夜班的主口令 / Yeban's master pass phrase: ")
