"""What people type: deliver, documents, calendar, retention."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schedules.cli import deliver_commands, documents_commands
from schedules.cli.app import command_line
from schedules.delivery.rules import FILE, DeliveryFile
from schedules.desk import Desk, open_desk
from schedules.settings import Settings
from schedules.yaml_file import read_yaml
from tests.schedules.delivery.conftest import bring, orders_of

RULE = 'rules:\n  财务: {{kinds: [practice_orders], since: "2026-11-01", personal: "yes", folder: "{}"}}\n'


@contextmanager
def at_home(desk: Desk) -> Iterator[Desk]:
    """The desk as a command would open it."""
    with open_desk(Settings(home=desk.home)) as opened:
        yield opened


@pytest.fixture
def typed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Typed]":
    """Types commands at this desk's home."""
    monkeypatch.setenv("YEBAN_HOME", str(desk.home))
    monkeypatch.setenv("YEBAN_LANG", "zh")
    monkeypatch.delenv("YEBAN_DATABASE", raising=False)
    yield Typed()


class Typed:
    """One command line after the other; gives the exit code and what was said."""

    def __call__(self, *words: str) -> tuple[int, str]:
        """Run the command."""
        done = CliRunner().invoke(command_line(words[0]), list(words))
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output


def test_from_a_file_to_its_receipt_by_commands(desk: Desk, typed: Typed, tmp_path: Path) -> None:
    """Checked before the night, sent, listed, found again with its receiver, and taken away in time."""
    share = tmp_path / "share"
    bring(desk, orders_of("2026-01-05", number="70005"), "一月.csv")
    (desk.home / FILE).write_text(RULE.format(share.as_posix()).replace("2026-11", "2026-01"), "utf-8")
    assert "会送 1 份" in typed("deliver", "send", "--dry-run")[1]
    assert not (desk.home / "filed").exists()
    code, said = typed("deliver", "check")
    assert (code, "目标文件夹不在" in said) == (4, True)
    code, said = typed("deliver", "send")
    assert (code, said.count("…")) == (0, 1)
    share.mkdir()
    code, said = typed("deliver", "again", "财务")
    assert (code, "✓ 财务  2026-01/甲店/练习商城 订单/2026-01-05" in said) == (0, True)
    assert "没有到时候要送的" in typed("deliver", "send")[1]
    (receipt,) = json.loads(typed("deliver", "list", "--json")[1])
    assert (receipt["state"], receipt["verified"]) == ("delivered", "sha256")
    assert "内容比过" in typed("deliver", "list")[1]
    assert "没有回执" in typed("deliver", "list", "--open")[1]
    (found,) = json.loads(typed("documents", "--order", "70005", "--json")[1])
    assert (found["rows"], found["delivered"], Path(found["path"]).is_file()) == ([2], ["财务"], True)
    assert "没有这样的文件" in typed("documents", "没有")[1]
    (desk.home / FILE).write_text((desk.home / FILE).read_text("utf-8") + "keep: {filed_days: 30}\n", "utf-8")
    assert "会拿掉 1 份副本" in typed("retention", "--dry-run")[1]
    Path(found["path"]).unlink()
    assert "做出 0 份" in typed("documents", "--restore")[1], "it is old enough to be gone"
    text = (desk.home / FILE).read_text("utf-8")
    (desk.home / FILE).write_text(text.replace("filed_days: 30", "filed_days: 0"), "utf-8")
    assert "做出 1 份" in typed("documents", "--restore")[1]
    (desk.home / FILE).write_text(text, "utf-8")
    assert "拿掉了 1 份副本" in typed("retention")[1]
    assert not Path(found["path"]).exists()


def test_the_calendar_is_a_grid_with_reasons_and_an_exit_code(desk: Desk, typed: Typed, tmp_path: Path) -> None:
    """Each shop's kinds in a line of signs under the days; what is missing in words; 5 while something is."""
    (desk.home / "feeds.yaml").write_text(
        'feeds:\n  - kind: practice_orders\n    shop: "甲店"\n    by: "06:00"\n', "utf-8"
    )
    for day in ("2026-01-05", "2026-01-07"):
        bring(desk, orders_of(day), f"{day}.csv", at=f"{day}T21:30:00+00:00")
    code, said = typed("calendar", "2026-01", "--html", str(tmp_path / "c.html"))
    line = next(row for row in said.splitlines() if row.startswith("练习商城 订单"))
    assert line.split("订单")[1].strip() == "· · · · ✓ 缺✓ " + "缺" * 24
    assert code == 5
    assert "! 2026-01-06  甲店  练习商城 订单：应在 01-07 06:00 前到" in said
    assert (tmp_path / "c.html").is_file()
    assert typed("calendar", "2026-13")[0] == 2
    (row,) = json.loads(typed("calendar", "2026-01", "--shop", "甲店", "--json")[1])
    assert [cell["state"] for cell in row["days"]][4:7] == ["in_time", "missing", "in_time"]
    assert "没有文件" in typed("calendar", "2026-01", "--shop", "没有")[1]


def test_a_shop_is_asked_for_by_what_people_call_it(desk: Desk, typed: Typed, tmp_path: Path) -> None:
    """By its title, under which its files lie, as by its name: nothing is said to be missing, or not to be, in vain."""
    (desk.home / "settings.yaml").write_text("shops: {甲店: {title: 天猫旗舰店}, 天猫: {}}\n", "utf-8")
    (desk.home / "feeds.yaml").write_text(
        'feeds:\n  - kind: practice_orders\n    shop: "甲店"\n    by: "06:00"\n', "utf-8"
    )
    bring(desk, orders_of("2026-01-05"), "a.csv", at="2026-01-05T21:30:00+00:00")
    for called in ("甲店", "天猫旗舰店"):
        (found,) = json.loads(typed("documents", "--shop", called, "--json")[1])
        assert found["name"] == "a.csv"
        code, said = typed("calendar", "2026-01", "--shop", called)
        assert (code, "没到" in said) == (5, True)
    assert "没有这样的文件" in typed("documents", "--shop", "天猫")[1]


def test_a_calendar_is_written_where_no_folder_was(desk: Desk, typed: Typed, tmp_path: Path) -> None:
    """The folder is made; a name that is a folder is refused as what was typed, not as a fault."""
    bring(desk, orders_of("2026-01-05"), "a.csv", at="2026-01-05T21:30:00+00:00")
    for option, name in (("--xlsx", "c.xlsx"), ("--html", "c.html")):
        assert typed("calendar", "2026-01", option, str(tmp_path / option / name))[0] == 0
        assert (tmp_path / option / name).is_file()
        assert typed("calendar", "2026-01", option, str(tmp_path))[0] == 2


def test_a_receipt_is_shown_with_its_whole_place(desk: Desk, typed: Typed, tmp_path: Path) -> None:
    """On a narrow terminal too: folded, not cut."""
    share = tmp_path / "共享盘" / "财务部的文件夹" / "夜班送来的"
    share.mkdir(parents=True)
    bring(desk, orders_of("2026-01-05"), "a.csv")
    (desk.home / FILE).write_text(RULE.format(share.as_posix()).replace("2026-11", "2026-01"), "utf-8")
    assert typed("deliver", "send")[0] == 0
    assert "…" not in typed("deliver", "list")[1]


def test_the_example_can_be_used(tmp_path: Path) -> None:
    """What `deliver send` shows to somebody without rules is a file that reads."""
    path = tmp_path / FILE
    path.write_text(deliver_commands.EXAMPLE, "utf-8")
    assert list(read_yaml(path, DeliveryFile).rules) == ["财务共享盘", "会计师", "归档桶"]
    assert set(documents_commands.COLOURS)
