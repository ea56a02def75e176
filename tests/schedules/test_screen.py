"""What commands show is what was said: no text of a shop, a site or a person is taken for signs of the screen."""

import pytest
from rich.table import Table

from bots.people import Question
from schedules.cli.live_view import LiveWatcher
from schedules.cli.screen import complaints, console, look_again
from schedules.desk import open_desk
from schedules.inbox.opening import book_at
from tests.support.command_line import Yeban

SAID = "裙子[new] [red]红[/red] [/x] :smile:"


def test_a_table_shows_brackets_and_colons_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Before and after a warm process has taken another's place, a cell, a head and a sentence lose nothing."""
    for _ in range(2):
        table = Table(SAID)
        table.add_row(SAID)
        for one in (console, complaints):
            one.print(table, width=200)
            one.print(SAID)
        written = capsys.readouterr()
        assert (written.out.count(SAID), written.err.count(SAID)) == (3, 3)
        look_again()


@pytest.mark.usefixtures("at_home")
def test_nobody_breaks_the_inbox_by_a_name(yeban: Yeban) -> None:
    """Whoever has a link may write anything for a name; the list of questions shows it, in its place."""
    with open_desk() as desk:
        book = book_at(desk)
        one = book.put(Question("text", SAID, 60_000))
        book.answer(one.number, "好", "[/王芳]")
        book.take(one.number)
    code, written = yeban("inbox")
    assert code == 0
    assert SAID in written
    assert "[/王芳]" in written


def test_a_live_line_shows_what_the_step_says() -> None:
    """A bar's words are text too: a step that clicks 「[/x]」 does not end the picture of the night."""
    columns = [column for column in LiveWatcher().progress.columns if hasattr(column, "markup")]
    assert columns
    assert not any(column.markup for column in columns)
