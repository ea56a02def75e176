"""Help is all Chinese or all English: no command and no option is without one of its halves."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from schedules.cli.help_words import EXAMPLES, QUOTED, half, paragraphs
from schedules.cli.panels import PANELS
from schedules.cli.whole import app
from tests.support.command_line import Yeban

CHINESE = re.compile(r"[\u3400-\u9fff]")


def tree(command: Any, called: str) -> Iterator[tuple[str, Any]]:
    """Every command with what a user types for it."""
    yield called, command
    for name, below in getattr(command, "commands", {}).items():
        yield from tree(below, f"{called} {name}")


TREE = list(tree(get_command(app), "yeban"))


def test_every_command_has_both_halves_of_its_help() -> None:
    """A command says itself in Chinese and in English, and neither half is written in the other's words."""
    wrong = []
    for called, command in TREE:
        chinese, english = (EXAMPLES.split(paragraphs(command.help or "", lang))[0] for lang in ("zh", "en"))
        said = re.split(r"(?:^|\n\n)(?:例：|examples?: )", chinese)[0], re.split(r"(?:^|\n\n)examples?: ", english)[0]
        if not CHINESE.search(said[0]) or not said[1] or CHINESE.search(QUOTED.sub("", said[1])):
            wrong.append((called, *said))
    assert wrong == []


def test_every_option_has_both_halves_of_its_help() -> None:
    """What an option says is there in both languages."""
    wrong = [
        (called, param.name, param.help)
        for called, command in TREE
        for param in command.params
        for chinese, english in [(half(param.help or "", "zh"), half(param.help or "", "en"))]
        if not CHINESE.search(chinese) or not english or CHINESE.search(english)
    ]
    assert wrong == []


def test_groups_of_commands_have_both_names() -> None:
    """The list of commands has headings in either language."""
    assert [one for one in PANELS if not CHINESE.search(half(one, "zh")) or CHINESE.search(half(one, "en"))] == []


@pytest.mark.parametrize(
    ("lang", "there", "gone"),
    [
        (
            "zh",
            ["用法：yeban orders", "选项", "命令", "拦下的订单", "显示这段说明"],
            ["Usage", "Options", "Orders that"],
        ),
        (
            "en",
            ["Usage: yeban orders", "Options", "Commands", "Orders that the review holds"],
            ["用法", "选项", "拦下"],
        ),
    ],
)
def test_help_is_in_one_language(
    yeban: Yeban, monkeypatch: pytest.MonkeyPatch, lang: str, there: list[str], gone: list[str]
) -> None:
    """The library's headings, ours and the commands' sentences are all in the reader's language."""
    monkeypatch.setenv("YEBAN_LANG", lang)
    code, said = yeban("orders", "--help")
    assert code == 0
    assert [one for one in there if one not in said] == []
    assert [one for one in gone if one in said] == []


def test_settings_say_the_language_of_the_terminal(yeban: Yeban, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`lang: en` in settings.yaml is enough, for help and for errors; YEBAN_LANG is stronger."""
    home.mkdir()
    (home / "settings.yaml").write_text("lang: en\n", "utf-8")
    monkeypatch.delenv("YEBAN_LANG")
    assert "no such command" in yeban("ordres")[1].lower()
    monkeypatch.setenv("YEBAN_LANG", "zh")
    assert "没有 ordres" in yeban("ordres")[1] or "没有「ordres」" in yeban("ordres")[1]
