"""What a new run of the engine leaves alone: what people decided, and what is closed with its month."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select

from storage.database.tables import recon_filing, recon_item, recon_month

KEPT = (
    "recon_item.decided_by <> '' OR EXISTS (SELECT 1 FROM recon_filing f JOIN recon_month m ON m.month = f.month"
    " WHERE f.job = recon_item.job AND f.side = recon_item.side AND f.ref = recon_item.ref)"
)
"""The same as `kept_items`, for `bulk.upsert`."""

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
    i, f = recon_item.c, recon_filing.c
    decided = select(i.group_id).where(i.decided_by != "")
    filed = (
        select(i.group_id)
        .select_from(recon_filing)
        .join(recon_month, recon_month.c.month == f.month)
        .join(recon_item, and_(f.job == i.job, f.side == i.side, f.ref == i.ref))
    )
    return set(connection.execute(decided.union(filed)).scalars()) - {""}


def kept_items(*columns: ColumnElement[Any]) -> Select[Any]:
    """A query of these columns of `recon_item`, of the items that a new run leaves alone."""
    return select(*columns).where(or_(recon_item.c.decided_by != "", closed()))


def closed() -> ColumnElement[bool]:
    """Whether an item of `recon_item` is closed with its month."""
    i, f = recon_item.c, recon_filing.c
    mine = and_(f.job == i.job, f.side == i.side, f.ref == i.ref)
    return exists().where(mine, recon_month.c.month == f.month)


def kept_keys(connection: Connection, sides: Sequence[str] = SIDES, jobs: Sequence[str] = JOBS) -> frozenset[Key]:
    """(job, side, ref) of those items on these sides and of these jobs."""
    i = recon_item.c
    query = kept_items(i.job, i.side, i.ref).where(i.side.in_(sides), i.job.in_(jobs))
    return frozenset((job, side, ref) for job, side, ref in connection.execute(query))
