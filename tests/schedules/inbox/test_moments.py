"""Answers at odd moments, of odd signs, by two people at once: what was noted reaches the run, nothing else does."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from starlette.applications import Starlette

from bots.people import Question
from schedules.inbox.asking import DeskInbox
from schedules.inbox.book import LEFT_TO_ITS_RUN, Open, QuestionBook
from schedules.inbox.errors import AnswerRefused, NotAsked
from schedules.inbox.links import token_of
from schedules.inbox.opening import message_of
from schedules.inbox.pages import answer_routes
from storage.database.connection import open_database
from tests.schedules.operations.asgi import Answer, call

MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # ten in Shanghai


@dataclass
class Place:
    """A book of questions by a clock that is moved."""

    book: QuestionBook
    at: list[datetime] = field(default_factory=lambda: [MORNING])

    def put(self, kind: str = "text", **more: object) -> Open:
        """A question that waits ten minutes."""
        return self.book.put(Question(kind, f"{kind}？", 600_000, **more))  # type: ignore[arg-type]

    async def post(self, one: Open, body: str, book: QuestionBook | None = None) -> Answer:
        """An answer by the question's own link."""
        app = Starlette(routes=answer_routes(lambda: book or self.book))
        return await call(app, "POST", f"/ask/{one.number}/{token_of(one.number, self.book.key)}", body.encode())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Empty books."""
    database = open_database(f"sqlite:///{tmp_path / 'yeban.db'}")
    at = [MORNING]
    yield Place(QuestionBook(database, tmp_path, Fernet.generate_key(), lambda: at[0]), at)
    database.close()


@pytest.mark.parametrize("said", ["①", "²", "٣", "〇", "-1"])
def test_a_sign_that_is_no_number_of_a_choice_is_refused(place: Place, said: str) -> None:
    """What counts as a digit somewhere and is no number here is answered in words, and the run goes on waiting."""
    one = place.put("choice", choices=("甲店", "乙店"))
    with pytest.raises(AnswerRefused) as caught:
        place.book.answer(one.number, said, "王芳")
    assert "甲店" in caught.value.hint("zh")
    place.book.answer(one.number, "２", "王芳")
    assert place.book.take(one.number) == "乙店"


@dataclass(frozen=True)
class AtTheEnd(QuestionBook):
    """A book in which somebody answers at the moment when the run gives up."""

    def last_call(self, number: str) -> str | None:
        """Answered just before."""
        self.answer(number, "好", "王芳")
        return super().last_call(number)


async def test_an_answer_of_the_last_moment_reaches_the_run(place: Place) -> None:
    """Whoever was told that the answer is noted was told the truth: the run takes it, however late it came."""
    book = AtTheEnd(place.book.database, place.book.home, place.book.key, place.book.clock)
    inbox = DeskInbox(book, lambda *_: None, lambda *_: None, True, look_every_s=0.01)
    assert await inbox.ask(Question("text", "？", 50)) == "好"
    (past,) = place.book.past(1)
    assert (past.state, past.who) == ("taken", "王芳")


def test_looking_into_the_inbox_takes_no_answer_from_its_run(place: Place) -> None:
    """Answered a moment before its time: somebody who looks then leaves it to the run, until nobody can be there."""
    first, second = place.put(), place.put()
    place.at[0] += timedelta(minutes=9, seconds=59)
    for one in (first, second):
        place.book.answer(one.number, "好", "王芳")
    place.at[0] += timedelta(seconds=2)
    assert place.book.waiting() == []
    assert place.book.take(first.number) == "好"
    place.at[0] += LEFT_TO_ITS_RUN
    assert place.book.waiting() == []
    assert place.book.take(second.number) is None
    assert {one.number: one.state for one in place.book.past(5)} == {first.number: "taken", second.number: "expired"}


def test_what_a_dead_run_asked_takes_no_answer_after_its_time(place: Place) -> None:
    """Nobody is told that it is noted when no run can take it; it is not among those that wait either."""
    one = place.put()
    place.at[0] += timedelta(minutes=10, seconds=1)
    with pytest.raises(NotAsked) as caught:
        place.book.answer(one.number, "好", "王芳")
    assert one.number not in caught.value.hint("zh")
    assert place.book.waiting() == []
    assert [past.state for past in place.book.past(5)] == ["expired"]


async def test_a_run_waits_no_longer_than_people_are_told(place: Place) -> None:
    """A channel that takes long to take the question takes of its time: the question is over when it says so."""
    passed = [0.0]

    def elapsed_s() -> float:
        passed[0] += 1  # a second goes by whenever somebody looks
        return passed[0]

    def slow(_one: Open, turn: int) -> None:
        passed[0] += 0 if turn else 595

    inbox = DeskInbox(place.book, slow, lambda *_: None, True, look_every_s=0.001, elapsed_s=elapsed_s)
    assert await inbox.ask(Question("text", "？", 600_000)) is None
    assert 600 <= passed[0] < 610


def test_no_two_questions_have_one_number(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers are short for people; one that was had before is drawn again, and no old question is touched."""
    drawn = iter(["aaaaaa", "aaaaaa", "bbbbbb"])
    monkeypatch.setattr("schedules.inbox.book.secrets.token_hex", lambda _: next(drawn))
    first = place.put(picture=b"PNG-1")
    second = place.put(picture=b"PNG-2")
    assert (first.number, second.number) == ("aaaaaa", "bbbbbb")
    assert first.picture is not None
    assert first.picture.read_bytes() == b"PNG-1"


async def test_of_two_at_once_the_second_is_told_that_it_is_over(place: Place) -> None:
    """Both had the page open; who comes second reads that somebody was quicker, and nothing of other questions."""
    one, other = place.put(), place.put()

    @dataclass(frozen=True)
    class Quicker(QuestionBook):
        def answer(self, number: str, text: str, who: str) -> Open:
            place.book.answer(number, "先到", "李雷")
            return super().answer(number, text, who)

    book = Quicker(place.book.database, place.book.home, place.book.key, place.book.clock)
    said = await place.post(one, "answer=后到&who=王芳", book)
    assert said.status == 404
    assert other.number not in said.text
    assert place.book.take(one.number) == "先到"


async def test_a_name_is_one_line(place: Place) -> None:
    """What is sent for a name is kept as one: no signs that move a terminal's cursor, no more than fits its field."""
    one = place.put()
    assert (await place.post(one, "answer=ok&who=%1b%5b2J%0a" + "x" * 5000)).status == 200
    assert place.book.past(1)[0].who == "[2J" + "x" * 37


async def test_a_picture_of_another_machine_is_said_to_be_there(place: Place) -> None:
    """Two machines share the books: the page of one says that it has not the picture, and invites no guess."""
    one = place.put("captcha", picture=b"PNG")
    assert one.picture is not None
    one.picture.unlink()
    app = Starlette(routes=answer_routes(lambda: place.book))
    page = await call(app, "GET", f"/ask/{one.number}/{token_of(one.number, place.book.key)}")
    assert page.status == 200
    assert "那台机器" in page.text
    assert "<img" not in page.text


async def test_until_when_is_beijings_and_says_the_day(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page and message say the same clock wherever the server stands, and the day where it is another one."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        one = place.put()
        app = Starlette(routes=answer_routes(lambda: place.book))
        page = await call(app, "GET", f"/ask/{one.number}/{token_of(one.number, place.book.key)}")
        assert "11-22 10:10" in page.text
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "10:10:00" in message_of(one, "zh", again=0).body
    tomorrow = replace(one, due_at=one.due_at + timedelta(days=1))
    assert "11-23 10:10" in message_of(tomorrow, "zh", again=0).body
