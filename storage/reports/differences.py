"""The worklist of differences: every exception that is open on the period's last day, why, whose, and how old."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from storage.database.bulk import LOOKED_UP_AT_ONCE
from storage.database.tables import bank_line, bill_line, platform_order, recon_item, refund
from storage.erp.reconciliation.board import age
from storage.erp.reconciliation.outcomes import COMPONENTS, DIFFERENCES, OUTCOMES, Outcome
from storage.erp.reconciliation.reading import distinct
from storage.reports.table import Column, Period, Table

TITLE = "差异"
COLUMNS = (
    Column("店铺", "", 14),
    Column("订单号", "", 22),
    Column("费用", "", 12),
    Column("结论", "", 18),
    Column("差异", "", 18),
    Column("账单金额", "fen", 14, metric="statement_amount"),
    Column("应有金额", "fen", 14, metric="statement_expected"),
    Column("差额", "fen", 14, metric="statement_gap"),
    Column("原因", "", 52, wrap=True),
    Column("谁处理", "", 12),
    Column("账龄", "", 10),
    Column("发生时间", "", 20),
)
OPEN: ColumnElement[bool] = literal_column("recon_item.outcome > 2")
"""What the index of open items is over: said as it says it, so that both databases take it."""
OWNERS = {"nobody": "无需处理", "person": "财务", "platform": "平台申诉", "operator": "补导数据"}
MEASURES = (("账单金额", "fen"), ("应有金额", "fen"), ("差额", "fen"))


class _Item(NamedTuple):
    job: str
    side: str
    ref: str
    shop: str
    order_no: str
    component: str
    outcome: int
    difference: str
    amount_fen: int
    expected_fen: int
    group_id: str
    reason: str
    at: str
    decided_by: str

    @property
    def actual_fen(self) -> int:
        """What the statement has: nothing for an expectation without a line."""
        return 0 if self.side == "books" else self.amount_fen

    @property
    def gap_fen(self) -> int:
        """Actual minus expected; of an expectation to pay, what was not taken."""
        return self.actual_fen - self.expected_fen


def build(connection: Connection, period: Period) -> Table:
    """One row per exception up to the last day of the period, the greatest difference first."""
    table = Table("differences", TITLE, period, COLUMNS)
    items = _items(connection, period)
    sources = _sources(connection, items)
    told = {item.group_id for item in items if item.side == "statement"} - {""}
    for item in sorted(items, key=lambda item: (-abs(item.gap_fen), item.at, item.ref)):
        if item.side == "bank" and item.group_id in told:
            continue  # the withdrawal's row tells the same story
        block = table.block(f"{item.job}|{item.side}|{item.ref}", f"差异 {item.order_no or item.ref}", MEASURES)
        sha, row_no = sources.get(_source_key(item), ("", 0))
        block.add(sha, row_no, item.ref, item.actual_fen, item.expected_fen, item.gap_fen)
        figures = [table.figure(block, measure) for measure in range(len(MEASURES))]
        table.rows.append([*_texts(item), *figures, *_ends(item, period)])
    table.sum_up("合计", (7,))
    table.notes.append("差额为正：多到账或少扣；为负：少到账或多扣。人工已定的结论不会被改写。")
    return table


def _items(connection: Connection, period: Period) -> list[_Item]:
    i = recon_item.c
    exceptions = [int(outcome) for outcome, meaning in OUTCOMES.items() if meaning.exception]
    columns = [i[name] for name in _Item._fields]
    query = select(*columns).where(OPEN, i.outcome.in_(exceptions), func.substr(i.at, 1, 10) <= period.last_day)
    return [_Item(*row) for row in connection.execute(query)]


def _texts(item: _Item) -> list[str]:
    meaning = OUTCOMES[Outcome(item.outcome)]
    difference = DIFFERENCES.get(item.difference, (item.difference, ""))[0]
    component = COMPONENTS.get(item.component, item.component)
    return [item.shop, item.order_no, component, f"{item.outcome} {meaning.zh}", difference]


def _ends(item: _Item, period: Period) -> list[str]:
    owner = OWNERS[OUTCOMES[Outcome(item.outcome)].who]
    return [item.reason, item.decided_by or owner, age(item.at[:10], date.fromisoformat(period.last_day)), item.at]


def _source_key(item: _Item) -> tuple[str, ...]:
    if item.side == "bank":
        return ("bank", item.ref)
    if item.side == "statement":
        return ("statement", item.ref)
    kind, _, rest = item.ref.partition(":")
    if kind == "fee":
        return ("statement", rest)
    shop, number, *_ = rest.split(":")
    return (kind, shop, number)


def _sources(connection: Connection, items: Sequence[_Item]) -> dict[tuple[str, ...], tuple[str, int]]:
    """Where each of the items' lines, orders and refunds came from."""
    keys = [_source_key(item) for item in items]
    wanted = {kind: {key[-1] for key in keys if key[0] == kind} for kind in ("order", "refund")}
    found: dict[tuple[str, ...], tuple[str, int]] = {}
    k, o, r = bank_line.c, platform_order.c, refund.c
    found.update(_statement_sources(connection, {key[1] for key in keys if key[0] == "statement"}))
    for account, line_key, sha, row_no in connection.execute(select(k.account, k.line_key, k.file_sha, k.row_no)):
        found["bank", f"{account}|{line_key}"] = (sha, row_no)
    orders = select(o.shop, o.order_no, o.file_sha, o.row_no)
    for shop, number, sha, row_no in _of(connection, orders, o.order_no, wanted["order"]):
        found["order", shop, number] = (sha, row_no)
    refunds = select(r.shop, r.refund_no, r.file_sha, r.row_no)
    for shop, number, sha, row_no in _of(connection, refunds, r.refund_no, wanted["refund"]):
        found["refund", shop, number] = (sha, row_no)
    return found


def _statement_sources(connection: Connection, refs: set[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, int]]]:
    """The lines that are named shop|wallet|flow_no|fee|n, found by their key."""
    b = bill_line.c
    lines = select(b.shop, b.wallet, b.flow_no, b.fee_type, b.n, b.file_sha, b.row_no)
    flows: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for ref in refs:
        flows[tuple(ref.split("|")[:2])].add(_flow_no(ref))
    for platform, shop, wallet in distinct(connection, b.platform, b.shop, b.wallet):
        mine = lines.where(b.platform == platform, b.shop == shop, b.wallet == wallet)
        for *key, sha, row_no in _of(connection, mine, b.flow_no, flows[shop, wallet]):
            yield ("statement", "|".join(map(str, key))), (sha, row_no)


def _flow_no(ref: str) -> str:
    """The line's number out of shop|wallet|flow_no|fee|n; it may have bars itself."""
    return "|".join(ref.split("|")[2:-2])


def _of(connection: Connection, query: Any, column: Any, values: set[str]) -> Iterator[Any]:
    """The rows of the query whose column has one of the values."""
    listed = sorted(values)
    for begin in range(0, len(listed), LOOKED_UP_AT_ONCE):
        yield from connection.execute(query.where(column.in_(listed[begin : begin + LOOKED_UP_AT_ONCE])))
