"""Documents are found by what people know of them; copies go only when everybody has theirs, originals never."""

from datetime import UTC, date, datetime
from pathlib import Path

from schedules.delivery.delivering import deliver_due
from schedules.delivery.filing import file_all, folder_of
from schedules.delivery.keeping import LAWS, class_of, old_copies, take_away
from schedules.delivery.rules import FILE, load_delivery
from schedules.delivery.search import Wanted, find
from schedules.desk import Desk
from storage.documents.kinds import KINDS
from tests.schedules.delivery.conftest import bring, orders_of, refunds_of

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
RULE = 'rules:\n  财务: {{kinds: [practice_orders], since: "2026-11-01", personal: "yes", folder: "{}"}}\n'


def names(desk: Desk, wanted: Wanted) -> list[str]:
    """What the found ones were called by their source."""
    with desk.database.read() as connection:
        return [one.name for one in find(connection, wanted)]


def test_documents_are_found_by_what_people_know(desk: Desk, tmp_path: Path) -> None:
    """Words, shop, kind by pattern, days, sha, and an order that they tell of, with the rows; all together narrow."""
    share = tmp_path / "share"
    share.mkdir()
    first = bring(desk, orders_of("2026-11-20", number="70001"), "周五.csv")
    bring(desk, orders_of("2026-11-21", shop="乙店", number="70002"), "100%_周六.csv", shop="乙店")
    bring(desk, refunds_of("2026-11-21", number="90001"), "退款.csv")
    (desk.home / FILE).write_text(RULE.format(share.as_posix()), "utf-8")
    deliver_due(desk, NOON)
    assert names(desk, Wanted(text="周五")) == ["周五.csv"]
    assert names(desk, Wanted(text="练习商城 乙店")) == ["100%_周六.csv"]
    assert names(desk, Wanted(text="%_周")) == ["100%_周六.csv"], "signs of the database's own are only signs"
    assert names(desk, Wanted(shop="甲店", kind="*_refunds")) == ["退款.csv"]
    assert names(desk, Wanted(since="2026-11-21", kind="practice_orders")) == ["100%_周六.csv"]
    assert names(desk, Wanted(until="2026-11-20")) == ["周五.csv"]
    assert names(desk, Wanted(sha=first[:8].upper())) == ["周五.csv"]
    with desk.database.read() as connection:
        (found,) = find(connection, Wanted(order_no="70001"))
        assert (found.name, tuple(found.rows), tuple(found.delivered)) == ("周五.csv", (2,), ("财务",))
        assert find(connection, Wanted(order_no="70001", shop="乙店")) == []
        assert [one.name for one in find(connection, Wanted(order_no="90001"))] == []
        assert [one.name for one in find(connection, Wanted(order_no="90001", thorough=True))] == ["退款.csv"]


def test_copies_go_when_old_and_delivered_and_never_the_original(desk: Desk, tmp_path: Path) -> None:
    """Nothing goes unless delivery.yaml says after how many days; what is owed or was changed by hand stays, and why.

    The archive has every original after it; what was taken away is not filed again, and can be mailed all the same.
    """
    share = tmp_path / "share"
    for day, number in (("2026-11-01", "1"), ("2026-11-02", "2"), ("2026-11-20", "3")):
        bring(desk, orders_of(day, number=number), f"{day}.csv")
    bring(desk, refunds_of("2026-11-01"), "r.csv")
    file_all(desk, NOON)

    def old(text: str = "keep: {filed_days: 10}\n") -> list[tuple[str, str]]:
        (desk.home / FILE).write_text(RULE.format(share.as_posix()) + text, "utf-8")
        with desk.database.read() as connection:
            copies = old_copies(
                connection, desk.archive, load_delivery(desk.home), desk.home, frozenset(), date(2026, 11, 22)
            )
        return [(one.path.split("/")[2] + one.path[-18:-14], one.why) for one in copies]

    assert old("") == []
    assert [bool(why) for _, why in old("keep: {kinds: {practice_orders: 10}}\n")] == [True, True], "not delivered yet"
    share.mkdir()
    deliver_due(desk, NOON)
    assert [why for _, why in old()] == ["", "", ""]
    mine = next(path for path in folder_of(desk.home).rglob("2026-11-02*"))
    mine.chmod(0o600)
    mine.write_bytes(b"my notes")
    assert sorted(why for _, why in old()) == ["", "", "被人改过 / changed by somebody"]
    with desk.database.read() as connection:
        file = load_delivery(desk.home)
        copies = old_copies(connection, desk.archive, file, desk.home, frozenset(), date(2026, 11, 22))
    assert take_away(desk.home, copies) == sum(one.size for one in copies if not one.why)
    left = sorted(path.name for path in folder_of(desk.home).rglob("*.csv"))
    assert [name[:10] for name in left] == ["2026-11-02", "2026-11-20"]
    assert len(list(desk.archive.documents())) == 4
    assert desk.archive.verify() == []
    assert file_all(desk, NOON).new == 0


def test_every_kind_falls_under_a_law_with_its_source() -> None:
    """Bank statements ten years, what vouchers rest on thirty, orders ten as the tax rules ask; none is without."""
    classes = {name: class_of(name, kind.PLATFORM) for name, kind in KINDS.items()}
    assert {LAWS[one].years for one in classes.values()} == {10, 30}
    assert classes["cmb_corporate"] == "bank"
    assert classes["alipay_fund_bill_csv"] == classes["douyin_settlement_34"] == "money"
    assert classes["cainiao_order"] == classes["alimama_account_flow"] == class_of("supplier_bill", "") == "money"
    assert classes["douyin_order"] == classes["practice_refunds"] == classes["alipay_trade_order_new"] == "trade"
    assert all(law.source for law in LAWS.values())
