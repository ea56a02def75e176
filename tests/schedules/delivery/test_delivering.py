"""Deliveries: once, whole, with a receipt; killed anywhere nothing is lost or doubled; trouble is told once."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from schedules.delivery import receipts
from schedules.delivery.delivering import Delivered, deliver_due, ready
from schedules.delivery.receipts import HELD, LONGEST_GAP, TRIES, again, gap, history
from schedules.delivery.remote import Remote
from schedules.delivery.rules import FILE, load_delivery
from schedules.desk import Desk
from schedules.problems import SettingsBroken
from schedules.settings import ShopSettings
from storage.database.tables import raw_file, raw_row
from storage.database.tables.desk import notice
from tests.schedules.delivery.conftest import bring, orders_of, refunds_of
from tests.schedules.delivery.far_side import Away, Killed, Mortal

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
RULE = '  财务: {{kinds: ["practice_*"], since: "2026-11-01", personal: "yes", folder: "{}"}}\n'
WEBHOOK = "channels:\n  群: {kind: webhook}\nroutes:\n  incident: [群]\n"
NAME = "2026-11/甲店/练习商城 订单/2026-11-21 练习商城 订单 甲店.csv"


def rules(desk: Desk, text: str) -> None:
    """delivery.yaml says this."""
    (desk.home / FILE).write_text(f"rules:\n{text}", "utf-8")


def deliver(desk: Desk, fs: Any, at: datetime = NOON) -> Delivered:
    """What is due goes to this file system."""
    return deliver_due(desk, at, lambda rule, secret, has: Remote(fs, ""))


def receipts_of(desk: Desk) -> list[tuple[str, str, str]]:
    """(path, state, how it was compared) of every receipt."""
    with desk.database.read() as connection:
        return sorted((row["path"], row["state"], row["verified"]) for row in history(connection, 100))


def test_a_folder_gets_each_document_once_under_its_name(desk: Desk, tmp_path: Path) -> None:
    """The share has the archived bytes; the receipt names the place and how it was compared; again is nothing."""
    share = tmp_path / "share"
    share.mkdir()
    sha = bring(desk, orders_of("2026-11-21"), "a.csv")
    bring(desk, refunds_of("2026-10-21"), "old.csv")
    rules(desk, RULE.format(share.as_posix()))
    done = deliver_due(desk, NOON)
    assert (done.filed, [row["path"] for row in done.delivered], done.failed) == (2, [NAME], [])
    assert (share / NAME).read_bytes() == orders_of("2026-11-21")
    (row,) = done.delivered
    assert (row["file_sha"], row["verified"], row["remote_path"]) == (sha, "sha256", f"{share.as_posix()}/{NAME}")
    assert deliver_due(desk, NOON + timedelta(days=1)) == Delivered()
    assert sum(path.is_file() for path in share.rglob("*")) == 1


def test_killed_at_any_call_nothing_is_lost_or_doubled(desk: Desk, far: Mortal) -> None:
    """The process dies after its n-th call to the other side, which is before the next, for every n.

    The next run ends it well: the document lies there once, whole, no half file beside it, and has one receipt.
    """
    bring(desk, orders_of("2026-11-21"), "a.csv")
    rules(desk, RULE.format("/anywhere"))
    deaths = 0
    while True:
        far.store.clear()
        far.calls, far.dies_at = 0, deaths + 1
        try:
            deliver(desk, far)
            break
        except Killed:
            deaths += 1
            assert [state for _, state, _ in receipts_of(desk)] == ["sending"]
            half = far.content()
            far.dies_at = 0
            done = deliver(desk, far, NOON + timedelta(minutes=1))
            assert [row["state"] for row in done.delivered] == ["delivered"], half
            assert far.content() == {f"/{NAME}": orders_of("2026-11-21")}
            assert receipts_of(desk) == [(NAME, "delivered", "sha256")]
        with desk.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM delivery")
    assert deaths >= 5


def test_other_content_at_the_other_side_is_never_overwritten(desk: Desk, far: Mortal) -> None:
    """Somebody's own file has the name: it stays, and the document goes beside it under a name of its own."""
    sha = bring(desk, orders_of("2026-11-21"), "a.csv")
    far.pipe_file(f"/{NAME}", b"somebody's own")
    rules(desk, RULE.format("/anywhere"))
    (row,) = deliver(desk, far).delivered
    assert row["remote_path"] == NAME.replace(".csv", f" {sha[:8]}.csv")
    assert far.content() == {f"/{NAME}": b"somebody's own", f"/{row['remote_path']}": orders_of("2026-11-21")}


def test_what_arrives_damaged_is_not_called_delivered(desk: Desk, far: Mortal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other side keeps half of it: it is taken away again and tried later."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    rules(desk, RULE.format("/anywhere"))
    with monkeypatch.context() as torn:
        torn.setattr(Mortal, "put_file", lambda self, local, remote: self.pipe_file(remote, b"half"))
        assert [row["state"] for row in deliver(desk, far).waiting] == ["waiting"]
    assert far.content() == {}
    assert len(deliver(desk, far, NOON + timedelta(minutes=1)).delivered) == 1


def test_gaps_double_and_trouble_is_told_once(desk: Desk, far: Mortal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The share is away for hours: tried after 1, 2, 4 … minutes, told once after the third try, delivered in the end.

    Given up after its last try, it waits for `again`.
    """
    (desk.home / "notify.yaml").write_text(WEBHOOK, "utf-8")
    bring(desk, orders_of("2026-11-21"), "a.csv")
    bring(desk, refunds_of("2026-11-21"), "b.csv")
    rules(desk, RULE.format("/anywhere"))
    assert [gap(n).total_seconds() / 60 for n in (1, 2, 3, 8)] == [1, 2, 4, 128]
    assert gap(TRIES) == LONGEST_GAP

    def away(desk: Desk, at: datetime) -> Delivered:
        return deliver_due(desk, at, lambda rule, secret, has: Remote(Away(), "/share"))

    tries = 6
    monkeypatch.setattr(receipts, "TRIES", tries)
    at, told = NOON, []
    for n in range(1, tries + 1):
        done = away(desk, at)
        assert len(done.waiting if n < tries else done.failed) == 2
        assert not away(desk, at + gap(n) - timedelta(seconds=1)).waiting, "not before its time"
        with desk.database.read() as connection:
            told.append(len(list(connection.execute(select(notice)))))
        at += gap(n)
    assert told == [0, 0, *[1] * (tries - 2)]
    assert not deliver(desk, far, at).delivered, "given up"
    with desk.database.write() as connection:
        assert again(connection, "财务", at) == 2
    assert len(deliver(desk, far, at).delivered) == 2


@pytest.mark.parametrize(
    ("row", "titles"), [('{"收货人": "王*", "收货电话": "138****"}', ""), ('["王*"]', '["收货人", "收货电话"]')]
)
def test_personal_data_leaves_only_when_the_rule_says_so(desk: Desk, far: Mortal, row: str, titles: str) -> None:
    """A file with columns of receivers is held, with the way to allow it; allowed, it goes, and the log says so."""
    sha = bring(desk, orders_of("2026-11-21"), "a.csv")
    with desk.database.write() as connection:
        connection.execute(raw_row.update().values(payload=row))
        connection.execute(raw_file.update().values(titles=titles))
    (desk.home / "notify.yaml").write_text(WEBHOOK, "utf-8")
    rules(desk, RULE.format("/x").replace("yes", "no"))
    done = deliver(desk, far)
    assert (done.held, done.delivered) == (1, [])
    with desk.database.read() as connection:
        (held,) = history(connection, 9, states=[HELD])
        assert "personal: yes" in held["reason"]
        body = connection.execute(select(notice.c.body)).scalar_one()
        assert "personal: yes" in body, "people hear of it: nobody else would allow it"
    rules(desk, RULE.format("/x"))
    (sent,) = deliver(desk, far).delivered
    assert sent["file_sha"] == sha
    with desk.database.read() as connection:
        log = connection.exec_driver_sql("SELECT who, what, subject FROM audit_log").all()
    assert [tuple(one) for one in log if one[1] == "送出文件"] == [("delivery:财务", "送出文件", NAME)]


def test_a_second_process_does_nothing_meanwhile(desk: Desk, far: Mortal) -> None:
    """One deliverer on a machine: the second says that it is busy."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    rules(desk, RULE.format("/x"))
    seen: list[Delivered] = []

    def open_(rule: Any, secret: Any, has: Any) -> Remote:
        seen.append(deliver(desk, far))
        return Remote(far, "")

    assert len(deliver_due(desk, NOON, open_).delivered) == 1
    assert [one.busy for one in seen] == [True]


def test_rules_are_checked_with_their_places(desk: Desk) -> None:
    """A kind that nobody knows, two ways at once, a bad day and a missing mailbox are shown where they stand."""
    rules(
        desk,
        "  a: {kinds: [practice_order], since: 2026-11-01, folder: /x}\n"
        "  b: {kinds: [bank], since: 2026-11-01, folder: /x, mail: {channel: 财务}}\n"
        "  c: {kinds: [bank], since: 昨天, folder: /x}\n"
        "  d: {kinds: [bank], since: 2026-11-01, sftp: {host: h, user: u, host_key: abc}}\n",
    )
    with pytest.raises(SettingsBroken) as broken:
        load_delivery(desk.home)
    said = broken.value.message("zh")
    assert ":3:" in said or "第 3 行" in said, said
    assert "送法" in said
    assert "不是日期" in said
    assert "SHA256:" in said
    rules(desk, "  a: {kinds: [practice_order], since: 2026-11-01, mail: {channel: 财务}}\n")
    with pytest.raises(SettingsBroken) as broken:
        load_delivery(desk.home)
    assert "practice_orders" in broken.value.message("zh")
    assert "邮箱" in broken.value.message("zh")


def test_a_share_that_is_not_mounted_is_said_before_the_night(desk: Desk, tmp_path: Path) -> None:
    """`ready` names each rule and what is wrong with its place; it writes nothing."""
    rules(desk, RULE.format((tmp_path / "nowhere").as_posix()))
    bring(desk, orders_of("2026-11-21"), "a.csv")
    (one,) = ready(desk)
    assert (one.rule, one.target, one.documents) == ("财务", (tmp_path / "nowhere").as_posix(), 1)
    assert "目标文件夹不在" in one.trouble
    assert deliver_due(desk, NOON).waiting
    assert ready(desk)[0].documents == 1
    with suppress(FileNotFoundError):
        assert not list((tmp_path / "nowhere").iterdir())


def test_a_shop_may_be_called_by_its_title(desk: Desk, far: Mortal) -> None:
    """settings.yaml gives the shop a title: its documents lie and go under it, and the rule may name it so."""
    titled = desk.settings.model_copy(update={"shops": {"甲店": ShopSettings(title="天猫旗舰店")}})
    bring(desk, orders_of("2026-11-21"), "a.csv")
    bring(desk, orders_of("2026-11-21", shop="乙店", number="8"), "b.csv", shop="乙店")
    rules(desk, RULE.format("/x").replace("folder:", "shops: [天猫旗舰店], folder:"))
    done = deliver(replace(desk, settings=titled), far)
    assert [row["path"].split("/")[1] for row in done.delivered] == ["天猫旗舰店"]
