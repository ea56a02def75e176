"""Gifts: SKUs with a stock of their own that leave at price 0 and at their cost, which is the campaign's (PIM-13)."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.tables import fulfilment
from storage.database.tables.products import gift_given, variant
from storage.erp.audit.rows import put
from storage.erp.products.errors import GiftWrong
from storage.erp.stock.book import MoveRow, record_moves, unit_costs


class CampaignCost(NamedTuple):
    """What a campaign gave away."""

    campaign: str
    orders: int
    qty: int
    cost_fen: int


def give(connection: Connection, campaign: str, fulfilment_id: str, code: str, qty: int, at: str, *, who: str) -> bool:
    """Put a gift into a parcel: its stock leaves by a move of its own, its cost is the campaign's; False if it is in.

    There is no order line and no price: income and refunds of the order stay as they are. Raises GiftWrong, and
    NotEnoughStock where the gift has run out: then nothing is given and the parcel goes without.
    """
    f = fulfilment.c
    parcel = connection.execute(select(fulfilment).where(f.fulfilment_id == fulfilment_id)).first()
    if parcel is None or parcel.state == "cancelled":
        raise GiftWrong(code, fulfilment_id, "没有这个包裹，或已取消")
    kind = connection.execute(select(variant.c.kind).where(variant.c.code == code)).scalar()
    if kind != "gift":
        raise GiftWrong(code, fulfilment_id, "不是赠品")
    cost = unit_costs(connection).get((parcel.warehouse, code), 0)
    if cost <= 0:
        raise GiftWrong(code, fulfilment_id, "成本未知，记不了账")
    key = {
        "campaign": campaign,
        "platform": parcel.platform,
        "shop": parcel.shop,
        "order_no": parcel.order_no,
        "code": code,
    }
    known = select(gift_given.c.qty).where(*(gift_given.c[name] == value for name, value in key.items()))
    if connection.execute(known).first() is not None:
        return False
    line = f"gift:{campaign}"
    move = MoveRow("issue", fulfilment_id, line, 1, code, parcel.warehouse, "customer", qty, cost, at, "", 0)
    record_moves(connection, [move])
    return put(
        connection, gift_given, {**key, "warehouse": parcel.warehouse, "qty": qty, "cost_fen": cost * qty, "at": at},
        who=who, why=campaign,
    )  # fmt: skip


def campaign_costs(connection: Connection) -> list[CampaignCost]:
    """What each campaign gave away and what it cost, by name."""
    g = gift_given.c
    query = select(g.campaign, func.count(), func.sum(g.qty), func.sum(g.cost_fen)).group_by(g.campaign)
    return [
        CampaignCost(row[0], int(row[1]), int(row[2]), int(row[3]))
        for row in connection.execute(query.order_by(g.campaign))
    ]
