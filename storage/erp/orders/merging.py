"""Several orders of one buyer in one box: found by the platform's OAID or the address's blind index, undone on refund.

The box (`parcel`) is beside the orders' own parcels: each keeps its lines, its reservation and its back-fill, they only
share a warehouse and a waybill number. So a merge can be undone at any moment without touching what was decided.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.database.bulk import insert_missing
from storage.database.tables import fulfilment, platform_order, waybill
from storage.database.tables.review import (
    fulfilment_share,
    order_detail,
    parcel,
    parcel_fulfilment,
)
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.transition import Cause, note


@dataclass(frozen=True)
class MergeRules:
    """Orders paid within `window_minutes` of the first go together; 0 merges nothing. `words`: memos that forbid it."""

    window_minutes: int = 0
    words: tuple[str, ...] = ("分开发", "不要合并", "单独发")


class Candidate(NamedTuple):
    """One order's parcel that could share a box."""

    fulfilment_id: str
    key: OrderKey
    warehouse: str
    address_key: str
    paid_at: str
    refund_state: str
    order_type: str
    memo: str


def groups(candidates: Iterable[Candidate], rules: MergeRules) -> list[tuple[Candidate, ...]]:
    """Which parcels go into one box: same shop, warehouse and address, paid within the window; two or more. Pure.

    Never: an open refund, a presale, a special order, a memo against it, two parcels of one order (they were split for
    a reason), an address that nobody knows.
    """
    if not rules.window_minutes:
        return []
    together: dict[tuple[str, str, str, str], list[Candidate]] = defaultdict(list)
    for one in sorted(candidates, key=lambda c: (c.paid_at, c.fulfilment_id)):
        if _may_merge(one, rules):
            together[one.key.platform, one.key.shop, one.warehouse, one.address_key].append(one)
    return sorted(tuple(box) for members in together.values() for box in _windows(members, rules) if len(box) > 1)


def _may_merge(one: Candidate, rules: MergeRules) -> bool:
    plain = one.order_type in ("normal", "manual", "resend") and one.refund_state != "open"
    return bool(one.address_key) and plain and not any(word in one.memo for word in rules.words)


def _windows(members: Sequence[Candidate], rules: MergeRules) -> list[list[Candidate]]:
    boxes: list[list[Candidate]] = []
    for one in members:
        box = next((b for b in boxes if _late(b[0].paid_at, rules) >= one.paid_at
                    and one.key not in {other.key for other in b}), None)  # fmt: skip
        if box is None:
            boxes.append([one])
        else:
            box.append(one)
    return boxes


def _late(paid_at: str, rules: MergeRules) -> str:
    return (datetime.fromisoformat(paid_at) + timedelta(minutes=rules.window_minutes)).isoformat(" ") if paid_at else ""


def merge_parcels(connection: Connection, rules: MergeRules, cause: Cause) -> int:
    """Put the parcels that have no waybill number yet into common boxes; returns how many boxes were made."""
    found = groups(_candidates(connection), rules) if rules.window_minutes else []
    for box in found:
        parcel_id = f"M-{box[0].fulfilment_id}"
        orders = "、".join(one.key.order_no for one in box)
        words = f"同一买家同一地址，{rules.window_minutes} 分钟内的 {len(box)} 单合成一包：{orders}"
        row = {"parcel_id": parcel_id, "platform": box[0].key.platform, "shop": box[0].key.shop,
               "warehouse": box[0].warehouse, "merge_key": box[0].address_key, "explanation": words}  # fmt: skip
        insert_missing(connection, parcel, [row])
        insert_missing(connection, parcel_fulfilment,
                       [{"parcel_id": parcel_id, "fulfilment_id": one.fulfilment_id} for one in box])  # fmt: skip
        for one in box:
            note(connection, one.key, f"merged:{parcel_id}", Cause(cause.at, cause.actor, cause.cause, words))
    return len(found)


def _candidates(connection: Connection) -> list[Candidate]:
    f, o, d, m, s = fulfilment.c, platform_order.c, order_detail.c, parcel_fulfilment.c, fulfilment_share.c
    query = (
        select(f.fulfilment_id, f.platform, f.shop, f.order_no, f.warehouse, d.oaid, d.address_key, o.paid_at,
               o.refund_state, d.order_type, d.buyer_memo, d.seller_memo)
        .join_from(fulfilment, platform_order,
                   and_(o.platform == f.platform, o.shop == f.shop, o.order_no == f.order_no))
        .join(order_detail, and_(d.platform == f.platform, d.shop == f.shop, d.order_no == f.order_no))
        .outerjoin(parcel_fulfilment, m.fulfilment_id == f.fulfilment_id)
        .outerjoin(fulfilment_share, s.fulfilment_id == f.fulfilment_id)
        .where(f.state == "allocated", m.fulfilment_id.is_(None), func.coalesce(s.split_because, "") == "")
    )  # fmt: skip
    return [
        Candidate(row.fulfilment_id, OrderKey(row.platform, row.shop, row.order_no), row.warehouse,
                  row.oaid or row.address_key, row.paid_at, row.refund_state, row.order_type,
                  f"{row.buyer_memo}\n{row.seller_memo}")
        for row in connection.execute(query)
    ]  # fmt: skip


def members(connection: Connection) -> dict[str, list[str]]:
    """Box → the parcels in it now, in parcel order."""
    m = parcel_fulfilment.c
    query = select(m.parcel_id, m.fulfilment_id).where(m.state == "in").order_by(m.parcel_id, m.fulfilment_id)
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.parcel_id].append(row.fulfilment_id)
    return dict(found)


def unmerge(connection: Connection, fulfilment_id: str, cause: Cause) -> bool:
    """Take one order's parcel out of its box; False when it is in none. The others travel on with their number.

    What is taken out and goes on to ship loses the shared number and waits for one of its own.
    """
    m, f = parcel_fulfilment.c, fulfilment.c
    mine = (m.fulfilment_id == fulfilment_id, m.state == "in")
    row = connection.execute(select(m.parcel_id).where(*mine)).first()
    if row is None:
        return False
    connection.execute(parcel_fulfilment.update().where(*mine).values(state="out", because=cause.words))
    left = members(connection).get(row.parcel_id, [])
    alone = fulfilment.update().where(f.fulfilment_id == fulfilment_id, f.state == "labelled")
    if left:
        connection.execute(alone.values(state="allocated", carrier="", waybill_no=""))
        theirs = waybill.update().where(waybill.c.fulfilment_id == fulfilment_id)
        connection.execute(theirs.values(fulfilment_id=left[0]))
    if len(left) < 2:
        last = parcel_fulfilment.update().where(m.parcel_id == row.parcel_id, m.state == "in")
        connection.execute(last.values(state="out", because="合单只剩一单"))
        connection.execute(parcel.update().where(parcel.c.parcel_id == row.parcel_id).values(state="undone"))
    head = connection.execute(select(f.platform, f.shop, f.order_no).where(f.fulfilment_id == fulfilment_id)).one()
    note(connection, OrderKey(*head), f"unmerged:{row.parcel_id}", cause)
    return True


def settle_merges(connection: Connection, cause: Cause) -> int:
    """Take parcels that were cancelled (a refund before shipping) out of their boxes; returns how many."""
    m, f = parcel_fulfilment.c, fulfilment.c
    query = (
        select(m.fulfilment_id)
        .join_from(parcel_fulfilment, fulfilment, f.fulfilment_id == m.fulfilment_id)
        .where(m.state == "in", f.state == "cancelled")
        .order_by(m.fulfilment_id)
    )
    gone = list(connection.execute(query).scalars())
    out = Cause(cause.at, cause.actor, cause.cause, "其中一单取消或退款，从合单里取出")
    return sum(unmerge(connection, fulfilment_id, out) for fulfilment_id in gone)
