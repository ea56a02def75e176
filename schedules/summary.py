"""A night in rows and sentences, as the books have it: for the terminal now, for pages and messages later."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from schedules.desk import Desk
from schedules.night_words import did_words
from storage.database.tables import bill_line, bot_result, fulfilment, order_line, platform_order, raw_file, recon_item
from storage.erp.commands.by_hand import played, things
from storage.erp.reconciliation.outcomes import OUTCOMES, Outcome

EXCEPTIONS = [int(outcome) for outcome, meaning in OUTCOMES.items() if meaning.exception]
"""Outcomes that somebody has to look at; the others explain themselves."""


def night_rows(desk: Desk, night: date) -> list[dict[str, Any]]:
    """One row per job of the night: flow, account, stage, message, summary (a dict), run_id."""
    return [row._asdict() for row in desk.jobs.of_night(night.isoformat())]


def book_totals(desk: Desk) -> list[str]:
    """What the books hold now, a few sentences in the reader's language."""
    with desk.database.read() as connection:

        def number(question: Any) -> int:
            return int(connection.execute(question).scalar() or 0)

        def count(table: Any, *conditions: Any) -> int:
            return number(select(func.count()).select_from(table).where(*conditions))

        files, orders, lines = count(raw_file), count(platform_order), count(order_line)
        bills, total = count(bill_line), number(select(func.sum(bill_line.c.amount_fen)))
        differences = count(recon_item, recon_item.c.outcome.in_(EXCEPTIONS))
        pending = count(recon_item, recon_item.c.outcome == int(Outcome.TIMING))
        parcels = count(fulfilment)
        by_outcome = connection.execute(select(bot_result.c.outcome, func.count()).group_by(bot_result.c.outcome))
        did: dict[str, int] = {str(outcome): int(count) for outcome, count in by_outcome}
        by_hand = len(things(connection, played(connection, desk.jobs.newest_night())))
    done = sum(did.values())
    detail = did_words({"outcomes": dict(sorted(did.items()))}, desk.settings.lang)
    if desk.settings.lang == "en":
        return [
            f"{files} files archived · {orders} orders, {lines} lines · {bills} statement lines, sum ¥{yuan(total)}",
            f"reconciliation: {differences} differences to look at, {pending} not yet due · {parcels} parcels",
            f"done outside: {done} rows{detail and f' ({detail})'}",
            *([f"to be done by hand: {by_hand} (yeban todo list)"] if by_hand else []),
        ]
    return [
        f"存档 {files} 个文件 · 订单 {orders} 笔 {lines} 行 · 账单 {bills} 行，合计 ¥{yuan(total)}",
        f"对账：{differences} 处差异要看，{pending} 笔还没到结算时间 · 分货 {parcels} 个包裹",
        f"在后台做的事：{done} 行{detail and f'（{detail}）'}",
        *([f"要人办的事：{by_hand} 件（yeban todo list）"] if by_hand else []),
    ]


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, exactly."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
