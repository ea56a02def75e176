"""Reconciliation judged on books whose faults another package put there (tests/labelled), unseen kinds included."""

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, select

import storage.erp.reconciliation
import tests.labelled.faults
from storage.database.connection import open_database
from storage.database.tables import bank_line, bill_line, recon_item
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.outcomes import OUTCOMES
from storage.erp.reconciliation.reconcile import outcome_findings, reconcile
from tests.labelled.books import Books
from tests.labelled.faults import FAULTS
from tests.labelled.score import Score, score
from tests.labelled.unseen import UNSEEN
from tests.labelled.world import clean, faulty
from tests.labelled.writing import write

ORDERS = 700


class Judged(NamedTuple):
    """Books, the answers to them, and how good those were; `lines`, `total_fen`: what the statements hold."""

    books: Books
    items: list[Mapping[str, Any]]
    score: Score
    lines: int
    total_fen: int


def judged(folder: Path, books: Books) -> Judged:
    """The answers to these books."""
    database = open_database(folder / "books.db")
    with database.write() as connection:
        write(connection, books)
        reconcile(connection, Contracts(commission_bp=books.commission_bp), date.fromisoformat(books.last_day))
        assert outcome_findings(connection) == []
        items = [dict(row) for row in connection.execute(select(recon_item)).mappings()]
        lines = total_fen = 0
        for table in (bill_line, bank_line):
            count, fen = connection.execute(select(func.count(), func.sum(table.c.amount_fen)).select_from(table)).one()
            lines, total_fen = lines + count, total_fen + fen
    database.close()
    return Judged(books, items, score(books, items), lines, total_fen)


@pytest.fixture(scope="module", params=[1, 5])
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Books with every kind of fault that the design lists."""
    return judged(tmp_path_factory.mktemp("known"), faulty(request.param, ORDERS, FAULTS))


@pytest.fixture(scope="module", params=[2, 7])
def unseen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """Books with every kind of fault that nobody told the matcher's author of."""
    yield judged(tmp_path_factory.mktemp("unseen"), faulty(request.param, ORDERS, UNSEEN))


@pytest.mark.function("FMS-33")
def test_every_listed_fault_is_found_and_named(known: Judged) -> None:
    """Each of the listed kinds of fault gets an outcome that names it; nothing right is accused beside it."""
    sys.stdout.write(known.score.table() + "\n")
    assert len(known.score.matrix) == len(FAULTS) >= 30
    assert (known.score.missed, known.score.misnamed, known.score.accused) == ([], [], [])


@pytest.mark.function("FMS-31")
def test_nothing_wrong_is_confirmed(known: Judged) -> None:
    """On the labelled set not one line that is at fault counts as matched."""
    assert known.score.confirmed == []


def test_no_unseen_fault_is_confirmed(unseen: Judged) -> None:
    """Of kinds without a rule no line is confirmed; how many were told to a person stands in the printed table."""
    recall = unseen.score.recall(unseen.books.faults)
    sys.stdout.write(f"{unseen.score.table()}\nrecall of unseen kinds: {recall:.0%}\n")
    assert len(unseen.score.matrix) == len(UNSEEN) >= 4
    assert unseen.score.confirmed == []


@pytest.mark.function("FMS-48")
def test_clean_weeks_need_nobody(tmp_path: Path) -> None:
    """On weeks in which nothing went wrong at least 95 % of the lines are decided without a person, none accused."""
    found = judged(tmp_path, clean(3, ORDERS))
    assert found.score.accused == []
    assert found.score.automatic / found.score.lines >= 0.95
    confirmed = sum(item["outcome"] in (1, 2, 3, 6) for item in found.items if item["side"] != "books")
    assert confirmed / found.score.lines >= 0.95  # nor are they only waiting


@pytest.mark.function("FMS-22", "FMS-32")
def test_every_line_of_every_wallet_is_in_one_outcome(known: Judged) -> None:
    """Each line of each wallet and of the bank has one of the fifteen outcomes; their amounts sum to the statements."""
    told = [item for item in known.items if item["side"] != "books"]
    assert Counter((item["side"], item["ref"]) for item in told).most_common(1)[0][1] == 1
    assert {item["outcome"] for item in told} <= {int(outcome) for outcome in OUTCOMES}
    assert (len(told), sum(item["amount_fen"] for item in told)) == (known.lines, known.total_fen)
    assert {item["ref"].split("|")[1] for item in told if item["side"] == "statement"} == {"alipay", "wxpay"}


def test_faults_and_rules_do_not_know_each_other() -> None:
    """The labelled books import nothing of reconciliation, and reconciliation nothing of them."""
    labelled, rules = (
        Path(str(module.__file__)).parent for module in (tests.labelled.faults, storage.erp.reconciliation)
    )
    assert not [name for name in _imported(labelled) if name.startswith("storage.erp")]
    assert not [name for name in _imported(rules) if name.startswith("tests")]


def _imported(folder: Path) -> Iterable[str]:
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""
