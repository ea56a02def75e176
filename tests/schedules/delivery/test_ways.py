"""The ways to a receiver, against stand-ins that check who knocks: SFTP, S3, mail."""

import hashlib
import io
import random
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import paramiko
import pytest

from schedules.delivery.delivering import Delivered, deliver_due
from schedules.delivery.errors import NotDelivered
from schedules.delivery.mailing import attached, letters, pack
from schedules.delivery.receipts import again
from schedules.delivery.rules import FILE, MailSettings, S3Settings
from schedules.delivery.ways import fingerprint, lacking, private_key, s3
from schedules.desk import Desk
from storage.archive import Facts
from tests.schedules.delivery.conftest import bring, orders_of, refunds_of
from tests.schedules.delivery.stand_ins import PASSWORD, USER, bucket, sftp_server
from tests.schedules.notify.stand_ins import post_office

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NAME = "2026-11/甲店/练习商城 订单/2026-11-21 练习商城 订单 甲店.csv"
HEAD = '  财务: {kinds: ["practice_*"], since: "2026-11-01", personal: "yes", '


def rule(desk: Desk, way: str) -> None:
    """delivery.yaml sends everything this way."""
    (desk.home / FILE).write_text(f"rules:\n{HEAD}{way}}}\n", "utf-8")


def why(done: Delivered) -> str:
    """Why the only row was not delivered."""
    (row,) = [*done.waiting, *done.failed]
    return f"{row['state']}: {row['reason']}"


@pytest.mark.parametrize("old", [False, True], ids=["openssh", "old server"])
def test_sftp_takes_the_document_from_whom_it_knows(desk: Desk, tmp_path: Path, old: bool) -> None:
    """The file lies on the server, nothing half beside it, also where the server cannot rename as OpenSSH does.

    By key as by password; a second start finds it there.
    """
    root = tmp_path / "server"
    (root / "in").mkdir(parents=True)
    bring(desk, orders_of("2026-11-21"), "a.csv")
    with sftp_server(root, old=old) as server:
        print_ = fingerprint(server.host_key.asbytes())
        rule(desk, f'sftp: {{host: 127.0.0.1, port: {server.port}, user: {USER}, host_key: "{print_}", folder: /in}}')
        if old:
            mine = paramiko.ECDSAKey.generate(bits=256)
            server.user_key, text = mine, io.StringIO()
            mine.write_private_key(text)
            desk.vault.put("delivery:财务", private_key=text.getvalue())
        else:
            desk.vault.put("delivery:财务", password=PASSWORD)
        done = deliver_due(desk, NOON)
        assert [(row["remote_path"], row["verified"]) for row in done.delivered] == [(f"/in/{NAME}", "sha256")], (
            done.waiting + done.failed
        )
        with desk.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM delivery")
        assert len(deliver_due(desk, NOON).delivered) == 1
    lying = [path for path in root.rglob("*") if path.is_file()]
    assert [path.relative_to(root / "in").as_posix() for path in lying] == [NAME]
    assert lying[0].read_bytes() == orders_of("2026-11-21")


def test_sftp_refuses_in_words(desk: Desk, tmp_path: Path) -> None:
    """A wrong password and another machine's key end for good, each saying what it is; a closed port is tried again.

    A missing password says how to store it; a key that is none is called so.
    """
    bring(desk, orders_of("2026-11-21"), "a.csv")
    with sftp_server(tmp_path) as server:
        print_ = fingerprint(server.host_key.asbytes())
        way = f'sftp: {{host: 127.0.0.1, port: {server.port}, user: {USER}, host_key: "KEY"}}'
        rule(desk, way.replace("KEY", print_))
        assert why(deliver_due(desk, NOON)).startswith("failed")
        assert "yeban secret set delivery:财务 password" in said_again(desk)
        desk.vault.put("delivery:财务", password="wrong")
        assert "不认用户名或密码" in said_again(desk)
        rule(desk, way.replace("KEY", "SHA256:" + "A" * 43))
        assert print_ in said_again(desk)
        desk.vault.put("delivery:财务", private_key="no key")
        assert "私钥读不懂" in said_again(desk)
    rule(desk, way.replace("KEY", print_))
    desk.vault.put("delivery:财务", private_key=key_text())
    assert said_again(desk).startswith("waiting: 连不上")


def key_text() -> str:
    """A private key as it stands in its file."""
    text = io.StringIO()
    paramiko.ECDSAKey.generate(bits=256).write_private_key(text)
    assert private_key(text.getvalue()).get_name().startswith("ecdsa")
    return text.getvalue()


def said_again(desk: Desk) -> str:
    """Why it is refused when it is tried anew."""
    with desk.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM delivery")
    return why(deliver_due(desk, NOON))


def test_a_bucket_takes_what_is_signed(desk: Desk) -> None:
    """The object's bytes are the archive's and are read back; a wrong key ends for good."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    with bucket("finance") as standing:
        rule(desk, f's3: {{bucket: finance, endpoint: "{standing.url}", prefix: 夜班, style: path}}')
        desk.vault.put("delivery:财务", access_key=standing.keys[0], secret_key="wrong")
        assert why(deliver_due(desk, NOON)).startswith("failed: 对方不让放")
        assert standing.refused
        desk.vault.put("delivery:财务", secret_key=standing.keys[1])
        with desk.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM delivery")
        done = deliver_due(desk, NOON)
        assert [(row["remote_path"], row["verified"]) for row in done.delivered] == [
            (f"finance/夜班/{NAME}", "sha256")
        ], done.waiting + done.failed
        assert standing.objects == {f"夜班/{NAME}": orders_of("2026-11-21")}


def test_a_bucket_stands_in_the_address_as_its_keeper_wants() -> None:
    """OSS and COS have it before the host, MinIO behind it, AWS needs no address."""
    told = {}
    for name, ways in (
        ("oss", {"endpoint": "https://oss-cn-hangzhou.aliyuncs.com", "region": "cn-hangzhou"}),
        ("minio", {"endpoint": "http://127.0.0.1:9000", "style": "path"}),
        ("aws", {}),
    ):
        remote = s3(S3Settings.model_validate({"bucket": "finance", **ways}), lambda key: key)
        store = remote.fs._construct_store("finance")
        told[name] = obstore.sign(store, "GET", "a/店.csv", timedelta(minutes=1)).partition("?")[0]
    assert told == {
        "oss": "https://finance.oss-cn-hangzhou.aliyuncs.com/a/%E5%BA%97.csv",
        "minio": "http://127.0.0.1:9000/finance/a/%E5%BA%97.csv",
        "aws": "https://finance.s3.us-east-1.amazonaws.com/a/%E5%BA%97.csv",
    }


def test_a_way_whose_library_is_not_here_says_how_to_get_it() -> None:
    """The words name the extra to install."""
    assert "pip install 'yeban[s3]'" in str(lacking("obstore", "s3"))
    assert lacking("obstore", "s3").for_good


def mailbox(desk: Desk, port: int) -> None:
    """notify.yaml has the mailbox."""
    (desk.home / "notify.yaml").write_text(
        f"channels:\n  邮箱: {{kind: mail, host: 127.0.0.1, port: {port}, security: none,"
        " sender: a@example.com, to: [b@example.com]}\n",
        "utf-8",
    )


def test_mail_carries_few_files_as_they_are_and_many_as_a_zip(desk: Desk) -> None:
    """One file under its readable name; three in one zip under their paths; each receipt follows its mail."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    with post_office() as post:
        mailbox(desk, post.port)
        rule(desk, "mail: {channel: 邮箱, zip_from: 3}")
        done = deliver_due(desk, NOON)
        assert [row["verified"] for row in done.delivered] == ["taken"], done.waiting + done.failed
        for day in ("19", "20", "22"):
            bring(desk, refunds_of(f"2026-11-{day}", number=day), f"{day}.csv")
        assert len(deliver_due(desk, NOON + timedelta(hours=1)).delivered) == 3
        assert deliver_due(desk, NOON + timedelta(hours=2)).delivered == []
        assert list((desk.home / "outgoing").iterdir()) == [], "the zip is gone with its mail"
    one, many = post.mails
    (file,) = one.iter_attachments()  # type: ignore[attr-defined]
    assert (file.get_filename(), file.get_payload(decode=True)) == (NAME.rpartition("/")[2], orders_of("2026-11-21"))
    assert hashlib.sha256(orders_of("2026-11-21")).hexdigest()[:16] in one.get_body().get_content()  # type: ignore[attr-defined]
    (packed,) = many.iter_attachments()  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(packed.get_content())) as content:
        assert len(content.namelist()) == 3
        assert all(name.startswith("2026-11/") for name in content.namelist())


def test_a_mail_that_is_refused_is_no_receipt(desk: Desk) -> None:
    """The server says no: the receipt says so in its words; tried again by hand it goes."""
    bring(desk, orders_of("2026-11-21"), "a.csv")
    with post_office() as post:
        mailbox(desk, post.port)
        rule(desk, "mail: {channel: 邮箱}")
        post.refuses = "554 no thank you"
        (row,) = deliver_due(desk, NOON).failed
        assert "no thank you" in row["reason"]
        post.refuses = ""
        assert deliver_due(desk, NOON + timedelta(hours=1)) == Delivered()
        with desk.database.write() as connection:
            assert again(connection, "财务", NOON) == 1
        assert len(deliver_due(desk, NOON + timedelta(hours=1)).delivered) == 1
    assert len(post.mails) == 1


def test_mails_hold_what_fits() -> None:
    """Files are parted in their order so that none of the mails is too large."""
    rows = [{"path": str(n), "size": size << 20} for n, size in enumerate((4, 4, 5, 1, 20))]
    parts = letters(rows, MailSettings(channel="x", most_mb=15))
    assert [[int(row["path"]) for row in part] for part in parts] == [[0, 1], [2, 3], [4]]


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    """A mail that is sent again after a crash carries the same bytes."""
    (tmp_path / "a.csv").write_text("a")
    first = pack(tmp_path / "1.zip", tmp_path, [tmp_path / "a.csv"]).read_bytes()
    (tmp_path / "a.csv").touch()
    assert pack(tmp_path / "2.zip", tmp_path, [tmp_path / "a.csv"]).read_bytes() == first


def test_what_is_too_large_for_mail_says_so(desk: Desk) -> None:
    """A file that stays too large in a zip is refused for good, with the other ways named."""
    content = random.Random(1).randbytes(1 << 20)
    sha = desk.archive.put(content, Facts()).sha256
    row = {"path": "2026-11/a.bin", "file_sha": sha, "size": len(content)}
    with pytest.raises(NotDelivered, match="改用文件夹") as refused:
        attached(desk, MailSettings(channel="x", most_mb=1), [row])
    assert refused.value.for_good
