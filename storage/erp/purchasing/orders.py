"""Purchase orders: drafted from a plan, approved and sent by people, announced by the supplier, received in parts.

draft → approved → sent → part → received; draft and approved may be cancelled; sent and part may be closed short.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from storage.database.bulk import Counts, insert_missing
from storage.database.tables.purchasing import (
    inbound,
    inbound_line,
    planned_order,
    purchase_line,
    purchase_order,
    purchase_suggestion,
)
from storage.erp.purchasing.alerts import close_alerts
from storage.erp.purchasing.errors import NoticeTooLarge, OrderState, OrderUnknown
from storage.erp.purchasing.inbound import (
    GOOD,
    ExpectedLine,
    Inbound,
    Receipt,
    announce,
    known_receipt,
    received,
    write_receipt,
)
from storage.erp.purchasing.position import received_of_orders
from storage.erp.stock.book import MoveRow, record_moves

LEGAL: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"approved", "cancelled"}),
    "approved": frozenset({"sent", "cancelled"}),
    "sent": frozenset({"part", "received", "closed"}),
    "part": frozenset({"part", "received", "closed"}),
    "received": frozenset(),
    "closed": frozenset(),
    "cancelled": frozenset(),
}
WORDS = {"draft": "草稿", "approved": "已批准", "sent": "已下单", "part": "部分到货", "received": "已到齐",
         "closed": "已关闭", "cancelled": "已作废"}  # fmt: skip


class _Planned(NamedTuple):
    """One line of a plan with its supplier."""

    supplier: str
    code: str
    warehouse: str
    order_on: str
    arrive_on: str
    pay_on: str
    qty: int
    price_fen: int
    amount_fen: int


def draft_orders(connection: Connection, plan_id: str) -> Counts:
    """One draft per supplier, warehouse and day of ordering, with what the plan orders then; a second call adds none.

    Drafts of other plans are cancelled: the newest plan is the one that counts. Drafts by hand are nobody's plan.
    """
    p = purchase_order.c
    old = (p.state == "draft", p.plan_id.not_in((plan_id, "")))
    connection.execute(purchase_order.update().where(*old).values(state="cancelled"))
    groups: dict[tuple[str, str, str], list[_Planned]] = defaultdict(list)
    for row in _planned(connection, plan_id):
        groups[row.supplier, row.warehouse, row.order_on].append(row)
    heads, lines = [], []
    for (name, warehouse, order_on), rows in sorted(groups.items()):
        po_id = f"PO-{plan_id}-{name}-{warehouse}-{order_on}"
        heads.append(
            {
                "po_id": po_id, "supplier": name, "warehouse": warehouse, "plan_id": plan_id, "state": "draft",
                "order_on": order_on, "expected_on": max(row.arrive_on for row in rows),
                "pay_on": max(row.pay_on for row in rows), "amount_fen": sum(row.amount_fen for row in rows),
            }
        )  # fmt: skip
        lines += [
            {"po_id": po_id, "code": row.code, "qty": row.qty, "price_fen": row.price_fen, "amount_fen": row.amount_fen}
            for row in rows
        ]
    made = insert_missing(connection, purchase_order, heads)
    insert_missing(connection, purchase_line, lines)
    _name_orders(connection, plan_id, groups)
    return made


def _planned(connection: Connection, plan_id: str) -> list[_Planned]:
    o, s = planned_order.c, purchase_suggestion.c
    same = (o.plan_id == s.plan_id) & (o.code == s.code) & (o.warehouse == s.warehouse)
    query = (
        select(s.supplier, o.code, o.warehouse, o.order_on, o.arrive_on, o.pay_on, o.qty, o.price_fen, o.amount_fen)
        .join_from(planned_order, purchase_suggestion, same)
        .where(o.plan_id == plan_id)
        .order_by(o.code, o.warehouse, o.order_on)
    )
    return [_Planned(*row) for row in connection.execute(query)]


def _name_orders(connection: Connection, plan_id: str, groups: Mapping[tuple[str, str, str], list[_Planned]]) -> None:
    o = planned_order.c
    for (name, warehouse, order_on), rows in groups.items():
        mine = (o.plan_id == plan_id, o.warehouse == warehouse, o.order_on == order_on,
                o.code.in_([row.code for row in rows]))  # fmt: skip
        po_id = f"PO-{plan_id}-{name}-{warehouse}-{order_on}"
        connection.execute(planned_order.update().where(*mine).values(po_id=po_id))


def write_order(
    connection: Connection, po_id: str, supplier: str, warehouse: str, order_on: str, expected_on: str,
    lines: Mapping[str, tuple[int, int]],
) -> bool:  # fmt: skip
    """A draft by hand: code → (pieces, price in fen). False when the number is there already."""
    amount = sum(qty * price for qty, price in lines.values())
    head = {"po_id": po_id, "supplier": supplier, "warehouse": warehouse, "plan_id": "", "state": "draft",
            "order_on": order_on, "expected_on": expected_on, "pay_on": expected_on, "amount_fen": amount}  # fmt: skip
    made = insert_missing(connection, purchase_order, [head])
    rows = [
        {"po_id": po_id, "code": code, "qty": qty, "price_fen": price, "amount_fen": qty * price}
        for code, (qty, price) in sorted(lines.items())
    ]
    if made.created:
        insert_missing(connection, purchase_line, rows)
    return made.created == 1


def approve(connection: Connection, po_id: str, who: str) -> bool:
    """A person lets the order go; False when it was approved. Raises OrderUnknown, OrderState."""
    return _bring(connection, po_id, "approved", approved_by=who)


def record_sent(connection: Connection, po_id: str, sent_on: str, who: str) -> bool:
    """A person says that the supplier has the order since that day. Raises OrderUnknown, OrderState."""
    return _bring(connection, po_id, "sent", sent_on=sent_on, note=f"{who} 记录已下单")


def cancel(connection: Connection, po_id: str, why: str) -> bool:
    """An order that was not sent is not wanted any more. Raises OrderUnknown, OrderState."""
    return _bring(connection, po_id, "cancelled", note=why)


def close(connection: Connection, po_id: str, why: str) -> bool:
    """Nothing more will come of an order that was sent. Raises OrderUnknown, OrderState."""
    changed = _bring(connection, po_id, "closed", note=why)
    mine = (inbound.c.source_id == po_id, inbound.c.state.in_(("open", "part")))
    connection.execute(inbound.update().where(*mine).values(state="closed"))
    return changed


def notify(connection: Connection, asn_id: str, po_id: str, expected_on: str, qty: Mapping[str, int]) -> bool:
    """The supplier announces goods of an order (ASN); the same notice again only moves its day.

    Raises OrderUnknown, OrderState when the order was not sent, NoticeTooLarge, InboundConflict.
    """
    order = _order(connection, po_id)
    lines = tuple(ExpectedLine(code, code, pieces) for code, pieces in sorted(qty.items()))
    expected = Inbound(asn_id, "purchase", po_id, order.warehouse, expected_on, lines)
    known = connection.execute(select(inbound.c.state).where(inbound.c.inbound_id == asn_id)).scalar()
    if known is None:
        if order.state not in ("sent", "part"):
            raise OrderState(po_id, WORDS[order.state], "预约到货")
        _check_notice(connection, po_id, qty)
    return announce(connection, expected)


def _check_notice(connection: Connection, po_id: str, qty: Mapping[str, int]) -> None:
    connection.execute(select(purchase_order.c.state).where(purchase_order.c.po_id == po_id).with_for_update())
    line = purchase_line.c
    ordered = {r.code: r.qty for r in connection.execute(select(line.code, line.qty).where(line.po_id == po_id))}
    i, part = inbound.c, inbound_line.c
    told = dict(
        connection.execute(
            select(part.code, func.sum(part.qty))
            .join_from(inbound, inbound_line, i.inbound_id == part.inbound_id)
            .where(i.source_id == po_id)
            .group_by(part.code)
        ).all()
    )
    for code, pieces in sorted(qty.items()):
        left = ordered.get(code, 0) - int(told.get(code, 0))
        if pieces > left:
            raise NoticeTooLarge(po_id, code, left, pieces)


def receive(connection: Connection, came: Receipt) -> bool:
    """Goods of a notice came: good ones are stock at the order's price, bad ones are refused and still owed.

    Reorder alerts that the goods settle are closed. False when this receipt is in the books.
    Raises InboundUnknown, LineUnknown, ReceiptTooLarge, ReceiptConflict.
    """
    if known_receipt(connection, came):
        return False
    expected, told = write_receipt(connection, came, counted=(GOOD,))
    line = purchase_line.c
    prices = {
        row.code: row.price_fen
        for row in connection.execute(select(line.code, line.price_fen).where(line.po_id == expected.source_id))
    }
    record_moves(
        connection,
        [
            MoveRow("receipt", came.receipt_id, line_no, 1, code, "supplier", expected.warehouse, qty,
                    cost or prices.get(code, 0), came.at, came.file_sha, came.row_no)
            for (line_no, condition, qty, cost), code in told
            if condition == GOOD
        ],
    )  # fmt: skip
    if received(connection, came.inbound_id, (GOOD,)):
        _bring(connection, expected.source_id, _progress(connection, expected.source_id))
    close_alerts(connection, came.at[:10])
    return True


def _progress(connection: Connection, po_id: str) -> str:
    came = received_of_orders(connection)
    line = purchase_line.c
    rows = connection.execute(select(line.code, line.qty).where(line.po_id == po_id))
    return "received" if all(came.get((po_id, code), 0) >= qty for code, qty in rows) else "part"


def _order(connection: Connection, po_id: str) -> Row[Any]:
    row = connection.execute(select(purchase_order).where(purchase_order.c.po_id == po_id)).first()
    if row is None:
        raise OrderUnknown(po_id)
    return row


def _bring(connection: Connection, po_id: str, state: str, **facts: str) -> bool:
    order = _order(connection, po_id)
    if order.state == state:
        return False
    if state not in LEGAL[order.state]:
        raise OrderState(po_id, WORDS[order.state], WORDS[state])
    mine = purchase_order.update().where(purchase_order.c.po_id == po_id)
    connection.execute(mine.values(state=state, **facts))
    return True
