"""The three statements as reports: what the ledger says, each row walked back to its voucher lines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database.connection import Database, open_database
from storage.erp.finance.documents import Cash, enter_cash
from storage.reports import REPORTS
from storage.reports.statement import NOT_POSTED
from storage.reports.table import Figure
from tests.storage.reports.books import NOVEMBER

STATEMENTS = ("balance", "cash", "income")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    opened = open_database(tmp_path / "books.db")
    yield opened
    opened.close()


def figures(database: Database, name: str) -> dict[str, Figure]:
    """Row title → its figure."""
    with database.read() as connection:
        table = REPORTS[name](connection, NOVEMBER)
        shown = {str(row[0]): row[1] for row in table.rows if isinstance(row[1], Figure)}
        for figure in shown.values():
            assert table.blocks[figure.block_id].total(0) == figure.value, figure
    return shown


@pytest.mark.parametrize("name", STATEMENTS)
def test_books_without_vouchers_say_so(database: Database, name: str) -> None:
    """Every row is nought, and a note says where vouchers come from."""
    with database.read() as connection:
        table = REPORTS[name](connection, NOVEMBER)
    assert {row[1].value for row in table.rows if isinstance(row[1], Figure)} == {0}
    assert table.notes == [NOT_POSTED]


def test_statements_follow_the_vouchers_to_the_fen(database: Database) -> None:
    """Income less expense is the profit, both sides of the balance sheet are equal, and every row is its own lines."""
    with database.write() as connection:
        enter_cash(connection, Cash("S-1", "income", "2026-11-03", "工行", 90_001, "李", "废纸箱"))
        enter_cash(connection, Cash("Z-1", "expense", "2026-11-04", "工行", 30_000, "李", "水电费", party="物业"))
        enter_cash(connection, Cash("Z-0", "expense", "2026-10-31", "工行", 5_000, "李", "水电费", party="物业"))
    income, balance = figures(database, "income"), figures(database, "balance")
    assert (income["一、营业收入"].value, income["管理费用"].value) == (90_001, 30_000)
    assert income["净利润"].value == 60_001
    assert balance["资产总计"].value == balance["负债和所有者权益总计"].value == 55_001
    assert figures(database, "cash")["期初现金余额"].value == -5_000
