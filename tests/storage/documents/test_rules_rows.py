"""Rules 08, 09, 10, 19 and 21 over every format: columns that come and go, rows that are none, what a row's name is."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.tables import bill_line, document_row
from storage.documents.cells import header_name
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS
from storage.documents.layout import Layout, short
from storage.documents.rows import DataRow
from storage.documents.shelf import Shelf
from storage.errors import FileError, HeaderDrift
from storage.ingest import ingest
from tests.storage.documents.formats.dress import Dress, Truth, made, truths
from tests.storage.documents.formats.dresses import DRESSES

LAYOUTS = {name: kind for name, kind in KINDS.items() if isinstance(kind, Layout)}
PRIVATE = (
    *("收件人", "收货人", "手机", "电话", "地址", "姓名", "买家会员名", "买家会员昵称", "客户姓名", "街道"),
    *("Recipient", "Buyer", "Phone", "Email", "Address", "Name (Shipping)", "Ship To", "Bill-to", "Ship-to"),
)
DESCRIBED = ("douyin_settlement_34", "tiktok_order")
"""Those whose files have such a row."""
TOTALLED = {name for name, dress in DRESSES.items() if dress.total is not None}


def read(content: bytes, name: str = "导出.csv") -> Document:
    """The document that the content is known as, with what people say of changed titles asked."""
    kind, file = Shelf().find(SourceFile(name, content), "", "shop_a")
    return kind.read(file, Facts(name=name, shop="shop_a"))


def rows_of(document: Document) -> list[DataRow]:
    """Its typed rows."""
    return [row for row in document.rows if isinstance(row, DataRow)]


def keys(document: Document) -> list[tuple[str, int, str, int]]:
    """What names each row, whose order it is, and its amount."""
    return [(row.row_key, row.n, row.order_no, row.amount_fen) for row in rows_of(document)]


def with_columns(dress: Dress, names: list[str]) -> Dress:
    """The dress with these columns only."""
    return replace(dress, header=",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names))


def parts_of(layout: Layout) -> set[str]:
    """Every spelling of a column that the layout needs, is known by, or makes a row's name, order or amount of."""
    amount = (*layout.amount.columns, *layout.amount.optional) if layout.amount else ()
    order = (layout.order[0],) if layout.order else ()
    used = (*layout.required, *layout.tells, *layout.key, *amount, *order, layout.sub, layout.at, layout.currency)
    return {header_name(spelling) for name in used for spelling in name.split("|")}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    opened = open_database(tmp_path / "books.sqlite")
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", sorted(set(DRESSES) - TOTALLED))
def test_rule_08_columns_that_nothing_needs_may_be_gone_or_more(kind: str) -> None:
    """Without every column that is no part of a row's name, with one that nobody knows: the same rows, nothing lost."""
    dress, layout = DRESSES[kind], LAYOUTS[kind]
    if len(set(dress.titles)) < len(dress.titles) or layout.derive or layout.drop or layout.control or layout.day_order:
        return  # those read more columns than they name; each has tests of its own
    rows = truths(dress, 8, 4)
    whole = read(made(dress, rows), dress.name)
    few = [name for name in dress.titles if header_name(name) in parts_of(layout)]
    titles = [*few[:1], "谁也不认识的列", *few[1:]]
    document = read(made(with_columns(dress, titles), [row | {"谁也不认识的列": "留着"} for row in rows]), dress.name)
    assert (document.kind, document.quarantine) == (kind, [])
    assert keys(document) == keys(whole)
    assert {raw.payload["谁也不认识的列"].strip() for raw in document.raw} == {"留着"}


@pytest.mark.parametrize("kind", sorted(DRESSES))
def test_rule_08_a_file_without_a_column_of_the_key_is_not_read(kind: str) -> None:
    """The columns that make a row that row are mandatory: without one the file waits or is refused, and says so."""
    dress, layout = DRESSES[kind], LAYOUTS[kind]
    rows = truths(dress, 8, 2)
    for name in layout.key:
        if not any(name == needed for needed in layout.required):
            continue
        titles = [title for title in dress.titles if title not in name.split("|")]
        try:
            document = read(made(with_columns(dress, titles), rows), dress.name)
        except FileError as refused:
            drift = isinstance(refused, HeaderDrift) and kind == refused.facts["kind"]
            assert drift or short(name) in str(refused.facts) or refused.code == "E-FILE-UNKNOWN", refused
        else:
            raise AssertionError(f"{name} is missing, and it was read as {document.kind}")


@pytest.mark.parametrize("kind", sorted(DRESSES))
def test_rule_09_words_where_ids_belong_are_never_a_row(kind: str) -> None:
    """A row of explanations under the header is left out, or waits in quarantine; the rows below are as without it."""
    dress, layout = DRESSES[kind], LAYOUTS[kind]
    if layout.day_order or kind in {"alipay_fund_bill_summary", "qianniu_expense_day_summary"} or not layout.amount:
        return  # no id and no amount that words could stand in the place of
    rows = truths(dress, 9, 3)
    plain = read(made(dress, rows), dress.name)
    described = read(made(replace(dress, under=tuple("收入+支出" for _ in dress.titles)), rows), dress.name)
    assert keys(described) == keys(plain)
    extra = len(described.quarantine) - len(plain.quarantine)
    assert extra in ((0,) if kind in DESCRIBED else (0, 1))


@pytest.mark.parametrize("kind", DESCRIBED)
def test_rule_09_an_id_that_is_missing_or_destroyed_is_no_description(kind: str) -> None:
    """Only words are left out: a row without its id, or with one that a re-save destroyed, waits with its reason."""
    dress, layout = DRESSES[kind], LAYOUTS[kind]
    column = next(name for name in layout.key if name in layout.ids)
    for spoiled, code in (("", "E-CELL"), ("3.30213E+18", "E-CELL-DESTROYED")):
        rows = truths(dress, 9, 3)
        rows[1] |= {column: spoiled}
        document = read(made(replace(dress, id_wrap="plain"), rows), dress.name)
        assert (len(document.rows), [bad.rule for bad in document.quarantine]) == (2, [code])


@pytest.mark.parametrize("kind", sorted(TOTALLED))
def test_rule_10_a_total_is_told_from_the_rows(kind: str) -> None:
    """The file has one line more than rows; it is no row and no bad one, and without the rule for it it would be."""
    dress, layout = DRESSES[kind], LAYOUTS[kind]
    rows = truths(dress, 10, 4)
    content = made(dress, rows)
    document = layout.read(SourceFile(dress.name, content), Facts(name=dress.name, shop="a"))
    assert (len(document.rows), len(document.quarantine)) == (4, 0)
    if layout.amount:
        assert sum(row.amount_fen for row in rows_of(document)) == sum(row["_amount"] for row in rows)
    blind = replace(layout, drop=None, ends=None, control=None)
    counted = blind.read(SourceFile(dress.name, content), Facts(name=dress.name, shop="a"))
    assert len(counted.rows) + len(counted.quarantine) == 5


def test_rule_10_an_item_that_is_called_total_is_an_item() -> None:
    """The word 总计 in a name makes no total: a row is left out by what stands in the place of its id or its day."""
    dress = DRESSES["pdd_promo_goods"]
    rows = truths(dress, 10, 3)
    rows[1] |= {"商品名称": "总计 合计"}
    assert len(read(made(dress, rows), dress.name).rows) == 3


ORDERS = DRESSES["jd_order_old"]
EARLY, LATE = "订单_202609011200.csv", "订单_202609021200.csv"


def state(database: Database) -> list[str]:
    """What the books say of the orders' state, by their numbers."""
    with database.read() as connection:
        found = connection.execute(select(document_row.c.data).order_by(document_row.c.order_no)).scalars()
        return [str(json.loads(data)["订单状态"]) for data in found]


@pytest.mark.parametrize("names", [(EARLY, LATE), (LATE, EARLY)])
def test_rule_19_the_newer_export_holds_whichever_comes_first(
    names: tuple[str, str], database: Database, tmp_path: Path
) -> None:
    """The moment in the file's name decides what an order's state is, not the moment at which the file was read."""
    archive = Archive(tmp_path / "archive")
    (row,) = truths(ORDERS, 19, 1)
    said = {EARLY: "等待出库", LATE: "已完成"}
    for day, name in enumerate(names, 1):
        facts = Facts(name=name, shop="a", received_at=f"2026-10-0{day}T00:00:00+00:00")
        done = ingest(database, archive, made(ORDERS, [row | {"订单状态": said[name]}]), facts=facts)
        assert done.state == "read", done.message
    assert state(database) == ["已完成"]


def test_rule_19_exports_that_do_not_say_when_are_told_by_their_receipt(database: Database, tmp_path: Path) -> None:
    """Without a moment of its own an export is as new as the day on which it came."""
    archive = Archive(tmp_path / "archive")
    (row,) = truths(ORDERS, 19, 1)
    for day, word in (("02", "已完成"), ("01", "等待出库")):
        facts = Facts(name=f"{word}.csv", shop="a", received_at=f"2026-10-{day}T00:00:00+00:00")
        ingest(database, archive, made(ORDERS, [row | {"订单状态": word}]), facts=facts)
    assert state(database) == ["已完成"]


def test_rule_19_the_same_row_written_in_another_way_is_the_same_row(database: Database, tmp_path: Path) -> None:
    """Another encoding, another order of columns, other wraps: the lines are there already; a new one is one more."""
    archive, dress = Archive(tmp_path / "archive"), DRESSES["kuaishou_fund"]
    rows = truths(dress, 19, 4)
    other = replace(with_columns(dress, dress.titles[::-1]), container="csv", encoding="gb18030", id_wrap="formula")
    first = ingest(database, archive, made(dress, rows[:3]), shop="a")
    again = ingest(database, archive, made(other, rows[1:]), shop="a")
    assert (first.created, again.created, again.same) == (3, 1, 2)
    with database.read() as connection:
        total = connection.execute(select(func.sum(bill_line.c.amount_fen))).scalar_one()
    assert total == sum(row["_amount"] for row in rows)


def test_rule_19_equal_rows_of_one_file_are_as_many_as_it_says(database: Database, tmp_path: Path) -> None:
    """Two fees alike in everything are two, in one file and after a second export that has both again."""
    archive, dress = Archive(tmp_path / "archive"), DRESSES["xhs_fund"]
    row, later = truths(dress, 19, 2)
    for rows in ([row, row], [row, row, later]):
        assert ingest(database, archive, made(dress, rows), shop="a").state == "read"
    with database.read() as connection:
        total = connection.execute(select(func.sum(bill_line.c.amount_fen))).scalar_one()
    assert total == 2 * row["_amount"] + later["_amount"]


@pytest.mark.parametrize("kind", sorted(DRESSES))
def test_rule_21_a_row_is_not_named_by_what_is_masked(kind: str) -> None:
    """Other names, phones and addresses in the same rows, masked or in cipher: the same keys and orders."""
    dress = DRESSES[kind]
    private = [name for name in dress.columns if any(word in name for word in PRIVATE) and name not in dress.constant]
    rows: list[Truth] = truths(dress, 21, 3)
    masked = [row | dict.fromkeys(private, "1*******620") for row in rows]
    assert keys(read(made(dress, masked), dress.name)) == keys(read(made(dress, rows), dress.name))


def test_rule_21_what_is_masked_stays_as_it_is() -> None:
    """Ciphers and stars are kept sign for sign, and two buyers behind one mask are two orders."""
    dress = DRESSES["douyin_order"]
    cipher = {"收件人": "##aGVsbG8=##", "收件人手机号": "$$MTM4$$", "详细地址": "浙江省******"}
    rows = rows_of(read(made(dress, [row | cipher for row in truths(dress, 21, 2)]), dress.name))
    assert [{name: row.data[name] for name in cipher} for row in rows] == [cipher, cipher]
    assert len({row.order_no for row in rows}) == 2


@pytest.mark.parametrize(("cell", "told"), [(10160070484512.0, "10160070484512"), (10160070484512, "10160070484512")])
def test_rule_21_an_id_that_a_workbook_keeps_as_a_number_is_its_digits(cell: float, told: str) -> None:
    """商品ID as a number of up to fifteen digits is exact, and is told without the point."""
    assert _item_id(cell) == ([told], [])


@pytest.mark.parametrize("cell", [6920123456789012345.0, 1234567890123456.0, 3.5])
def test_rule_21_a_number_that_may_have_lost_digits_is_refused(cell: float) -> None:
    """Sixteen digits and more are not exact in a workbook: the row waits, nobody guesses the rest."""
    assert _item_id(cell) == ([], ["E-CELL-DESTROYED"])


def _item_id(cell: float) -> tuple[list[object], list[str]]:
    """The 商品ID of a row whose cell is a number, and the reasons of rows that were not taken."""
    import io

    import xlsxwriter

    titles = LAYOUTS["jd_order_old"].columns
    said = {"订单号": "3464251014580195", "商品ID": cell, "下单时间": "2026-09-01 08:00:00", "订购数量": "1",
            "京东价": "1.00", "订单金额": "1.00", "结算金额": "1.00", "应付金额": "1.00"}  # fmt: skip
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, titles)
        sheet.write_row(1, 0, [said.get(title, "") for title in titles])
    document = read(target.getvalue(), "订单.xlsx")
    return [row.data["商品ID"] for row in rows_of(document)], [bad.rule for bad in document.quarantine]
