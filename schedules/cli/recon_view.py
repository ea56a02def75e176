"""What `yeban recon` shows: tables for people, JSON for machines. Amounts are shown in yuan and told in fen."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import HEAVY_HEAD, SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from schedules.cli.from_books import from_books
from schedules.cli.screen import console, say, tell

if TYPE_CHECKING:
    from storage.erp.reconciliation.authorised import Owed
    from storage.erp.reconciliation.board import Cell, Rate, Sum
    from storage.erp.reconciliation.months import Month
    from storage.erp.reconciliation.worklist import Dossier, Listed, Page

WIDE = 110
"""Columns of a terminal on which amounts of every age fit beside each other."""
LINE = ("at", "flow_no", "fee_type", "amount_fen", "remark")
ORDER = ("platform", "shop", "platform_status", "paid_fen", "platform_discount_fen", "paid_at", "finished_at")
REFUND = ("refund_no", "status", "amount_fen", "done_at")
ITEM = ("side", "component", "outcome", "amount_fen", "expected_fen", "at", "reason")
CANDIDATE = ("rank", "number", "amount_fen", "reason")
DECISION = ("serial", "choice", "who", "why", "decided_at", "undone_by", "undone_why")
HEADS = {
    "amount_fen": ("金额", "amount"), "at": ("日期", "day"), "number": ("编号或订单", "number or order"),
    "choice": ("怎么定", "choice"), "component": ("项目", "about"), "decided_at": ("何时", "when"),
    "done_at": ("完成", "done"), "expected_fen": ("应有", "expected"), "fee_type": ("费用", "fee"),
    "finished_at": ("完成", "finished"), "flow_no": ("流水号", "flow"), "outcome": ("结论", "outcome"),
    "paid_at": ("付款", "paid at"), "paid_fen": ("实付", "paid"), "platform": ("平台", "platform"),
    "platform_discount_fen": ("平台优惠", "platform discount"), "platform_status": ("状态", "status"),
    "rank": ("序", "rank"), "reason": ("原因", "reason"), "refund_no": ("退款单", "refund"),
    "remark": ("备注", "remark"),
    "serial": ("号", "no."), "shop": ("店铺", "shop"), "side": ("哪边", "side"), "status": ("状态", "status"),
    "undone_by": ("谁撤的", "undone by"), "undone_why": ("撤销原因", "why undone"), "who": ("谁", "who"),
    "why": ("为什么", "why"),
}  # fmt: skip


def show_board(cells: "Mapping[Cell, Sum]", rate: "Rate") -> None:
    """Platform and outcome down, age across; each cell with its items and their amount, if the terminal is wide enough.

    On a narrow one only the last column has amounts: an amount is shown whole or not at all.
    """
    from storage.erp.reconciliation.worklist import ages

    if not cells:
        tell("还没有对过账。", "nothing is reconciled yet.")
        return
    rows: dict[tuple[str, int], dict[str, Sum]] = defaultdict(dict)
    for cell, found in cells.items():
        rows[cell.platform, cell.outcome][cell.age] = found
    wide = console.width >= WIDE
    table = Table(
        title=say("对账看板", "reconciliation"), title_justify="left", box=HEAVY_HEAD if wide else SIMPLE_HEAD
    )
    table.add_column(say("平台", "platform"), no_wrap=True)
    table.add_column(say("结论", "outcome"), overflow="fold")
    for step in ages():
        table.add_column(from_books(step) if wide else step.removesuffix("天").strip(), justify="right", no_wrap=True)
    table.add_column(say("合计", "all"), justify="right", no_wrap=True)
    for (platform, outcome), found_of in sorted(rows.items()):
        shown = [_cell([found_of[step]] if step in found_of else [], amount=wide) for step in ages()]
        style = "yellow" if _needs_someone(outcome) else ""
        table.add_row(from_books(platform), _outcome(outcome), *shown, _cell(found_of.values()), style=style)
    console.print(table)
    tell(
        f"不用人管的 {rate.share:.2%}：{rate.automatic} 行；要人或人定的 {rate.manual} 行，在途 {rate.waiting} 行。",
        f"{rate.share:.2%} needed nobody: {rate.automatic} lines; {rate.manual} did, {rate.waiting} wait.",
    )


def board_json(cells: "Iterable[tuple[Cell, Sum]]", rate: "Rate") -> str:
    """The board's cells and the automatic rate."""
    names = ("platform", "outcome", "age", "items", "amount_fen")
    told = [dict(zip(names, (*cell, *found), strict=True)) for cell, found in cells]
    share = {"automatic": rate.automatic, "manual": rate.manual, "waiting": rate.waiting, "share": round(rate.share, 6)}
    return _json({"cells": told, "rate": share})


def show_list(page: "Page") -> None:
    """The list of differences; how to go on from here."""
    if not page.items:
        tell("没有要看的差异。", "No differences to look at.", "green")
        return
    heads = [("编号", "number"), ("平台", "platform"), ("店铺", "shop"), ("订单", "order"), ("结论", "outcome"),
             ("差额", "gap"), ("账龄", "age"), ("原因", "reason"), ("负责", "who")]  # fmt: skip
    table = _table(say("差异", "differences"), heads)
    for item in page.items:
        who = item.decided_by or item.owner
        gap = _yuan(item.gap_fen)
        names = (item.number, from_books(item.platform), item.shop, item.order_no)
        table.add_row(
            *names, _outcome(item.outcome), gap, from_books(item.age), from_books(item.reason), from_books(who)
        )
    console.print(table)
    left = page.total - len(page.items)
    if left:
        tell(f"还有 {left} 项：--rows 或 --xlsx。", f"{left} more: --rows or --xlsx.", "yellow")
    tell("看一项的证据：yeban recon show 编号", "An item's evidence: yeban recon show NUMBER", "dim")


def list_json(page: "Page") -> str:
    """The items of the page and how many there are in all."""
    return _json({"total": page.total, "items": [_told(item) for item in page.items]})


def show_dossier(found: "Dossier") -> None:
    """The item in words, then its evidence, table by table."""
    item = found.item
    heading = f"{item.number}  {_outcome(item.outcome)}  {from_books(item.platform)} {item.shop} {item.order_no}"
    console.print(Text(heading, style="bold"))
    fen = tuple(map(_yuan, (item.expected_fen + item.gap_fen, item.expected_fen, item.gap_fen)))
    amounts = say("实际 {}，应有 {}，差额 {}", "actual {}, expected {}, gap {}").format(*fen)
    console.print(Text(f"  {from_books(item.reason)}"))
    console.print(Text(f"  {amounts}  {from_books(item.age)}  {item.at}"))
    console.print(Text(f"  {'|'.join(item.key)}", style="dim"))
    _evidence(say("同组", "the group"), ITEM, found.group)
    _evidence(say("订单", "the order"), ORDER, found.order)
    _evidence(say("退款", "refunds"), REFUND, found.refunds)
    _evidence(say("账单行", "statement lines"), LINE, found.lines)
    _evidence(say("可能是", "candidates"), CANDIDATE, found.candidates)
    _evidence(say("人的决定", "decisions"), DECISION, found.decisions)
    if not item.decided_by:
        tell(
            f"定它：yeban recon decide {item.number} match|link|accept|ignore|write_off --who 谁 --why 为什么",
            f"decide: yeban recon decide {item.number} match|link|accept|ignore|write_off --who WHO --why WHY",
            "dim",
        )


def dossier_json(found: "Dossier") -> str:
    """The item and its evidence, rows as their tables have them."""
    return _json({**found._asdict(), "item": _told(found.item)})


def show_months(found: "Sequence[Month]") -> None:
    """Closed months first, then the open ones."""
    if not found:
        tell("还没有对过账。", "nothing is reconciled yet.")
        return
    heads = [("月份", "month"), ("项数", "items"), ("账单合计", "sum of lines"), ("还没定", "open"),
             ("结转", "carried"), ("谁关的", "closed by"), ("何时", "when")]  # fmt: skip
    table = _table(say("对账的月份", "months of reconciliation"), heads)
    for month in found:
        closed = month.closed_by or say("未关账", "open")
        numbers = (str(month.items), _yuan(month.total_fen), str(month.open_items), str(month.carried))
        table.add_row(month.month, *numbers, closed, month.recorded_at[:19])
    console.print(table)


def months_json(found: "Sequence[Month]") -> str:
    """The months as rows."""
    return _json([month._asdict() for month in found])


def show_owed(found: "Sequence[Owed]") -> None:
    """What suppliers are owed, the most urgent first."""
    if not found:
        tell("不欠供应商的。", "Suppliers are owed nothing.", "green")
        return
    heads = [("编号", "number"), ("供应商", "supplier"), ("发票", "invoice"), ("还欠", "open"), ("记账", "since"),
             ("到期", "due"), ("批准", "authorised by")]  # fmt: skip
    table = _table(say("应付供应商", "owed to suppliers"), heads)
    for one in found:
        table.add_row(one.number, one.party, one.item, _yuan(one.amount_fen), one.since, one.due_day, one.authorised_by)
    console.print(table)
    tell("批准付款：yeban recon authorise 编号… --who 谁 --why 为什么", "To pay: yeban recon authorise NUMBER…", "dim")


def owed_json(found: "Sequence[Owed]") -> str:
    """What suppliers are owed as rows."""
    return _json([one._asdict() for one in found])


def _told(item: "Listed") -> dict[str, object]:
    return {**item._asdict(), "key": "|".join(item.key), "gap_fen": item.gap_fen}


def _evidence(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    table = _table(title, [HEADS[column] for column in columns])
    for row in rows:
        table.add_row(*(_shown(column, row[column]) for column in columns))
    console.print(table)


def _shown(column: str, value: Any) -> str:
    from storage.erp.reconciliation.outcomes import COMPONENTS

    if column.endswith("_fen"):
        return _yuan(value)
    if column == "outcome":
        return _outcome(value)
    if column in ("fee_type", "component"):
        return from_books(COMPONENTS.get(value, str(value)))
    if column == "reason":
        return from_books(str(value))
    return str(value)[:19] if column == "decided_at" else str(value)


def _table(title: str, heads: Sequence[tuple[str, str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for zh, en in heads:
        table.add_column(say(zh, en), overflow="fold")
    return table


def _cell(found: "Iterable[Sum]", *, amount: bool = True) -> str:
    sums = list(found)
    if not sums:
        return ""
    items = str(sum(one.items for one in sums))
    return f"{items}\n{_yuan(sum(one.amount_fen for one in sums))}" if amount else items


def _outcome(number: int) -> str:
    from storage.erp.reconciliation.outcomes import OUTCOMES, Outcome

    meaning = OUTCOMES[Outcome(number)]
    return f"{number} {say(meaning.zh, meaning.en)}"


def _needs_someone(number: int) -> bool:
    from storage.erp.reconciliation.outcomes import is_exception

    return is_exception(number)


def _yuan(fen: int) -> str:
    from storage.erp.reconciliation.words import yuan

    return yuan(fen)


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1, default=str)
