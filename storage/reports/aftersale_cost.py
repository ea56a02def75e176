"""What after-sales cost, by why they happened: 错发, 漏发, 质量, 运输."""

from sqlalchemy import Connection

from storage.erp.settlement.aftersales import REASONS, cost_by_reason, reasons
from storage.erp.settlement.components import AFTERSALE, COMPONENTS
from storage.erp.settlement.facts import Span
from storage.erp.settlement.profit import gather
from storage.reports.table import Column, Period, Table, ratio

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
    why = reasons(connection)
    found = cost_by_reason(gather(connection, Span(*period)).facts, why)
    whole = sum(fact.amount_fen for facts in found.values() for fact in facts)
    for reason, facts in found.items():
        block = table.block(reason, f"售后成本 {REASONS[reason]}", MEASURES)
        for fact in facts:
            parts = [fact.amount_fen if name == fact.component else 0 for name in AFTERSALE]
            said = why.get(fact.order)
            key = f"{fact.ref} 订单 {fact.order_no}（{said.words}）" if said else fact.ref
            block.add(fact.file_sha, fact.row_no, key, *parts, fact.amount_fen)
        share = table.derived(block, ratio(block.total(-1), whole, 10_000), "percent", "合计 ÷ 全部售后成本")
        table.rows.append([REASONS[reason], *(table.figure(block, at) for at in range(len(MEASURES))), share])
    table.sum_up("合计", range(1, len(COLUMNS) - 1))
    table.notes.append(
        "原因：人工标注在先，其次售后单判定的责任方，再次账单备注；都没有的是「未说明」。退款本身不在内。"
    )
    return table
