"""`snapshot` as a warehouse's keeper uses it."""

import json
from pathlib import Path

from tests.support.command_line import Yeban

OPENING = """单据编号：QC-1
盘点时间：2026-11-21 00:30:00

仓库编码,仓库名称,所在省,商家编码,在库数量,单位成本
HZ,仓,浙江,A,5,1.00
HZ,仓,浙江,B,3,1.00
合计,,,,8,
"""


def test_a_list_of_the_warehouse_is_held_against_the_books(tmp_path: Path, yeban: Yeban) -> None:
    """One piece less is one line and exit code 5, with titles of the warehouse's own; the same list again is none.

    The moment may stand above the header or be said; without any, that is asked for. The books stay as they are.
    """

    opening, later = tmp_path / "期初.csv", tmp_path / "库存.csv"
    opening.write_text(OPENING, "utf-8")
    assert yeban("ingest", opening)[0] == 0
    assert yeban("snapshot", opening) == (0, "比了 2 行，0 处不一样。\n")
    later.write_text("货品编码,实物库存\n\tA,5\nB,2\n", "utf-8")
    for _ in range(2):
        code, text = yeban("snapshot", later, "--warehouse", "HZ", "--at", "2026-11-22", "--json")
        (one,) = json.loads(text)
        assert (code, one["code"], one["snapshot_qty"], one["book_qty"], one["gap_qty"]) == (5, "B", 2, 3, -1)
        assert one["words"].endswith("账面没有改动，查明后做盘点单")
    code, text = yeban("snapshot", later, "--warehouse", "HZ")
    assert (code in (0, 5), "快照的时间" in text) == (False, True)
