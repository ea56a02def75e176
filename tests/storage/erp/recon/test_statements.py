"""What statements of other platforms bring is said in the words of the books, and nothing is claimed of it."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.archive import Archive
from storage.database.connection import open_database
from storage.database.tables import recon_item
from storage.documents import alipay_rules, douyin_rules
from storage.documents.douyin_fund_34 import LAYOUT
from storage.documents.kinds import KINDS
from storage.documents.statements import into
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.outcomes import COMPONENTS, DIFFERENCES, Outcome
from storage.erp.reconciliation.reading import coverage
from storage.erp.reconciliation.reconcile import reconcile
from storage.erp.reconciliation.rows import Coverage, StatementLine
from storage.erp.reconciliation.wallet import match_wallet
from storage.ingest import ingest
from storage.reports.settlement import WALLETS
from tests.storage.documents.formats.dress import made, truths
from tests.storage.documents.formats.dresses import DRESSES
from tests.storage.erp.recon.cases import COVERAGE


def test_every_fee_that_a_rule_can_give_has_a_name() -> None:
    """A reader of the books never meets a class that has no word."""
    rules = [*alipay_rules.FEE_RULES, *douyin_rules.FEE_RULES]
    assert {rule.fee for rule in rules} - set(COMPONENTS) == {douyin_rules.SETTLEMENT}, "it is always taken apart"


@pytest.mark.parametrize("fen", [-7000, 7000])
def test_a_withdrawal_of_a_wallet_that_the_bank_has_no_name_for_is_not_called_missing(fen: int) -> None:
    """Nobody knows under which name it arrives: a person is asked, whatever the bank's statement covers."""
    line = StatementLine("douyin", "D", "douyin", "1", "withdrawal", 1, "", "", fen, "2026-06-10 08:00:00")
    (decision,) = match_wallet([line], [], Contracts(), COVERAGE).decisions
    assert (decision.outcome, decision.difference) == (Outcome.UNCLASSIFIED, "payer_unknown")
    assert decision.difference in DIFFERENCES and "douyin" in decision.reason
    named = Contracts(bank_names={"douyin": "武汉合众易宝"})
    (decision,) = match_wallet([line], [], named, COVERAGE).decisions
    assert decision.difference in ("withdrawal_missing", "pending"), "with a name it is looked for"


def test_a_statement_without_orders_waits_for_them(tmp_path: Path) -> None:
    """Settlements of 抖店 whose orders are not in the books yet are pending; an advertisement's top-up is own money."""
    said = {"动账时间": "2026-09-01 08:00:00", "动账方向": "入账", "动账金额": "98.00", "动账场景": "货款结算入账",
            "订单号": "4900", "子订单号": "4901", "订单实付应结": "100.00", "平台服务费": "-2.00"}  # fmt: skip
    spent = {
        "动账时间": "2026-09-02 08:00:00",
        "动账方向": "出账",
        "动账金额": "50.00",
        "备注": "划扣电商货款充值巨量千川",
    }
    lines = [LAYOUT.header]
    for number, row in enumerate((said, spent), 1):
        lines.append(",".join((row | {"动帐流水号": f"7000{number}"}).get(name, "") for name in LAYOUT.columns))
    database = open_database(tmp_path / "books.sqlite")
    try:
        done = ingest(database, Archive(tmp_path / "archive"), "\r\n".join([*lines, ""]).encode("utf-8-sig"), shop="D")
        assert (done.kind, done.state) == ("douyin_fund_34", "read"), done.message
        i = recon_item.c
        with database.write() as connection:
            reconcile(connection, Contracts(), date(2026, 9, 30))
            covered = coverage(connection, date(2026, 9, 30))
            found = connection.execute(select(i.component, i.outcome, i.difference).order_by(i.component)).all()
    finally:
        database.close()
    assert covered.withdrawals == covered.days == {("D", "douyin"): frozenset({"2026-09-01", "2026-09-02"})}
    assert [tuple(row) for row in found] == [
        ("ad_top_up", Outcome.IGNORED, ""),
        ("commission", Outcome.TIMING, "orders_not_in"),
        ("payment", Outcome.TIMING, "orders_not_in"),
    ]


def test_a_card_is_no_account_that_a_wallet_pays_to(tmp_path: Path) -> None:
    """A credit card's statement covers no day of the bank: what has not arrived is still on its way."""
    database, dress = open_database(tmp_path / "books.sqlite"), DRESSES["icbc_personal_credit"]
    try:
        assert ingest(database, Archive(tmp_path / "archive"), made(dress, truths(dress, 1, 4))).state == "read"
        with database.read() as connection:
            covered: Coverage = coverage(connection, date(2026, 12, 31))
    finally:
        database.close()
    assert not any(wallet == "card" for _, wallet in covered.days)
    assert ("bank", "bank") not in covered.days


def test_every_wallet_has_a_name() -> None:
    """Reports never show the id of a wallet that a statement brings."""
    wallets = {into(kind)[1] for kind in KINDS.values()} - {"", "card"}
    assert wallets == set(WALLETS)
