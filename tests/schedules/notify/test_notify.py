"""Messages: signed as the other side checks, told once, not too fast, not at night, never called sent when refused."""

import json
import platform
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from schedules.cli.whole import app
from schedules.notify.channels.wire import cut
from schedules.notify.message import Message
from schedules.notify.night import digest, incident
from schedules.notify.outbox import ELSEWHERE_S, REPEAT, TRIES, Outbox, post, post_to, told
from schedules.notify.settings import ChannelSettings, Quiet, load_notify
from schedules.problems import SettingsBroken
from schedules.vault import Vault
from storage.database.tables.desk import notice
from tests.schedules.notify.conftest import NOON, Place, message
from tests.schedules.notify.stand_ins import SECRET, TOKEN, post_office

NIGHT = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai


@pytest.mark.parametrize("kind", ["dingtalk", "feishu", "wecom", "webhook"])
def test_a_robot_takes_what_is_signed_as_it_checks(place: Place, kind: str) -> None:
    """Each stand-in computes the signature by itself and takes the message; title and body are in it."""
    channel = ChannelSettings.model_validate({"kind": kind, "base": place.robots.url})
    delivered = told(place.outbox(group=channel), message())
    assert (len(delivered.sent), delivered.failed, place.robots.refused) == (1, [], 0)
    said = str(place.robots.taken)
    assert "夜班 · 全部做完" in said
    assert "对账 3 处差异" in said


@pytest.mark.parametrize("kind", ["dingtalk", "feishu", "webhook"])
def test_a_wrong_secret_is_not_called_sent(place: Place, kind: str) -> None:
    """The robot answers 200 and says no inside: the message has failed, with its words where it has any."""
    place.vault["secret"] = "another"
    channel = ChannelSettings.model_validate({"kind": kind, "base": place.robots.url})
    outbox = place.outbox(group=channel)
    delivered = told(outbox, message())
    assert place.robots.refused == 1
    if kind != "webhook":  # an address of one's own says no by its status; this stand-in says it inside
        assert [row["reason"].split()[0] for row in delivered.failed] == [
            {"dingtalk": "310000", "feishu": "19021"}[kind]
        ]
        assert delivered.sent == []


def test_an_address_that_refuses_by_its_status_is_not_called_sent(place: Place) -> None:
    """403 from an address of one's own is a failure, 503 is tried again."""
    outbox = place.outbox(mine=ChannelSettings(kind="webhook"))
    place.robots.status = 403
    assert [row["reason"] for row in told(outbox, message("a")).failed] == ["HTTP 403"]
    place.robots.status = 503
    assert [row["reason"] for row in told(outbox, message("b")).waiting] == ["HTTP 503"]


def test_files_go_along_where_the_channel_carries_them(place: Place, tmp_path: Path) -> None:
    """WeCom uploads the report and sends it; DingTalk, which takes no files, says where it is."""
    report = tmp_path / "早报-2026-11-22.xlsx"
    report.write_bytes(b"PK-the-report")
    outbox = place.outbox(
        a=ChannelSettings(kind="wecom", base=place.robots.url),
        b=ChannelSettings(kind="dingtalk", base=place.robots.url),
    )
    assert len(told(outbox, message(files=(report,))).sent) == 2
    assert b"PK-the-report" in place.robots.files[0]
    assert {"msgtype": "file", "file": {"media_id": "media-1"}} in place.robots.taken
    ding = next(said for said in place.robots.taken if "title" in said.get("markdown", {}))
    assert str(report) in ding["markdown"]["text"]


def test_mail_is_delivered_with_its_attachment(place: Place, tmp_path: Path) -> None:
    """Receivers, subject, text and the file's bytes are what the mail server got; its refusal is a failure."""
    report = tmp_path / "早报.xlsx"
    report.write_bytes(b"PK-the-report")
    with post_office() as office:
        channel = ChannelSettings(
            kind="mail", host="127.0.0.1", port=office.port, security="none", sender="yeban@example.com",
            to=["finance@example.com", "boss@example.com"],
        )  # fmt: skip
        place.vault.clear()
        outbox = place.outbox(mail=channel)
        assert len(told(outbox, message("a", (report,))).sent) == 1
        (mail,) = office.mails
        assert (mail["Subject"], mail["To"]) == ("夜班 · 全部做完", "finance@example.com, boss@example.com")
        body, attached = list(mail.iter_parts())
        assert "对账 3 处差异" in body.get_content()
        assert (attached.get_filename(), attached.get_content()) == ("早报.xlsx", b"PK-the-report")
        office.refuses = "554 no"
        assert [row["reason"] for row in told(outbox, message("b")).failed] == ["554 no"]


def test_everything_else_goes_by_an_address_of_the_library(place: Place) -> None:
    """A JSON address is posted to and its refusal is no success; Bark and ServerChan are known; nonsense is refused."""
    from apprise import Apprise

    place.vault["url"] = f"json://{place.robots.url.removeprefix('http://')}/unsigned"
    outbox = place.outbox(phone=ChannelSettings(kind="url"))
    assert len(told(outbox, message("a")).sent) == 1
    assert place.robots.taken[0]["title"] == "夜班 · 全部做完"
    place.robots.status = 500
    assert len(told(outbox, message("b")).waiting) == 1
    assert None not in [Apprise.instantiate(url) for url in ("bark://key@api.example.com/", "schan://SCT123KEY/")]
    place.vault["url"] = "nonsense"
    (failed,) = told(outbox, message("c")).failed
    assert "apprise" in failed["reason"]


def test_an_incident_is_told_once(place: Place) -> None:
    """The same incident again, from another process too, sends nothing; another one does."""
    outbox = place.outbox(group=ChannelSettings(kind="dingtalk", base=place.robots.url))
    counts = [len(told(outbox, message(name)).sent) for name in ("a", "a", "b", "a")]
    assert counts == [1, 0, 1, 0]
    assert len(place.robots.taken) == 2


def test_a_robot_gets_no_more_than_it_takes_in_a_minute(place: Place) -> None:
    """Of 45 messages 20 go now, 20 a minute later, 5 in the third; urgent ones go first; none is lost."""
    outbox = place.outbox(group=ChannelSettings(kind="dingtalk", base=place.robots.url))
    with place.database.write() as connection:
        for number in range(44):
            post(connection, outbox.settings, message(f"m{number}"), place.clock())
        post(connection, outbox.settings, message("now", urgent=True), place.clock())
    sent = []
    for _ in range(3):
        place.robots.now_s = place.clock.at.timestamp()
        sent.append([row["incident"] for row in outbox.deliver().sent])
        place.clock.at += timedelta(seconds=61)
    assert [len(names) for names in sent] == [20, 20, 5]
    assert sent[0][0] == "now"
    assert len(place.robots.taken) == 45


def test_quiet_hours_hold_all_but_urgent_messages(place: Place) -> None:
    """Half past midnight only the urgent one goes out; the other waits until half past seven and goes then."""
    place.clock.at = NIGHT
    outbox = place.outbox(
        Quiet(since="23:00", until="07:30"), group=ChannelSettings(kind="dingtalk", base=place.robots.url)
    )
    assert [row["incident"] for row in told(outbox, message("urgent", urgent=True)).sent] == ["urgent"]
    (held,) = told(outbox, message("calm")).waiting
    assert held["due_at"] == "2026-11-22T23:30:00.000+00:00"
    place.clock.at = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    place.robots.now_s = place.clock.at.timestamp()
    assert [row["incident"] for row in outbox.deliver().sent] == ["calm"]


@pytest.mark.parametrize(
    ("since", "until", "quiet"),
    [("23:00", "07:30", True), ("00:00", "08:00", True), ("12:00", "14:00", False), ("00:30", "00:31", True)],
)
def test_when_it_is_quiet(since: str, until: str, quiet: bool) -> None:
    """Half past midnight in Shanghai lies in hours that run over midnight too; the end is the next such time."""
    ends = Quiet(since=since, until=until).ends(NIGHT)
    assert (ends is not None) is quiet
    assert ends is None or NIGHT < ends <= NIGHT + timedelta(days=1)


def test_what_is_busy_is_tried_again_and_given_up_at_last(place: Place) -> None:
    """Each try waits twice as long; after the last one the message has failed with the words, and can be sent again."""
    outbox = place.outbox(group=ChannelSettings(kind="dingtalk", base=place.robots.url))
    place.robots.code = 410100
    waits = []
    row = told(outbox, message()).waiting[0]
    for _ in range(TRIES - 1):
        due = datetime.fromisoformat(row["due_at"])
        waits.append((due - place.clock.at).total_seconds())
        place.clock.at = due
        delivered = outbox.deliver()
        row = (delivered.waiting or delivered.failed)[0]
    assert waits == [60.0 * 2**n for n in range(TRIES - 1)]
    assert [found["state"] for found in outbox.history(10)] == ["failed"]
    place.robots.code = 0
    place.robots.now_s = place.clock.at.timestamp()
    assert outbox.again(row["notice_id"][:6])
    assert len(outbox.deliver().sent) == 1


def test_a_sender_that_died_is_followed_and_the_repeat_is_said(place: Place) -> None:
    """A message that a dead process had claimed goes out after ten minutes, marked; before that it is left alone."""
    outbox = place.outbox(group=ChannelSettings(kind="dingtalk", base=place.robots.url))

    def dies(_message: Message, _outlet: object) -> None:
        raise KeyboardInterrupt

    mortal = Outbox(outbox.database, outbox.settings, outbox.secret, outbox.has, outbox.clock, {"dingtalk": dies})
    with pytest.raises(KeyboardInterrupt):
        told(mortal, message())
    assert outbox.deliver().sent == []
    place.clock.at += timedelta(minutes=11)
    place.robots.now_s = place.clock.at.timestamp()
    assert len(outbox.deliver().sent) == 1
    assert REPEAT in place.robots.taken[0]["markdown"]["title"]


def test_two_senders_send_one_message_once(place: Place) -> None:
    """Who comes second finds the message claimed."""
    outbox = place.outbox(group=ChannelSettings(kind="dingtalk", base=place.robots.url))
    seen = []

    def second_comes_in(sent: Message, _outlet: object) -> None:
        seen.append(sent.incident)
        outbox.deliver()

    first = Outbox(
        outbox.database, outbox.settings, outbox.secret, outbox.has, outbox.clock, {"dingtalk": second_comes_in}
    )
    told(first, message())
    assert (seen, place.robots.taken) == (["2026-11-22"], [])


def test_a_missing_secret_is_said_and_nothing_secret_is_kept(place: Place) -> None:
    """Without a token the message fails and says how to store it; the books never hold a token or a secret."""
    outbox = place.outbox(group=ChannelSettings(kind="dingtalk", base=place.robots.url))
    token = place.vault.pop("token")
    (failed,) = told(outbox, message("a")).failed
    assert "yeban secret set notify:group token" in failed["reason"]
    place.vault["token"] = token
    place.robots.code = 300001
    told(outbox, message("b"))
    unreachable = place.outbox(group=ChannelSettings(kind="dingtalk", base="http://127.0.0.1:9"))
    told(unreachable, message("c"))
    kept = str([dict(row) for row in outbox.history(10)])
    assert TOKEN not in kept
    assert SECRET not in kept


def test_a_channel_that_was_taken_out_fails_in_words(place: Place) -> None:
    """A message for a channel that notify.yaml no longer has says so."""
    outbox = place.outbox(group=ChannelSettings(kind="dingtalk", base=place.robots.url))
    with place.database.write() as connection:
        post(connection, outbox.settings, message(), NOON)
        connection.execute(update(notice).values(channel="gone"))
    (failed,) = outbox.deliver().failed
    assert "gone" in failed["reason"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("channels: {群: {kind: dingding}}", "没有叫「dingding」的通知渠道种类"),
        ("channels: {群: {kind: dingtalk}}\nroutes: {digest: [裙]}", "没有叫「裙」的通知渠道"),
        ("channels: {信: {kind: mail, host: a}}", "sender、to"),
        ("quiet: {since: 25:00, until: 07:30}", "不是钟点"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_their_place(tmp_path: Path, text: str, said: str) -> None:
    """Each mistake names line, column and what may stand there."""
    (tmp_path / "notify.yaml").write_text(text, "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_notify(tmp_path)
    assert said in str(caught.value)


def test_a_long_text_is_cut_at_a_whole_character() -> None:
    """Never more bytes than the robot takes, and it says that something was cut."""
    for size in range(80, 100):
        short = cut("夜班" * 50, size)
        assert len(short.encode()) <= size
        assert short.endswith("cut）")
    assert cut("夜班", 6) == "夜班"


def test_the_commands_say_what_became_of_it(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`notify test` is taken by the robot, `notify list` shows it; without settings an example is shown."""
    home = tmp_path / "home"
    monkeypatch.setenv("YEBAN_HOME", str(home))
    nothing = CliRunner().invoke(app, ["notify", "test"])
    assert (nothing.exit_code, "kind: dingtalk" in nothing.output) == (2, True)
    home.mkdir(exist_ok=True)
    (home / "notify.yaml").write_text(f"channels: {{群: {{kind: dingtalk, base: '{place.robots.url}'}}}}", "utf-8")
    Vault(home).put("notify:群", token=TOKEN, secret=SECRET)
    place.robots.now_s = datetime.now(UTC).timestamp()
    tested = CliRunner().invoke(app, ["notify", "test"])
    assert (tested.exit_code, len(place.robots.taken)) == (0, 1), tested.output
    assert "对方收下了" in CliRunner().invoke(app, ["notify", "list"]).output
    assert CliRunner().invoke(app, ["notify", "test", "裙"]).exit_code == 2


def row(key: str, stage: str, said: str = "") -> dict[str, object]:
    """A job of a night."""
    summary = {"who": "site"} if stage == "failed" else {}
    return {"job_key": key, "flow": key, "account": "a", "stage": stage, "message": said, "summary": summary}


def test_a_night_is_told_once_for_each_state_it_is_in(tmp_path: Path) -> None:
    """What is not done stands on top with its reason; the same state is the same incident, a mended one another."""
    rows = [row("practice/orders", "failed", "网站没有回答"), row("practice/stock", "done")]
    first = digest(date(2026, 11, 22), rows, ["订单 12 笔"], tmp_path / "none.xlsx", "zh")
    assert first.title == "2026-11-22 夜班：2 件里有 1 件没有做完"
    assert first.body.splitlines()[0].startswith("✗ practice/orders · a：网站没有回答")
    assert first.body.splitlines()[-1] == "订单 12 笔"
    assert digest(date(2026, 11, 22), rows, [], tmp_path / "none.xlsx", "zh").incident == first.incident
    mended = [row("practice/orders", "done"), rows[1]]
    assert digest(date(2026, 11, 22), mended, [], tmp_path / "none.xlsx", "en").incident != first.incident
    assert incident(date(2026, 11, 22), mended, "zh") is None
    wrong = incident(date(2026, 11, 22), rows, "zh")
    assert wrong is not None
    assert "网站没有回答" in wrong.body


def test_a_message_is_sent_by_the_machine_that_has_its_files(place: Place, tmp_path: Path) -> None:
    """Another machine leaves it for an hour, then sends it without them, saying where they are; a bare letter waits."""
    report = tmp_path / "早报.xlsx"
    report.write_bytes(b"PK")
    here = place.outbox(robot=ChannelSettings(kind="webhook"))
    there = replace(here, machine="pc-7")
    letter = Message("note", "delivery|x|1|0", "财务文件 1 份", "订单.csv", (report,))
    with place.database.write() as connection:
        post(connection, here.settings, message(files=(report,)), place.clock())
        post_to(connection, "robot", letter, place.clock())
    assert there.deliver().sent == []
    place.clock.at += timedelta(seconds=ELSEWHERE_S + 1)
    (sent,) = there.deliver().sent
    assert sent["route"] == "digest"
    said = json.dumps(place.robots.taken[-1], ensure_ascii=False)
    assert platform.node() in said
    assert "早报.xlsx" in said
    assert [row["route"] for row in here.deliver().sent] == ["note"]
