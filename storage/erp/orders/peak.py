"""Orders as they come at a promotion's peak: each is judged and gets its goods at once, not in the night's run.

What has come is judged and dispatched together, and what comes meanwhile is the next turn: a turn grows with what
waits, so that what a turn costs whatever its size is paid seldom when there is much to do. PostgreSQL takes more than
one writer: there a second process judges the next orders while those before them get their goods. (A second thread
would not do: each of the two waits for the other's turn at the interpreter after every answer of the server.)
"""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from multiprocessing import get_context
from threading import Condition, Event
from types import TracebackType
from typing import NamedTuple, Self

from storage.database.connection import Database, open_database
from storage.erp.allocation.allocate import Summary
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.rules import solver_read
from storage.erp.orders.dispatch import DispatchPolicy, dispatch
from storage.erp.orders.review import PLATFORMS, review

Coming = Callable[[], Collection[OrderKey] | None]
"""The orders that came since it was asked last; none if none came; None when no more will come."""
_PAUSE_S = 0.002


class Turn(NamedTuple):
    """Orders that were served together: each has its goods and its parcel now, or is held for a reason.

    `reviewed`: how many of them were open; `passed`: how many of these nothing was found against.
    """

    keys: frozenset[OrderKey]
    reviewed: int
    passed: int
    dispatched: Summary


class _Judged(NamedTuple):
    keys: frozenset[OrderKey]
    reviewed: int
    passed: int

    def plus(self, other: "_Judged") -> "_Judged":
        return _Judged(self.keys | other.keys, self.reviewed + other.reviewed, self.passed + other.passed)


@dataclass
class Peak:
    """How orders are served as they come; inside `with`, which is when the second process is there.

    `night`: the day that names the batches; `now`: business time of the events. An order that was judged when a process
    died is dispatched by the night's run, or by the next turn that has it.
    """

    database: Database
    night: str
    now: Callable[[], str]
    policy: DispatchPolicy | None = None
    platforms: Collection[str] = PLATFORMS
    _beside: ProcessPoolExecutor | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Ready: what is to be read and opened is."""
        solver_read()
        if self.database.dialect == "postgresql":
            url = self.database.engine.url.render_as_string(hide_password=False)
            self._beside = ProcessPoolExecutor(1, get_context("spawn"), _open, (url,))
            self._beside.submit(_judge, frozenset(), self.now(), self.platforms).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The second process has ended what it had begun."""
        if self._beside is not None:
            self._beside.shutdown(cancel_futures=True)

    def serve(self, coming: Coming) -> Iterator[Turn]:
        """Serve what comes until no more will; each turn is told once it stands in the books.

        `coming` is asked in another thread where there is a second process. Leaving the loop early ends it: what was
        told stands, what was judged meanwhile waits for its goods.
        """
        stopped = Event()
        try:
            if self._beside is not None:
                yield from self._overlapped(self._beside, coming, stopped)
            else:
                yield from self._in_turn(coming, stopped)
        finally:
            stopped.set()

    def _in_turn(self, coming: Coming, stopped: Event) -> Iterator[Turn]:
        for keys in _arriving(coming, stopped):
            with self.database.write() as connection:
                found = review(connection, self.now(), platforms=self.platforms, keys=keys)
                done = dispatch(connection, self.night, self.now(), self.policy, keys=keys)
            yield Turn(keys, found.orders, found.passed, done)

    def _overlapped(self, beside: ProcessPoolExecutor, coming: Coming, stopped: Event) -> Iterator[Turn]:
        judged = _Waiting()

        def judge() -> None:
            try:
                for keys in _arriving(coming, stopped):
                    judged.put(beside.submit(_judge, keys, self.now(), self.platforms).result())
            finally:
                judged.end()

        with ThreadPoolExecutor(1, "judging") as hands:
            judging: Future[None] = hands.submit(judge)
            try:
                while ready := judged.take():
                    keys, reviewed, passed = reduce(_Judged.plus, ready)
                    with self.database.write() as connection:
                        done = dispatch(connection, self.night, self.now(), self.policy, keys=keys)
                    yield Turn(keys, reviewed, passed, done)
            finally:
                stopped.set()
            judging.result()


class _Waiting:
    """Judged orders on their way from one thread to the other."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: list[_Judged] = []
        self._ended = False

    def put(self, one: _Judged) -> None:
        with self._changed:
            self._waiting.append(one)
            self._changed.notify()

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()

    def take(self) -> list[_Judged]:
        """All that wait, as soon as there are any; none at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ended)
            taken, self._waiting = self._waiting, []
            return taken


def _arriving(coming: Coming, stopped: Event) -> Iterator[frozenset[OrderKey]]:
    while not stopped.is_set() and (keys := coming()) is not None:
        if keys:
            yield frozenset(keys)
        else:
            stopped.wait(_PAUSE_S)


_opened: list[Database] = []  # of the second process


def _open(url: str) -> None:
    _opened.append(open_database(url))


def _judge(keys: frozenset[OrderKey], now: str, platforms: Collection[str]) -> _Judged:
    with _opened[0].write() as connection:
        found = review(connection, now, platforms=platforms, keys=keys)
    return _Judged(keys, found.orders, found.passed)
