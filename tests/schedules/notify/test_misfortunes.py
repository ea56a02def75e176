"""What goes wrong on the way: nothing is lost that another try would bring, nothing said twice without saying so."""

import ipaddress
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import update

from schedules.notify.message import Message
from schedules.notify.outbox import REPEAT, TRIES, post, post_to, told
from schedules.notify.settings import ChannelSettings, Quiet, load_notify
from schedules.problems import SettingsBroken
from storage.database.tables.desk import notice
from tests.schedules.notify.conftest import Place, message
from tests.schedules.notify.stand_ins import SECRET, post_office


def robot(place: Place, kind: str) -> ChannelSettings:
    """A robot of this kind, which the stand-in answers for."""
    return ChannelSettings.model_validate({"kind": kind, "base": place.robots.url})


def mailbox(port: int, security: str = "none") -> ChannelSettings:
    """A mailbox of this machine."""
    there = {"host": "127.0.0.1", "port": port, "security": security}
    return ChannelSettings.model_validate({"kind": "mail", "sender": "a@example.com", "to": ["b@example.com"], **there})


def test_a_title_of_several_lines_is_a_subject_of_one(place: Place) -> None:
    """A flow may ask its question in several lines; the mail has them in one, and the text as it is."""
    with post_office() as office:
        place.vault.clear()
        outbox = place.outbox(mail=mailbox(office.port))
        asked = Message("digest", "q", "要不要付？\r\n一共 12 元\n", "第一行\n第二行")
        assert len(told(outbox, asked).sent) == 1
        assert office.mails[0]["Subject"] == "要不要付？ 一共 12 元"


def test_one_message_that_cannot_be_sent_stands_in_nobodys_way(place: Place) -> None:
    """The others go out in the same call; it is tried as often as any other, then it has failed in words."""
    outbox = place.outbox(group=robot(place, "dingtalk"))
    known = dict(outbox.senders)

    def stumbles(sent: Message, outlet: object) -> None:
        if sent.incident == "odd":
            raise LookupError(f"https://robot/?token={SECRET}")
        known["dingtalk"](sent, outlet)  # type: ignore[arg-type]

    outbox = replace(outbox, senders={"dingtalk": stumbles})
    with place.database.write() as connection:
        post(connection, outbox.settings, message("odd", urgent=True), place.clock())
        post(connection, outbox.settings, message("even"), place.clock())
    first = outbox.deliver()
    assert [row["incident"] for row in first.sent] == ["even"]
    assert [row["incident"] for row in first.waiting] == ["odd"]
    for _ in range(TRIES - 1):
        place.clock.at += timedelta(hours=1)
        last = outbox.deliver()
    assert "LookupError" in last.failed[0]["reason"]
    assert SECRET not in str([dict(row) for row in outbox.history(5)])


@pytest.mark.parametrize(
    ("kind", "code", "tried_again"),
    [("dingtalk", 130101, True), ("dingtalk", -1, True), ("dingtalk", 300001, False),
     ("wecom", -1, True), ("wecom", 45033, True), ("wecom", 93000, False), ("feishu", 11232, True)],
)  # fmt: skip
def test_a_robot_that_is_busy_is_asked_again(place: Place, kind: str, code: int, tried_again: bool) -> None:
    """What the platforms say of themselves, and of too many messages in a minute, is worth another try."""
    place.robots.code = code
    delivered = told(place.outbox(group=robot(place, kind)), message())
    assert (len(delivered.waiting), len(delivered.failed)) == (int(tried_again), int(not tried_again))


@pytest.mark.parametrize("kind", ["dingtalk", "feishu", "wecom"])
def test_an_answer_that_is_no_robots_is_not_the_last_word(place: Place, kind: str) -> None:
    """A proxy that asks for a sign-in, or a platform that holds calls back, answers 200 without a code: once more."""
    place.robots.said = {"status": 1111, "punish": "deny"}
    (waits,) = told(place.outbox(group=robot(place, kind)), message()).waiting
    assert "机器人" in waits["reason"]


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_the_longest_chinese_text_fits_into_a_call(place: Place, kind: str) -> None:
    """What is cut to the robot's limit is within it on the wire too: Chinese and pictures are sent as they are."""
    long = Message("digest", "long", "夜班", "没有到的文件：天猫旗舰店🙂\n" * 4000)
    assert len(told(place.outbox(group=robot(place, kind)), long).sent) == 1
    assert "🙂" in str(place.robots.taken)


def test_a_text_that_was_taken_without_its_file_says_so_when_it_comes_again(place: Place, tmp_path: Path) -> None:
    """WeCom takes text and file one after the other: the second try may repeat the text, and its title says it."""
    report = tmp_path / "早报.xlsx"
    report.write_bytes(b"PK-the-report")
    outbox = place.outbox(group=robot(place, "wecom"))
    place.robots.no_files = True
    (waits,) = told(outbox, message(files=(report,))).waiting
    assert "文字收下了" in waits["reason"]
    place.robots.no_files = False
    place.clock.at += timedelta(minutes=2)
    assert len(outbox.deliver().sent) == 1
    titles = [said["markdown"]["content"].splitlines()[0] for said in place.robots.taken if "markdown" in said]
    assert [REPEAT in title for title in titles] == [False, True]


def test_what_another_process_has_sent_meanwhile_is_not_sent_again(place: Place) -> None:
    """Two deliver at once and the robot's minute is full: who is late leaves alone what the other has sent."""
    outbox = place.outbox(group=robot(place, "dingtalk").model_copy(update={"per_minute": 1}))
    with place.database.write() as connection:
        for name in ("first", "second"):
            post(connection, outbox.settings, message(name), place.clock())
    read = outbox._due()
    place.clock.at += timedelta(seconds=61)
    place.robots.now_s = place.clock.at.timestamp()
    with place.database.write() as connection:  # the other one has sent both, the second just now
        at = place.clock().isoformat(timespec="milliseconds")
        connection.execute(update(notice).values(state="sent", due_at=at, ended_at=at))
    late = replace(outbox)
    object.__setattr__(late, "_due", lambda: read)
    delivered = late.deliver()
    assert (delivered.sent, delivered.waiting) == ([], [])
    assert [row["state"] for row in outbox.history(5)] == ["sent", "sent"]
    assert place.robots.taken == []


def test_quiet_hours_do_not_take_the_mark_of_a_repeat_away(place: Place) -> None:
    """A process died while sending, then it was night: in the morning the message says that it may be a repeat."""
    place.clock.at = datetime(2026, 11, 22, 14, 55, tzinfo=UTC)  # 22:55 in Shanghai
    outbox = place.outbox(Quiet(since="23:00", until="07:30"), group=robot(place, "dingtalk"))

    def dies(_message: Message, _outlet: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        told(replace(outbox, senders={"dingtalk": dies}), message())
    place.clock.at += timedelta(minutes=15)
    assert len(outbox.deliver().waiting) == 1
    place.clock.at += timedelta(hours=9)
    place.robots.now_s = place.clock.at.timestamp()
    assert len(outbox.deliver().sent) == 1
    assert REPEAT in place.robots.taken[0]["markdown"]["title"]


def test_a_clock_of_another_place_is_no_time_of_day(tmp_path: Path) -> None:
    """Hours are Beijing's; 23:00+08:00 is refused with its place and not at the first message of the night."""
    (tmp_path / "notify.yaml").write_text("quiet: {since: '23:00+08:00', until: '07:30'}\n", "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_notify(tmp_path)
    assert "不是钟点" in caught.value.message("zh")


def test_mail_to_a_stranger_waits_for_the_second_try(place: Place) -> None:
    """A server that does not know the sender yet says 450 to the receiver; one that never will says 550."""
    with post_office() as office:
        place.vault.clear()
        outbox = place.outbox(mail=mailbox(office.port))
        office.refuses_to = "450 greylisted, come again"
        assert len(told(outbox, message("a")).waiting) == 1
        office.refuses_to = "550 no such user"
        assert len(told(outbox, message("b")).failed) == 1
        office.refuses_to = ""
        place.clock.at += timedelta(minutes=2)
        assert [row["incident"] for row in outbox.deliver().sent] == ["a"]


def test_a_digest_comes_without_a_report_that_is_too_large(place: Place, tmp_path: Path) -> None:
    """People read at eight what is missing, and where the report lies; a letter of documents alone is refused."""
    report = tmp_path / "早报.xlsx"
    report.write_bytes(b"PK" * 20_000)
    with post_office() as office:
        office.most_bytes = 20_000
        place.vault.clear()
        outbox = place.outbox(mail=mailbox(office.port))
        assert len(told(outbox, message(files=(report,))).sent) == 1
        (mail,) = office.mails
        assert not mail.is_multipart()
        assert str(report) in mail.get_payload(decode=True).decode()  # type: ignore[union-attr]
        with place.database.write() as connection:
            post_to(connection, "mail", Message("note", "delivery|x", "文件", "x.csv", (report,)), place.clock())
        (failed,) = outbox.deliver().failed
        assert failed["reason"].startswith("552")


def test_a_mail_is_taken_however_the_server_says_goodbye(place: Place) -> None:
    """Once it has said 250, nothing that it answers to QUIT makes the mail unsent, to be sent again."""
    with post_office() as office:
        place.vault.clear()
        office.farewell = "421 too slow"
        outbox = place.outbox(mail=mailbox(office.port))
        assert len(told(outbox, message()).sent) == 1
        assert len(office.mails) == 1


def certificate_of(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for this machine that nobody vouches for: what a server speaks with, and its file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "here.pem").write_bytes(text)
    (folder / "both.pem").write_bytes(secret + text)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context, folder / "here.pem"


def test_no_password_goes_to_a_server_that_nobody_vouches_for(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stands between gets neither password nor statement, and people read why; a certificate of one's own is
    named by SSL_CERT_FILE.
    """
    context, file = certificate_of(tmp_path)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with post_office(context) as office:
        place.vault.clear()
        outbox = place.outbox(mail=mailbox(office.port, "tls"))
        (waits,) = told(outbox, message("a")).waiting
        assert "SSL_CERT_FILE" in waits["reason"]
        assert office.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert [row["incident"] for row in told(outbox, message("b")).sent] == ["b"]
