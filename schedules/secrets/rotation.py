"""A new master key: everything that the old one sealed is sealed anew, all of it or nothing, however it is cut short.

    old files ─► read with the old key ─► sealed with the new one in rotation/, read back, compared
              ─► ready.json (from here on it is done, whoever finishes it) ─► moved into place

Backups taken before open with the old key only: `.secret.key.before-…` keeps it, or says who has it, until somebody
takes it away.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from os import environ
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from schedules.lock import taken
from schedules.problems import VaultLocked
from schedules.secrets.errors import DeskBusy, NewKeyMissing
from schedules.secrets.files import one_at_a_time, write_private
from schedules.secrets.finishing import Before, make_ready
from schedules.secrets.master import IN_KEYRING, Place, fit, key_source, sealed_with_it, typed_marker
from schedules.vault import Vault

NEW_KEY = "YEBAN_NEW_KEY"


@dataclass(frozen=True)
class Rotated:
    """What a rotation did: the files that were sealed anew, and what keeps the old key (None: it was never here)."""

    files: tuple[str, ...]
    old_key: Path | None


@dataclass(frozen=True)
class Fresh:
    """A key to come: itself, where it will be kept, and what `secret.key` will say (b"" for nothing)."""

    key: bytes
    place: Place
    said: bytes = b""


def fresh_key(home: Path, keep: Place | None = None, phrase: Callable[[], str] | None = None) -> Fresh:
    """A new key, to be kept where the old one is, or at `keep`; `phrase` asks a person for one that is typed.

    Raises NewKeyMissing when the old one is the environment's and `YEBAN_NEW_KEY` is not there, KeyUnfit.
    """
    place = keep or key_source(home).place
    if place == "environment":
        given = environ.get(NEW_KEY, "").strip().encode()
        if not given:
            raise NewKeyMissing
        return Fresh(fit(given, NEW_KEY), place)
    if place == "typed" and phrase is not None:
        key, said = typed_marker(phrase())
        return Fresh(key, place, said.encode())
    key = Fernet.generate_key()
    name = f"master key {datetime.now(UTC):%Y%m%d-%H%M%S}"
    return Fresh(key, place, f"{IN_KEYRING}{name}".encode() if place == "keyring" else key)


def rotate(vault: Vault, fresh: Fresh, before: Before = lambda _: None) -> Rotated:
    """Everything of the home is sealed with the fresh key, proved by reading it back.

    Raises DeskBusy while anything of the desk is at work, VaultLocked when the old key does not open all of it,
    KeyringMissing. A process that dies on the way leaves all as it was, or all of it new: the next one that opens the
    vault finishes.
    """
    home = vault.home
    with _still(home), one_at_a_time(home):
        old = vault.key
        folder = home / "rotation"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        moves: list[tuple[Path, Path]] = []
        sealed = _sealed_files(home)
        for number, path in enumerate(sealed):
            before(f"seal {path.name}")
            moves.append((folder / f"{number}.new", path))
            _seal_anew(path, moves[-1][0], old, fresh.key)
        kept_old = _stage_key(vault, fresh, moves)
        before("ready")
        make_ready(home, moves, before)
    return Rotated(tuple(path.relative_to(home).as_posix() for path in sealed), kept_old)


def _sealed_files(home: Path) -> list[Path]:
    """What lies in the home sealed with the master key."""
    ours = [path for path in sealed_with_it(home) if path.exists()]
    return [*ours, *sorted((home / "sessions").glob("*.session"))]


def _seal_anew(path: Path, target: Path, old: bytes, new: bytes) -> None:
    """The file sealed with the new key is at `target`, and was read back. A session of an even older key goes."""
    try:
        plain = Fernet(old).decrypt(path.read_bytes())
    except InvalidToken as error:
        if path.suffix != ".session":
            raise VaultLocked(path) from error
        path.unlink()  # as good as none: nobody can open it, and the next run signs in
        return
    write_private(target, Fernet(new).encrypt(plain))
    if Fernet(new).decrypt(target.read_bytes()) != plain:
        raise VaultLocked(target)


def _stage_key(vault: Vault, fresh: Fresh, moves: list[tuple[Path, Path]]) -> Path | None:
    """The new key is where it will be kept, its file among the moves; what the old file said is put aside."""
    path = key_source(vault.home).path
    if not fresh.said:
        return None
    if fresh.place == "keyring":
        vault.keyring.put(fresh.said.decode().removeprefix(IN_KEYRING), fresh.key.decode())
    draft = path.with_name(f".{path.name}.next")  # beside its place: the file may be on another disk than the home
    write_private(draft, fresh.said)
    moves.append((draft, path))
    if not path.exists():
        return None
    aside = vault.home / f".secret.key.before-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    write_private(aside, path.read_bytes())
    return aside


@contextmanager
def _still(home: Path) -> Iterator[None]:
    """Nothing of this desk is at work while it lasts. Raises DeskBusy."""
    locks = [home / "night.lock", home / "clock.lock", *sorted((home / "locks").glob("*.lock"))]
    with ExitStack() as stack:
        for path in locks:
            held = taken(path)
            if held is None:
                raise DeskBusy(path)
            stack.callback(held.close)
        yield
