"""Signed-in sessions kept between nights: one encrypted file per account, useless without the caller's key."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


class SessionStore:
    """Storage states by account in `folder`, encrypted with a Fernet key that the caller keeps elsewhere."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._fernet = Fernet(key)

    @staticmethod
    def new_key() -> bytes:
        """A fresh key, to be kept in the secret store."""
        return Fernet.generate_key()

    def path(self, account: str) -> Path:
        """Where the session of `account` (unique over all sites) is kept; the file name tells nobody whose it is."""
        digest = hashlib.sha256(account.encode()).hexdigest()[:32]
        return self._folder / f"{digest}.session"

    def load(self, account: str) -> bytes | None:
        """The saved state; None when there is none, or when it was sealed with another key or damaged: log in anew."""
        path = self.path(account)
        if not path.is_file():
            return None
        try:
            return self._fernet.decrypt(path.read_bytes())
        except InvalidToken:
            return None

    def save(self, account: str, state: bytes) -> None:
        """`state` is on disk, encrypted, readable by this user only, replacing the old one whole or not at all."""
        path = self.path(account)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._fernet.encrypt(state))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def forget(self, account: str) -> None:
        """No session of this account is left; the next run logs in."""
        self.path(account).unlink(missing_ok=True)
