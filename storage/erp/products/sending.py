"""Commands of the library: sent once, answered by a bot's result, sent again only where that can help (RPA-05).

A refusal by the platform or by its rules (rejected) is for a person: the same form is not sent again. A failure of the
program or the page (failed) is tried again, another night, at most so many times; then a person looks.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import bot_result, command
from storage.erp.audit.rows import put_all
from storage.erp.commands.wanted import Wanted

ATTEMPTS = 3
CORE = "core"
OPEN = ("published", "person")


class Sent(NamedTuple):
    """A command about one subject, as the books know it."""

    command_id: str
    state: str
    data: str
    night: str
    shop: str
    subject: str


def send(
    connection: Connection, wanted: Iterable[Wanted], night: str, *, attempts: int = ATTEMPTS, again: bool = False
) -> list[Sent]:
    """Write the commands that are due; returns them. A second call for the same night writes none.

    A waiting command that asks for something else than is wanted now is withdrawn first. `again`: what was done once
    may be asked for another night (a state that can change back), else done is done for ever.
    """
    rows, gone = [], []
    for one in wanted:
        earlier = sent_before(connection, one.worklist, one.shop, one.subject)
        data = json.dumps(one.data, ensure_ascii=False, sort_keys=True)
        stale = [sent for sent in earlier if sent.state in OPEN and sent.data != data]
        gone += [{"command_id": sent.command_id, "state": "withdrawn"} for sent in stale]
        state, why = _due(_latest(earlier, data), night, attempts, again=again)
        if state:
            rows.append(_row(one, data, night, earlier, state, one.reason + why))
    put_all(connection, command, gone, who=CORE, why="要办的事变了")
    put_all(connection, command, rows, who=CORE)
    return [Sent(*(str(row[name]) for name in (*Sent._fields[:4], "shop", "subject"))) for row in rows]


def withdraw(connection: Connection, worklist: str, keep: Iterable[tuple[str, str]], *, why: str) -> int:
    """Take back what waits on a worklist and is about none of these (shop, subject) any more."""
    wanted = set(keep)
    c = command.c
    waiting = connection.execute(
        select(c.command_id, c.shop, c.subject).where(c.worklist == worklist, c.state == "published")
    ).all()
    rows = [{"command_id": row.command_id, "state": "withdrawn"} for row in waiting
            if (row.shop, row.subject) not in wanted]  # fmt: skip
    return put_all(connection, command, rows, who=CORE, why=why)


def _latest(earlier: list[Sent], data: str) -> list[Sent]:
    """The last commands that asked for this and nothing else since; what was withdrawn does not count."""
    same: list[Sent] = []
    for sent in earlier:
        if sent.state != "withdrawn":
            same = [*same, sent] if sent.data == data else []
    return same


def _due(live: list[Sent], night: str, attempts: int, *, again: bool) -> tuple[str, str]:
    """(state, addition to the reason) of a new command; state "" when none is due."""
    final = (*OPEN, "rejected") if again else (*OPEN, "rejected", "done")
    if any(sent.state in final for sent in live) or any(sent.night == night for sent in live):
        return "", ""
    since = max((place for place, sent in enumerate(live) if sent.state == "done"), default=-1) + 1
    failed = sum(sent.state == "failed" for sent in live[since:])
    if failed >= attempts:
        return "person", f"；机器人已试 {failed} 次都没成功，等人处理"
    return "published", f"；第 {failed + 1} 次尝试" if failed else ""


def _row(one: Wanted, data: str, night: str, earlier: list[Sent], state: str, reason: str) -> dict[str, object]:
    number = sum(sent.night == night for sent in earlier)
    return {
        "command_id": "|".join((one.worklist, one.shop, one.subject, night)) + (f"#{number + 1}" if number else ""),
        "worklist": one.worklist, "shop": one.shop, "subject": one.subject, "data": data, "reason": reason,
        "night": night, "state": "person" if one.state == "person" else state,
    }  # fmt: skip


def sent_before(connection: Connection, worklist: str, shop: str, subject: str) -> list[Sent]:
    """Every command there ever was about a subject, oldest first."""
    c = command.c
    query = select(c.command_id, c.state, c.data, c.night, c.shop, c.subject).where(
        c.worklist == worklist, c.shop == shop, c.subject == subject
    )
    return [Sent(*row) for row in connection.execute(query.order_by(c.night, c.command_id))]


class Answer(NamedTuple):
    """What a bot said of a command of ours."""

    command_id: str
    worklist: str
    shop: str
    subject: str
    data: dict[str, str]
    outcome: str
    reason: str
    at: str


def answers(connection: Connection, run_id: str, worklists: Iterable[str]) -> list[Answer]:
    """The result rows of one run for commands on these worklists, by command."""
    b, c = bot_result.c, command.c
    query = (
        select(c.command_id, c.worklist, c.shop, c.subject, c.data, b.outcome, b.reason, b.at)
        .join_from(bot_result, command, b.command_id == c.command_id)
        .where(b.run_id == run_id, c.worklist.in_(sorted(worklists)))
        .order_by(c.command_id)
    )
    return [Answer(*row[:4], json.loads(row[4]), *row[5:]) for row in connection.execute(query)]
