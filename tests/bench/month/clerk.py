"""The person on duty: reads captchas and codes at the inbox as people do, by its number and under a name."""

import threading
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from bots.practice.server import Mall
from schedules.inbox.book import Open, QuestionBook
from schedules.problems import DeskError

NAME = "王敏"
LOOKS_EVERY_S = 0.3
READ_BY = timedelta(seconds=5)
"""A picture that the mall has forgotten meanwhile still has digits; whoever looks at it types them all the same."""
FORGOTTEN = "0000"


class Clerk:
    """Answers what the desk asks while it is entered; `answered` counts, `refused` are answers nobody waited for."""

    def __init__(self, book: QuestionBook, mall: Mall) -> None:
        """Nobody is at the inbox yet."""
        self.book, self.mall = book, mall
        self.answered = 0
        self.refused = 0
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._work, name="clerk", daemon=True)

    def __enter__(self) -> Self:
        """At the inbox from now on."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gone."""
        self._gone.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._gone.wait(LOOKS_EVERY_S):
            for one in self.book.waiting():
                self._answer(one)

    def _answer(self, one: Open) -> None:
        username = one.facts.get("account", "")
        said = self.mall.captchas().get(username) if one.kind == "captcha" else self.mall.sms(username)
        if not said and datetime.now(UTC) - one.asked_at < READ_BY:
            return
        try:
            self.book.answer(one.number, said or FORGOTTEN, NAME)
        except DeskError:  # the run was killed, or has given up, between our two looks
            self.refused += 1
        else:
            self.answered += 1
