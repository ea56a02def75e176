"""The ledger's sums by column: what statements and channels add up, fed by the month whose vouchers grew.

Vouchers are only ever added, and a month's row has their number and the hash of the last one: nothing else has to be
asked to know which months to read again.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, case, func, select

from storage.database.tables.ledger import jv, jv_line, period
from storage.erp.finance.chart import cash_accounts
from storage.erp.finance.statements import SPLIT, Span
from storage.erp.settlement.ledger_tie import VOUCHER_LINES, platform_of_line
from storage.reports.facts.copy import Facts, Made
from storage.reports.facts.feed import FactsWrong, Fed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = {
    "sums": "month VARCHAR, day VARCHAR, document_day VARCHAR, kind VARCHAR, account VARCHAR, platform VARCHAR,"
    " shop VARCHAR, sold_by VARCHAR, dr_fen BIGINT, cr_fen BIGINT",
    "items": "month VARCHAR, day VARCHAR, account VARCHAR, platform VARCHAR, shop VARCHAR, party VARCHAR, item VARCHAR,"
    " fen BIGINT",
    "against_money": "month VARCHAR, day VARCHAR, account VARCHAR, platform VARCHAR, shop VARCHAR, fen BIGINT",
    "fed": "month VARCHAR, said VARCHAR",
    "meta": "name VARCHAR, said VARCHAR",
}
ROWS_AT_ONCE = 100_000


def create(facts: "DuckDBPyConnection") -> None:
    """The tables, empty."""
    for name, columns in TABLES.items():
        facts.execute(f"CREATE TABLE {name} ({columns})")
    roll_up(facts)


def feed(facts: "DuckDBPyConnection", connection: Connection, _: str) -> Fed:
    """Bring the sums to what the vouchers say now. Raises FactsWrong."""
    p = period.c
    now = {row[0]: f"{row[1]} {row[2]}" for row in connection.execute(select(p.period, p.vouchers, p.hash_last))}
    known = dict(facts.execute("SELECT month, said FROM fed").fetchall())
    months = sorted(name for name in known.keys() | now.keys() if known.get(name) != now.get(name))
    if not months:
        return Fed(0, 0)
    rows = 0
    for table in ("sums", "items", "against_money", "fed"):
        facts.execute(f"DELETE FROM {table} WHERE month IN (SELECT unnest(?))", [months])
    for month in (name for name in months if name in now):
        rows += _read(facts, connection, month)
        facts.execute("INSERT INTO fed VALUES (?, ?)", [month, now[month]])
    _check(facts, connection, months)
    roll_up(facts)
    return Fed(len(months), rows)


LEDGER = Made("ledger", "1", create, lambda _: "", feed)
"""Debit and credit by day, account and shop; open items; what money moved against."""


def _read(facts: "DuckDBPyConnection", connection: Connection, month: str) -> int:
    n, c = jv_line.c, jv.c
    where = (n.platform, n.shop)
    mine = c.period == month
    money = sorted(cash_accounts())
    fen = func.sum(n.dr_fen - n.cr_fen)
    sold_by = platform_of_line()
    whole = (c.day, c.document_day, c.kind, n.account, *where, sold_by)
    sums = select(*whole, func.sum(n.dr_fen), func.sum(n.cr_fen)).select_from(VOUCHER_LINES).where(mine)
    item = (c.day, n.account, *where, n.party, n.item)
    joined = jv_line.join(jv, c.no == n.no)
    items = select(*item, fen).select_from(joined).where(mine, n.account.in_(SPLIT)).group_by(*item)
    with_money = select(n.no).where(n.account.in_(money))
    flow = (c.day, n.account, *where)
    flows = (
        select(*flow, -fen)
        .select_from(joined)
        .where(mine, n.account.not_in(money), n.no.in_(with_money))
        .group_by(*flow)
    )
    return sum(
        _insert(facts, table, [(month, *row) for row in connection.execute(query)])
        for table, query in (("sums", sums.group_by(*whole)), ("items", items), ("against_money", flows))
    )


def _insert(facts: "DuckDBPyConnection", table: str, rows: Sequence[tuple[object, ...]]) -> int:
    import numpy

    names = [column.split()[0] for column in TABLES[table].split(",")]
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        columns = zip(names, zip(*rows[begin : begin + ROWS_AT_ONCE], strict=True), strict=True)
        piece = {
            name: numpy.array(values, dtype=numpy.int64 if name.endswith("fen") else object) for name, values in columns
        }
        facts.register("piece", piece)
        facts.execute(f"INSERT INTO {table} BY NAME SELECT * FROM piece")
        facts.unregister("piece")
    return len(rows)


def _check(facts: "DuckDBPyConnection", connection: Connection, months: Sequence[str]) -> None:
    """Debit is credit in every month that was read, and each account stands as the vouchers have it."""
    n = jv_line.c
    query = (
        select(jv.c.period, n.account, func.sum(n.dr_fen - n.cr_fen), func.sum(case((n.dr_fen > 0, n.dr_fen), else_=0)))
        .join_from(jv_line, jv, jv.c.no == n.no)
        .where(jv.c.period.in_(months))
        .group_by(jv.c.period, n.account)
    )
    books = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in connection.execute(query)}
    held = facts.execute(
        "SELECT month, account, sum(dr_fen - cr_fen)::BIGINT, sum(dr_fen)::BIGINT FROM sums"
        " WHERE month IN (SELECT unnest(?)) GROUP BY ALL",
        [list(months)],
    ).fetchall()
    found = {(month, account): (fen, dr_fen) for month, account, fen, dr_fen in held}
    wrong = {month for month, account in books.keys() | found.keys() if books.get((month, account)) !=
             found.get((month, account))}  # fmt: skip
    wrong |= {month for month in months if sum(fen for (name, _), (fen, _) in found.items() if name == month)}
    if wrong:
        raise FactsWrong("ledger", sorted(wrong))


def roll_up(facts: "DuckDBPyConnection") -> None:
    """What each day changed on either side of the control accounts: added up to a day it is what was open then."""
    facts.execute(
        """CREATE OR REPLACE TABLE sides AS
        SELECT day, account, platform, shop, sum(greatest(now, 0) - greatest(before, 0))::BIGINT AS owed_fen,
               sum(least(now, 0) - least(before, 0))::BIGINT AS owing_fen
        FROM (
            SELECT *, now - fen AS before FROM (
                SELECT day, account, platform, shop, fen, sum(fen) OVER (
                    PARTITION BY account, platform, shop, party, item ORDER BY day
                ) AS now
                FROM (SELECT day, account, platform, shop, party, item, sum(fen) AS fen FROM items GROUP BY ALL)
            )
        ) GROUP BY ALL ORDER BY day"""
    )


class Copied:
    """The sums of the ledger out of the copy."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def sums(self, span: Span, kinds_left_out: Sequence[str] = ()) -> Mapping[str, int]:
        """account -> debit less credit."""
        condition, values = _where(span)
        query = f"""SELECT account, sum(dr_fen - cr_fen)::BIGINT FROM sums WHERE day BETWEEN ? AND ?{condition}
            AND kind NOT IN (SELECT unnest(?::VARCHAR[])) GROUP BY account"""
        return dict(self.facts.rows(query, [span.first_day, span.last_day, *values, list(kinds_left_out)]))

    def sides(self, span: Span) -> Mapping[tuple[str, bool], int]:
        """Both sides of the control accounts."""
        condition, values = _where(span)
        query = f"""SELECT account, sum(owed_fen)::BIGINT, sum(owing_fen)::BIGINT FROM sides WHERE day <= ?{condition}
            GROUP BY account"""
        found = self.facts.rows(query, [span.last_day, *values])
        return {(row[0], owed): row[1 if owed else 2] for row in found for owed in (True, False)}

    def flows(self, span: Span) -> Mapping[str, int]:
        """account -> what money moved against it."""
        condition, values = _where(span)
        query = f"""SELECT account, sum(fen)::BIGINT FROM against_money WHERE day BETWEEN ? AND ?{condition}
            GROUP BY account"""
        return dict(self.facts.rows(query, [span.first_day, span.last_day, *values]))


def _where(span: Span) -> tuple[str, list[object]]:
    return "".join(f" AND {name} = ?" for name in span.where), list(span.where.values())
