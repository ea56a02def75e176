"""`products` as somebody who keeps the goods uses it."""

from pathlib import Path

import pytest

from tests.support.command_line import Yeban

SHEET = "商家编码,商品名称,重量g,条码\nA01,棉麻连衣裙,300,6900001\nA02,=cmd|帽子,{},\n"


@pytest.mark.function("PIM-28")
def test_a_sheet_is_looked_at_done_and_taken_back(tmp_path: Path, yeban: Yeban) -> None:
    """A row that is wrong stops the whole sheet and says why; done once; a price that would tie is refused by name.

    Who has no right changes nothing; the batch is taken back as a whole, and the log has who did it.
    """

    boss = ("--who", "老板")
    assert yeban("people", "add", "老板", "--role", "owner", *boss)[0] == 0
    file = tmp_path / "商品.csv"
    file.write_text(SHEET.format("x"), "utf-8")
    code, text = yeban("products", "sheet", file, "--apply", *boss)
    assert (code, "「x」" in text, "整张没有动" in text) == (5, True, True)
    file.write_text(SHEET.format("120"), "utf-8")
    assert yeban("products", "sheet", file, "--apply", "--who", "陌生人")[0] == 5
    code, text = yeban("products", "sheet", file, "--apply", *boss)
    assert (code, "商品名称 → 棉麻连衣裙；重量g → 300；条码 → 6900001" in text) == (0, True)
    batch = text.rpartition("undo ")[2].split()[0]
    assert yeban("products", "set-price", "P1", "A01", "19.90", "--why", "上新", *boss)[0] == 0
    code, text = yeban("products", "set-price", "P2", "A01", "18", "--why", "上新", *boss)
    assert (code in (0, 5), "P1" in text) == (False, True)
    assert "零售价 19.90 元（P1" in yeban("products", "price", "A01")[1]
    assert yeban("products", "undo", batch, "--why", "导错了", *boss)[1].startswith("撤回了")
    assert "0 个编码" in yeban("products", "missing")[1]
    assert "导错了" in yeban("log", "--by", "老板")[1]
