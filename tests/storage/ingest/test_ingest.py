"""A file into the books: once, whole, with its totals compared and its bad rows named."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.archive import Archive, Facts
from storage.database.connection import Database
from storage.database.digest import digest, digests
from storage.database.tables import (
    ad_day,
    bank_line,
    bill_line,
    bot_result,
    metadata,
    quant,
    quarantine,
    raw_file,
    raw_receipt,
    raw_row,
    waybill,
)
from storage.errors import FileBroken, FileMissing, NotParked, ReasonMissing, StockOpened
from storage.ingest import accept, ingest, ingest_run_folder
from storage.row_text import row_said

SAMPLES = Path(__file__).parent.parent / "documents" / "samples"
WAYBILLS = "快递公司,运单号\r\n中通快递,7838001\t\r\n圆通速递,YT88001\t\r\n".encode("gb18030")
COLUMNS = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
    "交易渠道,业务类型,备注,业务描述,业务账单来源,业务基础订单号,业务订单号"
)
ORDER = "27018555620341"
ROWS = (
    f"F1\t,B1\t,T200P{ORDER}\t,\t,2026-05-01 10:00:00,buyer\t,10.00, ,10.00,支付宝,交易付款,\t,,天猫,{ORDER}\t,\t",
    f"F2\t,B2\t,HJCOM==1==2=={ORDER}\t,\t,2026-05-01 10:00:01,天猫\t, ,-0.50,9.50,支付宝,其它,天猫佣金\t,,其它,\t,\t",
)


def _statement(
    *rows: str, footer: tuple[str, ...] = ("#支出合计：1笔，共-0.50元", "#收入合计：1笔，共10.00元")
) -> bytes:
    lines = [
        "#支付宝账务明细查询",
        "#账号：[2088000000000001]",
        "#起始日期：[2026年05月01日 00:00:00]   终止日期：[2026年06月01日 00:00:00]",
        "#-----账务明细列表-----",
        COLUMNS,
        *rows,
        "#-----账务明细列表结束-----",
        *footer,
    ]
    summary = "#支付宝账务汇总查询\r\n类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）\r\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("2088_202605_账务明细(汇总).csv", summary.encode("gb18030"))
        archive.writestr("2088_202605_账务明细.csv", ("\r\n".join(lines) + "\r\n").encode("gb18030"))
    return buffer.getvalue()


def _count(database: Database, table: str) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()


def test_a_file_is_taken_once(database: Database, archive: Archive) -> None:
    """The first time rows are created; every other time the same file changes nothing and says so."""
    first = ingest(database, archive, WAYBILLS, facts=Facts(name="w.csv"))
    assert (first.kind, first.state, first.rows, first.created, first.same) == ("practice_waybills", "read", 2, 2, 0)
    with database.read() as connection:
        before = digest(connection)
    again = ingest(database, archive, WAYBILLS, facts=Facts(name="w.csv"))
    assert (again.state, again.created, again.changed, again.same) == ("read", 0, 0, 2)
    with database.read() as connection:
        assert digest(connection) == before


@pytest.mark.usefixtures("file_size")
def test_every_row_leads_to_its_file_and_line(database: Database, archive: Archive) -> None:
    """A row of the books names the archived file and the line that a person can look up there."""
    taken = ingest(database, archive, WAYBILLS)
    with database.read() as connection:
        found = connection.execute(select(waybill.c.file_sha, waybill.c.row_no).where(waybill.c.carrier == "圆通速递"))
        assert found.one() == (taken.file_sha, 3)
        query = select(raw_row.c.payload, raw_file.c.titles).join(raw_file, raw_file.c.file_sha == raw_row.c.file_sha)
        payload, titles = connection.execute(query.where(raw_row.c.row_no == 3)).one()
    assert row_said(payload, titles) == {"快递公司": "圆通速递", "运单号": "YT88001\t"}
    assert (payload[0], bool(titles)) in {("{", False), ("[", True)}
    assert archive.path(taken.file_sha).read_bytes() == WAYBILLS


def test_a_statement_that_ties_is_read(database: Database, archive: Archive) -> None:
    """The zip whose summary comes first: lines classed, order derived, totals equal, days covered."""
    taken = ingest(database, archive, _statement(*ROWS), shop="shop_a")
    assert (taken.state, taken.created, taken.message) == ("read", 2, "")
    assert taken.control is not None
    assert taken.control.tie is True
    with database.read() as connection:
        lines = connection.execute(select(bill_line).order_by(bill_line.c.flow_no)).all()
        file = connection.execute(select(raw_file)).one()
    assert [(x.shop, x.fee_type, x.order_no, x.order_rule, x.amount_fen, x.row_no) for x in lines] == [
        ("shop_a", "payment", "27018555620341", "order.base", 1000, 6),
        ("shop_a", "commission", "27018555620341", "other.hjcom", -50, 7),
    ]
    assert (file.platform, file.shop, file.period_from, file.period_to) == (
        "practice",
        "shop_a",
        "2026-05-01",
        "2026-05-31",
    )


@pytest.mark.parametrize(
    ("footer", "words"),
    [
        (("#支出合计：1笔，共-0.50元", "#收入合计：1笔，共10.01元"), "收入合计：文件写 ¥10.01，逐行算 ¥10.00"),
        (("#支出合计：2笔，共-0.50元", "#收入合计：1笔，共10.00元"), "支出笔数：文件写 2，逐行算 1"),
        ((), "可能没有下载完"),
    ],
)
def test_totals_that_differ_park_the_file(
    database: Database, archive: Archive, footer: tuple[str, ...], words: str
) -> None:
    """A statement whose totals do not tie, or are missing, waits: its rows are kept as they were, none in the books."""
    taken = ingest(database, archive, _statement(*ROWS, footer=footer), shop="shop_a")
    assert taken.state == "parked"
    assert words in taken.message
    assert (_count(database, "bill_line"), _count(database, "raw_row")) == (0, 2)
    assert ingest(database, archive, _statement(*ROWS, footer=footer), shop="shop_a").state == "parked"


def test_a_person_releases_a_parked_file(database: Database, archive: Archive) -> None:
    """After accept the rows are in the books, and who decided it and why stays with the file; once only."""
    parked = ingest(database, archive, SAMPLES / "icbc_debit_v1.csv")
    assert parked.state == "parked"
    assert "支出合计：文件写 ¥9,876.54，逐行算 ¥4,241.08" in parked.message
    with pytest.raises(ReasonMissing):
        accept(database, archive, parked.file_sha, "王会计", " ")
    released = accept(database, archive, parked.file_sha, "王会计", "匿名样本，合计不是真的")
    assert (released.state, released.created) == ("read", 11)
    with database.read() as connection:
        assert connection.execute(select(raw_file.c.accepted_by)).scalar() == "王会计：匿名样本，合计不是真的"
        assert connection.execute(select(func.sum(bank_line.c.amount_fen))).scalar() == 284174 - 424108
    with pytest.raises(NotParked):
        accept(database, archive, parked.file_sha, "王会计", "再来一次")
    with pytest.raises(FileMissing):
        accept(database, archive, "0" * 64, "王会计", "没有")
    assert ingest(database, archive, SAMPLES / "icbc_debit_v1.csv").same == 11


@pytest.mark.parametrize(("name", "rows"), [("alipay_personal.csv", 10), ("wechat_personal.csv", 27)])
def test_personal_bills_are_read_with_their_difference_said(
    database: Database, archive: Archive, name: str, rows: int
) -> None:
    """A personal bill says itself that totals may differ: it is read, and the difference stands in its message."""
    taken = ingest(database, archive, SAMPLES / name)
    assert (taken.state, taken.created) == ("read", rows)
    assert taken.message.startswith("合计不符：")
    with database.read() as connection:
        control = json.loads(connection.execute(select(raw_file.c.control)).scalar_one())
    assert control["tie"] is False
    assert control["stated"] != control["computed"]


def test_csv_and_workbook_of_one_bill_are_the_same_lines(database: Database, archive: Archive) -> None:
    """Both forms of the WeChat bill, one after the other: 27 lines, not 54."""
    ingest(database, archive, SAMPLES / "wechat_personal.csv")
    second = ingest(database, archive, SAMPLES / "wechat_personal.xlsx")
    assert (second.created, second.changed, second.same) == (0, 0, 27)


def test_a_bad_row_is_quarantined_and_the_good_ones_go_on(database: Database, archive: Archive) -> None:
    """A destroyed number is named with its row; the other rows are in the books."""
    content = WAYBILLS + "中通快递,7.83800E+11\r\n顺丰速运,\r\n".encode("gb18030")
    taken = ingest(database, archive, content)
    assert (taken.state, taken.rows, taken.created, taken.quarantined) == ("read", 4, 2, 2)
    assert "第 4 行" in taken.message
    with database.read() as connection:
        found = connection.execute(select(quarantine.c.row_no, quarantine.c.rule, quarantine.c.owner)).all()
        assert sorted(found) == [(4, "E-CELL-DESTROYED", "business"), (5, "E-CELL", "business")]


def test_money_of_a_quarantined_row_still_counts_in_the_totals(database: Database, archive: Archive) -> None:
    """A line with a destroyed id but a readable amount does not break the control total, and its amount is kept."""
    bad = ROWS[1].replace("F2\t", "2.02605E+27")
    taken = ingest(database, archive, _statement(ROWS[0], bad), shop="shop_a")
    assert (taken.state, taken.created, taken.quarantined) == ("read", 1, 1)
    with database.read() as connection:
        assert connection.execute(select(quarantine.c.amount_fen)).scalar() == -50


def test_a_file_of_which_no_row_can_be_read_is_refused(database: Database, archive: Archive) -> None:
    """When every row is destroyed the file is refused, not taken as an empty one."""
    content = "快递公司,运单号\r\n中通快递,7.83800E+11\r\n".encode()
    taken = ingest(database, archive, content)
    assert taken.state == "refused"
    assert "科学计数法" in taken.message


def test_a_page_under_a_table_s_name_is_refused_and_kept(database: Database, archive: Archive) -> None:
    """An error page is refused in words, archived as evidence, and nothing of it is in the books."""
    page = b"<html><body>503 Service Unavailable</body></html>"
    taken = ingest(database, archive, page, kind="practice_orders", facts=Facts(name="订单.xlsx"))
    assert taken.state == "refused"
    assert "网页" in taken.message
    assert archive.path(taken.file_sha).read_bytes() == page
    assert _count(database, "raw_file") == 1


def test_a_refused_file_is_tried_again(database: Database, archive: Archive) -> None:
    """A file that was refused under a wrong kind is read when it comes again under the right one."""
    assert ingest(database, archive, WAYBILLS, kind="practice_orders").state == "refused"
    assert ingest(database, archive, WAYBILLS, kind="practice_waybills").state == "read"
    assert _count(database, "raw_file") == 1


def test_an_error_in_the_middle_leaves_nothing(database: Database, archive: Archive) -> None:
    """A file is one transaction: when posting breaks nothing of it is there, and it can come again."""
    with database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER stop BEFORE INSERT ON waybill BEGIN SELECT RAISE(ABORT, 'disk'); END"
        )
    with pytest.raises(Exception, match="disk"):
        ingest(database, archive, WAYBILLS)
    assert (_count(database, "raw_file"), _count(database, "raw_row")) == (0, 0)
    with database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER stop")
    assert ingest(database, archive, WAYBILLS).created == 2


def _run_folder(folder: Path, files: list[dict[str, object]], results: str = "") -> Path:
    manifest = {"version": 1, "run_id": "r1", "flow": "f", "shop": "shop_a", "files": files, "results": "results.jsonl"}
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "w.csv").write_bytes(WAYBILLS)
    (folder / "results.jsonl").write_text(results, "utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


_RESULT = {
    "worklist": "to_delist",
    "key": "k1",
    "shop": "",
    "outcome": "done",
    "reason": "",
    "at": "2026-05-01T00:00:00Z",
}


def test_a_run_folder_is_taken_by_its_manifest(database: Database, archive: Archive, tmp_path: Path) -> None:
    """Files with the facts of the manifest, then the results of the rows as bot_result; twice is once."""
    line = json.dumps({**_RESULT, "data": {"_id": "to_delist|shop_a|1|n", "店铺": "shop_a"}}, ensure_ascii=False)
    entry: dict[str, object] = {
        "path": "files/w.csv",
        "suggested_name": "面单_20260501.csv",
        "step": "download",
        "line": 9,
    }
    folder = _run_folder(tmp_path / "run", [entry], line + "\n")
    taken = ingest_run_folder(database, archive, folder)
    assert [(x.kind, x.state, x.created) for x in taken] == [
        ("practice_waybills", "read", 2),
        ("bot_results", "read", 1),
    ]
    with database.read() as connection:
        before = digests(connection)
        result = connection.execute(select(bot_result)).one()
        file = connection.execute(select(raw_file).where(raw_file.c.kind == "practice_waybills")).one()
    assert (result.run_id, result.command_id, result.shop, result.outcome) == (
        "r1",
        "to_delist|shop_a|1|n",
        "shop_a",
        "done",
    )
    assert (file.name, file.run_id, file.step, file.line, file.shop) == (
        "面单_20260501.csv",
        "r1",
        "download",
        9,
        "shop_a",
    )
    assert [x.created for x in ingest_run_folder(database, archive, folder)] == [0, 0]
    with database.read() as connection:
        assert digests(connection) == before


def test_a_file_that_is_not_what_the_manifest_says_is_refused(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    """A wrong checksum or a missing file is refused in words; the other files go on."""
    files: list[dict[str, object]] = [
        {"path": "files/w.csv", "sha256": "0" * 64},
        {"path": "files/gone.csv", "sha256": "1" * 64},
        {"path": "files/w.csv"},
    ]
    folder = _run_folder(tmp_path / "run", files)
    assert [x.state for x in ingest_run_folder(database, archive, folder)] == ["refused", "refused", "read"]


def test_a_folder_without_a_manifest_is_said_to_have_none(database: Database, archive: Archive, tmp_path: Path) -> None:
    """No manifest, no guessing."""
    with pytest.raises(FileBroken):
        ingest_run_folder(database, archive, tmp_path)


HEADER = "提现单号,商户号,提现金额,提现时间,到账银行,状态\r\n"


def test_two_days_without_a_line_are_two_statements(database: Database, archive: Archive) -> None:
    """Equal bytes that speak of another day or shop are noted as such, so that neither day looks missing."""
    for name, shop in (("提现记录_20260502.csv", "b"), ("提现记录_20260501.csv", "b"), ("提现记录_20260501.csv", "a")):
        taken = ingest(database, archive, HEADER.encode("gb18030"), shop=shop, facts=Facts(name=name))
        assert (taken.kind, taken.state, taken.created) == ("practice_withdrawals", "read", 0)
    with database.read() as connection:
        query = select(raw_receipt.c.owner, raw_receipt.c.period_from, raw_receipt.c.period_to)
        assert sorted(connection.execute(query).all()) == [
            ("a", "2026-05-01", "2026-05-01"),
            ("b", "2026-05-01", "2026-05-01"),
            ("b", "2026-05-02", "2026-05-02"),
        ]
        assert connection.execute(select(raw_file.c.name, raw_file.c.shop)).one() == ("提现记录_20260501.csv", "a")


ADS = "日期,店铺,计划名称,主体ID,主体名称,花费,展现量,点击量,总成交笔数,总成交金额\r\n"


def _ads(spend: str) -> bytes:
    row = f"2026-05-01,s,计划,61,杯,{spend},10,1,0,0.00\r\n"
    return f"{ADS}{row}总计,,,,,{spend},10,1,0,0.00\r\n".encode("gb18030")


def test_the_same_bytes_exported_later_are_news(database: Database, archive: Archive) -> None:
    """A report that goes back to what it said before: the latest export holds, also when its bytes are known."""
    days = ["2026-05-02T00:00:00+00:00", "2026-05-03T00:00:00+00:00", "2026-05-04T00:00:00+00:00"]
    for content, day in zip((_ads("5.00"), _ads("4.00"), _ads("5.00")), days, strict=True):
        ingest(database, archive, content, facts=Facts(name="ads.csv", received_at=day))
    with database.read() as connection:
        assert connection.execute(select(ad_day.c.spend_fen)).scalar() == 500
    assert ingest(database, archive, _ads("4.00"), facts=Facts(name="ads.csv", received_at=days[1])).changed == 0
    assert ingest(database, archive, _ads("4.00"), facts=Facts(name="ads.csv")).changed == 0
    with database.read() as connection:
        assert connection.execute(select(ad_day.c.spend_fen)).scalar() == 500


def test_a_second_opening_of_a_warehouse_is_parked(database: Database, archive: Archive) -> None:
    """An opening count under another number would double the stock: it waits, and cannot be released either."""
    head = "单据编号：QC-{no}\r\n盘点时间：2026-05-0{no} 00:30:00\r\n\r\n"
    head += "仓库编码,仓库名称,所在省,商家编码,在库数量,单位成本\r\n"
    rows = "W1,杭州仓,浙江,A,5,1.00\r\n合计,,,,5,\r\n"
    first = ingest(database, archive, (head.format(no=1) + rows).encode())
    second = ingest(database, archive, (head.format(no=2) + rows).encode())
    assert (first.state, first.created, second.state) == ("read", 1, "parked")
    assert "QC-1" in second.message
    with pytest.raises(StockOpened):
        accept(database, archive, second.file_sha, "王", "再建一次")
    with database.read() as connection:
        assert connection.execute(select(quant.c.on_hand)).scalars().all() == [5]
