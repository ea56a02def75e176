"""What people get wrong with secrets: said at once, and nothing that was stored is lost by it."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from schedules.book_keys import book_keys
from schedules.cli.app import command_line
from schedules.problems import VaultLocked
from schedules.secrets import master
from schedules.secrets.errors import KeyGone, KeyUnreadable, SecretEmpty
from schedules.secrets.master import master_key
from schedules.secrets.seeds import CodesUnknown, seed_of
from schedules.vault import Vault

SEED = "JBSWY3DPEHPK3PXP"
FILE = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which no key is given from outside."""
    monkeypatch.setenv("YEBAN_HOME", str(tmp_path))
    for name in ("YEBAN_KEY", "YEBAN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def stored(name: str, given: str) -> BaseException | None:
    """What `secret set a NAME --stdin` ends with."""
    words = ["secret", "set", "a", name, "--stdin"]
    return CliRunner().invoke(command_line("secret"), words, input=given).exception


@pytest.mark.parametrize("given", ["", "\n", "  \r\n"])
def test_nothing_given_changes_nothing(home: Path, given: str) -> None:
    """The command before the pipe failed: the password that was stored is the one that is stored."""
    assert stored("password", "good\n") is None
    assert isinstance(stored("password", given), SecretEmpty)
    assert Vault(home).get("a", "password") == "good"


def test_a_key_is_stored_with_all_its_lines_and_a_password_by_its_first(home: Path) -> None:
    """SFTP's private key is a file of several lines; what `pass` shows below the password is not of it."""
    assert stored("private_key", FILE) is None
    assert stored("password", "s3cret\nlogin: seller_a\n") is None
    assert Vault(home).get("a", "private_key") == FILE
    assert Vault(home).get("a", "password") == "s3cret"


@pytest.mark.parametrize(
    ("more", "said"), [("&digits=8", "digits=8"), ("&period=60", "period=60"), ("&algorithm=SHA256", "SHA256")]
)
def test_codes_that_are_made_in_another_way_are_not_called_stored(home: Path, more: str, said: str) -> None:
    """The address says how its codes are made; where that is not how they are made here, nothing is stored."""
    with pytest.raises(CodesUnknown) as caught:
        seed_of(f"otpauth://totp/shop:a?secret={SEED}{more}")
    assert said in caught.value.message("zh")
    assert SEED not in caught.value.message("en")
    assert isinstance(stored("totp", f"otpauth://totp/a?secret={SEED}{more}\n"), CodesUnknown)
    assert Vault(home).names("a") == []


def test_an_address_may_say_what_holds_anyway() -> None:
    """SHA1, 6 digits and 30 seconds are what every phone takes for granted; codes by a counter are others."""
    assert seed_of(f"otpauth://totp/a?secret={SEED}&algorithm=sha1&digits=6&period=30&issuer=x") == SEED
    with pytest.raises(CodesUnknown):
        seed_of(f"otpauth://hotp/a?secret={SEED}&counter=1")


def test_a_seed_may_be_pasted_from_a_page() -> None:
    """Pages part it by blanks that do not break, or by tabs."""
    assert seed_of("JBSW\u00a0Y3DP\tEHPK\u20093PXP") == SEED


@pytest.mark.parametrize("sealed", ["vault.bin", "people.bin"])
def test_no_new_key_is_made_where_something_is_sealed(home: Path, sealed: str) -> None:
    """The key's file is away: the command says so and makes no other, which would open nothing and look like one."""
    if sealed == "vault.bin":
        Vault(home).put("a", password="good")
    else:
        book_keys(Vault(home))
    key = home / "secret.key"
    was = key.rename(home / "elsewhere")
    with pytest.raises(VaultLocked) as caught:
        master_key(home)
    assert isinstance(caught.value, KeyGone)
    assert sealed in caught.value.message("zh")
    assert not key.exists()
    was.rename(key)
    assert Vault(home).names("nobody") == []


def test_a_name_that_is_wrong_makes_no_second_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """YEBAN_KEY_FILE with a slip in it: a file that is not there, in a folder that is not there, or a folder."""
    Vault(home).put("a", password="good")
    monkeypatch.setenv("YEBAN_KEY_FILE", str(home / "secret.kay"))
    with pytest.raises(KeyGone):
        master_key(home)
    monkeypatch.setenv("YEBAN_KEY_FILE", str(home))
    with pytest.raises(KeyUnreadable):
        master_key(home)
    (home / "vault.bin").unlink()
    monkeypatch.setenv("YEBAN_KEY_FILE", str(home / "stick" / "secret.key"))
    with pytest.raises(KeyUnreadable) as caught:
        master_key(home)
    assert "stick" in caught.value.message("zh")
    assert sorted(path.name for path in home.iterdir()) == [".vault.lock", "secret.key"]


def test_an_account_that_nobody_knows_is_said(home: Path) -> None:
    """A slip in the name stores a secret that no run would find; channels, hooks and places are no accounts."""
    (home / "settings.yaml").write_text("accounts:\n  seller_a: {site: practice, username: a}\n", "utf-8")

    def said(account: str) -> str:
        words = ["secret", "set", account, "password", "--stdin"]
        return CliRunner().invoke(command_line("secret"), words, input="x\n").output

    assert "没有账号「selller_a」" in said("selller_a")
    assert "没有账号" not in said("seller_a") + said("notify:群")


def test_a_key_that_another_makes_meanwhile_is_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two ask at the same moment: one has made it and sealed something when the other looks for what is sealed."""
    key = Fernet.generate_key()

    def another(home: Path) -> tuple[Path]:
        (home / "secret.key").write_bytes(key)
        (home / "people.bin").write_bytes(Fernet(key).encrypt(b"sealed"))
        return (home / "people.bin",)

    monkeypatch.setattr(master, "sealed_with_it", another)
    assert master_key(tmp_path) == key
