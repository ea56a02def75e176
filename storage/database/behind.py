"""Writes that go on while their caller makes the next ones: PostgreSQL has a processor of its own.

SQLite works on our processor, so there everything is done at once, in the same order.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
_WAITING_MAX = 2


class Behind(Generic[T]):
    """Bulk writes on one connection, one after the other in the order given, a few behind the caller.

    Meanwhile the caller leaves the connection alone. At the end of the block all are done, and `done` has what each
    gave; the first error of any of them is raised, and those after it are not begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._hands = ThreadPoolExecutor(1, "behind") if connection.dialect.name == "postgresql" else None
        self._waiting: deque[Future[T]] = deque()
        self._failed = False
        self.done: list[T] = []

    def do(self, write: Callable[[], T]) -> None:
        """Do this after all that was asked for before. Raises what went wrong with one of those."""
        if self._hands is None:
            self.done.append(write())
            return
        while len(self._waiting) >= _WAITING_MAX:
            self.done.append(self._waiting.popleft().result())
        self._waiting.append(self._hands.submit(self._one, write))

    def _one(self, write: Callable[[], T]) -> T:
        if self._failed:
            raise CancelledError  # nobody looks at it: the error before it comes first
        try:
            return write()
        except BaseException:
            self._failed = True
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._hands is None:
            return
        try:
            while error is None and self._waiting:
                self.done.append(self._waiting.popleft().result())
        finally:
            self._hands.shutdown(cancel_futures=True)
