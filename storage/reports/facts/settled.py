"""Statement and bank lines by day, account, fee class and outcome: what the settlement report adds up."""

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Select, case, func, literal, literal_column, select

from storage.database.tables import bank_line, bill_line, recon_item
from storage.reports.facts.copy import Made
from storage.reports.facts.feed import FactsWrong, Fed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BAR = literal("|")
BANK = "bank"


def create(facts: "DuckDBPyConnection") -> None:
    """The tables, empty."""
    facts.execute(
        "CREATE TABLE settled (day VARCHAR, owner VARCHAR, wallet VARCHAR, fee VARCHAR, outcome INTEGER, n BIGINT,"
        " fen BIGINT, expected_fen BIGINT)"
    )
    facts.execute("CREATE TABLE meta (name VARCHAR, said VARCHAR)")


def feed(facts: "DuckDBPyConnection", connection: Connection, _: str) -> Fed:
    """Bring the sums to what the books say now. Raises FactsWrong where they are not those of the lines alone."""
    found: list[Any] = [row for query in (of_statements(), of_bank()) for row in connection.execute(query).all()]
    rows = sorted((*row[:4], int(row[4] or 0), *map(int, row[5:])) for row in found)
    known = facts.execute("SELECT * FROM settled ORDER BY ALL").fetchall()
    if rows == known:
        return Fed(0, 0)
    _check(connection, rows)
    facts.execute("DELETE FROM settled")
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        facts.execute(f"INSERT INTO settled SELECT {', '.join('unnest(?)' for _ in columns)}", columns)
    return Fed(len({row[0] for row in rows}), len(rows))


SETTLED = Made("settled", "1", create, lambda _: "", feed)


class Outcomes(NamedTuple):
    """Lines with the one outcome of each (None while reconciliation has not seen it), and what was expected of it."""

    lines: FromClause
    outcome: ColumnElement[Any]
    expected_fen: ColumnElement[Any]


def statements() -> Outcomes:
    """Statement lines: withdrawals are the job of wallets, everything else that of orders."""
    b, i = bill_line.c, recon_item.c
    ref = b.shop + BAR + b.wallet + BAR + b.flow_no + BAR + b.fee_type + BAR + func.cast(b.n, bill_line.c.shop.type)
    job = case((b.fee_type == literal_column("'withdrawal'"), "wallet"), else_="orders")
    joined = bill_line.outerjoin(recon_item, (i.job == job) & (i.side == "statement") & (i.ref == ref))
    return Outcomes(joined, i.outcome, i.expected_fen)


def bank_lines() -> Outcomes:
    """Bank lines. One that a person decided for one job may be looked at by the other later: the person's word counts,
    else what it was authorised to pay, else the withdrawal it brought.
    """
    k, paid, came = bank_line.c, recon_item.alias("paid"), recon_item.alias("came")
    ref = k.account + BAR + k.line_key
    joined: FromClause = bank_line
    for item, job in ((paid, "payables"), (came, "wallet")):
        joined = joined.outerjoin(item, (item.c.job == job) & (item.c.side == BANK) & (item.c.ref == ref))
    by_hand = (came.c.decided_by != literal_column("''")) & (
        func.coalesce(paid.c.decided_by, literal_column("''")) == literal_column("''")
    )

    def chosen(name: str) -> ColumnElement[Any]:
        return case((by_hand, came.c[name]), else_=func.coalesce(paid.c[name], came.c[name]))

    return Outcomes(joined, chosen("outcome"), chosen("expected_fen"))


def of_statements() -> Select[tuple[object, ...]]:
    """Statement lines added up by day, account, fee class and outcome; as expected where nobody has said what was."""
    b, told = bill_line.c, statements()
    day = func.substr(b.at, literal_column("1"), literal_column("10"))  # one text, so that it can be grouped by
    keys = (day, b.shop, b.wallet, b.fee_type, told.outcome)
    expected = func.sum(func.coalesce(told.expected_fen, b.amount_fen))
    return select(*keys, func.count(), func.sum(b.amount_fen), expected).select_from(told.lines).group_by(*keys)


def of_bank() -> Select[tuple[object, ...]]:
    """The same of bank lines."""
    k, told = bank_line.c, bank_lines()
    keys = (k.day, k.account, literal(BANK), literal(BANK), told.outcome.label("decided_as"))
    expected = func.sum(func.coalesce(told.expected_fen, k.amount_fen))
    return (
        select(*keys, func.count(), func.sum(k.amount_fen), expected)
        .select_from(told.lines)
        .group_by(k.day, k.account, literal_column("decided_as"))
    )


def _check(connection: Connection, rows: list[tuple[object, ...]]) -> None:
    """Every line once: the outcomes of an account sum to its lines (I-17)."""
    b, k = bill_line.c, bank_line.c
    books = {
        (row[0], row[1]): (int(row[2]), int(row[3]))
        for query in (
            select(b.shop, b.wallet, func.count(), func.sum(b.amount_fen)).group_by(b.shop, b.wallet),
            select(k.account, literal(BANK), func.count(), func.sum(k.amount_fen)).group_by(k.account),
        )
        for row in connection.execute(query)
    }
    found: dict[tuple[object, object], tuple[int, int]] = {}
    for _, owner, wallet, _, _, n, fen, _ in rows:
        lines, total = found.get((owner, wallet), (0, 0))
        found[owner, wallet] = (lines + int(str(n)), total + int(str(fen)))
    wrong = [f"{owner} {wallet}" for owner, wallet in books.keys() | found.keys()
             if books.get((owner, wallet)) != found.get((owner, wallet))]  # fmt: skip
    if wrong:
        raise FactsWrong("settled", sorted(wrong))
