"""What a new run of the engine leaves alone: what people decided, and what is closed with its month."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, select, text

from storage.database.tables import recon_filing, recon_item, recon_month

KEPT = (
    "recon_item.decided_by <> '' OR EXISTS (SELECT 1 FROM recon_filing f JOIN recon_month m ON m.month = f.month"
    " WHERE f.job = recon_item.job AND f.side = recon_item.side AND f.ref = recon_item.ref)"
)
"""The same for `bulk.upsert`."""

DECIDED = text("recon_item.decided_by <> ''")
"""Whether a person decided an item, in the words of the index that holds those alone."""
OPEN = text("recon_item.outcome > 2")
"""Whether an item is more than matched, in the words of the index that holds those alone."""

Key = tuple[str, str, str]
JOBS = ("orders", "wallet", "payables")
SIDES = ("statement", "bank", "books")


def closed_month(connection: Connection, key: Key) -> str:
    """The closed month that an item is filed in, "" while it is open."""
    f = recon_filing.c
    here = select(f.month).join(recon_month, recon_month.c.month == f.month)
    return connection.execute(here.where(f.job == key[0], f.side == key[1], f.ref == key[2])).scalar() or ""


def kept_groups(connection: Connection) -> set[str]:
    """Groups of those items: one look at what people decided, one at what is filed."""
    decided, filed = _kept(recon_item.c.group_id)
    return set(connection.execute(decided.union(filed)).scalars()) - {""}


def kept_keys(connection: Connection, sides: Sequence[str] = SIDES, jobs: Sequence[str] = JOBS) -> frozenset[Key]:
    """(job, side, ref) of those items on these sides and of these jobs."""
    i = recon_item.c
    mine = (i.side.in_(sides), i.job.in_(jobs))
    decided, filed = (query.where(*mine) for query in _kept(i.job, i.side, i.ref))
    return frozenset((job, side, ref) for job, side, ref in connection.execute(decided.union(filed)))


def _kept(*columns: ColumnElement[Any]) -> tuple[Select[Any], Select[Any]]:
    """These columns of the items that people decided, and of those that are closed with their month."""
    i, f = recon_item.c, recon_filing.c
    filed = (
        select(*columns)
        .select_from(recon_filing)
        .join(recon_month, recon_month.c.month == f.month)
        .join(recon_item, and_(f.job == i.job, f.side == i.side, f.ref == i.ref))
    )
    return select(*columns).where(DECIDED), filed
