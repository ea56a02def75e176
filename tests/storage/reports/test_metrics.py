"""The dictionary of metrics: one meaning by one name, checked against the books, before anybody is sent a figure."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, insert, select, update

from storage.database.tables import bot_result, command, platform_order, raw_row
from storage.database.tables.ledger import jv_line
from storage.erp.commands.results import apply_results
from storage.erp.finance.post_events import post_events
from storage.metrics.changes import affected, edits
from storage.metrics.dictionary import METRICS
from storage.reports import METRICS_OF, REPORTS, Period, check
from storage.reports.export import to_csv, to_json
from storage.reports.facts.copy import facts_of, open_copy, with_copy
from storage.reports.facts.feed import FactsWrong
from storage.reports.facts.nightly import bring_up
from storage.reports.push import Picture, PushBlocked, publish
from storage.reports.scope import Scope
from storage.reports.sources import build_scoped, trace
from storage.reports.table import Figure, Table
from tests.storage.erp.recon.worlds import LAST_DAY
from tests.storage.reports.books import NOVEMBER, Books, figures, metric_total

OURS = sorted(name for name in REPORTS if METRICS_OF[name])


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Books with two paid orders."""
    books = Books(tmp_path)
    books.order("1", ("A", 1, 100), ship_state="shipped", shipped_at="2026-11-11 10:00:00")
    books.order("2", ("A", 2, 250))
    yield books
    books.database.close()


@pytest.mark.function("ERP-09")
def test_a_metric_is_the_same_in_every_report(reading: Connection, period: Period) -> None:
    """The total of a metric is byte-equal in all reports that show it, in the file as in the figure."""
    seen: dict[str, set[tuple[int, str]]] = {}
    reports = ("channels", "gmv", "regions", "sales", "times", "fulfilment")
    for name in reports:
        table = build_scoped(reading, name, period, Scope())
        last = to_csv(table).decode("utf-8-sig").rstrip().rsplit("\r\n", 1)[-1].split(",")
        for place, column in enumerate(table.columns):
            if column.metric:
                seen.setdefault(column.metric, set()).add((metric_total(table, column.metric), last[place]))
    shared = [metric for metric in seen if sum(metric in METRICS_OF[name] for name in reports) > 1]
    assert {"gmv_paid", "orders_paid", "refunds_done", "net_sales", "aov"} <= set(shared)
    assert {metric: len(found) for metric, found in seen.items()} == dict.fromkeys(seen, 1)
    board = build_scoped(reading, "board", period, Scope())
    for row in board.rows:
        if isinstance(row[1], Figure) and row[1].block_id in seen:
            assert {(row[1].value)} == {value for value, _ in seen[row[1].block_id]}


@pytest.mark.function("ERP-09")
def test_an_edited_definition_shows_the_reports_it_touches() -> None:
    """A metric defined anew names every report that shows it or what is worked out from it, and wants a new version."""
    old = METRICS["gmv_paid"]
    new = {**METRICS, "gmv_paid": replace(old, where="pay_state = 'paid'")}
    (edit,) = edits(METRICS, new, METRICS_OF)
    assert (edit.metric, edit.versioned) == ("gmv_paid", False)
    assert {"board", "channels", "gmv", "regions", "sales", "times", "trend"} <= set(edit.reports)
    assert "stock_matrix" not in edit.reports
    assert edits(METRICS, {**METRICS, "gmv_paid": replace(old, sentence="别的说法")}, METRICS_OF) == []
    (versioned,) = edits(METRICS, {**METRICS, "gmv_paid": replace(old, part="1", version=old.version + 1)}, METRICS_OF)
    assert versioned.versioned
    assert "aftersale_rate" in affected("orders_shipped", METRICS, METRICS_OF)


def test_the_dictionary_is_whole() -> None:
    """Each entry says sentence, grain, owner and rule; what it rests on is there too; each is shown somewhere."""
    shown = {name for names in METRICS_OF.values() for name in names}
    for name, metric in METRICS.items():
        assert metric.name == name
        assert all((metric.title, metric.sentence, metric.grain, metric.owner, metric.formula)), name
        assert all(needed in METRICS for needed in metric.needs)
        assert affected(name, METRICS, METRICS_OF) or name in shown, name


@pytest.mark.parametrize("name", OURS)
def test_every_figure_names_its_metric(name: str, reading: Connection, period: Period) -> None:
    """No column of figures is without an entry of the dictionary, and no report shows one that it does not name."""
    table = REPORTS[name](reading, period)
    if name == "board":
        found = {cell.block_id.split("|")[0] for row in table.rows for cell in row if isinstance(cell, Figure)}
        found.discard("turnover")
    else:
        places = {n for row in table.rows for n, cell in enumerate(row) if isinstance(cell, Figure)}
        found = {table.columns[place].metric for place in places}
    assert found <= set(METRICS_OF[name])


@pytest.mark.function("BI-54")
def test_every_money_cell_leads_to_rows_of_files(reading: Connection) -> None:
    """Each amount of each report, by its id alone, is walked back to rows that were archived, and they sum to it."""
    known = {tuple(row) for row in reading.execute(select(raw_row.c.file_sha, raw_row.c.row_no))}
    period = Period("2026-11-15", "2026-11-20")
    built: dict[tuple[str, Period], Table] = {}
    walked = 0
    for name in sorted({*OURS, "aftersale_cost", "order_profit", "product_profit"}):
        table = REPORTS[name](reading, period)
        for figure in figures(table):
            if figure.unit != "fen":
                continue
            rows = trace(reading, figure.figure_id, built)
            assert all((row.file_sha, row.row_no) in known and row.file_name for row in rows), figure.figure_id
            if not figure.formula:
                assert sum(row.amount for row in rows) == figure.value, figure.figure_id
            walked += 1
    assert walked > 300


@pytest.mark.function("BI-55")
def test_metrics_agree_with_the_books_until_one_does_not(books: Books) -> None:
    """Every metric equals the books asked another way; a copy that was tampered with is found, figure by figure."""
    with books.database.read() as connection:
        compared = check.compare(connection, NOVEMBER)
        assert {one.metric for one in compared} >= {metric.name for metric in METRICS.values() if metric.fact} - {
            "parts_qty"
        }
        assert check.wrong(connection, NOVEMBER) == []
        assert next(one.books for one in compared if one.metric == "gmv_paid") == 350
        facts_of(connection).rows("UPDATE rolled_orders_paid_at SET gmv_paid = gmv_paid + 1")
        findings = check.findings(connection, LAST_DAY)
    assert [finding.where for finding in findings] == ["BI-55 gmv_paid"]
    assert "报表 351，账 350" in findings[0].message


@pytest.mark.function("BI-55")
def test_settled_gmv_is_what_the_ledger_says(books: Books) -> None:
    """Receivables credited by statements are the settled GMV, with lines still to be booked; another sum is found."""
    for no, fee, fen in (
        ("1", "payment", 1_000),
        ("2", "refund", -200),
        ("3", "commission", -50),
        ("4", "subsidy", 30),
    ):
        books.bill(no, fee, fen)

    def tied() -> check.Compared | None:
        return books.read(lambda connection: check.ledger(connection, NOVEMBER))

    assert tied() is None, "nothing is booked yet"
    with books.database.write() as connection:
        post_events(connection, "2026-11-30")
    assert tied() == check.Compared("gmv_settled", 800, 800)
    books.bill("5", "payment", 70)
    assert tied() == check.Compared("gmv_settled", 870, 870)
    with books.database.write() as connection:
        connection.execute(update(jv_line).where(jv_line.c.cr_fen == 1_000).values(cr_fen=900))
    assert tied() == check.Compared("gmv_settled", 870, 770)
    with books.database.read() as connection:
        (finding,) = check.findings(connection, LAST_DAY)
    assert "报表 870，总账 770" in finding.message


def test_all_metrics_of_a_whole_night_agree(reading: Connection, period: Period) -> None:
    """On a whole mall every metric is what plain SQL over the books says, and none of them is trivially zero."""
    compared = check.compare(reading, period)
    assert [one for one in compared if one.shown != one.books] == []
    assert [one.metric for one in compared if one.books == 0] == []


def _pictures(connection: Connection) -> list[Picture]:
    return [Picture(build_scoped(connection, "board", NOVEMBER, Scope()), "看板.png", "reports/board.xlsx")]


@pytest.mark.function("BI-46")
def test_one_message_for_each_group_and_slot(books: Books) -> None:
    """A group gets one message a slot however often it is asked; one that failed goes out again, a sent one not."""
    slot = "2026-11-20 08:00"

    def push() -> str:
        with books.database.write() as connection:
            return publish(connection, "运营群", slot, _pictures(connection), LAST_DAY)

    def answer(command_id: str, outcome: str, run_id: str) -> None:
        with books.database.write() as connection:
            row = {"run_id": run_id, "command_id": command_id, "worklist": "to_notify", "shop": "运营群",
                   "outcome": outcome, "at": f"2026-11-20 08:0{run_id[-1]}:00"}  # fmt: skip
            connection.execute(insert(bot_result), [row])
            apply_results(connection, run_id)

    first = push()
    assert first
    assert push() == ""
    answer(first, "failed", "run-1")
    second = push()
    assert second not in ("", first)
    assert push() == ""
    answer(second, "done", "run-2")
    assert push() == ""
    with books.database.read() as connection:
        rows = connection.execute(select(command.c.state, command.c.data, command.c.reason)).all()
    assert sorted(row.state for row in rows) == ["done", "failed"]
    assert all("看板.png" in row.data and "reports/board.xlsx" in row.data and "¥3.50" in row.data for row in rows)


@pytest.mark.function("BI-55")
def test_nothing_is_sent_while_a_figure_is_wrong(books: Books) -> None:
    """A metric that differs from the books stops the push: an error that names it, and no command in the books."""
    import duckdb

    path = books.folder / "facts.duckdb"
    books.read(lambda connection: open_copy(connection, path).close())
    with duckdb.connect(str(path)) as facts:
        facts.execute("UPDATE rolled_orders_paid_at SET orders_paid = 7")
    with books.database.write() as connection, with_copy(connection, path):
        with pytest.raises(PushBlocked, match="付款订单"):
            publish(connection, "运营群", "2026-11-20 08:00", _pictures(connection), LAST_DAY)
        assert connection.execute(select(command.c.command_id)).all() == []


def test_the_copy_follows_the_books_day_by_day(books: Books) -> None:
    """Fed again nothing is written; a changed day is fed; a deleted order leaves; a damaged copy is made anew."""
    path = books.folder / "facts.duckdb"

    def paid() -> int:
        with books.database.read() as connection, with_copy(connection, path):
            return metric_total(build_scoped(connection, "channels", NOVEMBER, Scope()), "gmv_paid")

    assert paid() == 350
    before = path.stat().st_mtime_ns
    assert paid() == 350
    assert path.stat().st_mtime_ns == before, "nothing moved: the copy is only read"
    books.order("3", ("A", 1, 50), at="2026-11-20 09:00:00")
    assert paid() == 400
    with books.database.write() as connection:
        connection.execute(update(platform_order).where(platform_order.c.order_no == "3").values(pay_state="unpaid"))
    assert paid() == 350
    with books.database.write() as connection:
        connection.execute(platform_order.delete().where(platform_order.c.order_no == "2"))
    assert paid() == 100
    path.write_bytes(b"not a database any more")
    assert paid() == 100, "a damaged copy is made anew"


@pytest.mark.function("BI-02")
def test_the_night_refreshes_what_reports_add_up(books: Books) -> None:
    """On random days every metric out of the refreshed aggregates is what the books' rows add up to; only days that
    changed are read again, and a refreshed copy is not fed by whoever reads it next."""
    drawn = Random(2)
    for n in range(3, 40):
        day = f"2026-11-{drawn.randint(1, 28):02d}"
        sent = {"ship_state": "shipped", "shipped_at": f"{day} 20:00:00"} if n % 3 else {}
        books.order(str(n), ("A", 1 + n % 3, drawn.randint(1, 9_999)), ("B", 1, n), at=f"{day} 10:00:00",
                    pay_state=drawn.choice(["paid", "unpaid", "refunded"]), latest_ship_at=f"{day} 23:00:00",
                    seller_discount_fen=n, **sent)  # fmt: skip
        if n % 5 == 0:
            books.refund(f"R{n}", str(n), n, at=f"{day} 12:00:00")
            books.bill(f"B{n}", "payment", drawn.randint(1, 999), at=f"{day} 13:00:00")
    path = books.folder / "facts.duckdb"

    def wrong_days() -> list[check.Compared]:
        with books.database.read() as connection, with_copy(connection, path) as facts:
            assert facts.fed == (0, 0), "the night has fed it"
            days = [Period(day, day) for day in (f"2026-11-{drawn.randint(1, 28):02d}" for _ in range(8))]
            return [one for day in (*days, NOVEMBER) for one in check.wrong(connection, day)]

    first = books.read(lambda connection: bring_up(connection, path))
    assert wrong_days() == []
    books.order("40", ("A", 1, 70), at="2026-11-10 11:00:00")
    with books.database.write() as connection:
        connection.execute(update(platform_order).where(platform_order.c.order_no == "1").values(pay_state="unpaid"))
    again = books.read(lambda connection: bring_up(connection, path))
    assert wrong_days() == []
    assert (again["sales"].days, again["sales"].days < first["sales"].days) == (2, True), "orders and lines of one day"


def test_an_old_copy_is_never_shown_as_new(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """A big copy is read as it stands, under a note that says of when it is; a small one, and any that is asked to,
    shows what the books say, and no note. What the books have not left behind has none either."""
    path = books.folder / "facts.duckdb"

    def shown(*, as_is: bool) -> tuple[int, bool]:
        with books.database.read() as connection, with_copy(connection, path, as_is=as_is):
            table = build_scoped(connection, "channels", NOVEMBER, Scope())
            return metric_total(table, "gmv_paid"), any("截至 20" in note for note in table.notes)

    assert shown(as_is=True) == (350, False), "there is none yet: it is made"
    monkeypatch.setattr("storage.reports.facts.copy.FOLLOWED_LINES", 0)
    assert shown(as_is=True) == (350, False)
    books.order("3", ("A", 1, 50), at="2026-11-20 09:00:00")
    assert shown(as_is=True) == (350, True)
    monkeypatch.undo()
    assert shown(as_is=True) == (400, False), "a small copy follows the books"
    monkeypatch.setattr("storage.reports.facts.copy.FOLLOWED_LINES", 0)
    books.order("4", ("A", 1, 60), at="2026-11-21 09:00:00")
    assert shown(as_is=False) == (460, False)
    assert shown(as_is=True) == (460, False)


def test_a_copy_that_somebody_reads_can_be_fed(books: Books) -> None:
    """While one reader has the copy open another process's feed replaces it; the reader keeps what it saw."""
    path = books.folder / "facts.duckdb"
    reader = books.read(lambda connection: open_copy(connection, path))
    books.order("3", ("A", 1, 50), at="2026-11-20 09:00:00")
    fed = books.read(lambda connection: open_copy(connection, path))
    assert [one.rows("SELECT count(*) FROM orders") for one in (reader, fed)] == [[(2,)], [(3,)]]
    reader.close()
    fed.close()
    assert sorted(one.name for one in books.folder.glob("facts*")) == ["facts.duckdb"]


def test_a_day_that_does_not_sum_to_the_books_is_refused(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """When rows come out of the books other than their sums say, the facts are refused and nothing is kept."""
    from storage.reports.facts import feed as feeding

    lossy = replace(
        feeding.FEEDS["lines"], columns={**feeding.FEEDS["lines"].columns, "sold_fen": "n.paid_share_fen - 1"}
    )
    monkeypatch.setitem(feeding.FEEDS, "lines", lossy)
    with books.database.read() as connection, pytest.raises(FactsWrong, match="lines：2026-11-10"):
        open_copy(connection, books.folder / "facts.duckdb")
    monkeypatch.undo()
    with books.database.read() as connection:
        facts = open_copy(connection, books.folder / "facts.duckdb")
        assert facts.rows("SELECT sum(sold_fen) FROM lines") == [(350,)]
        facts.close()


def test_json_carries_what_is_needed_to_walk_back(books: Books) -> None:
    """Each figure of the JSON has its whole value, its unit, its words and the id that leads to its rows."""
    import json

    with books.table("channels") as table:
        said = json.loads(to_json(table))
        cell = said["total"][3]
        assert (cell["value"], cell["unit"], cell["shown"]) == (350, "fen", "¥3.50")
    with books.database.read() as connection:
        assert sum(row.amount for row in trace(connection, cell["figure"])) == 350
    assert said["columns"][3]["metric"] == "gmv_paid"
