"""`people`, `address` and `log` as a shop uses them, from the file that tells of a buyer to the day he is forgotten."""

from pathlib import Path

import openpyxl
import pytest

from schedules.desk import open_desk
from storage.erp.audit.log import noted
from tests.support.command_line import Yeban

FILE = (
    "店铺,主订单编号,子订单编号,订单状态,商品ID,SKU ID,商家编码,商品名称,数量,单价,订单商家优惠,订单平台优惠,订单运费,"
    "订单实付金额,子订单优惠分摊,子订单实付分摊,子订单退款金额,售后状态,下单时间,付款时间,发货时间,完成时间,更新时间,"
    "收件人,手机号,收货地址\n"
    "a,77001,77001-1,待发货,15123456789,1,A,杯,1,10.00,0.00,0.00,0.00,10.00,0.00,10.00,0.00,无售后,2026-11-01 08:00:00,"
    "2026-11-01 08:01:00,,,2026-11-01 08:01:00,慕容练习,13566660001,=练习路66号\n"
)


@pytest.mark.function("SEC-10")
def test_a_buyer_from_the_file_to_the_last_day(yeban: Yeban, tmp_path: Path) -> None:
    """Taken in by hand; found masked; shown with a reason to who may; each look counted; deleted when its time is over.

    Who has no right, no shop or no name sees nothing; the log has every step and shows no edit; a cell that begins like
    a formula is text in the export.
    """
    file = tmp_path / "订单.csv"
    file.write_text(FILE, "utf-8")
    assert yeban("ingest", file)[0] == 0
    boss, support = ("--who", "老板"), ("--who", "王芳")
    for command in (("add", "老板", "--role", "owner"), ("add", "王芳", "--role", "support"),
                    ("add", "小李", "--role", "warehouse"), ("grant", "王芳", "--shop", "a"),
                    ("grant", "小李", "--shop", "*"), ("grant", "老板", "--shop", "*")):  # fmt: skip
        assert yeban("people", *command, *boss) == (0, "记下了。\n")
    code, text = yeban("address", "find", "--phone", "135-6666-0001", *support)
    assert (code, "77001" in text, "135****0001" in text, "13566660001" in text) == (0, True, True, False)
    assert "0 个订单" in yeban("address", "find", "--phone", "13566660001", "--who", "陌生人")[1]
    code, text = yeban("address", "show", "77001", "--why", "客户来电", *support)
    assert (code, "13566660001" in text) == (0, True)
    for who in ("陌生人", "小张"):
        code, text = yeban("address", "show", "77001", "--why", "好奇", "--who", who)
        assert (code, "13566660001" in text, "yeban people add" in text) == (5, False, True)
    sheet = tmp_path / "面单.xlsx"
    assert yeban("address", "export", sheet, "--why", "打印面单", "--who", "小李")[0] == 0
    cell = openpyxl.load_workbook(sheet).worksheets[0]["F2"]
    assert (cell.data_type, cell.value.lstrip("'")) == ("s", "=练习路66号")
    rows = [line.split("│") for line in yeban("people")[1].splitlines() if "│" in line]
    assert {row[1].strip(): row[-2].strip() for row in rows} == {"小李": "1", "王芳": "1", "老板": "0"}
    assert yeban("address", "forget", "--before", "2026-12-01", "--why", "期满", *support)[0] == 5
    assert "删了 1 个" in yeban("address", "forget", "--before", "2026-12-01", "--why", "期满", *boss)[1]
    assert yeban("address", "show", "77001", "--why", "再看", *boss)[0] == 5
    assert yeban("address", "seal", *boss)[1].startswith("加密了 0 个")
    assert "客户来电" in yeban("log", "--by", "王芳")[1]
    code, text = yeban("log", "--check")
    assert (code, "0 处不对" in text) == (0, True)


def test_the_log_in_english_leaves_peoples_words_alone(
    yeban: Yeban, at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Yeban itself wrote is said in English; names and reasons are whoever's wrote them."""
    monkeypatch.setenv("YEBAN_LANG", "en")
    with open_desk() as desk, desk.database.write() as connection:
        noted(connection, "delivery:财务", "送出文件", "a.xlsx", why="copy 共享盘")
        noted(connection, "王芳", "raw_row.mask", "3 rows", why="个人信息不留明文")
        noted(connection, "王芳", "actor.add", "王芳", why="支付宝，对账")
    said = yeban("log")[1]
    assert ("送出文件" in said, "file.send" in said, "个人信息不留明文" in said) == (False, True, False)
    assert ("支付宝，对账" in said, "copy 共享盘" in said) == (True, True)
