"""The document contract on bytes alone: whole, of the type that the name says, with what was asked for."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bots.errors import BotError, DocumentUnexpected
from bots.received import Expectation, check_expected, check_whole, content_type
from bots.unpack import unpacked
from tests.bots.engine.shop import xlsx, zipped

CSV = "订单号,金额\n1001,19.90\n1002,5.00\n".encode()
BOOK = xlsx(("订单号", "下单时间"), ("1001", "2026-11-20 10:00"), ("1002", "2026-11-20 11:00"))
EMPTY_BOOK = xlsx(("订单号", "下单时间"))
HTML = "<!doctype html><title>系统</title><h1>请<b>登录</b></h1>".encode()
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DAY = date(2026, 11, 20)

BROKEN = {
    "html as xlsx": ("订单.xlsx", HTML, "名字是 .xlsx，内容却是 网页（系统，请登录）"),
    "html under a name without ending": ("download", HTML, "来的不是文件，是网页（系统，请登录）"),
    "html with a BOM": ("订单.csv", b"\xef\xbb\xbf" + HTML, "内容却是 网页"),
    "json as xlsx": ("订单.xlsx", b'{"code": 500}', "内容却是 文本"),
    "a workbook as csv": ("订单.csv", BOOK, "内容却是 xlsx"),
    "text as old workbook": ("订单.xls", CSV, "名字是 .xls，内容却是 文本"),
    "a zip as a workbook": ("订单.xlsx", zipped("a.csv", CSV), "内容却是 zip"),
    "a workbook cut in the middle": ("订单.xlsx", BOOK[: len(BOOK) // 2], "压缩包不完整"),
    "a workbook without its last bytes": ("订单.xlsx", BOOK[:-30], "压缩包不完整"),
    "a workbook with a flipped byte": (
        "订单.xlsx",
        BOOK[:200] + bytes([BOOK[200] ^ 255]) + BOOK[201:],
        "压缩包不完整",
    ),
    "a zip cut": ("a.zip", zipped("a.csv", CSV)[:-30], "压缩包不完整"),
    "a csv cut inside a line": ("订单.csv", CSV[:-6], "最后一行不完整"),
    "a csv cut inside a quote": ("订单.csv", CSV + b'1003,"1', "最后一行不完整"),
    "a csv cut inside a character": ("订单.csv", CSV + "衬衫".encode()[:4], "认不出"),
    "a pdf cut": ("a.pdf", PDF[:-8], "PDF 不完整"),
    "nothing inside": ("订单.csv", b"", "是空文件"),
    "gzip as csv": ("订单.csv", b"\x1f\x8b\x08\0" + bytes(30), "内容却是 gzip"),
    "rar as zip": ("a.zip", b"Rar!\x1a\x07\x00" + bytes(30), "内容却是 rar"),
}


@pytest.mark.parametrize("trick", BROKEN)
def test_what_is_not_whole_or_not_what_it_says_is_refused(trick: str, tmp_path: Path) -> None:
    """Every broken file is refused with what it is instead."""
    name, content, said = BROKEN[trick]
    path = tmp_path / "got"
    path.write_bytes(content)
    with pytest.raises(BotError) as caught:
        check_whole(path, name)
    assert said in caught.value.message()


GOOD = {
    "utf-8 csv": ("a.csv", CSV),
    "gbk csv without a last line end": ("a.csv", CSV.decode().rstrip().encode("gb18030")),
    "an inch mark inside a cell": ("a.csv", '商品,数量\n屏 15" 蓝,1\n'.encode()),
    "a statement with a footer": ("a.csv", "a,b\n1,2\n#导出时间：2026年11月21日".encode()),
    "workbook": ("a.xlsx", BOOK),
    "empty workbook": ("a.xlsx", EMPTY_BOOK),
    "zip": ("a.zip", zipped("a.csv", CSV)),
    "pdf": ("a.pdf", PDF),
    "a name without an ending": ("download", CSV),
}


@pytest.mark.parametrize("case", GOOD)
def test_what_is_whole_passes(case: str, tmp_path: Path) -> None:
    """No good file is refused."""
    name, content = GOOD[case]
    path = tmp_path / "got"
    path.write_bytes(content)
    assert check_whole(path, name) == content_type(content)


OTHER = {
    "no rows": (EMPTY_BOOK, Expectation(rows=lambda count: count >= 1, rows_said=">= 1"), "有 0 行"),
    "no data in words": (
        xlsx(("订单号", "下单时间", "金额"), ("暂无数据", "", "")),
        Expectation(rows=lambda count: count >= 1, rows_said=">= 1"),
        "有 0 行",
    ),
    "another day": (BOOK, Expectation(period=(date(2026, 11, 19), date(2026, 11, 19))), "见到 2026-11-20"),
    "other columns": (BOOK, Expectation(header=("订单号", "买家")), "缺少列 买家"),
    "a zip of another day": (zipped("a.xlsx", BOOK), Expectation(period=(date(2026, 1, 1), date(2026, 1, 1))), "见到"),
    "another sum": (CSV, Expectation(sums=(("金额", Decimal("24.91")),)), "列「金额」合计 24.90，要求 24.91"),
    "a sum of words": ("a,b\n1,甲\n".encode(), Expectation(sums=(("b", Decimal(1)),)), "不是数字的「甲」"),
    "a pdf with rows": (PDF, Expectation(header=("订单号",)), "没有行可数"),
}


@pytest.mark.parametrize("trick", OTHER)
def test_what_does_not_hold_what_was_asked_for_is_refused(trick: str, tmp_path: Path) -> None:
    """A whole file with other content is refused with what it holds."""
    content, expected, said = OTHER[trick]
    path = tmp_path / "got"
    path.write_bytes(content)
    with pytest.raises(DocumentUnexpected) as caught:
        check_expected(path, "订单", expected)
    assert said in caught.value.message()


def test_control_totals_are_exact(tmp_path: Path) -> None:
    """Amounts as people write them add up to the last digit; preamble and footer lines are not amounts."""
    path = tmp_path / "got.csv"
    path.write_bytes('#账单\n订单号,金额\n1,"¥1,000.10"\n2,0.20\n3,\n#合计：99'.encode())
    check_expected(path, "got.csv", Expectation(sums=(("金额", Decimal("1000.30")),)))


def test_the_contract_looks_into_a_zip(tmp_path: Path) -> None:
    """Rows, columns and days of the largest file inside count, csv or workbook."""
    path = tmp_path / "got.zip"
    path.write_bytes(zipped("订单.xlsx", BOOK))
    check_expected(path, "got.zip", Expectation(lambda count: count == 2, "= 2", ("订单号",), (DAY, DAY)))


def test_a_locked_or_empty_zip_is_refused_in_words(tmp_path: Path) -> None:
    """A password is said to be one; a zip without files names nothing."""
    path = tmp_path / "a.zip"
    locked = bytearray(zipped("a.csv", CSV))
    locked[6] |= 1
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(locked))
    with pytest.raises(BotError) as caught:
        unpacked(path, "a.zip", "yes")
    assert "有密码" in caught.value.message()
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    path.write_bytes(empty.getvalue())
    with pytest.raises(DocumentUnexpected) as nothing:
        unpacked(path, "a.zip", "yes")
    assert "里面是：空的" in nothing.value.message()
