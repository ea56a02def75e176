"""Every metric of the dictionary against the books by another way: a figure that is wrong stops the morning push.

The reports read the copy by column; here the books' own tables are asked, in SQL that shares nothing with it.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Text, and_, cast, func, not_, or_, select

from storage.database.tables import bill_line, order_line, platform_order, refund
from storage.database.tables.ledger import jv, jv_line
from storage.database.tables.review import order_detail
from storage.erp.finance.chart import FEE_ACCOUNTS, RECEIVABLE
from storage.erp.invariants.findings import Finding
from storage.erp.orders.checks import SPECIAL
from storage.metrics.dictionary import METRICS
from storage.reports.cube import Cut, sums, value_of
from storage.reports.facts.copy import facts_of
from storage.reports.scope import EVERYTHING
from storage.reports.table import Period

CHECKED_DAYS = 400
GOODS = ("payment", "refund")
Asked = Callable[[Connection, Period], int]


class Compared(NamedTuple):
    """One metric over one period: what the reports show, and what the books say."""

    metric: str
    shown: int
    books: int

    @property
    def message(self) -> str:
        """What does not agree, in words."""
        return f"{METRICS[self.metric].title}（{self.metric}）：报表 {self.shown}，账 {self.books}"


def compare(connection: Connection, period: Period) -> list[Compared]:
    """Each metric that is a sum of rows, over the period."""
    cut = Cut(tuple(BOOKS), (), period, EVERYTHING)
    told = sums(facts_of(connection), cut)[()]
    return [Compared(name, value_of(name, told), asked(connection, period)) for name, asked in BOOKS.items()]


def wrong(connection: Connection, period: Period) -> list[Compared]:
    """The metrics that do not agree with the books; empty when all do."""
    return [one for one in compare(connection, period) if one.shown != one.books]


def findings(connection: Connection, last_day: date) -> list[Finding]:
    """The metrics of the last four hundred days that do not agree with the books."""
    period = Period(str(last_day - timedelta(days=CHECKED_DAYS)), str(last_day))
    found = [Finding(f"BI-55 {one.metric}", one.message) for one in wrong(connection, period)]
    tied = ledger(connection, period)
    if tied is not None and tied.shown != tied.books:
        found.append(Finding(f"BI-55 {tied.metric}", tied.message.replace("，账", "，总账")))
    return found


def ledger(connection: Connection, period: Period) -> Compared | None:
    """Settled GMV against the ledger's receivables, None while no statement has been booked.

    A statement line credits receivables with payments, refunds and subsidies; subsidies are taken out again, and lines
    that wait to be booked are added.
    """
    total = func.sum(jv_line.c.cr_fen - jv_line.c.dr_fen)
    query = select(total).join_from(jv, jv_line, jv.c.no == jv_line.c.no).where(
        jv.c.kind == "statement", jv.c.document_day.between(*period), jv_line.c.account == RECEIVABLE
    )  # fmt: skip
    booked = connection.execute(query).scalar()
    if booked is None:
        return None
    others = [fee for fee, account in FEE_ACCOUNTS.items() if account == RECEIVABLE and fee not in GOODS]
    besides = _bills(connection, period, jv.c.no.is_not(None), others)
    waiting = _bills(connection, period, jv.c.no.is_(None), GOODS)
    told = sums(facts_of(connection), Cut(("gmv_settled",), (), period, EVERYTHING))[()]
    return Compared("gmv_settled", value_of("gmv_settled", told), int(booked) - besides + waiting)


def _bills(connection: Connection, period: Period, booked: ColumnElement[bool], fees: Sequence[str]) -> int:
    b = bill_line.c
    source = b.platform + "|" + b.shop + "|" + b.wallet + "|" + b.flow_no + "|" + cast(b.n, Text)
    voucher = and_(jv.c.source_type == "bill_line", jv.c.source_id == source, jv.c.kind == "statement")
    query = (
        select(func.sum(b.amount_fen))
        .select_from(bill_line.outerjoin(jv, voucher))
        .where(_within(b.at, period), b.fee_type.in_(fees), booked)
    )
    return int(connection.execute(query).scalar() or 0)


def _within(moment: Any, period: Period) -> ColumnElement[bool]:
    return func.substr(moment, 1, 10).between(*period)


def _asked(total: Any, moment: Any, *where: Any, of: FromClause = platform_order) -> Asked:
    """The total over the rows of `of` whose moment lies in the period."""

    def ask(connection: Connection, period: Period) -> int:
        query = select(total).select_from(of).where(_within(moment, period), *where, *_sales(of))
        return int(connection.execute(query).scalar() or 0)

    return ask


def _sales(of: FromClause) -> list[ColumnElement[bool]]:
    """Of orders and refunds those that are sales: brushing and test orders count for no figure."""
    if of is bill_line:
        return []
    told, d = (refund if of is refund else platform_order).c, order_detail.c
    same = (d.platform == told.platform, d.shop == told.shop, d.order_no == told.order_no)
    return [~select(d.order_no).where(*same, d.order_type.in_(sorted(SPECIAL))).exists()]


_order, _line, _refund, _bill = platform_order.c, order_line.c, refund.c, bill_line.c
_LINES = order_line.join(
    platform_order,
    and_(_line.platform == _order.platform, _line.shop == _order.shop, _line.order_no == _order.order_no),
)
_PAID = _order.pay_state != "unpaid"
_SHIPPED = _order.ship_state == "shipped"
_KEPT = or_(_order.pay_state.not_in(("refunded", "closed")), _order.shipped_at != "")
_IN_TIME = and_(_order.shipped_at != "", _order.shipped_at <= _order.latest_ship_at)
_COUNT, _MONEY, _DUE_AT = func.count(), func.sum(_order.paid_fen), _order.latest_ship_at

BOOKS: dict[str, Asked] = {
    "gmv_paid": _asked(_MONEY, _order.paid_at, _PAID),
    "gmv_settled": _asked(func.sum(_bill.amount_fen), _bill.at, _bill.fee_type.in_(GOODS), of=bill_line),
    "gmv_shipped": _asked(_MONEY, _order.shipped_at, _SHIPPED),
    "lines_qty": _asked(func.sum(_line.qty), _order.paid_at, _PAID, of=_LINES),
    "lines_revenue": _asked(_MONEY, _order.paid_at, _PAID),
    "orders_complete": _asked(_COUNT, _DUE_AT, _PAID, _KEPT, _SHIPPED),
    "orders_due": _asked(_COUNT, _DUE_AT, _PAID, _KEPT),
    "orders_late": _asked(_COUNT, _DUE_AT, _PAID, _KEPT, not_(and_(_SHIPPED, _IN_TIME))),
    "orders_on_time": _asked(_COUNT, _DUE_AT, _PAID, _KEPT, _SHIPPED, _IN_TIME),
    "orders_paid": _asked(_COUNT, _order.paid_at, _PAID),
    "orders_shipped": _asked(_COUNT, _order.shipped_at, _SHIPPED),
    "parts_revenue": _asked(_MONEY, _order.paid_at, _PAID),
    "platform_discount": _asked(func.sum(_order.platform_discount_fen), _order.paid_at, _PAID),
    "refunds_done": _asked(func.sum(_refund.amount_fen), _refund.done_at, of=refund),
    "seller_discount": _asked(func.sum(_order.seller_discount_fen), _order.paid_at, _PAID),
}
"""Metric -> what the books say of it, asked of their own tables."""
