"""A backup is everything of one moment, checked to the byte; it never goes over what is there."""

import errno
import os
import socket
import tarfile
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, insert, select
from typer.testing import CliRunner

from schedules.backup import LISTED, backup, contents, holds_key, restore
from schedules.backup_errors import BackupBroken, BackupInside, BackupTargetTaken, HomeInUse
from schedules.cli.whole import app
from schedules.desk import Desk, open_desk
from schedules.lock import taken
from schedules.queue import board
from schedules.queue.model import WorkerFacts
from schedules.secrets.rotation import fresh_key, rotate
from schedules.settings import Settings
from storage.archive import Facts
from storage.database.connection import open_database
from storage.database.digest import digests
from storage.database.tables import raw_file
from storage.database.tables.desk import notice

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def desk_at(home: Path) -> Desk:
    """A desk with a little of everything that is kept, and some things that are not."""
    with open_desk(Settings(home=home)) as desk:
        keep(desk, 0)
        desk.vault.put("seller_a", password="pl4nted-s3cret")
        for name, text in (
            ("settings.yaml", "lang: zh\n"),
            ("runs/2026-11-21-a/manifest.json", "{}"),
            ("locks/a.lock", ""),
        ):
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text, "utf-8")
    return desk


def keep(desk: Desk, number: int) -> None:
    """A document is archived, then a row names it, as everywhere."""
    kept = desk.archive.put(f"订单 {number}".encode(), Facts(name=f"{number}.csv"))
    with desk.database.write() as connection:
        connection.execute(insert(raw_file).values(file_sha=kept.sha256, kind="orders"))


def books(url: str | Path) -> dict[str, str]:
    """A digest of each table."""
    database = open_database(url)
    try:
        with database.read() as connection:
            return digests(connection)
    finally:
        database.close()


class Cut(Exception):
    """The process dies here."""


def names_in(target: Path) -> list[str]:
    """The files of a backup."""
    with tarfile.open(target) as tar:
        return [name.removeprefix("home/") for name in tar.getnames()]


@pytest.mark.parametrize("at", ["seal vault.bin", "ready", "move vault.bin", "clean"])
def test_no_key_lies_beside_its_vault_whatever_was_cut_short(tmp_path: Path, at: str) -> None:
    """A rotation dies on the way: neither the old nor the new key is in the backup, nor what only the new one opens."""
    desk = desk_at(tmp_path / "home")
    (tmp_path / "home" / "secret.key.next").write_bytes(b"left by an older version")

    def dies(step: str) -> None:
        if step == at:
            raise Cut(step)

    with suppress(Cut):
        rotate(desk.vault, fresh_key(desk.home), dies)
    with open_desk(Settings(home=tmp_path / "home")) as again:
        backup(again, tmp_path / "a.tar.gz", AT)
    found = names_in(tmp_path / "a.tar.gz")
    assert "vault.bin" in found
    assert [name for name in found if "key" in name or "rotation" in name] == []


def test_a_key_of_another_name_is_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """YEBAN_KEY_FILE may name a file inside the home: it is left out like any key, and goes along when asked for."""
    home = tmp_path / "home"
    (home / "keys").mkdir(parents=True)
    monkeypatch.setenv("YEBAN_KEY_FILE", str(home / "keys" / "mine"))
    desk = desk_at(home)
    backup(desk, tmp_path / "a.tar.gz", AT)
    assert "keys/mine" not in names_in(tmp_path / "a.tar.gz")
    backup(desk, tmp_path / "b.tar.gz", AT, with_key=True)
    assert "keys/mine" in names_in(tmp_path / "b.tar.gz")
    assert holds_key(home)


def test_a_key_that_is_elsewhere_is_not_said_to_go_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--with-key` says so when the environment keeps the key: whoever relies on the backup alone loses the vault."""
    monkeypatch.setenv("YEBAN_KEY", Fernet.generate_key().decode())
    home = tmp_path / "home"
    desk_at(home)
    runner = CliRunner(env={"YEBAN_HOME": str(home)})
    made = runner.invoke(app, ["backup", str(tmp_path / "a.tar.gz"), "--with-key"])
    assert made.exit_code == 0
    assert "不在备份里" in made.output


def test_what_was_backed_up_comes_back_to_the_byte(tmp_path: Path) -> None:
    """Books, archive, runs, vault and settings are the same again; locks and the key are not in the file."""
    home, target = tmp_path / "home", tmp_path / "out" / "yeban.tar.gz"
    desk = desk_at(home)
    said = backup(desk, target, AT)
    assert target.stat().st_mode & 0o077 == 0
    with tarfile.open(target) as tar:
        names = tar.getnames()
    assert names[-1] == LISTED
    assert [name for name in names if "lock" in name or "secret.key" in name] == []
    back, aside = restore(target, tmp_path / "again")
    assert (back.files, back.made_at, aside) == (said.files, "2026-11-22T08:00:00+00:00", None)
    assert books(tmp_path / "again" / "yeban.db") == books(home / "yeban.db")
    for name in ("settings.yaml", "runs/2026-11-21-a/manifest.json", "vault.bin"):
        assert (tmp_path / "again" / name).read_bytes() == (home / name).read_bytes()


def test_a_backup_of_a_desk_at_work_is_of_one_moment(tmp_path: Path) -> None:
    """While rows and documents come in, every document that the restored books name lies in the restored archive."""
    desk = desk_at(tmp_path / "home")
    stop, count = threading.Event(), 0
    written = threading.Event()

    def work() -> None:
        nonlocal count
        while not stop.is_set():
            count += 1
            keep(desk, count)
            if count == 3:
                written.set()

    worker = threading.Thread(target=work)
    worker.start()
    written.wait(30)
    before = count
    backup(desk, tmp_path / "a.tar.gz", AT)
    stop.set()
    worker.join()
    assert count > before, "nothing came in meanwhile"
    restore(tmp_path / "a.tar.gz", tmp_path / "again")
    with open_desk(Settings(home=tmp_path / "again")) as again, again.database.read() as connection:
        named = connection.execute(select(raw_file.c.file_sha)).scalars().all()
        assert before <= len(named) <= count + 1
        assert [sha for sha in named if not again.archive.path(sha).exists()] == []


@pytest.mark.parametrize("harm", ["torn", "changed", "no list", "foreign", "empty"])
def test_a_backup_that_was_harmed_changes_nothing(tmp_path: Path, harm: str) -> None:
    """Torn, changed, without its list, with a path that leads out, empty: refused, and the home is as it was."""
    home, target = tmp_path / "home", tmp_path / "a.tar.gz"
    backup(desk_at(home), target, AT)
    if harm == "torn":
        target.write_bytes(target.read_bytes()[:-200])
    elif harm == "empty":
        target.write_bytes(b"")
    else:
        rewrite(target, harm)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with pytest.raises(BackupBroken):
        contents(target)
    with pytest.raises(BackupBroken):
        restore(target, home)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "home"]


def test_bytes_that_gzip_does_not_know_are_a_broken_backup(tmp_path: Path) -> None:
    """Whatever is wrong with the compressed bytes is said as what it is: zlib has an error of its own."""
    target = tmp_path / "a.tar.gz"
    backup(desk_at(tmp_path / "home"), target, AT)
    whole = target.read_bytes()
    for place in range(200, len(whole) - 200, len(whole) // 150):
        target.write_bytes(
            whole[:place] + bytes(byte ^ 0xFF for byte in whole[place : place + 64]) + whole[place + 64 :]
        )
        with pytest.raises(BackupBroken):
            contents(target)


def test_a_full_disk_is_no_fault_of_the_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told to look for another backup when there is no room to unpack this one; --check needs no room."""
    target = tmp_path / "a.tar.gz"
    backup(desk_at(tmp_path / "home"), target, AT)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no such folder"))
    assert contents(target).made_at == AT.isoformat()
    monkeypatch.undo()
    with pytest.raises(OSError, match="No space left"):
        restore(target, tmp_path / "again", moved=full)
    assert not (tmp_path / "again").exists()


def test_no_home_is_put_aside_under_somebody_who_works_there(tmp_path: Path) -> None:
    """A clock, a night, a run, a worker: what they did next would stand in books that nobody opens any more."""
    home, target = tmp_path / "home", tmp_path / "a.tar.gz"
    desk = desk_at(home)
    backup(desk, target, AT)
    for name in ("night.lock", "clock.lock", "locks/seller_a.lock", "locks/by-hand/seller_a.lock"):
        held = taken(home / name)
        assert held is not None
        with pytest.raises(HomeInUse):
            restore(target, home)
        held.close()
    facts = WorkerFacts("here-1/1", socket.gethostname(), os.getpid(), (), 1)
    with open_desk(Settings(home=home)) as again:
        with again.database.write() as connection:
            board.enter(connection, facts)
        with pytest.raises(HomeInUse, match="here-1/1"):
            restore(target, home)
        with again.database.write() as connection:
            board.leave(connection, facts.name)
    assert not list(tmp_path.glob("home.before*"))
    restore(target, home)
    assert len(list(tmp_path.glob("home.before*"))) == 1


def rewrite(target: Path, harm: str) -> None:
    """The same archive with one thing wrong."""
    import io

    harmed = target.with_suffix(".new")
    with tarfile.open(target) as old, tarfile.open(harmed, "w:gz") as new:
        for member in old:
            stream = old.extractfile(member)
            assert stream is not None
            content = stream.read()
            if harm == "no list" and member.name == LISTED:
                continue
            if harm == "changed" and member.name == "home/settings.yaml":
                content = b"lang: en\n"
            if harm == "foreign" and member.name == "home/settings.yaml":
                member.name = "home/../../outside.yaml"
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    harmed.replace(target)


def test_what_was_there_stands_beside(tmp_path: Path) -> None:
    """Restoring over a home renames it; nothing of it is lost."""
    home = tmp_path / "home"
    backup(desk_at(home), tmp_path / "a.tar.gz", AT)
    (home / "settings.yaml").write_text("lang: en\n", "utf-8")
    _, aside = restore(tmp_path / "a.tar.gz", home)
    assert aside is not None
    assert (aside / "settings.yaml").read_text("utf-8") == "lang: en\n"
    assert (home / "settings.yaml").read_text("utf-8") == "lang: zh\n"


def test_a_home_that_is_a_volume_of_its_own_is_restored_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's volume cannot be renamed: what was in it stands inside, where no later backup takes it along."""
    home, target = tmp_path / "home", tmp_path / "a.tar.gz"
    backup(desk_at(home), target, AT)
    was = books(home / "yeban.db")
    (home / "settings.yaml").write_text("lang: en\n", "utf-8")
    monkeypatch.setattr("os.path.ismount", lambda path: path == home)
    inode = home.stat().st_ino
    _, aside = restore(target, home)
    assert aside is not None
    assert (aside / "settings.yaml").read_text("utf-8") == "lang: en\n"
    assert (home / "settings.yaml").read_text("utf-8") == "lang: zh\n"
    assert (home.stat().st_ino, books(home / "yeban.db")) == (inode, was)
    with open_desk(Settings(home=home)) as again:
        assert backup(again, tmp_path / "b.tar.gz", AT).files == contents(target).files
    assert [path.name for path in home.iterdir() if path.name.startswith(".")] == [aside.name]


def test_a_backup_that_dies_leaves_no_file_of_that_name(tmp_path: Path) -> None:
    """An older backup stays until the new one is whole."""
    desk, target = desk_at(tmp_path / "home"), tmp_path / "a.tar.gz"
    target.write_bytes(b"the older one")

    def dies(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(desk, target, AT, moved=dies)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "home"]
    assert target.read_bytes() == b"the older one"
    assert [path.name for path in (tmp_path / "home").iterdir() if path.name.startswith(".backup")] == []


def test_no_backup_holds_the_ones_before_it_or_what_a_killed_one_left(tmp_path: Path) -> None:
    """A file inside of the home is refused; a copy of the books that a killed backup left there goes after a day."""
    home = tmp_path / "home"
    desk = desk_at(home)
    for inside in (home / "a.tar.gz", home / "backups" / "a.tar.gz"):
        with pytest.raises(BackupInside):
            backup(desk, inside, AT)
    assert not (home / "backups").exists()
    torn, at_work = home / ".backup-old", home / ".backup-new"
    for folder, hours in ((torn, 25), (at_work, 1)):
        folder.mkdir()
        (folder / "books").write_bytes(b"x")
        os.utime(folder, (AT.timestamp() - hours * 3600,) * 2)
    backup(desk, tmp_path / "a.tar.gz", AT)
    assert (torn.exists(), at_work.exists()) == (False, True)


@pytest.mark.postgres
def test_books_move_between_the_databases(tmp_path: Path, postgres_url: str) -> None:
    """SQLite's backup goes into an empty PostgreSQL, that one's back into SQLite; a database with rows is refused."""
    desk = desk_at(tmp_path / "home")
    with desk.database.write() as connection:
        connection.execute(insert(notice), [{"notice_id": f"n{number}", "title": "夜班"} for number in range(2_500)])
    backup(desk, tmp_path / "a.tar.gz", AT)
    restore(tmp_path / "a.tar.gz", tmp_path / "b", postgres_url)
    assert books(postgres_url) == books(tmp_path / "home" / "yeban.db")
    with pytest.raises(BackupTargetTaken):
        restore(tmp_path / "a.tar.gz", tmp_path / "c", postgres_url)
    assert not (tmp_path / "c").exists()
    with open_desk(Settings(home=tmp_path / "b", database=postgres_url)) as moved:
        backup(moved, tmp_path / "d.tar.gz", AT)
        with moved.database.read() as connection:
            assert connection.execute(select(func.count()).select_from(notice)).scalar() == 2_500
    restore(tmp_path / "d.tar.gz", tmp_path / "e")
    assert books(tmp_path / "e" / "yeban.db") == books(tmp_path / "home" / "yeban.db")


def test_the_commands(tmp_path: Path) -> None:
    """`backup` says what it wrote and that the key is not in it, `restore` with and without --check what it found."""
    home, target = tmp_path / "home", tmp_path / "a.tar.gz"
    desk_at(home)
    runner = CliRunner(env={"YEBAN_HOME": str(home)})
    made = runner.invoke(app, ["backup", str(target)])
    assert made.exit_code == 0, made.output
    assert "secret.key" in made.output
    checked = runner.invoke(app, ["restore", str(target), "--check"])
    assert (checked.exit_code, "备份完好" in checked.output) == (0, True)
    again = runner.invoke(app, ["restore", str(target), "--to", str(tmp_path / "again")])
    assert (again.exit_code, (tmp_path / "again" / "yeban.db").exists()) == (0, True), again.output
    assert "注意" not in again.output
    over = runner.invoke(app, ["restore", str(target)])
    (aside,) = tmp_path.glob("home.before*")
    assert f"从 {aside / 'secret.key'} 复制到 {home / 'secret.key'}" in " ".join(over.output.split())


def test_restored_books_that_no_command_would_open_are_said(tmp_path: Path) -> None:
    """Settings or the environment name another database: nights would go by that one, and do again what was done."""
    home, target = tmp_path / "home", tmp_path / "a.tar.gz"
    desk_at(home)
    (home / "settings.yaml").write_text("database: postgresql://books.example/yeban\n", "utf-8")
    with open_desk(Settings(home=home)) as desk:
        backup(desk, target, AT)
    runner = CliRunner(env={"YEBAN_HOME": str(home), "YEBAN_LANG": "en"})
    there = ["restore", str(target), "--to", str(tmp_path / "again")]
    said = runner.invoke(app, there)
    assert said.exit_code == 0
    assert "Beware: the books were put into sqlite:///" in said.output
    assert "postgresql+psycopg://books.example/yeban" in said.output
    said = runner.invoke(app, there, env={"YEBAN_DATABASE": "postgresql://me:pl4nted@books.example/yeban"})
    assert "pl4nted" not in said.output
    assert "Beware" in said.output
