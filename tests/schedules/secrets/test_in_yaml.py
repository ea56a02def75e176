"""A secret in a YAML file is refused with the command that stores it, and is not repeated: errors stand in logs."""

from pathlib import Path

import pytest

from schedules.delivery.rules import load_delivery
from schedules.notify.settings import load_notify
from schedules.problems import SettingsBroken
from schedules.yaml_file import without_secrets

ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=pl4nted"
HOOK = "https://open.feishu.cn/open-apis/bot/v2/hook/pl4nted"


@pytest.mark.parametrize(
    ("text", "place", "store"),
    [
        ("channels:\n  群: {kind: dingtalk, token: pl4nted}\n", ":2:23", "secret set notify:群 token"),
        ("channels:\n  群:\n    kind: wecom\n    key: pl4nted\n", ":4:5", "secret set notify:群 key"),
        ("channels:\n  网: {kind: webhook, url: 'https://me/?x=pl4nted'}\n", ":2:22", "secret set notify:网 url"),
        (f"channels:\n  群: {{kind: dingtalk, base: '{ROBOT}'}}\n", ":2:29", "secret set notify:群 token"),
        (f"channels:\n  群: {{kind: feishu, base: {HOOK}}}\n", ":2:27", "secret set notify:群 token"),
    ],
)
def test_a_channels_secret_is_refused_with_the_way_to_store_it(
    tmp_path: Path, text: str, place: str, store: str
) -> None:
    """Whatever the robot calls it, and when its whole address was pasted: the very command is said."""
    (tmp_path / "notify.yaml").write_text(text, "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_notify(tmp_path)
    said = caught.value.message("zh")
    assert f"notify.yaml{place}" in said
    assert "D-SECRET-IN-YAML" in said
    assert store in said
    assert "pl4nted" not in said + caught.value.message("en")


def test_a_rules_secret_is_refused_and_not_shown_beside_another_slip(tmp_path: Path) -> None:
    """Two things are wrong on one line: neither picture of it has the password."""
    rules = (
        'rules:\n  a: {kinds: [bank], since: 2026-11-01, sftp: {host: h, user: u, password: "pl4nted", host_key: x}}\n'
        "  b: {kinds: [bank], since: 2026-11-01, s3: {bucket: b, secret_key: pl4nted}}\n"
        "  c: {kinds: [bank], since: 2026-11-01, folder: ftp://u:pl4nted@h/x}\n"
    )
    (tmp_path / "delivery.yaml").write_text(rules, "utf-8")
    with pytest.raises(SettingsBroken) as caught:
        load_delivery(tmp_path)
    said = caught.value.message("zh")
    assert "secret set delivery:a password" in said
    assert "secret set delivery:b secret_key" in said
    assert "sftp" in said
    assert "SHA256:" in said
    assert "pl4nted" not in said + caught.value.message("en")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("token: abc", "token: ***"),
        ("  password : 'a, b'  # mine", "  password : ******  # mine"),
        ('{"secret": "abc", x: 1}', '{"secret": *****, x: 1}'),
        ("密码：口令123", "密码：*****"),
        ("  password: a#b, c}d  # mine", "  password: ********  # mine"),
        ("{password: a#b, host: h}", "{password: ***, host: h}"),
        ("database: postgresql://yeban:hunter2@db/yeban", "database: postgresql://yeban:*******@db/yeban"),
        ("- https://x/send?a=1&access_token=abc&b=2", "- https://x/send?a=1&access_token=***&b=2"),
        ("per_minute: 20", "per_minute: 20"),
        ("older_token_days: 3", "older_token_days: 3"),
        ("kinds: [alipay_fund]  # token", "kinds: [alipay_fund]  # token"),
    ],
)
def test_only_what_is_secret_is_hidden(line: str, shown: str) -> None:
    """The rest of a line is as it was written, sign for sign, so that the mark below it still points at its place."""
    assert without_secrets(line) == shown
    assert len(shown) == len(line)
