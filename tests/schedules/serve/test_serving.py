"""`yeban serve` as a process: what a call begins is done by its worker, it answers for itself, and a signal ends it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from schedules.queue import board
from schedules.settings import ROOT
from schedules.vault import Vault
from storage.database.connection import open_database
from storage.database.tables.desk import queue_job

TABLE = """
title: 试
entries:
  到: {on: {webhook: stock}}
  然后: {run: small.yaml, after: 到}
"""
PLAN = "title: 小夜\nphases:\n  - {name: 核, core: [collect]}\n"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def until(what: Callable[[], object]) -> None:
    """Until it is so, for forty seconds at most."""
    looked = threading.Event()
    for _ in range(800):
        if what():
            return
        looked.wait(0.05)
    raise AssertionError("it never came")


def asked(url: str, token: str = "", body: bytes | None = None) -> int:
    """The status of the answer; 0 while nobody answers."""
    call = urllib.request.Request(url, data=body, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_a_call_is_served_by_the_worker_and_a_signal_ends_it(tmp_path: Path) -> None:
    """A call with its token begins a run and the night after it; SIGTERM lets it end well, with nobody left there."""
    (tmp_path / "timetable.yaml").write_text(TABLE, "utf-8")
    (tmp_path / "small.yaml").write_text(PLAN, "utf-8")
    Vault(tmp_path).put("hook:stock", token="t0ken")
    port = free_port()
    environment = {**os.environ, "YEBAN_HOME": str(tmp_path), "YEBAN_LANG": "zh", "PYTHONUTF8": "1"}
    environment.pop("YEBAN_DATABASE", None)
    with (tmp_path / "said.txt").open("w", encoding="utf-8") as said:
        command = [sys.executable, "-m", "schedules.cli", "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)
    try:
        site = f"http://127.0.0.1:{port}"
        until(lambda: asked(f"{site}/health") == 200)
        assert asked(f"{site}/metrics") == 200
        assert asked(f"{site}/hooks/stock", "wrong", b"{}") == 401
        assert asked(f"{site}/hooks/stock", "t0ken", b"{}") == 202
        database = open_database(tmp_path / "yeban.db")

        def outcomes() -> list[str]:
            with database.read() as connection:
                ended = board.standings(connection, queue_job.c.state == "ended")
            return sorted(f"{one.ticket.run_key.split('|')[0]} {one.outcome}" for one in ended)

        until(lambda: len(outcomes()) == 2)
        assert outcomes() == ["到 done", "然后 done"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        with database.read() as connection:
            assert board.workers(connection) == []
        database.close()
    finally:
        process.kill()
        process.wait()
    words = (tmp_path / "said.txt").read_text("utf-8")
    assert "钟开着：试" in words
    assert "等 0 件做完再停" in words
    logged = [json.loads(line) for line in (tmp_path / "logs" / "yeban.jsonl").read_text("utf-8").splitlines()]
    assert "worker_stopped" in json.dumps(logged)
