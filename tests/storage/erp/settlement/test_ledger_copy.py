"""The ledger's sums by column are the ledger's, month by month as vouchers are added."""

from pathlib import Path

import pytest

from storage.erp.finance.ledger import reverse
from storage.erp.finance.post_events import post_events
from storage.erp.finance.statements import ROWS, STATEMENTS, Span
from storage.reports.facts.copy import open_copy
from storage.reports.facts.feed import FactsWrong
from storage.reports.facts.ledger import LEDGER, Copied
from tests.storage.erp.settlement.conftest import Shop

SPANS = (
    Span("2026-11-01", "2026-11-30"),
    Span("2026-11-11", "2026-12-31"),
    Span("2026-11-01", "2026-11-15", "practice", "A"),
    Span("2026-12-01", "2026-12-31", shop="B"),
)


def agree(shop: Shop, path: Path) -> list[int]:
    """Every statement of every span is the same out of the copy; the balance sheet of the second."""

    def compare(connection) -> list[int]:
        facts = open_copy(connection, path, LEDGER)
        told = [rows(Copied(facts), span) for rows in ROWS.values() for span in SPANS]
        facts.close()
        assert told == [build(connection, span) for build in STATEMENTS.values() for span in SPANS]
        return [row.amount_fen for row in told[1]]

    return shop.read(compare)


def test_the_copy_follows_the_vouchers(shop: Shop, tmp_path: Path) -> None:
    """Receivables on both sides, money, fees and a reversal in a later month: statements agree before and after."""
    path = tmp_path / "facts-ledger.duckdb"
    shop.received("X", 310)
    shop.order("1", ("X", 1, 5000))
    shop.order("2", ("X", 2, 4000), shop="B")
    shop.bill("payment", 6000, "1", day="2026-11-09")
    shop.write(lambda c: post_events(c, "2026-11-10"))
    first = agree(shop, path)
    shop.bill("commission", -250, "1", day="2026-12-02")
    shop.bill("payment", 8000, "2", day="2026-12-03")
    shop.write(lambda c: post_events(c, "2026-12-31"))
    no = shop.rows("SELECT no FROM jv WHERE kind = 'revenue' ORDER BY no LIMIT 1")[0][0]
    shop.write(lambda c: reverse(c, no, "2026-12-30", "财务 王", "退单"))
    assert agree(shop, path) != first
    assert agree(shop, path)


def test_vouchers_that_were_changed_are_no_copy(shop: Shop, tmp_path: Path) -> None:
    """Books whose debit is not credit are refused, and no figure is taken from them."""
    shop.order("1", ("X", 1, 5000))
    shop.write(lambda c: post_events(c, "2026-11-30"))
    shop.write(lambda c: c.exec_driver_sql("UPDATE jv_line SET dr_fen = dr_fen + 1 WHERE dr_fen > 0"))
    with pytest.raises(FactsWrong) as error:
        shop.read(lambda c: open_copy(c, tmp_path / "facts-ledger.duckdb", LEDGER))
    assert error.value.facts["days"] == ["2026-11"]
