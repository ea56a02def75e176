"""How much should be there: safety stock from a service level, limits, and alerts that close themselves.

Safety stock = z(service level) · σ of demand over the lead time; σ² over the lead time = L·σ_d² + d²·σ_L² (demand and
lead time independent; the usual textbook formula, e.g. Silver, Pyke, Thomas, Inventory and Production Management).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist, mean, pstdev
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.bulk import upsert
from storage.database.tables import quant
from storage.database.tables.lots import stock_alert, stock_limit

_SIDES = {"lower": "低于下限", "upper": "高于上限"}


@dataclass(frozen=True)
class LeadTime:
    """Days from ordering to having the goods: mean and standard deviation."""

    days: float
    sigma_days: float = 0.0


class Safety(NamedTuple):
    """Pieces to keep back, and how they were found, as a sentence."""

    qty: int
    words: str


class StockLimit(NamedTuple):
    """Pieces between which a code should lie in a warehouse (`max_qty` 0: no upper limit), and what is kept back."""

    warehouse: str
    code: str
    min_qty: int
    max_qty: int = 0
    safety_qty: int = 0
    explanation: str = ""


class Alert(NamedTuple):
    """A limit that was crossed, or is so no more."""

    warehouse: str
    code: str
    side: str
    message: str


def service_factor(service_level: float) -> float:
    """z: how many standard deviations cover this share (0 < share < 1) of the cases. 0.95 → 1.645, 0.99 → 2.326."""
    if not 0 < service_level < 1:
        raise ValueError(f"a service level lies between 0 and 1, got {service_level}")
    return NormalDist().inv_cdf(service_level)


def safety_stock(daily_demand: Iterable[int], lead_time: LeadTime, service_level: float) -> Safety:
    """Whole pieces, rounded up, never negative. Pure. Raises ValueError for no days at all."""
    days = list(daily_demand)
    if not days:
        raise ValueError("no demand is known: not one day")
    demand, sigma = mean(days), pstdev(days)
    over_lead = sqrt(lead_time.days * sigma**2 + demand**2 * lead_time.sigma_days**2)
    z = service_factor(service_level)
    qty = max(0, ceil(round(z * over_lead, 9)))
    words = (
        f"日均 {demand:.2f} 件、标准差 {sigma:.2f}，到货 {lead_time.days:g}±{lead_time.sigma_days:g} 天，"
        f"服务水平 {service_level:.1%}（z={z:.3f}）：安全库存 {qty} 件"
    )
    return Safety(qty, words)


def set_limits(connection: Connection, limits: Iterable[StockLimit]) -> int:
    """Write these limits; returns how many are new or changed."""
    counts = upsert(connection, stock_limit, [one._asdict() for one in limits])
    return counts.created + counts.changed


def safety_by_place(connection: Connection) -> dict[tuple[str, str], int]:
    """What is kept back, by (warehouse, code)."""
    t = stock_limit.c
    rows = connection.execute(select(t.warehouse, t.code, t.safety_qty).where(t.safety_qty > 0))
    return {(row[0], row[1]): row[2] for row in rows}


def watch_limits(
    connection: Connection, day: str, incoming: Mapping[tuple[str, str], int] | None = None
) -> tuple[list[Alert], list[Alert]]:
    """(alerts that begin now, alerts that end now). One per crossing; what goes on says nothing again.

    Lower: available (on hand − reserved) + `incoming` (pieces ordered, by warehouse and code) below the limit.
    Upper: on hand above it. An alert ends when the figure is back inside; the next crossing is a new one.
    """
    coming: Counter[tuple[str, str]] = Counter(incoming or {})
    q = quant.c
    stock = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(select(q.warehouse, q.code, q.on_hand, q.reserved))}  # fmt: skip  # noqa: E501
    known = _known(connection)
    begun, ended = [], []
    for row in connection.execute(select(stock_limit).order_by(stock_limit.c.warehouse, stock_limit.c.code)):
        key = (row.warehouse, row.code)
        on_hand, reserved = stock.get(key, (0, 0))
        at_hand = on_hand - reserved + coming[key]
        for side, crossed, qty, limit in (
            ("lower", at_hand < row.min_qty, at_hand, row.min_qty),
            ("upper", 0 < row.max_qty < on_hand, on_hand, row.max_qty),
        ):
            number, is_open = known.get((*key, side), (0, False))
            message = f"{row.warehouse} 的 {row.code} {_SIDES[side]}：{qty} 件，限 {limit} 件"
            if side == "lower" and crossed:
                message += f"；建议补 {(row.max_qty or row.min_qty) - at_hand} 件"
            if crossed and not is_open:
                connection.execute(stock_alert.insert(), [{
                    "warehouse": row.warehouse, "code": row.code, "side": side, "n": number + 1, "opened_on": day,
                    "qty": qty, "limit_qty": limit, "message": message}])  # fmt: skip
                begun.append(Alert(*key, side, message))
            elif is_open and not crossed:
                _close(connection, (*key, side), number, day)
                ended.append(Alert(*key, side, f"{row.warehouse} 的 {row.code} 已恢复：{qty} 件"))
    return begun, ended


def _known(connection: Connection) -> dict[tuple[str, str, str], tuple[int, bool]]:
    """The number of the last alert of each kind, and whether it is open."""
    a = stock_alert.c
    rows = connection.execute(
        select(a.warehouse, a.code, a.side, a.n, a.closed_on).order_by(a.warehouse, a.code, a.side, a.n)
    )
    return {(row[0], row[1], row[2]): (row[3], row[4] == "") for row in rows}


def _close(connection: Connection, key: tuple[str, str, str], number: int, day: str) -> None:
    a = stock_alert.c
    same = (a.warehouse == key[0], a.code == key[1], a.side == key[2], a.n == number)
    connection.execute(stock_alert.update().where(*same).values(closed_on=day))
