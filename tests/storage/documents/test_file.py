"""What a file is, told by its content; broken ones have their own words."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from storage.archive import Facts
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS, identify, named
from storage.documents.table import find_table, has_columns, read_records
from storage.errors import FileBroken, FileProtected, FileUnknown, HeaderMissing
from tests.storage.documents.formats.xls import xls_bytes

_FACTS = Facts()
WAYBILLS = "快递公司,运单号\r\n中通快递,7838\r\n".encode("gb18030")


def _zip(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_encoding_is_told_by_content(encoding: str) -> None:
    """The same text is read from every encoding that back-ends write, rare characters included."""
    text = "名称,金额\r\n㐂𠮷店,1.00\r\n"
    assert SourceFile("x.csv", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "order-id,ship-city\r\n1,Besançon\r\n2,Köln\r\n"),
        ("cp932", "order-id,ship-city\r\n1,さいたま市\r\n2,つくば市、テスト\r\n"),
        ("gb18030", "订单,城市\r\n1,北京\r\n2,é\r\n"),
    ],
)
def test_the_encoding_of_a_country_is_told_from_gb18030(encoding: str, text: str) -> None:
    """GB18030 takes almost any bytes: a western and a Japanese file are not read as Chinese."""
    assert SourceFile("x.csv", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("甲,乙\r\n1,2\r\n", ","),
        ("id\tname\tprice\r\n1\tmug, red, big, blue\t2,00\r\n", "\t"),
        ("id;net;fee\r\n1;95,00;-1,50\r\n2;1,00;2,00\r\n", ";"),
        ("单号\t,商品\t,时间\t\r\n1\t,2\t,3\t\r\n", ","),
        ('"单号\t","商品"\r\n"1\t","2\t"\r\n', ","),
        ("Campaign report\r\nSep 1, 2026 - Sep 30, 2026\r\nDay\tCost\r\n2026-09-01\t1.00\r\n", "\t"),
        ("sep=;\r\na,x;b,y\r\n", ";"),
        ("单号\r\n1\r\n", ","),
    ],
)
def test_what_separates_the_cells_is_told_by_content(text: str, delimiter: str) -> None:
    """Commas in words and amounts, and TABs that protect ids, do not mislead."""
    assert SourceFile("x.csv", text.encode()).delimiter == delimiter


def test_a_text_of_tabs_or_semicolons_is_a_table() -> None:
    """The same rows are read from commas, TABs and semicolons, also in UTF-16 as spreadsheets save it."""
    for delimiter, encoding in ((",", "utf-8"), ("\t", "utf-16"), (";", "utf-8-sig"), ("\t", "utf-16-le")):
        content = f"快递公司{delimiter}运单号\r\n中通快递{delimiter}7838\r\n".encode(encoding)
        assert identify(SourceFile("x.csv", content)).KIND == "practice_waybills"
        document = KINDS["practice_waybills"].read(SourceFile("x.csv", content), _FACTS)
        assert [(row.row_no, row.carrier, row.waybill_no) for row in document.rows] == [(2, "中通快递", "7838")]


def test_a_table_of_a_page_under_a_workbook_s_name_is_read() -> None:
    """Some back-ends write their workbook as a page: the table inside another one is found, its spans kept."""
    page = (
        "<html><body><table><tr><td colspan=2>面单<table><tr><th>快递公司<th>运单号</tr>"
        "<tr><td>中通&#24555;递</td><td>7838</td></tr></table></td></tr></table></body></html>"
    )
    file = SourceFile("面单.xls", page.encode("gb18030"))
    assert identify(file).KIND == "practice_waybills"
    document = KINDS["practice_waybills"].read(file, _FACTS)
    assert [(row.row_no, row.carrier, row.waybill_no) for row in document.rows] == [(2, "中通快递", "7838")]


def test_a_page_with_a_table_that_nobody_knows_stays_a_page() -> None:
    """A login page that is laid out by a table is refused as a page, not as an unknown table."""
    page = "<html><table><tr><td>用户名</td><td><input></td></tr></table></html>"
    with pytest.raises(FileBroken, match="网页"):
        identify(SourceFile("订单.xls", page.encode()))


def test_an_old_workbook_with_a_password_says_so() -> None:
    """A workbook that Office encrypted is an OLE2 file with one secret stream."""
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(FileProtected):
        identify(SourceFile("账单.xlsx", content))


def test_a_cut_old_workbook_is_broken() -> None:
    """OLE2 that holds no workbook is refused in words."""
    with pytest.raises(FileBroken, match="打不开"):
        identify(SourceFile("账单.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)))


@pytest.mark.parametrize("chain", ["directory", "table", "stream"])
def test_an_old_workbook_whose_sectors_turn_in_a_circle_is_broken(chain: str) -> None:
    """A damaged chain of sectors is refused before anybody follows it for ever, eating the machine's memory."""
    content = bytearray(xls_bytes("明细", [["快递公司", "运单号"], ["中通快递", "7838"]]))
    assert identify(SourceFile("x.xls", bytes(content))).KIND == "practice_waybills"
    table = 512
    match chain:
        case "directory":
            content[table + 4 : table + 8] = struct.pack("<I", 1)
        case "table":
            content[68:76] = struct.pack("<II", 2, 1)
        case "stream":
            content[table + 12 : table + 16] = struct.pack("<I", 2)
    with pytest.raises(FileBroken, match="存储结构"):
        identify(SourceFile("x.xls", bytes(content)))


def test_a_cut_old_workbook_is_refused_without_a_cry(capfd: pytest.CaptureFixture[str]) -> None:
    """Cut in the sectors of its directory it is refused in words; the engine's own cries would scare people."""
    content = (Path(__file__).parent / "samples" / "ccb_debit.xls").read_bytes()
    (first,) = struct.unpack_from("<I", content, 48)
    for size in range((first + 1) * 512 + 1, (first + 2) * 512, 37):
        with pytest.raises(FileBroken, match=r"打不开|损坏"):
            list(SourceFile("x.xls", content[:size]).grids())
    assert "panicked" not in capfd.readouterr().err


def test_a_page_with_a_broken_declaration_is_broken() -> None:
    """A page that the parser cannot follow is refused in words."""
    with pytest.raises(FileBroken):
        identify(SourceFile("x.xls", b"<html><table><tr><td>a</td></tr><![what x]><![else[</table>"))


def test_a_cut_text_is_broken_not_guessed() -> None:
    """UTF-8 that ends in the middle of a character was cut short; it is not read as GB18030."""
    with pytest.raises(FileBroken, match="没有下载完"):
        _ = SourceFile("x.csv", "名称,金额\r\n店".encode()[:-1]).text


@pytest.mark.parametrize(
    "content", [b"<!DOCTYPE html><html>", b"\n <html><body>500</body>", b"\xef\xbb\xbf<table><tr>", b"", b"\r\n  "]
)
def test_a_page_or_nothing_under_a_table_s_name_is_broken(content: bytes) -> None:
    """An error page or an empty file called .xlsx is refused as what it is."""
    with pytest.raises(FileBroken):
        identify(SourceFile("订单.xlsx", content))
    with pytest.raises(FileBroken):
        KINDS["practice_orders"].read(SourceFile("订单.xlsx", content), _FACTS)


def test_a_cut_zip_is_broken() -> None:
    """A zip or workbook whose end is missing is said to be incomplete."""
    whole = _zip(("a.csv", b"x" * 5000))
    with pytest.raises(FileBroken, match="不完整"):
        identify(SourceFile("a.zip", whole[:-30]))


def test_a_damaged_member_is_broken() -> None:
    """A member whose checksum is wrong is not read."""
    whole = bytearray(_zip(("a.csv", b"x" * 5000)))
    whole[100] ^= 1
    with pytest.raises(FileBroken, match="损坏"):
        identify(SourceFile("a.zip", bytes(whole)))


def test_a_protected_zip_says_that_it_needs_a_password() -> None:
    """An encrypted archive is a distinct refusal, not an empty import."""
    whole = bytearray(_zip(("a.csv", b"hello")))
    central = whole.rindex(b"PK\x01\x02")
    whole[6] |= 1
    whole[central + 8] |= 1
    with pytest.raises(FileProtected):
        identify(SourceFile("a.zip", bytes(whole)))


def test_gbk_member_names_are_read() -> None:
    """A member name in GBK without the UTF-8 flag is read as people see it."""
    whole = _zip(("AAAA_BBBB.csv", b"x")).replace(b"AAAA", "账务".encode("gbk"))
    assert SourceFile("a.zip", whole).members[0].name == "账务_BBBB.csv"


def test_an_unknown_table_names_what_was_looked_for() -> None:
    """A table that no kind recognises is refused with the list of kinds."""
    with pytest.raises(FileUnknown) as caught:
        identify(SourceFile("x.csv", "甲,乙\r\n1,2\r\n".encode()))
    assert "practice_orders" in str(caught.value.facts["kinds"])
    with pytest.raises(FileUnknown):
        named("no_such_kind", SourceFile("x.csv", b"a"))


def test_a_missing_key_column_is_named() -> None:
    """A header that lacks key columns is refused with their names and with what was found."""
    content = "快递公司,面单\r\n中通快递,1\r\n".encode()
    with pytest.raises(HeaderMissing) as caught:
        KINDS["practice_waybills"].read(SourceFile("x.csv", content), _FACTS)
    assert caught.value.facts["missing"] == ["运单号"]
    assert "面单" in caught.value.message("en")


def test_row_numbers_are_those_a_person_counts() -> None:
    """Preamble, blank lines and line ends inside cells count; the number is the line on which the row begins."""
    content = '导出\r\n\r\n名称,备注\r\n甲,"一\r\n二"\r\n\r\n乙,x\r\n'.encode()
    table = find_table(SourceFile("x.csv", content), ["名称", "备注"])
    reading = read_records(table, lambda record: ((record.no, record.plain("名称")),))
    assert reading.rows == [(4, "甲"), (7, "乙")]
    assert [raw.payload for raw in reading.raw] == [{"名称": "甲", "备注": "一\r\n二"}, {"名称": "乙", "备注": "x"}]


def test_double_headers_and_cells_beyond_the_header_lose_nothing() -> None:
    """Two columns of one name stay apart, and a cell without a header is kept under its number."""
    table = find_table(SourceFile("x.csv", "码,名,码\r\n1,甲,2,3\r\n".encode()), ["码", "名"])
    reading = read_records(table, lambda record: (record.plain("码"),))
    assert reading.rows == ["1"]
    assert reading.raw[0].payload == {"码": "1", "名": "甲", "码#2": "2", "#4": "3"}


def test_header_is_found_by_names_not_by_position() -> None:
    """A moved header with other widths and blanks is found; unknown columns do not disturb it."""
    file = SourceFile("x.csv", "说明\r\n ,新列, 快递公司 ,運,运单号\t\r\n,,中通快递,,7838\t\r\n".encode())
    assert has_columns(file, ["快递公司", "运单号"])
    document = KINDS["practice_waybills"].read(file, _FACTS)
    assert [(row.row_no, row.carrier, row.waybill_no) for row in document.rows] == [(3, "中通快递", "7838")]


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("shop_a_订单_20261001_20261031.xlsx", ("2026-10-01", "2026-10-31")),
        ("2088601123030457_202602.zip", ("2026-02-01", "2026-02-28")),
        ("商品_20261121.xlsx", ("2026-11-21", "2026-11-21")),
        ("orders.csv", ("", "")),
        ("x_20261399.csv", ("", "")),
        ("202612_账单.csv", ("2026-12-01", "2026-12-31")),
    ],
)
def test_the_name_says_which_days(name: str, days: tuple[str, str]) -> None:
    """A period in a file's name is understood; a number that is no date is not."""
    assert SourceFile(name, b"").period() == days


def test_a_zip_whose_places_were_shifted_is_broken() -> None:
    """A member that begins before the archive does is refused in words, in a zip and in a workbook."""
    for name in ("a.csv", "xl/worksheets/sheet1.xml"):
        whole = bytearray(_zip((name, WAYBILLS)))
        central = whole.rindex(b"PK\x01\x02")
        end = whole.rindex(b"PK\x05\x06")
        whole[end + 16 : end + 20] = struct.pack("<I", central + 50)
        with pytest.raises(FileBroken, match=r"损坏|不完整|读不出来"):
            identify(SourceFile("a.zip", bytes(whole)))


def test_members_are_unpacked_as_they_are_read(tmp_path: Path) -> None:
    """Of a zip in which a later member is damaged the earlier one is read; nothing is unpacked to list them."""
    path = tmp_path / "a.zip"
    whole = bytearray(_zip(("a.csv", WAYBILLS), ("b.csv", b"x" * 5000)))
    whole[whole.index(b"x" * 100) + 50] ^= 1
    path.write_bytes(whole)
    first, second = SourceFile("a.zip", path).members
    assert list(first.csv_lines())[1].cells == ["中通快递", "7838"]
    with pytest.raises(FileBroken, match="损坏"):
        list(second.csv_lines())


def test_a_gzip_and_a_zip_in_a_zip_are_read() -> None:
    """One file packed once or twice is the same rows; packed a third time it is refused in words."""
    packed = gzip.compress(WAYBILLS)
    for content in (packed, _zip(("a.csv.gz", packed)), _zip(("a.zip", _zip(("a.csv", WAYBILLS))))):
        assert [part.name for part in SourceFile("a.csv.gz", content).parts()] == ["a.csv"]
        assert [line.cells for line in SourceFile("a", content).parts()[0].csv_lines()][1:] == [["中通快递", "7838"]]
    thrice = _zip(("a.zip", _zip(("b.zip", _zip(("a.csv", WAYBILLS))))))
    with pytest.raises(FileBroken, match="还有压缩包"):
        identify(SourceFile("a.zip", thrice))


def test_a_gzip_that_would_fill_the_disk_is_refused() -> None:
    """What a gzip holds is known only while it is read: reading ends where no export would be so long."""
    bomb = gzip.compress(b"a,b,c\r\n" * (10 << 20))
    with pytest.raises(FileBroken, match="大得多"):
        for _ in SourceFile("a.gz", bomb).parts()[0].csv_lines():
            pass
    cut = gzip.compress(WAYBILLS * 100)[:-20]
    with pytest.raises(FileBroken, match="没有下载完"):
        list(SourceFile("a.gz", cut).parts()[0].csv_lines())
