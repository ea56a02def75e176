"""Reorder alerts: one open per code and warehouse, opened by a plan, closed by itself when the goods are there."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.bulk import upsert
from storage.database.tables import move
from storage.database.tables.purchasing import purchase_plan, purchase_suggestion, reorder_alert
from storage.erp.purchasing.position import Place, available, incoming


class Alert(NamedTuple):
    """An open alert: since when, the reorder point, what is there and coming, and what the plan suggests to order."""

    code: str
    warehouse: str
    opened_on: str
    reorder_qty: int
    position_qty: int
    suggested_qty: int
    words: str


def open_alerts(connection: Connection, plan_id: str) -> int:
    """Open an alert wherever available + incoming is below the reorder point; returns how many are new.

    One that is open already stays the same alert, with the plan's newest figures.
    """
    day = connection.execute(select(purchase_plan.c.day).where(purchase_plan.c.plan_id == plan_id)).scalar_one()
    known = {(row.code, row.warehouse): row.opened_on for row in alerts(connection)}
    s = purchase_suggestion.c
    below = s.available_qty + s.incoming_qty < s.reorder_qty
    rows = []
    for row in connection.execute(select(purchase_suggestion).where(s.plan_id == plan_id, below)):
        position = row.available_qty + row.incoming_qty
        words = (
            f"可用 {row.available_qty} + 在途 {row.incoming_qty} = {position}，低于补货点 {row.reorder_qty}；"
            f"建议采购 {row.qty}（{row.supplier}）"
        )
        rows.append({
            "code": row.code, "warehouse": row.warehouse, "opened_on": known.get((row.code, row.warehouse), day),
            "state": "open", "closed_on": "", "reorder_qty": row.reorder_qty, "position_qty": position,
            "suggested_qty": row.qty, "plan_id": plan_id, "words": words,
        })  # fmt: skip
    upsert(connection, reorder_alert, rows)
    return sum((row["code"], row["warehouse"]) not in known for row in rows)


def close_alerts(connection: Connection, day: str) -> int:
    """Close what is settled: enough is there, or goods have come since and what is there and coming is enough.

    An order alone does not close an alert: it may never arrive. Returns how many were closed.
    """
    free, coming = available(connection), incoming(connection)
    closed = 0
    for row in alerts(connection):
        place: Place = (row.code, row.warehouse)
        there = free.get(place, 0)
        position = there + sum(one.qty for one in coming.get(place, []))
        if there >= row.reorder_qty or (position >= row.reorder_qty and _came(connection, place, row.opened_on)):
            words = f"{row.words}；{day} 可用 {there}，在途 {position - there}，自动关闭"
            mine = (reorder_alert.c.code == row.code, reorder_alert.c.warehouse == row.warehouse,
                    reorder_alert.c.opened_on == row.opened_on)  # fmt: skip
            connection.execute(reorder_alert.update().where(*mine).values(state="closed", closed_on=day, words=words))
            closed += 1
    return closed


def alerts(connection: Connection) -> list[Alert]:
    """Every open alert, by code and warehouse."""
    a = reorder_alert.c
    query = (
        select(a.code, a.warehouse, a.opened_on, a.reorder_qty, a.position_qty, a.suggested_qty, a.words)
        .where(a.state == "open")
        .order_by(a.code, a.warehouse)
    )
    return [Alert(*row) for row in connection.execute(query)]


def _came(connection: Connection, place: Place, since: str) -> bool:
    """Whether a supplier's goods of that code came into the warehouse since that day."""
    m = move.c
    query = select(func.count()).where(
        m.code == place[0], m.to_place == place[1], m.from_place == "supplier", m.at >= since
    )
    return connection.execute(query).scalar_one() > 0
