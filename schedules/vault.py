"""Secrets of accounts, encrypted in one file; nothing else of Yeban ever writes a password down.

The key comes from `YEBAN_KEY` or from `secret.key` beside the vault (readable by its owner only). Whoever has both
files has the secrets: keep the key elsewhere where that matters.
"""

import json
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from schedules.problems import SecretMissing, VaultLocked


class Vault:
    """Account secrets by name; every change is on disk, whole or not at all, before the call returns."""

    def __init__(self, home: Path) -> None:
        """Open (or begin) the vault of `home`."""
        home.mkdir(parents=True, exist_ok=True)
        self.path = home / "vault.bin"
        self.key = os.environ.get("YEBAN_KEY", "").encode() or key_file(home / "secret.key")

    def read(self) -> dict[str, dict[str, str]]:
        """All secrets: account → name → value. Raises VaultLocked when the key is not the one it was written with."""
        if not self.path.exists():
            return {}
        try:
            content = Fernet(self.key).decrypt(self.path.read_bytes())
        except (InvalidToken, ValueError) as error:
            raise VaultLocked(self.path) from error
        secrets: dict[str, dict[str, str]] = json.loads(content)
        return secrets

    def put(self, account: str, **values: str) -> None:
        """Keep these secrets for the account, beside those it has."""
        secrets = self.read()
        secrets.setdefault(account, {}).update(values)
        content = Fernet(self.key).encrypt(json.dumps(secrets, ensure_ascii=False).encode())
        write_private(self.path, content)

    def names(self, account: str) -> list[str]:
        """Which secrets the account has; never their values."""
        return sorted(self.read().get(account, {}))

    def get(self, account: str, name: str) -> str:
        """One secret. Raises SecretMissing, which says how to store it."""
        try:
            return self.read()[account][name]
        except KeyError:
            raise SecretMissing(account, name) from None


def key_file(path: Path) -> bytes:
    """The key in `path`, made once."""
    if not path.exists():
        write_private(path, Fernet.generate_key())
    return path.read_bytes()


def write_private(path: Path, content: bytes) -> None:
    """Write atomically, readable by the owner only (where the system knows such a thing)."""
    temporary = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
