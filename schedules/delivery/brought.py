"""Which flow has brought which kind of file of which shop, since when and when last: read once for all who ask."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.tables import raw_file, raw_receipt


class Brought(NamedTuple):
    """Files of one kind that one flow brought for one shop. `flow`: the path that they carry, "" for by hand.

    `first_day`: the first that any of them tells of; `last_at`: when the last one came. `kind` is "" for what nobody
    could name.
    """

    kind: str
    flow: str
    owner: str
    shop: str
    first_day: str
    last_at: str

    @property
    def whose(self) -> str:
        """The shop that they are of: who owns them where that is known, else where they came from."""
        return self.owner or self.shop


def brought(connection: Connection) -> Sequence[Brought]:
    """All that has ever come. It reads every receipt, and a year has ten thousands: ask once."""
    r, f = raw_receipt.c, raw_file.c
    query = (
        select(f.kind, r.flow, r.owner, r.shop, func.min(r.period_from), func.max(r.received_at))
        .join_from(raw_receipt, raw_file, r.file_sha == f.file_sha)
        .group_by(f.kind, r.flow, r.owner, r.shop)
    )
    return [Brought(*row) for row in connection.execute(query).all()]
