"""The twenty-two quirks that every reader must survive, one by one, through the doors that users have."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.tables import bill_line
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS, identify
from storage.documents.layout import Layout, sums
from storage.documents.rows import DataRow
from storage.errors import FileBroken, FileProtected
from storage.ingest import Ingested, ingest
from tests.storage.documents.formats.dress import Truth, made, truths
from tests.storage.documents.formats.dresses import DRESSES

Cells = Sequence[Sequence[Any]]
FUND = DRESSES["kuaishou_fund"]
ORDERS = DRESSES["jd_order_old"]


def read(content: bytes, name: str = "导出.csv") -> Document:
    """The document that the content is known as."""
    file = SourceFile(name, content)
    return identify(file).read(file, Facts(name=name, shop="shop_a"))


def rows_of(document: Document) -> list[DataRow]:
    """Its typed rows."""
    return [row for row in document.rows if isinstance(row, DataRow)]


def text(lines: Cells, newline: str = "\r\n") -> str:
    """Comma-separated."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=newline).writerows(lines)
    return out.getvalue()


def workbook(*sheets: Cells, merged: bool = False) -> bytes:
    """A workbook of these sheets; `merged`: its first line is one cell over eleven columns."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for lines in sheets:
            sheet = book.add_worksheet()
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
            if merged:
                sheet.merge_range("A1:K1", lines[0][0])
                for number in range(len(lines), len(lines) + 46):
                    sheet.write_blank(number, 0, None, book.add_format({"border": 1}))
    return target.getvalue()


def zipped(**members: bytes) -> bytes:
    """A zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.csv", content)
    return target.getvalue()


def fund_lines(*rows: Sequence[Any]) -> list[list[Any]]:
    """A statement of 快手 with these rows: number, order, moment, direction, amount, balance."""
    return [FUND.titles, *([*row, "", "", ""][: len(FUND.titles)] for row in rows)]


GOOD = ("90000000000000000001", "80000000000000000001", "2026-09-01 08:00:00", "收", "1.00", "1.00")


@pytest.fixture
def database(tmp_path: Any) -> Any:
    """Empty books."""
    opened = open_database(tmp_path / "books.sqlite")
    yield opened
    opened.close()


def take(database: Database, archive: Archive, content: bytes, name: str, at: str = "") -> Ingested:
    """The file into the books."""
    return ingest(database, archive, content, facts=Facts(name=name, shop="shop_a", received_at=at))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_rule_01_encoding_by_content(encoding: str) -> None:
    """The same statement in every encoding, with a character outside GBK, is the same rows."""
    lines = fund_lines([*GOOD, "㐂𠮷店"])
    assert rows_of(read(text(lines).encode(encoding)))[0].data["业务类型"] == "㐂𠮷店"


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv", "a.zip", "a"])
def test_rule_02_the_extension_lies(name: str) -> None:
    """A page, a text and a workbook are told by their content under every name."""
    lines = fund_lines(GOOD)
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
    for content in (f"<html><table>{cells}</table></html>".encode(), text(lines).encode(), workbook(lines)):
        assert [row.amount_fen for row in rows_of(read(content, name))] == [100]


@pytest.mark.parametrize("before", [0, 1, 7, 24])
def test_rule_03_the_header_is_found_by_its_names(before: int) -> None:
    """However many lines stand before the header, the row keeps the number that a person counts."""
    lines = [[f"说明 {number}"] for number in range(before)] + fund_lines(GOOD)
    assert [row.row_no for row in read(text(lines).encode()).rows] == [before + 2]


@pytest.mark.parametrize("wrapped", ["{}\t", "\t{}", "'{}", "`{}", '="{}"', '=\\"{}\\"', '"{}\t"'])
def test_rule_04_ids_are_unwrapped(wrapped: str) -> None:
    """Six ways to protect an id, on cells and on titles, give the bare id."""
    lines = fund_lines((wrapped.format(GOOD[0]), *GOOD[1:]))
    lines[0] = [wrapped.format(title) for title in lines[0]]
    assert rows_of(read(text(lines).encode()))[0].data["账务流水号"] == GOOD[0]


@pytest.mark.parametrize(
    ("place", "destroyed"),
    [(0, "3.30213E+18"), (0, 3.302130000000001e18), (0, "10160070484512.0"), (2, "2026/9/10 8:00")],
)
def test_rule_05_what_a_resave_destroyed_is_refused_by_its_row(place: int, destroyed: object) -> None:
    """A destroyed id or moment is refused with its row and never repaired; the rows beside it go on."""
    bad: list[object] = list(GOOD)
    bad[place] = destroyed
    document = read(workbook(fund_lines(GOOD, bad)))
    assert [(row.row_no, row.rule) for row in document.quarantine] == [(3, "E-CELL-DESTROYED")]
    assert [row.row_no for row in document.rows] == [2]


def test_rule_06_titles_differ_by_width_and_wording() -> None:
    """Brackets, blanks, zero-width signs, 帐 for 账 and decomposed letters are the same title."""
    lines = fund_lines(GOOD)
    lines[0] = [
        f"\u200b{title.replace('账', '帐').replace('（', '(').replace('）', ')')} ".replace("单", "单 ")
        for title in lines[0]
    ]
    assert [row.amount_fen for row in rows_of(read(text(lines).encode()))] == [100]


def test_rule_07_titles_that_stand_twice_lose_nothing() -> None:
    """The second 商家编码 of 天猫 is read beside the first."""
    dress = DRESSES["tmall_publish_template"]
    rows = [row | {"商家编码": f"A{n}", "商家编码#2": f"B{n}"} for n, row in enumerate(truths(dress, 7, 3))]
    read_rows = rows_of(read(made(dress, rows), dress.name))
    assert [(row.data["商家编码"], row.data["商家编码#2"]) for row in read_rows] == [
        (row["商家编码"], row["商家编码#2"]) for row in rows
    ]


def test_rule_08_unknown_columns_are_kept_and_missing_ones_missed() -> None:
    """A column that nobody knows stays in the raw row; one that is no key may be gone."""
    lines = [[*line[:-1], extra] for line, extra in zip(fund_lines(GOOD), ("新列", "值"), strict=True)]
    document = read(text(lines).encode())
    assert document.raw[0].payload["新列"] == "值"
    assert len(document.rows) == 1


@pytest.mark.parametrize("kind", ["tiktok_order", "douyin_settlement_34"])
def test_rule_09_a_description_under_the_header_is_no_row(kind: str) -> None:
    """Words where an id belongs are left out, and not called an error either."""
    dress = DRESSES[kind]
    described = replace(dress, under=tuple("收入+支出" for _ in dress.titles))
    document = read(made(described, truths(dress, 9, 3)), dress.name)
    assert (len(document.rows), len(document.quarantine)) == (3, 0)


def test_rule_10_a_total_inside_the_data_is_not_counted() -> None:
    """The row 总计 of a promotion report does not double it."""
    dress = next(one for _, one in sorted(DRESSES.items()) if one.total is not None)
    rows = truths(dress, 10, 4)
    document = read(made(dress, rows), dress.name)
    assert (len(document.rows), len(document.quarantine)) == (4, 0)


def test_rule_11_an_order_s_amount_on_each_of_its_rows_is_counted_once() -> None:
    """Two rows of one order carry its amount twice; the sum has it once."""
    rows = truths(ORDERS, 11, 2)
    rows[1] |= {name: rows[0][name] for name in ("订单号", *ORDERS.per_order)}
    layout = KINDS["jd_order_old"]
    assert isinstance(layout, Layout)
    assert sums(rows_of(read(made(ORDERS, rows))), layout)["订单金额"] == rows[0]["订单金额"]


@pytest.mark.parametrize("kind", ["pdd_fund_detail", "kuaishou_fund", "jd_daily_settlement", "alimama_account_flow"])
def test_rule_12_every_sign_convention_gives_the_same_sign(kind: str) -> None:
    """Split columns, a word of direction, a sign: what came in is above zero and what went out below."""
    dress = DRESSES[kind]
    rows = truths(dress, 12)
    amounts = [row.amount_fen for row in rows_of(read(made(dress, rows), dress.name))]
    assert amounts == [row["_amount"] for row in rows]
    assert min(amounts) < 0 < max(amounts)


@pytest.mark.parametrize("nothing", ["", " ", "-", "--", "/", "null", "NULL", "nan", "-------------------"])
def test_rule_13_every_spelling_of_nothing_is_nothing(nothing: str) -> None:
    """An amount that may be missing is missing, not zero and not an error."""
    document = read(text(fund_lines((*GOOD[:5], nothing, nothing))).encode())
    row = rows_of(document)[0]
    assert row.data.get("期末余额（元）") is None
    assert not row.data.get("业务类型")


@pytest.mark.parametrize(
    ("spelled", "fen"),
    [("1,234.00", 123400), ("¥28.16", 2816), ("12.5元", 1250), ("0.1", 10), (0.30000000000000004, 30), (28, 2800)],
)
def test_rule_14_money_is_exact(spelled: object, fen: int) -> None:
    """Thousands, signs of currencies, 元 and the noise of floats give integer fen."""
    document = read(workbook(fund_lines((*GOOD[:4], spelled, "1.00"))))
    assert [row.amount_fen for row in rows_of(document)] == [fen]


def test_rule_15_days_as_numbers() -> None:
    """`44500.53210648148` is the moment that a spreadsheet shows for it."""
    document = read(workbook(fund_lines((*GOOD[:2], 44500.53210648148, *GOOD[3:]))))
    assert rows_of(document)[0].at == "2021-10-31 12:46:14"


@pytest.mark.parametrize("said", [b"A1:A1", b"A1:G2", b"A1"])
def test_rule_16_a_wrong_dimension_hides_no_row(said: bytes) -> None:
    """A workbook that says it has one cell is read to its end."""
    rows = truths(FUND, 16, 5)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made(FUND, rows))) as whole, zipfile.ZipFile(target, "w") as changed:
        for info in whole.infolist():
            content = whole.read(info)
            if info.filename.endswith("sheet1.xml"):
                begin = content.index(b'<dimension ref="') + 16
                content = content[:begin] + said + content[content.index(b'"', begin) :]
            changed.writestr(info.filename, content)
    assert len(read(target.getvalue(), "a.xlsx").rows) == 5


def test_rule_17_merged_preamble_and_an_empty_formatted_tail() -> None:
    """A title over eleven columns and forty-six framed empty rows are no rows."""
    document = read(workbook([["快手 账务明细"], *fund_lines(GOOD)], merged=True), "a.xlsx")
    assert ([row.row_no for row in document.rows], len(document.quarantine)) == ([3], 0)


def test_rule_18_zips_of_several_files_and_locked_ones() -> None:
    """Two parts are one document, the summary before them none; a password and a cut zip have words of their own."""
    first, second = (text(fund_lines((number, *GOOD[1:]))).encode("gb18030") for number in ("911", "922"))
    whole = zipped(a_sum="类型,笔数\r\n收,2\r\n".encode("gb18030"), b=first, c=second)
    assert [row.data["账务流水号"] for row in rows_of(read(whole, "a.zip"))] == ["911", "922"]
    locked = bytearray(whole)
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FileProtected):
        read(bytes(locked), "a.zip")
    with pytest.raises(FileBroken, match="不完整"):
        read(whole[:-30], "a.zip")


def test_rule_18_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """Archives that would fill memory are refused by what they declare: by size, and by a sheet's last corner."""
    bomb = bytearray(zipped(a=b"x" * 5000))
    place = bomb.index(b"PK\x01\x02")
    bomb[place + 24 : place + 28] = (3 << 30).to_bytes(4, "little")
    with pytest.raises(FileBroken, match="3072 MB"):
        read(bytes(bomb), "a.zip")
    for spelled in (b'r="XFD1048576"', b"r='XFD1048576'"):
        corner = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(workbook(fund_lines(GOOD)))) as whole, zipfile.ZipFile(corner, "w") as changed:
            for info in whole.infolist():
                changed.writestr(info.filename, whole.read(info).replace(b'r="F2"', spelled))
        with pytest.raises(FileBroken, match="1048576 行 × 16384 列"):
            read(corner.getvalue(), "a.xlsx")


def test_rule_19_overlapping_exports_are_in_the_books_once(database: Database, tmp_path: Any) -> None:
    """Two exports that share a row give it once, in either order."""
    archive = Archive(tmp_path / "archive")
    one, two, three = (("91" + number, *GOOD[1:]) for number in "123")
    for name, rows in (("b.csv", (two, three)), ("a.csv", (one, two))):
        assert take(database, archive, text(fund_lines(*rows)).encode(), name).state == "read"
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(bill_line)).scalar_one() == 3


def test_rule_20_a_refund_keeps_its_own_day() -> None:
    """Settlement and order moments stay apart: the row is of the day on which the money moved."""
    dress = DRESSES["douyin_settlement_34"]
    rows: list[Truth] = truths(dress, 20, 1)
    rows[0] |= {"结算时间": datetime(2026, 10, 3, 1, 2, 3), "下单时间": datetime(2026, 9, 1, 8, 0, 0)}  # noqa: DTZ001
    row = rows_of(read(made(dress, rows), dress.name))[0]
    assert (row.at, row.data["下单时间"]) == ("2026-10-03 01:02:03", "2026-09-01 08:00:00")


def test_rule_21_no_key_is_made_of_what_is_masked() -> None:
    """No kind takes a phone, a name or an address for a key or for an order's number."""
    private = ("手机", "电话", "姓名", "地址", "收件人", "收货人", "Phone", "Email", "Recipient", "Address")
    for kind in KINDS.values():
        if isinstance(kind, Layout):
            used = [*kind.key, kind.sub, kind.order[0] if kind.order else ""]
            assert not [name for name in used if any(word in name for word in private)], kind.KIND


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_rule_22_line_ends_and_phantom_columns(newline: str) -> None:
    """Bare line ends, one inside a cell and a trailing comma change neither rows nor their numbers."""
    lines = fund_lines([*GOOD, "一\n二"], [GOOD[0] + "1", *GOOD[1:]])
    document = read(text([[*line, ""] for line in lines], newline).encode())
    assert [row.row_no for row in document.rows] == [2, 4]
    assert rows_of(document)[0].data["业务类型"] == "一\n二"
