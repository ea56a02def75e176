"""A reader sees his shops and warehouses and nothing else, whatever he asks and in whichever way."""

import random
import sqlite3
from itertools import product

import pytest
from sqlalchemy import Integer, select, text
from sqlalchemy.exc import IntegrityError

from storage.database.connection import Database
from storage.database.tables import channel_sku, metadata, order_line, platform_order
from storage.erp.audit.actors import Actor, belongs, close, grant, register
from storage.erp.audit.errors import ScopeBroken
from storage.erp.audit.scope import SHARED, Reader, reader_of, reading
from storage.erp.privacy import address_book as book
from storage.erp.privacy.address_book import Address, OrderKey
from storage.erp.privacy.sealing import Keys
from storage.reports import REPORTS, Period
from storage.reports.query import QueryRefused, QueryTooLong
from storage.reports.query_as import ask_within

DAY = "2026-11-20 10:00:00"

SHOPS, WAREHOUSES = ("shop_a", "shop_b", "shop_c"), ("HZ", "GZ")
OWN = {"fulfilment_id": "F", "file_sha": "S", "group_id": "G"}
"""Columns by which other tables say whose they are: the same value for the same shop and warehouse everywhere."""

BELONGS = {"fulfilment_line", "move", "quarantine", "raw_row", "recon_group", "reservation", "row_fix", "waybill"}
"""Tables without a shop whose rows belong to one all the same."""


def fill(database: Database) -> None:
    """One row per table, shop and warehouse; every text in it says whose it is."""
    refused: list[str] = []
    with database.write() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
            if table.name in SHARED | {"audit_log", "audit_head"}:
                continue
            rows = [_row(table, shop, place) for shop, place in product(SHOPS, WAREHOUSES)]
            keys = [column.name for column in table.primary_key]
            unique = {tuple(row[name] for name in keys): row for row in rows}
            try:
                with connection.begin_nested():
                    connection.execute(table.insert(), list(unique.values()))
            except IntegrityError:  # a CHECK that made-up rows do not meet
                refused.append(table.name)
    assert len(refused) < 5, refused


def _row(table, shop, place):
    mark = f"{shop}~{place}" if "shop" in table.c or table.name in BELONGS else f"-~{place}"
    row = {}
    for column in table.columns:
        if isinstance(column.type, Integer):
            row[column.name] = 0 if column.name in ("dr_fen", "cr_fen") else 1
            if column.primary_key:
                row[column.name] = SHOPS.index(shop) * 2 + WAREHOUSES.index(place) + 1
        else:
            row[column.name] = f"{OWN.get(column.name, 'x')}~{mark}"
    row |= {name: value for name, value in (("shop", shop), ("warehouse", place)) if name in row}
    row |= {"from_place": place, "to_place": "customer", "doc_type": "issue", "doc_id": f"F~{mark}",
            "owner": f"F~{mark}|practice|{shop}|1|1"} if table.name in ("move", "reservation") else {}  # fmt: skip
    return {name: value for name, value in row.items() if name in table.c}


def readers(count: int) -> list[Reader]:
    """Readers with any mix of limits."""
    rng = random.Random(20261121)
    some = [Reader("nobody"), Reader("a", frozenset({"shop_a"}), None), Reader("hz", None, frozenset({"HZ"}))]
    for number in range(count):
        shops = frozenset(rng.sample(SHOPS, rng.randint(0, 3)))
        places = frozenset(rng.sample(WAREHOUSES, rng.randint(0, 2)))
        some.append(Reader(f"r{number}", shops, rng.choice([None, places])))
    return some


def leaks(reader: Reader, shown: str) -> list[str]:
    """Marks in a text that are of a shop or warehouse that the reader does not see."""
    return [
        f"{shop}~{place}"
        for shop, place in product(SHOPS, WAREHOUSES)
        if f"{shop}~{place}" in shown and reader.shops is not None and shop not in reader.shops
    ]


@pytest.fixture(scope="module")
def filled(any_database: Database) -> Database:
    """Books with a row of everybody in every table; nobody changes them."""
    fill(any_database)
    return any_database


def _shop(connection, shop):
    """A paid order of the day and a product, as reports read them."""
    mark = f"{shop}~HZ"
    order = {"platform": "practice", "shop": shop, "order_no": mark, "pay_state": "paid", "paid_fen": 1000,
             "created_at": DAY, "paid_at": DAY, "file_sha": f"S~{mark}"}  # fmt: skip
    line = {"platform": "practice", "shop": shop, "order_no": mark, "sub_no": mark, "title": mark, "code": "A",
            "qty": 1, "paid_share_fen": 1000, "file_sha": f"S~{mark}"}  # fmt: skip
    listed = {"platform": "practice", "shop": shop, "platform_sku": mark, "title": mark, "status": "上架", "code": "A"}
    connection.execute(platform_order.insert(), [order])
    connection.execute(order_line.insert(), [line])
    connection.execute(channel_sku.insert(), [listed])


def _everything(connection):
    """All that plain and crooked queries bring."""
    found = []
    for table in metadata.sorted_tables:
        found += connection.execute(select(table)).all()
        found += connection.exec_driver_sql(f"SELECT * FROM {table.name} AS other").all()
    o, line = platform_order, order_line
    found += connection.execute(select(o, line).outerjoin(line, o.c.order_no == line.c.order_no)).all()
    found += connection.execute(select(o).where(o.c.order_no.in_(select(line.c.order_no)))).all()
    found += connection.execute(text("WITH mine AS (SELECT * FROM platform_order) SELECT * FROM mine, raw_file")).all()
    found += connection.execute(
        text("SELECT shop FROM (SELECT * FROM bill_line UNION ALL SELECT * FROM bill_line) AS u")
    ).all()
    return repr(found)


def _places(connection, reader):
    """Rows of a warehouse that the reader does not see."""
    tables = [table for table in metadata.sorted_tables if "warehouse" in table.c]
    assert len(tables) > 4
    found = [(t.name, name) for t in tables for name in connection.execute(select(t.c.warehouse)).scalars()]
    found += [("move", place) for place in connection.execute(select(metadata.tables["move"].c.from_place)).scalars()]
    return [one for one in found if reader.warehouses is not None and one[1] not in reader.warehouses]


def _reports(connection):
    """What every report of the day says, with the sources under its figures."""
    day = Period("2026-11-20", "2026-11-20")
    tables = [build(connection, day) for _, build in sorted(REPORTS.items())]
    return repr([(table, [block.rows for block in table.blocks.values()]) for table in tables])  # rows come when asked


CROOKED = (
    "SELECT * FROM {schema}.platform_order",
    'SELECT * FROM "{schema}"."platform_order"',
    "SELECT * FROM {schema} . platform_order",
    "WITH platform_order AS (SELECT * FROM {schema}.platform_order) SELECT * FROM platform_order",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT query_to_xml('select 1', true, false, '')",
    "EXPLAIN SELECT * FROM platform_order",
    "DELETE FROM platform_order",
    "INSERT INTO yeban_scope VALUES ('shop', 'shop_b')",
    "CREATE TEMP TABLE t (x TEXT)",
    "DROP VIEW platform_order",
    "SET search_path TO nowhere",
    "SELECT 1; SELECT * FROM platform_order",
    "COMMIT",
    "PRAGMA query_only = 0",
    "ATTACH DATABASE 'x.db' AS other",
)


def test_there_is_no_way_round(filled: Database) -> None:
    """Naming the schema, catalogs, the planner, writing, new or dropped tables: refused, and the view still holds."""
    schema = "main" if filled.dialect == "sqlite" else "public"
    with reading(filled, Reader("a", frozenset({"shop_a"}), frozenset({"HZ"}))) as connection:
        for crooked in CROOKED:
            with pytest.raises(ScopeBroken):
                connection.exec_driver_sql(crooked.format(schema=schema))
        assert set(connection.execute(select(platform_order.c.shop)).scalars()) == {"shop_a"}
    with filled.read() as connection:
        assert set(connection.execute(select(platform_order.c.shop)).scalars()) == set(SHOPS)


def test_sqlite_itself_refuses_what_is_no_question(any_database: Database) -> None:
    """Behind the words there is a second lock: the engine's authorizer takes nothing but reading."""
    if any_database.dialect != "sqlite":
        assert any_database.dialect == "postgresql"  # there the transaction is read-only, which other tests show
        return
    with reading(any_database, Reader("a", frozenset({"shop_a"}), None)) as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        for statement in ("PRAGMA query_only=0", "DROP VIEW temp.platform_order", "ATTACH 'x.db' AS y",
                          "DELETE FROM main.platform_order", "UPDATE main.sqlite_master SET sql = ''",
                          "CREATE TEMP TABLE t (x)"):  # fmt: skip
            with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited|may not be modified"):
                raw.cursor().execute(statement)


def test_the_next_user_of_the_connection_sees_everything_again(filled: Database) -> None:
    """Limits end with the reading: no view stays behind on a connection of the pool."""
    for _ in range(3):
        with reading(filled, Reader("nobody")) as connection:
            assert connection.execute(select(platform_order)).all() == []
        with filled.write() as connection:
            assert len(connection.execute(select(platform_order)).all()) == 6


def test_typed_questions_stay_within_the_limits(filled: Database) -> None:
    """`yeban query --as`: rows of the reader's shops, personal columns as nothing, in conditions too; not for long."""
    reader = Reader("a", frozenset({"shop_a"}), None)
    answer = ask_within(filled, reader, "SELECT DISTINCT shop FROM platform_order WHERE shop LIKE 'shop%';")
    assert (answer.columns, answer.rows, answer.cut) == (["shop"], [("shop_a",)], False)
    answer = ask_within(filled, reader, "SELECT file_sha, payload FROM raw_row", rows=1)
    assert answer.rows[0][0]
    assert (answer.rows[0][1], answer.cut, "raw_row.payload" in answer.masked) == (None, True, True)
    assert ask_within(filled, reader, "SELECT count(*) FROM raw_row WHERE payload <> ''").rows == [(0,)]
    with pytest.raises(ScopeBroken):
        ask_within(filled, reader, f"SELECT * FROM {'main' if filled.dialect == 'sqlite' else 'public'}.raw_row")
    with pytest.raises(QueryRefused):
        ask_within(filled, reader, "SELECT nothing FROM nowhere")
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    with pytest.raises(QueryTooLong):
        ask_within(filled, reader, endless, seconds=0.05)


def test_a_new_table_leaks_nothing(filled: Database) -> None:
    """What no rule is about is empty for a reader with limits: the log, actors, bank lines, runs."""
    with reading(filled, Reader("a", frozenset({"shop_a"}), None)) as connection:
        for name in ("audit_log", "actor", "bank_line", "run", "job", "reading_grant"):
            assert connection.execute(select(metadata.tables[name])).all() == []
        assert connection.execute(select(metadata.tables["quant"])).all() != []


def test_grants_make_the_reader(any_database: Database) -> None:
    """No grant, nothing; an org stands for its shops and warehouses; a star for all of them; a closed name, nothing."""
    with any_database.write() as connection:
        for name in ("actor", "org_unit", "reading_grant"):
            connection.execute(metadata.tables[name].delete())
        register(connection, Actor("boss", "person", "owner", "", ""), by="boss")
        for who in ("anna", "bert", "new"):
            register(connection, Actor(who, "person", "reader", "", ""), by="boss")
        for scope, name, org in (
            ("shop", "s1", "A"),
            ("shop", "s2", "A"),
            ("shop", "s3", "B"),
            ("warehouse", "W", "A"),
        ):
            belongs(connection, scope, name, org, by="boss")
        grant(connection, "anna", "org", "A", by="boss")
        grant(connection, "bert", "shop", "*", by="boss")
        grant(connection, "bert", "warehouse", "W", by="boss")
        assert reader_of(connection, "anna") == Reader("anna", frozenset({"s1", "s2"}), frozenset({"W"}))
        assert reader_of(connection, "bert") == Reader("bert", None, frozenset({"W"}))
        assert reader_of(connection, "new") == Reader("new", frozenset(), frozenset())
        close(connection, "bert", by="boss", why="离职")
        assert reader_of(connection, "bert") == Reader("bert", frozenset(), frozenset())


@pytest.mark.function("SEC-02")
def test_no_reader_sees_another_row(any_database: Database) -> None:
    """Fuzz over readers: tables, joins, sub-queries, typed SQL, search, export and reports: not one foreign row."""
    fill(any_database)
    some = readers(3) if any_database.dialect == "sqlite" else readers(0)[1:]  # there a hundred views take their time
    for reader in some:
        with reading(any_database, reader) as connection:
            shown = _everything(connection)
            assert _places(connection, reader) == [], reader
        assert leaks(reader, shown) == [], reader
        assert all(f"{shop}~" in shown for shop in reader.shops or ()), reader
    with reading(any_database, Reader("boss", None, None)) as connection:
        shown = _everything(connection)
    assert all(f"{shop}~{place}" in shown for shop, place in product(SHOPS, WAREHOUSES))
    keys = Keys.new()
    with any_database.write() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
        for shop in SHOPS:
            _shop(connection, shop)
            where = Address("张三", "13912345678", "文一路", f"{shop}~HZ省")
            book.keep(connection, keys, {OrderKey("practice", shop, f"{shop}~HZ"): where}, who="x")
    for reader in [one for one in some if one.shops][:1]:
        with reading(any_database, reader) as connection:
            export = repr(book.shown(connection)) + repr(book.find(connection, keys, phone="139 1234 5678"))
            reports = _reports(connection)
        assert leaks(reader, export + reports) == [], reader
        assert all(f"{shop}~" in export and f"{shop}~" in reports for shop in reader.shops or ()), reader
