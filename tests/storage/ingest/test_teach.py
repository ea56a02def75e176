"""A file that nobody knows is taught once and known from then on."""

from pathlib import Path

import pytest
from sqlalchemy import select

from storage.archive import Archive
from storage.database.connection import Database
from storage.database.tables import document_row
from storage.documents.file import SourceFile
from storage.documents.rows import DataRow
from storage.documents.taught import FOLDER, load_taught, parsed
from storage.documents.teaching import Choices, keep, proposed, tried
from storage.errors import KindBroken, KindTaken
from storage.ingest import ingest

BILL = """供应商对账单,,,,,,
制表：王芳,,,,,,
单号,订单号,发货日期,商品,数量,单价,金额（元）
'HD20261101001,240000000000000001\t,2026/11/1,手工皂,3,12.50,37.50
'HD20261101002,240000000000000002\t,2026/11/12,旅行杯,10,8.00,80.00
'HD20261101003,,2026/11/13,"碗, 大",1,"1,200.00","1,200.00"
"""
CHOICES = Choices("supplier_bill", title="供应商对账单")
GOOD = """kind: my_bill
columns:
  单号: id
  日期: day
  金额: money
key: [单号]
amount: 金额
"""


def test_types_key_and_amount_are_told_by_the_cells() -> None:
    """Header below a preamble; ids, days as Excel writes them, amounts, counts; the id of every row is the key."""
    text = proposed(SourceFile("x.csv", BILL.encode()), CHOICES)
    layout = parsed(text, "x.yaml")
    assert dict(layout.typed) == {
        "单号": "id", "订单号": "id", "发货日期": "day", "商品": "text", "数量": "whole", "单价": "money",
        "金额（元）": "money",
    }  # fmt: skip
    assert (layout.key, layout.at, layout.order) == (("单号",), "发货日期", ("订单号", "taught.supplier_bill"))
    read = tried(text, SourceFile("x.csv", BILL.encode("gb18030")), "a")
    rows = [row for row in read.rows if isinstance(row, DataRow)]
    assert [row.amount_fen for row in rows] == [3750, 8000, 120000]
    assert [row.at for row in rows] == ["2026-11-01", "2026-11-12", "2026-11-13"]
    assert read.quarantine == []


def test_a_taught_kind_is_known_from_then_on(database: Database, archive: Archive) -> None:
    """Refused before; taught, the next file is taken without naming its kind; a built-in kind is still itself."""
    assert ingest(database, archive, BILL.encode(), shop="a").state == "refused"
    keep(proposed(SourceFile("x.csv", BILL.encode()), CHOICES), archive.root.parent / FOLDER, "supplier_bill")
    done = ingest(database, archive, BILL.replace("HD", "HE").encode(), shop="a")
    assert (done.state, done.kind, done.created) == ("read", "supplier_bill", 3), done.message
    with database.read() as connection:
        order = select(document_row.c.order_no, document_row.c.order_rule).order_by(document_row.c.row_no)
        assert tuple(connection.execute(order).first() or ()) == ("240000000000000001", "taught.supplier_bill")


def test_a_taught_kind_drifts_like_any_other(database: Database, archive: Archive) -> None:
    """A taught kind whose header changed asks for a mapping too."""
    keep(proposed(SourceFile("x.csv", BILL.encode()), CHOICES), archive.root.parent / FOLDER, "supplier_bill")
    parked = ingest(database, archive, BILL.replace("单号,订单号", "对账单号,订单号").encode(), shop="a")
    assert (parked.state, parked.kind) == ("parked", "supplier_bill")
    assert "单号（像「对账单号」）" in parked.message


def test_the_name_of_a_built_in_kind_is_taken() -> None:
    """Nobody replaces a built-in kind by accident."""
    with pytest.raises(KindTaken):
        proposed(SourceFile("x.csv", BILL.encode()), CHOICES._replace(kind="kuaishou_fund"))


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        (GOOD.replace("金额: money", "金额: mony"), "5:3", "是不是 money"),
        (GOOD.replace("key: [单号]", "key: [单呺]"), "6:7", "没有 单呺"),
        (GOOD.replace("amount: 金额", "amount: 日期"), "7:1", "不是 money"),
        (GOOD + "colour: red\n", "8:1", "没有叫 colour"),
        (GOOD.replace("kind: my_bill\n", ""), "1:1", "缺 kind"),
        (GOOD.replace("kind: my_bill", "kind: My Bill"), "1:1", "不能当名字"),
        (GOOD.replace("key: [单号]", "key: [单号"), "7:7", "不是 YAML"),
        ("只有一句话", "1:1", "不是一组"),
    ],
)
def test_a_description_that_cannot_be_used_is_located(wrong: str, place: str, words: str) -> None:
    """Each mistake with its line and column, and what to write instead."""
    with pytest.raises(KindBroken) as refused:
        parsed(wrong, "my_bill.yaml")
    assert refused.value.message().startswith(f"my_bill.yaml:{place} "), refused.value.message()
    assert words in refused.value.message() + refused.value.hint()


def test_a_folder_of_taught_kinds_is_read(tmp_path: Path) -> None:
    """By name; a file whose name is not its kind's is refused; no folder is no kinds."""
    assert load_taught(tmp_path / "none") == {}
    (tmp_path / "my_bill.yaml").write_text(GOOD, "utf-8")
    assert load_taught(tmp_path)["my_bill"].VERIFIED == "taught"
    (tmp_path / "other.yaml").write_text(GOOD, "utf-8")
    with pytest.raises(KindBroken, match=r"other\.yaml"):
        load_taught(tmp_path)
