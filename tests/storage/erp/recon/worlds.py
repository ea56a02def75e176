"""The practice mall's files in a book of their own: what a night brings in, without the browser."""

from datetime import date
from pathlib import Path

from bots.practice.world import World, WorldSize, build
from bots.practice.world.exports import ExportRequest, export
from storage.archive import Archive
from storage.database.connection import Database, open_database
from storage.erp.reconciliation.contracts import Contracts
from storage.ingest import ingest

LAST_DAY = date(2026, 11, 20)
STATEMENTS = {"alipay": ("alipay_fund_bill_csv",), "wxpay": ("wxpay_trade_bill_all", "practice_withdrawals")}


class Night:
    """A world and the books made from its files."""

    def __init__(self, folder: Path, size: WorldSize, seed: int, database: Database | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.world: World = build(folder / "world.db", seed=seed, last_day=LAST_DAY, size=size)
        self.database: Database = database or open_database(folder / "books.db")
        self._archive, self._folder = Archive(folder / "archive"), folder / "files"
        self._folder.mkdir()
        with self.world.reading() as connection:
            self.shops = [dict(row) for row in connection.execute("SELECT * FROM shop ORDER BY shop_id")]
            self.planted = [dict(row) for row in connection.execute("SELECT * FROM planted ORDER BY id")]
        self.contracts = Contracts(commission_bp={shop["shop_id"]: shop["commission_bp"] for shop in self.shops})

    def take(self, kind: str, shop: str = "", *, since: date | None = None, until: date | None = None) -> None:
        """Export one file and ingest it."""
        file = export(self.world, kind, ExportRequest(shop_id=shop or None, since=since, until=until))
        path = self._folder / file.file_name
        path.write_bytes(file.content)
        taken = ingest(self.database, self._archive, path, shop=shop)
        assert taken.state == "read", taken

    def take_all(self) -> None:
        """Everything a night brings in."""
        for kind in ("practice_stock", "practice_waybills", "icbc_personal_debit"):
            self.take(kind)
        for shop in self.shops:
            common = ("practice_products", "practice_orders", "practice_refunds", "practice_ads")
            for kind in (*common, *STATEMENTS[shop["wallet"]]):
                self.take(kind, shop["shop_id"])
