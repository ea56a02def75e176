"""A slip in notify.yaml costs nobody a run: the question stands in the inbox, and the doctor says the slip."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.people import Question
from schedules.cli.whole import app
from schedules.desk import open_desk
from schedules.inbox.asking import Terminal
from schedules.inbox.opening import book_at, inbox_at
from schedules.inbox.when_asked import WhenAsked
from schedules.settings import Settings


async def test_a_run_that_asks_goes_on_with_a_slip_in_the_settings(tmp_path: Path) -> None:
    """Nobody can be called, so nobody is waited for; what was asked stands among the past questions, a note is kept."""
    (tmp_path / "notify.yaml").write_text("chanels: {}\n", "utf-8")
    with open_desk(Settings(home=tmp_path)) as desk:
        inbox = WhenAsked(desk, None)
        assert await inbox.ask(Question("code", "验证码？", 600_000)) is None
        await inbox.tell("余额不足", {"account": "seller_a"})
        assert [one.text for one in book_at(desk).past(5)] == ["验证码？"]


async def test_whoever_sits_there_can_answer_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal the question is shown with the slip, and what is typed answers it."""
    (tmp_path / "notify.yaml").write_text("chanels: {}\n", "utf-8")
    monkeypatch.setattr("schedules.inbox.opening.has_keyboard", lambda: True)
    monkeypatch.setattr("schedules.inbox.opening.forget_typed", lambda: None)
    shown: list[str] = []
    lines: asyncio.Queue[str] = asyncio.Queue()
    await lines.put("三楼")
    with open_desk(Settings(home=tmp_path)) as desk:
        inbox = inbox_at(desk, shown.append)
        assert inbox.typed is not None
        inbox.typed = Terminal(shown.append, lines.get)
        assert await inbox.ask(Question("text", "几楼？", 600_000)) == "三楼"
    assert any("notify.yaml:1:" in text for text in shown)
    assert any("几楼？" in text for text in shown)


def test_the_inbox_is_read_and_answered_with_a_slip_elsewhere(tmp_path: Path) -> None:
    """The commands need no channel."""
    (tmp_path / "notify.yaml").write_text("chanels: {}\n", "utf-8")
    with open_desk(Settings(home=tmp_path)) as desk:
        one = book_at(desk).put(Question("text", "几楼？", 600_000))
    runner = CliRunner(env={"YEBAN_HOME": str(tmp_path)})
    assert one.number in runner.invoke(app, ["inbox"]).output
    assert runner.invoke(app, ["inbox", "answer", one.number, "三楼"]).exit_code == 0
