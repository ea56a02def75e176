"""The people on duty: read captchas and codes at the inbox as people do, by its number, each under their own name."""

import threading
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from bots.practice.server import Mall
from schedules.inbox.book import Open, QuestionBook
from schedules.problems import DeskError

LOOKS_EVERY_S = 0.3
READ_BY = timedelta(seconds=5)
"""A picture that the mall has forgotten meanwhile still has digits; whoever looks at it types them all the same."""
FORGOTTEN = "0000"


class Clerks:
    """Answer what the desk asks them while they are entered; those who are `away` do not.

    `answered` counts by name, `refused` are answers nobody waited for any more.
    """

    def __init__(self, book: QuestionBook, mall: Mall, away: Collection[str]) -> None:
        """Nobody is at the inbox yet."""
        self.book, self.mall, self.away = book, mall, away
        self.answered: Counter[str] = Counter()
        self.refused = 0
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._work, name="clerks", daemon=True)

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
                if one.facts.get("person") not in self.away:
                    self._answer(one)

    def _answer(self, one: Open) -> None:
        username = one.facts.get("account", "")
        said = self.mall.captchas().get(username) if one.kind == "captcha" else self.mall.sms(username)
        if not said and datetime.now(UTC) - one.asked_at < READ_BY:
            return
        who = one.facts["person"]  # a question that does not say whose it is gets no answer from anybody
        try:
            self.book.answer(one.number, said or FORGOTTEN, who)
        except DeskError:  # the run was killed, or has given up, between our two looks
            self.refused += 1
        else:
            self.answered[who] += 1
