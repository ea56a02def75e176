"""What keeps a document from its receiver.

NotDelivered
├── for now        the other side was not there: tried again with growing gaps
└── for good       it said no (a wrong password, no such bucket): a person mends it, `yeban deliver again`
"""


class NotDelivered(Exception):
    """The document is not at the other side. `for_good`: another try would end the same."""

    def __init__(self, zh: str, en: str, *, for_good: bool = False) -> None:
        """Keep the words and whether it is worth another try."""
        super().__init__(f"{zh} / {en}")
        self.for_good = for_good
