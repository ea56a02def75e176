"""Questions that only a person can answer, and the seam through which they reach one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

QuestionKind = Literal["text", "choice", "code", "qr", "captcha", "approval"]


@dataclass(frozen=True)
class Question:
    """What a person is asked, and how long the run waits. `picture` is a PNG (a captcha, a QR code, the page).

    `default`: what the run goes on with when nobody answers in time; "" for nothing.
    """

    kind: QuestionKind
    text: str
    wait_ms: int
    choices: tuple[str, ...] = ()
    picture: bytes | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    default: str = ""


class Inbox(Protocol):
    """Where questions go. The desk's inbox notifies people; it must not block the event loop."""

    async def ask(self, question: Question) -> str | None:
        """The answer, or None when nobody answered within `question.wait_ms`. Approval answers are `yes` or `no`."""
        ...

    async def tell(self, text: str, facts: Mapping[str, str]) -> None:
        """A note that needs no answer is on its way to the people."""
        ...


class NobodyThere:
    """An inbox for runs that nobody watches: every question goes unanswered at once, notes are kept in `told`."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.told: list[tuple[str, Mapping[str, str]]] = []

    async def ask(self, question: Question) -> str | None:
        """None: nobody is there; the question is kept in `asked`."""
        self.asked.append(question)
        return None

    async def tell(self, text: str, facts: Mapping[str, str]) -> None:
        """Kept in `told`."""
        self.told.append((text, facts))
