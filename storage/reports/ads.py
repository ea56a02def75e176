"""Advertising: spend and what it brought, by shop and plan."""

from sqlalchemy import Connection, select

from storage.database.tables import ad_day
from storage.reports.table import Block, Cell, Column, Period, Table, ratio

TITLE = "广告"
COLUMNS = (
    Column("店铺", "", 14),
    Column("计划", "", 26),
    Column("花费", "fen", 14, metric="ad_spend"),
    Column("展现量", "count", 12, metric="ad_impressions"),
    Column("点击量", "count", 10, metric="ad_clicks"),
    Column("点击率", "percent", 10, metric="ad_click_rate"),
    Column("成交笔数", "count", 10, metric="ad_orders"),
    Column("成交金额", "fen", 15, metric="ad_gmv"),
    Column("投入产出比", "ratio", 12, metric="ad_return"),
)
MEASURES = (("花费", "fen"), ("展现量", "count"), ("点击量", "count"), ("成交笔数", "count"), ("成交金额", "fen"))


def build(connection: Connection, period: Period) -> Table:
    """One row per shop and plan with spend in the period, the greatest spend first."""
    table = Table("ads", TITLE, period, COLUMNS)
    a = ad_day.c
    parts = (a.spend_fen, a.impressions, a.clicks, a.orders, a.gmv_fen)
    query = (
        select(a.shop, a.plan, a.file_sha, a.row_no, a.day, a.product_id, *parts)
        .where(a.day.between(*period))
        .order_by(a.shop, a.plan, a.day, a.product_id)
    )
    for shop, plan, sha, row_no, day, product, *values in connection.execute(query):
        block = table.block(f"{shop}|{plan}", f"{shop} {plan}", MEASURES)
        block.add(sha, row_no, f"{day} {product}", *values)
    for block in sorted(table.blocks.values(), key=lambda block: (-block.total(0), block.block_id)):
        table.rows.append([*block.block_id.split("|", 1), *_figures(table, block)])
    table.sum_up("合计", (2, 3, 4, 6, 7))
    table.notes.append("点击率 = 点击量 ÷ 展现量；投入产出比 = 成交金额 ÷ 花费。")
    return table


def _figures(table: Table, block: Block) -> list[Cell]:
    spend, shown, clicks, _, gmv = (block.total(measure) for measure in range(len(MEASURES)))
    rate = table.derived(block, ratio(clicks, shown, 10_000), "percent", f"{clicks} ÷ {shown}")
    roi = table.derived(block, ratio(gmv, spend, 100), "ratio", "成交金额 ÷ 花费")
    one, two, three, four, five = (table.figure(block, measure) for measure in range(len(MEASURES)))
    return [one, two, three, rate, four, five, roi]
