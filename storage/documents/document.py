"""What a document kind gives: typed rows, the rows as they were, totals compared, and rows that could not be taken."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from storage.archive import Facts
from storage.documents.file import SourceFile
from storage.documents.rows import Row


class Control(NamedTuple):
    """The totals that a file states and those of its rows. `tie`: None when the file states none.

    `binding`: whether a difference parks the file. A personal bill says itself that its totals may differ.
    """

    stated: dict[str, int]
    computed: dict[str, int]
    tie: bool | None
    words: str
    binding: bool = True


class RawRow(NamedTuple):
    """A row as the file has it: header name -> text."""

    row_no: int
    payload: dict[str, str]


class Quarantined(NamedTuple):
    """A row that could not be taken; the good ones go on. `amount_fen` is what it would have brought, if readable."""

    row_no: int
    rule: str
    message: str
    owner: str
    amount_fen: int = 0


class Document(NamedTuple):
    """A file that was read. `period`: first and last day that it covers, "" where it does not say.

    `owner`: whose statement it is (shop, or account of a bank), also when it has no rows; "" for other kinds.
    `exported_at`: when its source made it, as the file itself says; "" where it does not, then its receipt counts.
    `wallet`: which wallet's days it covers, "bank" for an account, "" for anything but a statement.
    `classed`: whether its rows may have a class of fee.
    """

    kind: str
    platform: str
    rows: Sequence[Row]
    raw: Sequence[RawRow]
    control: Control
    quarantine: Sequence[Quarantined]
    period: tuple[str, str]
    owner: str = ""
    exported_at: str = ""
    wallet: str = ""
    classed: bool = True


class Kind(Protocol):
    """A module of this folder. VERIFIED: what the layout was checked with: real sample | template | described.

    PLATFORM: the `platform` of its rows in the books; "" where they have none.
    """

    @property
    def KIND(self) -> str: ...  # noqa: D102, N802

    @property
    def PLATFORM(self) -> str: ...  # noqa: D102, N802

    @property
    def TITLE(self) -> str: ...  # noqa: D102, N802

    @property
    def VERIFIED(self) -> str: ...  # noqa: D102, N802

    def identify(self, file: SourceFile, /) -> bool:
        """Whether the content (not the name) is of this kind."""
        ...

    def read(self, file: SourceFile, facts: Facts, /) -> Document:
        """All rows. Raises FileError when the file as a whole cannot be taken."""
        ...
