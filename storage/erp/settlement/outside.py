"""What bots' results say of commands of settlement: the books follow them, and nothing else (I-25)."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from storage.database.tables import bot_result
from storage.erp.settlement.taken import DONE, REFUSED

SAID_DONE = frozenset({"done", "found_done"})
SAID_NO = frozenset({"rejected"})


def answered(connection: Connection, command_ids: Sequence[str]) -> dict[str, str]:
    """command id -> done | refused, of those that a result row answers; done once is done for good."""
    wanted, r = set(command_ids), bot_result.c
    said: dict[str, str] = {}
    for command_id, outcome in connection.execute(select(r.command_id, r.outcome).order_by(r.at, r.run_id)):
        if command_id not in wanted or said.get(command_id) == DONE:
            continue
        if outcome in SAID_DONE:
            said[command_id] = DONE
        elif outcome in SAID_NO:
            said[command_id] = REFUSED
    return said
