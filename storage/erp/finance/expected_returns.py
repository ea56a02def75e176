"""预计负债 and 应收退货成本: what a month's end expects to come back, out of the ledger's own history, once a month.

Optional: nothing is booked until somebody decides it (小企业会计准则 knows no such estimate, CAS 14 asks for it). The
voucher is dated the last day of the month and taken back on the first day of the next one, so that what really comes
back is booked as ever and every month's end is estimated anew. A closed month is left as it is.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.bulk import insert_missing
from storage.database.tables.ledger import expected_return, jv, jv_line, returns_policy
from storage.erp.finance.chart import COST_OF_SALES, REVENUE
from storage.erp.finance.errors import AuthorMissing, EstimateBooked, PolicyUnknown
from storage.erp.finance.ledger import post
from storage.erp.finance.numbering import CLOSED, last_day_of, next_month, state_of
from storage.erp.finance.return_rates import Expected, Group, Horizon, Return, Sale, expected
from storage.erp.finance.rules import RULES, ReturnsDocument
from storage.erp.finance.vouchers import REVERSAL

KIND = "expected_returns"
SIDES: dict[str, tuple[str, int, str, str]] = {
    "revenue": (REVENUE, -1, "revenue", "refund"),
    "cost": (COST_OF_SALES, 1, "cost", "return"),
}
"""side -> (account, its sign, kind of the vouchers that sell, kind of those that take back)."""


class ReturnsPolicy(NamedTuple):
    """Whether months end with an estimate, and of which history. `from_day`: of months that end on it or later."""

    from_day: str = ""
    state: str = "off"
    window_days: int = 15
    look_back_days: int = 90
    least_orders: int = 30


def returns_policy_at(connection: Connection, day: str) -> ReturnsPolicy:
    """What was decided last of months that end on that day; nothing is estimated where nobody has decided."""
    c = returns_policy.c
    query = select(*(c[name] for name in ReturnsPolicy._fields)).where(c.from_day <= day)
    row = connection.execute(query.order_by(c.version.desc()).limit(1)).first()
    return ReturnsPolicy(*row) if row else ReturnsPolicy()


def decide_returns(connection: Connection, policy: ReturnsPolicy, author: str, reason: str) -> bool:
    """Keep the decision; False when it counts already.

    Raises AuthorMissing, PolicyUnknown, EstimateBooked where a month that it is about has its voucher.
    """
    if not (author.strip() and reason.strip()):
        raise AuthorMissing
    _checked(policy)
    if returns_policy_at(connection, policy.from_day) == policy:
        return False
    booked = connection.execute(select(func.max(jv.c.source_id)).where(jv.c.kind == KIND)).scalar()
    if booked and last_day_of(booked) >= policy.from_day:
        raise EstimateBooked(booked, policy.from_day)
    versions = connection.execute(select(func.count()).select_from(returns_policy)).scalar_one()
    said = {"author": author, "reason": reason, "decided_at": datetime.now(UTC).isoformat()}
    connection.execute(returns_policy.insert(), [{"version": versions + 1, **policy._asdict(), **said}])
    return True


def _checked(policy: ReturnsPolicy) -> None:
    if policy.state not in ("on", "off"):
        raise PolicyUnknown(f"state={policy.state}")
    for name in ("window_days", "look_back_days", "least_orders"):
        if getattr(policy, name) < 1:
            raise PolicyUnknown(f"{name}={getattr(policy, name)}")
    try:
        date.fromisoformat(policy.from_day)
    except ValueError:
        raise PolicyUnknown(f"from_day={policy.from_day}") from None


def book_expected_returns(connection: Connection, until: str) -> int:
    """The estimates of the open months that are over on the day `until`; returns how many vouchers were written.

    Running again changes nothing: a month is estimated once, when the books first know that it is over.
    """
    posted = 0
    for month in _due(connection, until):
        told, document = estimate(connection, month)
        insert_missing(connection, expected_return, told)
        if document is not None:
            post(connection, RULES[KIND].draft(document))
            after = document._replace(day=f"{next_month(month)}-01")
            post(connection, RULES["expected_returns_over"].draft(after))
            posted += 2
    return posted


def _due(connection: Connection, until: str) -> Iterator[str]:
    """Months that were over before `until` ended, are open, sold something and have no estimate."""
    decided = connection.execute(select(func.min(returns_policy.c.from_day))).scalar()
    if not decided:
        return
    known = set(connection.execute(select(expected_return.c.period).distinct()).scalars())
    month, now = decided[:7], until[:7]
    while month < now:
        policy = returns_policy_at(connection, last_day_of(month))
        if policy.state == "on" and month not in known and state_of(connection, month) != CLOSED:
            yield month
        month = next_month(month)


def estimate(connection: Connection, month: str) -> tuple[list[dict[str, object]], ReturnsDocument | None]:
    """(the figures by product and shop, the document; None where nothing is expected). Nothing is written."""
    end = last_day_of(month)
    policy = returns_policy_at(connection, end)
    horizon = Horizon(end, policy.window_days, policy.look_back_days, policy.least_orders)
    found = {side: expected(*_history(connection, side, horizon), horizon) for side in SIDES}
    rows = [_row(month, side, one) for side, some in found.items() for one in some]
    parts = {side: tuple((one.group, one.expected_fen) for one in some if one.expected_fen)
             for side, some in found.items()}  # fmt: skip
    document = ReturnsDocument(month, end, parts["revenue"], parts["cost"])
    return rows, document if any(parts.values()) else None


def _row(month: str, side: str, one: Expected) -> dict[str, object]:
    platform, shop, code = one.group
    return {"period": month, "side": side, "platform": platform, "shop": shop, "code": code,
            "exposed_fen": one.exposed_fen, "expected_fen": one.expected_fen, "basis": one.basis,
            "orders": one.orders, "sold_fen": one.sold_fen, "back_fen": one.back_fen,
            "words": one.words}  # fmt: skip


def _history(connection: Connection, side: str, horizon: Horizon) -> tuple[list[Sale], list[Return]]:
    """What the vouchers that stand say was sold since the history begins, and what came back by the end."""
    account, sign, sold, back = SIDES[side]
    first = date.fromisoformat(horizon.end) - timedelta(days=horizon.window_days + horizon.look_back_days)
    sales = [
        Sale(group, order_no, day, sign * fen)
        for group, order_no, day, fen in _lines(connection, account, sold, str(first), horizon.end)
    ]
    returns = [
        Return(group, order_no, day, -sign * fen)
        for group, order_no, day, fen in _lines(connection, account, back, str(first), horizon.end)
    ]
    return sales, returns


def _lines(
    connection: Connection, account: str, kind: str, first_day: str, last_day: str
) -> Iterator[tuple[Group, str, str, int]]:
    """By product and shop, order and day: debit less credit of the vouchers of a kind that nobody reversed."""
    n, undo = jv_line.c, jv.alias("undo").c
    undone = select(undo.reverses).where(undo.kind == REVERSAL)  # read once: nothing finds a voucher by its reversal
    dimensions = (n.platform, n.shop, n.sku, n.item, jv.c.document_day)
    query = (
        select(*dimensions, func.sum(n.dr_fen - n.cr_fen))
        .join_from(jv_line, jv, jv.c.no == n.no)
        .where(n.account == account, jv.c.kind == kind, jv.c.no.not_in(undone), n.item != "",
               jv.c.document_day.between(first_day, last_day))
        .group_by(*dimensions)
    )  # fmt: skip
    for row in sorted(tuple(row) for row in connection.execute(query)):
        yield (row[0], row[1], row[2]), row[3], row[4], int(row[5])
