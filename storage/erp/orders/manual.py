"""Orders entered by hand (telephone, samples, resends): the same checks as for any other, a reason, and a flag."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import bundle, order_line, platform_order, sku
from storage.database.tables.review import order_detail
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.addresses import Address, faults, verdict
from storage.erp.orders.errors import ManualRefused
from storage.erp.orders.transition import Cause, note

PLATFORM = "manual"
TYPES = ("manual", "resend", "test")


class ManualLine(NamedTuple):
    """`qty` (> 0) of one code at a price; a resend's price is 0."""

    code: str
    qty: int
    price_fen: int


@dataclass(frozen=True)
class Draft:
    """What somebody wants to enter. `address_key`: the address book's blind index for `address`."""

    shop: str
    order_no: str
    lines: Sequence[ManualLine]
    address: Address
    address_key: str = ""
    order_type: str = "manual"
    paid: bool = True
    priority: int = 0


def enter(connection: Connection, draft: Draft, cause: Cause) -> OrderKey:
    """Take an order by hand; the same one again changes nothing. Raises ManualRefused with everything that is wrong.

    `cause`: who entered it, when, and why. The address itself is not kept here: keep it in the address book first.
    """
    key = OrderKey(PLATFORM, draft.shop, draft.order_no)
    if wrong := _wrong(connection, draft, cause, key):
        raise ManualRefused(draft.order_no, wrong)
    if _is_there(connection, key):
        return key
    total = sum(line.qty * line.price_fen for line in draft.lines)
    connection.execute(platform_order.insert(), [{
        **key._asdict(), "pay_state": "paid" if draft.paid else "unpaid", "ship_state": "none",
        "refund_state": "none", "platform_status": "手工单", "goods_fen": total, "paid_fen": total,
        "province": draft.address.province, "city": draft.address.city, "priority": draft.priority,
        "created_at": cause.at, "paid_at": cause.at if draft.paid else "", "platform_modified_at": cause.at,
    }])  # fmt: skip
    connection.execute(order_line.insert(), [
        {**key._asdict(), "sub_no": f"{draft.order_no}-{number}", "code": line.code, "qty": line.qty,
         "price_fen": line.price_fen, "paid_share_fen": line.qty * line.price_fen, "refund_status": ""}
        for number, line in enumerate(draft.lines, start=1)
    ])  # fmt: skip
    connection.execute(order_detail.insert(), [{
        **key._asdict(), "order_type": draft.order_type, "district": draft.address.district,
        "oaid": draft.address.oaid, "address_key": draft.address_key, "address_state": verdict(draft.address),
        "entered_by": cause.actor, "entered_why": cause.words,
    }])  # fmt: skip
    note(connection, key, "created", Cause(cause.at, cause.actor, "manual", f"手工单：{cause.words}"))
    return key


def _wrong(connection: Connection, draft: Draft, cause: Cause, key: OrderKey) -> list[str]:
    found = []
    if not draft.shop.strip() or not draft.order_no.strip():
        found.append("没有店铺或单号")
    if not cause.actor.strip() or not cause.words.strip():
        found.append("没有写是谁、为什么手工录入")
    if draft.order_type not in TYPES:
        found.append(f"没有「{draft.order_type}」这种手工单")
    if not draft.lines:
        found.append("没有明细")
    known = set(connection.execute(select(sku.c.code)).scalars()) | set(
        connection.execute(select(bundle.c.code)).scalars()
    )
    for line in draft.lines:
        if line.code not in known:
            found.append(f"没有商品 {line.code}")
        if line.qty <= 0 or line.price_fen < 0:
            found.append(f"{line.code} 的数量或价格不对")
    found += [fault.words for fault in faults(draft.address)]
    if not found and _is_there(connection, key) and not _is_same(connection, draft, key):
        found.append("这个单号已有别的内容")
    return found


def _is_there(connection: Connection, key: OrderKey) -> bool:
    o = platform_order.c
    mine = (o.platform == key.platform, o.shop == key.shop, o.order_no == key.order_no)
    return connection.execute(select(o.order_no).where(*mine)).first() is not None


def _is_same(connection: Connection, draft: Draft, key: OrderKey) -> bool:
    line = order_line.c
    mine = (line.platform == key.platform, line.shop == key.shop, line.order_no == key.order_no)
    rows = connection.execute(select(line.code, line.qty, line.price_fen).where(*mine).order_by(line.sub_no))
    return [tuple(row) for row in rows] == [tuple(one) for one in draft.lines]


def manual_orders(connection: Connection) -> list[tuple[OrderKey, str, str]]:
    """Every order that was entered by hand, with who entered it and why."""
    d = order_detail.c
    query = select(d.platform, d.shop, d.order_no, d.entered_by, d.entered_why).where(d.entered_by != "")
    rows = connection.execute(query.order_by(d.platform, d.shop, d.order_no))
    return [(OrderKey(*row[:3]), row.entered_by, row.entered_why) for row in rows]
