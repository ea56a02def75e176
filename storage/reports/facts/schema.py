"""The facts: which columns, from which rows of the books, and what is compared before a day is believed.

Every fact has `day`, the business day by which it is fed: of an order and its lines the day it was created, so that
later states of it come to the same day. Moments are timestamps of Asia/Shanghai; one that cannot be read is NULL.
"""

from dataclasses import dataclass

SALE = """day VARCHAR, platform VARCHAR, shop VARCHAR, order_no VARCHAR, sub_no VARCHAR, code VARCHAR, title VARCHAR,
    product_id VARCHAR, qty BIGINT, sold_fen BIGINT, pay_state VARCHAR, paid_at TIMESTAMP, province VARCHAR,
    city VARCHAR, file_sha VARCHAR, row_no INTEGER"""

TABLES = {
    "orders": """day VARCHAR, platform VARCHAR, shop VARCHAR, order_no VARCHAR, pay_state VARCHAR, ship_state VARCHAR,
        created_at TIMESTAMP, paid_at TIMESTAMP, shipped_at TIMESTAMP, latest_ship_at TIMESTAMP, paid_fen BIGINT,
        seller_discount_fen BIGINT, platform_discount_fen BIGINT, province VARCHAR, city VARCHAR, file_sha VARCHAR,
        row_no INTEGER""",
    "lines": f"{SALE}, rest BOOLEAN, is_bundle BOOLEAN",
    "bundle_parts": SALE,
    "refunds": """day VARCHAR, platform VARCHAR, shop VARCHAR, refund_no VARCHAR, order_no VARCHAR, amount_fen BIGINT,
        created_at TIMESTAMP, done_at TIMESTAMP, reason VARCHAR, file_sha VARCHAR, row_no INTEGER""",
    "bills": """day VARCHAR, platform VARCHAR, shop VARCHAR, wallet VARCHAR, flow_no VARCHAR, fee_type VARCHAR,
        order_no VARCHAR, amount_fen BIGINT, billed_at TIMESTAMP, file_sha VARCHAR, row_no INTEGER""",
    "moves": """day VARCHAR, code VARCHAR, from_place VARCHAR, to_place VARCHAR, qty BIGINT, value_fen BIGINT,
        n BIGINT""",
    "bundles": "code VARCHAR, component VARCHAR, qty BIGINT, weight BIGINT",
    "fed": "fact VARCHAR, day VARCHAR, said VARCHAR",
    "meta": "name VARCHAR, said VARCHAR",
}
"""`rest`: what an order was paid beyond its lines' shares (freight), or short of them: so lines sum to orders."""

_SOLD = ", ".join(column.split()[0] for column in SALE.split(","))
VIEWS = {
    "parts": f"SELECT {_SOLD} FROM lines WHERE NOT is_bundle UNION ALL SELECT {_SOLD} FROM bundle_parts",
}


@dataclass(frozen=True, slots=True)
class Feed:
    """How one fact comes from the books.

    `source`: its FROM; `day`: the expression of its day; `columns`: name in the fact -> expression over the source;
    `moments`: columns that become timestamps; `checked`: sums over the source that a day is known by, each with what it
    is in the fact ("" where the fact does not hold it: then it only tells that the day has changed).
    """

    fact: str
    source: str
    day: str
    columns: dict[str, str]
    moments: tuple[str, ...]
    checked: tuple[tuple[str, str], ...]
    own: str = "TRUE"  # rows of the fact that come from the books


def _same(*names: str, of: str) -> dict[str, str]:
    return {name: f"{of}.{name}" for name in names}


ORDER_DAY = "substr(CASE WHEN o.created_at <> '' THEN o.created_at ELSE o.paid_at END, 1, 10)"
_NO_SALE = """(platform, shop, order_no) NOT IN
    (SELECT platform, shop, order_no FROM order_detail WHERE order_type IN ('brushing', 'test'))"""
SALES = f"(SELECT * FROM platform_order WHERE {_NO_SALE}) o"
"""Brushing and test orders count for no figure (OMS-58); they stand in the pool, and with the orders that are held."""
LINES_OF = f"""order_line n JOIN {SALES}
    ON n.platform = o.platform AND n.shop = o.shop AND n.order_no = o.order_no"""

FEEDS = {
    "orders": Feed(
        "orders",
        SALES,
        ORDER_DAY,
        _same("platform", "shop", "order_no", "pay_state", "ship_state", "created_at", "paid_at", "shipped_at",
              "latest_ship_at", "paid_fen", "seller_discount_fen", "platform_discount_fen", "province", "city",
              "file_sha", "row_no", of="o"),
        ("created_at", "paid_at", "shipped_at", "latest_ship_at"),
        (("count(*)", "count(*)"), ("sum(o.paid_fen)", "sum(paid_fen)"), ("sum(o.row_no)", "sum(row_no)"),
         ("sum(o.seller_discount_fen + o.platform_discount_fen)",
          "sum(seller_discount_fen + platform_discount_fen)"),
         ("sum(CASE WHEN o.pay_state = 'unpaid' THEN 0 ELSE o.paid_fen END)",
          "sum(CASE WHEN pay_state = 'unpaid' THEN 0 ELSE paid_fen END)"),
         ("sum(CASE WHEN o.ship_state = 'shipped' THEN o.paid_fen + 1 ELSE 0 END)",
          "sum(CASE WHEN ship_state = 'shipped' THEN paid_fen + 1 ELSE 0 END)"),
         ("min(o.content_hash)", ""), ("max(o.content_hash)", ""), ("max(o.platform_modified_at)", ""),
         ("max(o.exported_at)", ""), ("max(o.shipped_at)", ""), ("sum(o.refunded_fen)", "")),
    ),
    "lines": Feed(
        "lines",
        LINES_OF,
        ORDER_DAY,
        {**_same("platform", "shop", "order_no", "sub_no", "code", "title", "product_id", "qty", of="n"),
         "sold_fen": "n.paid_share_fen", **_same("pay_state", "paid_at", "province", "city", of="o"),
         **_same("file_sha", "row_no", of="n")},
        ("paid_at",),
        (("count(*)", "count(*)"), ("sum(n.paid_share_fen)", "sum(sold_fen)"), ("sum(n.qty)", "sum(qty)"),
         ("sum(n.row_no)", "sum(row_no)"), ("min(n.code)", ""), ("max(n.code)", ""),
         ("max(n.platform_modified_at)", ""), ("sum(o.row_no)", ""), ("min(o.content_hash)", ""),
         ("max(o.content_hash)", ""), ("sum(CASE WHEN o.pay_state = 'unpaid' THEN 0 ELSE n.paid_share_fen END)",
          "sum(CASE WHEN pay_state = 'unpaid' THEN 0 ELSE sold_fen END)")),
        "NOT rest",
    ),
    "refunds": Feed(
        "refunds",
        f"(SELECT * FROM refund WHERE {_NO_SALE}) r"
        " LEFT JOIN raw_row w ON w.file_sha = r.file_sha AND w.row_no = r.row_no"
        " LEFT JOIN raw_file t ON t.file_sha = r.file_sha",
        "substr(CASE WHEN r.created_at <> '' THEN r.created_at ELSE r.done_at END, 1, 10)",
        {**_same("platform", "shop", "refund_no", "order_no", "amount_fen", "created_at", "done_at", of="r"),
         "reason": "coalesce(t.titles, '') || '\n' || coalesce(w.payload, '')", **_same("file_sha", "row_no", of="r")},
        ("created_at", "done_at"),
        (("count(*)", "count(*)"), ("sum(r.amount_fen)", "sum(amount_fen)"), ("sum(r.row_no)", "sum(row_no)"),
         ("sum(CASE WHEN r.done_at <> '' THEN r.amount_fen ELSE 0 END)",
          "sum(CASE WHEN done_at IS NOT NULL THEN amount_fen ELSE 0 END)"),
         ("max(r.done_at)", ""), ("max(r.exported_at)", "")),
    ),
    "bills": Feed(
        "bills",
        "bill_line b",
        "substr(b.at, 1, 10)",
        {**_same("platform", "shop", "wallet", "flow_no", "fee_type", "order_no", "amount_fen", of="b"),
         "billed_at": "b.at", **_same("file_sha", "row_no", of="b")},
        ("billed_at",),
        (("count(*)", "count(*)"), ("sum(b.amount_fen)", "sum(amount_fen)"), ("sum(b.row_no)", "sum(row_no)"),
         ("sum(length(b.fee_type))", "sum(length(fee_type))"),
         ("sum(CASE WHEN b.fee_type IN ('payment', 'refund') THEN b.amount_fen ELSE 0 END)",
          "sum(CASE WHEN fee_type IN ('payment', 'refund') THEN amount_fen ELSE 0 END)")),
    ),
    "moves": Feed(
        "moves",
        """(SELECT substr(at, 1, 10) AS day, code, from_place, to_place, sum(qty) AS qty,
            sum(qty * unit_cost_fen) AS value_fen, count(*) AS n FROM move
            GROUP BY substr(at, 1, 10), code, from_place, to_place) m""",
        "m.day",
        _same("code", "from_place", "to_place", "qty", "value_fen", "n", of="m"),
        (),
        (("sum(m.n)", "sum(n)"), ("sum(m.qty)", "sum(qty)"), ("sum(m.value_fen)", "sum(value_fen)")),
    ),
}  # fmt: skip
