"""Answering by a link, defaults and reminders: nothing is answered by looking, guessing or coming back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet
from starlette.applications import Starlette

from bots.people import Question
from schedules.cli.inbox_commands import past_table
from schedules.inbox.asking import LAST_CALL_S, DeskInbox, reminders
from schedules.inbox.book import Open, QuestionBook
from schedules.inbox.errors import NotAsked
from schedules.inbox.links import link_of, token_of
from schedules.inbox.opening import asked_words, message_of
from schedules.inbox.pages import answer_routes
from schedules.problems import SettingsBroken
from schedules.settings import load_settings
from storage.database.connection import open_database
from tests.schedules.operations.asgi import Answer, call

PUBLIC = "http://192.168.1.5:8790/"


@dataclass
class Place:
    """A book of questions, and the pages that answer them."""

    book: QuestionBook

    def ask(self, kind: str, **more: object) -> Open:
        """A question of this kind stands in the inbox."""
        facts = {"account": "seller_a <b>"}
        return self.book.put(Question(kind, f"{kind}？<script>", 600_000, facts=facts, **more))  # type: ignore[arg-type]

    async def call(self, method: str, address: str, body: str = "") -> Answer:
        """What the pages answer."""
        app = Starlette(routes=answer_routes(lambda: self.book))
        return await call(app, method, urlsplit(address).path, body.encode())

    def link(self, one: Open) -> str:
        """The question's own link."""
        return link_of(one, self.book.key, PUBLIC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One book for all."""
    home: Path = tmp_path_factory.mktemp("home")
    database = open_database(f"sqlite:///{home / 'yeban.db'}")
    yield Place(QuestionBook(database, home, Fernet.generate_key()))
    database.close()


async def test_a_link_answers_its_question_once(place: Place) -> None:
    """The page shows question, picture and buttons, escaped; the answer reaches the run; the link is dead after it."""
    one = place.ask("choice", choices=("甲店", "乙店"), picture=b"PNG")
    page = await place.call("GET", place.link(one))
    assert page.status == 200
    assert "choice？&lt;script&gt;" in page.text
    assert "seller_a &lt;b&gt;" in page.text
    assert "data:image/png;base64,UE5H" in page.text
    assert "<script" not in page.text
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert [open_one.number for open_one in place.book.waiting()] == [one.number]  # looking answered nothing
    wrong = await place.call("POST", place.link(one), "answer=丙店")
    assert (wrong.status, "甲店" in wrong.text) == (422, True)
    said = await place.call("POST", place.link(one), "answer=%E4%B9%99%E5%BA%97&who=%E7%8E%8B%E8%8A%B3")
    assert said.status == 200
    assert place.book.take(one.number) == "乙店"
    assert place.book.past(1)[0].who == "王芳"
    for method in ("GET", "POST"):
        assert (await place.call(method, place.link(one), "answer=甲店")).status == 404


async def test_no_other_link_answers(place: Place) -> None:
    """A guessed token, another question's token, a number without one: all are one 404, and nothing is answered."""
    one, other = place.ask("code"), place.ask("code")
    strange = token_of(one.number, Fernet.generate_key())
    for token in ("x", strange, token_of(other.number, place.book.key), token_of(one.number, place.book.key)[:-1]):
        answer = await place.call("POST", f"{PUBLIC}ask/{one.number}/{token}", "answer=482913")
        assert answer.status == 404
    too_long = await place.call("POST", place.link(one), "answer=" + "x" * 9000)
    assert too_long.status == 413
    assert {open_one.number for open_one in place.book.waiting()} == {one.number, other.number}
    for each in (one, other):
        place.book.expire(each.number)


@pytest.mark.parametrize(("kind", "shown"), [("approval", 'value="yes"'), ("qr", "扫好了"), ("code", "<input name")])
async def test_each_kind_has_its_own_way_to_answer(place: Place, kind: str, shown: str) -> None:
    """Buttons for a yes or no and for what was scanned, a field for a code."""
    one = place.ask(kind)
    assert shown in (await place.call("GET", place.link(one))).text
    place.book.expire(one.number)


@pytest.mark.parametrize("kind", ["approval", "choice", "qr"])
async def test_enter_after_a_name_answers_nothing(place: Place, kind: str) -> None:
    """A browser's Enter presses the first button of a form: where buttons are answers, that one is off."""
    one = place.ask(kind, choices=("甲店", "乙店"))
    text = (await place.call("GET", place.link(one))).text
    assert text.index("<button disabled hidden>") < text.index('<button name="answer"')
    place.book.expire(one.number)


def test_a_message_has_the_link_and_what_holds_without_an_answer(place: Place) -> None:
    """Where the desk has a public address the message carries it; without one there is no link. The default is said."""
    one = place.ask("approval", default="no")
    told = message_of(one, "zh", again=0, link=place.link(one))
    assert f"http://192.168.1.5:8790/ask/{one.number}/" in told.body
    assert "就当回答是「否」" in told.body
    assert link_of(one, place.book.key, "") == ""
    assert "/ask/" not in message_of(one, "zh", again=0).body
    assert "就当回答是「否」" in asked_words(one, "zh", keyboard=False)
    assert len({message_of(one, "zh", again=turn).incident for turn in (0, 1, 2)}) == 3
    place.book.expire(one.number)
    assert "no" in str(list(past_table(place.book.past(1)).columns[3].cells))
    with pytest.raises(NotAsked):
        place.book.answer(one.number, "yes", "王芳")


def test_people_are_reminded_at_half_and_before_the_end() -> None:
    """Once for what waits minutes; once more ten minutes before the end of what waits for hours."""
    assert reminders(300) == [150]
    assert reminders(4 * 3600) == [7200, 4 * 3600 - LAST_CALL_S]


async def test_both_reminders_come(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question nobody answers is told once and reminded of twice, in that order."""
    monkeypatch.setattr("schedules.inbox.asking.LAST_CALL_S", 0.05)
    told: list[int] = []
    inbox = DeskInbox(place.book, lambda _, turn: told.append(turn), lambda *_: None, True, look_every_s=0.01)
    assert await inbox.ask(Question("text", "？", 300)) is None
    assert told == [0, 1, 2]


def test_a_public_address_is_an_address(tmp_path: Path) -> None:
    """A slip in it is said where it stands: links that nobody can open would answer nothing."""
    (tmp_path / "settings.yaml").write_text("public_url: 192.168.1.5:8790\n", "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_settings(tmp_path)
    assert "settings.yaml:1:13" in caught.value.message("zh")
