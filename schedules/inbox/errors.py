"""What can be wrong with an answer.

DeskError
├── NotAsked        author   no open question has this number
└── AnswerRefused   author   the question takes other answers
"""

from collections.abc import Sequence

from schedules.problems import DeskError


class NotAsked(DeskError):
    """No open question has this number, or several begin with it."""

    who = "author"
    code = "D-NOT-ASKED"

    def __init__(self, number: str, waiting: Sequence[str]) -> None:
        """Facts: the number that was given and those that wait."""
        super().__init__(
            f"没有编号 {number} 的问题在等回答。",
            f"no question {number} waits for an answer.",
            f"在等的：{'、'.join(waiting) or '（没有；可能已经过了时间）'}；详情见 yeban inbox。",
            f"waiting: {', '.join(waiting) or '(none; its time may have passed)'}; see yeban inbox.",
        )


class AnswerRefused(DeskError):
    """The question takes other answers."""

    who = "author"
    code = "D-ANSWER"

    def __init__(self, said: str, allowed: Sequence[str]) -> None:
        """Facts: what was said and what may be said."""
        known = "、".join(allowed) or "一段文字"
        super().__init__(
            f"「{said}」不是能用的回答。" if said else "回答是空的。",
            f"{said} is no answer to this." if said else "The answer is empty.",
            f"可以回答：{known}。",
            f"it may be: {', '.join(allowed) or 'some text'}.",
        )
