"""The same work on SQLite and on PostgreSQL leaves the same books."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from storage.database.connection import Database
from storage.database.digest import digests
from storage.database.tables import bot_result, channel_sku, metadata, warehouse
from storage.database.tables.privacy import audit_log
from storage.erp.audit.actors import Actor, grant, register
from storage.erp.audit.log import broken
from storage.erp.commands.results import apply_results
from storage.erp.invariants.verify import verify
from storage.erp.privacy import address_book as book
from storage.erp.privacy.address_book import Address, OrderKey
from storage.erp.privacy.raw_rows import mask_files
from storage.erp.privacy.sealing import Keys
from storage.erp.products import activities, attributes, categories, listings, prices, sheets, variants
from storage.erp.products.activities import Floor, SheetRow
from storage.erp.products.codes import ChannelId, NewSku, add_sku
from storage.erp.products.errors import BatchOverwritten, PriceTie
from storage.erp.products.prices import Asked, Price
from storage.erp.stock.book import MoveRow, record_moves
from tests.storage.erp.audit.fresh import fresh

NIGHT = "2026-11-21"
KEYS = Keys("1", {"1": bytes(range(64))}, bytes(range(32)))
TABLES = ("activity_offer", "activity_use", "actor", "address_book", "attribute_value", "category_place", "code_name",
          "command", "listing", "price", "product_change", "raw_row", "reading_grant", "sku", "spu_axis",
          "variant")  # fmt: skip
SHEET = [
    (2, {"商家编码": "NEW", "商品名称": "新品", "重量g": "10"}),
    (3, {"商家编码": "A", "条码": "690", "重量g": "20"}),
]


def play(database: Database) -> dict[str, str]:
    """People, products, prices, a sheet and its return, a campaign, a shelf, addresses; then what the tables say."""
    with database.write() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
        register(connection, Actor("boss", "person", "owner", "", ""), by="boss")
        grant(connection, "boss", "shop", "*", by="boss")
        connection.execute(warehouse.insert(), [{"warehouse": "HZ"}])
        connection.execute(text("INSERT INTO raw_file (file_sha, state) VALUES ('sha', 'read')"))
        _library(connection)
    with database.write() as connection:
        lines = sheets.preview(connection, SHEET)
        assert sheets.apply(connection, "T1", "x", lines, who="boss") == {"new": 1, "change": 1}
        assert sheets.apply(connection, "T2", "y", sheets.preview(connection, SHEET[1:]), who="boss") == {"same": 1}
        connection.execute(text("UPDATE variant SET weight_g = 21 WHERE code = 'A'"))
        with pytest.raises(BatchOverwritten):
            sheets.roll_back(connection, "T1", who="boss", why="x")
        connection.execute(text("UPDATE variant SET weight_g = 20 WHERE code = 'A'"))
        assert sheets.roll_back(connection, "T1", who="boss", why="x") == 4
    _sell(database)
    _addresses(database)
    with database.read() as connection:
        assert verify(connection) == broken(connection) == []
        told = [audit_log.c[name] for name in ("seq", "who", "what", "subject", "before", "after", "why")]
        logged = [tuple(row) for row in connection.execute(select(*told).order_by(audit_log.c.seq))]
        return {**digests(connection, TABLES), "log": repr(logged)}


def _library(connection):
    variants.add_spu(connection, "TEE", "T恤", {"色": ["红", "蓝"], "码": ["S", "M"]}, who="boss", category="tops")
    variants.fill_matrix(connection, "TEE", lambda options: "-".join(("T", *options)), "T恤", who="boss")
    add_sku(connection, NewSku("A", "杯"), who="boss")
    record_moves(connection, [MoveRow("opening", "Q", "1", 1, "A", "opening", "HZ", 9, 500, "2026-11-20", "sha", 1)])
    attributes.define(connection, "材质", "choice", who="boss", options=["陶瓷"])
    attributes.set_value(connection, "A", "材质", "陶瓷", who="boss")
    categories.add_category(connection, "wear", "衣", "", "2026-01-01", who="boss")
    categories.add_category(connection, "tops", "上装", "wear", "2026-01-01", who="boss")
    assert categories.rolled_up(connection, {"T-红-S": 5, "A": 1}, NIGHT) == {"tops": 5, "wear": 5, "": 1}
    prices.save(connection, Price("R", "A", "retail", 1000), who="boss")
    with pytest.raises(PriceTie):
        prices.save(connection, Price("R2", "A", "retail", 900), who="boss")
    found = prices.price_of(connection, Asked("A", "2026-11-21 00:00:00"))
    assert found is not None
    assert found.price_fen == 1000
    listed = {"platform": "practice", "shop": "shop_a", "product_id": "P", "title": "杯", "status": "上架", "code": "A",
              "price_fen": 1000, "exported_at": "2026-11-20T00:00:00+00:00", "file_sha": "sha"}  # fmt: skip
    connection.execute(channel_sku.insert(), [{**listed, "platform_sku": name} for name in ("1", "2")])


def _sell(database):
    with database.write() as connection:
        listings.wish_everywhere(connection, "A", {"price_fen": "900"}, who="boss")
        wanted = listings.publish_differences(connection, NIGHT)
        rows = [SheetRow("practice", "shop_a", name, price, 5, 2) for name, price in (("1", 900), ("2", 400))]
        activities.take_sheet(connection, "HD", rows, Floor(), who="boss")
        wanted += activities.enrol(connection, "HD", NIGHT)
        assert len(wanted) == 3
        done = {
            "run_id": "R",
            "shop": "shop_a",
            "outcome": "done",
            "at": "2026-11-21T02:00:00+08:00",
            "file_sha": "sha",
        }
        answers = [{**done, "command_id": name, "worklist": name.split("|")[0]} for name in wanted]
        connection.execute(bot_result.insert(), answers)
    for _ in range(2):
        with database.write() as connection:
            apply_results(connection, "R")
            listings.apply_answers(connection, "R")
            activities.apply_answers(connection, "R")
            activities.use(connection, "HD", ChannelId("practice", "shop_a", "1"), "1", "x", 2)
            assert listings.differences(connection) == []


def _addresses(database):
    order = OrderKey("practice", "shop_a", "1")
    payload = '{"收件人": "张三", "手机号": "13912345678"}'
    with database.write() as connection:
        book.keep(
            connection, KEYS, {order: Address("张三", "13912345678", "文一路", ordered_at="2026-01-01")}, who="boss"
        )
        assert book.reveal(connection, KEYS, order, who="boss", why="查").name == "张三"
        assert [row.order for row in book.find(connection, KEYS, name="张三")] == [order]
        connection.execute(
            text("INSERT INTO raw_row (file_sha, row_no, payload) VALUES ('sha', 1, :p)"), {"p": payload}
        )
    assert (mask_files(database, who="boss"), mask_files(database, who="boss")) == (1, 0)
    with database.write() as connection:
        assert book.forget(connection, "2026-06-01", who="boss", why="期满") == 1


def test_both_databases_hold_the_same_books(any_database: Database, tmp_path: Path) -> None:
    """Table by table and word by word of the log, moments aside."""
    reference = fresh(tmp_path / "reference.db")
    expected = play(reference)
    reference.close()
    assert play(any_database) == expected
