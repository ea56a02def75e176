"""Goods that will lie too long: cover beyond the limit, and the money that lies with them."""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables.purchasing import supply_rule
from storage.erp.forecast.book import chosen_forecasts, make_forecasts
from storage.erp.purchasing.position import available, demand_shares
from storage.erp.purchasing.rules import WHOLE_BP
from storage.erp.stock.book import unit_costs

AHEAD_DAYS = 30
DEFAULT_LIMIT_DAYS = 90
FOR_EVER = 99_999


class Overstock(NamedTuple):
    """A code in a warehouse with more cover than its limit; `excess_qty` is beyond it and cost `value_fen`."""

    code: str
    warehouse: str
    available_qty: int
    daily_milli: int
    cover_days: int
    limit_days: int
    excess_qty: int
    value_fen: int
    words: str


def overstock(connection: Connection, day: str) -> list[Overstock]:
    """Every code over its limit as of the morning of `day`, the most money first.

    Cover is available pieces over the forecast's daily mean of the next 30 days, in whole days rounded down; a code
    that is not expected to sell lasts for ever (FOR_EVER).
    """
    last_day = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    free = {place: qty for place, qty in available(connection).items() if qty > 0}
    codes = {code for code, _ in free}
    make_forecasts(connection, last_day, codes)
    told = chosen_forecasts(connection, last_day, codes)
    s = supply_rule.c
    limits = {
        (r.code, r.warehouse): r
        for r in connection.execute(select(s.code, s.warehouse, s.cover_limit_days, s.price_fen))
    }
    shares, costs = demand_shares(connection, sorted(free), last_day), unit_costs(connection)
    found = []
    for place, qty in free.items():
        rule = limits.get(place)
        limit = rule.cover_limit_days if rule else DEFAULT_LIMIT_DAYS
        daily = told[place[0]].demand_milli(AHEAD_DAYS) * shares[place] // (WHOLE_BP * AHEAD_DAYS)
        cost = costs.get((place[1], place[0]), rule.price_fen if rule else 0)
        over = _over(place, qty, daily, limit, cost)
        if over is not None:
            found.append(over)
    return sorted(found, key=lambda one: (-one.value_fen, one.code, one.warehouse))


def _over(place: tuple[str, str], qty: int, daily: int, limit: int, cost: int) -> Overstock | None:
    cover = qty * 1000 // daily if daily else FOR_EVER
    excess = qty - daily * limit // 1000
    if cover <= limit or excess <= 0:
        return None
    lasts = "不动销" if cover == FOR_EVER else f"可销 {cover} 天"
    words = f"可用 {qty} ÷ 日均 {daily / 1000:.2f} = {lasts}，超过 {limit} 天；多出 {excess} 件，成本 {cost} 分/件"
    return Overstock(*place, qty, daily, cover, limit, excess, excess * cost, words)
