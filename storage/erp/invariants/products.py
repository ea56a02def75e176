"""What must hold of products, prices and what is published (I-23, I-24), and of the log of changes (SEC-03)."""

import json
from collections import defaultdict
from itertools import pairwise

from sqlalchemy import Connection, and_, func, or_, select

from storage.database.tables.lots import channel_stock
from storage.database.tables.products import activity_offer, activity_use, price
from storage.erp.audit.log import broken
from storage.erp.invariants.findings import Finding, Invariant
from storage.erp.products.prices import KINDS, Price, rows_of, ties

EXCLUSIVE = ("exclusive", "quota")


def published_within_sellable(connection: Connection) -> list[Finding]:
    """I-23: shops that share a code exclusively never show more of it together than could be sold when it was said.

    Presale is a promise of its own and does not count; in ratio mode more than 100 % is shown as exposure instead.
    The last figure that changed was worked out from the stock of its moment, and no other has changed since.
    """
    c = channel_stock.c
    shown: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    last: dict[str, tuple[str, int]] = {}
    for row in connection.execute(select(channel_stock).where(c.mode.in_(EXCLUSIVE))):
        inputs = json.loads(row.explanation or "{}").get("inputs", {"sellable": 0, "safety": 0})  # unexplained: none
        there = max(0, inputs["sellable"] - inputs["safety"])
        mine = shown[row.code]
        mine[row.platform, row.shop] = max(mine.get((row.platform, row.shop), 0), row.qty - row.presale_qty)
        last[row.code] = max(last.get(row.code, ("", 0)), (row.recorded_at, there))
    return [
        Finding(code, f"各店对外合计 {sum(by_shop.values())} 件，当时可售 {last[code][1]} 件（{len(by_shop)} 家店）")
        for code, by_shop in sorted(shown.items())
        if sum(by_shop.values()) > last[code][1]
    ]


def quotas_hold(connection: Connection) -> list[Finding]:
    """I-24: used ≤ issued ≤ quota of every activity offer; used is what its orders took; no buyer above his limit."""
    o, u = activity_offer.c, activity_use.c
    keys = ("activity_id", "platform", "shop", "platform_sku")
    taken = (
        select(*(u[name] for name in keys), func.sum(u.qty).label("qty"))
        .group_by(*(u[name] for name in keys))
        .subquery()
    )
    same = and_(*(taken.c[name] == o[name] for name in keys))
    uses = func.coalesce(taken.c.qty, 0)
    query = (
        select(*(o[name] for name in keys), o.quota, o.issued, o.used, uses.label("taken"))
        .outerjoin(taken, same)
        .where(or_(o.used > o.issued, o.issued > o.quota, o.used != uses))
    )
    findings = [
        Finding("/".join(row[:4]), f"名额 {row.quota}，发放 {row.issued}，已用 {row.used}，订单合计 {row.taken}")
        for row in connection.execute(query)
    ]
    mine = and_(*(u[name] == o[name] for name in keys))
    people = (
        select(*(o[name] for name in keys), o.buyer_limit, u.buyer, func.sum(u.qty).label("qty"))
        .join_from(activity_offer, activity_use, mine)
        .where(o.buyer_limit > 0)
        .group_by(*(o[name] for name in keys), o.buyer_limit, u.buyer)
        .having(func.sum(u.qty) > o.buyer_limit)
    )
    return findings + [
        Finding("/".join(row[:4]), f"买家 {row.buyer} 买了 {row.qty} 件，每人限 {row.buyer_limit} 件")
        for row in connection.execute(people)
    ]


def prices_have_one_winner(connection: Connection) -> list[Finding]:
    """PIM-18: no two active prices are equally specific at any second."""
    codes = connection.execute(select(price.c.code).where(price.c.state == "active").distinct()).scalars().all()
    groups: dict[tuple[object, ...], list[Price]] = defaultdict(list)
    for row in rows_of(connection, codes):
        groups[row.code, row.kind, row.platform, row.shop, row.level, row.min_qty].append(row)
    findings = []
    for rows in groups.values():
        rows.sort(key=lambda row: row.valid_from)
        findings += [
            Finding(one.code, f"{KINDS[one.kind]} {one.price_id} 与 {other.price_id} 同样具体，时间重叠")
            for one, other in pairwise(rows)
            if ties(one, other)
        ]
    return findings


def log_untouched(connection: Connection) -> list[Finding]:
    """SEC-03: no row of the log of changes was edited, removed or put in."""
    return broken(connection)


CHECKS: dict[str, Invariant] = {
    "I-23": published_within_sellable,
    "I-24": quotas_hold,
    "PIM-18": prices_have_one_winner,
    "SEC-03": log_untouched,
}
