"""Months of reconciliation: closed once and for good, what was open goes on with an owner, what comes late is tagged.

A closed item is never touched again. A line that comes for a closed month counts in the first open one and says where
it belongs (补记); an item that nobody settled in time is carried there (结转) with the one who has to see to it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, delete, exists, func, insert, literal, or_, select, text

from storage.database.tables import recon_filing, recon_item, recon_month
from storage.erp.reconciliation.errors import MonthIsClosed, ReasonNeeded
from storage.erp.reconciliation.outcomes import OUTCOMES, Outcome

OWNERS = {"nobody": "系统（到期再核对）", "person": "财务", "platform": "平台申诉", "operator": "运营"}


class Closed(NamedTuple):
    """A closed month: how many items, the sum of its lines, how many were carried on."""

    month: str
    items: int
    total_fen: int
    carried: int


class Month(NamedTuple):
    """A month of the list: `open_items` still need someone; `carried` and who closed it, "" while it is open."""

    month: str
    items: int
    total_fen: int
    open_items: int
    carried: int
    closed_by: str
    recorded_at: str


def months(connection: Connection) -> list[Month]:
    """Every month that items count in, the oldest first: closed ones as they were signed, then the open ones."""
    m, i, f = recon_month.c, recon_item.c, recon_filing.c
    signed = select(m.month, m["items"], m.total_fen, literal(0), m.carried, m.closed_by, m.recorded_at)
    found = [Month(*row) for row in connection.execute(signed.order_by(m.month))]
    closed = {one.month for one in found}
    counts_in = func.coalesce(f.month, func.substr(i.at, 1, 7))
    waiting = case((i.outcome.in_(_waiting()) & (i.decided_by == ""), 1), else_=0)
    amount = func.sum(case((i.side != "books", i.amount_fen), else_=0))
    same = and_(f.job == i.job, f.side == i.side, f.ref == i.ref)
    grouped = select(counts_in, func.count(), amount, func.sum(waiting)).select_from(
        recon_item.outerjoin(recon_filing, same)
    )
    for month, items, fen, still in connection.execute(grouped.group_by(counts_in).order_by(counts_in)):
        if month not in closed:
            found.append(Month(month, items, int(fen), int(still), 0, "", ""))
    return found


def _waiting() -> list[int]:
    """Outcomes of items that are carried on while nobody has settled them."""
    return [int(outcome) for outcome, said in OUTCOMES.items() if said.exception] + [int(Outcome.TIMING)]


def close_month(
    connection: Connection, month: str, who: str, at: datetime, owners: Mapping[int, str] | None = None
) -> Closed:
    """Close `month` (YYYY-MM) and everything before it that is still open; closing it again changes nothing.

    `owners`: outcome -> who sees to items that are carried on. Raises MonthIsClosed when a later month is closed,
    ReasonNeeded without a name.
    """
    if not who.strip():
        raise ReasonNeeded
    m = recon_month.c
    known = connection.execute(select(m.month, m["items"], m.total_fen, m.carried).where(m.month == month)).first()
    if known is not None:
        return Closed(*known)
    if (last_closed(connection) or "") > month:
        raise MonthIsClosed(month)
    carried = _file(connection, month, owners or {})
    i, f = recon_item.c, recon_filing.c
    mine = (f.job == i.job) & (f.side == i.side) & (f.ref == i.ref) & (f.month == month)
    filed = select(func.count()).select_from(recon_item).join(recon_filing, mine)
    amount = select(func.sum(i.amount_fen)).join(recon_filing, mine).where(i.side != "books")
    total, count = connection.execute(amount).scalar() or 0, connection.execute(filed).scalar_one()
    closed = Closed(month, count, int(total), carried)
    connection.execute(insert(recon_month).values(**closed._asdict(), closed_by=who, recorded_at=at.isoformat()))
    return closed


def last_closed(connection: Connection) -> str | None:
    """The newest closed month; None while none is."""
    found: str | None = connection.execute(select(func.max(recon_month.c.month))).scalar()
    return found


def month_after(month: str) -> str:
    """The month after `YYYY-MM`."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def file_late(connection: Connection) -> None:
    """Give items that came for a closed month to the first open one; forget filings of items that are gone."""
    last = last_closed(connection)
    if last is None:
        return
    i, f = recon_item.c, recon_filing.c
    item = exists().where(i.job == f.job, i.side == f.side, i.ref == f.ref)
    connection.execute(delete(recon_filing).where(~item))
    filed = exists().where(f.job == i.job, f.side == i.side, f.ref == i.ref)
    month = func.substr(i.at, 1, 7)
    late = select(i.job, i.side, i.ref, literal(month_after(last)), literal("补记 ") + month, literal("")).where(
        month <= last, ~filed
    )
    connection.execute(insert(recon_filing).from_select(["job", "side", "ref", "month", "tag", "owner"], late))


def _file(connection: Connection, month: str, owners: Mapping[int, str]) -> int:
    """File every item up to this month: settled ones in it, open ones in the next; how many those are."""
    file_late(connection)
    i, f = recon_item.c, recon_filing.c
    waiting = _waiting()
    is_open = i.outcome.in_(waiting) & (i.decided_by == "")
    who = case(
        *((i.outcome == number, owners.get(number, OWNERS[OUTCOMES[Outcome(number)].who])) for number in waiting),
        else_="",
    )
    own = func.substr(i.at, 1, 7)
    next_month = month_after(month)
    fresh = ~exists().where(f.job == i.job, f.side == i.side, f.ref == i.ref)
    new = select(
        i.job, i.side, i.ref, case((is_open, next_month), else_=month), case((is_open, "结转自 " + month), else_=""),
        case((is_open, who), else_=""),
    ).where(own <= month, fresh)  # fmt: skip
    connection.execute(insert(recon_filing).from_select(["job", "side", "ref", "month", "tag", "owner"], new))
    _carry(connection, month, next_month, waiting)
    count = select(func.count()).where(f.month == next_month, or_(f.tag.like("结转自%"), f.tag.like("补记%")))
    return int(connection.execute(count).scalar_one())


def _carry(connection: Connection, month: str, next_month: str, waiting: list[int]) -> None:
    """Of the items carried into this month, those that are still open go on; their tag says from where at first."""
    numbers = ", ".join(str(number) for number in waiting)
    connection.execute(
        text(
            f"UPDATE recon_filing SET month = :next WHERE month = :month AND tag <> '' AND EXISTS"
            f" (SELECT 1 FROM recon_item i WHERE i.job = recon_filing.job AND i.side = recon_filing.side"
            f" AND i.ref = recon_filing.ref AND i.outcome IN ({numbers}) AND i.decided_by = '')"
        ),
        {"next": next_month, "month": month},
    )
