"""What after-sales cost, by why they happened: 错发, 漏发, 质量, 运输."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from storage.erp.settlement.aftersales import REASONS
from storage.erp.settlement.components import AFTERSALE, COMPONENTS
from storage.reports.facts.copy import Facts, facts_of
from storage.reports.facts.profit import PROFIT
from storage.reports.table import Column, Period, SourceRow, Table, ratio

TITLE = "售后成本"
COLUMNS = (
    Column("原因", "", 12),
    *(Column(COMPONENTS[name].zh, "fen", 14) for name in AFTERSALE),
    Column("合计", "fen", 15),
    Column("占比", "percent", 9),
)
MEASURES = tuple((column.title, column.unit) for column in COLUMNS[1:-1])


def build(connection: Connection, period: Period) -> Table:
    """One row per reason that cost something in the period, in the order of the reasons; they sum to the cost."""
    table = Table("aftersale_cost", TITLE, period, COLUMNS)
    facts = facts_of(connection, PROFIT)
    query = """SELECT reason, component, sum(fen)::BIGINT FROM reason_days WHERE day BETWEEN ?::DATE AND ?::DATE
        GROUP BY ALL"""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for reason, component, fen in facts.rows(query, list(period)):
        found[reason][component] = fen
    whole = sum(sum(by.values()) for by in found.values())
    for reason in (one for one in REASONS if one in found):
        block = table.block(reason, f"售后成本 {REASONS[reason]}", MEASURES)
        block.load = partial(_rows, facts, period, reason)
        parts = [found[reason].get(name, 0) for name in AFTERSALE]
        parts.append(sum(parts))
        share = table.derived(block, ratio(parts[-1], whole, 10_000), "percent", "合计 ÷ 全部售后成本")
        table.rows.append([REASONS[reason], *(table.stated(block, at, fen) for at, fen in enumerate(parts)), share])
    table.sum_up("合计", range(1, len(COLUMNS) - 1))
    table.notes.append(
        "原因：人工标注在先，其次售后单判定的责任方，再次账单备注；都没有的是「未说明」。退款本身不在内。"
    )
    return table


def _rows(facts: Facts, period: Period, reason: str) -> Iterator[SourceRow]:
    query = """SELECT file_sha, row_no, ref, order_no, said, component, sum(fen)::BIGINT FROM parts
        WHERE day BETWEEN ?::DATE AND ?::DATE AND reason = ?
        GROUP BY fed_by, fact_no, day, file_sha, row_no, ref, order_no, said, component ORDER BY day, ref, row_no"""
    for sha, row_no, ref, order_no, said, component, fen in facts.rows(query, [*period, reason]):
        parts = [fen if name == component else 0 for name in AFTERSALE]
        key = f"{ref} 订单 {order_no}（{said}）" if said else ref
        yield SourceRow(sha, row_no, key, (*parts, fen))
