"""The list of differences as a workbook: one sheet of rows, one of what to put right once and many rows are settled."""

import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from storage.erp.reconciliation.board import Cell, Sum
from storage.erp.reconciliation.months import Month
from storage.erp.reconciliation.outcomes import COMPONENTS, DIFFERENCES, OUTCOMES, Outcome
from storage.erp.reconciliation.worklist import Listed

HEADS = ("编号", "平台", "店铺", "订单号", "项目", "结论", "差异", "实际（元）", "应有（元）", "差额（元）", "账龄",
         "日期", "原因", "负责", "人工结论")  # fmt: skip
MONEY = (7, 8, 9)
CAUSES = ("差异", "平台", "店铺", "项数", "差额合计（元）", "例：编号")
MONTHS = ("月份", "项数", "账单合计（元）", "还没定", "结转", "谁关的", "何时")
BOARD = ("平台", "结论", "账龄", "项数", "账单金额（元）")


def worklist_book(items: Sequence[Listed]) -> bytes:
    """Rows as they are listed, and how many of them share a cause, the commonest first."""
    rows = [(*_words(item), item.amount_fen, item.expected_fen, item.gap_fen, *_ends(item)) for item in items]
    found: dict[tuple[str, str, str], list[Listed]] = defaultdict(list)
    for item in items:
        found[difference_words(item), item.platform, item.shop].append(item)
    causes = [(*cause, len(some), sum(one.gap_fen for one in some), some[0].number) for cause, some in found.items()]
    causes.sort(key=lambda row: (-row[3], row[:3]))
    return _book({"差异": (HEADS, rows, MONEY), "同类原因": (CAUSES, causes, (4,))})


def board_book(cells: Sequence[tuple[Cell, Sum]]) -> bytes:
    """The board, one cell a row, and its sums by platform and outcome."""
    rows = [(cell.platform, outcome_words(cell.outcome), cell.age, one.items, one.amount_fen) for cell, one in cells]
    items: Counter[tuple[str, str]] = Counter()
    fen: Counter[tuple[str, str]] = Counter()
    for platform, outcome, _, count, amount in rows:
        items[platform, outcome] += count
        fen[platform, outcome] += amount
    sums = [(*owner, count, fen[owner]) for owner, count in sorted(items.items())]
    heads = (*BOARD[:2], *BOARD[3:])
    return _book({"看板": (BOARD, rows, (4,)), "合计": (heads, sums, (3,))})


def months_book(found: Sequence[Month]) -> bytes:
    """The months, closed and open."""
    return _book({"月份": (MONTHS, [tuple(month) for month in found], (2,))})


def outcome_words(outcome: int) -> str:
    """An outcome's number and name."""
    return f"{outcome} {OUTCOMES[Outcome(outcome)].zh}"


def difference_words(item: Listed) -> str:
    """The difference's name, else what the line is about."""
    return DIFFERENCES.get(item.difference, (item.difference or outcome_words(item.outcome), ""))[0]


def _words(item: Listed) -> tuple[str, ...]:
    component = COMPONENTS.get(item.component, item.component)
    names = (item.number, item.platform, item.shop, item.order_no, component)
    return (*names, outcome_words(item.outcome), difference_words(item))


def _ends(item: Listed) -> tuple[str, ...]:
    return item.age, item.at, item.reason, item.owner, item.decided_by


def _book(sheets: dict[str, tuple[Sequence[str], Sequence[Sequence[Any]], Sequence[int]]]) -> bytes:
    """Text as text (nothing is computed, no number is rounded), money as yuan, the heads kept in sight."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        for name, (heads, rows, amounts) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, heads, bold)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
            for row_no, row in enumerate(rows, 1):
                for place, value in enumerate(row):
                    if place in amounts:
                        sheet.write_number(row_no, place, value / 100, money)
                    elif isinstance(value, int):
                        sheet.write_number(row_no, place, value)
                    else:
                        sheet.write_string(row_no, place, value)
            sheet.autofit()
    return target.getvalue()
