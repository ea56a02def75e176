"""What a night needs of deliveries: the clock's chore, the digest's lines, the doctor's concerns."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from schedules.delivery.delivering import Delivered
from schedules.delivery.night import EVERY, DeliveryChore, delivery_concerns, digest_lines
from schedules.delivery.rules import FILE
from schedules.desk import Desk
from schedules.operations.tonight import Tonight
from tests.schedules.delivery.conftest import bring, orders_of

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
RULE = 'rules:\n  财务: {{kinds: [practice_orders], since: "2026-11-01", folder: "{}"}}\n'


def test_the_clocks_chore_delivers_every_few_minutes_only(desk: Desk, tmp_path: Path) -> None:
    """At the first look, then after five minutes, whatever comes between; a clock set back does not stop it."""
    (desk.home / FILE).write_text(RULE.format(tmp_path.as_posix()), "utf-8")
    chore = DeliveryChore(desk)
    assert chore(NOW) == Delivered()
    bring(desk, orders_of("2026-11-20"), "a.csv")
    assert chore(NOW + EVERY / 2).filed == 0
    assert [row["state"] for row in chore(NOW + EVERY).delivered] == ["delivered"]
    bring(desk, orders_of("2026-11-21", number="8"), "b.csv")
    assert len(chore(NOW - timedelta(days=1)).delivered) == 1


def test_the_digest_names_what_is_missing_and_what_did_not_get_through(desk: Desk) -> None:
    """The latest day first, at most a dozen, then how many were not delivered; a broken file is said in its place."""
    (desk.home / "feeds.yaml").write_text(
        'feeds:\n  - kind: practice_orders\n    shop: "甲店"\n    by: "06:00"\n', "utf-8"
    )
    bring(desk, orders_of("2026-11-19"), "a.csv", at="2026-11-19T21:30:00+00:00")
    (desk.home / FILE).write_text(RULE.format("/x"), "utf-8")
    starts = [line.partition(":")[0] for line in digest_lines(desk, date(2026, 11, 22), NOW)]
    assert starts == ["✗ 甲店 · 练习商城 订单 · 2026-11-21", "✗ 甲店 · 练习商城 订单 · 2026-11-20"]
    with desk.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO delivery (rule, path, state) VALUES ('财务', 'x', 'failed')")
    assert digest_lines(desk, date(2026, 11, 22), NOW)[-1] == "✗ 1 份文件没有送到：yeban deliver list --open"
    (desk.home / "feeds.yaml").write_text("feeds: 3\n", "utf-8")
    (line,) = digest_lines(desk, date(2026, 11, 22), NOW)
    assert "feeds.yaml" in line


def test_the_doctor_says_which_rules_would_not_get_through(desk: Desk, tmp_path: Path) -> None:
    """A share that is not there, a rule that nothing has ever been for, a file that is wrong: each with what to do."""
    about = Tonight(desk, NOW)
    assert delivery_concerns(about) == []
    (desk.home / FILE).write_text(RULE.format(tmp_path.as_posix()), "utf-8")
    assert "没有一份文件" in delivery_concerns(about)[0].why_zh
    bring(desk, orders_of("2026-11-20"), "a.csv")
    assert delivery_concerns(about) == []
    (desk.home / FILE).write_text(RULE.format((tmp_path / "nowhere").as_posix()), "utf-8")
    assert "目标文件夹不在" in delivery_concerns(about)[0].why_zh
    (desk.home / FILE).write_text("rules: 3\n", "utf-8")
    assert [one.sure for one in delivery_concerns(about)] == [True]
