"""Settlement: every line of the statements by shop, fee class and outcome; per shop the rows sum to the statement."""

from sqlalchemy import Connection, and_, func, literal, select

from storage.database.tables import bank_line, bill_line, recon_item
from storage.erp.reconciliation.outcomes import COMPONENTS, OUTCOMES, Outcome
from storage.reports.table import Column, Period, Table

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
    _statement(connection, table)
    _bank(connection, table)
    for block_id in sorted(table.blocks, key=_order):
        block = table.blocks[block_id]
        shop, wallet, fee, outcome = block_id.split("|")
        words = f"{outcome} {OUTCOMES[Outcome(int(outcome))].zh}" if outcome != "0" else "尚未核对"
        texts = [shop, WALLETS.get(wallet, wallet), COMPONENTS.get(fee, fee), words]
        table.rows.append([*texts, *(table.figure(block, measure) for measure in range(len(MEASURES)))])
    _sums(table)
    table.notes.append("每一行账单恰有一个结论；小计等于该店铺账单合计，合计不含银行。差额 = 账单金额 − 应有金额。")
    return table


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


def _order(block_id: str) -> tuple[bool, str, str, str, int]:
    shop, wallet, fee, outcome = block_id.split("|")
    return wallet == "bank", shop, wallet, fee, int(outcome)


def _add(table: Table, owner: tuple[str, str, str], outcome: int | None, source: tuple[str, int, str], fen: int,
         expected_fen: int | None) -> None:  # fmt: skip
    """A line that reconciliation has not seen yet counts as not reconciled, outcome 0."""
    number = outcome or 0
    block_id = "|".join((*owner, str(number)))
    words = f"{OUTCOMES[Outcome(number)].zh}" if number else "尚未核对"
    title = f"{owner[0]} {COMPONENTS.get(owner[2], owner[2])} {words}"
    expected = fen if expected_fen is None else expected_fen
    table.block(block_id, title, MEASURES).add(*source, 1, fen, expected, fen - expected)


def _statement(connection: Connection, table: Table) -> None:
    b, i = bill_line.c, recon_item.c
    bar = literal("|")
    ref = b.shop + bar + b.wallet + bar + b.flow_no + bar + b.fee_type + bar + func.cast(b.n, bill_line.c.shop.type)
    joined = bill_line.outerjoin(recon_item, and_(i.side == "statement", i.ref == ref))
    query = (
        select(b.shop, b.wallet, b.fee_type, b.file_sha, b.row_no, b.flow_no, b.amount_fen, i.outcome, i.expected_fen)
        .select_from(joined)
        .where(func.substr(b.at, 1, 10).between(*table.period))
        .order_by(b.shop, b.at, b.flow_no, b.fee_type, b.n)
    )
    for shop, wallet, fee, sha, row_no, flow_no, fen, outcome, expected in connection.execute(query):
        _add(table, (shop, wallet, fee), outcome, (sha, row_no, flow_no), fen, expected)


def _bank(connection: Connection, table: Table) -> None:
    k, i = bank_line.c, recon_item.c
    joined = bank_line.outerjoin(recon_item, and_(i.side == "bank", i.ref == k.account + literal("|") + k.line_key))
    query = (
        select(k.account, k.file_sha, k.row_no, k.line_key, k.amount_fen, i.outcome, i.expected_fen)
        .select_from(joined)
        .where(k.day.between(*table.period))
        .order_by(k.account, k.day, k.line_key)
    )
    for account, sha, row_no, line_key, fen, outcome, expected in connection.execute(query):
        _add(table, (account, "bank", "bank"), outcome, (sha, row_no, line_key), fen, expected)
