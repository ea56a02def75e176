"""The system's keyring (Keychain, Credential Manager, Secret Service): its library's one door."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from schedules.secrets.errors import KeyringEmpty, KeyringMissing

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "yeban"


class Keyring(Protocol):
    """Somewhere that keeps texts by name."""

    def get(self, name: str) -> str:
        """The text. Raises KeyringEmpty, KeyringMissing."""

    def put(self, name: str, value: str) -> None:
        """The text is kept. Raises KeyringMissing."""

    def remove(self, name: str) -> None:
        """It is gone; nothing happens when it was not there. Raises KeyringMissing."""


@dataclass(frozen=True)
class SystemKeyring:
    """The keyring of this user on this machine; two homes of one user do not see each other's."""

    home: Path

    def get(self, name: str) -> str:
        """The text of this home. Raises KeyringEmpty, KeyringMissing."""
        from keyring.errors import KeyringError

        try:
            found = _backend().get_password(SERVICE, self._name(name))
        except KeyringError as error:
            raise KeyringMissing(str(error)) from error
        if found is None:
            raise KeyringEmpty(name)
        return found

    def put(self, name: str, value: str) -> None:
        """The text is kept. Raises KeyringMissing."""
        from keyring.errors import KeyringError

        try:
            _backend().set_password(SERVICE, self._name(name), value)
        except KeyringError as error:
            raise KeyringMissing(str(error)) from error

    def remove(self, name: str) -> None:
        """It is gone; nothing happens when it was not there. Raises KeyringMissing."""
        from keyring.errors import KeyringError, PasswordDeleteError

        try:
            _backend().delete_password(SERVICE, self._name(name))
        except PasswordDeleteError:
            return
        except KeyringError as error:
            raise KeyringMissing(str(error)) from error

    def _name(self, name: str) -> str:
        return f"{self.home.resolve()}|{name}"


def _backend() -> "KeyringBackend":
    """The keyring that answers best here. Raises KeyringMissing where there is none."""
    import keyring
    from keyring.backends.fail import Keyring as Fails

    found = keyring.get_keyring()
    if isinstance(found, Fails):
        raise KeyringMissing("no backend")
    return found
