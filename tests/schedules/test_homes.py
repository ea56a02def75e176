"""Which home a command looks at: one's own, or the newest demo's while there is nothing of one's own."""

import os
from pathlib import Path

import pytest

from schedules.cli.demo_command import say_whose
from schedules.desk import open_desk
from schedules.homes import default_home
from schedules.settings import Settings


def demo_of(home: Path, day: str, played_at: int) -> Path:
    """A demo's home as it stands after its night."""
    demo = home / "demo" / day
    demo.mkdir(parents=True)
    (demo / "settings.yaml").write_text("lang: zh\n", "utf-8")
    os.utime(demo / "settings.yaml", (played_at, played_at))
    return demo


def test_empty_books_hide_no_demo(at_home: Path) -> None:
    """Who asked `doctor` first has empty books; what `demo` says to look at next is found all the same."""
    with open_desk(Settings(home=at_home)):
        pass
    assert (at_home / "yeban.db").exists()
    assert default_home() == at_home
    demo_of(at_home, "2026-11-20", 1)
    newest = demo_of(at_home, "2026-11-21", 2)
    assert default_home() == newest


def test_what_is_ones_own_comes_before_any_demo(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row in the books, books that cannot be read, a database of one's own, settings: each keeps the own home."""
    demo = demo_of(at_home, "2026-11-21", 1)
    assert default_home() == demo
    monkeypatch.setenv("YEBAN_DATABASE", "postgresql://books")
    assert default_home() == at_home
    monkeypatch.delenv("YEBAN_DATABASE")
    (at_home / "yeban.db").write_bytes(b"not what SQLite wrote" * 100)
    assert default_home() == at_home
    (at_home / "yeban.db").unlink()
    with open_desk(Settings(home=at_home)) as desk:
        desk.journal.start_run("2026-11-21-a", {"flow": "practice/orders", "account": "seller_a"})
    assert default_home() == at_home
    (at_home / "yeban.db").unlink()
    (at_home / "settings.yaml").write_text("lang: zh\n", "utf-8")
    assert default_home() == at_home


def test_the_demo_says_where_commands_look(at_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With books of one's own the next commands look there: the demo says how to look at it."""
    demo = demo_of(at_home, "2026-11-21", 1)
    say_whose(demo)
    assert capsys.readouterr().out == ""
    (at_home / "settings.yaml").write_text("lang: zh\n", "utf-8")
    say_whose(demo)
    assert f"YEBAN_HOME={demo}" in capsys.readouterr().out
