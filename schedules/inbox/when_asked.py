"""The desk's inbox, put together when something is asked: most runs ask nothing, and all of them start sooner."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bots.people import Question
from schedules.desk import Desk

if TYPE_CHECKING:
    from schedules.inbox.asking import DeskInbox


class WhenAsked:
    """The same promises as the desk's inbox. `show` prints to a terminal that a person looks at, None without one."""

    def __init__(self, desk: Desk, show: Callable[[str], None] | None) -> None:
        """Nothing is read yet."""
        self._desk, self._show = desk, show
        self._inbox: DeskInbox | None = None

    def _opened(self) -> "DeskInbox":
        from schedules.inbox.opening import inbox_at

        if self._inbox is None:
            self._inbox = inbox_at(self._desk, self._show)
        return self._inbox

    async def ask(self, question: Question) -> str | None:
        """The answer, or None when nobody could be asked or nobody answered in time."""
        return await self._opened().ask(question)

    async def tell(self, text: str, facts: Mapping[str, str]) -> None:
        """A note is on its way."""
        await self._opened().tell(text, facts)
