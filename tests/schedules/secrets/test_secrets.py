"""Secrets in the vault and in a keyring; the master key in every place; a new key, whenever it is cut short."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from bots.browser.sessions import SessionStore
from schedules.book_keys import book_keys
from schedules.cli.app import command_line
from schedules.lock import taken
from schedules.problems import SecretMissing, SettingsBroken, VaultLocked
from schedules.secrets.errors import DeskBusy, KeyNotTyped, KeyringEmpty, KeyUnfit, NewKeyMissing
from schedules.secrets.master import key_source, master_key, typed_marker
from schedules.secrets.rotation import Rotated, fresh_key, rotate
from schedules.secrets.system import SystemKeyring
from schedules.settings import load_settings
from schedules.vault import Vault

NOW = datetime.now(UTC)


@dataclass
class FakeKeyring:
    """A keyring in memory."""

    kept: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The text. Raises KeyringEmpty."""
        try:
            return self.kept[name]
        except KeyError:
            raise KeyringEmpty(name) from None

    def put(self, name: str, value: str) -> None:
        """It is kept."""
        self.kept[name] = value

    def remove(self, name: str) -> None:
        """It is gone."""
        self.kept.pop(name, None)


class Cut(Exception):
    """The process dies here."""


@pytest.fixture(autouse=True)
def _no_key_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is the home's own unless a test says otherwise; pass phrases are cheap to guess here."""
    monkeypatch.setattr("schedules.secrets.master.SCRYPT_N", 1 << 8)
    for name in ("YEBAN_KEY", "YEBAN_KEY_FILE", "YEBAN_NEW_KEY"):
        monkeypatch.delenv(name, raising=False)


def filled(home: Path, keyring: FakeKeyring | None = None) -> Vault:
    """A home with two accounts, keys of the books and a session."""
    vault = Vault(home, keyring=keyring)
    vault.put("seller_a", password="pl4nted-s3cret", totp="JBSWY3DP")
    vault.put("hook:erp", token="t0ken")
    book_keys(vault)
    SessionStore(home / "sessions", vault.key).save("seller_a", b"cookies")
    return vault


def opened(vault: Vault) -> tuple[object, str, bytes | None]:
    """Everything that the master key opens."""
    session = SessionStore(vault.home / "sessions", vault.key).load("seller_a")
    return vault.read(), book_keys(vault).text(), session


def test_each_secret_has_an_age(tmp_path: Path) -> None:
    """A secret is as old as its last change; one of a vault that was written before this was known has no age."""
    Vault(tmp_path).put("a", password="x")
    old = {"b": {"password": "y"}}
    vault = Vault(tmp_path)
    (entry,) = vault.entries()
    assert (entry.account, entry.name, entry.days(NOW + timedelta(days=91, hours=1))) == ("a", "password", 91)
    vault.path.write_bytes(Fernet(vault.key).encrypt(json.dumps(old).encode()))
    assert [(one.name, one.days(NOW)) for one in vault.entries()] == [("password", None)]
    assert vault.get("b", "password") == "y"
    vault.put("b", totp="z")
    assert vault.read() == {"b": {"password": "y", "totp": "z"}}


def test_many_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    """Eight secrets stored by four writers at the same moment are all there, and they agreed on one key."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: Vault(tmp_path).put(f"account {n}", password=str(n)), range(8)))
    assert {a: s["password"] for a, s in Vault(tmp_path).read().items()} == {f"account {n}": str(n) for n in range(8)}


def test_a_secret_is_removed_alone_or_with_its_account(tmp_path: Path) -> None:
    """What was removed is missing in words; the rest stays; removing what is not there removes nothing."""
    vault = filled(tmp_path)
    assert vault.remove("seller_a", "totp") == 1
    with pytest.raises(SecretMissing):
        vault.get("seller_a", "totp")
    assert vault.get("seller_a", "password") == "pl4nted-s3cret"
    assert (vault.remove("seller_a"), vault.remove("seller_a")) == (1, 0)
    assert list(vault.read()) == ["hook:erp"]


def test_a_secret_moves_to_the_keyring_and_back(tmp_path: Path) -> None:
    """In the keyring its value is no longer in the vault's file; back in the vault it is no longer in the keyring."""
    keyring = FakeKeyring()
    vault = filled(tmp_path, keyring)
    since = [one.at for one in vault.entries() if one.name == "password"]
    assert vault.move("seller_a", "password", "keyring")
    assert not vault.move("seller_a", "password", "keyring")
    assert keyring.kept == {"seller_a|password": "pl4nted-s3cret"}
    assert b"pl4nted-s3cret" not in Fernet(vault.key).decrypt(vault.path.read_bytes())
    assert vault.get("seller_a", "password") == vault.read()["seller_a"]["password"] == "pl4nted-s3cret"
    assert [(one.keeper, one.at) for one in vault.entries() if one.name == "password"] == [("keyring", since[0])]
    vault.put("seller_a", password="another")
    assert keyring.kept == {"seller_a|password": "another"}
    assert vault.move("seller_a", "password", "vault")
    assert keyring.kept == {}
    assert vault.get("seller_a", "password") == "another"
    keyring.kept.clear()
    vault.move("seller_a", "totp", "keyring")
    keyring.kept.clear()
    with pytest.raises(KeyringEmpty):
        vault.get("seller_a", "totp")


def test_the_systems_own_keyring_is_asked(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Through the real library with a backend in a file: two homes of one user do not see each other's."""
    import keyring
    from keyring.backend import KeyringBackend
    from keyring.errors import PasswordDeleteError

    class FileBackend(KeyringBackend):
        """A keyring of the library in a JSON file."""

        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            """The text, None when there is none."""
            return self.kept().get(f"{service}/{username}")

        def set_password(self, service: str, username: str, password: str) -> None:
            """It is kept."""
            file.write_text(json.dumps({**self.kept(), f"{service}/{username}": password}))

        def delete_password(self, service: str, username: str) -> None:
            """It is gone. Raises PasswordDeleteError when it was not there."""
            kept = self.kept()
            if kept.pop(f"{service}/{username}", None) is None:
                raise PasswordDeleteError("not there")
            file.write_text(json.dumps(kept))

        def kept(self) -> dict[str, str]:
            """What the file holds."""
            found: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
            return found

    file = tmp_path / "store.json"
    before = keyring.get_keyring()
    keyring.set_keyring(FileBackend())
    request.addfinalizer(lambda: keyring.set_keyring(before))
    one, other = SystemKeyring(tmp_path / "a"), SystemKeyring(tmp_path / "b")
    one.put("seller_a|password", "x")
    assert one.get("seller_a|password") == "x"
    with pytest.raises(KeyringEmpty):
        other.get("seller_a|password")
    one.remove("seller_a|password")
    one.remove("seller_a|password")
    assert json.loads(file.read_text()) == {}


def test_the_key_is_found_in_every_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment comes before a named file, that before the home's own; each opens what it sealed."""
    own = master_key(tmp_path)
    assert own == master_key(tmp_path) == (tmp_path / "secret.key").read_bytes()
    named, given = Fernet.generate_key(), Fernet.generate_key()
    (tmp_path / "elsewhere").write_bytes(named + b"\n")
    monkeypatch.setenv("YEBAN_KEY_FILE", str(tmp_path / "elsewhere"))
    assert master_key(tmp_path) == named
    monkeypatch.setenv("YEBAN_KEY", f" {given.decode()}\n")
    assert (master_key(tmp_path), key_source(tmp_path).place) == (given, "environment")
    monkeypatch.setenv("YEBAN_KEY", "not a key")
    with pytest.raises(KeyUnfit) as caught:
        master_key(tmp_path)
    assert "YEBAN_KEY" in caught.value.message("zh")


def test_a_person_may_type_the_key(tmp_path: Path) -> None:
    """The right pass phrase opens, a wrong one is said at once, and where nobody sits that is said too."""
    key, said = typed_marker("correct horse")
    (tmp_path / "secret.key").write_text(said)
    assert "correct" not in said
    assert master_key(tmp_path, ask=lambda: "correct horse") == key
    with pytest.raises(VaultLocked):
        master_key(tmp_path, ask=lambda: "wrong horse")
    with pytest.raises(KeyNotTyped):
        master_key(tmp_path)


def steps(home: Path) -> list[str]:
    """The steps of a rotation of a filled home."""
    seen: list[str] = []
    vault = filled(home)
    rotate(vault, fresh_key(home), seen.append)
    return seen


def test_a_new_key_opens_everything_and_the_old_one_nothing(tmp_path: Path) -> None:
    """Secrets, the books' keys and sessions are the same under the new key; an open vault takes it up by itself."""
    vault = filled(tmp_path)
    before, old = opened(vault), vault.key
    done = rotate(vault, fresh_key(tmp_path))
    assert isinstance(done, Rotated)
    assert {"vault.bin", "people.bin"} < set(done.files)
    assert opened(vault) == opened(Vault(tmp_path)) == before
    assert vault.key != old
    with pytest.raises(VaultLocked):
        Vault(tmp_path, old).read()
    assert SessionStore(tmp_path / "sessions", old).load("seller_a") is None
    assert done.old_key is not None
    assert (done.old_key.read_bytes(), done.old_key.stat().st_mode & 0o077) == (old, 0)
    assert not (tmp_path / "rotation").exists()


@pytest.mark.parametrize("at", range(9))
def test_a_rotation_cut_short_loses_nothing(tmp_path: Path, at: int) -> None:
    """Killed before any of its steps, the next one that opens the vault finds everything, under one key."""
    before: list[object] = []

    def stop(count: list[int]) -> Callable[[str], None]:
        def now(step: str) -> None:
            if len(count) == at:
                raise Cut(step)
            count.append(1)

        return now

    vault = filled(tmp_path)
    before = [opened(vault)]
    with pytest.raises(Cut):
        rotate(vault, fresh_key(tmp_path), stop([]))
    assert [opened(Vault(tmp_path))] == before
    rotate(Vault(tmp_path), fresh_key(tmp_path))
    assert [opened(Vault(tmp_path))] == before


def test_a_rotation_has_the_steps_that_were_cut(tmp_path: Path) -> None:
    """The test before this one stops at every step there is."""
    assert len(steps(tmp_path)) == 9


def test_the_key_moves_to_where_it_is_wanted(tmp_path: Path) -> None:
    """Into the keyring, then typed by a person, then back into the file: each time everything opens."""
    keyring = FakeKeyring()
    vault = filled(tmp_path, keyring)
    before = opened(vault)
    rotate(vault, fresh_key(tmp_path, "keyring"))
    assert key_source(tmp_path).place == "keyring"
    assert opened(Vault(tmp_path, keyring=keyring)) == before
    rotate(Vault(tmp_path, keyring=keyring), fresh_key(tmp_path, "typed", lambda: "correct horse"))
    assert key_source(tmp_path).place == "typed"
    typed = master_key(tmp_path, ask=lambda: "correct horse")
    assert opened(Vault(tmp_path, typed)) == before
    rotate(Vault(tmp_path, typed), fresh_key(tmp_path, "file"))
    assert opened(Vault(tmp_path)) == before


def test_a_key_of_the_environment_is_replaced_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the new one in the environment nothing is done; with it everything opens by it, and no file holds it."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("YEBAN_KEY", old)
    vault = filled(tmp_path)
    before = opened(vault)
    with pytest.raises(NewKeyMissing):
        fresh_key(tmp_path)
    monkeypatch.setenv("YEBAN_NEW_KEY", new)
    assert rotate(vault, fresh_key(tmp_path)).old_key is None
    monkeypatch.setenv("YEBAN_KEY", new)
    assert opened(Vault(tmp_path)) == before
    assert not (tmp_path / "secret.key").exists()


def test_no_key_is_changed_under_a_night(tmp_path: Path) -> None:
    """While a night or an account's run holds its lock the rotation refuses and changes nothing."""
    vault = filled(tmp_path)
    old = vault.key
    for name in ("night.lock", "locks/seller_a.lock"):
        held = taken(tmp_path / name)
        assert held is not None
        with pytest.raises(DeskBusy):
            rotate(vault, fresh_key(tmp_path))
        held.close()
    assert Vault(tmp_path).key == old


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("accounts:\n  a:\n    site: practice\n    username: u\n    password: hunter2\n", "settings.yaml:5:5"),
        (
            "accounts:\n  a:\n    site: practice\n    username: u\n    values:\n      token: t0ken\n",
            "settings.yaml:6:14",
        ),
        ("database: postgresql://yeban:hunter2@db/yeban\n", "settings.yaml:1:11"),
        ("lang: zh\npassword: hunter2\n", "settings.yaml:2:1"),
    ],
)
def test_no_secret_stands_in_yaml(tmp_path: Path, text: str, place: str) -> None:
    """A password in settings.yaml is refused where it stands, and told where it goes; it is not repeated as a value."""
    (tmp_path / "settings.yaml").write_text(text, "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_settings(tmp_path)
    said = caught.value.message("zh")
    assert place in said
    assert "D-SECRET-IN-YAML" in said or "YAML" in said
    assert "hunter2" not in said
    assert "t0ken" not in said


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored, listed with its age and without its value, sealed anew, removed; `secrets` is `secret`."""
    monkeypatch.setenv("YEBAN_HOME", str(tmp_path))
    runner = CliRunner()

    def said(*words: str, typed: str = "") -> str:
        result = runner.invoke(command_line(words[0]), [*words], input=typed, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    assert "hunter2" not in said("secret", "set", "seller_a", typed="hunter2\n")
    listed = json.loads(said("secrets", "list", "--json"))
    assert listed == {
        "key": "file",
        "secrets": [{"account": "seller_a", "name": "password", "days": 0, "keeper": "vault"}],
    }
    assert json.loads(said("secret", "list", "--older", "90", "--json"))["secrets"] == []
    assert "hunter2" not in said("secret", "list")
    key = Vault(tmp_path).key
    assert ".secret.key.before-" in said("secret", "rotate")
    assert Vault(tmp_path).key != key
    assert Vault(tmp_path).get("seller_a", "password") == "hunter2"
    assert "1" in said("secret", "remove", "seller_a")
    assert Vault(tmp_path).read() == {}
    Fernet(said("secret", "new-key").strip().encode())
