"""Profit by column: every fact of settlement shared out among products, fed by the day that its order was created on.

A row is a product's part of a fact, so the same rows sum to orders, products, channels and reasons. What was fed is
held against the books' own sums before any figure is taken from it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, func, select

from storage.database.tables import ad_day, bill_line, platform_order
from storage.database.tables.review import order_detail
from storage.database.tables.settlement import profit_adjustment
from storage.erp.finance.policies import policy_of
from storage.erp.finance.sales import later
from storage.erp.orders.checks import SPECIAL
from storage.erp.settlement.aftersales import reasons
from storage.erp.settlement.components import COMPONENTS, GROUPS, Place, place_of
from storage.erp.settlement.facts import BY_HAND, ESTIMATE, UNKNOWN, Span
from storage.erp.settlement.pool import NO_INCOME, order_day, orders_of
from storage.erp.settlement.profit import Rules, Weights, bundle_weights, gather_created, gather_rest
from storage.reports.facts import signs
from storage.reports.facts.copy import Made
from storage.reports.facts.feed import FactsWrong, Fed
from storage.reports.facts.shared import write_parts, write_weights

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ORDERS_AT_ONCE = 50_000
"""Each piece goes through some tables whole, to find what is of its orders by number: fewer pieces, more memory."""
DAYS_AT_ONCE = 32
GROUP_OF = {component: position for position, (_, components) in enumerate(GROUPS) for component in components}
SUMS = (*(f"g{n}" for n in range(len(GROUPS))), "profit")
"""The groups of the waterfall and the profit, in every small table."""
ADS = "advertising"


def create(facts: "DuckDBPyConnection") -> None:
    """The tables, empty."""
    facts.execute(
        "CREATE TABLE parts (fed_by VARCHAR, day DATE, platform VARCHAR, shop VARCHAR, order_no VARCHAR,"
        " component VARCHAR, basis VARCHAR, fen BIGINT, code VARCHAR, sold_as VARCHAR, reason VARCHAR, said VARCHAR,"
        " file_sha VARCHAR, row_no INTEGER, ref VARCHAR, fact_no INTEGER)"
    )
    facts.execute("CREATE TABLE fed (fed_by VARCHAR, said VARCHAR)")
    facts.execute("CREATE TABLE worth (code VARCHAR, said VARCHAR)")
    facts.execute("CREATE TABLE meta (name VARCHAR, said VARCHAR)")
    facts.execute("CREATE TABLE components (component VARCHAR, place INTEGER)")
    facts.execute("INSERT INTO components SELECT unnest(?), unnest(?)", [list(GROUP_OF), list(GROUP_OF.values())])
    roll_up(facts)


def feed(facts: "DuckDBPyConnection", connection: Connection, rules: str) -> Fed:
    """Bring the rows to what the books say now. Raises FactsWrong."""
    policy = policy_of(connection)
    weights = bundle_weights(connection)
    now = {f"order {day}": said for day, said in signs.created(connection).items()}
    now |= {f"rest {day}": said for day, said in signs.rest(connection).items() if day}
    changed = _changed(facts, now, _valued_anew(facts, weights)) if rules == repr(policy) else _all(facts, now)
    facts.execute("DELETE FROM parts WHERE fed_by IN (SELECT unnest(?))", [sorted(changed)])
    facts.execute("DELETE FROM fed WHERE fed_by IN (SELECT unnest(?))", [sorted(changed)])
    there = sorted(changed & now.keys())
    rows = _write(facts, connection, there, Rules(policy), weights)
    if there:
        facts.execute("INSERT INTO fed SELECT unnest(?), unnest(?)", [there, [now[name] for name in there]])
    if changed or rules != repr(policy):
        _check(facts, connection, policy.recognise)
        roll_up(facts)
    return Fed(len(changed), rows)


PROFIT = Made("profit", "1", create, lambda connection: repr(policy_of(connection)), feed)
"""What orders earned and cost, storage/erp/settlement/profit.py."""


def _all(facts: "DuckDBPyConnection", now: Mapping[str, str]) -> set[str]:
    return {row[0] for row in facts.execute("SELECT fed_by FROM fed").fetchall()} | now.keys()


def _changed(facts: "DuckDBPyConnection", now: Mapping[str, str], valued: set[str]) -> set[str]:
    known = dict(facts.execute("SELECT fed_by, said FROM fed").fetchall())
    return valued | {name for name in known.keys() | now.keys() if known.get(name) != now.get(name)}


def _valued_anew(facts: "DuckDBPyConnection", weights: Weights) -> set[str]:
    """What was fed with a code that is worth something else now, or is made of something else; notes the new worth."""
    known = dict(facts.execute("SELECT code, said FROM worth").fetchall())
    now = worth(weights)
    changed = sorted(code for code in known.keys() | now.keys() if known.get(code) != now.get(code))
    if not changed:
        return set()
    facts.execute("DELETE FROM worth WHERE code IN (SELECT unnest(?))", [changed])
    fresh = [code for code in changed if code in now]
    if fresh:
        facts.execute("INSERT INTO worth SELECT unnest(?), unnest(?)", [fresh, [now[code] for code in fresh]])
    query = "SELECT DISTINCT fed_by FROM parts WHERE sold_as IN (SELECT unnest(?))"
    return {row[0] for row in facts.execute(query, [changed]).fetchall()}


def worth(weights: Weights) -> dict[str, str]:
    """Code -> what its estimated cost and its shares depend on, in one text."""
    told = {code: str(fen) for code, fen in weights.cost_fen.items()}
    for code, parts in weights.made_of.items():
        told[code] = ",".join(f"{part}×{qty}@{weights.cost_fen.get(part, '')}" for part, qty in parts.items())
    return told


def _write(
    facts: "DuckDBPyConnection", connection: Connection, names: Sequence[str], rules: Rules, weights: Weights
) -> int:
    """Write the rows of what is to be fed, orders in pieces that fit into memory; returns how many."""
    days = [name.removeprefix("order ") for name in names if name.startswith("order ")]
    why, rows = reasons(connection), 0
    write_weights(facts, weights)
    for some in _pieces(connection, days):
        created = {key: f"order {day}" for key, day in orders_of(connection, some).items()}
        rows += write_parts(facts, gather_created(connection, some, rules), created, why)
    rest = [name.removeprefix("rest ") for name in names if name.startswith("rest ")]
    for first, last in _runs(rest):
        rows += write_parts(facts, gather_rest(connection, Span(first, last), rules), {}, why)
    return rows


def _runs(days: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Neighbouring days together, some at a time."""
    run: list[str] = []
    for day in sorted(days):
        if run and (len(run) >= DAYS_AT_ONCE or day != later(run[-1], 1)):
            yield run[0], run[-1]
            run = []
        run.append(day)
    if run:
        yield run[0], run[-1]


def _pieces(connection: Connection, days: Collection[str]) -> Iterator[list[str]]:
    wanted, piece, size = set(days), list[str](), 0
    counted = select(order_day(), func.count()).group_by(order_day()).order_by(order_day())
    for day, count in connection.execute(counted).all():
        if (day or "") in wanted:
            piece.append(day or "")
            size += count
        if size >= ORDERS_AT_ONCE:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _check(facts: "DuckDBPyConnection", connection: Connection, recognise: str) -> None:
    """The rows sum to what the tables of the books say by themselves. Raises FactsWrong."""
    b, a, h = bill_line.c, ad_day.c, profit_adjustment.c
    own = [fee for fee in connection.execute(select(b.fee_type).distinct()).scalars() if _is_fee(fee)]
    asked: dict[str, tuple[str, Any]] = {
        "marketing": (f"basis <> '{BY_HAND}' AND ref NOT LIKE '% 流水 %' AND component = 'marketing'",
                      select(-func.sum(a.spend_fen))),
        "fees": ("ref LIKE '% 流水 %' AND basis = 'actual'",
                 select(func.sum(b.amount_fen)).where(b.fee_type.in_(own), b.wallet != "personal")),
        "by_hand": (f"basis = '{BY_HAND}'", select(func.sum(h.amount_fen))),
    }  # fmt: skip
    if recognise in ("finish", "window"):
        o = platform_order.c
        paid = select(func.sum(o.paid_fen)).where(o.finished_at != "", o.pay_state.not_in(NO_INCOME), ~_no_sale())
        asked["goods"] = (
            "component IN ('goods', 'seller_discount', 'platform_discount', 'buyer_freight')"
            f" AND basis NOT IN ('{BY_HAND}', '{UNKNOWN}')", paid,
        )  # fmt: skip
    wrong = []
    for name, (where, query) in asked.items():
        row = facts.execute(f"SELECT coalesce(sum(fen), 0)::BIGINT FROM parts WHERE {where}").fetchone()
        if row is None or row[0] != int(connection.execute(query).scalar() or 0):
            wrong.append(name)
    if wrong:
        raise FactsWrong("profit", wrong)


def _no_sale() -> ColumnElement[bool]:
    """Whether an order is a brushing or a test order: it is reconciled, and earns nothing."""
    o, d = platform_order.c, order_detail.c
    same = (d.platform == o.platform, d.shop == o.shop, d.order_no == o.order_no)
    return select(d.order_no).where(*same, d.order_type.in_(sorted(SPECIAL))).exists()


def _is_fee(fee: str) -> bool:
    return place_of(fee)[0] is Place.PROFIT


def roll_up(facts: "DuckDBPyConnection") -> None:
    """Make the small tables anew: what reports add up, so that a year is not gone through row by row."""
    sums = ", ".join(f"coalesce(sum(fen) FILTER (place = {n}), 0)::BIGINT AS g{n}" for n in range(len(GROUPS)))
    sums += ", coalesce(sum(fen), 0)::BIGINT AS profit, bit_or(1 << place) AS used"
    guessed = f"bit_or(CASE WHEN basis = '{ESTIMATE}' THEN 1 << place ELSE 0 END) AS guessed"
    placed = "(SELECT p.*, c.place FROM parts p JOIN components c USING (component) WHERE p.day IS NOT NULL)"
    facts.execute(
        f"""CREATE OR REPLACE TABLE order_days AS SELECT platform, shop, order_no, day, {sums}, {guessed} FROM {placed}
        GROUP BY ALL"""
    )
    added = ", ".join(f"sum({name})::BIGINT AS {name}" for name in SUMS)
    facts.execute(
        f"""CREATE OR REPLACE TABLE order_life AS SELECT (row_number() OVER (ORDER BY first_day, platform, shop,
        order_no))::INTEGER AS nth, * FROM (SELECT platform, shop, order_no, min(day) AS first_day,
        max(day) AS last_day, {added}, bit_or(used) AS used, bit_or(guessed) AS guessed FROM order_days
        GROUP BY ALL) ORDER BY nth"""
    )
    facts.execute(
        """CREATE OR REPLACE TABLE order_days AS SELECT l.nth, d.* EXCLUDE (platform, shop, order_no)
        FROM order_days d JOIN order_life l ON d.platform = l.platform AND d.shop = l.shop AND d.order_no = l.order_no
        ORDER BY l.nth, d.day"""
    )
    facts.execute(
        f"CREATE OR REPLACE TABLE code_days AS SELECT day, code, {sums} FROM {placed} GROUP BY ALL ORDER BY day"
    )
    facts.execute(
        """CREATE OR REPLACE TABLE channel_days AS SELECT day, platform, shop, component, basis,
        order_no <> '' AS of_order, sum(fen)::BIGINT AS fen FROM parts WHERE day IS NOT NULL GROUP BY ALL
        ORDER BY day"""
    )
    facts.execute(
        """CREATE OR REPLACE TABLE reason_days AS SELECT day, reason, component, sum(fen)::BIGINT AS fen FROM parts
        WHERE reason <> '' AND day IS NOT NULL GROUP BY ALL ORDER BY day"""
    )


__all__ = ["COMPONENTS", "GROUP_OF", "PROFIT", "SUMS"]
