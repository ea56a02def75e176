"""What the core wants done outside and no flow does, or nobody but a person may decide.

A person answers like a bot, with a result row: nothing is done in the books before it is there.
"""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select

from storage.database.tables import command, job

NIGHTS = 7


class Title(NamedTuple):
    """What a worklist asks for, in both languages, and whose work that is."""

    zh: str
    en: str
    who_zh: str
    who_en: str


TITLES: dict[str, Title] = {
    "to_delist": Title("下架商品", "take off the shelf", "运营", "operations"),
    "to_edit": Title("改商品资料", "edit products", "运营", "operations"),
    "to_enrol": Title("报名活动", "enrol in campaigns", "运营", "operations"),
    "to_invoice": Title("开发票", "issue invoices", "财务", "finance"),
    "to_list": Title("上架商品", "put on the shelf", "运营", "operations"),
    "to_refund": Title("退款给买家", "refund buyers", "客服", "service"),
    "to_set_stock": Title("改平台库存数", "set stock figures", "运营", "operations"),
    "to_ship_batch": Title("批量填运单号", "enter waybills by sheet", "仓库", "warehouse"),
    "to_ship_form": Title("逐单填运单号", "enter waybills one by one", "仓库", "warehouse"),
    "to_ship_own": Title("寄出换货、补发和手工单", "send replacements and orders of our own", "仓库", "warehouse"),
}


class Thing(NamedTuple):
    """One thing to do: `wants` are the worklist's fields, `why` the core's sentence.

    `state`: published (no flow does it), or person (a flow would, and somebody has to look or to decide first).
    """

    command_id: str
    worklist: str
    shop: str
    subject: str
    night: str
    why: str
    state: str
    wants: dict[str, str]


def played(connection: Connection, night: str) -> frozenset[str]:
    """The worklists that flows of this night or of the six before it that had jobs worked through.

    Not of this night alone: a single run in the afternoon is a night with one job. The fourth part of a job's key names
    its worklist.
    """
    nights = select(job.c.night).where(job.c.night <= night).distinct().order_by(job.c.night.desc()).limit(NIGHTS)
    known = connection.execute(nights).scalars().all()
    keys = connection.execute(select(job.c.job_key).where(job.c.night.in_(known))).scalars()
    return frozenset((key.split("|") + [""] * 4)[3] for key in keys) - {""}


def things(connection: Connection, by_flows: Collection[str], night: str = "9999") -> list[Thing]:
    """Commands, up to this night, that no flow plays or that wait for a person; the oldest of each kind first."""
    c = command.c
    unplayed = and_(c.state == "published", c.worklist.not_in(sorted(by_flows)))
    query = (
        select(c.command_id, c.worklist, c.shop, c.subject, c.night, c.reason, c.state, c.data)
        .where(or_(unplayed, c.state == "person"), c.night <= night)
        .order_by(c.worklist, c.shop, c.night, c.command_id)
    )
    return [Thing(*row[:7], json.loads(row.data or "{}")) for row in connection.execute(query)]


def release(connection: Connection, found: Iterable[Thing]) -> int:
    """Those that waited for a person are the bots' again; returns how many. A second call releases none."""
    ids = [one.command_id for one in found]
    mine = command.update().where(command.c.command_id.in_(ids), command.c.state == "person")
    return connection.execute(mine.values(state="published")).rowcount


def answer_lines(found: Iterable[Thing], outcome: str, who: str, why: str, at: datetime) -> bytes:
    """Result rows as a bot would write them (one JSON object per line), with the name of the person who says so."""
    lines = [
        json.dumps(
            {
                "worklist": one.worklist, "outcome": outcome, "key": one.subject, "shop": one.shop,
                "reason": f"{who}：{why}" if why else who, "at": at.isoformat(),
                "data": {**one.wants, "_id": one.command_id},
            },
            ensure_ascii=False, sort_keys=True,
        )
        for one in found
    ]  # fmt: skip
    return "\n".join([*lines, ""]).encode()
