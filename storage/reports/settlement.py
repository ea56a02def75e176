"""Settlement: every line of the statements by shop, fee class and outcome; per shop the rows sum to the statement."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, func, select

from storage.database.tables import bank_line, bill_line
from storage.erp.reconciliation.outcomes import COMPONENTS, OUTCOMES, Outcome
from storage.reports.facts.copy import facts_of
from storage.reports.facts.settled import BANK, SETTLED, bank_lines, statements
from storage.reports.table import Column, Period, SourceRow, Table

TITLE = "结算"
COLUMNS = (
    Column("店铺 / 账户", "", 26),
    Column("资金账户", "", 11),
    Column("费用", "", 14),
    Column("结论", "", 20),
    Column("笔数", "count", 9, metric="statement_lines"),
    Column("账单金额", "fen", 16, metric="statement_amount"),
    Column("应有金额", "fen", 16, metric="statement_expected"),
    Column("差额", "fen", 14, metric="statement_gap"),
)
MEASURES = tuple((column.title, column.unit) for column in COLUMNS[4:])
WALLETS = {
    "alipay": "支付宝",
    "bank": "银行",
    "douyin": "抖店",
    "jd": "京东钱包",
    "kuaishou": "快手",
    "pdd": "拼多多",
    "personal": "个人账单",
    "qianniu": "千牛聚合账户",
    "wxpay": "微信支付",
    "wxstore": "微信小店",
    "xhs": "小红书",
    "youzan": "有赞",
}


def build(connection: Connection, period: Period) -> Table:
    """One row per (shop, wallet, fee class, outcome) of the lines dated in the period; bank accounts come last."""
    table = Table("settlement", TITLE, period, COLUMNS)
    query = """SELECT owner, wallet, fee, outcome, sum(n)::BIGINT, sum(fen)::BIGINT, sum(expected_fen)::BIGINT,
        sum(fen - expected_fen)::BIGINT FROM settled WHERE day BETWEEN ? AND ? GROUP BY owner, wallet, fee, outcome
        ORDER BY wallet = 'bank', owner, wallet, fee, outcome"""
    for owner, wallet, fee, outcome, *sums in facts_of(connection, SETTLED).rows(query, list(period)):
        words = OUTCOMES[Outcome(outcome)].zh if outcome else "尚未核对"
        name = COMPONENTS.get(fee, fee)
        block = table.block(f"{owner}|{wallet}|{fee}|{outcome}", f"{owner} {name} {words}", MEASURES)
        block.load = partial(_lines, connection, period, (owner, wallet, fee), outcome)
        texts = [owner, WALLETS.get(wallet, wallet), name, f"{outcome} {words}" if outcome else words]
        table.rows.append([*texts, *(table.stated(block, measure, value) for measure, value in enumerate(sums))])
    _sums(table)
    table.notes.append("每一行账单恰有一个结论；小计等于该店铺账单合计，合计不含银行。差额 = 账单金额 − 应有金额。")
    return table


def _lines(connection: Connection, period: Period, whose: tuple[str, str, str], outcome: int) -> Iterator[SourceRow]:
    """The lines behind one row."""
    for sha, row_no, key, fen, expected_fen in connection.execute(_query(period, whose, outcome)):
        expected = fen if expected_fen is None else expected_fen
        yield SourceRow(sha, row_no, key, (1, fen, expected, fen - expected))


def _query(period: Period, whose: tuple[str, str, str], outcome: int) -> Select[Any]:
    owner, wallet, fee = whose
    b, k = bill_line.c, bank_line.c
    if wallet == BANK:
        told = bank_lines()
        columns = (k.file_sha, k.row_no, k.line_key, k.amount_fen, told.expected_fen)
        where = (k.account == owner, k.day.between(*period), func.coalesce(told.outcome, 0) == outcome)
        return select(*columns).select_from(told.lines).where(*where).order_by(k.day, k.line_key)
    told = statements()
    columns = (b.file_sha, b.row_no, b.flow_no, b.amount_fen, told.expected_fen)
    mine = (b.shop == owner, b.wallet == wallet, b.fee_type == fee)
    when = (func.substr(b.at, 1, 10).between(*period), func.coalesce(told.outcome, 0) == outcome)
    lines = select(*columns).select_from(told.lines).where(*mine, *when)
    return lines.order_by(b.at, b.flow_no, b.fee_type, b.n)


def _sums(table: Table) -> None:
    """A subtotal per wallet, which is its statement's total; the total adds the wallets, not what the bank says."""
    columns = range(4, len(COLUMNS))
    owners: dict[tuple[str, str], list[int]] = {}
    for position, row in enumerate(table.rows):
        owners.setdefault((str(row[0]), str(row[1])), []).append(position)
    for (shop, wallet), positions in owners.items():
        rows = [table.rows[position] for position in positions]
        label = f"{shop} {wallet} 小计"
        table.subtotals[positions[-1]] = table.summed(f"sum-{shop}-{wallet}", label, rows, columns)
    statements = [row for row in table.rows if row[1] != WALLETS["bank"]]
    table.total = table.summed("total", "全部店铺合计", statements, columns)
