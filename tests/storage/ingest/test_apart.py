"""A zip is one document, or several files that are taken in one by one; nothing in it is lost without a word."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from storage.apart import as_file, members_apart, members_unknown
from storage.documents.alipay_fund_bill_csv import HEADER
from storage.documents.file import SourceFile
from storage.documents.kinds import identify
from storage.documents.shelf import Shelf
from storage.errors import FileUnknown
from tests.storage.documents.formats.dress import made, truths
from tests.storage.documents.formats.dresses import DRESSES

SAMPLES = Path(__file__).parents[1] / "documents" / "samples"
PERSONAL = (SAMPLES / "alipay_personal.csv").read_bytes()
STRANGE = "甲,乙,丙\r\n1,2,3\r\n".encode()


def of(kind: str, seed: int = 5) -> bytes:
    """A short file of a format."""
    return made(DRESSES[kind], truths(DRESSES[kind], seed, 3))


def zipped(**members: bytes) -> SourceFile:
    """A zip of these, `__` in a name being its dot."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return SourceFile("a.zip", whole.getvalue())


def apart(file: SourceFile) -> list[str]:
    """Names of the files that it is taken apart into."""
    return [part.name for part in members_apart(file, Shelf(), "shop_a")]


def test_a_zip_of_one_kind_is_one_document() -> None:
    """Two exports of one kind that reads zips stay one; a file that is no zip is nothing to take apart."""
    orders = of("pdd_order_2026")
    assert apart(zipped(a__csv=orders, b__csv=of("pdd_order_2026", 6))) == []
    assert apart(SourceFile("a.csv", orders)) == []
    assert apart(zipped(a__csv=STRANGE, b__csv=STRANGE)) == []
    assert apart(SourceFile("a.zip", b"PK\x03\x04broken")) == []


def test_a_zip_of_several_kinds_is_taken_apart() -> None:
    """Orders and a statement; a bill of a kind that reads no zips; beside one that is known also what is not."""
    orders, fund = of("pdd_order_2026"), of("kuaishou_fund")
    assert apart(zipped(a__csv=orders, b__xlsx=fund)) == ["a.csv", "b.xlsx"]
    newer = zipped(a__csv=orders, b__xlsx=of("taobao_order_list_2026"))
    with pytest.raises(FileUnknown, match="pdd_order_2026"):
        identify(newer)
    assert apart(newer) == ["a.csv", "b.xlsx"]
    assert apart(zipped(bill__csv=PERSONAL)) == ["bill.csv"]
    assert apart(SourceFile("bill.csv.gz", gzip.compress(PERSONAL))) == ["bill.csv"]
    assert apart(zipped(bill__csv=PERSONAL, b__csv=STRANGE)) == ["bill.csv", "b.csv"]
    assert apart(zipped(a__csv=orders, b__xlsx=fund, __DS_Store=b"x")) == ["a.csv", "b.xlsx"]


@pytest.mark.parametrize("kind", sorted(kind for kind in DRESSES if DRESSES[kind].name.endswith(".zip")))
def test_zips_that_platforms_send_are_one_document(kind: str) -> None:
    """Of every format that comes in a zip: it is not taken apart."""
    assert apart(SourceFile(DRESSES[kind].name, of(kind))) == []


def test_two_statements_of_alipay_in_one_zip_are_two_files() -> None:
    """A kind that reads one file of a zip would lose the second one; a summary beside one statement is no second."""
    detail = f"#支付宝账务明细\r\n{HEADER}\r\n".encode("gb18030")
    summary = "#汇总\r\n类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）\r\n".encode("gb18030")
    assert apart(zipped(s__csv=summary, a__csv=detail)) == []
    assert apart(zipped(a__csv=detail, b__csv=detail)) == ["a.csv", "b.csv"]


def test_what_is_left_alone_is_named() -> None:
    """Of a zip that is one document the files that nobody knows are named; a file of its own has none."""
    orders = of("pdd_order_2026")
    assert members_unknown(zipped(a__csv=orders, b__csv=STRANGE), Shelf(), "") == ["b.csv"]
    assert members_unknown(SourceFile("a.csv", orders), Shelf(), "") == []
    part = members_apart(zipped(bill__csv=PERSONAL), Shelf(), "")[0]
    with as_file(part) as path:
        assert path.read_bytes() == PERSONAL
    assert not path.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_of_members_are_read_without_the_flag(encoding: str) -> None:
    """Names that a program wrote in UTF-8 or in GBK without saying so are read as people see them."""
    whole = zipped(AAAAAA__csv=STRANGE).content
    name = "账务".encode(encoding).ljust(6, b"_")
    assert SourceFile("a.zip", whole.replace(b"AAAAAA", name)).members[0].name.startswith("账务")
