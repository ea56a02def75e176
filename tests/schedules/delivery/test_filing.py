"""Documents under readable names: safe everywhere, never overwritten, two versions told apart."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from schedules.delivery.filing import Filing, file_all, folder_of, restore
from schedules.delivery.names import DEVICES, named, safe
from schedules.desk import Desk
from storage.database.tables.delivery import filed
from tests.schedules.delivery.conftest import bring, orders_of, refunds_of

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def lying(desk: Desk) -> list[str]:
    """Every file below the filed documents."""
    folder = folder_of(desk.home)
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_document_lies_under_shop_kind_and_days() -> None:
    """Month, shop, kind, then a name that says all of it; a whole month is called by its month."""
    day = named("支付宝 账务明细", "天猫旗舰店", ("2026-11-21", "2026-11-21"), "", "20881.csv")
    assert day.version(1) == "2026-11/天猫旗舰店/支付宝 账务明细/2026-11-21 支付宝 账务明细 天猫旗舰店.csv"
    assert day.version(2).endswith("天猫旗舰店 第2版.csv")
    month = named("支付宝 账务明细", "天猫旗舰店", ("2026-10-01", "2026-10-31"), "", "x.ZIP")
    assert month.version(1) == "2026-10/天猫旗舰店/支付宝 账务明细/2026-10 支付宝 账务明细 天猫旗舰店.zip"
    some = named("", "", ("2026-10-30", "2026-11-02"), "", "x")
    assert some.version(1) == "2026-11/所有店/其他文件/2026-10-30至2026-11-02 其他文件 所有店"
    assert named("库存", "a", ("", ""), "2026-11-22", "x.csv").name.startswith("2026-11-22 库存")


@settings(max_examples=30)
@example("con.csv")
@example("..")
@example("店" * 60)
@given(st.text(min_size=1, max_size=60))
def test_every_part_of_a_name_is_one_that_windows_takes(text: str) -> None:
    """No sign, device or ending that Windows refuses, not too long for Linux, and never a way out of the folder."""
    part = safe(text)
    assert part not in {"", ".", ".."}
    assert not set(part) & set('<>:"/\\|?*\0\n')
    assert part == part.rstrip(". ")
    assert len(part.encode()) <= 100
    assert part.split(".")[0].casefold() not in DEVICES


def test_names_that_differ_only_in_refused_signs_stay_apart() -> None:
    """Two shops whose names look alike once cleaned have two folders; a device's name is none."""
    assert safe("A/B") != safe("A:B")
    assert safe("con").startswith("_con~")
    assert safe("甲店") == "甲店"


def test_what_came_is_filed_once_and_two_versions_are_both_kept(desk: Desk) -> None:
    """A second export of a day is another version; the same export again, or under another name, is nothing new."""
    first = bring(desk, orders_of("2026-11-21"), "导出 (1).csv")
    assert file_all(desk, NOON) == Filing(1, 0)
    second = bring(desk, orders_of("2026-11-21", number="8"), "导出 (2).csv", at="2026-11-22T01:00:00+00:00")
    bring(desk, orders_of("2026-11-21"), "导出 (3).csv", at="2026-11-22T02:00:00+00:00")
    assert file_all(desk, NOON) == Filing(2, 0)
    assert file_all(desk, NOON) == Filing(0, 0)
    name = "2026-11/甲店/练习商城 订单/2026-11-21 练习商城 订单 甲店"
    assert lying(desk) == [f"{name} 第2版.csv", f"{name}.csv"]
    folder = folder_of(desk.home)
    assert [hashlib.sha256((folder / one).read_bytes()).hexdigest() for one in lying(desk)] == [second, first]


def test_equal_bytes_of_two_occasions_lie_under_each_shop(desk: Desk) -> None:
    """A file that two shops sent is filed for both: equal content is not the same statement."""
    bring(desk, refunds_of("2026-11-21"), "a.csv", shop="甲店")
    bring(desk, refunds_of("2026-11-21"), "b.csv", shop="乙店")
    assert file_all(desk, NOON).new == 2
    with desk.database.read() as connection:
        owners = set(connection.execute(select(filed.c.owner)).scalars())
    assert {one.split("/")[1] for one in lying(desk)} == owners


def test_a_filing_that_died_goes_on_and_a_strangers_file_is_not_touched(desk: Desk) -> None:
    """The copy is there, its row is not: the next run notes it. A file that somebody put there keeps its name."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    file_all(desk, NOON)
    with desk.database.write() as connection:
        connection.execute(delete(filed))
    assert file_all(desk, NOON) == Filing(1, 0)
    assert len(lying(desk)) == 1
    with desk.database.write() as connection:
        connection.execute(delete(filed))
    mine = folder_of(desk.home) / lying(desk)[0]
    mine.chmod(0o600)
    mine.write_bytes(b"changed by hand")
    file_all(desk, NOON)
    assert mine.read_bytes() == b"changed by hand"
    assert [one for one in lying(desk) if "第2版" in one]


def test_a_filed_copy_that_was_changed_or_lost_is_made_again(desk: Desk) -> None:
    """The archive is the original: what is mailed is what came, whatever became of the copy."""
    sha = bring(desk, orders_of("2026-11-21"), "a.csv")
    file_all(desk, NOON)
    path = lying(desk)[0]
    copy: Path = folder_of(desk.home) / path
    copy.chmod(0o600)
    copy.write_bytes(b"changed")
    for _ in range(2):
        found = restore(folder_of(desk.home), path, desk.archive, sha)
        assert found.read_bytes() == orders_of("2026-11-21")
        copy.chmod(0o600)
        copy.unlink()
