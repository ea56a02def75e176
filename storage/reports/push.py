"""Reports to a group of people: one message for each group and time, published for a bot that sends it.

Nothing is sent before the bot's result says so. A message that could not be sent is published again under a number of
its own; one that waits, was sent or is with a person is not. While a figure disagrees with the books, none goes out.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.bulk import insert_missing
from storage.database.tables import command
from storage.errors import DecisionError
from storage.reports import check
from storage.reports.table import Figure, Table, shown

WORKLIST = "to_notify"
ROWS_MOST = 10
STANDS = frozenset({"published", "person", "done"})


class PushBlocked(DecisionError):
    """A figure of the reports is not what the books say: nobody is sent a wrong one."""

    who = "operator"
    code = "E-PUSH-BLOCKED"
    zh = "没有推送：报表的数和账不一致（{findings}）"
    en = "nothing was sent: figures differ from the books ({findings})"
    zh_hint = "yeban verify 看哪里不一致；改好再推"
    en_hint = "yeban verify says where; send again when it is mended"

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__(findings=list(findings))


class Picture(NamedTuple):
    """A report for a message: the table, its picture's path ("" without one) and where to see the whole of it."""

    table: Table
    image: str
    link: str


def publish(connection: Connection, group: str, slot: str, reports: Sequence[Picture], last_day: date) -> str:
    """Publish the group's message of this slot (`2026-11-21 08:00`); returns the command's id, "" when one stands.

    Raises PushBlocked, and then publishes nothing.
    """
    wrong = check.findings(connection, last_day)
    if wrong:
        raise PushBlocked([finding.message for finding in wrong])
    c = command.c
    known = connection.execute(
        select(c.state).where(c.worklist == WORKLIST, c.shop == group, c.subject == slot).order_by(c.command_id)
    ).scalars()
    states = list(known)
    if STANDS & set(states):
        return ""
    again = f"#{len(states) + 1}" if states else ""
    command_id = f"{WORKLIST}|{group}|{slot}{again}"
    data = {"群": group, "时间": slot, "报表": [_message(one) for one in reports]}
    row = {
        "command_id": command_id,
        "worklist": WORKLIST,
        "shop": group,
        "subject": slot,
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True),
        "reason": f"{slot} 发给 {group}：{'、'.join(one.table.title for one in reports)}"
        + (f"（上次没有发出去，第 {len(states) + 1} 次）" if states else ""),
        "night": slot[:10],
        "state": "published",
    }
    insert_missing(connection, command, [row])
    return command_id


def _message(one: Picture) -> dict[str, object]:
    """What a group gets of one report: its first rows in words, its picture and the link to all of it."""
    table = one.table
    rows = [*table.rows[:ROWS_MOST], *([table.total] if table.total else [])]
    return {
        "标题": f"{table.title} {table.period.first_day} 至 {table.period.last_day}",
        "列": [column.title for column in table.columns],
        "行": [[shown(cell.value, cell.unit) if isinstance(cell, Figure) else cell for cell in row] for row in rows],
        "图": one.image,
        "链接": one.link,
    }
