"""The keyboard of a real terminal: only what is typed under a question answers it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.people import Question
from schedules.desk import open_desk
from schedules.inbox.opening import inbox_at
from schedules.settings import Settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="terminals of this kind are POSIX's")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What a person's fingers write to; standard input is the terminal that they sit at."""
    fingers, terminal = os.openpty()
    with os.fdopen(terminal, "r", encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield fingers
        monkeypatch.undo()
    os.close(fingers)


async def test_what_was_typed_before_a_question_does_not_answer_it(tmp_path: Path, keys: int) -> None:
    """An impatient second yes to the question before, or a line typed while the run worked, approves nothing."""
    os.write(keys, b"yes\nyes\n")

    def show(text: str) -> None:
        if text.startswith("?"):
            os.write(keys, b"no\n")

    with open_desk(Settings(home=tmp_path)) as desk:
        assert await inbox_at(desk, show).ask(Question("approval", "付款？", 20_000)) == "no"
