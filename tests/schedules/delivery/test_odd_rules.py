"""A rule that cannot work says why, in words, and keeps no other rule's documents waiting."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schedules.delivery.delivering import deliver_due, ready
from schedules.delivery.errors import NotDelivered
from schedules.delivery.ways import folder, open_remote, private_key
from schedules.desk import Desk
from schedules.problems import VaultLocked
from tests.schedules.delivery.conftest import bring, orders_of
from tests.schedules.delivery.far_side import Mortal
from tests.schedules.delivery.test_delivering import NOON, rules

TWO = """  先: {{kinds: [practice_orders], since: "2026-11-01", personal: "yes", folder: "/odd"}}
  后: {{kinds: [practice_orders], since: "2026-11-01", personal: "yes", folder: "{}"}}
"""
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n"


class Odd(Mortal):
    """A library that raises what it documents nowhere."""

    def info(self, path: str, **more: Any) -> Any:
        raise KeyError("size")


@pytest.mark.parametrize("where", ["opening", "on its way", "vault"])
def test_one_rule_that_fails_keeps_no_other_waiting(desk: Desk, tmp_path: Path, where: str) -> None:
    """Whatever is raised: the first rule's document waits with a reason, the second's is delivered, in one call."""
    from schedules.delivery.remote import Remote

    def opens(rule: Any, secret: Any, has: Any) -> Remote:
        if rule.folder != "/odd":
            return open_remote(rule, secret, has)
        if where == "opening":
            raise IndexError("index out of range")
        if where == "vault":
            raise VaultLocked(desk.home / "vault.bin")
        return Remote(Odd(), "")

    bring(desk, orders_of("2026-11-21"), "a.csv")
    rules(desk, TWO.format(tmp_path.as_posix()))
    done = deliver_due(desk, NOON, opens)
    assert [row["rule"] for row in done.delivered] == ["后"]
    assert [row["rule"] for row in done.waiting] == ["先"]
    assert {"opening": "IndexError", "on its way": "KeyError", "vault": "vault.bin"}[where] in done.waiting[0]["reason"]
    assert [bool(one.trouble) for one in ready(desk, opens)] == [where != "on its way", False]
    assert len(deliver_due(desk, NOON + timedelta(hours=1), open_remote).waiting) == 1, "the real one is not there"


@pytest.mark.parametrize(
    "text", [KEY.format("b3BlbnNzaC1rZXktdjEA"), KEY.format("b3BlbnNzaC1rZXktdjEA" + "/" * 56), KEY.format("%%%"), "x"]
)
def test_a_damaged_key_is_said_with_how_to_store_it(text: str) -> None:
    """Only its first line, half of it, or something else: never an error of the library's own."""
    with pytest.raises(NotDelivered) as caught:
        private_key(text)
    assert caught.value.for_good
    assert "--stdin" in str(caught.value)


def test_a_folder_of_ones_own_may_be_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """~ is the user's home, as in a shell; it is not looked for under that name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "财务").mkdir()
    found = folder("~/财务")
    found.check()
    assert Path(found.root) == tmp_path / "财务"
