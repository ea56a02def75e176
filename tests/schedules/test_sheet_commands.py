"""The commands that write sheets for a platform, as a user types them."""

import json
from pathlib import Path

import openpyxl
import pytest

from schedules.desk import open_desk
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.commands import worklists as commands
from tests.storage.erp.stock.conftest import Books
from tests.support.command_line import Yeban

NIGHT = "2026-11-21"
ROWS = "订单号,快递公司,运单号,备注\n1001,圆通,YT1,=1+1\n1002,圆通速递,YT2,甲\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with a shop on 淘宝."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "settings.yaml").write_text("shops:\n  shop_a: {platform: taobao}\n", "utf-8")
    return folder


@pytest.fixture
def yeban(yeban: Yeban) -> Yeban:
    """What it wrote is on one line."""

    def run(*arguments: object) -> tuple[int, str]:
        code, text = yeban(*arguments)
        return code, " ".join(text.split())

    return run


def cells(path: Path) -> list[list[object]]:
    """The cells of a workbook; every one is text."""
    lines = list(openpyxl.load_workbook(path).worksheets[0].iter_rows())
    assert {cell.data_type for line in lines for cell in line if cell.value is not None} == {"s"}
    return [[cell.value for cell in line] for line in lines]


def published() -> None:
    """Books in which one order of shop_a is labelled and published."""
    with open_desk() as desk:
        books = Books(desk.database)
        books.lay_out()
        books.stock(HZ={"A": 5})
        books.order("240000000000000001", ("A", 2))
        books.write(lambda c: allocate_open_orders(c, NIGHT))
        books.write(lambda c: commands.publish(c, NIGHT))


def test_nothing_is_written_while_a_row_is_refused(yeban: Yeban, tmp_path: Path) -> None:
    """The row, the platform's nearest names, exit code 1, and no file; with a good file the sheet."""
    source, out = tmp_path / "发.csv", tmp_path / "出.xlsx"
    source.write_text(ROWS, "utf-8")
    code, text = yeban("sheet", "ship", "-p", "快手", "--from", source, "-o", out)
    assert (code, "1 行不行，什么都没有写" in text, "圆通快递" in text) == (1, True, True), text
    assert not out.exists()
    code, text = yeban("sheet", "ship", "-p", "拼多多", "--from", source, "-o", out)
    assert (code, "2 行" in text, "先传一行试试" in text) == (0, True, True), text
    assert cells(out) == [["订单号", "快递公司", "快递单号"], ["1001", "圆通速递", "YT1"], ["1002", "圆通速递", "YT2"]]


def test_refused_rows_go_apart(yeban: Yeban, tmp_path: Path) -> None:
    """The good row in the sheet, the other as it came with its number and reason, formulas as text; both languages."""
    source, out = tmp_path / "发.csv", tmp_path / "出.xlsx"
    source.write_text(ROWS.replace("YT1", "2.4E+17"), "utf-8")
    code, text = yeban("sheet", "ship", "-p", "pdd", "--from", source, "-o", out, "--skip-refused", "--lang", "en")
    assert (code, "1 rows, the reasons" in text) == (1, True), text
    assert cells(out)[1:] == [["1002", "圆通速递", "YT2"]]
    apart = cells(tmp_path / "出-refused.xlsx")
    assert apart[0] == ["订单号", "快递公司", "运单号", "备注", "row", "why not"]
    assert apart[1][:5] == ["1001", "圆通", "2.4E+17", "=1+1", "2"]
    assert "destroyed" in str(apart[1][5])


def test_a_sheet_of_refused_rows_only(yeban: Yeban, tmp_path: Path) -> None:
    """Nothing to ship is no sheet."""
    source, out = tmp_path / "发.csv", tmp_path / "出.xlsx"
    source.write_text("订单号,快递公司,运单号\n1001,没有这家,YT1\n", "utf-8")
    assert yeban("sheet", "ship", "-p", "pdd", "--from", source, "-o", out, "--skip-refused")[0] == 1
    assert sorted(path.name for path in tmp_path.glob("出*")) == ["出-不行的.xlsx"]


def test_what_the_books_want_shipped(yeban: Yeban, tmp_path: Path) -> None:
    """The shop's platform, its whole orders, its name of the courier; the books stay as they were."""
    published()
    out = tmp_path / "出.xlsx"
    for _ in range(2):
        code, text = yeban("sheet", "ship", "--shop", "shop_a", "-o", out)
        assert code == 0, text
        assert cells(out) == [["订单编号", "物流公司", "运单号"], ["240000000000000001", "中通", "ZT8"]]
    code, text = yeban("sheet", "ship", "--shop", "shop_a", "-p", "practice", "-o", out)
    assert (code, cells(out)[1]) == (0, ["240000000000000001-1", "中通快递", "ZT8"]), text
    code, text = yeban("sheet", "ship", "--shop", "shop_b", "-p", "taobao", "-o", out)
    assert (code, "没有要发的货" in text) == (1, True), text
    with open_desk() as desk, desk.database.read() as connection:
        states = connection.exec_driver_sql("SELECT DISTINCT state FROM command").scalars().all()
    assert states == ["published"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ship", "-o", "x.xlsx"], 2, "--from 表，或 --shop 店"),
        (["ship", "-o", "x.xlsx", "--from", "发.csv"], 2, "哪个平台"),
        (["ship", "-o", "x.xlsx", "--from", "没有.csv", "-p", "pdd"], 2, "没有这个文件"),
        (["ship", "-o", "发.csv", "--from", "发.csv", "-p", "pdd"], 2, "不能写回来源"),
        (["ship", "-o", "x.doc", "--from", "发.csv", "-p", "pdd"], 1, "只写 .xlsx 或 .csv"),
        (["ship", "-o", "没有/x.xlsx", "--from", "发.csv", "-p", "pdd"], 1, "写不进"),
        (["ship", "-o", "x.xlsx", "--from", "发.csv", "-p", "temu"], 1, "不知道它的发货表"),
        (["ship", "-o", "x.xlsx", "--shop", "别家"], 2, "设置里没有店"),
        (["ship", "-o", "x.xlsx", "--shop", "shop_a", "--worklist", "to_list"], 2, "没有清单"),
        (["ship", "-o", "x.xlsx", "--lang", "fr"], 2, "--lang"),
        (["products", "-o", "x.xlsx", "--from", "发.csv", "-p", "pdd"], 1, "不知道它的商品表"),
        (["products", "-o", "x.xlsx", "--from", "发.csv", "-p", "天猫"], 1, "缺列"),
    ],
)
def test_a_wrong_call_is_said_in_words(
    yeban: Yeban, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, words: str
) -> None:
    """What is missing or unknown, with what there is; nothing is written."""
    monkeypatch.chdir(tmp_path)
    Path("发.csv").write_text(ROWS, "utf-8")
    ended, text = yeban("sheet", *arguments)
    assert (ended, words in text.replace("│ ", "")) == (code, True), text
    assert not list(tmp_path.glob("x.*"))
    assert Path("发.csv").read_text("utf-8") == ROWS


def test_changes_of_products(yeban: Yeban, tmp_path: Path) -> None:
    """天猫's sheet as it is, the price exact."""
    source, out = tmp_path / "改.csv", tmp_path / "出.xlsx"
    source.write_text("商品ID,SKU ID,价格,库存\n600000000000000001,500000000000000001,0.30,0\n", "utf-8")
    code, text = yeban("sheet", "products", "-p", "天猫", "--from", source, "-o", out)
    assert code == 0, text
    lines = cells(out)
    assert lines[0][0] == "发布模板"
    assert [lines[3][place] for place in (0, 12, 13, 14)] == ["600000000000000001", "500000000000000001", "0.30", "0"]


def test_changes_on_the_platform_s_own_export(yeban: Yeban, tmp_path: Path) -> None:
    """A sheet written before is the ground of the next: its price changes, its stock stays."""
    source, first, out = tmp_path / "改.csv", tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    source.write_text("商品ID,SKU ID,价格,库存\n70,80,1.00,5\n", "utf-8")
    yeban("sheet", "products", "-p", "天猫", "--from", source, "-o", first)
    source.write_text("商品ID,SKU ID,价格,库存\n70,80,2.00,\n", "utf-8")
    code, text = yeban("sheet", "products", "-p", "天猫", "--from", source, "--base", first, "-o", out)
    assert (code, "先传一行试试" in text) == (0, False), text
    assert [cells(out)[3][place] for place in (0, 12, 13, 14)] == ["70", "80", "2.00", "5"]


def test_what_is_known_is_listed(yeban: Yeban) -> None:
    """Each platform with its sheets; where none is known that is said; a platform's couriers by name and code."""
    _, text = yeban("sheet", "--list", "--json")
    rows = {row["platform"]: row for row in json.loads(text)}
    assert rows["pdd"]["ship"] == {"columns": ["订单号", "快递公司", "快递单号"], "verified": "described"}
    assert (rows["pdd"]["products"], rows["taobao"]["products"]["columns"][0]) == (None, "商品Id")
    assert {row["shelf"] for row in rows.values()} == {None}
    assert "不知道样子，不编" in yeban("sheet")[1].replace(" ", "")
    assert "圆通速递 YTO" in yeban("sheet", "--platform", "拼多多")[1]
