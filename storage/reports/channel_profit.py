"""Profit by channel: each shop's orders and its own costs, beside what the ledger says, every difference by name."""

from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import Connection

from storage.erp.finance.chart import CHART, accounts
from storage.erp.finance.vouchers import CLOSING
from storage.erp.reconciliation.words import rate_bp, yuan
from storage.erp.settlement.components import AFTERSALE, INCOME
from storage.erp.settlement.facts import Fact, Span
from storage.erp.settlement.ledger_tie import LedgerProfit, bridge, ledger_lines, unlinked
from storage.erp.settlement.profit import by_channel
from storage.reports.facts.copy import Facts, facts_of
from storage.reports.facts.ledger import LEDGER
from storage.reports.facts.profit import PROFIT
from storage.reports.table import Block, Cell, Chart, Column, Figure, Period, SourceRow, Table, ratio

TITLE = "渠道利润"
FEES = ("commission", "affiliate", "service_fee", "points", "payment_fee")
COLUMNS = (
    Column("平台", "", 12),
    Column("店铺", "", 16),
    Column("净收入", "fen", 15),
    Column("商品成本", "fen", 15),
    Column("毛利", "fen", 15),
    Column("平台费用", "fen", 14),
    Column("广告推广", "fen", 14),
    Column("快递与运费险", "fen", 14),
    Column("售后费用", "fen", 13),
    Column("其他", "fen", 12),
    Column("利润", "fen", 15),
    Column("其中店铺费用", "fen", 14),
    Column("利润率", "percent", 9),
    Column("佣金率", "percent", 9),
    Column("账簿外", "fen", 14),
    Column("账簿利润", "fen", 15),
    Column("与账簿差", "fen", 12),
)
MEASURES = tuple((column.title, column.unit) for column in (*COLUMNS[2:12], COLUMNS[14]))
BOOKED = (("账簿利润", "fen"),)
GAP = (("与账簿差", "fen"),)
NOBODY = "（无店铺）"
PROFIT_AT = 8
PLACES: dict[str, int] = {
    **dict.fromkeys(INCOME, 0),
    "goods_cost": 1,
    **dict.fromkeys(FEES, 3),
    "marketing": 4,
    "freight": 5,
    "insurance": 5,
    **dict.fromkeys(AFTERSALE, 6),
}
"""Which measure a component counts in; any other is 其他."""


def build(connection: Connection, period: Period) -> Table:
    """One row per platform and shop. 账簿外: what management counts and the ledger does not, by name in the notes.

    利润 − 账簿外 = 账簿利润 where the ledger is written up to the last day; what it has and no order does is 与账簿差.
    """
    table = Table("channel_profit", TITLE, period, COLUMNS)
    span = Span(*period)
    source, ledger = facts_of(connection, PROFIT), _ledger(facts_of(connection, LEDGER), span)
    facts = _facts(source, period)
    found = by_channel(facts)
    for channel in sorted(set(found) | {row.channel for row in ledger}):
        booked = _booked(connection, table, span, channel, [row for row in ledger if row.channel == channel])
        table.rows.append(_row(table, source, channel, found.get(channel, []), booked))
    _sums(table)
    table.notes += _notes(facts, ledger)
    table.chart = Chart("bar", 1, (2, 4, 10))
    return table


def _ledger(source: Facts, span: Span) -> list[LedgerProfit]:
    """`ledger_profit` out of the copy."""
    query = """SELECT account, sold_by, shop, sum(cr_fen - dr_fen)::BIGINT FROM sums
        WHERE document_day BETWEEN ? AND ? AND kind <> ? AND account IN (SELECT unnest(?)) GROUP BY ALL ORDER BY ALL"""
    rows = source.rows(query, [*span, CLOSING, accounts("income", "expense")])
    return [LedgerProfit(account, CHART[account].name, (platform, shop), fen) for account, platform, shop, fen in rows]


def _facts(source: Facts, period: Period) -> list[Fact]:
    """What each shop earned and cost, one fact for all of a component and basis; `order_no` only says that there is
    one."""
    query = """SELECT platform, shop, of_order, component, basis, sum(fen)::BIGINT FROM channel_days
        WHERE day BETWEEN ?::DATE AND ?::DATE GROUP BY ALL ORDER BY ALL"""
    return [
        Fact(platform, shop, "*" if of_order else "", "", component, fen, period.last_day, basis, "", 0, "")
        for platform, shop, of_order, component, basis, fen in source.rows(query, list(period))
    ]


def _row(table: Table, source: Facts, channel: tuple[str, str], facts: Sequence[Fact], booked: Figure) -> list[Cell]:
    name, title = "|".join(channel), channel[1] or NOBODY
    block = table.block(name, f"{title} 利润", MEASURES)
    block.load = partial(_source_rows, source, table.period, channel)
    sums = [sum(column) for column in zip(*map(_parts, facts), strict=True)] or [0] * len(MEASURES)
    cells = [table.stated(block, measure, fen) for measure, fen in enumerate(sums)]
    profit, outside = cells[PROFIT_AT], cells[-1]
    share = ratio(profit.value, sums[0], 10_000)
    margin: Cell = table.derived(block, share, "percent", "利润 ÷ 净收入") if sums[0] > 0 else "—"
    gap = table.block(f"gap|{name}", f"{title} 与账簿差", GAP)
    gap.load = partial(_apart, block, table.blocks[booked.block_id])
    rate = _rate(table, source, channel, facts)
    difference = table.stated(gap, 0, booked.value - profit.value + outside.value)
    return [channel[0] or "—", title, *cells[:-1], margin, rate, outside, booked, difference]


def _apart(profit: Block, booked: Block) -> Iterator[SourceRow]:
    """The rows of a difference to the ledger: its voucher lines, and against them what orders have of it."""
    yield from booked.rows
    for row in profit.rows:
        linked = row.parts[PROFIT_AT] - row.parts[-1]
        if linked:
            yield row._replace(key=f"−（{row.key}）", parts=(-linked,))


def _parts(fact: Fact) -> tuple[int, ...]:
    """Net income, goods, gross profit, fees, ads, freight, after-sales, other, profit, the shop's own, unbooked."""
    fen = fact.amount_fen
    parts = [0] * len(MEASURES)
    parts[PLACES.get(fact.component, 7)] = parts[PROFIT_AT] = fen
    parts[2] = parts[0] + parts[1]
    parts[9] = 0 if fact.order_no else fen
    parts[10] = fen if unlinked(fact) else 0
    return tuple(parts)


def _source_rows(source: Facts, period: Period, channel: tuple[str, str], component: str = "") -> Iterator[SourceRow]:
    """The facts of a shop, or those of one component, each with its part in every measure."""
    query = """SELECT platform, shop, order_no, '', component, sum(fen)::BIGINT, '', basis, file_sha, row_no, ref
        FROM parts WHERE day BETWEEN ?::DATE AND ?::DATE AND platform = ? AND shop = ? AND component LIKE ?
        GROUP BY fed_by, fact_no, day, platform, shop, order_no, component, basis, file_sha, row_no, ref
        ORDER BY day, component, ref, row_no"""
    for row in source.rows(query, [*period, *channel, component or "%"]):
        fact = Fact(*row)
        parts = (fact.amount_fen,) if component else _parts(fact)
        yield SourceRow(fact.file_sha, fact.row_no, fact.ref, parts)


def _booked(
    connection: Connection, table: Table, span: Span, channel: tuple[str, str], rows: Sequence[LedgerProfit]
) -> Figure:
    """The ledger's profit of the shop; its voucher lines are read when somebody asks for them."""

    def lines() -> Iterator[SourceRow]:
        for row in rows:
            for line in ledger_lines(connection, span, row.account, channel):
                words = f"凭证 {line.no} 第 {line.n} 行 {row.account} {row.name}：{line.words}"
                yield SourceRow(line.file_sha, line.row_no, words, (line.amount_fen,))

    block = table.block(f"ledger|{'|'.join(channel)}", f"{channel[1] or NOBODY} 账簿利润", BOOKED)
    block.load = lines
    return table.stated(block, 0, sum(row.amount_fen for row in rows))


def _rate(table: Table, source: Facts, channel: tuple[str, str], facts: Sequence[Fact]) -> Cell:
    """What the platform really took as commission, of what the shop sold with tax; empty where it took none."""
    taken = sum(fact.amount_fen for fact in facts if fact.component == "commission")
    base = sum(fact.amount_fen for fact in facts if fact.component in INCOME and fact.component != "output_tax")
    if not any(fact.component == "commission" for fact in facts):
        return ""
    name = "|".join(channel)
    block = table.block(f"rate|{name}", f"{name} 佣金率", (("佣金", "fen"),))
    block.load = partial(_source_rows, source, table.period, channel, "commission")
    words = f"佣金 {yuan(-taken)} ÷ 含税净收入 {yuan(base)}"
    return table.derived(block, rate_bp(taken, base), "percent", words)


def _sums(table: Table) -> None:
    table.sum_up("合计", (*range(2, 12), 14, 15, 16))
    income, profit = table.total[2], table.total[2 + PROFIT_AT]
    if isinstance(income, Figure) and isinstance(profit, Figure) and income.value > 0:
        share = ratio(profit.value, income.value, 10_000)
        table.total[12] = table.derived(table.blocks[profit.block_id], share, "percent", "利润 ÷ 净收入")


def _notes(facts: Sequence[Fact], ledger: Sequence[LedgerProfit]) -> list[str]:
    found = bridge(facts, ledger)
    notes = ["净收入 = 货款 − 优惠 + 买家运费 − 退款 + 平台补贴 − 销项税额；毛利 = 净收入 − 商品成本。"]
    if not ledger:
        return [*notes, "账簿里还没有这些天的凭证，无从核对。"]
    if found.closed:
        notes.append(f"与账簿核对：{len(found.rows)} 个科目逐分一致。")
    wrong = [f"{row.account} {row.name} 差 {yuan(row.gap_fen)}" for row in found.rows if row.gap_fen]
    if wrong:
        notes.append(f"与账簿不一致的科目：{'；'.join(wrong)}。")
    for words, amounts in (("账簿外", found.only_facts), ("只在账簿里", found.only_ledger)):
        if amounts:
            notes.append(f"{words}：{'；'.join(f'{name} {yuan(fen)}' for name, fen in sorted(amounts.items()))}。")
    return notes
