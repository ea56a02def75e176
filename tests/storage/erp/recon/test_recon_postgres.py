"""The same labelled books on SQLite and on PostgreSQL."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from storage.database.connection import Database, open_database
from storage.database.digest import digests
from storage.database.tables import bill_line, recon_item
from storage.erp.reconciliation.bank_balance import balances
from storage.erp.reconciliation.board import board
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.decisions import Choice, decide, unmatch
from storage.erp.reconciliation.months import close_month, months
from storage.erp.reconciliation.reconcile import outcome_findings, reconcile
from storage.erp.reconciliation.worklist import Wanted, ages, dossier, find, listed
from tests.labelled.world import faulty
from tests.labelled.writing import write

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
CLOSED = ("recon_decision", "recon_filing", "recon_month")
TABLES = ("bank_line", "bill_line", "payable", "recon_candidate", "recon_group", "recon_item")


def answers(database: Database) -> dict[str, str]:
    """What reconciliation says of the labelled books, the second time too."""
    books = faulty(31, 700)
    contracts, as_of = Contracts(commission_bp=books.commission_bp), date.fromisoformat(books.last_day)
    with database.write() as connection:
        write(connection, books)
        reconcile(connection, contracts, as_of)
        again = reconcile(connection, contracts, as_of)
        assert (again.created, again.changed, again.removed) == (0, 0, 0)
        assert outcome_findings(connection) == []
        told = digests(connection, TABLES)
        people(connection, told)
        reconcile(connection, contracts, as_of)
        told |= {f"after {name}": found for name, found in digests(connection, (*TABLES, *CLOSED)).items()}
        told["board"] = str(sorted(board(connection, as_of).items()))
        told["bank"] = str(balances(connection))
        told["list"] = worked_off(connection, as_of)
    database.close()
    return told


def worked_off(connection: Connection, as_of: date) -> str:
    """The list by each step of age, what people decided, the evidence of one item, and the months."""
    pages = [listed(connection, Wanted(age=age), as_of, 500) for age in ages()]
    assert sum(page.total for page in pages) == listed(connection, Wanted(), as_of, 1).total
    decided = listed(connection, Wanted(decided=True), as_of, 500)
    found = dossier(connection, find(connection, decided.items[0].number), as_of)
    assert [row["choice"] for row in found.decisions] == ["match", "match"]
    told = sorted(str(item) for page in (*pages, decided) for item in page.items)
    signed = [month._replace(recorded_at="") for month in months(connection)]
    return f"{told} {len(found.group)} {signed}"


def people(connection: Connection, before: dict[str, str]) -> None:
    """A person decides, takes it back, decides again; then the month is closed, and one line more comes."""
    i = recon_item.c
    wanted = select(i.job, i.side, i.ref).where(i.job == "wallet", i.outcome == 12).order_by(i.side, i.ref)
    found: list[tuple[str, str, str]] = [(row.job, row.side, row.ref) for row in connection.execute(wanted)]
    choice = Choice("match", (found[0],))
    serial = decide(connection, found[-1], choice, "王会计", "问过银行", NOW, contracts=Contracts())
    unmatch(connection, serial, "王会计", "认错了")
    assert digests(connection, TABLES) == before
    decide(connection, found[-1], choice, "王会计", "就是它", NOW, contracts=Contracts())
    close_month(connection, "2026-10", "王会计", NOW)
    line = connection.execute(select(bill_line).order_by(bill_line.c.flow_no).limit(1)).mappings().one()
    connection.execute(insert(bill_line).values({**line, "flow_no": "LATE"}))


@pytest.mark.postgres
def test_both_databases_give_the_same_answers(postgres_url: str, tmp_path: Path) -> None:
    """Answers, decisions, closed months, board and balances are equal in both; a second run changes nothing."""
    assert answers(open_database(tmp_path / "books.db")) == answers(open_database(postgres_url))
