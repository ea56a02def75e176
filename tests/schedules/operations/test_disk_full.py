"""A full disk at each place where a run writes: nothing is claimed, it is said plainly, and later it goes on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select
from sqlalchemy.exc import OperationalError

from bots.browser.fake import FakeSite, button, send, text
from bots.engine import RunResult
from bots.errors import DiskFull
from schedules.book_keys import book_keys
from schedules.desk import Desk, open_desk
from schedules.problems import explain
from schedules.settings import Settings
from schedules.vault import Vault
from schedules.work import take_in
from storage.database.tables import effect, run, run_file
from storage.database.tables.desk import notice
from tests.bots.engine.rig import Rig, read_site

SITE = """\
site: shop
base: ${base_url}
pages: {首页: ''}
"""
FLOW = """\
title: 下载
site: shop
steps:
  - open: 首页
  - download: 导出
    as: book
"""
CONTENT = "订单号,金额\n1001,12.00\n".encode()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty desk."""
    with open_desk(Settings(home=tmp_path, min_free_gb=0)) as opened:
        yield opened


async def played(desk: Desk) -> RunResult:
    """One run of the flow, by the desk's journal; the second call goes on with the first one's."""
    site = FakeSite({"": [text("小店"), button("导出", send("订单.csv", CONTENT))]})
    return await Rig(site, read_site(SITE), desk.settings.runs, desk.journal).run(FLOW)


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch, place: str) -> Iterator[list[str]]:
    """Whatever is made durable below a path with `place` in it meets the end of the disk, as delayed writes do."""
    met: list[str] = []
    sync = os.fsync

    def no_room(descriptor: int) -> None:
        path = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        if place in path:
            met.append(path)
            raise OSError(ENOSPC, os.strerror(ENOSPC), path)
        sync(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", no_room)
        yield met


def archived(desk: Desk) -> list[Path]:
    """The documents of the archive."""
    return [path for path in (desk.home / "archive").rglob("*") if path.is_file() and path.read_bytes() == CONTENT]


def count(desk: Desk, table: object) -> int:
    """How many rows there are."""
    with desk.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


async def finished(desk: Desk) -> None:
    """The next run goes on to the end, and what it brought is taken in."""
    result = await played(desk)
    assert result.state == "done", result.message
    taken(desk)


def taken(desk: Desk) -> None:
    """The run's document is archived once, and taking it in again changes nothing."""
    for _ in range(2):
        take_in(desk, desk.settings.runs / "run-1", "run-1")
    assert len(archived(desk)) == 1
    assert (count(desk, run), count(desk, run_file)) == (1, 1)


async def test_while_a_download_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run fails by the operator's word with the file and the system's reason, and claims no file."""
    with full(monkeypatch, "/files/") as met:
        result = await played(desk)
    assert met
    assert (result.state, result.code, result.who) == ("failed", "E-DISK", "operator")
    assert "files/book" in result.message
    assert (result.files, count(desk, run_file)) == ([], 0)
    await finished(desk)


async def test_while_the_run_writes_its_papers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its manifest a run has not ended: that is said in words, nothing is taken in, and it goes on later."""
    with full(monkeypatch, "manifest.json"), pytest.raises(DiskFull) as caught:
        await played(desk)
    assert explain(caught.value, "zh").exit_code == 4
    assert "manifest.json" in explain(caught.value, "zh").message
    with desk.database.read() as connection:
        assert connection.execute(select(run.c.state)).scalars().all() == ["open"]
    await finished(desk)


async def test_while_a_document_is_archived(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A torn document is not in the archive and no row names it; the words are plain."""
    result = await played(desk)
    with full(monkeypatch, "/archive/"), pytest.raises(OSError, match="space") as caught:
        take_in(desk, result.folder, "run-1")
    assert explain(caught.value, "zh").code == "D-DISK-FULL"
    assert "磁盘满了" in explain(caught.value, "zh").message
    assert archived(desk) == []
    taken(desk)


async def test_while_the_books_are_written(desk: Desk) -> None:
    """SQLite at the end of its room undoes the whole transaction; the words are plain, and with room it goes on."""
    result = await played(desk)
    with desk.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limited(limit: int) -> None:
        with desk.database.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {limit}")

    limit_now = [pages]
    event.listen(
        desk.database.engine,
        "begin",
        lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {limit_now[0]}"),
    )
    big = [{"notice_id": str(n), "body": "x" * 4000} for n in range(400)]
    with pytest.raises(OperationalError) as caught, desk.database.write() as connection:
        connection.execute(insert(effect).values(effect_key="下架-1", run_id="r", state="open"))
        connection.execute(insert(notice), big)
    assert (count(desk, effect), count(desk, notice)) == (0, 0)
    shown = explain(caught.value, "en")
    assert (shown.code, shown.exit_code) == ("D-DISK-FULL", 4)
    assert "full" in shown.message
    limit_now[0] = 1 << 30
    assert result.state == "done"
    taken(desk)


async def test_while_a_picture_of_a_failure_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture is lost, not the reason: the run still says what was wrong with the page."""
    tried: list[Path] = []

    def no_room(path: Path, _content: bytes) -> int:
        tried.append(path)
        raise OSError(ENOSPC, os.strerror(ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_bytes", no_room)
    site = FakeSite({"": [text("小店")]})
    rig = Rig(site, read_site(SITE), desk.settings.runs, desk.journal)
    result = await rig.run(FLOW.replace("导出\n", "导出\n    timeout: 100ms\n"))
    assert "evidence" in str(tried[0])
    assert (result.state, result.code) == ("failed", "E-ELEMENT-MISSING")


def test_while_secrets_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vault and the keys of personal data are whole as they were before."""
    vault = Vault(tmp_path)
    vault.put("a", password="x")
    keys = book_keys(vault).text()
    with full(monkeypatch, str(tmp_path)), pytest.raises(OSError, match="space"):
        vault.put("a", password="y")
    assert Vault(tmp_path).read() == {"a": {"password": "x"}}
    assert book_keys(Vault(tmp_path)).text() == keys
    vault.put("a", password="y")
    assert Vault(tmp_path).get("a", "password") == "y"
