"""A run asks and waits: the question stands in the inbox, people are told, the terminal is listened to."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bots.people import Question
from schedules.inbox.book import Open, QuestionBook
from schedules.problems import DeskError
from schedules.signing import signer

LOOK_EVERY_S = 0.5
REMIND_AT = 0.5
"""After which part of the time people are reminded."""
LAST_CALL_S = 600.0
"""So long before the end they are reminded once more, where there is at least as long between the two."""

Call = Callable[[Open, int], None]
"""Tells people of a question: 0 when it is asked, then 1 and 2 for its reminders. Never raises for a message that did
not get through."""


def reminders(wait_s: float) -> list[float]:
    """After how many seconds people are reminded of a question that waits so long."""
    half = wait_s * REMIND_AT
    return [half, wait_s - LAST_CALL_S] if wait_s - LAST_CALL_S >= half + LAST_CALL_S else [half]


@dataclass
class DeskInbox:
    """Where the runs of a desk ask. `call` reaches people, `note` those who only need to know.

    `reachable`: whether anybody can hear at all; when not, the question is kept and nobody is waited for, because a
    night that waits ten minutes for nobody is a night lost. `elapsed_s`: seconds by a clock that nobody sets.
    `person_of` an account: whose question it is, which the question says.
    """

    book: QuestionBook
    call: Call
    note: Callable[[str, Mapping[str, str]], None]
    reachable: bool
    typed: "Terminal | None" = None
    look_every_s: float = LOOK_EVERY_S
    elapsed_s: Callable[[], float] = time.monotonic
    person_of: Callable[[str], str] = lambda _: ""

    async def ask(self, question: Question) -> str | None:
        """The answer; None when nobody can hear or nobody answered in time."""
        if person := self.person_of(question.facts.get("account", "")):
            question = replace(question, facts={**question.facts, "person": person})
        begun = self.elapsed_s()  # people are told until when: a channel that is slow to take the question takes of it
        one = self.book.put(question)  # not in a thread: a run that is cancelled has to know what it asked
        if not self.reachable:
            self.book.expire(one.number)
            return None
        try:
            await asyncio.to_thread(self.call, one, 0)
            if self.typed is None:
                return await self._wait(one, begun, question.wait_ms / 1000)
            async with self.typed.listening(one, self.book):
                return await self._wait(one, begun, question.wait_ms / 1000)
        except asyncio.CancelledError:
            self.book.expire(one.number)
            raise

    async def _wait(self, one: Open, begun: float, wait_s: float) -> str | None:
        told, due = 0, reminders(wait_s)
        while True:
            answer = await asyncio.to_thread(self.book.take, one.number)
            if answer is not None:
                return answer
            waited = self.elapsed_s() - begun
            if waited >= wait_s:
                return await asyncio.to_thread(self.book.last_call, one.number)
            if told < len(due) and waited >= due[told]:
                told += 1
                await asyncio.to_thread(self.call, one, told)
            await asyncio.sleep(min(self.look_every_s, wait_s - waited + 0.001))

    async def tell(self, text: str, facts: Mapping[str, str]) -> None:
        """The note is on its way."""
        await asyncio.to_thread(self.note, text, facts)


@dataclass
class Terminal:
    """Answers typed where the run was started. One question at a time has the keyboard; the others use the inbox."""

    show: Callable[[str], None]
    lines: Callable[[], Awaitable[str]]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def listening(self, one: Open, book: QuestionBook) -> "Listening":
        """While it lasts, a typed line answers this question."""
        return Listening(self, one, book)


class Listening:
    """Typed lines become the answer, until one fits."""

    def __init__(self, terminal: Terminal, one: Open, book: QuestionBook) -> None:
        """For one question."""
        self._terminal, self._one, self._book = terminal, one, book
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        async with self._terminal.turn:
            while True:
                line = await self._terminal.lines()
                if not line:
                    return  # the terminal was closed
                try:
                    await asyncio.to_thread(self._book.answer, self._one.number, line.strip(), signer())
                except DeskError as error:
                    self._terminal.show(f"{error} {error.hint('zh')}")
                else:
                    return


async def typed_line() -> str:
    """The next line of standard input, without a thread that would outlive the question; "" at its end."""
    loop = asyncio.get_running_loop()
    coming: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        if not coming.done():
            coming.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin, read)
    try:
        return await coming
    finally:
        loop.remove_reader(sys.stdin)


def forget_typed() -> None:
    """What was typed before a question stood on the screen answers nothing: an impatient second yes is not its answer.

    Only where `has_keyboard`.
    """
    import termios

    with suppress(termios.error):
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def has_keyboard() -> bool:
    """Whether lines can be waited for here: a terminal of a system that tells when one was typed."""
    return os.name == "posix" and sys.stdin.isatty()
