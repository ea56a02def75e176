"""What people decide, months that are closed, the board and the bank's balance, on labelled books."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from storage.database.connection import Database, open_database
from storage.database.digest import digest, digests
from storage.database.tables import bank_line, bill_line, recon_candidate, recon_decision, recon_filing, recon_item
from storage.erp.reconciliation.bank_balance import balances
from storage.erp.reconciliation.board import automatic_rate, board, items_of
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.decisions import Choice, decide, unmatch
from storage.erp.reconciliation.errors import (
    DecidedAlready,
    DecisionGone,
    ItemMissing,
    LinkWrong,
    MonthIsClosed,
    ReasonNeeded,
    WriteOffTooLarge,
)
from storage.erp.reconciliation.months import close_month, month_after
from storage.erp.reconciliation.outcomes import DIFFERENCES, is_exception
from storage.erp.reconciliation.reconcile import Summary, outcome_findings, reconcile
from tests.labelled.books import Books
from tests.labelled.world import clean, faulty
from tests.labelled.writing import write

KINDS = ("bill_ambiguous", "bill_not_authorised", "order_unknown", "payment_missing", "subsidy_short", "unknown_fee",
         "withdrawal_ambiguous", "withdrawal_short")  # fmt: skip
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
ANSWERS = ("recon_item", "recon_group", "recon_candidate")
Key = tuple[str, str, str]


@pytest.fixture
def books() -> Books:
    """Weeks with some faults that need people."""
    return faulty(41, 260, KINDS)


@pytest.fixture
def database(tmp_path: Path, books: Books) -> Iterator[Database]:
    """Those weeks, reconciled."""
    opened = open_database(tmp_path / "books.db")
    with opened.write() as connection:
        write(connection, books)
        run(connection, books)
    yield opened
    opened.close()


def run(connection: Connection, books: Books) -> Summary:
    """Reconcile, and hold the answers to one per line."""
    summary = reconcile(connection, terms(books), date.fromisoformat(books.last_day))
    assert outcome_findings(connection) == []
    return summary


def terms(books: Books) -> Contracts:
    """What was agreed."""
    return Contracts(commission_bp=books.commission_bp)


def items(connection: Connection, **wanted: object) -> list[dict[str, Any]]:
    """Items with these values."""
    query = select(recon_item).order_by(recon_item.c.job, recon_item.c.side, recon_item.c.ref)
    for name, value in wanted.items():
        query = query.where(recon_item.c[name] == value)
    return [dict(row) for row in connection.execute(query).mappings()]


def key(item: dict[str, Any]) -> Key:
    """The key of an item."""
    return item["job"], item["side"], item["ref"]


def settle(connection: Connection, item: Key, choice: Choice, why: str = "电话问过银行") -> int:
    """A decision of 王会计."""
    return decide(connection, item, choice, "王会计", why, NOW, contracts=Contracts())


def pair(connection: Connection) -> tuple[Key, Key]:
    """One of two equal withdrawals, and the one credit that arrived."""
    credit = items(connection, job="wallet", side="bank", outcome=12)[0]
    sent = items(connection, job="wallet", side="statement", outcome=12)[0]
    return key(sent), key(credit)


def test_a_person_matches_what_the_engine_would_not(database: Database, books: Books) -> None:
    """An ambiguous withdrawal matched by a person is matched, for the given reason, and the other one is missing."""
    with database.write() as connection:
        sent, credit = pair(connection)
        settle(connection, sent, Choice("match", (credit,)))
        run(connection, books)
        assert {(i["outcome"], i["decided_by"]) for i in items(connection, ref=sent[2])} == {(1, "王会计")}
        assert "电话问过银行" in items(connection, ref=credit[2])[0]["reason"]
        twin = [i for i in items(connection, component="withdrawal") if i["amount_fen"] == _amount(connection, sent)]
        assert sorted(i["difference"] for i in twin) == ["", "withdrawal_missing"]


def _amount(connection: Connection, item: Key) -> int:
    return int(items(connection, ref=item[2])[0]["amount_fen"])


def test_taking_back_restores_every_row(database: Database, books: Books) -> None:
    """A decision taken back leaves items, groups and candidates as they were, at once and after runs in between."""
    with database.write() as connection:
        before = digests(connection, ANSWERS)
        sent, credit = pair(connection)
        serial = settle(connection, sent, Choice("match", (credit,)))
        assert digests(connection, ANSWERS) != before
        unmatch(connection, serial, "李主管", "认错了")
        assert digests(connection, ANSWERS) == before
        serial = settle(connection, sent, Choice("match", (credit,)))
        run(connection, books)
        unmatch(connection, serial, "李主管", "又认错了")
        run(connection, books)
        assert digests(connection, ANSWERS) == before
        log = connection.execute(select(recon_decision).order_by(recon_decision.c.serial)).mappings().all()
        assert [(row["serial"], row["who"], row["undone_by"], row["undone_why"]) for row in log] == [
            (1, "王会计", "李主管", "认错了"),
            (2, "王会计", "李主管", "又认错了"),
        ]


def test_running_again_overwrites_no_decision(database: Database, books: Books) -> None:
    """After decisions of every kind a further run changes nothing, and the one after that neither."""
    with database.write() as connection:
        unknown = items(connection, difference="order_unknown")[0]
        known = items(connection, outcome=1, side="statement", component="payment")[0]
        settle(connection, key(unknown), Choice("link", order_no=known["order_no"]))
        settle(connection, key(items(connection, outcome=13, component="unclassified")[0]), Choice("accept"))
        settle(connection, key(items(connection, difference="payment_not_authorised")[0]), Choice("ignore"))
        settle(connection, key(items(connection, difference="subsidy_short")[0]), Choice("write_off"))
        decided = [i for i in items(connection) if i["decided_by"]]
        assert sorted(i["outcome"] for i in decided) == [1, 2, 3, 14]
        assert {i["difference"] for i in decided} <= {*DIFFERENCES, ""}
        run(connection, books)
        before = digest(connection, ANSWERS)
        again = run(connection, books)
        assert (again.created, again.changed, again.removed) == (0, 0, 0)
        assert digest(connection, ANSWERS) == before
        assert [i for i in items(connection) if i["decided_by"]] == decided


def test_several_for_one_leave_a_residual(database: Database) -> None:
    """Items matched by a person that do not sum to nothing are partial, and the group says what is left."""
    with database.write() as connection:
        short = items(connection, difference="bank_short", side="statement")[0]
        others = items(connection, difference="bank_short", side="bank")
        serial = settle(connection, key(short), Choice("match", tuple(key(i) for i in others)))
        group = connection.exec_driver_sql(f"SELECT * FROM recon_group WHERE group_id = 'person|{serial}'").one()
        assert (group.kind, group.residual_fen) == ("1-1", -500)
        assert {i["outcome"] for i in items(connection, group_id=f"person|{serial}")} == {4}


def test_what_a_person_may_not_do_changes_nothing(database: Database) -> None:
    """No reason, no such item, decided already, too much to write off, no such order: refused, in both languages."""
    with database.write() as connection:
        before = digest(connection, [*ANSWERS, "recon_decision"])
        sent, credit = pair(connection)
        missing = key(items(connection, difference="payment_missing")[0])
        for wrong, item, choice, why in (
            (ReasonNeeded, sent, Choice("accept"), " "),
            (ItemMissing, ("wallet", "bank", "nothing"), Choice("accept"), "x"),
            (ItemMissing, sent, Choice("match", (("wallet", "bank", "nothing"),)), "x"),
            (WriteOffTooLarge, missing, Choice("write_off"), "x"),
            (LinkWrong, missing, Choice("link", order_no="1"), "x"),
            (LinkWrong, key(items(connection, difference="order_unknown")[0]), Choice("link", order_no="404"), "x"),
        ):
            with pytest.raises(wrong) as caught:
                settle(connection, item, choice, why)
            assert caught.value.message("zh") != caught.value.message("en")
        with pytest.raises(DecisionGone):
            unmatch(connection, 1, "王会计", "x")
        assert digest(connection, [*ANSWERS, "recon_decision"]) == before
        settle(connection, sent, Choice("match", (credit,)))
        with pytest.raises(DecidedAlready):
            settle(connection, credit, Choice("ignore"))


def test_ambiguous_items_keep_their_candidates(database: Database) -> None:
    """Whatever is ambiguous says in a sentence what it may be: each candidate exists, the best stands first."""
    with database.read() as connection:
        c = recon_candidate.c
        ambiguous = [i for i in items(connection, outcome=12) if i["side"] != "books"]
        assert {i["job"] for i in ambiguous} == {"wallet", "payables"}
        known = {f"{i['side']}:{i['ref']}" for i in items(connection)}
        for item in ambiguous:
            found = connection.execute(select(c.candidate, c.rank, c.reason).where(c.ref == item["ref"])).all()
            assert sorted(row.rank for row in found) == list(range(1, len(found) + 1)) != []
            assert all(row.candidate in known and "¥" in row.reason for row in found)


def test_a_closed_month_stays_closed(database: Database, books: Books) -> None:
    """After October is closed, whatever comes in leaves its items alone; late lines count in November, with a tag."""
    with database.write() as connection:
        closed = close_month(connection, "2026-10", "王会计", NOW)
        filed = _filed(connection, "2026-10")
        assert len(filed) == closed.items > 500
        assert closed.total_fen == sum(i["amount_fen"] for i in filed if i["side"] != "books")
        line = connection.execute(select(bill_line).where(bill_line.c.fee_type == "payment").limit(1)).mappings().one()
        connection.execute(insert(bill_line).values({**line, "flow_no": "LATE", "at": "2026-10-20 09:00:00"}))
        connection.execute(update(bill_line).where(bill_line.c.flow_no == line["flow_no"]).values(order_no="404"))
        run(connection, books)
        assert _filed(connection, "2026-10") == filed
        (late,) = connection.execute(select(recon_filing).where(recon_filing.c.ref.like("%|LATE|%"))).mappings()
        assert (late["month"], late["tag"]) == ("2026-11", "补记 2026-10")
        assert close_month(connection, "2026-10", "别人", NOW) == closed
        with pytest.raises(MonthIsClosed):
            settle(connection, key(filed[0]), Choice("ignore"))
        with pytest.raises(MonthIsClosed):
            close_month(connection, "2026-09", "王会计", NOW)
        again = run(connection, books)
        assert (again.created, again.changed, again.removed) == (0, 0, 0)


def _filed(connection: Connection, month: str) -> list[dict[str, Any]]:
    f, i = recon_filing.c, recon_item.c
    mine = (f.job == i.job) & (f.side == i.side) & (f.ref == i.ref) & (f.month == month)
    return [dict(row) for row in connection.execute(select(recon_item).join(recon_filing, mine)).mappings()]


def test_open_items_are_carried_with_an_owner(database: Database, books: Books) -> None:
    """Every exception of a closed month goes to the next with a tag and an owner; settled there, it closes there."""
    with database.write() as connection:
        open_before = [i for i in items(connection) if is_exception(i["outcome"]) or i["outcome"] == 5]
        closed = close_month(connection, "2026-10", "王会计", NOW, owners={8: "小陈"})
        carried = _filed(connection, "2026-11")
        assert {key(i) for i in carried} == {key(i) for i in open_before}
        assert closed.carried == len(carried)
        told = {(row.tag, row.owner != "") for row in connection.execute(select(recon_filing)) if row.tag}
        assert told == {("结转自 2026-10", True)}
        unknown = items(connection, difference="order_unknown")[0]
        owner = select(recon_filing.c.owner).where(recon_filing.c.ref == unknown["ref"])
        assert connection.execute(owner).scalar_one() == "小陈"
        settle(connection, key(unknown), Choice("accept"))
        run(connection, books)
        close_month(connection, "2026-11", "王会计", NOW)
        assert [key(i) for i in _filed(connection, "2026-11")] == [key(unknown)]
        assert len(_filed(connection, "2026-12")) == len(carried) - 1
        assert month_after("2026-12") == "2027-01"


@pytest.mark.function("FMS-56")
def test_the_board_is_the_item_list(database: Database, books: Books) -> None:
    """Each cell of platform × outcome × age has as many items, of as much money, as the list it opens; none is lost."""
    as_of = date.fromisoformat(books.last_day)
    with database.read() as connection:
        cells = board(connection, as_of)
        for cell, total in cells.items():
            listed = items_of(connection, cell, as_of)
            money = sum(item["amount_fen"] for item in listed if item["side"] != "books")
            assert (len(listed), money) == total
        every = items(connection)
    assert sum(total.items for total in cells.values()) == len(every)
    assert {cell.platform for cell in cells} == {"practice", "银行"}
    assert len({cell.age for cell in cells}) == 5 - 1  # thirty days: nothing is older
    assert {cell.outcome for cell in cells} == {item["outcome"] for item in every}


def test_the_automatic_rate_counts_people(database: Database, books: Books) -> None:
    """Lines that need a person, and lines that one decided, are manual; the rate is the others' share."""
    with database.write() as connection:
        before = automatic_rate(connection)
        lines = [i for i in items(connection) if i["side"] != "books"]
        manual = sum(is_exception(i["outcome"]) for i in lines)
        assert (before.manual, before.automatic + before.manual + before.waiting) == (manual, len(lines))
        settle(connection, key(items(connection, outcome=13, component="unclassified")[0]), Choice("accept"))
        assert automatic_rate(connection) == before
        assert before.share == before.automatic / (before.automatic + before.manual)


@pytest.mark.function("FMS-23")
@pytest.mark.parametrize("spoilt", [False, True])
def test_the_bank_is_the_books_and_the_timing_items(tmp_path: Path, spoilt: bool) -> None:
    """Every day the books' balance and the listed items are the statement's; in clean weeks only time differs."""
    books = faulty(43, 260, KINDS) if spoilt else clean(43, 260)
    database = open_database(tmp_path / "bank.db")
    with database.write() as connection:
        write(connection, books)
        run(connection, books)
        found = balances(connection)
        lines = connection.execute(select(bank_line.c.day, bank_line.c.amount_fen)).all()
        booked = Counter[str]()
        for line in connection.execute(select(bill_line).where(bill_line.c.fee_type == "withdrawal")).mappings():
            booked[line["at"][:10]] -= line["amount_fen"]
        for owed in books.payables:
            booked[owed.due_day] -= owed.fen
    for balance in found:
        assert balance.book_fen + sum(item.gap_fen for item in balance.items) == balance.statement_fen
        assert balance.statement_fen == sum(line.amount_fen for line in lines if line.day <= balance.day)
        assert balance.book_fen == sum(fen for day, fen in booked.items() if day <= balance.day)
        assert all(item.reason for item in balance.items)
    assert len(found) > 20
    assert (found[-1].items == ()) is not spoilt
    database.close()


def test_lines_that_are_gone_leave_no_answer(database: Database, books: Books) -> None:
    """A statement that is taken back takes its answers, groups and candidates along."""
    with database.write() as connection:
        connection.execute(delete(bill_line).where(bill_line.c.shop == "B"))
        run(connection, books)
        assert [i for i in items(connection, side="statement") if i["shop"] == "B"] == []
        orphan = "SELECT count(*) FROM recon_group WHERE group_id NOT IN (SELECT group_id FROM recon_item)"
        assert connection.exec_driver_sql(orphan).scalar_one() == 0
