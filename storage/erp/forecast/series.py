"""The daily demand of each base code as the books tell it: pieces of paid orders, bundles taken apart."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, and_, func, select, tuple_

from storage.database.tables import move, order_line, platform_order
from storage.database.tables.purchasing import promotion, promotion_code
from storage.erp.catalog.components import components, needs
from storage.erp.forecast.clean import CleanSeries, cleaned
from storage.erp.orders.special import no_sales
from storage.erp.stock.book import VIRTUAL_PLACES

HISTORY_DAYS = 182
NOT_SOLD = ("unpaid", "closed")


def demand_series(
    connection: Connection, last_day: str, codes: Iterable[str] | None = None, days: int = HISTORY_DAYS
) -> dict[str, CleanSeries]:
    """The series of every code that sold, ending on `last_day` and at most `days` long, by code.

    A series begins with the code's first sale in the window, so that a young product has no years of zeros. `codes`:
    only these, including those that never sold (a single day of 0).
    """
    window = days_up_to(last_day, days)
    sold = _sold(connection, window)
    wanted = sorted(sold if codes is None else set(codes))
    promoted = promotion_days(connection, window)
    empty = stock_out_days(connection, window)
    result = {}
    for code in wanted:
        by_day = sold.get(code, {})
        own = window[window.index(min(by_day)) :] if by_day else window[-1:]
        flags = [day in promoted.get(code, ()) for day in own]
        result[code] = cleaned(
            [by_day.get(day, 0) for day in own], flags, [day in empty.get(code, ()) for day in own]
        )  # fmt: skip
    return result


def days_up_to(last_day: str, days: int) -> list[str]:
    """`days` business days ending on `last_day`, `YYYY-MM-DD`, in order."""
    last = date.fromisoformat(last_day)
    return [(last - timedelta(days=back)).isoformat() for back in range(days - 1, -1, -1)]


def _sold(connection: Connection, window: Sequence[str]) -> dict[str, dict[str, int]]:
    made_of = components(connection)
    line, o = order_line.c, platform_order.c
    same = and_(line.platform == o.platform, line.shop == o.shop, line.order_no == o.order_no)
    paid_on = func.substr(o.paid_at, 1, 10).label("paid_on")
    query = (
        select(line.code, paid_on, func.sum(line.qty))
        .join_from(order_line, platform_order, same)
        .where(o.paid_at >= window[0], o.paid_at < f"{window[-1]} 99", o.pay_state.not_in(NOT_SOLD), line.code != "",
               o.platform != "aftersale", tuple_(o.platform, o.shop, o.order_no).not_in(no_sales()))
        .group_by(line.code, "paid_on")
    )  # fmt: skip
    sold: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for code, day, qty in connection.execute(query):
        for base, pieces in needs(code, int(qty), made_of).items():
            if pieces > 0:
                sold[base][day] += pieces
    return sold


def promotion_days(connection: Connection, window: Sequence[str]) -> dict[str, set[str]]:
    """The days of the window on which each code was promoted."""
    p, part = promotion.c, promotion_code.c
    query = (
        select(part.code, p.first_day, p.last_day)
        .join_from(promotion, promotion_code, p.promotion_id == part.promotion_id)
        .where(p.first_day <= window[-1], p.last_day >= window[0])
    )
    found: dict[str, set[str]] = defaultdict(set)
    for code, first, last in connection.execute(query):
        found[code].update(day for day in window if first <= day <= last)
    return found


def stock_out_days(connection: Connection, window: Sequence[str]) -> dict[str, set[str]]:
    """The days of the window that ended without a piece in any warehouse, for codes that were ever in stock.

    Days before a code's first move say nothing and are not named.
    """
    m = move.c
    moved_on = func.substr(m.at, 1, 10).label("moved_on")
    ends = select(m.code, moved_on, m.from_place, m.to_place, func.sum(m.qty)).group_by(
        m.code, "moved_on", m.from_place, m.to_place
    )
    changes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for code, at, origin, target, qty in connection.execute(ends):
        changes[code][at] += int(qty) * ((target not in VIRTUAL_PLACES) - (origin not in VIRTUAL_PLACES))
    return {code: _empty_days(by_day, window) for code, by_day in changes.items()}


def _empty_days(changes: dict[str, int], window: Sequence[str]) -> set[str]:
    moved = sorted(changes)
    on_hand, position, empty = 0, 0, set()
    for day in window:
        while position < len(moved) and moved[position] <= day:
            on_hand += changes[moved[position]]
            position += 1
        if position and on_hand <= 0:
            empty.add(day)
    return empty
