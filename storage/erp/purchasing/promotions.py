"""What a big promotion needs: the ordinary forecast times what past promotions did, low, base and high."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from statistics import quantiles
from typing import NamedTuple

from sqlalchemy import Connection, Row, select

from storage.database.tables.purchasing import promotion, promotion_code
from storage.erp.forecast.clean import PROMOTION, uplift_milli
from storage.erp.forecast.series import HISTORY_DAYS, days_up_to, demand_series
from storage.erp.purchasing.errors import PromotionUnknown
from storage.erp.purchasing.plan import Situation, situations
from storage.erp.purchasing.position import due
from storage.erp.purchasing.rules import rounded, safety

LOW, BASE, HIGH = "low", "base", "high"
SCENARIOS = (LOW, BASE, HIGH)
TITLES = {LOW: "保守", BASE: "基准", HIGH: "乐观"}
LOOK_BACK_DAYS = 2 * 365 + HISTORY_DAYS


class PromotionLine(NamedTuple):
    """One code in one warehouse under one scenario; pieces, and fen for what has to be bought."""

    code: str
    warehouse: str
    scenario: str
    uplift_milli: int
    ordinary_qty: int  # from today to the promotion's end without it
    extra_qty: int  # what the promotion adds
    safety_qty: int
    available_qty: int
    incoming_qty: int  # due before the promotion begins
    qty: int
    amount_fen: int
    words: str


class PromotionPlan(NamedTuple):
    """The lines of a promotion, and for each scenario the pieces to buy and the cash they need."""

    promotion_id: str
    lines: tuple[PromotionLine, ...]
    qty: Mapping[str, int]
    cash_fen: Mapping[str, int]


def plan_promotion(connection: Connection, promotion_id: str, day: str) -> PromotionPlan:
    """What to have before a promotion begins, as of the morning of `day`, for every code that has a rule of supply.

    Raises PromotionUnknown.
    """
    head = connection.execute(select(promotion).where(promotion.c.promotion_id == promotion_id)).first()
    if head is None:
        raise PromotionUnknown(promotion_id)
    codes = set(
        connection.execute(select(promotion_code.c.code).where(promotion_code.c.promotion_id == promotion_id)).scalars()
    )
    seen = past_uplifts(connection, day)
    lines = tuple(
        _line(case, head, scenario, uplift, words)
        for case in situations(connection, day)
        if case.code in codes
        for scenario, uplift, words in _scenarios(case.code, seen)
    )
    return PromotionPlan(
        promotion_id,
        lines,
        {name: sum(line.qty for line in lines if line.scenario == name) for name in SCENARIOS},
        {name: sum(line.amount_fen for line in lines if line.scenario == name) for name in SCENARIOS},
    )


def past_uplifts(connection: Connection, day: str) -> dict[str, list[int]]:
    """How many times an ordinary day each past promotion sold of each code, in 1/1000, the oldest first."""
    last_day = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    series = demand_series(connection, last_day, days=LOOK_BACK_DAYS)
    p, part = promotion.c, promotion_code.c
    query = (
        select(p.promotion_id, part.code, p.first_day, p.last_day)
        .join_from(promotion, promotion_code, p.promotion_id == part.promotion_id)
        .where(p.last_day <= last_day)
        .order_by(p.first_day, p.promotion_id)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for _, code, first, last in connection.execute(query):
        own = series.get(code)
        if own is None:
            continue
        days = days_up_to(last_day, len(own.actual))
        ran = [n for n, at in enumerate(days) if first <= at <= last and own.flags[n] == PROMOTION]
        if ran:
            found[code].append(uplift_milli(own, ran))
    return dict(found)


def scenario_uplifts(seen: Sequence[int]) -> dict[str, int]:
    """Quartiles of what was seen: a quarter of the promotions did less than low, a quarter more than high."""
    if not seen:
        return dict.fromkeys(SCENARIOS, 1000)
    if len(seen) == 1:
        return dict.fromkeys(SCENARIOS, seen[0])
    low, base, high = quantiles(seen, n=4, method="inclusive")
    return {LOW: round(low), BASE: round(base), HIGH: round(high)}


def _scenarios(code: str, seen: Mapping[str, Sequence[int]]) -> list[tuple[str, int, str]]:
    own = seen.get(code)
    everybody = [uplift for rows in seen.values() for uplift in rows]
    words = f"本款 {len(own)} 次活动" if own else f"本款没有活动记录，按全部 {len(everybody)} 次活动"
    return [(name, uplift, words) for name, uplift in scenario_uplifts(own or everybody).items()]


def _line(case: Situation, head: Row[str], scenario: str, uplift: int, source: str) -> PromotionLine:
    begin = max((date.fromisoformat(head.first_day) - date.fromisoformat(case.day)).days, 0)
    days = (date.fromisoformat(head.last_day) - date.fromisoformat(case.day)).days + 1
    whole, during = case.demand(0, days), case.demand(begin, days - begin)
    ordinary = -(-whole.mean_milli // 1000)
    extra = ceil(during.mean_milli * max(uplift - 1000, 0) / 1_000_000)
    spare = safety(whole, case.lead, days, case.quantile_bp)
    early, _ = due(list(case.coming), head.first_day)
    net = ordinary + extra + spare - case.available - early
    qty = rounded(net, case.rounding)
    words = (
        f"{TITLES[scenario]}：平日 {ordinary} + 活动增量 {extra}（{uplift / 1000:.2f} 倍，{source}）+ 安全 {spare}"
        f" − 可用 {case.available} − 活动前到货 {early} = {net} → {qty}"
    )
    return PromotionLine(
        case.code, case.warehouse, scenario, uplift, ordinary, extra, spare, case.available, early, qty,
        qty * case.price_fen, words,
    )  # fmt: skip
