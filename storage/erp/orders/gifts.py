"""Gifts: which order gets one, from a line and a reservation of its own, and what happens when there is none left."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, func, select, update

from storage.database.bulk import insert_missing
from storage.database.tables import fulfilment, reservation
from storage.database.tables.review import gift_line
from storage.erp.allocation.model import OrderKey
from storage.erp.stock.book import Issue, ReservationLine, Short, consume, reserve, void


@dataclass(frozen=True)
class GiftRule:
    """Who gets what. `out_of_stock`: skip (ship without) | wait (hold the order) | other (give `other_code` instead).

    `shops` and `bought` empty mean all; `limit`: how many orders get it (0: no limit); an `exclusive` rule ends the
    list when it applies.
    """

    rule: str
    code: str
    qty: int = 1
    min_paid_fen: int = 0
    shops: frozenset[str] = frozenset()
    bought: frozenset[str] = frozenset()
    begin: str = ""
    end: str = ""
    limit: int = 0
    exclusive: bool = False
    out_of_stock: str = "skip"
    other_code: str = ""


class Gift(NamedTuple):
    """One gift for one order."""

    line_no: str
    rule: GiftRule


class Buy(NamedTuple):
    """What a gift rule looks at."""

    key: OrderKey
    paid_fen: int
    paid_at: str
    codes: frozenset[str]


def gifts_for(buy: Buy, rules: Sequence[GiftRule], given: Mapping[str, int]) -> list[Gift]:
    """The gifts of an order, in the order of the rules. `given`: rule → orders that got it already. Pure."""
    found: list[Gift] = []
    for rule in rules:
        if _applies(buy, rule, given):
            found.append(Gift(f"GIFT-{len(found) + 1}", rule))
            if rule.exclusive:
                break
    return found


def _applies(buy: Buy, rule: GiftRule, given: Mapping[str, int]) -> bool:
    return (
        buy.paid_fen >= rule.min_paid_fen
        and (not rule.shops or buy.key.shop in rule.shops)
        and (not rule.bought or bool(rule.bought & buy.codes))
        and (not rule.begin or buy.paid_at >= rule.begin)
        and (not rule.end or buy.paid_at < rule.end)
        and (not rule.limit or given.get(rule.rule, 0) < rule.limit)
    )


def given(connection: Connection) -> Counter[str]:
    """Rule → how many orders got its gift or are promised it."""
    g = gift_line.c
    query = select(g.rule, func.count()).where(g.state.in_(("wanted", "held", "sent"))).group_by(g.rule)
    return Counter({str(rule): int(count) for rule, count in connection.execute(query)})


def with_gifts(connection: Connection) -> set[OrderKey]:
    """Orders whose gifts are decided: nobody gets the same gift twice."""
    g = gift_line.c
    query = select(g.platform, g.shop, g.order_no).where(g.state != "void").distinct()
    return {OrderKey(*row) for row in connection.execute(query)}


def attach(connection: Connection, key: OrderKey, fulfilment_id: str, warehouse: str, gifts: Iterable[Gift]) -> int:
    """Put an order's gifts into its parcel, each held on its own; returns how many there are.

    A gift that is not there is replaced or left out, as its rule says; the line says so. (A rule that waits is asked
    before the order is allocated: `missing`.)
    """
    rows, held = [], 0
    for gift in gifts:
        code, words = gift.rule.code, f"规则 {gift.rule.rule}"
        got = _hold(connection, key, fulfilment_id, warehouse, gift.line_no, code, gift.rule.qty)
        if not got and gift.rule.out_of_stock == "other" and gift.rule.other_code:
            words += f"：{code} 没有了，换成 {gift.rule.other_code}"
            code = gift.rule.other_code
            got = _hold(connection, key, fulfilment_id, warehouse, gift.line_no, code, gift.rule.qty)
        words += "" if got else f"：{warehouse} 没有 {code}，不送了，不耽误发货"
        held += got
        rows.append({
            **key._asdict(), "line_no": gift.line_no, "rule": gift.rule.rule, "code": code, "qty": gift.rule.qty,
            "state": "held" if got else "left_out", "fulfilment_id": fulfilment_id if got else "", "explanation": words,
        })  # fmt: skip
    insert_missing(connection, gift_line, rows)
    return held


def _hold(
    connection: Connection, key: OrderKey, fulfilment_id: str, warehouse: str, line_no: str, code: str, qty: int
) -> bool:
    owner = gift_owner(fulfilment_id, key, line_no)
    return not isinstance(reserve(connection, owner, [ReservationLine(warehouse, code, qty)]), Short)


def gift_owner(fulfilment_id: str, key: OrderKey, line_no: str) -> str:
    """The owner of a gift's reservation."""
    return "|".join((fulfilment_id, *key, line_no))


def missing(gifts: Iterable[Gift], free: Mapping[tuple[str, str], int]) -> list[str]:
    """Codes of gifts that the order has to wait for: their rule says so and no warehouse has them."""
    return [
        gift.rule.code
        for gift in gifts
        if gift.rule.out_of_stock == "wait"
        and not any(qty >= gift.rule.qty for (_, code), qty in free.items() if code == gift.rule.code)
    ]


def settle_gifts(connection: Connection, at: str) -> int:
    """Let gifts follow their parcel: gone with it, or given back when it was cancelled; returns how many ended now."""
    g, f = gift_line.c, fulfilment.c
    query = (
        select(gift_line, f.state.label("parcel"))
        .join_from(gift_line, fulfilment, f.fulfilment_id == g.fulfilment_id)
        .where(g.state == "held", f.state.in_(("shipped", "cancelled")))
    )
    ended = 0
    for row in connection.execute(query).all():
        key = OrderKey(row.platform, row.shop, row.order_no)
        owner = gift_owner(row.fulfilment_id, key, row.line_no)
        if row.parcel == "shipped":
            consume(connection, owner, Issue(row.fulfilment_id, row.line_no, at))
        else:
            void(connection, owner)
        mine = (g.platform == key.platform, g.shop == key.shop, g.order_no == key.order_no, g.line_no == row.line_no)
        state = "sent" if row.parcel == "shipped" else "void"
        connection.execute(update(gift_line).where(*mine).values(state=state))
        if state == "void":  # another parcel of the order may carry it yet
            connection.execute(gift_line.delete().where(*mine))
        ended += 1
    return ended


def held_gifts(connection: Connection) -> int:
    """Pieces that reservations of gifts hold."""
    r = reservation.c
    query = select(func.coalesce(func.sum(r.qty), 0)).where(r.state == "held", r.owner.like("%|GIFT-%"))
    return int(connection.execute(query).scalar_one())
