"""What keeps a document from its receiver.

NotDelivered
├── for now        the other side was not there: tried again with growing gaps
└── for good       it said no (a wrong password, no such bucket): a person mends it, `yeban deliver again`

DeskError
└── DocumentElsewhere   operator   its file is on another machine
"""

from collections.abc import Sequence

from schedules.problems import DeskError


class NotDelivered(Exception):
    """The document is not at the other side. `for_good`: another try would end the same."""

    def __init__(self, zh: str, en: str, *, for_good: bool = False) -> None:
        """Keep the words and whether it is worth another try."""
        super().__init__(f"{zh} / {en}")
        self.for_good = for_good


class DocumentElsewhere(DeskError):
    """The books know the document; its file lies in another machine's archive."""

    code = "D-DOCUMENT-ELSEWHERE"

    def __init__(self, name: str, machines: Sequence[str]) -> None:
        """Facts: the document's name and the machines that have it, if that was noted."""
        zh, en = "、".join(machines) or "另一台机器", ", ".join(machines) or "another machine"
        super().__init__(
            f"「{name}」不在这台机器上，在 {zh}。",
            f"{name} is not on this machine but on {en}.",
            "到那台机器上打开；要送出去，那台开着 yeban worker 就会送。",
            "open it there; a yeban worker there sends it to whom it belongs.",
        )
