"""What to buy now: the newest purchase plan, its arithmetic in columns, and why it differs from the last."""

from sqlalchemy import Connection, Row, select

from storage.database.tables import sku
from storage.database.tables.purchasing import purchase_plan, purchase_suggestion, reorder_alert
from storage.reports.table import Cell, Column, Period, Table

TITLE = "采购建议"
COLUMNS = (
    Column("商家编码", "", 16),
    Column("商品", "", 26),
    Column("仓库", "", 10),
    Column("供应商", "", 14),
    Column("预测需求", "pieces", 10),
    Column("安全库存", "pieces", 10),
    Column("可用", "pieces", 10),
    Column("在途", "pieces", 10),
    Column("晚到不计", "pieces", 10),
    Column("建议采购", "pieces", 11),
    Column("采购金额", "fen", 13),
    Column("补货点", "pieces", 10),
    Column("预警", "", 14),
    Column("算式", "", 52, True),
    Column("与上次不同", "", 40, True),
)
MEASURES = (
    ("预测需求", "pieces"),
    ("安全库存", "pieces"),
    ("可用", "pieces"),
    ("在途", "pieces"),
    ("晚到不计", "pieces"),
    ("建议采购", "pieces"),
    ("采购金额", "fen"),
    ("补货点", "pieces"),
)
SUMMED = (9, 10)


def build(connection: Connection, period: Period) -> Table:
    """One row per code and warehouse of the newest plan up to the morning after the period, the dearest order first."""
    table = Table("replenishment", TITLE, period, COLUMNS)
    plan_id = newest_plan(connection, period.night)
    if not plan_id:
        table.notes.append("还没有采购计划：先写供货规则（供应商、交期、起订量、箱规、价格），夜里就会做计划。")
        return table
    titles = dict(connection.execute(select(sku.c.code, sku.c.title)).all())
    since = _open_since(connection)
    s = purchase_suggestion.c
    query = select(purchase_suggestion).where(s.plan_id == plan_id)
    for row in connection.execute(query.order_by(s.amount_fen.desc(), s.code, s.warehouse)):
        table.rows.append(_row(table, row, titles.get(row.code, ""), since.get((row.code, row.warehouse), "")))
    table.sum_up("合计", SUMMED)
    table.notes.append(
        f"计划 {plan_id}。建议 = 预测需求 + 安全库存 − 可用 − 在途，再按起订量和箱规向上取整；够卖就不建议。"
    )
    return table


def newest_plan(connection: Connection, last_day: str) -> str:
    """The id of the newest plan of a day up to `last_day`; "" when there is none."""
    p = purchase_plan.c
    plans = connection.execute(select(p.day, p.plan_id).where(p.day <= last_day)).all()
    return max(((row.day, int(row.plan_id.rpartition("#")[2]), row.plan_id) for row in plans), default=("", 0, ""))[2]


def _row(table: Table, row: Row[str], title: str, since: str) -> list[Cell]:
    block = table.block(f"{row.code}/{row.warehouse}", f"{row.code} {row.warehouse}", MEASURES)
    block.add(
        "", 0, f"采购计划 {row.plan_id}，预测 {row.forecast_id}", row.demand_qty, row.safety_qty, row.available_qty,
        row.incoming_qty, row.late_qty, row.qty, row.amount_fen, row.reorder_qty,
    )  # fmt: skip
    figures = [table.figure(block, measure) for measure in range(len(MEASURES))]
    alert = f"{since} 起低于补货点" if since else ""
    return [row.code, title, row.warehouse, row.supplier, *figures, alert, row.words, row.reason]


def _open_since(connection: Connection) -> dict[tuple[str, str], str]:
    a = reorder_alert.c
    rows = connection.execute(select(a.code, a.warehouse, a.opened_on).where(a.state == "open"))
    return {(code, warehouse): opened_on for code, warehouse, opened_on in rows}
