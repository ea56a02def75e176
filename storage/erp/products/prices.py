"""Prices: the most specific valid row wins, and two that would be equally right are never both saved (PIM-16, 18, 19).

From most to least specific: an activity's price, a member level's, a channel's, the retail price; within one kind a
shop's before a platform's before everybody's, a level's before all levels', the greater quantity before the smaller.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import sku
from storage.database.tables.products import price
from storage.erp.allocation.words import yuan
from storage.erp.audit.actors import require
from storage.erp.audit.rows import put
from storage.erp.products.errors import CodeUnknown, PriceFixed, PriceTie, PriceWrong

KINDS = {"activity": "活动价", "member": "会员价", "channel": "渠道价", "retail": "零售价"}
"""Most specific first."""
_RANK = {kind: -place for place, kind in enumerate(KINDS)}
_END = "9999-12-31 23:59:59"


class Price(NamedTuple):
    """One row. "" in a scope is everywhere or everybody; from `valid_from` on and before `valid_to` ("" = for ever)."""

    price_id: str
    code: str
    kind: str
    price_fen: int
    platform: str = ""
    shop: str = ""
    level: str = ""
    min_qty: int = 1
    valid_from: str = "2000-01-01 00:00:00"
    valid_to: str = ""
    reason: str = ""


class Asked(NamedTuple):
    """Who buys how many of what, where and when (YYYY-MM-DD HH:MM:SS, Asia/Shanghai)."""

    code: str
    at: str
    platform: str = ""
    shop: str = ""
    level: str = ""
    qty: int = 1


class Priced(NamedTuple):
    """The price that holds, the row that it comes from, and why it and no other, in words."""

    price_fen: int
    price_id: str
    words: str


def save(connection: Connection, row: Price, *, who: str) -> bool:
    """Save a price; False when this very row is there. Raises PriceTie, PriceFixed, PriceWrong, CodeUnknown."""
    require(connection, who, "edit_products")
    row = checked(row)
    if connection.execute(select(sku.c.code).where(sku.c.code == row.code).with_for_update()).first() is None:
        raise CodeUnknown(row.code)
    known = connection.execute(select(price).where(price.c.price_id == row.price_id)).first()
    if known is not None:
        if Price(*(getattr(known, name) for name in Price._fields)) != row or known.state != "active":
            raise PriceFixed(row.price_id)
        return False
    for other in rows_of(connection, [row.code]):
        if ties(row, other):
            since, until = max(row.valid_from, other.valid_from), min(row.valid_to or _END, other.valid_to or _END)
            raise PriceTie(row.price_id, other.price_id, since, "" if until == _END else until)
    return put(connection, price, {**row._asdict(), "state": "active"}, who=who, why=row.reason)


def withdraw(connection: Connection, price_id: str, *, who: str, why: str) -> bool:
    """The price holds no more and stays readable; False when it is withdrawn or unknown."""
    require(connection, who, "edit_products")
    if connection.execute(select(price.c.price_id).where(price.c.price_id == price_id)).first() is None:
        return False
    return put(connection, price, {"price_id": price_id, "state": "withdrawn"}, who=who, why=why)


def checked(row: Price) -> Price:
    """The row with its window written to the second. Pure. Raises PriceWrong."""
    if row.kind not in KINDS:
        raise PriceWrong(row.price_id, f"种类应为 {'、'.join(KINDS)} 之一")
    if row.price_fen < 0 or row.min_qty < 1:
        raise PriceWrong(row.price_id, "价格不能小于 0，起订量不能小于 1")
    if row.shop and not row.platform:
        raise PriceWrong(row.price_id, "写了店铺也要写平台")
    needed = {"channel": row.platform, "member": row.level, "activity": row.valid_to}.get(row.kind, "-")
    if not needed or (row.kind == "retail" and (row.platform or row.level)):
        raise PriceWrong(row.price_id, "渠道价要写平台，会员价要写等级，活动价要写结束时间，零售价都不写")
    since, until = _second(row, row.valid_from), _second(row, row.valid_to)
    if not since or (until and until <= since):
        raise PriceWrong(row.price_id, f"时间不对：{row.valid_from} 到 {row.valid_to}")
    return row._replace(valid_from=since, valid_to=until)


def _second(row: Price, moment: str) -> str:
    if not moment:
        return ""
    try:
        return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError as error:
        raise PriceWrong(row.price_id, f"时间 {moment} 应写成 YYYY-MM-DD HH:MM:SS") from error


def specificity(row: Price) -> tuple[int, bool, bool, bool, int]:
    """The greater one wins."""
    return _RANK[row.kind], bool(row.shop), bool(row.platform), bool(row.level), row.min_qty


def holds(row: Price, asked: Asked) -> bool:
    """Whether the row is about this purchase: scope, quantity and second."""
    return (
        row.code == asked.code
        and row.platform in ("", asked.platform)
        and row.shop in ("", asked.shop)
        and row.level in ("", asked.level)
        and row.min_qty <= asked.qty
        and row.valid_from <= asked.at < (row.valid_to or _END)
    )


def ties(one: Price, other: Price) -> bool:
    """Whether some purchase exists for which both hold and neither is more specific. Pure."""
    scope = ("code", "kind", "platform", "shop", "level", "min_qty")
    return (
        all(getattr(one, name) == getattr(other, name) for name in scope)
        and one.valid_from < (other.valid_to or _END)
        and other.valid_from < (one.valid_to or _END)
    )


def choose(rows: Iterable[Price], asked: Asked) -> Priced | None:
    """The price of a purchase, None where no row holds. Pure; the order of the rows does not matter."""
    valid = sorted((row for row in rows if holds(row, asked)), key=specificity, reverse=True)
    if not valid:
        return None
    best, others = valid[0], valid[1:]
    until = f"到 {best.valid_to} 前" if best.valid_to else "长期"
    words = f"{KINDS[best.kind]} {yuan(best.price_fen)} 元（{best.price_id}，{_scope(best)}，{until}）"
    if others:
        words += "；更宽的不用：" + "、".join(f"{KINDS[row.kind]} {yuan(row.price_fen)} 元" for row in others[:3])
    return Priced(best.price_fen, best.price_id, words)


def _scope(row: Price) -> str:
    parts = [row.shop or row.platform or "各渠道", row.level, f"满 {row.min_qty} 件" if row.min_qty > 1 else ""]
    return " ".join(filter(None, parts))


def price_of(connection: Connection, asked: Asked) -> Priced | None:
    """The price of one purchase, from the books."""
    return choose(rows_of(connection, [asked.code]), asked)


def prices_of(connection: Connection, many: Iterable[Asked]) -> list[Priced | None]:
    """The prices of many purchases, read at once, in their order."""
    asked = list(many)
    by_code: dict[str, list[Price]] = {}
    for row in rows_of(connection, sorted({one.code for one in asked})):
        by_code.setdefault(row.code, []).append(row)
    return [choose(by_code.get(one.code, ()), one) for one in asked]


def rows_of(connection: Connection, codes: Iterable[str]) -> list[Price]:
    """The active rows of some codes, by id."""
    wanted = list(codes)
    columns = [price.c[name] for name in Price._fields]
    found: list[Price] = []
    for begin in range(0, len(wanted), 500):
        some = price.c.code.in_(wanted[begin : begin + 500])
        query = select(*columns).where(price.c.state == "active", some).order_by(price.c.price_id)
        found += [Price(*row) for row in connection.execute(query)]
    return found
