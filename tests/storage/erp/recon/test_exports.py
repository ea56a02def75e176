"""While a shop's exports have not come, nobody is accused; when they come, the next run decides."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bots.practice.world import TINY
from storage.database.connection import Database, open_database
from storage.database.digest import digest
from storage.database.tables import bank_line, platform_order, raw_file, raw_receipt, recon_item
from storage.erp.reconciliation.outcomes import is_exception
from storage.erp.reconciliation.reading import BANK, coverage
from storage.erp.reconciliation.reconcile import reconcile
from storage.erp.reconciliation.rows import Coverage, days_between
from storage.reports import missing
from storage.reports.table import Period
from tests.storage.erp.recon.cases import COVERAGE, JUNE, bank, credit, line, order, refund, said, settle, withdrawal
from tests.storage.erp.recon.worlds import LAST_DAY, Night

A = ("practice", "A")
REFUNDS_EXPLAIN = {"refund_unknown", "payment_short", "payment_missing", "commission_missing", "subsidy_missing"}
ALIPAY, WXPAY = ("A", "alipay"), ("W", "wxpay")


def _orders(*days: str) -> Coverage:
    """June, but of shop A's orders only those days are in."""
    return COVERAGE._replace(orders={**COVERAGE.orders, A: frozenset(days)})


def _refunds(*days: str) -> Coverage:
    return COVERAGE._replace(refunds={**COVERAGE.refunds, A: frozenset(days)})


def test_without_the_shops_orders_no_order_is_unknown() -> None:
    """A line of an order that nobody has waits as long as the shop's orders never came, and says whose are lacking."""
    found = settle([line("p", "payment", 10000, "404")], [], covered=_orders())
    assert said(found["p"]) == (5, "orders_not_in")
    assert "店铺 A 2026-06-10 及以前 的订单还没有取到" in found["p"].reason


def test_orders_of_another_shop_are_no_excuse() -> None:
    """That shop A's orders are lacking says nothing of shop B's."""
    found = settle([line("p", "payment", 10000, "404", shop="B")], [], covered=_orders())
    assert said(found["p"]) == (8, "order_unknown")


@pytest.mark.parametrize(
    ("lacking", "words"),
    [(["2026-06-10"], "2026-06-10 的订单"), (["2026-06-08", "2026-06-09"], "2026-06-08 至 2026-06-09 中 2 天 的订单"),
     (days_between("2026-06-10", "2026-06-30"), "2026-06-10 的订单")],
)  # fmt: skip
def test_a_gap_in_the_orders_up_to_the_lines_day_makes_it_wait(lacking: list[str], words: str) -> None:
    """An order of the day whose export failed may be what the line is about."""
    found = settle([line("p", "payment", 10000, "404")], [], covered=_orders(*sorted(JUNE - set(lacking))))
    assert said(found["p"]) == (5, "orders_not_in")
    assert words in found["p"].reason


def test_a_gap_after_the_line_is_no_excuse() -> None:
    """Orders made after the line's day cannot explain it."""
    found = settle([line("p", "payment", 10000, "404")], [], covered=_orders(*sorted(JUNE - {"2026-06-11"})))
    assert said(found["p"]) == (8, "order_unknown")


def test_unnamed_payment_waits_for_the_orders_too() -> None:
    """A payment without a number that fits no order waits while orders are lacking."""
    assert said(settle([line("p", "payment", 777)], [], covered=_orders())["p"]) == (5, "orders_not_in")
    assert said(settle([line("p", "payment", 777)], [])["p"]) == (8, "order_unknown")


def test_refund_line_waits_for_the_shops_refunds() -> None:
    """A refund that nobody has, and the commission given back for it, wait while the shop's refunds are lacking."""
    lines = [line("p", "payment", 10000, "1"), line("c", "commission", -500, "1"),
             line("r", "refund", -3000, "1", refund_no="R9"), line("b", "refund_commission", 150, "1")]  # fmt: skip
    found = settle(lines, [order("1", 10000)], covered=_refunds())
    assert said(found["r"]) == said(found["b"]) == (5, "refunds_not_in")
    assert said(found["p"]) == said(found["c"]) == (1, "")
    assert "店铺 A" in found["r"].reason
    assert "售后还没有取到" in found["r"].reason


def test_unnamed_refund_waits_for_the_shops_refunds() -> None:
    """A refund line without any number waits too."""
    assert said(settle([line("r", "refund", -3000)], [], covered=_refunds())["r"]) == (5, "refunds_not_in")


def test_paid_less_may_be_a_refund_that_is_not_in() -> None:
    """Less than the order, and less commission, may be a refund before settlement; more can not be one."""
    lines = [line("p", "payment", 7000, "1"), line("c", "commission", -350, "1"), line("q", "payment", 10300, "2")]
    orders = [order("1", 10000), order("2", 10000)]
    found = settle(lines, orders, covered=_refunds())
    assert said(found["p"]) == said(found["c"]) == (5, "refunds_not_in")
    assert said(found["q"]) == (10, "payment_over")
    assert said(found["order:A:2:commission"]) == (5, "refunds_not_in")
    late = settle(lines, orders, [refund("R1", "1", 3000, after=False)])
    assert said(late["p"]) == said(late["c"]) == (1, "")
    assert said(late["order:A:2:commission"]) == (9, "commission_missing")


def test_a_refund_in_the_books_is_judged_whatever_else_is_lacking() -> None:
    """A refund line that names its refund is measured against it."""
    lines = [line("p", "payment", 10000, "1"), line("c", "commission", -500, "1"),
             line("r", "refund", -3500, "1", refund_no="R1"), line("b", "refund_commission", 150, "1")]  # fmt: skip
    found = settle(lines, [order("1", 10000)], [refund("R1", "1", 3000)], _refunds())
    assert said(found["r"]) == (10, "refund_amount")


def test_a_bank_credit_waits_for_the_wallets_withdrawals() -> None:
    """A credit is unexplained only when every shop of that wallet has told its withdrawals of those days."""
    credits = [credit(500000, "2026-06-11", key="k")]
    assert said(bank([], credits)["k"]) == (13, "bank_unexplained")
    for covered in (
        COVERAGE._replace(days={("bank", "bank"): JUNE}, withdrawals={}),
        COVERAGE._replace(withdrawals={**COVERAGE.withdrawals, ALIPAY: JUNE - {"2026-06-10"}}),
        COVERAGE._replace(unbilled=frozenset({"D"})),
    ):
        assert said(bank([], credits, covered)["k"]) == (5, "pending")


def test_a_trade_bill_does_not_tell_withdrawals() -> None:
    """A trade wallet's bill is in but its list of withdrawals is not: the credit waits, and the shop is named."""
    told = {owner: days for owner, days in COVERAGE.withdrawals.items() if owner != WXPAY}
    credits = [credit(500000, "2026-06-11", key="k", name="财付通支付科技有限公司")]
    found = bank([], credits, COVERAGE._replace(withdrawals=told))
    assert said(found["k"]) == (5, "pending")
    assert "店铺 W" in found["k"].reason


def test_a_withdrawal_waits_for_the_bank() -> None:
    """Without a bank statement no withdrawal is missing."""
    found = bank([withdrawal("w", 500000, "2026-06-10")], [], COVERAGE._replace(days={ALIPAY: JUNE}))
    assert said(found["w"]) == (5, "pending")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    database = open_database(tmp_path / "books.db")
    yield database
    database.close()


def _came(database: Database, sha: str, kind: str, *receipts: tuple[str, str, str], state: str = "read") -> None:
    with database.write() as connection:
        wallet = {"alipay_fund_bill_csv": "alipay", "cmb_corporate": "bank"}.get(kind, "")
        row = {"file_sha": sha, "kind": kind, "platform": "practice", "state": state, "wallet": wallet}
        connection.execute(insert(raw_file).values(row))
        for owner, first, last in receipts:
            connection.execute(
                insert(raw_receipt).values(
                    file_sha=sha, name=f"{owner}{first}", shop=owner, owner=owner, period_from=first, period_to=last
                )
            )


def test_equal_files_of_several_days_cover_each_of_them(database: Database) -> None:
    """Two days without a trade are one file with two receipts: both days are covered, for each shop that had them."""
    days = ("2026-06-03", "2026-06-04")
    _came(database, "empty", "alipay_fund_bill_csv", *((shop, day, day) for shop in "AB" for day in days))
    with database.read() as connection:
        covered = coverage(connection, date(2026, 6, 30))
    assert covered.days == {ALIPAY: frozenset(days), ("B", "alipay"): frozenset(days)}
    assert covered.withdrawals == covered.days
    assert covered.silent(ALIPAY, *days)


def test_each_bank_account_has_days_of_its_own(database: Database) -> None:
    """What one account's statement covers is not covered of another; one without lines is of the account it names."""
    _came(database, "a", "cmb_corporate", ("111", "2026-06-01", "2026-06-03"))
    _came(database, "b", "cmb_corporate", ("222", "2026-06-01", "2026-06-01"))
    _came(database, "c", "cmb_corporate", ("222", "2026-06-02", "2026-06-02"))
    with database.write() as connection:
        for account, sha in (("111", "a"), ("222", "b")):
            row = {"account": account, "line_key": "1", "day": "2026-06-01", "amount_fen": 1, "file_sha": sha}
            connection.execute(insert(bank_line).values(row))
    with database.read() as connection:
        covered = coverage(connection, date(2026, 6, 30))
        told = missing.build(connection, Period("2026-06-01", "2026-06-03"))
    assert covered.days == {BANK: frozenset(days_between("2026-06-01", "2026-06-03"))}
    assert covered.accounts == {
        "111": frozenset(days_between("2026-06-01", "2026-06-03")),
        "222": frozenset({"2026-06-01", "2026-06-02"}),
    }
    assert covered.untold(["111", "222"], "2026-06-02", "2026-06-03") == "222"
    assert [row[:3] for row in told.rows if row[0] == "银行流水"] == [["银行流水", "222", "2026-06-03"]]


def test_files_that_are_not_in_the_books_cover_nothing(database: Database) -> None:
    """A parked statement or a refused export speaks about no day."""
    _came(database, "a", "alipay_fund_bill_csv", ("A", "2026-06-01", "2026-06-02"), state="parked")
    _came(database, "b", "practice_orders", ("A", "2026-06-01", "2026-06-02"), state="refused")
    with database.read() as connection:
        covered = coverage(connection, date(2026, 6, 30))
    assert (covered.days, covered.orders) == ({}, {})


def test_exports_cover_the_days_they_state(database: Database) -> None:
    """Order, refund and withdrawal exports cover their stated days, one whose shop nobody said that of its rows."""
    _came(database, "o", "practice_orders", ("", "2026-06-01", "2026-06-02"))
    _came(database, "r", "practice_refunds", ("A", "2026-06-01", "2026-06-03"))
    _came(database, "w", "practice_withdrawals", ("W", "2026-06-01", "2026-06-01"))
    with database.write() as connection:
        row = {"platform": "practice", "shop": "A", "order_no": "1", "file_sha": "o", "paid_at": "2026-06-01 09:00:00"}
        connection.execute(insert(platform_order).values(row))
    with database.read() as connection:
        covered = coverage(connection, date(2026, 6, 30))
    assert covered.orders == {A: frozenset(days_between("2026-06-01", "2026-06-02"))}
    assert covered.refunds == {A: frozenset(days_between("2026-06-01", "2026-06-03"))}
    assert covered.withdrawals == {WXPAY: frozenset({"2026-06-01"})}
    assert covered.unbilled == {"A"}


def _said(night: Night) -> set[tuple[int, str]]:
    """What shop_a's exceptions are called."""
    i = recon_item.c
    with night.database.read() as connection:
        items = connection.execute(select(i.outcome, i.difference).where(i.shop == "shop_a")).all()
    return {(outcome, difference) for outcome, difference in items if is_exception(outcome)}


def _reconcile(night: Night) -> None:
    with night.database.write() as connection:
        reconcile(connection, night.contracts, LAST_DAY)


def test_a_failed_night_accuses_nobody_and_the_next_one_decides(tmp_path: Path) -> None:
    """Without orders and refunds no line is an unknown order's; when they have come the books are as if never late."""
    late, whole = Night(tmp_path / "late", TINY, 7), Night(tmp_path / "whole", TINY, 7)
    late.take("alipay_fund_bill_csv", "shop_a")
    _reconcile(late)
    assert _said(late) <= {(7, "line_repeated"), (13, "unclassified")}
    late.take("practice_orders", "shop_a")
    _reconcile(late)
    assert (8, "order_unknown") in _said(late)
    assert {difference for _, difference in _said(late)} & REFUNDS_EXPLAIN == set()
    for night in (late, whole):
        night.take_all()
        _reconcile(night)
    with late.database.read() as one, whole.database.read() as other:
        assert digest(one, ["recon_item", "recon_group"]) == digest(other, ["recon_item", "recon_group"])
    assert {difference for _, difference in _said(late)} & REFUNDS_EXPLAIN != set()
    for night in (late, whole):
        night.database.close()
