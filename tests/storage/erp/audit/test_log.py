"""The log of changes: complete, in order, and no row can be edited or taken out unseen."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage.database.tables import sku
from storage.database.tables.privacy import actor, audit_head, audit_log
from storage.erp.audit.log import START, Entry, broken, changed, changed_all, head, history, noted
from storage.erp.audit.rows import put, put_all, remove
from tests.storage.erp.audit.fresh import fresh

AT = "2026-11-21T00:00:00+00:00"


@pytest.fixture
def database(tmp_path):
    """Empty books."""
    opened = fresh(tmp_path / "books.db")
    yield opened
    opened.close()


def filled(database, count=6):
    """Some rows in the log."""
    with database.write() as connection:
        changed_all(connection, [Entry("anna", "price.change", f"p{n}", n, n + 1, "促销") for n in range(count)], at=AT)


def test_who_when_what_before_and_after(database) -> None:
    """A change is told with its name, moment, values and reason; what changed nothing is not told."""
    with database.write() as connection:
        assert changed(connection, Entry("anna", "price.change", "p1", {"fen": 100}, {"fen": 90}, "促销"), at=AT)
        assert not changed(connection, Entry("anna", "price.change", "p1", {"fen": 90}, {"fen": 90}), at=AT)
        noted(connection, "boss", "approve.price", "p1", why="同意", at=AT)
        first, second = history(connection, "p1")
        assert first[:5] == (1, AT, "anna", "price.change", "p1")
        assert (json.loads(first.before), json.loads(first.after), first.why) == ({"fen": 100}, {"fen": 90}, "促销")
        assert (second.seq, second.who, second.what, second.why) == (2, "boss", "approve.price", "同意")
        assert head(connection)[0] == 2
        assert broken(connection) == []


def test_an_empty_log_is_sound(database) -> None:
    """Before anything was logged nothing is broken."""
    with database.read() as connection:
        assert (broken(connection), head(connection)) == ([], (0, START))


TAMPERED = {
    "edited": ("UPDATE audit_log SET who = 'bert' WHERE seq = 3", "内容被改过"),
    "value": ("UPDATE audit_log SET after = '99' WHERE seq = 1", "内容被改过"),
    "moment": ("UPDATE audit_log SET recorded_at = '2026-01-01' WHERE seq = 6", "内容被改过"),
    "removed": ("DELETE FROM audit_log WHERE seq = 3", "不见了"),
    "first": ("DELETE FROM audit_log WHERE seq = 1", "不见了"),
    "last": ("DELETE FROM audit_log WHERE seq = 6", "末尾不对"),
    "all": ("DELETE FROM audit_log", "末尾不对"),
    "forged": ("INSERT INTO audit_log (seq, who, what) VALUES (7, 'x', 'y')", "内容被改过"),
}


@pytest.mark.parametrize("name", sorted(TAMPERED))
def test_tampering_is_found(database, name) -> None:
    """An edited, removed, cut off or forged row is found and named."""
    filled(database)
    statement, words = TAMPERED[name]
    with database.write() as connection:
        assert broken(connection) == []
        connection.execute(text(statement))
        assert words in " ".join(finding.message for finding in broken(connection))


def test_a_row_rewritten_with_a_fitting_hash_is_found_by_the_next(database) -> None:
    """Whoever computes a new hash for the row he edits breaks the row after it."""
    filled(database)
    with database.write() as connection:
        last = connection.execute(text("SELECT hash FROM audit_log WHERE seq = 6")).scalar_one()
        connection.execute(audit_log.delete().where(audit_log.c.seq > 3))
        connection.execute(audit_head.update().values(seq=3, hash=text("(SELECT hash FROM audit_log WHERE seq = 3)")))
        changed_all(connection, [Entry("bert", "price.change", "p3", 1, 2)], at=AT)
        assert broken(connection) == []  # the chain alone cannot tell: the head that was kept elsewhere does
        assert head(connection) != (6, last)


def test_nothing_is_logged_of_what_was_undone(database) -> None:
    """The log is in the transaction of the change: neither is there without the other, and numbers stay gapless."""
    filled(database, 2)
    with pytest.raises(RuntimeError), database.write() as connection:
        put(connection, sku, {"code": "A", "title": "杯"}, who="anna")
        raise RuntimeError
    with database.write() as connection:
        put(connection, sku, {"code": "B", "title": "碗"}, who="anna")
        assert [row.seq for row in history(connection, "sku|B")] == [3]
        assert history(connection, "sku|A") == []
        assert broken(connection) == []


ROWS = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["", "杯", "碗"]), st.booleans()), max_size=12)


@pytest.fixture(scope="module")
def one_log(tmp_path_factory):
    """Empty books that every example leaves as it found them."""
    opened = fresh(tmp_path_factory.mktemp("log") / "books.db")
    yield opened
    opened.close()


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_every_write_has_its_row(one_log, steps) -> None:
    """Whatever is written, changed or removed: one row each with before and after, and replayed they give the books."""
    expected = 0
    with one_log.write() as connection, connection.begin_nested() as example:
        for code, title, gone in steps:
            if gone:
                expected += remove(connection, sku, {"code": code}, who="anna")
            else:
                expected += put(connection, sku, {"code": code, "title": title}, who="anna")
        logged = connection.execute(audit_log.select().order_by(audit_log.c.seq)).all()
        books = {row.code: row.title for row in connection.execute(sku.select())}
        assert broken(connection) == []
        example.rollback()
    replayed: dict[str, str] = {}
    for row in logged:
        code = row.subject.split("|")[1]
        if row.what == "sku.add":
            assert code not in replayed
        elif row.before:
            assert json.loads(row.before).get("title", replayed[code]) == replayed[code]
        if row.after:
            replayed[code] = json.loads(row.after)["title"]
        else:
            replayed.pop(code)
    assert len(logged) == expected
    assert replayed == books


def test_many_rows_at_once_are_many_rows_in_the_log(database) -> None:
    """A bulk write logs only what it changed, and what is to be hidden is not in the log."""
    with database.write() as connection:
        rows = [{"code": f"{n}", "title": "x"} for n in range(250)]
        assert put_all(connection, sku, rows, who="anna") == 250
        assert put_all(connection, sku, [*rows[:-1], {"code": "249", "title": "y"}], who="anna") == 1
        assert put(connection, actor, {"who": "bot", "public_key": "k1"}, who="anna", hide=["public_key"])
        assert put(connection, actor, {"who": "bot", "public_key": "k2"}, who="anna", hide=["public_key"])
        assert [(row.before, row.after) for row in history(connection, "actor|bot")] == [
            ("", '{"public_key": "<after>"}'), ('{"public_key": "<before>"}', '{"public_key": "<after>"}')]  # fmt: skip
        assert head(connection)[0] == 253
