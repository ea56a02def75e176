"""Settings, vault, lock and the words of errors."""

import errno
import multiprocessing
from pathlib import Path

import pytest

from bots.errors import BotError, BrowserMissing
from schedules import problems
from schedules.lock import only_one
from schedules.problems import EXIT_CODES, NightRunning, SecretMissing, SettingsBroken, VaultLocked, explain
from schedules.settings import load_settings
from schedules.vault import Vault


def test_a_secret_is_kept_and_nothing_shows_it(tmp_path: Path) -> None:
    """A stored secret comes back, and its bytes are nowhere in the home folder."""
    Vault(tmp_path).put("seller_a", password="pl4nted-s3cret")
    assert Vault(tmp_path).get("seller_a", "password") == "pl4nted-s3cret"
    for path in tmp_path.iterdir():
        assert b"pl4nted-s3cret" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_a_missing_secret_says_how_to_store_it(tmp_path: Path) -> None:
    """The error names the command that mends it."""
    with pytest.raises(SecretMissing) as caught:
        Vault(tmp_path).get("seller_a", "totp")
    assert "yeban secret set seller_a totp" in caught.value.hint("zh")


def test_a_wrong_key_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault written with another key is an error in words, not a traceback."""
    Vault(tmp_path).put("a", password="x")
    (tmp_path / "secret.key").unlink()
    with pytest.raises(VaultLocked):
        Vault(tmp_path).read()


def test_settings_with_a_typo_are_located(tmp_path: Path) -> None:
    """A wrong key in settings.yaml is said with file and line."""
    (tmp_path / "settings.yaml").write_text("lang: zh\nheadles: true\n", "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_settings(tmp_path)
    assert "settings.yaml:2:" in caught.value.message("zh")
    assert "headles" in caught.value.message("zh")


def hold(home: Path, held: "multiprocessing.synchronize.Event") -> None:
    """Hold the lock until killed."""
    with only_one(home):
        held.set()
        multiprocessing.Event().wait()


def test_the_database_of_the_environment_is_the_one_for_this_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its password is no password in YAML, whatever the file says; in the file itself one is refused with its line."""
    with_password = "postgresql://yeban:" + "pw@books.example/yeban"
    monkeypatch.setenv("YEBAN_DATABASE", with_password)
    assert load_settings(tmp_path).database_url == with_password
    for text in ("min_free_gb: 2\n", "database: postgresql://elsewhere.example/yeban\n"):
        (tmp_path / "settings.yaml").write_text(text, "utf-8")
        assert load_settings(tmp_path).database_url == with_password
    monkeypatch.delenv("YEBAN_DATABASE")
    assert load_settings(tmp_path).database_url == "postgresql://elsewhere.example/yeban"
    (tmp_path / "settings.yaml").write_text(f"database: {with_password}\n", "utf-8")
    with pytest.raises(SettingsBroken, match="YEBAN_DATABASE"):
        load_settings(tmp_path)


def test_one_night_at_a_time_and_a_killed_one_frees_the_lock(tmp_path: Path) -> None:
    """While another process plays, a second one is refused; after kill -9 it may start."""
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    other = context.Process(target=hold, args=(tmp_path, held))
    other.start()
    assert held.wait(60)
    with pytest.raises(NightRunning), only_one(tmp_path):
        pass
    other.kill()
    other.join()
    with only_one(tmp_path):
        assert (tmp_path / "night.lock").exists()


def test_any_error_says_who_acts() -> None:
    """An error of either room, and one of nobody's, are shown with who has to act and an exit code."""
    shown = explain(BrowserMissing(["chromium: none"]), "zh")
    assert shown.exit_code == EXIT_CODES["operator"]
    assert shown.message
    fault = explain(ZeroDivisionError("x"), "en")
    assert fault.exit_code == 1
    assert "ZeroDivisionError" in fault.message


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_a_file_that_this_user_may_not_write_is_no_fault_of_the_program(code: int) -> None:
    """Another user's folder, or a volume that is only read, is said with the path and what to do about it."""
    shown = explain(OSError(code, "no", "/home/yeban/browsers.new"), "en")
    assert (shown.code, shown.exit_code) == ("D-DENIED", 4)
    assert "/home/yeban/browsers.new" in shown.message
    assert "YEBAN_HOME" in shown.hint
    assert "数据库" in explain(ValueError("(x) attempt to write a readonly database"), "zh").message
    assert explain(OSError(errno.EINVAL, "no", "/x"), "en").code == "D-FAULT"


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Every error class of the module is drawn in its docstring with its family; commands may have their own."""
    every = problems.DeskError.__subclasses__()
    classes = {cls.__name__: cls for cls in every if cls.__module__ == problems.__name__}
    assert len(classes) >= 12
    for name, cls in classes.items():
        line = next(line for line in (problems.__doc__ or "").splitlines() if name in line)
        assert cls.who in line
    assert issubclass(BrowserMissing, BotError)
