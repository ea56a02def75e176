"""All copies at once, so that the first report of the morning finds them fed."""

from pathlib import Path

from sqlalchemy import Connection

from storage.reports.facts.copy import SALES, Made, facts_of, with_copy
from storage.reports.facts.feed import Fed
from storage.reports.facts.ledger import LEDGER
from storage.reports.facts.profit import PROFIT
from storage.reports.facts.settled import SETTLED

COPIES: tuple[Made, ...] = (SALES, LEDGER, PROFIT, SETTLED)


def bring_up(connection: Connection, path: Path) -> dict[str, Fed]:
    """Every copy, at `path` and beside it, brought to what the books say; by name what was fed. Safe to run again.

    Raises FactsWrong where one does not sum to the books.
    """
    with with_copy(connection, path):
        return {made.name: facts_of(connection, made).fed for made in COPIES}
