"""What the processes do: import every file, allocate, publish worklists, reconcile, post vouchers; each step once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from bots.practice.world import TINY, build
from bots.practice.world.exports import ExportRequest, export
from storage.archive import Archive
from storage.database.connection import Database, open_database
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.commands import worklists
from storage.erp.commands.worklists import PublishPolicy
from storage.erp.finance.post_events import post_events
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.reconcile import reconcile
from storage.ingest import ingest
from tests.crash.dying import Clock, Life

CONTRACTS = Contracts(commission_bp={"shop_a": 500})
NIGHT, LAST_DAY = "2026-11-21", date(2026, 11, 20)
SIZE = replace(TINY, shop_ids=("shop_a",), days=5, orders=14, waybills=8, styles=6, pending=2, planted={},
               receive_days=(1, 2), withdraw_every_days=2)  # fmt: skip
FILES = {"practice_stock": "", "practice_waybills": "", "practice_products": "shop_a", "practice_orders": "shop_a",
         "practice_refunds": "shop_a", "alipay_fund_bill_csv": "shop_a", "icbc_personal_debit": ""}  # fmt: skip
BOOKS = "books.sqlite"


class Moving:
    """One open database whose file is that of whichever folder is meant: a process that is forked from one that has
    done the work before need not work out every statement again.
    """

    def __init__(self) -> None:
        self._database: Database | None = None
        self._home = Path()

    def at(self, home: Path) -> Database:
        """The database of that folder."""
        self._home = home
        if self._database is None:
            self._database = open_database(home / BOOKS)
            event.listen(self._database.engine, "do_connect", self._here)
        self._database.engine.dispose()
        return self._database

    def _here(self, _dialect: Any, _record: Any, arguments: list[Any], _named: Any) -> None:
        arguments[0] = str(self._home / BOOKS)


MOVING = Moving()


def make_files(folder: Path) -> Path:
    """What the mall gives out about one shop and a few days, in a folder of that one."""
    world = build(folder / "world.db", seed=8, last_day=LAST_DAY, size=SIZE)
    target = folder / "files"
    target.mkdir()
    for place, (kind, shop) in enumerate(FILES.items()):
        file = export(world, kind, ExportRequest(shop_id=shop or None, since=None, until=None))
        (target / f"{place}~{shop}~{file.file_name}").write_bytes(file.content)
    return target


def work(life: Life) -> None:
    """The work, to its end or to this process's."""
    clock = Clock(life.dies_at)
    database = MOVING.at(life.home)
    clock.listen(database.engine)
    do_all(database, life)
    life.say_ended(clock.points)


def do_all(database: Database, life: Life) -> None:
    """Every file in the order of their names, then every step."""
    life.say_step("import")
    archive = Archive(life.home / "archive")
    for path in sorted(life.files.iterdir()):
        taken = ingest(database, archive, path, shop=path.name.split("~")[1])
        if taken.state != "read":
            raise AssertionError(str(taken))
    for name, step in STEPS.items():
        life.say_step(name)
        with database.write() as connection:
            step(connection)


def _allocate(connection: Connection) -> None:
    allocate_open_orders(connection, NIGHT)


def _publish(connection: Connection) -> None:
    worklists.publish(connection, NIGHT, PublishPolicy(activity_id={"": "HD"}))


def _reconcile(connection: Connection) -> None:
    reconcile(connection, CONTRACTS, LAST_DAY)


def _post(connection: Connection) -> None:
    post_events(connection, LAST_DAY.isoformat())


STEPS: dict[str, Callable[[Connection], None]] = {
    "allocate": _allocate,
    "publish": _publish,
    "reconcile": _reconcile,
    "post": _post,
}
"""What the core makes of the files, each step in a transaction of its own."""
