"""Whatever is written under a person's name stands in the log, in whichever way it was written."""

import json
import random

import pytest
from sqlalchemy import Integer, text
from sqlalchemy.exc import IntegrityError

from storage.database.bulk import insert_missing, upsert
from storage.database.connection import Database
from storage.database.tables import metadata, sku, warehouse
from storage.database.tables.privacy import audit_log
from storage.erp.audit.actors import Actor, register
from storage.erp.audit.errors import ReasonlessChange
from storage.erp.audit.log import broken
from storage.erp.audit.recording import recording
from storage.erp.stock.book import MoveRow, ReservationLine, record_moves, reserve

OURS = {"audit_log", "audit_head"}
STATEMENTS = (
    "INSERT INTO sku (code, title) VALUES (:code, :title) ON CONFLICT (code) DO UPDATE SET title = :title",
    "UPDATE sku SET title = :title WHERE code <= :code",
    "DELETE FROM sku WHERE code = :code",
)


@pytest.fixture
def database(any_database: Database) -> Database:
    """Empty books."""
    with any_database.write() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    return any_database


def logged(database: Database):
    """The log from its beginning."""
    with database.read() as connection:
        assert broken(connection) == []
        return connection.execute(audit_log.select().order_by(audit_log.c.seq)).all()


def row_of(table):
    """A row that its table takes."""
    row = {column.name: 1 if isinstance(column.type, Integer) else f"x{number}"
           for number, column in enumerate(table.columns)}  # fmt: skip
    for name in ("dr_fen", "cr_fen"):
        if name in row:
            row[name] = 0
    return row


@pytest.mark.function("SEC-03")
def test_every_write_to_every_table_has_its_row(database: Database) -> None:
    """Each table of the books, written and emptied by somebody: a row with who, what, before and after, and why."""
    tables = [table for table in metadata.sorted_tables if table.name not in OURS]
    refused = []
    with recording(database, "anna", "盘点") as connection:
        for table in tables:
            try:
                with connection.begin_nested():
                    connection.execute(table.insert(), [row_of(table)])
            except IntegrityError:  # a CHECK that a made-up row does not meet
                refused.append(table)
    tables = [table for table in tables if table not in refused]
    assert len(tables) > 80
    assert len(refused) < 5
    with recording(database, "bert", "清空") as connection:
        for table in tables:
            connection.execute(table.delete())
    rows = logged(database)
    assert len(rows) == 2 * len(tables)
    added = {row.subject.split("|")[0]: row for row in rows if row.who == "anna"}
    removed = {row.subject.split("|")[0]: row for row in rows if row.who == "bert"}
    for table in tables:
        one, other = added[table.name], removed[table.name]
        assert (one.what, one.before, one.why) == (f"{table.name}.add", "", "盘点")
        assert (other.what, other.after, other.why) == (f"{table.name}.remove", "", "清空")
        assert one.after == other.before
        assert one.subject == other.subject


def test_the_functions_of_others_are_logged_too(database: Database) -> None:
    """Moves, balances and reservations of the stock book, bulk writes, plain SQL: each changed row once."""
    with database.write() as connection:
        connection.execute(warehouse.insert(), [{"warehouse": "HZ"}])
        connection.execute(text("INSERT INTO raw_file (file_sha, state) VALUES ('sha', 'read')"))
    with recording(database, "anna", "入库") as connection:
        move = MoveRow("opening", "Q", "1", 1, "A", "opening", "HZ", 9, 500, "2026-11-20", "sha", 1)
        record_moves(connection, [move])
        reserve(connection, "o", [ReservationLine("HZ", "A", 2)])
        upsert(connection, sku, [{"code": "A", "title": "杯"}, {"code": "B", "title": "碗"}])
        insert_missing(connection, sku, [{"code": "A", "title": "不写"}])
        connection.exec_driver_sql("UPDATE sku SET title = '大碗' WHERE code = 'B'")
        register(connection, Actor("boss", "person", "owner", "", ""), by="boss")
    rows = {row.subject: row for row in logged(database)}
    assert {"move|opening|Q|1|1", "quant|HZ|A", "reservation|o|HZ|A", "sku|A", "sku|B", "actor|boss"} <= set(rows)
    assert len(rows) == len(logged(database))
    assert json.loads(rows["quant|HZ|A"].after) == {"on_hand": 9, "reserved": 2}
    assert json.loads(rows["sku|B"].after)["title"] == "大碗"
    assert rows["actor|boss"].who == "boss"


def test_replayed_the_log_gives_the_books(database: Database) -> None:
    """Random inserts, updates and deletes in random SQL: played again from the log they give the table."""
    rng = random.Random(7)
    for _ in range(12):
        with recording(database, "anna", "改") as connection:
            for _ in range(rng.randint(1, 4)):
                code, title = rng.choice("ABCD"), rng.choice(["杯", "碗", "盘"])
                connection.execute(text(rng.choice(STATEMENTS)), {"code": code, "title": title})
    replayed: dict[str, str] = {}
    for row in logged(database):
        code = row.subject.split("|")[1]
        if row.before and "title" in json.loads(row.before):
            assert replayed[code] == json.loads(row.before)["title"]
        if row.after:
            replayed[code] = json.loads(row.after)["title"]
        else:
            replayed.pop(code)
    with database.read() as connection:
        assert replayed == {row.code: row.title for row in connection.execute(sku.select())}


def test_what_is_personal_is_in_the_log_as_a_digest(database: Database) -> None:
    """A corrected row of a file may hold an address: the log says that it changed, not what it says."""
    with recording(database, "anna", "改错") as connection:
        connection.execute(
            text("INSERT INTO row_fix (file_sha, row_no, n, payload) VALUES ('f', 1, 1, '张三 13912345678')")
        )
    told = logged(database)[0].after
    assert "sha256:" in told
    assert "张三" not in told


def test_a_savepoint_that_was_undone_leaves_no_hole(database: Database) -> None:
    """What was tried and undone is not in the log; the same tables written afterwards are."""
    with recording(database, "anna", "逐行试") as connection:
        upsert(connection, sku, [{"code": "A", "title": "杯"}])
        nested = connection.begin_nested()
        upsert(connection, sku, [{"code": "B", "title": "碗"}])
        connection.execute(warehouse.insert(), [{"warehouse": "HZ"}])
        nested.rollback()
        connection.execute(warehouse.insert(), [{"warehouse": "GZ"}])
        upsert(connection, sku, [{"code": "C", "title": "盘"}])
    assert [row.subject for row in logged(database)] == ["sku|A", "warehouse|GZ", "sku|C"]


def test_undone_is_undone_and_nothing_stays_behind(database: Database) -> None:
    """After an error neither change nor log is there, and later writes in the open are not recorded."""
    with pytest.raises(RuntimeError), recording(database, "anna", "试") as connection:
        upsert(connection, sku, [{"code": "A", "title": "杯"}])
        raise RuntimeError
    with database.write() as connection:
        upsert(connection, sku, [{"code": "B", "title": "碗"}])
    assert logged(database) == []
    for who, why in (("", "x"), ("anna", " ")):
        with pytest.raises(ReasonlessChange), recording(database, who, why):
            pass
    with recording(database, "anna", "再试") as connection:
        upsert(connection, sku, [{"code": "A", "title": "杯"}])
    assert [row.subject for row in logged(database)] == ["sku|A"]
