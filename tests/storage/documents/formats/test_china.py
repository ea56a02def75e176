"""What is particular to the files of 京东, 拼多多, 抖店, 小红书 and 千川, beyond what every format is tried for."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.archive import Archive, Facts
from storage.database.connection import open_database
from storage.database.tables import bill_line, document_row, raw_row
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS, identify
from storage.documents.layout import Layout
from storage.documents.parts import PIECE_ROWS
from storage.documents.rows import BillRow, DataRow
from storage.errors import FileBroken, HeaderMissing
from storage.ingest import ingest
from tests.storage.documents.formats import china, first
from tests.storage.documents.formats.dress import Dress, Signed, Truth, made, truths, written, yuan

DRESSES = {**china.DRESSES, **first.DRESSES}
Cells = Sequence[Sequence[str | float]]


def read(name: str, content: bytes) -> Document:
    """The document that the content is known as."""
    file = SourceFile(name, content)
    return identify(file).read(file, Facts(name=name, shop="shop_a"))


def rows_of(document: Document) -> list[DataRow]:
    """Its rows, all of formats that have no table of their own."""
    assert all(isinstance(row, DataRow) for row in document.rows)
    return [row for row in document.rows if isinstance(row, DataRow)]


def sheets(named: Mapping[str, Cells]) -> bytes:
    """A workbook."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        for name, lines in named.items():
            sheet = workbook.add_worksheet(name)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
    return target.getvalue()


def lines_of(dress: Dress, rows: Sequence[Truth]) -> list[list[str | float]]:
    """Header and rows as the file has them."""
    lines: list[list[str | float]] = [[*dress.titles]]
    lines.extend([*written(dress, row)] for row in rows)
    return lines


def changed(kind: str, **cells: str) -> tuple[Dress, list[Truth]]:
    """The kind's dress and three truths, of which the second one says something else."""
    dress = DRESSES[kind]
    rows = truths(dress, 5, 3)
    rows[1] |= cells
    return dress, rows


def test_wallet_of_two_sheets_is_one_document() -> None:
    """京东钱包: rows of 结算表 and 资金表 come together, each of its own kind, and no row number stands twice."""
    settle, funds = DRESSES["jd_wallet_settle"], DRESSES["jd_wallet_funds"]
    settled, moved = truths(settle, 1, 4), truths(funds, 2, 3)
    document = read("wallet.xlsx", sheets({"结算表": lines_of(settle, settled), "资金表": lines_of(funds, moved)}))
    assert document.kind == "jd_wallet_settle"
    assert [row.kind for row in rows_of(document)] == ["jd_wallet_settle"] * 4 + ["jd_wallet_funds"] * 3
    assert [row.amount_fen for row in rows_of(document)] == [row["_amount"] for row in (*settled, *moved)]
    assert [row.row_no for row in rows_of(document)] == [2, 3, 4, 5, *(PIECE_ROWS + n for n in (2, 3, 4))]
    assert len({row.row_no for row in document.raw}) == 7
    assert document.control.computed == {"行数": 7}


@pytest.mark.parametrize(("moved_fen", "tie"), [(1000, True), (1001, False)])
def test_wallet_movement_is_the_sum_of_its_batch(moved_fen: int, tie: bool) -> None:
    """京东钱包: a movement of the 资金表 that is not the sum of its batch in the 结算表 is said with both figures."""
    settle, funds = DRESSES["jd_wallet_settle"], DRESSES["jd_wallet_funds"]
    settled, moved = truths(settle, 1, 3), truths(funds, 2, 1)
    batch = "2021103000000000000000000001"
    for row, fen in zip((*settled, *moved), (1500, -300, -200, moved_fen), strict=True):
        row |= {"商户订单号": batch, "_amount": fen}
    document = read("wallet.xlsx", sheets({"结算表": lines_of(settle, settled), "资金表": lines_of(funds, moved)}))
    assert (document.control.tie, document.control.binding) == (tie, False)
    assert (f"批次 {batch}：文件写 ¥10.01，逐行算 ¥10.00" in document.control.words) is not tie


def test_wallet_sheets_in_the_other_order() -> None:
    """Which sheet stands first does not matter."""
    settle, funds = DRESSES["jd_wallet_settle"], DRESSES["jd_wallet_funds"]
    settled, moved = truths(settle, 1, 4), truths(funds, 2, 3)
    document = read("wallet.xlsx", sheets({"资金表": lines_of(funds, moved), "结算表": lines_of(settle, settled)}))
    assert [row.amount_fen for row in rows_of(document)] == [row["_amount"] for row in (*settled, *moved)]


def test_wallet_order_in_its_remark() -> None:
    """京东钱包: an order that the remark names is taken with the rule's id; a batch number is no order."""
    dress, rows = changed("jd_wallet_funds", 交易备注="售后赔付 订单号3464251014580195")
    document = read("wallet.xlsx", made(dress, rows))
    told = [(row.order_no, row.order_rule) for row in rows_of(document)]
    assert told == [("", ""), ("3464251014580195", "jd.wallet_remark"), ("", "")]


def test_wallet_days_as_numbers() -> None:
    """京东钱包 写日期 as a spreadsheet number with its time, and ends with empty rows."""
    dress = DRESSES["jd_wallet_funds"]
    lines = lines_of(dress, truths(dress, 2, 1))
    lines[1][dress.titles.index("日期")] = 44500.53210648148
    document = read("wallet.xlsx", sheets({"资金表": [*lines, [""] * 10, [" "] * 10]}))
    assert [(row.at, row.row_no) for row in rows_of(document)] == [("2021-10-31 12:46:14", 2)]
    assert document.quarantine == []


def test_settled_detail_adds_up() -> None:
    """京东 已结算明细: 3.84 − 0.33 is 3.51; a changed cent refuses that row alone."""
    dress = DRESSES["jd_settled_detail_2026"]
    lines = lines_of(dress, truths(dress, 1, 2))
    place = {name: index for index, name in enumerate(dress.titles)}
    for line, total in zip(lines[1:], ("3.51", "3.52"), strict=True):
        line[place["收入金额合计"]], line[place["支出金额合计"]] = "3.84", "-0.33"
        line[place["结算金额合计"]] = total
    document = read("settled.xlsx", sheets({"说明": [["已结算明细"]], "明细": lines}))
    assert [row.amount_fen for row in rows_of(document)] == [351]
    assert [(row.row_no, "不等于" in row.message) for row in document.quarantine] == [(3, True)]


def test_payables_in_a_zip_of_workbooks() -> None:
    """京东 VC 应付账: a zip of several workbooks is one document; equal rows of two parts are numbered, not lost."""
    dress = DRESSES["jd_vc_payable"]
    first, second = truths(dress, 1, 3), truths(dress, 2, 2)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("应付账_1.xlsx", made(dress, first))
        archive.writestr("应付账_2.xlsx", made(dress, [*second, first[0]]))
    rows = rows_of(read("应付账.zip", target.getvalue()))
    assert [row.amount_fen for row in rows] == [row["_amount"] for row in (*first, *second, first[0])]
    assert len({row.row_no for row in rows}) == 6
    assert [row.n for row in rows if row.row_key == first[0]["单据ID"]] == [1, 2]


def test_part_of_a_zip_that_changed_is_not_left_out() -> None:
    """京东 VC 应付账: a part without 总金额 refuses the file by that name; its rows are not silently missing."""
    dress = DRESSES["jd_vc_payable"]
    changed_dress = replace(dress, header=dress.header.replace("总金额", "总额"), amount=Signed("总额"))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("应付账_1.xlsx", made(dress, truths(dress, 1, 3)))
        archive.writestr("应付账_2.xlsx", made(changed_dress, truths(changed_dress, 2, 2)))
    with pytest.raises(HeaderMissing, match="总金额"):
        read("应付账.zip", target.getvalue())


@pytest.mark.parametrize(("word", "shown", "expected"), [("支出", "-12.30", -1230), ("收入", "12.30", 1230)])
def test_jd_says_its_sign_twice(word: str, shown: str, expected: int) -> None:
    """京东 日账单: sign and word agree; 货款 + 支出 is a refund and goes out."""
    dress = DRESSES["jd_daily_settlement"]
    lines = lines_of(dress, truths(dress, 1, 1))
    for name, text in {"费用项": "货款", "金额": shown, "收支方向": word}.items():
        lines[1][dress.titles.index(name)] = text
    assert [row.amount_fen for row in rows_of(read("jd.xlsx", sheets({"1_20260901": lines})))] == [expected]


def test_jd_sign_against_its_word_is_refused() -> None:
    """A negative 收入 is in quarantine: nobody knows which of the two is wrong."""
    dress = DRESSES["jd_daily_settlement"]
    lines = lines_of(dress, truths(dress, 1, 1))
    for name, text in {"金额": "-12.30", "收支方向": "收入"}.items():
        lines[1][dress.titles.index(name)] = text
    document = read("jd.xlsx", sheets({"1_20260901": lines}))
    assert (list(document.rows), len(document.quarantine)) == ([], 1)


def test_jd_yuan_by_name_is_cny() -> None:
    """币种 in words is the currency's code in the books."""
    dress = replace(DRESSES["jd_daily_settlement"], constant={"币种": "人民币"})
    assert {row.currency for row in rows_of(read("jd.xlsx", made(dress, truths(dress, 1, 2))))} == {"CNY"}


def test_merged_sub_orders_are_refused() -> None:
    """抖店: several sub-orders in one cell are refused in their row, the others go on."""
    dress, rows = changed("douyin_order", 子订单编号="6920000000000000001;6920000000000000002")
    document = read(dress.name, made(dress, rows))
    assert (len(document.rows), [row.row_no for row in document.quarantine]) == (2, [document.raw[1].row_no])
    assert "不合并" in document.quarantine[0].message


def test_orders_say_when_they_were_exported() -> None:
    """抖店: the second of the export stands in the file's name, so that an older file never overrides a newer one."""
    dress = DRESSES["douyin_order"]
    assert read(dress.name, made(dress, truths(dress, 1))).exported_at == "2026-10-08T03:26:40+00:00"


def test_description_row_is_no_settlement() -> None:
    """抖店 结算账单: explanations under the header are neither rows nor errors; a destroyed id is an error, no text."""
    dress, rows = changed("douyin_settlement_34", 订单号="6.92E+18")
    document = read(dress.name, made(replace(dress, id_wrap="plain"), rows))
    assert (len(document.rows), len(document.raw), len(document.quarantine)) == (2, 4, 1)
    assert "科学计数法" in document.quarantine[0].message


def test_unpaid_order_has_the_day_of_its_number() -> None:
    """拼多多: 订单成交时间 is empty for an order that was never paid; its number begins with the day."""
    dress, rows = changed("pdd_order_2026", 订单号="260901-123456789012345", 订单成交时间="")
    row = rows_of(read(dress.name, made(dress, rows)))[1]
    assert (row.order_no, row.at) == ("260901-123456789012345", "2026-09-01 00:00:00")


def test_pdd_withdrawal_has_no_order() -> None:
    """拼多多 货款明细: a line without an order number is a row, and its amount is in the totals."""
    dress, rows = changed("pdd_fund_detail", 商户订单号="", 账务类型="转账", 业务描述="")
    document = read(dress.name, made(dress, rows))
    assert [row.amount_fen for row in rows_of(document)] == [row["_amount"] for row in rows]
    assert (document.quarantine, document.control.tie) == ([], True)


def test_pdd_total_that_a_cent_is_missing_from_parks() -> None:
    """拼多多 货款明细: a changed cent in a footer total is told with both figures and binds."""
    dress, rows = changed("pdd_fund_detail")
    rows[0]["_amount"], rows[1]["_amount"], rows[2]["_amount"] = 1000, 2000, -500
    content = made(replace(dress, container="csv"), rows).decode("gb18030").replace("共30.00元", "共30.01元")
    control = read("bill.csv", content.encode("gb18030")).control
    assert (control.tie, control.binding) == (False, True)
    assert "收入合计：文件写 ¥30.01，逐行算 ¥30.00" in control.words


def test_jd_orders_of_2026() -> None:
    """京东: the workbook of 2026 has other amounts under the same names of order, item, quantity and moments."""
    head = ["订单号", "商品ID", "商品名称", "订购数量", "商家应收", "订单状态", "商家SKUID", "下单时间", "付款确认时间"]
    line = ["3464251014580195", "10160070484512", "手工皂", "2", "59.80", "完成", "A-1", *["2026-09-01 08:00:00"] * 2]
    document = read("orders.xlsx", sheets({"Sheet1": [head, line]}))
    row = rows_of(document)[0]
    assert (document.kind, row.order_no, row.data["商家应收"]) == ("jd_order_old", "3464251014580195", 5980)


def test_older_and_shorter_layouts_are_read() -> None:
    """抖店: 订单 without 序列号 and 动账 with a byte-order mark inside its first title are the same kinds."""
    orders, fund = DRESSES["douyin_order"], DRESSES["douyin_fund_34"]
    short = replace(orders, header=orders.header.replace(",序列号,", ","))
    assert read(orders.name, made(short, truths(orders, 1))).kind == "douyin_order"
    lines = lines_of(fund, truths(fund, 1, 2))
    lines[0][0] = "\ufeff动账时间"
    document = read("动账.xlsx", sheets({"动账明细": lines}))
    assert (document.kind, len(document.rows), document.quarantine) == ("douyin_fund_34", 2, [])


def test_withdrawal_has_no_order() -> None:
    """抖店 动账: a withdrawal without order and sub-order is a row as any other."""
    dress, rows = changed("douyin_fund_39", 订单号="", 子订单号="", 动账场景="提现")
    document = read(dress.name, made(dress, rows))
    assert (rows_of(document)[1].order_no, rows_of(document)[1].amount_fen) == ("", rows[1]["_amount"])
    assert document.quarantine == []


@pytest.mark.parametrize(("more_fen", "binding"), [(0, False), (5000, False), (-1, True)])
def test_promotion_total(more_fen: int, binding: bool) -> None:
    """拼多多 推广: 总计 is no row; one above the rows' sum is 全店托管 and binds nobody, one below parks the file."""
    dress = DRESSES["pdd_promo_goods"]

    def total(rows: Sequence[Truth]) -> dict[str, str]:
        return {"日期": "总计", "总花费(元)": yuan(sum(row["总花费(元)"] for row in rows) + more_fen)}

    rows = truths(dress, 1)
    document = read("推广.xlsx", made(replace(dress, total=total), rows))
    assert len(document.rows) == len(rows)
    assert (document.control.tie, document.control.binding) == (more_fen == 0, binding)


def test_material_report_without_a_day_is_refused() -> None:
    """千川: no column says the day; a name that does not either leaves nothing to be guessed."""
    dress = DRESSES["qianchuan_material"]
    with pytest.raises(FileBroken, match="日期"):
        read("素材报表.csv", made(dress, truths(dress, 1)))


def test_material_reports_of_a_day_and_of_a_month() -> None:
    """千川: the first day of a month and the whole month are other rows, though both begin on the same day."""
    dress = DRESSES["qianchuan_material"]
    content = made(dress, truths(dress, 1, 3))
    day, month = (rows_of(read(f"素材_{days}.csv", content)) for days in ("20260901", "20260901-20260930"))
    assert not {row.row_key for row in day} & {row.row_key for row in month}
    assert {row.at for row in (*day, *month)} == {"2026-09-01"}


@pytest.mark.parametrize("kind", sorted(china.DRESSES))
def test_columns_hold_what_the_platform_fills_them_with(kind: str) -> None:
    """An id is read as an id (what a program destroyed is refused), a moment as a moment, money as exact money."""
    dress, layout = DRESSES[kind], KINDS[kind]
    assert isinstance(layout, Layout)
    filled = {
        "id": dress.ids,
        "money": dress.money_columns,
        "whole": dress.wholes,
        "rate": dress.rates,
        "moment": dress.moments,
        "day": dress.days,
    }
    expected = {name: typed for typed, names in filled.items() for name in names}
    assert {name: layout.typed[name] for name in expected} == expected


@pytest.mark.parametrize("kind", sorted(china.DRESSES))
def test_a_period_without_rows(kind: str) -> None:
    """A header without rows is a document without rows: nothing happened, and nothing is wrong."""
    dress = DRESSES[kind]
    document = read(dress.name, made(replace(dress, total=None), []))
    assert (document.kind, list(document.rows), document.quarantine) == (kind, [], [])
    assert not (document.control.tie is False and document.control.binding)


@pytest.mark.parametrize("other", ["gb18030", "utf-16", "tsv", "xlsx", "zip"])
@pytest.mark.parametrize("kind", sorted(china.DRESSES))
def test_the_same_rows_in_another_container(kind: str, other: str) -> None:
    """What a file is and says does not hang on its container, its encoding or its name."""
    dress = DRESSES[kind]
    rows = truths(dress, 6, 3)
    wears = {
        "gb18030": replace(dress, container="csv", encoding="gb18030"),
        "utf-16": replace(dress, container="csv", encoding="utf-16"),
        "tsv": replace(dress, container="csv", delimiter="\t"),
        "xlsx": replace(dress, container="xlsx"),
        "zip": replace(dress, container="zip"),
    }
    plain = read(dress.name, made(dress, rows))
    document = read(f"下载_{dress.name}", made(wears[other], rows))
    assert (document.kind, document.quarantine) == (kind, [])
    assert [(row.row_key, row.amount_fen, row.data) for row in rows_of(document)] == [
        (row.row_key, row.amount_fen, row.data) for row in rows_of(plain)
    ]


def test_cells_that_are_numbers() -> None:
    """京东钱包: an amount with the noise of a float is exact, an id of 15 digits is itself, a longer one is refused."""
    dress = DRESSES["jd_wallet_funds"]
    lines = lines_of(dress, truths(dress, 2, 2))
    place = {name: index for index, name in enumerate(dress.titles)}
    for line, number in zip(lines[1:], (346425101458019, 3464251014580195123), strict=True):
        line[place["收入金额(元)"]], line[place["支出金额(元)"]] = 0.1 + 0.2, "--"
        line[place["商户订单号"]] = float(number)
    document = read("wallet.xlsx", sheets({"资金表": lines}))
    assert [(row.data["商户订单号"], row.amount_fen) for row in rows_of(document)] == [("346425101458019", 30)]
    assert [(row.row_no, "浮点数" in row.message) for row in document.quarantine] == [(3, True)]


def test_stock_that_does_not_add_up_is_refused() -> None:
    """京东物流: pieces before and moved that are not those after are refused in their row."""
    dress, rows = changed("jdl_inventory_flow", 实际库存结存="118")
    document = read(dress.name, made(dress, rows))
    assert (len(document.rows), ["120 + -3" in row.message for row in document.quarantine]) == (2, [True])


def test_xhs_workbook_of_several_sheets() -> None:
    """小红书: 商品结算明细 and 其他服务款 of one workbook are read together."""
    settle, other = DRESSES["xhs_settlement"], DRESSES["xhs_other_services"]
    lines = {"商品结算明细": lines_of(settle, truths(settle, 1, 3)), "其他服务": lines_of(other, truths(other, 1, 2))}
    document = read("结算.xlsx", sheets(lines))
    assert [row.kind for row in rows_of(document)] == ["xhs_settlement"] * 3 + ["xhs_other_services"] * 2


JD_BILL = (
    "导出信息：\n京东账号名：jd_example\n起始时间：2026-01-01\t终止时间：2026-06-30\n导出交易类型：全部\n"
    "导出时间：2026-07-03 23:33:33\n共：4笔记录\n收入：1笔，89.84元\n支出：2笔，184.77元\n不计收支：1笔，1000.00元\n\n"
    "特别提示：\n1.明细金额直接累加后，可能会和下方统计金额不一致；\n\n电子回单客户\n"
    "交易时间,交易分类,商户名称,交易说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注\n"
    "2026-03-18 19:45:25\t,美妆,京东平台商户,洁面,支出,131.77(已退款89.84),京,交易成功,300001\t,1000000000000002\t,,\n"
    "2026-03-19 08:22:00\t,网购,京东平台商户,退款-洁面,收入,89.84,京东白条,退款成功,300001\t,1000000000000003\t,,\n"
    "2026-03-20 19:06:00\t,线下消费,京东平台商户,亲密卡,支出,53.00,京东白条,交易成功, ,1000000000000045\t,,\n"
    "2026-03-21 12:09:23\t,白条,京东金融,白条主动还款,不计收支,1000.00,零用钱,交易成功,300009\t,1000000000000058\t,,\n"
)


def test_jd_personal() -> None:
    """What moved then is the amount, what was given back since is said; totals and days are the preamble's."""
    document = read("jd.csv", JD_BILL.encode("utf-8-sig"))
    assert (document.kind, document.quarantine) == ("jd_personal", [])
    rows = [row for row in document.rows if isinstance(row, BillRow)]
    assert [(row.amount_fen, row.order_no, row.fee_type) for row in rows] == [
        (-13177, "300001", "personal_expense"),
        (8984, "300001", "personal_income"),
        (-5300, "", "personal_expense"),
        (100000, "300009", "personal_neutral"),
    ]
    assert rows[0].remark == "洁面；已退款89.84"
    assert document.period == ("2026-01-01", "2026-06-30")
    assert (document.control.tie, document.control.binding) == (True, False)


def test_jd_personal_total_that_differs_is_said() -> None:
    """A changed total is in words, and binds nobody: the bill warns of it itself."""
    control = read("jd.csv", JD_BILL.replace("184.77元", "184.78元").encode()).control
    assert (control.tie, control.binding) == (False, False)
    assert "支出合计：文件写 ¥184.78，逐行算 ¥184.77" in control.words


def test_pieces_are_in_the_books_once(tmp_path: Path) -> None:
    """A workbook of two statements is in the books row by row, and a second time changes nothing."""
    settle, funds = DRESSES["jd_wallet_settle"], DRESSES["jd_wallet_funds"]
    lines = {"结算表": lines_of(settle, truths(settle, 1, 4)), "资金表": lines_of(funds, truths(funds, 2, 3))}
    path = tmp_path / "wallet.xlsx"
    path.write_bytes(sheets(lines))
    database, archive = open_database(tmp_path / "books.sqlite"), Archive(tmp_path / "archive")
    try:
        first = ingest(database, archive, path, shop="shop_a")
        again = ingest(database, archive, path, shop="shop_a")
        with database.read() as connection:
            counts = [
                connection.execute(select(func.count()).select_from(it)).scalar()
                for it in (raw_row, document_row, bill_line)
            ]
            kinds = connection.execute(select(document_row.c.kind, func.count()).group_by(document_row.c.kind)).all()
    finally:
        database.close()
    assert (first.created, again.created) == (7, 0)
    assert "3 行没有费用分类" in first.message
    assert counts == [7, 4, 3], "what it is made of stays beside the wallet's own lines"
    assert [tuple(kind) for kind in kinds] == [("jd_wallet_settle", 4)]
