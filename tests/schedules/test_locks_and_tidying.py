"""One run at a time per account; what old runs leave behind; what a site may be told of the browser."""

import multiprocessing
import os
import signal
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from schedules.lock import one_run, taken
from schedules.problems import AccountBusy, SettingsBroken
from schedules.retention import NOTE_FILE, Tidied, tidy
from schedules.settings import load_settings

TODAY = date(2026, 11, 22)


async def test_an_account_is_held_once_and_waited_for(tmp_path: Path) -> None:
    """While one run holds the account another waits, says so once, and gives up in words; a third account is free."""
    said: list[str] = []
    async with one_run(tmp_path, "店铺 A/1"):
        async with one_run(tmp_path, "other"):
            pass
        with pytest.raises(AccountBusy) as caught:
            async with one_run(tmp_path, "店铺 A/1", wait_s=0.6, waits=lambda: said.append("waits")):
                pass
    assert "店铺 A/1" in caught.value.message("zh")
    async with one_run(tmp_path, "店铺 A/1", wait_s=0.0, waits=lambda: said.append("again")):
        pass
    assert said == ["waits"]


def hold(path: Path, pipe: Connection) -> None:
    """Hold the lock until the process is killed."""
    held = taken(path)
    pipe.send(held is not None)
    pipe.recv()  # nothing ever comes


async def test_a_killed_holder_frees_the_account(tmp_path: Path) -> None:
    """However the other process dies, its account is free at once, and the one that waited goes on."""
    path = tmp_path / "locks" / "a.lock"
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=hold, args=(path, theirs))
    process.start()
    assert ours.recv()
    said: list[str] = []

    def kill() -> None:
        said.append("waits")
        os.kill(process.pid or 0, signal.SIGKILL)

    async with one_run(tmp_path, "a", wait_s=30.0, waits=kill):
        assert said == ["waits"]
    process.join()


def run_of(runs: Path, name: str) -> Path:
    """A run's folder with a manifest, a file, results and evidence."""
    folder = runs / name
    for path in (
        "manifest.json",
        "files/订单.xlsx",
        "results.jsonl",
        "evidence/1.png",
        "evidence/trace.zip",
        "downloads/x",
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"12345")
    return folder


def left_in(folder: Path) -> set[str]:
    """The files of a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_old_evidence_goes_and_nothing_else(tmp_path: Path) -> None:
    """Runs before the last ninety days lose pictures, traces and torn downloads, and say so; newer ones keep all."""
    old, edge = run_of(tmp_path, "2026-08-23-orders-a1"), run_of(tmp_path, "2026-08-24-orders-a1")
    other = run_of(tmp_path, "something-else")
    assert tidy(tmp_path, TODAY, 90, really=False) == Tidied(1, 3, 15)
    assert len(left_in(old)) == 6
    assert tidy(tmp_path, TODAY, 90) == Tidied(1, 3, 15)
    assert left_in(old) == {"manifest.json", "files/订单.xlsx", "results.jsonl", f"evidence/{NOTE_FILE}"}
    assert len(left_in(edge)) == len(left_in(other)) == 6
    assert tidy(tmp_path, TODAY, 90) == Tidied()
    assert tidy(tmp_path, TODAY, 0) == Tidied()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("proxy: proxy.example.com", "代理写成"),
        ("proxy: ftp://proxy.example.com:21", "代理写成"),
        ("proxy: http://me:s3cret@proxy.example.com:8080", "yeban secret set"),
        ("timezone: Asia/Peking", "没有叫「Asia/Peking」的时区"),
    ],
)
def test_what_a_browser_cannot_be_is_refused_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    """A proxy without a port, one with a password in it, a time zone that is none: each with its line."""
    (tmp_path / "settings.yaml").write_text(f"accounts:\n  a:\n    site: s\n    username: u\n    {line}\n", "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_settings(tmp_path)
    assert said in str(caught.value)
    assert ":5:" in str(caught.value)
