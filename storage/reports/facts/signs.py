"""What tells that the profit of some orders has to be reckoned anew: sums over every table that it is made of, by day.

`CREATED`: by the day that the order was created on, so that whatever happens to it later comes to the same day.
`REST`: by the business day of what is of no known order, and of advertising, which all orders of its day share.
"""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, text

Signs = Mapping[str, str]
DAY = "substr(CASE WHEN o.created_at <> '' THEN o.created_at ELSE o.paid_at END, 1, 10)"


def _of(alias: str) -> str:
    return f"{alias}.platform = o.platform AND {alias}.shop = o.shop AND {alias}.order_no = o.order_no"


def _sub(name: str, alias: str = "n") -> str:
    return f"JOIN order_line n ON n.sub_no = {name} AND n.sub_no <> '' JOIN platform_order o ON {_of(alias)}"


_SPECIAL = "d.order_type IN ('brushing', 'test')"
_BILL = (
    "count(*), sum(b.amount_fen), sum(b.row_no), sum(length(b.fee_type)), min(b.fee_type), max(b.fee_type), max(b.at)"
)
_MOVE = "count(*), sum(m.qty), sum(m.qty * m.unit_cost_fen), max(m.at)"

CREATED: dict[str, tuple[str, str]] = {
    "orders": (
        "platform_order o",
        "count(*), sum(o.paid_fen), sum(o.row_no), sum(o.seller_discount_fen), sum(o.platform_discount_fen),"
        " sum(o.freight_fen), min(o.content_hash), max(o.content_hash), max(o.platform_modified_at),"
        " max(o.finished_at), sum(CASE WHEN o.finished_at <> '' THEN 1 ELSE 0 END),"
        " sum(CASE WHEN o.pay_state IN ('unpaid', 'closed') THEN 0 ELSE o.paid_fen + 1 END)",
    ),
    "no_sales": (
        f"order_detail d JOIN platform_order o ON {_of('d')} AND {_SPECIAL}",
        "count(*), min(o.order_no), max(o.order_no)",
    ),
    "lines": (
        f"order_line n JOIN platform_order o ON {_of('n')}",
        "count(*), sum(n.paid_share_fen), sum(n.qty), sum(n.qty * n.price_fen), sum(n.discount_share_fen),"
        " sum(n.row_no), min(n.code), max(n.code), max(n.waybill_no), sum(length(n.waybill_no))",
    ),
    "refunds": (
        f"refund r JOIN platform_order o ON {_of('r')}",
        "count(*), sum(r.amount_fen), max(r.done_at), sum(CASE WHEN r.done_at <> '' THEN 1 ELSE 0 END),"
        " min(r.status), max(r.status), sum(r.row_no)",
    ),
    "bills": (f"bill_line b JOIN platform_order o ON {_of('b')}", _BILL),
    "bills_of_lines": (f"bill_line b {_sub('b.order_no')}", _BILL),
    "costs": (
        f"cost_move c JOIN platform_order o ON {_of('c')}",
        "count(*), sum(c.qty), sum(c.value_fen), sum(c.back_value_fen), max(c.at)",
    ),
    "moves": (
        f"move m JOIN fulfilment f ON f.fulfilment_id = m.doc_id JOIN platform_order o ON {_of('f')}", _MOVE,
    ),
    "moves_of_lines": (f"move m {_sub('m.doc_line')}", _MOVE),
    "parcels": (
        f"fulfilment f JOIN platform_order o ON {_of('f')}",
        "count(*), sum(f.cost_fen), max(f.waybill_no), sum(length(f.waybill_no)), min(f.state), max(f.state)",
    ),
    "packed": (
        "fulfilment_line p JOIN fulfilment f ON f.fulfilment_id = p.fulfilment_id"
        f" JOIN platform_order o ON {_of('f')}",
        "count(*), sum(p.qty)",
    ),
    "express": (
        "express_bill_line e JOIN fulfilment f ON f.waybill_no = e.waybill_no"
        f" JOIN platform_order o ON {_of('f')}",
        "count(*), sum(e.amount_fen), max(e.day)",
    ),
    "express_of_lines": (
        "express_bill_line e JOIN order_line n ON n.waybill_no = e.waybill_no"
        f" JOIN platform_order o ON {_of('n')}",
        "count(*), sum(e.amount_fen), max(e.day)",
    ),
    "returns": (
        f"rma a JOIN platform_order o ON {_of('a')}", "count(*), max(a.responsible), max(a.replacement_no), min(a.kind)"
    ),
    "resent": (
        "rma a JOIN fulfilment f ON f.order_no = a.replacement_no AND a.replacement_no <> ''"
        f" JOIN move m ON m.doc_id = f.fulfilment_id JOIN platform_order o ON {_of('a')}",
        _MOVE,
    ),
    "back": (
        "receipt t JOIN inbound i ON i.inbound_id = t.inbound_id JOIN rma a ON a.rma_id = i.source_id"
        f" JOIN move m ON m.doc_id = t.receipt_id JOIN platform_order o ON {_of('a')}",
        _MOVE,
    ),
    "by_hand": (f"profit_adjustment a JOIN platform_order o ON {_of('a')}", "count(*), sum(a.amount_fen), max(a.day)"),
    "reasons": (f"aftersale_reason a JOIN platform_order o ON {_of('a')}", "count(*), max(a.n), max(a.recorded_at)"),
}  # fmt: skip

_NOBODYS = (
    "(b.platform, b.shop, b.order_no) NOT IN (SELECT platform, shop, order_no FROM platform_order) AND"
    " (b.platform, b.shop, b.order_no) NOT IN (SELECT platform, shop, sub_no FROM order_line WHERE sub_no <> '')"
)
REST: dict[str, tuple[str, str, str]] = {
    "bills": (f"bill_line b WHERE b.wallet <> 'personal' AND {_NOBODYS}", "substr(b.at, 1, 10)", _BILL),
    "ads": ("ad_day a", "a.day", "count(*), sum(a.spend_fen), sum(a.row_no), max(a.product_id)"),
    "buyers": (
        f"order_line n JOIN platform_order o ON {_of('n')} WHERE o.paid_at <> ''", "substr(o.paid_at, 1, 10)",
        "count(*), sum(n.paid_share_fen), min(n.product_id), max(n.product_id)",
    ),
    "no_sales": (
        f"order_detail d JOIN platform_order o ON {_of('d')} AND {_SPECIAL} WHERE o.paid_at <> ''",
        "substr(o.paid_at, 1, 10)", "count(*), min(o.order_no), max(o.order_no)",
    ),
    "express": (
        "express_bill_line e WHERE e.waybill_no NOT IN (SELECT waybill_no FROM fulfilment WHERE waybill_no <> '')"
        " AND e.waybill_no NOT IN (SELECT waybill_no FROM order_line WHERE waybill_no <> '')",
        "e.day", "count(*), sum(e.amount_fen)",
    ),
    "express_twice": ("express_bill_line e", "e.day", "count(*), sum(e.amount_fen)"),
    "by_hand": ("profit_adjustment a", "a.day", "count(*), sum(a.amount_fen)"),
}  # fmt: skip


def created(connection: Connection) -> Signs:
    """Day of creation -> what the books say of its orders, in one text."""
    return _told(connection, {name: (source, DAY, sums) for name, (source, sums) in CREATED.items()})


def rest(connection: Connection) -> Signs:
    """Business day -> what the books say of what is of no order."""
    return _told(connection, REST)


def _told(connection: Connection, asked: Mapping[str, tuple[str, str, str]]) -> Signs:
    found: dict[str, list[str]] = defaultdict(list)
    for name, (source, day, sums) in asked.items():
        for row in connection.execute(text(f"SELECT {day}, {sums} FROM {source} GROUP BY 1")):
            said = ",".join(value if isinstance(value, str) else str(int(value or 0)) for value in row[1:])
            found[row[0] or ""].append(f"{name}:{said}")
    return {day: "|".join(parts) for day, parts in found.items()}
