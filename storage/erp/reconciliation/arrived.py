"""Which statement files a reconciliation has read, and which came after it: these wait for the next one."""

from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, literal, or_, select

from storage.database.bulk import upsert
from storage.database.tables import bank_line, bill_line, raw_file, recon_file, recon_item, recon_owner
from storage.erp.reconciliation.kept import JOBS

BAR = "|"
Owner = tuple[str, str]
"""shop and wallet; ("bank", account)."""


class NotYetDue(NamedTuple):
    """Lines of new files and what they sum to in fen, the outcomes that lines of the same name had before, and how
    many lines of all there were when it was reconciled last."""

    lines: int
    lines_fen: int
    items: int
    items_fen: int
    reconciled: int


def remember(connection: Connection) -> int:
    """Note every file that is read now, as it was ingested, and how many lines there are of whom; returns how many
    files are new or were read anew."""
    told = [{"owner": owner[0], "wallet": owner[1], "lines": lines} for owner, lines in lines_of(connection).items()]
    upsert(connection, recon_owner, told)
    f = raw_file.c
    rows = connection.execute(select(f.file_sha, f.ingested_at).select_from(_NEW).where(_IS_NEW)).all()
    if rows:
        connection.execute(delete(recon_file).where(recon_file.c.file_sha.in_([row.file_sha for row in rows])))
        connection.execute(recon_file.insert(), [row._asdict() for row in rows])
    return len(rows)


def lines_of(connection: Connection) -> dict[Owner, int]:
    """How many lines each shop's wallet and each bank account has."""
    b, k = bill_line.c, bank_line.c
    bills = select(b.shop, b.wallet, func.count()).group_by(b.shop, b.wallet)
    banks = select(literal("bank"), k.account, func.count()).group_by(k.account)
    return {(row[0], row[1]): int(row[2]) for query in (bills, banks) for row in connection.execute(query)}


_NEW = raw_file.outerjoin(recon_file, recon_file.c.file_sha == raw_file.c.file_sha)
_IS_NEW = and_(
    raw_file.c.state == "read",
    or_(recon_file.c.file_sha.is_(None), recon_file.c.ingested_at != raw_file.c.ingested_at),
)


def not_yet_due(connection: Connection) -> dict[Owner, NotYetDue]:
    """What the last reconciliation could not have seen, by owner; before the first one that is every line."""
    new = connection.execute(select(raw_file.c.file_sha).select_from(_NEW).where(_IS_NEW)).scalars().all()
    if not new:
        return {}
    b, k, i = bill_line.c, bank_line.c, recon_item.c
    bank = literal("bank").label("owner")
    bill_ref = b.shop + BAR + b.wallet + BAR + b.flow_no + BAR + b.fee_type + BAR + func.cast(b.n, b.shop.type)
    bank_ref = k.account + BAR + k.line_key
    before = {(row[0], row[1]): int(row[2]) for row in connection.execute(select(recon_owner))}
    found: dict[Owner, NotYetDue] = {}
    for owner, of, table, fen, side, ref, by in (
        (b.shop, b.wallet, bill_line, b.amount_fen, "statement", bill_ref, (b.shop, b.wallet)),
        (bank, k.account, bank_line, k.amount_fen, "bank", bank_ref, (k.account,)),
    ):
        mine = table.c.file_sha.in_(new)
        lines = select(owner, of, func.count(), func.sum(fen)).where(mine).group_by(*by)
        items = (
            select(owner, of, func.count(), func.sum(i.amount_fen))
            .join_from(table, recon_item, and_(i.job.in_(JOBS), i.side == side, i.ref == ref))
            .where(mine)
            .group_by(*by)
        )
        had = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in connection.execute(items)}
        for first, second, count, total in connection.execute(lines):
            found[first, second] = NotYetDue(
                int(count), int(total), *had.get((first, second), (0, 0)), before.get((first, second), 0)
            )
    return found
