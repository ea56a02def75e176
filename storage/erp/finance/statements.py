"""The three statements (资产负债表, 利润表, 现金流量表) out of the vouchers, by days, platform and shop.

Every cell says which accounts (and for cash flows which contra accounts) it adds up; `drill` lists its voucher lines.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, select

from storage.database.tables.ledger import jv, jv_line
from storage.erp.finance.chart import (
    CHART,
    PAYABLE,
    PREPAID,
    RECEIVABLE,
    cash_accounts,
)
from storage.erp.finance.ledger import balances
from storage.erp.finance.open_items import open_items
from storage.erp.finance.vouchers import CLOSING


class Row(NamedTuple):
    """One line of a statement. `accounts`: what it adds up; `sign`: +1 where debit counts up, -1 where credit does.

    A row without accounts is worked out from the rows above it (`of` names them).
    """

    key: str
    title: str
    amount_fen: int
    accounts: tuple[str, ...] = ()
    sign: int = 1
    of: tuple[str, ...] = ()


class Span(NamedTuple):
    """Days, both included, and the platform and shop that are meant; "" is all of them."""

    first_day: str
    last_day: str
    platform: str = ""
    shop: str = ""

    @property
    def where(self) -> dict[str, str]:
        """The dimensions that are asked for."""
        return {name: value for name, value in (("platform", self.platform), ("shop", self.shop)) if value}


class Totals(Protocol):
    """What statements add up: the books themselves (`Books`), or a copy of their sums."""

    def sums(self, span: Span, kinds_left_out: Sequence[str] = ()) -> Mapping[str, int]:
        """account -> debit less credit, of vouchers dated in the span."""

    def sides(self, span: Span) -> Mapping[tuple[str, bool], int]:
        """(account of SPLIT_ROWS, owed to us) -> its open items of that side at the end of the span."""

    def flows(self, span: Span) -> Mapping[str, int]:
        """account -> what money moved against it, + in."""


class Books:
    """The sums of the ledger itself."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def sums(self, span: Span, kinds_left_out: Sequence[str] = ()) -> Mapping[str, int]:
        """account -> debit less credit."""
        rows = balances(self.connection, first_day=span.first_day, last_day=span.last_day,
                        kinds_left_out=kinds_left_out, **span.where)  # fmt: skip
        return {row.account: row.balance_fen for row in rows}

    def sides(self, span: Span) -> Mapping[tuple[str, bool], int]:
        """Both sides of the control accounts."""
        found: dict[tuple[str, bool], int] = defaultdict(int)
        for item in open_items(self.connection, SPLIT, span.last_day):
            if (not span.platform or item.platform == span.platform) and (not span.shop or item.shop == span.shop):
                found[item.account, item.amount_fen > 0] += item.amount_fen
        return found

    def flows(self, span: Span) -> Mapping[str, int]:
        """account -> what money moved against it."""
        found: dict[str, int] = defaultdict(int)
        for line in cash_lines(self.connection, span):
            found[line.account] += line.amount_fen
        return found


def _row(sums: Mapping[str, int], key: str, title: str, prefixes: Iterable[str], sign: int) -> Row:
    named = tuple(sorted(number for number in CHART if number.startswith(tuple(prefixes))))
    return Row(key, title, sign * sum(sums.get(number, 0) for number in named), named, sign)


PROFIT_ROWS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("revenue", "一、营业收入", ("6001", "6051"), -1),
    ("cost_of_sales", "减：营业成本", ("6401", "6402"), 1),
    ("taxes", "税金及附加", ("6403",), 1),
    ("selling", "销售费用", ("6601",), 1),
    ("administration", "管理费用", ("6602",), 1),
    ("finance", "财务费用", ("6603",), 1),
    ("other_income", "加：营业外收入", ("6301",), -1),
    ("other_expense", "减：营业外支出", ("6711",), 1),
    ("income_tax", "减：所得税费用", ("6801",), 1),
)


def profit_and_loss(connection: Connection, span: Span) -> list[Row]:
    """利润表: income and expense of the days, without the closing vouchers that carry them away; ends with 净利润."""
    return profit_rows(Books(connection), span)


def profit_rows(totals: Totals, span: Span) -> list[Row]:
    """The same out of sums."""
    sums = totals.sums(span, (CLOSING,))
    rows = [_row(sums, key, title, prefixes, sign) for key, title, prefixes, sign in PROFIT_ROWS]
    net = sum(-row.sign * row.amount_fen for row in rows)
    return [*rows, Row("net_profit", "净利润", net, of=tuple(row.key for row in rows))]


SHEET_ROWS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("cash", "货币资金", ("1001", "1002", "1012"), 1),
    ("other_receivables", "其他应收款", ("1221",), 1),
    ("stock", "存货", ("1405", "1406", "1901"), 1),
    ("return_costs", "应收退货成本", ("1475",), 1),
    ("fixed", "固定资产", ("1601", "1602"), 1),
    ("loans", "短期借款", ("2001",), -1),
    ("salaries", "应付职工薪酬", ("2211",), -1),
    ("tax_due", "应交税费", ("2221",), -1),
    ("other_payables", "其他应付款", ("2241",), -1),
    ("returns_owed", "预计负债", ("2801",), -1),
    ("capital", "实收资本", ("4001",), -1),
    ("undistributed", "未分配利润", ("4103", "4104", "6"), -1),
)
SPLIT_ROWS: tuple[tuple[str, str, str, str, str], ...] = (
    (RECEIVABLE, "receivable", "应收账款", "received_ahead", "合同负债（预收货款）"),
    (PREPAID, "prepaid", "预付款项", "prepaid_owed", "应付账款（预付账户透支）"),
    (PAYABLE, "payable_ahead", "预付款项（应付账款借方）", "payable", "应付账款"),
    ("220202", "accrued_ahead", "预付款项（暂估借方）", "accrued", "应付账款-暂估"),
)
"""Control accounts stand on both sides: items that are owed to us and items that we owe are never set off."""
SPLIT = tuple(row[0] for row in SPLIT_ROWS)
ASSETS = (
    "cash", "receivable", "prepaid", "payable_ahead", "accrued_ahead", "other_receivables", "stock", "return_costs",
    "fixed",
)  # fmt: skip
LIABILITIES = (
    "loans", "payable", "accrued", "prepaid_owed", "received_ahead", "salaries", "tax_due", "other_payables",
    "returns_owed",
)  # fmt: skip
EQUITY = ("capital", "undistributed")


def balance_sheet(connection: Connection, span: Span) -> list[Row]:
    """资产负债表 at the end of `last_day`: assets, then liabilities and equity, and both totals, which are equal.

    The profit of months that are not closed yet is part of 未分配利润. With a platform or shop it is that part of the
    books, whose totals are equal only where every voucher stays within it.
    """
    return sheet_rows(Books(connection), span)


def sheet_rows(totals: Totals, span: Span) -> list[Row]:
    """The same out of sums."""
    sums, sides = totals.sums(span._replace(first_day="")), totals.sides(span)
    found = {key: _row(sums, key, title, prefixes, sign) for key, title, prefixes, sign in SHEET_ROWS}
    for number, ours, ours_title, theirs, theirs_title in SPLIT_ROWS:
        found[ours] = Row(ours, ours_title, sides.get((number, True), 0), (number,), 1)
        found[theirs] = Row(theirs, theirs_title, -sides.get((number, False), 0), (number,), -1)
    assets = [found[key] for key in ASSETS]
    owed = [found[key] for key in LIABILITIES]
    own = [found[key] for key in EQUITY]
    return [
        *assets,
        Row("assets", "资产总计", sum(row.amount_fen for row in assets), of=ASSETS),
        *owed,
        *own,
        Row("liabilities_and_equity", "负债和所有者权益总计", sum(row.amount_fen for row in (*owed, *own)),
            of=LIABILITIES + EQUITY),
    ]  # fmt: skip


FLOWS: dict[str, str] = {
    "operating_sales": "销售商品、提供劳务收到的现金",
    "operating_purchases": "购买商品、接受劳务支付的现金",
    "operating_staff": "支付给职工以及为职工支付的现金",
    "operating_tax": "支付的各项税费",
    "operating_other": "其他与经营活动有关的现金",
    "investing": "投资活动产生的现金流量净额",
    "financing": "筹资活动产生的现金流量净额",
    "opening": "期初建账",
    "exchange": "汇率变动对现金的影响",
}


class CashLine(NamedTuple):
    """A line that stands against money: its part of the movement, + in."""

    no: str
    n: int
    account: str
    amount_fen: int


def cash_lines(connection: Connection, span: Span) -> list[CashLine]:
    """What money moved against: the other lines of every voucher with money on it. Transfers between accounts of ours
    have none; the sum is the movement of the money accounts, to the fen."""
    line = jv_line.c
    money = sorted(cash_accounts())
    with_money = select(line.no).where(line.account.in_(money))
    where = [line[name] == value for name, value in span.where.items()]
    query = (
        select(line.no, line.n, line.account, line.cr_fen - line.dr_fen)
        .join_from(jv_line, jv, jv.c.no == line.no)
        .where(line.account.not_in(money), line.no.in_(with_money), jv.c.day.between(span.first_day, span.last_day),
               *where)
        .order_by(line.no, line.n)
    )  # fmt: skip
    return [CashLine(*row) for row in connection.execute(query)]


def cash_flow(connection: Connection, span: Span) -> list[Row]:
    """现金流量表 (direct method): each kind of flow, the net change, and money at the start and at the end."""
    return flow_rows(Books(connection), span)


def flow_rows(totals: Totals, span: Span) -> list[Row]:
    """The same out of sums."""
    sums: dict[str, int] = defaultdict(int)
    for account, fen in totals.flows(span).items():
        sums[CHART[account].flow] += fen
    rows = [
        Row(
            key,
            title,
            sums.get(key, 0),
            tuple(sorted(n for n, one in CHART.items() if one.flow == key and not one.cash)),
        )
        for key, title in FLOWS.items()
    ]
    money = tuple(sorted(cash_accounts()))
    held = totals.sums(span._replace(first_day="", last_day=_eve(span.first_day)))
    before = sum(held.get(account, 0) for account in money)
    change = Row("net_change", "现金净增加额", sum(row.amount_fen for row in rows), of=tuple(FLOWS))
    start = Row("cash_start", "期初现金余额", before, money)
    end = Row("cash_end", "期末现金余额", before + change.amount_fen, of=("cash_start", "net_change"))
    return [*rows, change, start, end]


def _eve(day: str) -> str:
    """A text that sorts right before the day."""
    return f"{day[:8]}{int(day[8:]) - 1:02d}" if day else ""


ROWS: dict[str, Callable[[Totals, Span], list[Row]]] = {
    "balance_sheet": sheet_rows,
    "profit_and_loss": profit_rows,
    "cash_flow": flow_rows,
}
STATEMENTS = {"balance_sheet": balance_sheet, "profit_and_loss": profit_and_loss, "cash_flow": cash_flow}


def by_month(connection: Connection, name: str, spans: Sequence[Span]) -> dict[Span, list[Row]]:
    """One statement for several spans side by side: months, platforms, shops."""
    return {span: STATEMENTS[name](connection, span) for span in spans}
