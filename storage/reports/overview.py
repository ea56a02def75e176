"""The first sheet of the morning: what is missing, the key figures, each day's net sales and the outcomes in sum."""

from collections.abc import Mapping
from typing import NamedTuple

from storage.erp.reconciliation.outcomes import OUTCOMES, Outcome
from storage.reports.settlement import WALLETS
from storage.reports.table import COUNTED, FIGURE, Cell, Column, Figure, Period, Table, ratio

TITLE = "总览"
COLUMNS = (
    Column("结论", "", 24),
    Column("笔数", "count", 12),
    Column("账单金额", "fen", 16),
    Column("差额", "fen", 16),
)


class Card(NamedTuple):
    """One key figure with its name and a word on it; `tone` is good, bad or plain."""

    label: str
    figure: Figure
    note: str
    tone: str = "plain"


class Overview(NamedTuple):
    """`table` holds the outcomes and the blocks of the cards; `days` is a row per day, a figure per shop.

    `reasons`: a row per named difference: its name, how many, and their sum.
    """

    table: Table
    cards: list[Card]
    reasons: list[list[Cell]]
    shops: list[str]
    days: list[list[Cell]]


NEEDS = ("ads", "bots", "differences", "missing", "restock", "sales", "settlement")
"""The reports that the overview is made of."""


def build(tables: Mapping[str, Table], period: Period) -> Overview:
    """The overview of the other reports' tables: every figure here is a sum of figures there."""
    table = Table("overview", TITLE, period, COLUMNS)
    cards = [*_sales_cards(tables["sales"]), *_work_cards(table, tables), *_ad_cards(tables["ads"])]
    _outcomes(table, tables["settlement"])
    shops, days = _days(table, tables["sales"])
    return Overview(table, cards, _reasons(table, tables["differences"]), shops, days)


def _sales_cards(sales: Table) -> list[Card]:
    figures = [cell for cell in sales.total if isinstance(cell, Figure)]
    orders, paid, _, _, refunds, net = figures
    share = ratio(refunds.value, paid.value, 10_000)
    return [
        Card("净销售", net, "实付 − 退款"),
        Card("实付金额", paid, "按付款日"),
        Card("付款订单", orders, f"客单价 {_yuan(ratio(paid.value, orders.value, 1))}"),
        Card("退款完成", refunds, f"占实付 {share // 100}.{share % 100:02d} %"),
    ]


def _work_cards(table: Table, tables: Mapping[str, Table]) -> list[Card]:
    differences, missing = tables["differences"], tables["missing"]
    gap = differences.total[7]
    assert isinstance(gap, Figure)
    count = _counted(table, "differences", "待处理差异", differences)
    gaps = _counted(table, "missing", "缺失与等待", missing)
    restock = _counted(table, "restock", "待补货单品", tables["restock"])
    done, waiting = _bot_counts(table, tables["bots"])
    return [
        Card("待处理差异", count, f"差额合计 {_yuan(gap.value)}", "bad" if count.value else "good"),
        Card("缺失与等待", gaps, "明细见下方", "bad" if gaps.value else "good"),
        Card("待补货单品", restock, "可销天数不足 21 天"),
        Card("机器人办成", done, "含原已办妥"),
        Card("机器人未办成", waiting, "失败、被拒绝、等人", "bad" if waiting.value else "good"),
    ]


def _ad_cards(ads: Table) -> list[Card]:
    spend, gmv = ads.total[2], ads.total[7]
    assert isinstance(spend, Figure)
    assert isinstance(gmv, Figure)
    roi = ratio(gmv.value, spend.value, 100)
    return [Card("广告花费", spend, f"投入产出比 {roi // 100}.{roi % 100:02d}")]


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def _counted(table: Table, block_id: str, title: str, of: Table) -> Figure:
    """How many rows a report has, each row being a source by its first figure."""
    block = table.block(block_id, title, (("数量", "count"),))
    for row in of.rows:
        first = next(cell for cell in row if isinstance(cell, Figure))
        block.add("", COUNTED, first.figure_id, 1)
    return table.figure(block, 0)


def _bot_counts(table: Table, bots: Table) -> tuple[Figure, Figure]:
    done = table.block("bots-done", "机器人办成", (("数量", "count"),))
    waiting = table.block("bots-waiting", "机器人未办成", (("数量", "count"),))
    for row in bots.rows:
        figure = row[4]
        if row[0] == "商品与订单" and isinstance(figure, Figure):
            good = row[3] in ("已办", "原已办妥")
            (done if good else waiting).add("", FIGURE, figure.figure_id, figure.value)
    return table.figure(done, 0), table.figure(waiting, 0)


def _outcomes(table: Table, settlement: Table) -> None:
    """The wallets' settlement rows by outcome, in the order of the fifteen; what the bank says is not added to it."""
    numbers = set()
    for row in settlement.rows:
        if row[1] == WALLETS["bank"]:
            continue
        count, amount, _, gap = (cell for cell in row[4:] if isinstance(cell, Figure))
        number = int(count.block_id.rsplit("|", 1)[1])
        numbers.add(number)
        for name, figure in (("笔数", count), ("账单金额", amount), ("差额", gap)):
            block = table.block(f"outcome-{number}-{name}", f"{_outcome(number)} {name}", ((name, figure.unit),))
            block.add("", FIGURE, figure.figure_id, figure.value)
    for number in sorted(numbers):
        blocks = [table.blocks[f"outcome-{number}-{name}"] for name in ("笔数", "账单金额", "差额")]
        table.rows.append([_outcome(number), *(table.figure(block, 0) for block in blocks)])
    table.sum_up("合计", (1, 2, 3))


def _outcome(number: int) -> str:
    return f"{number} {OUTCOMES[Outcome(number)].zh}" if number else "尚未核对"


def _reasons(table: Table, differences: Table) -> list[list[Cell]]:
    """The worklist by named difference, the most money first."""
    names: dict[str, list[Figure]] = {}
    for row in differences.rows:
        gap = row[7]
        if isinstance(gap, Figure):
            names.setdefault(str(row[4]), []).append(gap)
    rows: list[list[Cell]] = []
    for name in sorted(names, key=lambda name: (-abs(sum(gap.value for gap in names[name])), name)):
        count = table.block(f"reason-{name}-笔数", f"差异 {name} 笔数", (("笔数", "count"),))
        total = table.block(f"reason-{name}-差额", f"差异 {name} 差额", (("差额", "fen"),))
        for gap in names[name]:
            count.add("", COUNTED, gap.figure_id, 1)
            total.add("", FIGURE, gap.figure_id, gap.value)
        rows.append([name, table.figure(count, 0), table.figure(total, 0)])
    return rows


def _days(table: Table, sales: Table) -> tuple[list[str], list[list[Cell]]]:
    """Net sales per day and shop, oldest first; a day without sales of a shop is a figure without sources."""
    shops = sorted({str(row[1]) for row in sales.rows})
    net = {(str(row[0]), str(row[1])): row[7] for row in sales.rows}
    days: list[list[Cell]] = []
    for day in sorted({str(row[0]) for row in sales.rows}):
        cells: list[Cell] = [day]
        for shop in shops:
            nothing = table.block("no-sales", "没有销售", (("净销售", "fen"),))
            cells.append(net.get((day, shop)) or table.figure(nothing, 0))
        days.append(cells)
    return shops, days
