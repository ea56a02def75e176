"""A night's share of the invariants that read every row of a long history: what is new at once, the rest in turn.

Hashing every voucher, parsing every row of every order file and looking at every value take longer each month. In
large books a night looks at what came in the last days and at one part of all before; after `TURN` nights everything
was looked at anew. `yeban verify` looks at everything at once, and so does the night of books that are small.
"""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import Connection, and_, func, or_, select

from storage.database.tables import metadata, raw_file
from storage.database.tables.ledger import jv, jv_line, period
from storage.erp.finance.vouchers import CHAIN_START, Line
from storage.erp.invariants.books import newest_of, whole_in
from storage.erp.invariants.findings import Finding
from storage.erp.invariants.ledger import voucher_findings

TURN = 28
NEW_DAYS = 3
LARGE_VOUCHERS = 20_000


def is_large(connection: Connection) -> bool:
    """Whether the books are so large that a night looks at a part of their history."""
    return connection.execute(select(func.count()).select_from(jv)).scalar_one() > LARGE_VOUCHERS


def whole_money_of(connection: Connection, night: str) -> list[Finding]:
    """I-7: one table in `TURN`, and every column."""
    turn = _turn(night)
    return whole_in(connection, [table for n, table in enumerate(metadata.sorted_tables) if n % TURN == turn])


def newest_states_of(connection: Connection, night: str) -> list[Finding]:
    """I-16: the order files that came lately, and one in sixteen of all before."""
    f = raw_file.c
    mine = func.substr(f.file_sha, 1, 1) == f"{date.fromisoformat(night).toordinal() % 16:x}"
    return newest_of(connection, or_(f.ingested_at >= _since(night), mine))


def vouchers_of(connection: Connection, night: str) -> list[Finding]:
    """I-21: the vouchers written lately and one in `TURN` of all before, each with the hash of the one before it; and
    of every month that its numbers have no gap and its last voucher is the one it ended with."""
    before = jv.alias("before")
    chosen = or_(jv.c.recorded_at >= _since(night), jv.c.n % TURN == _turn(night))
    follows = and_(before.c.period == jv.c.period, before.c.n == jv.c.n - 1)
    rows = select(jv, before.c.n.label("number"), before.c.hash.label("hash_before")).select_from(
        jv.outerjoin(before, follows)
    )
    lines = select(jv_line).join(jv, jv.c.no == jv_line.c.no).where(chosen).order_by(jv_line.c.no, jv_line.c.n)
    grouped = groupby(connection.execute(lines), key=lambda row: str(row.no))
    findings: list[Finding] = []
    no, content = "", tuple[Line, ...]()
    for row in connection.execute(rows.where(chosen).order_by(jv.c.no)):
        while no < row.no:
            no, found = next(grouped, ("\uffff", iter(())))
            content = tuple(Line(*one[2:]) for one in found)
        number = row.number or (0 if row.n == 1 else -1)
        findings += voucher_findings(row, content if no == row.no else (), number, row.hash_before or CHAIN_START)
    return findings + _months(connection)


def _months(connection: Connection) -> list[Finding]:
    c, p = jv.c, period.c
    counted = select(c.period, func.count().label("there"), func.max(c.n).label("last")).group_by(c.period).subquery()
    query = (
        select(p.period, p.vouchers, p.hash_last, counted.c.there, counted.c.last, c.hash)
        .select_from(period.outerjoin(counted, counted.c.period == p.period)
                     .outerjoin(jv, and_(c.period == p.period, c.n == counted.c.last)))
        .order_by(p.period)
    )  # fmt: skip
    found = [
        Finding(row.period, f"{row.vouchers} 号凭证之后有增删，或最后一张被改动")
        for row in connection.execute(query)
        if (row.vouchers, row.vouchers, row.hash_last) != (row.there or 0, row.last or 0, row.hash or CHAIN_START)
    ]
    lost = select(c.period).where(c.period.not_in(select(p.period))).distinct().order_by(c.period)
    return found + [Finding(month, "凭证所在的月份没有登记") for month in connection.execute(lost).scalars()]


def _turn(night: str) -> int:
    return date.fromisoformat(night).toordinal() % TURN


def _since(night: str) -> str:
    return (date.fromisoformat(night) - timedelta(days=NEW_DAYS)).isoformat()


SHARES: dict[str, Callable[[Connection, str], list[Finding]]] = {
    "I-7": whole_money_of,
    "I-16": newest_states_of,
    "I-21": vouchers_of,
}
"""The invariants of which a night of large books looks at a share."""
