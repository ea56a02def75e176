"""The practice mall's planted differences: all found, each named for what it is, and none besides."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bots.practice.world import SMALL, TINY, WorldSize
from storage.database.digest import digest
from storage.database.tables import platform_order, recon_group, recon_item
from storage.erp.reconciliation.outcomes import is_exception
from storage.erp.reconciliation.reconcile import outcome_findings, reconcile
from tests.storage.erp.recon.worlds import LAST_DAY, Night

# What finance calls each kind the mall plants: (outcome, named difference).
NAMED = {
    "commission_back_missing": (9, "refund_commission_missing"),
    "commission_missing": (9, "commission_missing"),
    "commission_rate": (11, "commission_rate"),
    "line_repeated": (7, "line_repeated"),
    "order_unknown": (8, "order_unknown"),
    "payment_closed_order": (10, "payment_not_due"),
    "payment_duplicated": (7, "payment_twice"),
    "payment_missing": (9, "payment_missing"),
    "payment_over": (10, "payment_over"),
    "payment_rounding": (3, "rounding"),
    "payment_short": (10, "payment_short"),
    "refund_missing": (9, "refund_missing"),
    "refund_over": (10, "refund_amount"),
    "refund_unknown": (8, "refund_unknown"),
    "subsidy_missing": (9, "subsidy_missing"),
    "unknown_fee": (13, "unclassified"),
    "withdrawal_ambiguous": (12, "ambiguous"),
    "withdrawal_not_arrived": (9, "withdrawal_missing"),
    "withdrawal_short": (4, "bank_short"),
    "wrong_shop": (15, "wrong_shop"),
}


@pytest.fixture(scope="module", params=[(TINY, 7), (SMALL, 20261121)], ids=lambda p: f"{p[0].name}-{p[1]}")
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """A reconciled night of a world."""
    size, seed = request.param
    night = _night(tmp_path_factory.mktemp("night"), size, seed)
    night.take_all()
    _reconcile(night)
    yield night
    night.database.close()


def _night(folder: Path, size: WorldSize, seed: int) -> Night:
    return Night(folder, size, seed)


def _reconcile(night: Night, as_of: date = LAST_DAY) -> None:
    with night.database.write() as connection:
        reconcile(connection, night.contracts, as_of)


def _items(night: Night) -> list[Mapping[str, Any]]:
    with night.database.read() as connection:
        return [dict(row) for row in connection.execute(select(recon_item)).mappings()]


def _about(item: Mapping[str, Any], planted: Mapping[str, Any]) -> bool:
    if planted["flow_no"]:
        return f"|{planted['flow_no']}|" in item["ref"]
    return bool(planted["order_no"]) and item["order_no"] == planted["order_no"]


def test_every_planted_difference_is_found_and_named(night: Night) -> None:
    """Each planted difference has an item about it with the outcome and the name finance would give it."""
    items = _items(night)
    for planted in night.planted:
        said = {(item["outcome"], item["difference"]) for item in items if _about(item, planted)}
        assert NAMED[planted["kind"]] in said, planted


def test_nothing_else_is_called_a_difference(night: Night) -> None:
    """Each exception is about a planted difference, or is the other half of one in the same group."""
    items = _items(night)
    known = [item for item in items if any(_about(item, planted) for planted in night.planted)]
    groups = {item["group_id"] for item in known} - {""}
    refs = {item["ref"] for item in known}
    others = [item for item in items if item["ref"] not in refs and item["group_id"] not in groups]
    assert [item for item in others if is_exception(item["outcome"]) or item["outcome"] == 3] == []


def test_each_planted_difference_makes_one_exception(night: Night) -> None:
    """One fault is one story: beyond a fee or a bank line that goes with it, nothing else is accused."""
    items = _items(night)
    for planted in night.planted:
        found = [i for i in items if _about(i, planted) and is_exception(i["outcome"]) and i["side"] != "bank"]
        components = {(item["component"], item["ref"]) for item in found if item["component"] != "payment_fee"}
        assert len(components) == (0 if planted["kind"] == "payment_rounding" else 1), planted


def test_each_line_has_one_outcome_and_sums_tie(night: Night) -> None:
    """Invariant I-17 on the whole book."""
    with night.database.read() as connection:
        assert outcome_findings(connection) == []


def test_reconciling_again_changes_nothing(night: Night) -> None:
    """The second run on the same data creates, changes and removes nothing."""
    with night.database.read() as connection:
        before = digest(connection, ["recon_item", "recon_group"])
    with night.database.write() as connection:
        summary = reconcile(connection, night.contracts, LAST_DAY)
        assert (summary.created, summary.changed, summary.removed) == (0, 0, 0)
    with night.database.read() as connection:
        assert digest(connection, ["recon_item", "recon_group"]) == before


def test_statements_by_day_in_any_order_give_the_same_answers(tmp_path: Path) -> None:
    """Overlapping daily and whole statements, reconciled in between, end where one statement ends."""
    whole, daily = _night(tmp_path / "a", TINY, 7), _night(tmp_path / "b", TINY, 7)
    whole.take_all()
    _reconcile(whole)
    daily.take("practice_withdrawals", "shop_c")
    days = [LAST_DAY - timedelta(days=back) for back in range(TINY.days)]
    for day in days:
        daily.take("alipay_fund_bill_csv", "shop_a", since=day, until=day)
    _reconcile(daily, days[3])
    daily.take_all()
    _reconcile(daily)
    assert _said(daily) == _said(whole)


def _said(night: Night) -> set[tuple[object, ...]]:
    return {(item["ref"], item["outcome"], item["difference"], item["amount_fen"]) for item in _items(night)}


def test_a_day_without_statement_is_pending_not_missing(tmp_path: Path) -> None:
    """Orders that finished on a day whose statement has not come are not due yet, not accused."""
    night = _night(tmp_path, TINY, 7)
    night.take("practice_orders", "shop_a")
    night.take("practice_refunds", "shop_a")
    with night.database.read() as connection:
        finished = connection.execute(select(platform_order.c.finished_at)).scalars().all()
    gap = max(date.fromisoformat(at[:10]) for at in finished if at and at[:10] < LAST_DAY.isoformat())
    night.take("alipay_fund_bill_csv", "shop_a", until=gap - timedelta(days=1))
    night.take("alipay_fund_bill_csv", "shop_a", since=gap + timedelta(days=1))
    _reconcile(night)
    items = [item for item in _items(night) if item["side"] == "books" and item["at"] == gap.isoformat()]
    assert items
    assert {item["outcome"] for item in items} == {5}


def test_a_persons_decision_stays(tmp_path: Path) -> None:
    """What a person decided is never overwritten, not even when the line would now be something else."""
    night = _night(tmp_path, TINY, 7)
    night.take_all()
    _reconcile(night)
    item = next(item for item in _items(night) if item["outcome"] == 13)
    decided = {"outcome": 2, "difference": "", "decided_by": "王会计", "reason": "服务市场年费"}
    with night.database.write() as connection:
        here = recon_item.c.ref == item["ref"]
        connection.execute(recon_item.update().where(here).values(decided))
    _reconcile(night)
    (after,) = [again for again in _items(night) if again["ref"] == item["ref"]]
    assert {name: after[name] for name in decided} == decided
    with night.database.read() as connection:
        assert outcome_findings(connection) == []


def test_what_came_by_day_is_not_yet_due_and_hides_nothing(tmp_path: Path) -> None:
    """Lines that came after the reconciliation miss no outcome before the next one; a line that it saw and that lost
    its outcome is found meanwhile, and afterwards the new ones are held to it as well."""
    night = _night(tmp_path, TINY, 7)
    night.take("practice_orders", "shop_a")
    night.take("alipay_fund_bill_csv", "shop_a", until=LAST_DAY - timedelta(days=2))
    _reconcile(night)
    seen = {item["ref"] for item in _items(night) if item["side"] == "statement"}
    night.take("alipay_fund_bill_csv", "shop_a")
    assert _findings(night) == 0
    assert _lose(night, min(seen)) == 1 == _findings(night)
    _reconcile(night)
    assert _findings(night) == 0
    fresh = {item["ref"] for item in _items(night) if item["side"] == "statement"} - seen
    assert _lose(night, min(fresh)) == 1 == _findings(night)


def _findings(night: Night) -> int:
    """How many owners of statements break I-17 by the number of their lines."""
    with night.database.read() as connection:
        return sum("行有结论" in words for _, words in outcome_findings(connection))


def _lose(night: Night, ref: str) -> int:
    """Take a line's outcome away behind everybody's back; how many rows that was."""
    with night.database.write() as connection:
        return connection.execute(recon_item.delete().where(recon_item.c.ref == ref)).rowcount


def test_items_the_data_no_longer_calls_for_go_away(tmp_path: Path) -> None:
    """An expectation that was open is gone once its line has come, and no group is left without items."""
    night = _night(tmp_path, TINY, 7)
    night.take("practice_orders", "shop_a")
    night.take("practice_refunds", "shop_a")
    night.take("alipay_fund_bill_csv", "shop_a", until=LAST_DAY - timedelta(days=2))
    _reconcile(night)
    pending = _pending(night)
    night.take("alipay_fund_bill_csv", "shop_a")
    _reconcile(night)
    assert pending
    assert pending & _pending(night) == set()
    with night.database.read() as connection:
        groups = set(connection.execute(select(recon_group.c.group_id)).scalars())
    assert groups == {item["group_id"] for item in _items(night) if item["side"] != "books"} - {""}


def _pending(night: Night) -> set[str]:
    return {item["ref"] for item in _items(night) if item["outcome"] == 5 and item["side"] == "books"}
