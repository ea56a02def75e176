"""What buying does every night, in order; safe to run again."""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from storage.erp.forecast.book import forget_curves
from storage.erp.purchasing.alerts import close_alerts, open_alerts
from storage.erp.purchasing.orders import draft_orders
from storage.erp.purchasing.plan import make_plan

CURVES_KEPT_DAYS = 35


class Bought(NamedTuple):
    """The plan that counts, codes it suggests to buy and for how much, drafts written, alerts opened and closed."""

    plan_id: str
    suggestions: int
    amount_fen: int
    drafts: int
    opened: int
    closed: int


def plan_purchases(connection: Connection, day: str) -> Bought:
    """Forecast, plan, draft and alert as of the morning of `day`; a second run on the same books changes nothing."""
    forget_curves(connection, (date.fromisoformat(day) - timedelta(days=CURVES_KEPT_DAYS)).isoformat())
    closed = close_alerts(connection, day)
    plan = make_plan(connection, day)
    drafts = draft_orders(connection, plan.plan_id).created
    opened = open_alerts(connection, plan.plan_id)
    return Bought(plan.plan_id, plan.suggestions, plan.amount_fen, drafts, opened, closed)
