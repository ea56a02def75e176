"""Questions to people: they wait as long as was said, are answered from anywhere, and no code is ever kept."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from bots.people import Question
from schedules.cli.whole import app
from schedules.desk import open_desk
from schedules.inbox.asking import DeskInbox, Terminal
from schedules.inbox.book import Open, QuestionBook
from schedules.inbox.errors import AnswerRefused, NotAsked
from schedules.inbox.opening import inbox_at, message_of
from schedules.inbox.when_asked import WhenAsked
from schedules.settings import Settings
from storage.database.connection import open_database
from tests.schedules.notify.stand_ins import SECRET, TOKEN, robots

CODE = "482913"


@dataclass
class Place:
    """A book of questions and an inbox over it; `told` holds the calls to people, with whether each is a reminder."""

    home: Path
    book: QuestionBook
    told: list[tuple[str, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def inbox(self, *, reachable: bool = True, typed: Terminal | None = None) -> DeskInbox:
        """An inbox that looks often."""

        def call(one: Open, again: bool) -> None:
            self.told.append((one.text, again))

        def note(text: str, _facts: Mapping[str, str]) -> None:
            self.notes.append(text)

        return DeskInbox(self.book, call, note, reachable, typed, look_every_s=0.01)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Empty books."""
    database = open_database(f"sqlite:///{tmp_path / 'yeban.db'}")
    yield Place(tmp_path, QuestionBook(database, tmp_path, Fernet.generate_key()))
    database.close()


def question(kind: str = "code", wait_s: float = 20.0, **more: object) -> Question:
    """A question of this kind."""
    return Question(kind, f"{kind}？", int(wait_s * 1000), facts={"account": "seller_a"}, **more)  # type: ignore[arg-type]


async def soon(there: Callable[[], object]) -> None:
    """What another task does has happened."""
    async with asyncio.timeout(20):
        while not there():  # noqa: ASYNC110 - it happens in a database, which tells nobody
            await asyncio.sleep(0.01)


async def answered(place: Place, asked: Question, *said: str) -> str | None:
    """What the run gets when somebody says these, one after the other, as soon as the question stands there."""
    run = asyncio.create_task(place.inbox().ask(asked))
    await soon(place.book.waiting)
    (one,) = place.book.waiting()
    for text in said:
        place.book.answer(one.number[:4], text, "王芳")
    return await run


@pytest.mark.parametrize(
    ("asked", "said", "got"),
    [
        (question("code"), CODE, CODE),
        (question("text"), " 三楼 ", "三楼"),
        (question("choice", choices=("甲店", "乙店")), "2", "乙店"),
        (question("choice", choices=("1", "2")), "2", "2"),
        (question("choice", choices=("甲店", "乙店")), "甲店", "甲店"),
        (question("approval"), "同意", "yes"),
        (question("approval"), "no", "no"),
    ],
)
async def test_an_answer_reaches_the_run(place: Place, asked: Question, said: str, got: str) -> None:
    """The run goes on with the answer; people were called once; who answered is kept."""
    assert await answered(place, asked, said) == got
    assert place.told == [(asked.text, False)]
    (past,) = place.book.past(5)
    assert (past.state, past.who) == ("taken", "王芳")


async def test_no_code_is_ever_kept(place: Place) -> None:
    """Neither while it waits for the run nor afterwards does the database hold the code; its picture is gone."""
    run = asyncio.create_task(DeskInbox(place.book, lambda *_: None, lambda *_: None, True, look_every_s=0.3).ask(
        question("captcha", picture=b"PNG-of-the-captcha")
    ))  # fmt: skip
    await soon(place.book.waiting)
    (one,) = place.book.waiting()
    assert one.picture is not None
    assert one.picture.read_bytes() == b"PNG-of-the-captcha"
    place.book.answer(one.number, CODE, "王芳")
    between = b"".join(path.read_bytes() for path in place.home.glob("yeban.db*"))
    assert await run == CODE
    after = b"".join(path.read_bytes() for path in place.home.glob("yeban.db*"))
    assert CODE.encode() not in between + after
    assert not one.picture.exists()
    with sqlite3.connect(place.home / "yeban.db") as connection:
        assert connection.execute("SELECT answer, who FROM question").fetchall() == [("", "王芳")]


@pytest.mark.parametrize(
    ("asked", "said"),
    [(question("approval"), "也许"), (question("choice", choices=("甲", "乙")), "3"), (question("text"), "  ")],
)
async def test_an_answer_that_is_none_is_refused_and_may_be_given_again(
    place: Place, asked: Question, said: str
) -> None:
    """The person is told what may be said, the run goes on waiting."""
    one = place.book.put(asked)
    with pytest.raises(AnswerRefused):
        place.book.answer(one.number, said, "王芳")
    assert [left.number for left in place.book.waiting()] == [one.number]


async def test_nobody_answers_in_time(place: Place) -> None:
    """The run goes on without an answer, people were reminded once, and a late answer is told that it is late."""
    assert await place.inbox().ask(question(wait_s=0.2)) is None
    assert place.told == [("code？", False), ("code？", True)]
    with pytest.raises(NotAsked):
        place.book.answer(place.book.past(1)[0].number, CODE, "王芳")


async def test_where_nobody_can_hear_nobody_is_waited_for(place: Place) -> None:
    """A night without channels and without a keyboard does not wait; what was asked stands among the past ones."""
    assert await place.inbox(reachable=False).ask(question(wait_s=600)) is None
    assert place.told == []
    assert [past.state for past in place.book.past(5)] == ["expired"]


async def test_a_cancelled_run_asks_nothing_any_more(place: Place) -> None:
    """Ctrl-C takes the question out of the inbox."""
    run = asyncio.create_task(place.inbox().ask(question()))
    await soon(place.book.waiting)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert place.book.waiting() == []


async def test_a_question_says_whose_it_is_and_waits_by_the_clock_it_is_given(place: Place) -> None:
    """The person who answers for the account stands in it; when the clock has passed its time nobody is waited for."""
    passed = [0.0]
    inbox = replace(place.inbox(), person_of={"seller_a": "王敏"}.__getitem__, elapsed_s=lambda: passed[0])
    run = asyncio.create_task(inbox.ask(question(wait_s=600)))
    await soon(place.book.waiting)
    (one,) = place.book.waiting()
    assert one.facts["person"] == "王敏"
    assert "王敏" in message_of(one, "zh", again=0).body
    passed[0] = 601
    assert await run is None


def test_what_a_dead_run_asked_is_over_after_its_time(place: Place) -> None:
    """A killed process leaves its question; nobody is asked to answer it for ever."""
    one = place.book.put(question(wait_s=60))
    later = QuestionBook(place.book.database, place.home, place.book.key, lambda: datetime.now(UTC) + timedelta(61))
    assert later.waiting() == []
    assert [past.state for past in later.past(5)] == ["expired"]
    assert one.number == later.past(5)[0].number


async def test_the_keyboard_answers_one_question_at_a_time(place: Place) -> None:
    """What is typed answers the question on the screen, nonsense is refused in words, and the next one comes then."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    shown: list[str] = []
    inbox = place.inbox(typed=Terminal(shown.append, lines.get))
    both = asyncio.gather(inbox.ask(question("approval")), inbox.ask(question("approval")))
    for text in ("也许", "是", "否"):
        await lines.put(text)
    assert sorted(await both) == ["no", "yes"]  # type: ignore[type-var]
    assert len(shown) == 1
    assert "yes / 是" in shown[0]


async def test_a_closed_terminal_leaves_the_inbox(place: Place) -> None:
    """At the end of its input the keyboard is silent; the question can still be answered elsewhere."""

    async def closed() -> str:
        return ""

    run = asyncio.create_task(place.inbox(typed=Terminal(lambda _: None, closed)).ask(question("text")))
    await soon(place.book.waiting)
    place.book.answer(place.book.waiting()[0].number, "三楼", "王芳")
    assert await run == "三楼"


def test_a_message_says_how_to_answer(place: Place) -> None:
    """The message is urgent, has the picture, the choices, the account and the command; the reminder is another one."""
    one = place.book.put(question("choice", choices=("甲店", "乙店"), picture=b"png"))
    told, again = (message_of(one, "zh", again=turn) for turn in (0, 1))
    assert (told.urgent, told.files) == (True, (one.picture,))
    assert "seller_a" in told.title
    assert f"yeban inbox answer {one.number}" in told.body
    assert "2. 乙店" in told.body
    assert told.incident != again.incident


async def test_the_desk_asks_by_its_channels(tmp_path: Path) -> None:
    """With a channel for questions the robot gets the message, the command answers, the run goes on."""
    with robots() as standing, open_desk(Settings(home=tmp_path)) as desk:
        routes = "routes: {question: [群], note: [群]}"
        (tmp_path / "notify.yaml").write_text(
            f"channels: {{群: {{kind: dingtalk, base: '{standing.url}'}}}}\n{routes}", "utf-8"
        )
        desk.vault.put("notify:群", token=TOKEN, secret=SECRET)
        standing.now_s = datetime.now(UTC).timestamp()
        inbox = WhenAsked(desk, None)
        run = asyncio.create_task(inbox.ask(question("code")))
        await soon(lambda: standing.taken)
        runner = CliRunner(env={"YEBAN_HOME": str(tmp_path)})
        listed = await asyncio.to_thread(runner.invoke, app, ["inbox"])
        number = listed.output.split("yeban inbox answer ")[1][:6]
        refused = await asyncio.to_thread(runner.invoke, app, ["inbox", "answer", "000000", CODE])
        said = await asyncio.to_thread(runner.invoke, app, ["inbox", "answer", number, CODE])
        assert (refused.exit_code != 0, said.exit_code) == (True, 0), said.output
        assert await run == CODE
        await inbox.tell("余额不足", {"account": "seller_a"})
        assert "余额不足" in str(standing.taken[-1])
        assert inbox_at(desk).reachable
