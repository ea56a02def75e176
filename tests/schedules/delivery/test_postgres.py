"""The same on PostgreSQL, where several machines share the books."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from schedules.delivery import receipts
from schedules.delivery.calendar import lines_of
from schedules.delivery.delivering import Delivered, deliver_due
from schedules.delivery.keeping import old_copies
from schedules.delivery.remote import Remote
from schedules.delivery.rules import FILE, load_delivery
from schedules.delivery.search import Wanted, find
from schedules.desk import open_desk
from schedules.settings import Settings
from tests.schedules.delivery.conftest import bring, orders_of

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
RULE = 'rules:\n  财务: {{kinds: [practice_orders], since: "2026-11-01", personal: "yes", folder: "{}"}}\n'


class Dies(Remote):
    """The process dies after it has claimed."""

    def deliver(self, source: Path, path: str, sha: str) -> None:  # type: ignore[override]
        """Never returns."""
        raise KeyboardInterrupt

    def check(self) -> None:
        """It is there."""


@pytest.mark.postgres
def test_two_machines_deliver_what_each_has_once(postgres_url: str, tmp_path: Path) -> None:
    """A machine delivers what lies in its own archive; another's claim is believed until its lease is over.

    Then everything is found, shown and kept as on SQLite.
    """
    share = tmp_path / "share"
    share.mkdir()
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        home.mkdir()
        (home / FILE).write_text(RULE.format(share.as_posix()) + "keep: {filed_days: 1}\n", "utf-8")
    with (
        open_desk(Settings(home=homes[0], database=postgres_url)) as one,
        open_desk(Settings(home=homes[1], database=postgres_url)) as two,
    ):
        bring(one, orders_of("2026-11-20", number="70001"), "a.csv")
        bring(two, orders_of("2026-11-21", number="70002"), "b.csv")
        with pytest.raises(KeyboardInterrupt):
            deliver_due(one, NOON, lambda rule, secret, has: Dies(None, ""))
        assert ["2026-11-21" in row["path"] for row in deliver_due(two, NOON).delivered] == [True]
        for path in one.archive.documents():
            two.archive.put(one.archive.path(path), one.archive.facts(path))
        two.machine = "another-machine"
        assert deliver_due(two, NOON + timedelta(minutes=5)) == Delivered(), "it may still be at work"
        assert len(deliver_due(two, NOON + receipts.LEASE).delivered) == 1
        assert sorted(path.name[:10] for path in share.rglob("*.csv")) == ["2026-11-20", "2026-11-21"]
        (line,) = lines_of(two, date(2026, 11, 20), date(2026, 11, 21), NOON)
        assert [cell.state for cell in line.cells] == ["came", "came"]
        with two.database.read() as connection:
            (found,) = find(connection, Wanted(order_no="70001", text="练习", thorough=True))
            assert (found.name, found.delivered) == ("a.csv", ("财务",))
            rules = load_delivery(two.home)
            copies = old_copies(connection, two.archive, rules, two.home, frozenset(), date(2026, 11, 30))
        assert [one.why for one in copies] == [""], "only the copy that lies on this machine"
