"""Secrets of accounts, encrypted in one file or kept by the system's keyring; nothing else ever writes one down.

The vault knows each secret's name, since when it is there and who keeps it; the master key is `secrets.master`'s.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from schedules.problems import SecretMissing, VaultLocked
from schedules.secrets.files import one_at_a_time, write_private
from schedules.secrets.finishing import finish, ready_file
from schedules.secrets.master import KeySource, key_source, master_key
from schedules.secrets.system import Keyring, SystemKeyring

Keeper = Literal["vault", "keyring"]
FORMAT = 2
"""1 was account → name → value, without moments."""
Kept = dict[str, dict[str, dict[str, str]]]


@dataclass(frozen=True)
class Entry:
    """One secret, without its value. `at`: since when it is this one; None where nobody wrote that down."""

    account: str
    name: str
    at: datetime | None
    keeper: Keeper

    def days(self, now: datetime) -> int | None:
        """How old it is, in whole days."""
        return (now - self.at).days if self.at else None


class Vault:
    """Account secrets by name; every change is on disk, whole or not at all, before the call returns."""

    def __init__(self, home: Path, key: bytes | None = None, keyring: Keyring | None = None) -> None:
        """Open (or begin) the vault of `home`. `key`: this one, instead of the home's own."""
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.path = home / "vault.bin"
        self.keyring = keyring or SystemKeyring(home)
        self._given = key
        self._known: tuple[object, bytes] | None = None
        if ready_file(home).exists():
            finish(home)

    @property
    def key(self) -> bytes:
        """The master key; looked up when it is first needed, and again when its file was changed by a rotation.

        Raises KeyUnfit, KeyNotTyped, KeyringMissing, KeyringEmpty.
        """
        if self._given is not None:
            return self._given
        mark = _mark(key_source(self.home))
        if self._known is None or self._known[0] != mark:
            found = master_key(self.home, self.keyring)
            self._known = _mark(key_source(self.home)), found
        return self._known[1]

    def read(self) -> dict[str, dict[str, str]]:
        """All secrets: account → name → value. Raises VaultLocked when the key is not the one it was written with."""
        return {
            account: {name: self._value(account, name, its[name]) for name in its}
            for account, its in self._kept().items()
        }

    def entries(self) -> list[Entry]:
        """What is stored, without the values, by account and name."""
        return [
            Entry(account, name, datetime.fromisoformat(one["at"]) if one.get("at") else None, _keeper(one))
            for account, its in sorted(self._kept().items())
            for name, one in sorted(its.items())
        ]

    def put(self, account: str, **values: str) -> None:
        """Keep these secrets for the account, beside those it has; one that the keyring has stays there."""
        with self._changed() as kept:
            its = kept.setdefault(account, {})
            for name, value in values.items():
                its[name] = self._stored(account, name, value, _keeper(its.get(name, {})))

    def remove(self, account: str, name: str = "") -> int:
        """The secret is gone, or all of the account; returns how many there were."""
        with self._changed() as kept:
            its = kept.get(account, {})
            gone = [one for one in its if name in {"", one}]
            for one in gone:
                if _keeper(its.pop(one)) == "keyring":
                    self.keyring.remove(f"{account}|{one}")
            if not its:
                kept.pop(account, None)
        return len(gone)

    def move(self, account: str, name: str, to: Keeper) -> bool:
        """The secret is kept there from now on; whether that is new. Raises SecretMissing, KeyringMissing."""
        with self._changed() as kept:
            one = kept.get(account, {}).get(name)
            if one is None:
                raise SecretMissing(account, name)
            before = _keeper(one)
            if before == to:
                return False
            moved = self._stored(account, name, self._value(account, name, one), to)
            kept[account][name] = {**moved, "at": one.get("at", "")}
        if before == "keyring":
            self.keyring.remove(f"{account}|{name}")
        return True

    def names(self, account: str) -> list[str]:
        """Which secrets the account has; never their values."""
        return sorted(self._kept().get(account, {}))

    def get(self, account: str, name: str) -> str:
        """One secret. Raises SecretMissing, which says how to store it."""
        one = self._kept().get(account, {}).get(name)
        if one is None:
            raise SecretMissing(account, name)
        return self._value(account, name, one)

    def _value(self, account: str, name: str, one: Mapping[str, str]) -> str:
        return self.keyring.get(f"{account}|{name}") if _keeper(one) == "keyring" else one["value"]

    def _stored(self, account: str, name: str, value: str, keeper: Keeper) -> dict[str, str]:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        if keeper == "keyring":
            self.keyring.put(f"{account}|{name}", value)
            return {"keeper": "keyring", "at": at}
        return {"value": value, "at": at}

    def _kept(self) -> Kept:
        if not self.path.exists():
            return {}
        from cryptography.fernet import Fernet, InvalidToken

        try:
            content = Fernet(self.key).decrypt(self.path.read_bytes())
        except (InvalidToken, ValueError) as error:
            raise VaultLocked(self.path) from error
        return _entries(json.loads(content))

    @contextmanager
    def _changed(self) -> Iterator[Kept]:
        """What is kept, to be changed; written when the block ends well. Two that write take turns."""
        from cryptography.fernet import Fernet

        with one_at_a_time(self.home):
            kept = self._kept()
            yield kept
            document = json.dumps({"format": FORMAT, "entries": kept}, ensure_ascii=False)
            write_private(self.path, Fernet(self.key).encrypt(document.encode()))


def _entries(document: Any) -> Kept:
    """The entries of a vault of either format."""
    if document.get("format") == FORMAT:
        entries: Kept = document["entries"]
        return entries
    return {account: {name: {"value": value} for name, value in its.items()} for account, its in document.items()}


def _keeper(one: Mapping[str, str]) -> Keeper:
    return "keyring" if one.get("keeper") == "keyring" else "vault"


def _mark(source: KeySource) -> object:
    """Changes when the key's place or its file does."""
    try:
        stat = source.path.stat()
    except OSError:
        return source.place
    return source.place, stat.st_mtime_ns, stat.st_size, stat.st_ino
