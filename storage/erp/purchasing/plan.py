"""The purchase plan of a day: what to order now with its arithmetic, what to order later, and why it differs.

A plan is a fact of its day: the same books make the same plan and write nothing; changed books make the next one of
the day, which says part by part why it differs from the one before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from storage.database.bulk import insert_missing
from storage.database.tables.purchasing import (
    planned_order,
    purchase_plan,
    purchase_suggestion,
    supplier,
    supply_rule,
)
from storage.erp.forecast.book import DAYS_AHEAD, Forecast, chosen_forecasts, make_forecasts, stored_quantile
from storage.erp.purchasing.position import (
    Incoming,
    Place,
    available,
    demand_shares,
    due,
    incoming,
    lead_of,
    lead_times,
)
from storage.erp.purchasing.rules import (
    Demand,
    Lead,
    Need,
    Rounding,
    difference_words,
    need,
    reorder_point,
    thinned,
)

HORIZON_DAYS = 28

SuggestionRow = Mapping[str, Any]  # a row of purchase_suggestion


@dataclass(frozen=True)
class Situation:
    """Everything that the arithmetic of one code in one warehouse needs, as of the morning of `day`."""

    code: str
    warehouse: str
    supplier: str
    day: str
    forecast: Forecast
    quantile_bp: int
    share_bp: int
    lead: Lead
    review_days: int
    rounding: Rounding
    price_fen: int
    pay_days: int
    available: int
    coming: tuple[Incoming, ...]

    @property
    def window_days(self) -> int:
        """What is ordered now must last until what is ordered at the next review has come."""
        return self.lead.days + self.review_days

    def demand(self, first: int, days: int) -> Demand:
        """Demand of `days` days that begin `first` days after the forecast's last day."""
        mean = self.forecast.demand_milli(first + days) - self.forecast.demand_milli(first)
        spread = self.forecast.demand_milli(days, self.quantile_bp) - self.forecast.demand_milli(days)
        return thinned(Demand(mean, mean + max(spread, 0)), self.share_bp)


class Plan(NamedTuple):
    """What `make_plan` did: `created` is False when the day's last plan already said the same."""

    plan_id: str
    created: bool
    suggestions: int
    amount_fen: int


def make_plan(connection: Connection, day: str, horizon_days: int = HORIZON_DAYS) -> Plan:
    """Plan purchases as of the morning of `day`: forecasts, suggestions, and orders over the horizon.

    Every rule of supply gets a row, also where nothing is needed. Does not order anything.
    """
    cases = situations(connection, day)
    rows = [_suggestion(case) for case in cases]
    later = [order for case in cases for order in planned(case, horizon_days)]
    last = _last_plan(connection, day)
    before = _rows_of(connection, last) if last else {}
    if last.startswith(day) and _same(before, rows) and _planned_same(connection, last, later):
        return Plan(last, False, sum(row["qty"] > 0 for row in rows), _amount(rows))
    plan_id = f"{day}#{_number(last, day) + 1}"
    _write(connection, plan_id, day, horizon_days, last, before, rows, later)
    return Plan(plan_id, True, sum(row["qty"] > 0 for row in rows), _amount(rows))


def situations(connection: Connection, day: str) -> list[Situation]:
    """What is known of every code and warehouse that has a rule of supply, in code order."""
    last_day = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    s = supply_rule.c
    rules = connection.execute(select(supply_rule).order_by(s.code, s.warehouse)).all()
    codes = {rule.code for rule in rules}
    make_forecasts(connection, last_day, codes)
    told = chosen_forecasts(connection, last_day, codes)
    leads, free, coming = lead_times(connection, last_day), available(connection), incoming(connection)
    shares = demand_shares(connection, [(rule.code, rule.warehouse) for rule in rules], last_day)
    pay_days = dict(connection.execute(select(supplier.c.supplier, supplier.c.pay_days)).all())
    result = []
    for rule in rules:
        place: Place = (rule.code, rule.warehouse)
        result.append(
            Situation(
                rule.code, rule.warehouse, rule.supplier, day, told[rule.code], stored_quantile(rule.service_bp),
                shares[place], lead_of(leads, rule.supplier, rule.code, rule.lead_days), rule.review_days,
                Rounding(rule.moq, rule.pack), rule.price_fen, pay_days.get(rule.supplier, 0), free.get(place, 0),
                tuple(coming.get(place, ())),
            )
        )  # fmt: skip
    return result


def needed_now(case: Situation) -> tuple[Need, int]:
    """The arithmetic of an order placed today, and the pieces that are on their way but too late for it."""
    early, late = due(list(case.coming), _after(case.day, case.window_days))
    demand = case.demand(0, case.window_days)
    return need(demand, case.lead, case.window_days, case.quantile_bp, case.available, early, case.rounding), late


def planned(case: Situation, horizon_days: int) -> list[dict[str, Any]]:
    """The orders of the horizon if nothing but the forecast happens: one look every review, the first today."""
    orders: list[dict[str, Any]] = []
    ordered = 0
    for ahead in range(0, horizon_days + 1, max(case.review_days, 1)):
        if ahead + case.window_days > DAYS_AHEAD:
            break
        early, _ = due(list(case.coming), _after(case.day, ahead + case.window_days))
        used = case.forecast.demand_milli(ahead) * case.share_bp // 10_000_000
        demand = case.demand(ahead, case.window_days)
        found = need(demand, case.lead, case.window_days, case.quantile_bp, case.available, early + ordered - used,
                     case.rounding)  # fmt: skip
        if found.qty:
            ordered += found.qty
            orders.append(_order(case, ahead, found.qty))
    return orders


def reorder_level(case: Situation) -> int:
    """Available plus incoming below this: order now."""
    return reorder_point(case.demand(0, case.lead.days), case.lead, case.quantile_bp)


def _order(case: Situation, ahead: int, qty: int) -> dict[str, Any]:
    arrive_on = _after(case.day, ahead + case.lead.days)
    return {
        "code": case.code, "warehouse": case.warehouse, "order_on": _after(case.day, ahead), "arrive_on": arrive_on,
        "pay_on": _after(arrive_on, case.pay_days), "qty": qty, "price_fen": case.price_fen,
        "amount_fen": qty * case.price_fen, "po_id": "",
    }  # fmt: skip


def _suggestion(case: Situation) -> dict[str, Any]:
    found, late = needed_now(case)
    source = f"{case.lead.receipts} 次到货" if case.lead.receipts else "供应商承诺"
    words = (
        f"{found.words}（起订 {case.rounding.moq}，箱规 {case.rounding.pack}）；覆盖 {case.window_days} 天 = 交期 "
        f"{case.lead.days}（{source}）+ 复核 {case.review_days}；{case.forecast.words}"
    )
    return {
        "code": case.code, "warehouse": case.warehouse, "supplier": case.supplier,
        "forecast_id": case.forecast.forecast_id, "quantile_bp": case.quantile_bp, "share_bp": case.share_bp,
        "lead_mean_milli": case.lead.mean_milli, "lead_sd_milli": case.lead.sd_milli,
        "lead_receipts": case.lead.receipts, "window_days": case.window_days, "demand_qty": found.demand_qty,
        "safety_qty": found.safety_qty, "available_qty": found.available_qty, "incoming_qty": found.incoming_qty,
        "late_qty": late, "net_qty": found.net_qty, "moq": case.rounding.moq, "pack": case.rounding.pack,
        "qty": found.qty, "reorder_qty": reorder_level(case), "price_fen": case.price_fen,
        "amount_fen": found.qty * case.price_fen, "words": words,
    }  # fmt: skip


def _after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _amount(rows: Iterable[SuggestionRow]) -> int:
    return sum(int(row["amount_fen"]) for row in rows)


def _last_plan(connection: Connection, day: str) -> str:
    """The newest plan up to that day, or ""."""
    p = purchase_plan.c
    found = connection.execute(select(p.plan_id, p.day).where(p.day <= day)).all()
    return max(((row.day, _number(row.plan_id, row.day), row.plan_id) for row in found), default=("", 0, ""))[2]


def _number(plan_id: str, day: str) -> int:
    return int(plan_id.rpartition("#")[2]) if plan_id.startswith(day) and plan_id else 0


def _rows_of(connection: Connection, plan_id: str) -> dict[Place, SuggestionRow]:
    s = purchase_suggestion.c
    rows = connection.execute(select(purchase_suggestion).where(s.plan_id == plan_id)).mappings()
    return {(row["code"], row["warehouse"]): dict(row) for row in rows}


def _same(before: Mapping[Place, SuggestionRow], rows: Sequence[SuggestionRow]) -> bool:
    if len(before) != len(rows):
        return False
    for row in rows:
        known = before.get((row["code"], row["warehouse"]), {})
        if any(known.get(name) != value for name, value in row.items()):
            return False
    return True


def _planned_same(connection: Connection, plan_id: str, later: Iterable[SuggestionRow]) -> bool:
    o = planned_order.c
    rows = connection.execute(select(o.code, o.warehouse, o.order_on, o.qty, o.pay_on).where(o.plan_id == plan_id))
    now = {(row["code"], row["warehouse"], row["order_on"], row["qty"], row["pay_on"]) for row in later}
    return {tuple(row) for row in rows} == now


def _write(
    connection: Connection,
    plan_id: str,
    day: str,
    horizon_days: int,
    last: str,
    before: Mapping[Place, SuggestionRow],
    rows: Iterable[SuggestionRow],
    later: Iterable[SuggestionRow],
) -> None:
    head = {"plan_id": plan_id, "day": day, "horizon_days": horizon_days, "compared_with": last,
            "recorded_at": datetime.now(UTC).isoformat()}  # fmt: skip
    insert_missing(connection, purchase_plan, [head])
    written = []
    for row in rows:
        known = before.get((row["code"], row["warehouse"]))
        reason = difference_words(known, row) if known else ""
        written.append({**row, "plan_id": plan_id, "before_qty": known["qty"] if known else 0, "reason": reason})
    insert_missing(connection, purchase_suggestion, written)
    insert_missing(connection, planned_order, [{**row, "plan_id": plan_id} for row in later])
