"""A rule is what its file says now, for what already waits too; one trouble hides no other."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from schedules.delivery.delivering import Delivered, deliver_due, ready, would_deliver
from schedules.delivery.night import digest_lines
from schedules.delivery.receipts import HELD, gap, history
from schedules.delivery.remote import Remote
from schedules.desk import Desk
from schedules.problems import SettingsBroken
from storage.database.tables import raw_file, raw_row
from storage.database.tables.desk import notice
from tests.schedules.delivery.conftest import bring, orders_of, refunds_of
from tests.schedules.delivery.far_side import Away, Mortal
from tests.schedules.delivery.test_delivering import NAME, NOON, RULE, WEBHOOK, deliver, rules
from tests.schedules.delivery.test_delivering import receipts_of as receipts
from tests.schedules.delivery.test_ways import mailbox
from tests.schedules.notify.stand_ins import post_office


def away(desk: Desk, at: Any = NOON) -> Delivered:
    """A delivery while the share is away."""
    return deliver_due(desk, at, lambda rule, secret, has: Remote(Away(), "/share"))


def of_people(desk: Desk) -> None:
    """What was brought tells of people."""
    with desk.database.write() as connection:
        connection.execute(raw_row.update().values(payload='{"收货人": "王*"}'))
        connection.execute(raw_file.update().values(titles=""))


def test_what_waits_goes_only_to_whom_the_rule_still_names(desk: Desk, far: Mortal) -> None:
    """Written too wide, and narrowed while the share was away: what it is for no more does not leave the desk."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    bring(desk, refunds_of("2026-11-21"), "b.csv")
    rules(desk, RULE.format("/x"))
    assert len(away(desk).waiting) == 2
    rules(desk, RULE.format("/x").replace("practice_*", "practice_orders"))
    assert [path for _, _, path in would_deliver(desk)] == [NAME]
    done = deliver(desk, far, NOON + timedelta(hours=1))
    assert [row["path"] for row in done.delivered] == [NAME]
    assert list(far.content()) == [f"/{NAME}"]
    assert receipts(desk) == [(NAME, "delivered", "sha256")]
    rules(desk, RULE.format("/x"))
    assert len(deliver(desk, far, NOON + timedelta(hours=2)).delivered) == 1, "wanted again, it goes"


@pytest.mark.parametrize("why", ["narrowed", "personal"])
def test_a_letter_that_still_lies_here_is_undone(desk: Desk, why: str) -> None:
    """The mail server was away, the rule was changed meanwhile: the letter does not go, what is still wanted does."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    if why == "personal":
        of_people(desk)
    bring(desk, refunds_of("2026-11-21"), "b.csv")
    wide = '  财务: {kinds: ["practice_*"], since: "2026-11-01", personal: "yes", mail: {channel: 邮箱}}\n'
    narrow = wide.replace("practice_*", "practice_refunds") if why == "narrowed" else wide.replace('"yes"', '"no"')
    with post_office() as post:
        mailbox(desk, post.port)
        rules(desk, wide)
        post.refuses = "451 come again"
        assert deliver_due(desk, NOON).delivered == []
        rules(desk, narrow)
        post.refuses = ""
        sent = [row["path"] for row in deliver_due(desk, NOON + timedelta(hours=1)).delivered]
        assert len(sent) == 1
        assert "售后" in sent[0]
    (mail,) = post.mails
    assert [one.get_filename() for one in mail.iter_attachments()] == [sent[0].rpartition("/")[2]]  # type: ignore[attr-defined]


def test_what_was_delivered_keeps_its_receipt_whatever_the_rule_says(desk: Desk, far: Mortal) -> None:
    """A rule that is for other documents now was for this one then."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    rules(desk, RULE.format("/x"))
    deliver(desk, far)
    rules(desk, RULE.format("/x").replace("practice_*", "practice_refunds"))
    deliver(desk, far, NOON + timedelta(hours=1))
    assert receipts(desk) == [(NAME, "delivered", "sha256")]


def test_a_rule_that_takes_personal_data_back_holds_what_waits(desk: Desk, far: Mortal) -> None:
    """Allowed, not yet sent, and not allowed any more: a file of receivers stays here and waits for a person."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    of_people(desk)
    rules(desk, RULE.format("/x"))
    assert len(away(desk).waiting) == 1
    rules(desk, RULE.format("/x").replace("yes", "no"))
    done = deliver(desk, far, NOON + timedelta(hours=1))
    assert (done.held, done.delivered, far.content()) == (1, [], {})
    with desk.database.read() as connection:
        assert "personal: yes" in history(connection, 9, states=[HELD])[0]["reason"]


def test_nobody_is_told_that_held_documents_would_go(desk: Desk) -> None:
    """`--dry-run` names what would leave the desk; the rule is for that document all the same."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    of_people(desk)
    rules(desk, RULE.format("/x").replace("yes", "no"))
    assert would_deliver(desk) == []
    assert [one.documents for one in ready(desk)] == [1]
    rules(desk, RULE.format("/x"))
    assert len(would_deliver(desk)) == 1


def test_a_rule_that_was_taken_out_is_not_told_of_every_morning(desk: Desk) -> None:
    """What it did not deliver is nobody's business any more; of the others the digest still tells."""
    rules(desk, RULE.format("/x"))
    night = date(2026, 11, 22)
    with desk.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO delivery (rule, path, state) VALUES ('旧的', 'x', 'failed')")
    assert digest_lines(desk, night, NOON) == []
    with desk.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO delivery (rule, path, state) VALUES ('财务', 'x', 'failed')")
    assert digest_lines(desk, night, NOON) == ["✗ 1 份文件没有送到：yeban deliver list --open"]


def test_one_document_that_waits_for_ever_hides_no_later_trouble(desk: Desk) -> None:
    """Nobody ever allows the first; when the share is gone a week later, people hear of that, once."""
    (desk.home / "notify.yaml").write_text(WEBHOOK, "utf-8")
    bring(desk, orders_of("2026-11-21"), "a.csv")
    of_people(desk)
    rules(desk, RULE.format("/x").replace("yes", "no"))
    away(desk)
    told = []
    at = NOON + timedelta(days=7)
    bring(desk, refunds_of("2026-11-27"), "b.csv")
    for tries in range(1, 7):
        away(desk, at)
        at += gap(tries)
        with desk.database.read() as connection:
            told.append(len(list(connection.execute(select(notice)))))
    assert told == [1, 1, 2, 2, 2, 2]


def test_again_knows_its_rules(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in the rule's name is said with the names that there are, not answered with nothing."""
    from typer.testing import CliRunner

    from schedules.cli.app import command_line

    monkeypatch.setenv("YEBAN_HOME", str(desk.home))
    rules(desk, RULE.format("/x"))
    done = CliRunner().invoke(command_line("deliver"), ["deliver", "again", "财物"])
    assert done.exit_code == 2
    assert not isinstance(done.exception, SettingsBroken)
    assert "财务" in done.output
