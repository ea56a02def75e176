"""Which file rows are posted from."""

from typing import NamedTuple


class Source(NamedTuple):
    """The file that the rows are from; `exported_at`: when its source made it, as far as we know.

    `released`: a person has looked at what it contradicts and let it in.
    """

    file_sha: str
    exported_at: str
    released: bool = False
