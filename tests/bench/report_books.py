"""What the bench of reports puts beside its orders: profit, ledger and settlement by column, and rows of the books.

Everything follows from the synthetic orders of tests/bench/reports.py by arithmetic.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert

from storage.database.tables import ad_day, job, raw_file, raw_receipt, reservation
from storage.database.tables.purchasing import forecast, forecast_quantile, purchase_plan
from storage.database.tables.purchasing import purchase_suggestion as suggestion
from storage.reports.facts import ledger, profit, settled

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_AT_ONCE = 50_000
ADS_A_DAY = 60
LAST_DAY, NIGHT = "2026-11-30", "2026-12-01"

PROFIT = """INSERT INTO parts BY NAME SELECT 'order ' || day AS fed_by, day::DATE + c.later::INTEGER AS day, platform,
    shop, order_no, c.component, 'actual' AS basis, (sold_fen * c.bp // 10000)::BIGINT AS fen, code, code AS sold_as,
    '' AS reason, '' AS said, file_sha, row_no, '子订单 ' || sub_no AS ref, 1 AS fact_no
    FROM facts.main.lines, (VALUES ('goods', 10000, 7), ('goods_cost', -6000, 7), ('output_tax', -1150, 7),
    ('commission', -200, 9)) c(component, bp, later) WHERE pay_state <> 'unpaid'"""
AFTERSALES = """INSERT INTO parts BY NAME SELECT 'order ' || day AS fed_by, day::DATE AS day, platform, shop, order_no,
    'compensation' AS component, 'actual' AS basis, -500 AS fen, '' AS code, '' AS sold_as,
    CASE row_no % 3 WHEN 0 THEN 'quality' WHEN 1 THEN 'transport' ELSE 'unsaid' END AS reason, '' AS said, file_sha,
    row_no, '售后 ' || order_no AS ref, 2 AS fact_no FROM facts.main.orders WHERE row_no % 90 = 0"""
LEDGER = (
    """INSERT INTO sums BY NAME SELECT substr(day, 1, 7) AS month, day, day AS document_day, 'revenue' AS kind,
    a.account, platform, shop, platform AS sold_by, sum(CASE WHEN a.sign > 0 THEN fen ELSE 0 END)::BIGINT AS dr_fen,
    sum(CASE WHEN a.sign < 0 THEN fen ELSE 0 END)::BIGINT AS cr_fen
    FROM (SELECT day, platform, shop, sum(paid_fen)::BIGINT AS fen FROM facts.main.orders GROUP BY ALL),
    (VALUES ('1122', 1), ('6001', -1), ('1002', 1), ('1122', -1)) a(account, sign) GROUP BY ALL""",
    """INSERT INTO items BY NAME SELECT substr(day, 1, 7) AS month, day, '1122' AS account, platform, shop,
    platform AS party, order_no AS item, CASE k WHEN 0 THEN paid_fen ELSE -paid_fen // 2 END AS fen
    FROM facts.main.orders, range(2) t(k)""",
    """INSERT INTO against_money BY NAME SELECT substr(day, 1, 7) AS month, day, '1122' AS account, platform, shop,
    sum(paid_fen)::BIGINT AS fen FROM facts.main.orders GROUP BY ALL""",
    "INSERT INTO fed SELECT DISTINCT month, '' FROM sums",
)
SETTLED = """INSERT INTO settled BY NAME SELECT day, shop AS owner, wallet, fee_type AS fee, 1 + hash(flow_no) % 15 AS
    outcome, count(*) AS n, sum(amount_fen)::BIGINT AS fen, sum(amount_fen)::BIGINT AS expected_fen
    FROM facts.main.bills GROUP BY ALL ORDER BY day"""


_SHOP = {"platform": "platform", "shop": "shop"}
_WHO = {**_SHOP, "order_no": "order_no"}
_FROM = {"file_sha": "file_sha", "row_no": "row_no"}
WRITTEN: dict[str, dict[str, str]] = {
    "platform_order": {
        **_WHO, "content_hash": "hash(order_no)::VARCHAR", "pay_state": "pay_state", "ship_state": "ship_state",
        "paid_fen": "paid_fen", "goods_fen": "paid_fen + 150", "seller_discount_fen": "100",
        "platform_discount_fen": "50", "province": "province", "city": "city",
        "created_at": "created_at::VARCHAR", "paid_at": "paid_at::VARCHAR",
        "shipped_at": "coalesce(shipped_at::VARCHAR, '')", "latest_ship_at": "latest_ship_at::VARCHAR",
        "finished_at": "CASE WHEN pay_state = 'paid' THEN (created_at + INTERVAL 7 DAY)::VARCHAR ELSE '' END", **_FROM,
    },
    "order_line": {
        **_WHO, "sub_no": "sub_no", "product_id": "product_id", "code": "code", "title": "title", "qty": "qty",
        "price_fen": "sold_fen // qty", "paid_share_fen": "sold_fen", **_FROM,
    },
    "refund": {
        **_SHOP, "refund_no": "refund_no", "order_no": "order_no", "amount_fen": "amount_fen",
        "created_at": "created_at::VARCHAR", "done_at": "done_at::VARCHAR", "status": "'success'", **_FROM,
    },
}  # fmt: skip
SOURCES = {"platform_order": "orders", "order_line": "lines", "refund": "refunds"}


def fill_copies(made: "DuckDBPyConnection", folder: Path) -> dict[str, Path]:
    """The other copies, made from the one of sales; their files by name."""
    paths = {}
    for kind, statements in ((profit.PROFIT, (PROFIT, AFTERSALES)), (ledger.LEDGER, LEDGER),
                             (settled.SETTLED, (SETTLED,))):  # fmt: skip
        paths[kind.name] = folder / f"facts-{kind.name}.duckdb"
        made.execute(f"ATTACH '{paths[kind.name]}' AS beside")
        made.execute("USE beside")
        kind.create(made)
        for statement in statements:
            made.execute(statement)
        if kind is profit.PROFIT:
            profit.roll_up(made)
        if kind is ledger.LEDGER:
            ledger.roll_up(made)
        made.execute("USE facts")
        made.execute("DETACH beside")
    return paths


def fill_books(connection: Connection, made: "DuckDBPyConnection") -> None:
    """Rows of the books that reports read there: orders, statement lines and their outcomes, ads, jobs, forecasts."""
    _orders(connection, made)
    _statements(connection, made)
    days = [f"2026-{month:02d}-{day:02d}" for month in range(1, 12) for day in range(1, 29)]
    lines = made.execute("SELECT count(*) FROM lines").fetchone()
    plans = ADS_A_DAY if lines and lines[0] >= 100_000 else 1
    ads = [
        {"platform": "p1", "shop": f"shop_{n % 12}", "day": day, "plan": f"计划 {n}", "product_id": f"G{n}",
         "spend_fen": 100 + n, "impressions": 1000, "clicks": 10, "orders": 1, "gmv_fen": 9900, "file_sha": "a",
         "row_no": n}
        for day in days for n in range(plans)
    ]  # fmt: skip
    connection.execute(insert(ad_day), ads)
    connection.execute(insert(job), [
        {"job_key": f"{NIGHT}/{n}", "night": NIGHT, "position": n, "flow": "orders", "account": f"shop_{n}",
         "stage": "ingested"}
        for n in range(60)
    ])  # fmt: skip
    _plans(connection, made)


def _orders(connection: Connection, made: "DuckDBPyConnection") -> None:
    for table, columns in WRITTEN.items():
        names = ", ".join(columns)
        told = ", ".join(columns.values())
        _copy(connection, made, table, names, f"SELECT {told} FROM {SOURCES[table]} ORDER BY 1, 2, 3, 4")
    kinds = (("practice_orders", ""), ("practice_refunds", ""), ("practice_alipay", "alipay"))
    came = [(f"{kind}-{n}", kind, wallet, n) for kind, wallet in kinds for n in range(12)]
    connection.execute(insert(raw_file), [
        {"file_sha": sha, "kind": kind, "wallet": wallet, "platform": f"p{n % 4}", "state": "read", "name": sha}
        for sha, kind, wallet, n in came
    ])  # fmt: skip
    connection.execute(insert(raw_receipt), [
        {"file_sha": sha, "name": f"{sha}.csv", "shop": f"shop_{n}", "owner": f"shop_{n}", "period_from": "2025-12-01",
         "period_to": "2026-11-28" if n else LAST_DAY}
        for sha, _, _, n in came
    ])  # fmt: skip


def _statements(connection: Connection, made: "DuckDBPyConnection") -> None:
    _copy(
        connection, made, "bill_line",
        "platform, shop, wallet, flow_no, fee_type, n, order_no, amount_fen, at, file_sha, row_no",
        "SELECT platform, shop, wallet, flow_no, fee_type,"
        " (fee_type = 'payment')::INTEGER, order_no,"
        " amount_fen, billed_at::VARCHAR, file_sha, row_no FROM bills",
    )  # fmt: skip
    _copy(
        connection, made, "recon_item",
        "job, side, ref, shop, order_no, component, outcome, amount_fen, expected_fen, reason, at",
        "SELECT 'orders', 'statement', shop || '|' || wallet || '|' || flow_no || '|' || fee_type ||"
        " '|' || (fee_type = 'payment')::INTEGER, shop, order_no, fee_type,"
        " CASE row_no % 900 WHEN 7 THEN 10 ELSE 1 END, amount_fen, amount_fen, '金额不符',"
        " billed_at::VARCHAR FROM bills",
    )  # fmt: skip


def _copy(connection: Connection, made: "DuckDBPyConnection", table: str, names: str, query: str) -> None:
    marks = ", ".join("?" for _ in names.split(","))
    found = made.cursor().execute(query)
    while rows := found.fetchmany(ROWS_AT_ONCE):
        connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _plans(connection: Connection, made: "DuckDBPyConnection") -> None:
    """A forecast of every code, and a plan of what to buy."""
    codes = [row[0] for row in made.execute("SELECT DISTINCT code FROM lines WHERE code <> '' ORDER BY 1").fetchall()]
    heads, quantiles = [], []
    for code in codes:
        name = f"{code}@{LAST_DAY}"
        heads.append({"forecast_id": name, "code": code, "last_day": LAST_DAY, "method": "seasonal_naive",
                      "wape_bp": 3000, "naive_wape_bp": 3500, "pinball_milli": 900, "origins": 4, "covered": 9,
                      "checked": 10, "words": "上周同日",
                      "data": '{"tried": {"seasonal_naive": {"wape_bp": 3000}}, "set_apart": []}'})  # fmt: skip
        quantiles += [{"forecast_id": name, "quantile_bp": bp,
                       "cumulative_milli": json.dumps([1500 * day + bp for day in range(1, 61)])}
                      for bp in (0, 9500)]  # fmt: skip
    connection.execute(insert(forecast), heads)
    connection.execute(insert(forecast_quantile), quantiles)
    connection.execute(insert(reservation), [
        {"owner": f"O{n}", "code": code, "warehouse": "wh1", "qty": 5_000, "state": "held"}
        for n, code in enumerate(codes)
    ])  # fmt: skip
    plan = f"{NIGHT}#1"
    connection.execute(insert(purchase_plan), [{"plan_id": plan, "day": NIGHT}])
    connection.execute(insert(suggestion), [
        {"plan_id": plan, "code": code, "warehouse": f"wh{n % 3}", "supplier": "S", "demand_qty": 30, "qty": 20,
         "amount_fen": 30_000, "words": "30 + 5 − 15", "forecast_id": f"{code}@{LAST_DAY}"}
        for n, code in enumerate(codes)
    ])  # fmt: skip
