"""How much will be sold, by which method, and how well that method did: the back-test beside each forecast."""

import json
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, Row, func, select

from storage.database.tables import sku
from storage.database.tables.purchasing import forecast
from storage.erp.forecast.book import MEAN, TITLES, chosen_ids, demand_of_day
from storage.erp.forecast.clean import FLAG_WORDS
from storage.reports.table import Cell, Column, Figure, Period, SourceRow, Table, ratio

TITLE = "销量预测"
DAYS = 30
HIGH_BP = 9500
SHOWN_DAYS = 6
COLUMNS = (
    Column("商家编码", "", 16),
    Column("商品", "", 26),
    Column("方法", "", 12),
    Column(f"{DAYS} 日预测", "pieces", 11),
    Column(f"{DAYS} 日 95 % 分位", "pieces", 13),
    Column("周误差", "percent", 10),
    Column("上周同日误差", "percent", 13),
    Column("分位损失", "ratio", 10),
    Column("分位内", "count", 9),
    Column("检验次数", "count", 10),
    Column("覆盖率", "percent", 10),
    Column("另作处理的日子", "", 44, True),
    Column("说明", "", 60, True),
    Column("预测编号", "", 34),
)
MEASURES = (
    (f"{DAYS} 日预测", "pieces"),
    (f"{DAYS} 日 95 % 分位", "pieces"),
    ("分位内", "count"),
    ("检验次数", "count"),
)


def build(connection: Connection, period: Period) -> Table:
    """One row per code that was forecast after the period's last day (or the last such day before), the most first."""
    table = Table("forecast", TITLE, period, COLUMNS)
    f = forecast.c
    last_day = connection.execute(select(func.max(f.last_day)).where(f.last_day <= period.last_day)).scalar()
    if not last_day:
        table.notes.append("还没有预测：先写供货规则，夜里就会按销量预测。")
        return table
    codes = connection.execute(select(f.code).where(f.last_day == last_day).distinct()).scalars().all()
    chosen = chosen_ids(connection, last_day, codes)
    mean, high = (demand_of_day(connection, last_day, DAYS, bp) for bp in (MEAN, HIGH_BP))
    scores = {row.forecast_id: row for row in connection.execute(select(forecast).where(f.last_day == last_day)).all()}
    titles = dict(connection.execute(select(sku.c.code, sku.c.title)).all())
    for code, name in sorted(chosen.items(), key=lambda one: (-mean[one[1]], one)):
        table.rows.append(_row(table, scores[name], mean[name], high[name], titles.get(code, "")))
    table.sum_up("合计", (3, 8, 9))
    covered, checked = sum(row.covered for row in scores.values()), sum(row.checked for row in scores.values())
    table.notes.append(
        f"数据到 {last_day}。滚动回测比较周合计误差（WAPE），不如「上周同日」就用上周同日；"
        f"95 % 分位的检验 {checked} 次，{covered} 次在分位内（{ratio(covered, checked, 10_000) / 100:.1f} %）。"
    )
    return table


def _row(table: Table, row: Row[str], mean_milli: int, high_milli: int, title: str) -> list[Cell]:
    block = table.block(row.code, f"{row.code} 预测", MEASURES)
    mean, high = -(-mean_milli // 1000), -(-high_milli // 1000)
    block.load = partial(_source, row, mean, high, row.covered, row.checked)
    said = json.loads(row.data)
    tried = said["tried"]
    words = "，".join(f"{TITLES[name]} {score['wape_bp'] / 100:.1f} %" for name, score in sorted(tried.items()))
    return [
        row.code,
        title,
        TITLES[row.method],
        table.stated(block, 0, mean),
        table.stated(block, 1, high),
        _error(table, row, "周误差", row.wape_bp, f"{row.origins} 次回测，周合计误差 ÷ 周销量：{words}"),
        _error(table, row, "上周同日误差", row.naive_wape_bp, f"{row.origins} 次回测，用上周同日预测的周误差"),
        table.derived(block, ratio(row.pinball_milli, 10, 1), "ratio", "95 % 分位的平均分位损失，件"),
        table.stated(block, 2, row.covered),
        table.stated(block, 3, row.checked),
        table.derived(block, ratio(row.covered, row.checked, 10_000), "percent", f"{row.covered} ÷ {row.checked}"),
        _set_apart(said["set_apart"]),
        row.words,
        row.forecast_id,
    ]


def _set_apart(days: Sequence[tuple[str, str, int, float]]) -> str:
    """The newest days whose figure is not taken as it is: what was sold, and what counts as ordinary instead."""
    shown = [f"{day} {FLAG_WORDS[flag]} {actual} → {base:g}" for day, flag, actual, base in days[-SHOWN_DAYS:]]
    more = f"；另有 {len(days) - SHOWN_DAYS} 天" if len(days) > SHOWN_DAYS else ""
    return "；".join(shown) + more


def _source(row: Row[str], *parts: int) -> list[SourceRow]:
    return [SourceRow("", 0, f"预测 {row.forecast_id}", parts)]


def _error(table: Table, row: Row[str], title: str, wape_bp: int, formula: str) -> Figure:
    block = table.block(f"{row.code}/{title}", f"{row.code} {title}", ((title, "percent"),))
    block.load = partial(_source, row, wape_bp)
    return table.derived(block, wape_bp, "percent", formula)
