"""What a service level costs: the same demand played day by day under several order-up-to levels.

Weeks of the code's own ordinary demand are drawn again and again (a seed from the code: the same books, the same
curve), so that the curve shows days that have not happened yet but could.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from sqlalchemy import Connection

from storage.erp.forecast.methods import WEEK
from storage.erp.forecast.series import demand_series
from storage.erp.purchasing.plan import situations
from storage.erp.purchasing.rules import WHOLE_BP, Demand, Lead, Rounding, rounded, safety

LEVELS_BP = (8000, 9000, 9500, 9800, 9900)
PLAYED_DAYS = 728
YEAR_DAYS = 365


class Costs(NamedTuple):
    """Holding a year in hundredths of a percent of the goods' price, an order in fen, a lost piece in percent of it."""

    holding_bp: int = 2000
    order_fen: int = 5000
    lost_percent: int = 50


class Played(NamedTuple):
    """What happened in a played span: pieces wanted and sold, days short, mean stock in 1/1000, orders placed."""

    wanted: int
    sold: int
    empty_days: int
    stock_mean_milli: int
    orders: int


class PolicyPoint(NamedTuple):
    """One point of the curve: the service level aimed at, what was served, and what it cost a year in fen."""

    service_bp: int
    level_qty: int
    served_bp: int
    empty_days: int
    stock_mean_milli: int
    orders: int
    holding_fen: int
    ordering_fen: int
    lost_fen: int

    @property
    def cost_fen(self) -> int:
        """Everything together."""
        return self.holding_fen + self.ordering_fen + self.lost_fen


def service_curve(
    connection: Connection, code: str, warehouse: str, day: str, costs: Costs | None = None
) -> list[PolicyPoint]:
    """The curve of a code in a warehouse as of the morning of `day`; empty without a rule of supply."""
    found = [case for case in situations(connection, day) if (case.code, case.warehouse) == (code, warehouse)]
    if not found:
        return []
    case = found[0]
    series = demand_series(connection, case.forecast.last_day, [code])[code]
    share = [qty * case.share_bp / WHOLE_BP for qty in series.base]
    demand = drawn(share, PLAYED_DAYS, code)
    spreads = {
        bp: Demand(case.forecast.demand_milli(case.window_days), case.forecast.demand_milli(case.window_days, bp))
        for bp in LEVELS_BP
    }
    return [
        point(bp, level(spreads[bp], case.lead, case.window_days, bp), demand, case.lead.days, case.review_days,
              case.rounding, case.price_fen, costs or Costs())
        for bp in LEVELS_BP
    ]  # fmt: skip


def level(demand: Demand, lead: Lead, window_days: int, service_bp: int) -> int:
    """Order up to this: mean demand of the window and the safety of that service level."""
    return -(-demand.mean_milli // 1000) + safety(demand, lead, window_days, service_bp)


def point(
    service_bp: int, level_qty: int, demand: Sequence[int], lead_days: int, review_days: int, rounding: Rounding,
    price_fen: int, costs: Costs,
) -> PolicyPoint:  # fmt: skip
    """Play one level and price it by the year."""
    played = play(demand, level_qty, lead_days, review_days, rounding)
    lost = played.wanted - played.sold
    year = max(len(demand), 1)
    return PolicyPoint(
        service_bp,
        level_qty,
        played.sold * WHOLE_BP // played.wanted if played.wanted else WHOLE_BP,
        played.empty_days,
        played.stock_mean_milli,
        played.orders,
        played.stock_mean_milli * price_fen * costs.holding_bp // (1000 * WHOLE_BP),
        played.orders * costs.order_fen * YEAR_DAYS // year,
        lost * price_fen * costs.lost_percent * YEAR_DAYS // (100 * year),
    )


def play(demand: Sequence[int], level_qty: int, lead_days: int, review_days: int, rounding: Rounding) -> Played:
    """Day by day: goods arrive, buyers take what is there, each review orders up to the level; lost sales stay lost."""
    stock, sold, held, empty, orders = level_qty, 0, 0, 0, 0
    coming: dict[int, int] = {}
    for day, wanted in enumerate(demand):
        stock += coming.pop(day, 0)
        taken = min(stock, wanted)
        stock -= taken
        sold += taken
        held += stock
        empty += taken < wanted
        if day % max(review_days, 1) == 0:
            qty = rounded(level_qty - stock - sum(coming.values()), rounding)
            if qty:
                arrives = day + max(lead_days, 1)
                coming[arrives] = coming.get(arrives, 0) + qty
                orders += 1
    days = max(len(demand), 1)
    return Played(sum(demand), sold, empty, held * 1000 // days, orders)


def drawn(base: Sequence[float], days: int, seed: str) -> list[int]:
    """So many days of demand, drawn week by week from the history; whole pieces, the fractions carried on."""
    weeks = [base[first : first + WEEK] for first in range(0, len(base) - WEEK + 1, WEEK)] or [list(base)]
    random, carried = Random(seed), 0.0
    result: list[int] = []
    while len(result) < days:
        for qty in random.choice(weeks):
            carried += qty
            result.append(int(carried))
            carried -= int(carried)
    return result[:days]
