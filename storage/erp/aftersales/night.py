"""What after-sales do every night, in order; safe to run again."""

from typing import NamedTuple

from sqlalchemy import Connection

from storage.erp.aftersales.intake import take_in_refunds, unlinked
from storage.erp.aftersales.refunds import publish_refunds, record_refunds
from storage.erp.aftersales.replacements import finish_shipped, write_replacements


class Followed(NamedTuple):
    """Requests taken in, those without an order, replacement orders written, refunds asked for and refunds done."""

    taken_in: int
    unlinked: int
    replacements: int
    asked: int
    refunded: int


def follow_up(connection: Connection, night: str) -> Followed:
    """Take in what platforms tell, send what is due, ask for what is owed, note what is done.

    Runs after `worklists.publish`; a second run on the same books changes nothing.
    """
    taken_in = take_in_refunds(connection)
    refunded = record_refunds(connection)
    replacements = write_replacements(connection, f"{night} 00:00:00")
    finish_shipped(connection)
    asked = publish_refunds(connection, night)
    return Followed(taken_in, len(unlinked(connection)), replacements, asked, refunded)
