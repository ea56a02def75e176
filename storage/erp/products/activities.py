"""Campaign sheets: every row checked against the floor before any command, every row's answer kept (RPA-07), and the
quota of what was enrolled (I-24)."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.database.tables import channel_sku
from storage.database.tables.products import activity_offer, activity_use
from storage.erp.allocation.words import yuan
from storage.erp.audit.actors import require
from storage.erp.audit.rows import put, put_all
from storage.erp.catalog.components import components, needs, sellable
from storage.erp.commands.results import DONE
from storage.erp.commands.wanted import Wanted
from storage.erp.products.codes import ChannelId, channel_codes
from storage.erp.products.errors import QuotaGone
from storage.erp.products.sending import CORE, answers, send
from storage.erp.stock.book import unit_costs

ENROL = "to_enrol"


class SheetRow(NamedTuple):
    """One row of a campaign's sheet."""

    platform: str
    shop: str
    platform_sku: str
    price_fen: int
    stock: int
    buyer_limit: int = 0


class Floor(NamedTuple):
    """What must be left of the price: after the platform's fees and other costs of a piece, at least this margin.

    Rates in basis points of the price (1 % = 100); `other_fen`: freight and packing of a piece.
    """

    margin_bp: int = 500
    fee_bp: int = 500
    other_fen: int = 0


class Checked(NamedTuple):
    """A row and what became of it: ready, or blocked with every reason."""

    row: SheetRow
    state: str
    reason: str
    margin_fen: int


def check(
    row: SheetRow, code: str, listed_fen: int, ceiling_fen: int, cost_fen: int, free: int, floor: Floor
) -> Checked:
    """Whether a row may be sent. Pure. All reasons are told, not the first one only."""
    fees = -(-row.price_fen * floor.fee_bp // 10_000)
    margin = row.price_fen - fees - floor.other_fen - cost_fen
    least = -(-row.price_fen * floor.margin_bp // 10_000)
    reasons = []
    if not code:
        reasons.append("平台 SKU 没有对应的编码")
    if row.price_fen <= 0:
        reasons.append("活动价要大于 0")
    if code and cost_fen <= 0:
        reasons.append("成本未知，算不出毛利")
    elif margin < least:
        reasons.append(
            f"毛利 {yuan(margin)} 元（售价 {yuan(row.price_fen)} − 成本 {yuan(cost_fen)} − 费用 "
            f"{yuan(fees + floor.other_fen)}），低于底线 {yuan(least)} 元"
        )
    if ceiling_fen and row.price_fen > ceiling_fen:
        reasons.append(f"高于活动最高价 {yuan(ceiling_fen)} 元")
    if listed_fen and row.price_fen > listed_fen:
        reasons.append(f"高于现价 {yuan(listed_fen)} 元")
    if not 0 < row.stock <= free:
        reasons.append(f"活动库存 {row.stock} 件，可售 {free} 件")
    words = "；".join(reasons) or f"毛利 {yuan(margin)} 元，不低于底线 {yuan(least)} 元；可售 {free} 件"
    return Checked(row, "blocked" if reasons else "ready", words, margin)


def take_sheet(
    connection: Connection, activity_id: str, rows: Iterable[SheetRow], floor: Floor, *, who: str
) -> list[Checked]:
    """Check every row of a campaign's sheet and keep what was found; what was sent already is not touched.

    A SKU that stands twice in the sheet is blocked in both rows. Nothing is sent here. Raises as `require`.
    """
    require(connection, who, "edit_products")
    codes, listed, costs, free = _known(connection)
    sheet = list(rows)
    times: dict[ChannelId, int] = {}
    for row in sheet:
        times[ChannelId(*row[:3])] = times.get(ChannelId(*row[:3]), 0) + 1
    sent = _states(connection, activity_id)
    result, kept = [], {}
    for row in sheet:
        channel = ChannelId(*row[:3])
        code, (product, price, ceiling) = codes.get(channel, ""), listed.get(channel, ("", 0, 0))
        found = check(row, code, price, ceiling, costs.get(code, 0), free.get(code, 0), floor)
        if times[channel] > 1:
            found = found._replace(state="blocked", reason="表里有两行是同一个 SKU；" + found.reason)
        result.append(found)
        if sent.get(channel, "blocked") in ("blocked", "ready"):
            kept[channel] = {
                "activity_id": activity_id, **channel._asdict(), "product_id": product, "code": code,
                "price_fen": row.price_fen, "cost_fen": costs.get(code, 0), "margin_fen": found.margin_fen,
                "quota": max(row.stock, 0), "buyer_limit": row.buyer_limit,
                "state": found.state, "reason": found.reason,
            }  # fmt: skip
    put_all(connection, activity_offer, kept.values(), who=who, why=activity_id)
    return result


def _known(
    connection: Connection,
) -> tuple[dict[ChannelId, str], dict[ChannelId, tuple[str, int, int]], dict[str, int], dict[str, int]]:
    """Codes of platform ids; (product, price, ceiling) of them; cost and sellable pieces of codes.

    The cost of a code is that of its dearest warehouse: the floor must hold wherever the goods leave from.
    """
    c = channel_sku.c
    rows = connection.execute(
        select(c.platform, c.shop, c.platform_sku, c.product_id, c.price_fen, c.activity_ceiling_fen)
    )
    listed = {ChannelId(*row[:3]): (row[3], row[4], row[5]) for row in rows}
    base: dict[str, int] = {}
    for (_, code), cost in unit_costs(connection).items():
        base[code] = max(base.get(code, 0), cost)
    made_of = components(connection)
    codes = channel_codes(connection)
    return codes, listed, {code: _cost(code, made_of, base) for code in set(codes.values())}, sellable(connection)


def _cost(code: str, made_of: Mapping[str, Mapping[str, int]], base: Mapping[str, int]) -> int:
    """0 where the cost of any part is unknown."""
    parts = needs(code, 1, made_of)
    return sum(base[part] * qty for part, qty in parts.items()) if all(base.get(part) for part in parts) else 0


def _states(connection: Connection, activity_id: str) -> dict[ChannelId, str]:
    o = activity_offer.c
    rows = connection.execute(select(o.platform, o.shop, o.platform_sku, o.state).where(o.activity_id == activity_id))
    return {ChannelId(*row[:3]): row[3] for row in rows}


def enrol(connection: Connection, activity_id: str, night: str) -> list[str]:
    """Commands for every row that is ready; returns their ids. A blocked row never gets one; again sends none."""
    o = activity_offer.c
    ready = select(activity_offer).where(o.activity_id == activity_id, o.state.in_(("ready", "sent", "failed")))
    rows = [dict(row) for row in connection.execute(ready.order_by(*activity_offer.primary_key)).mappings()]
    wanted = [
        Wanted(
            ENROL, row["shop"], f"{activity_id}|{row['product_id']}|{row['platform_sku']}",
            {"店铺": row["shop"], "活动ID": activity_id, "商品ID": row["product_id"], "SKU ID": row["platform_sku"],
             "活动价": yuan(row["price_fen"]), "活动库存": str(row["quota"])},
            row["reason"],
        )
        for row in rows
    ]  # fmt: skip
    fresh = {(one.shop, one.subject): one for one in send(connection, wanted, night)}
    sent = []
    for row, one in zip(rows, wanted, strict=True):
        new = fresh.get((one.shop, one.subject))
        if new is not None:
            state = "sent" if new.state == "published" else new.state
            key = {column.name: row[column.name] for column in activity_offer.primary_key}
            sent.append({**key, "state": state, "command_id": new.command_id})
    put_all(connection, activity_offer, sent, who=CORE)
    return [new.command_id for new in fresh.values()]


def apply_answers(connection: Connection, run_id: str) -> int:
    """Keep each row's answer with its reason; done issues the quota. Returns how many rows changed; again none."""
    o = activity_offer.c
    rows = []
    for answer in answers(connection, run_id, (ENROL,)):
        mine = connection.execute(select(activity_offer).where(o.command_id == answer.command_id)).mappings().first()
        if mine is None or mine["state"] == "done":
            continue
        state = "done" if answer.outcome in DONE else answer.outcome
        key = {column.name: mine[column.name] for column in activity_offer.primary_key}
        reason = answer.reason or mine["reason"]
        rows.append({**key, "state": state, "reason": reason, "issued": mine["quota"] if state == "done" else 0})
    return put_all(connection, activity_offer, rows, who=CORE, why=run_id)


def use(connection: Connection, activity_id: str, channel: ChannelId, order_no: str, buyer: str, qty: int) -> bool:
    """Take pieces of the quota for an order; False when the order has taken them already.

    `buyer`: a blind index. Exactly one of two that ask for the last piece gets it. Raises QuotaGone.
    """
    key = {"activity_id": activity_id, **channel._asdict(), "order_no": order_no}
    if connection.execute(select(activity_use).where(and_(*(activity_use.c[n] == v for n, v in key.items())))).first():
        return False
    if qty <= 0:
        raise QuotaGone(activity_id, channel.platform_sku, f"{qty} 件不成立")
    o, u = activity_offer.c, activity_use.c
    mine = and_(o.activity_id == activity_id, *(o[name] == value for name, value in channel._asdict().items()))
    taken = connection.execute(activity_offer.update().where(mine, o.used + qty <= o.issued).values(used=o.used + qty))
    if taken.rowcount != 1:
        raise QuotaGone(activity_id, channel.platform_sku, f"要 {qty} 件，剩下的不够")
    limit = connection.execute(select(o.buyer_limit).where(mine)).scalar_one()
    his = select(func.coalesce(func.sum(u.qty), 0)).where(
        u.activity_id == activity_id, *(u[name] == value for name, value in channel._asdict().items()), u.buyer == buyer
    )
    had = connection.execute(his).scalar_one()
    if limit and had + qty > limit:
        connection.execute(activity_offer.update().where(mine).values(used=o.used - qty))
        raise QuotaGone(activity_id, channel.platform_sku, f"每人限 {limit} 件，已有 {had} 件")
    return put(connection, activity_use, {**key, "buyer": buyer, "qty": qty}, who=CORE)
