"""Two machines at the same books: each hands out what it has, and what nobody sends is said with the machine's name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schedules.delivery.delivering import deliver_due
from schedules.delivery.night import digest_lines
from schedules.delivery.places import machines_of
from schedules.desk import Desk
from schedules.queue import board
from schedules.queue.model import WorkerFacts
from storage.archive import Archive
from tests.schedules.delivery.conftest import bring, orders_of

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
RULE = 'rules:\n  共享盘: {kinds: [practice_orders], since: "2026-01-01", personal: "yes", folder: "FOLDER"}\n'


@pytest.fixture
def other(desk: Desk, tmp_path: Path) -> Desk:
    """Another machine at the same books: a home and an archive of its own, the same rules."""
    home = tmp_path / "other"
    home.mkdir()
    for one in (desk.home, home):
        (one / "delivery.yaml").write_text(RULE.replace("FOLDER", str(tmp_path / "share")), "utf-8")
    (tmp_path / "share").mkdir()
    return replace(
        desk,
        settings=desk.settings.model_copy(update={"home": home}),
        archive=Archive(home / "archive"),
        machine="pc-7",
    )


def test_each_machine_hands_out_what_it_has(desk: Desk, other: Desk, tmp_path: Path) -> None:
    """A document that another machine's run brought waits for that machine, which sends it at its next look."""
    sha = bring(other, orders_of("2026-11-20"), "订单.csv")
    mine = bring(desk, orders_of("2026-11-21", number="8"), "订单.csv")
    first = deliver_due(desk, AT)
    assert ([row["file_sha"] for row in first.delivered], first.elsewhere) == ([mine], 1)
    assert deliver_due(desk, AT + timedelta(minutes=5)).delivered == []
    second = deliver_due(other, AT + timedelta(minutes=6))
    assert [row["file_sha"] for row in second.delivered] == [sha]
    assert len([path for path in (tmp_path / "share").rglob("*") if path.is_file()]) == 2
    with desk.database.read() as connection:
        assert machines_of(connection, [sha, mine]) == {sha: ("pc-7",), mine: (desk.machine,)}


def test_what_nobody_sends_is_said_with_its_machine(desk: Desk, other: Desk, tmp_path: Path) -> None:
    """After an hour the digest names the machine and whether a worker is there; sent, it says nothing more."""
    bring(other, orders_of("2026-11-20"), "订单.csv")
    (tmp_path / "share").rename(tmp_path / "away")
    deliver_due(other, AT)
    assert deliver_due(desk, AT + timedelta(minutes=30)).stranded == []
    late = AT + timedelta(hours=3)
    (one,) = deliver_due(desk, late).stranded
    assert (one.machine, one.documents, one.alive) == ("pc-7", 1, False)
    assert [line for line in digest_lines(desk, AT.date(), late) if "pc-7" in line and "那里没有工人" in line]
    with desk.database.write() as connection:
        board.enter(connection, WorkerFacts("w", host="pc-7", places=1))
    assert "whose worker does not send" in deliver_due(desk, late).stranded[0].sentence("en")
    (tmp_path / "away").rename(tmp_path / "share")
    assert len(deliver_due(other, late).delivered) == 1
    assert deliver_due(desk, late).stranded == []
