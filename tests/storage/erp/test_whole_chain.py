"""From the purchase order to the refund in one piece, through the functions that people, bots and nights use."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database.tables import channel_sku, move, quant
from storage.database.tables.ledger import jv
from storage.erp.finance.ledger import trial_balance
from storage.erp.finance.open_items import PAYABLES, RECEIVABLES, open_items
from storage.erp.invariants.verify import verify
from storage.erp.orders.transition import unfolded
from tests.storage.erp import chain as way
from tests.storage.erp.audit.fresh import fresh
from tests.storage.erp.chain import Chain

KINDS = {"ads", "cash", "cost", "freight_bill", "freight_estimate", "freight_release", "receipt", "refund", "return",
         "revenue", "ship", "statement", "supplier_invoice"}  # fmt: skip


@pytest.mark.function("ERP-21")
def test_the_whole_chain_is_one_set_of_books(tmp_path: Path) -> None:
    """Bought, received, listed, promoted, ordered, paid, shipped, one piece returned: each stage follows from the one
    before, every document is printed and in its table, the trial balance is zero and nothing contradicts itself."""
    database = fresh(tmp_path / "books.db", way.people_and_places)
    chain = Chain(database)
    way.purchase(chain)
    way.receive(chain)
    assert way.put_on_shelf(chain) == 2
    assert way.promote(chain) == 1
    each = way.place_order(chain)
    assert each == [7900, 2000]
    assert chain.review("2026-11-11 12:10:00") == "held"
    way.pay(chain, 2 * each[0] + each[1])
    assert chain.review("2026-11-11 23:00:00") == "approved"
    assert way.ship(chain) == 2
    way.finish(chain)
    assert chain.review("2026-11-15 00:00:00") == "finished"
    assert way.return_one(chain) == each[0]
    assert chain.review("2026-11-30 00:00:00") == "finished"
    found = way.keep_accounts(chain)
    assert (found.lines, found.exceptions) == (4, 0)
    sys.stdout.write(chain.sheet())  # `pytest -rP` shows it
    assert {one.stage for one in chain.documents} == set(way.STAGES)
    assert chain.astray() == set()
    _assert_goods_and_accounts(chain)
    database.close()


def _assert_goods_and_accounts(chain: Chain) -> None:
    """What lies in the warehouse, what stands on the accounts, and that every invariant holds."""
    with chain.database.read() as c:
        assert dict(c.execute(select(quant.c.code, quant.c.on_hand)).all()) == {"A": 19, "B": 9}
        assert set(c.execute(select(quant.c.reserved)).scalars()) == {0}
        assert set(c.execute(select(channel_sku.c.status)).scalars()) == {"上架"}
        assert sorted(c.execute(select(move.c.doc_type)).scalars()) == ["issue"] * 2 + ["receipt"] * 2 + ["return"]
        assert set(c.execute(select(jv.c.kind)).scalars()) == KINDS
        balances = {row.account: row.balance_fen for row in trial_balance(c)}
        assert any(balances.values())
        assert sum(balances.values()) == 0
        assert balances["1405"] == 19 * 3000 + 9 * 800
        assert open_items(c, RECEIVABLES) == []
        assert [(one.party, one.amount_fen) for one in open_items(c, PAYABLES)] == [("中通快递", -450)]
        assert unfolded(c) == []
        assert verify(c) == []
