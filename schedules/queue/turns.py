"""Politeness for all workers of one database: so many runs at a site at once, so long between the beginnings of two.

A turn is a run's as long as its ticket is: when its process dies, the turn ends with the lease. It has no heartbeat.
"""

from datetime import timedelta

from sqlalchemy import Connection, func, select, update

from schedules.queue import board
from schedules.queue.board import job, now_of
from storage.database.connection import Database
from storage.database.moments import moment, stamp
from storage.database.tables.desk import host_turn

LOOK_AGAIN = timedelta(milliseconds=500)
KEPT = timedelta(hours=2)
"""How long a turn that is over is remembered: longer than any two beginnings are to lie apart."""
turn = host_turn.c


class TicketTurns:
    """The turns of one run, by the ticket that it holds."""

    def __init__(self, database: Database, ticket: str) -> None:
        """In the books of `database`."""
        self._database = database
        self._ticket = ticket

    def begin(self, host: str, at_once: int, gap_ms: int) -> float:
        """0 when it is this run's turn at the site from now on, else the seconds after which to ask again."""
        with self._database.write() as connection:
            return begin(connection, host, self._ticket, at_once, timedelta(milliseconds=gap_ms)).total_seconds()

    def end(self, host: str) -> None:
        """The run is not at the site any more."""
        with self._database.write() as connection:
            end(connection, host, self._ticket)


def begin(connection: Connection, host: str, ticket: str, at_once: int, gap: timedelta) -> timedelta:
    """Nothing when it is this ticket's turn from now on, else how long to wait before asking again.

    `at_once`: runs at the site at a time, 0 for any number; `gap`: between the beginnings of two.
    """
    board.alone(connection)
    now = now_of(connection)
    others = (turn.host == host) & (turn.ticket_key != ticket)
    held = select(job.ticket_key).where(job.state == "leased", job.lease_until > stamp(now))
    there = others & (turn.ended_at == "") & turn.ticket_key.in_(held)
    if at_once and connection.execute(select(func.count()).where(there)).scalar_one() >= at_once:
        return LOOK_AGAIN
    began = moment(str(connection.execute(select(func.max(turn.started_at)).where(others)).scalar() or ""))
    if began is not None and timedelta() < (left := began + gap - now) <= gap:  # a clock set back keeps nobody waiting
        return left
    over = (turn.started_at < stamp(now - KEPT)) & turn.ticket_key.not_in(held)
    connection.execute(host_turn.delete().where((turn.host == host) & (over | (turn.ticket_key == ticket))))
    connection.execute(host_turn.insert().values(host=host, ticket_key=ticket, started_at=stamp(now)))
    return timedelta()


def end(connection: Connection, host: str, ticket: str) -> None:
    """The run is not at the site any more."""
    mine = (turn.host == host) & (turn.ticket_key == ticket)
    connection.execute(update(host_turn).where(mine).values(ended_at=stamp(now_of(connection))))
