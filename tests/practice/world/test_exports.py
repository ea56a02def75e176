"""The files are read back with readers that share no code with the writers: csv, zipfile and calamine."""

import csv
import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from bots.practice.world import World, pages
from bots.practice.world.changes import delist
from bots.practice.world.exports import EXPORTS, ExportRequest, export

_SHOPS = {"alipay_fund_bill_csv": "shop_a", "wxpay_trade_bill_all": "shop_c"}


def _file(world: World, kind: str, **asked: object) -> bytes:
    asked.setdefault("shop_id", _SHOPS.get(kind))
    return export(world, kind, ExportRequest(**asked)).content  # type: ignore[arg-type]


def _sheet(content: bytes, name: str) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == [name]
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _csv(content: bytes, encoding: str) -> list[list[str]]:
    assert b"\r\n" in content
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


def _fen(text: str) -> int:
    return int(Decimal(text.replace(",", "")) * 100) if text.strip() else 0


@pytest.mark.parametrize("kind", sorted(EXPORTS))
def test_same_request_same_bytes(small: World, kind: str) -> None:
    """Asking twice for the same gives the same bytes, of the same name."""
    request = ExportRequest(shop_id=_SHOPS.get(kind))
    assert export(small, kind, request) == export(small, kind, request)


def test_orders_workbook_holds_every_sub_order(small: World) -> None:
    """One row per sub-order as text, ids with a leading TAB, order columns repeated, money equal to the books."""
    header, *rows = _sheet(_file(small, "practice_orders"), "订单")
    column = {name: header.index(name) for name in header}
    assert len(header) == 33
    assert header[:4] == ["店铺", "主订单编号", "子订单编号", "订单状态"]
    assert header[-1] == "更新时间"
    assert len(rows) == small.number("SELECT COUNT(*) FROM order_line")
    assert all(
        str(row[column[name]]).startswith("\t") for row in rows for name in ("主订单编号", "子订单编号", "SKU ID")
    )
    paid = {str(row[column["主订单编号"]]): str(row[column["订单实付金额"]]) for row in rows}
    assert sum(map(_fen, paid.values())) == small.number("SELECT SUM(paid_fen) FROM orders")
    shares = sum(_fen(str(row[column["子订单实付分摊"]])) for row in rows)
    assert shares == small.number("SELECT SUM(paid_fen) FROM orders")
    assert all("*" in str(row[column["收件人"]]) and "****" in str(row[column["手机号"]]) for row in rows)


def test_orders_workbook_follows_shop_days_and_status(small: World) -> None:
    """Shop, days (inclusive) and status narrow the file to just those orders."""
    day = small.last_day - timedelta(days=3)
    content = _file(small, "practice_orders", shop_id="shop_b", since=day, until=day, status="卖家已发货")
    _, *rows = _sheet(content, "订单")
    numbers = {str(row[1]).strip() for row in rows}
    expected = small.rows(
        """SELECT order_no FROM orders WHERE shop_id = 'shop_b' AND substr(created_at, 1, 10) = ?
           AND status = '卖家已发货'""",
        day.isoformat(),
    )
    assert numbers == {row["order_no"] for row in expected}
    assert numbers


def test_refunds_workbook(small: World) -> None:
    """Every after-sales case with its money, its end if it has one, and whether it came after settlement."""
    header, *rows = _sheet(_file(small, "practice_refunds"), "售后")
    assert ",".join(map(str, header)) == (
        "店铺,退款编号,主订单编号,子订单编号,退款金额,申请时间,完成时间,售后状态,结算后退款"
    )
    assert sum(_fen(str(row[4])) for row in rows) == small.number("SELECT SUM(amount_fen) FROM refund")
    assert {row[8] for row in rows} == {"是", "否"}
    assert all((row[7] == "退款中") == (row[6] == "") for row in rows)


def test_products_workbook_shows_the_shelf_as_it_is_now(own: World) -> None:
    """A delisted product is 下架 in the next export; bundles say what they are made of."""
    product_id = str(own.rows("SELECT product_id FROM product WHERE on_shelf ORDER BY 1")[0]["product_id"])
    delist(own, product_id)
    header, *rows = _sheet(_file(own, "practice_products"), "商品")
    assert ",".join(map(str, header)) == (
        "店铺,商品ID,商品名称,类目,商品状态,SKU ID,商家编码,规格,价格,平台库存,活动最高价,组合构成"
    )
    assert {row[4] for row in rows if str(row[1]).strip() == product_id} == {"下架"}
    makes = {str(row[6]): str(row[11]) for row in rows if row[11]}
    assert set(makes) == {row["code"] for row in own.rows("SELECT DISTINCT code FROM bundle")}
    assert all(re.fullmatch(r"YB[\d-]+\*\d(;YB[\d-]+\*\d)+", text) for text in makes.values())


def test_stock_workbook_has_preamble_and_total(small: World) -> None:
    """Three lines before the header, the night's date in the number, and a bottom row that adds up."""
    rows = _sheet(_file(small, "practice_stock"), "期初盘点")
    night = small.last_day + timedelta(days=1)
    assert rows[0][0] == f"单据编号：QC-{night:%Y%m%d}"
    assert str(rows[1][0]).startswith("盘点时间：")
    assert not any(rows[2])
    assert ",".join(map(str, rows[3])) == "仓库编码,仓库名称,所在省,商家编码,在库数量,单位成本"
    assert rows[-1][0] == "合计"
    counted = sum(int(str(row[4]).removesuffix(".0")) for row in rows[4:-1])
    assert counted == float(str(rows[-1][4])) == small.number("SELECT SUM(qty) FROM warehouse_stock")


def test_waybills_csv(small: World) -> None:
    """Carrier and number, GB18030, numbers end with a TAB."""
    header, *rows = _csv(_file(small, "practice_waybills"), "gb18030")
    assert header == ["快递公司", "运单号"]
    assert all(number.endswith("\t") for _, number in rows)
    pool = {row["waybill_no"] for row in small.rows("SELECT waybill_no FROM waybill_pool")}
    assert {number.strip() for _, number in rows} == pool


def test_ads_csv_ends_with_its_totals(small: World) -> None:
    """The bottom row 总计 adds up the rows above it."""
    header, *rows, total = _csv(_file(small, "practice_ads", since=small.last_day, until=small.last_day), "gb18030")
    assert total[0] == "总计"
    assert {row[0] for row in rows} == {small.last_day.isoformat()}
    for name in ("花费", "展现量", "点击量", "总成交笔数", "总成交金额"):
        at = header.index(name)
        assert sum(Decimal(row[at]) for row in rows) == Decimal(total[at]), name


def _alipay(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """The preamble and footer lines, and the rows by column, of the detail file in a statement's zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        summary, detail = archive.namelist()
        assert summary.endswith("_账务明细(汇总).csv")
        assert detail.endswith("_账务明细.csv")
        text = archive.read(detail).decode("gb18030")
    lines = text.split("\r\n")
    notes = [line for line in lines if line.startswith("#")]
    body = [line for line in lines if line and not line.startswith("#")]
    return notes, list(csv.DictReader(io.StringIO("\n".join(body))))


def test_alipay_statement_adds_up_to_its_footer(small: World) -> None:
    """Sixteen columns, ids padded with TABs, 支出 negative, and a footer equal to the rows and to the books."""
    notes, rows = _alipay(_file(small, "alipay_fund_bill_csv"))
    assert notes[0] == "#支付宝账务明细查询"
    assert notes[1] == "#账号：[2088601123030457]"
    assert len(rows[0]) == 16
    out = [_fen(row["支出金额（-元）"]) for row in rows if row["支出金额（-元）"].strip()]
    into = [_fen(row["收入金额（+元）"]) for row in rows if row["收入金额（+元）"].strip()]
    assert max(out) < 0 < min(into)
    assert len(out) + len(into) == len(rows)
    assert f"#支出合计：{len(out)}笔，共{Decimal(sum(out)) / 100:.2f}元" in notes
    assert f"#收入合计：{len(into)}笔，共{Decimal(sum(into)) / 100:.2f}元" in notes
    assert sum(out) + sum(into) == small.number("SELECT SUM(amount_fen) FROM wallet_line WHERE shop_id = 'shop_a'")
    assert all(row["账务流水号"].endswith("\t") for row in rows)


def test_alipay_names_the_order_on_trade_lines_only(small: World) -> None:
    """业务基础订单号 stands on payments and refunds; a reader derives it for the rest."""
    _, rows = _alipay(_file(small, "alipay_fund_bill_csv"))
    named = {row["业务类型"] for row in rows if row["业务基础订单号"].strip()}
    assert named == {"交易付款", "交易退款"}
    assert all(row["业务基础订单号"].strip() for row in rows if row["业务类型"] in named)


def test_months_and_days_are_slices_of_one_statement(small: World) -> None:
    """The days of a month together hold the month's lines, and all of them the whole statement's."""
    _, whole = _alipay(_file(small, "alipay_fund_bill_csv"))
    offered = pages.statement_periods(small)
    (month,) = [row for row in offered if row["period"] == "month"]
    days = [row for row in reversed(offered) if row["period"] == "day"]
    assert len(days) == 40

    def lines(spans: list[dict[str, date | str]]) -> list[str]:
        found: list[str] = []
        for span in spans:
            asked = {"since": span["since"], "until": span["until"], "period": span["period"]}
            found += [row["账务流水号"] for row in _alipay(_file(small, "alipay_fund_bill_csv", **asked))[1]]
        return found

    assert lines(days) == [row["账务流水号"] for row in whole]
    assert lines([month]) == lines([day for day in days if month["since"] <= day["since"] <= month["until"]])


def test_wxpay_bill_adds_up_to_its_tail(small: World) -> None:
    """27 backticked columns under a plain header; the tail's totals equal the rows; refunds are rows of their own."""
    content = _file(small, "wxpay_trade_bill_all")
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows, totals_header, totals = _csv(content, "utf-8-sig")
    assert len(header) == 27
    assert all(cell.startswith("`") for row in [*rows, totals] for cell in row)
    cells = [dict(zip(header, (cell[1:] for cell in row), strict=True)) for row in rows]
    tail = dict(zip(totals_header, (cell[1:] for cell in totals), strict=True))
    for name, column in (("应结订单总金额", "应结订单金额"), ("退款总金额", "退款金额"), ("手续费总金额", "手续费")):
        assert sum(Decimal(row[column]) for row in cells) == Decimal(tail[name]), name
    assert int(tail["总交易单数"]) == len(rows)
    back = [row for row in cells if row["交易状态"] == "REFUND"]
    assert back
    for row in back:
        assert row["应结订单金额"] == "0.00"
        assert Decimal(row["退款金额"]) > 0 > Decimal(row["手续费"])
    trades = {row["商户订单号"]: row["微信订单号"] for row in cells if row["交易状态"] == "SUCCESS"}
    assert all(trades.get(row["商户订单号"], row["微信订单号"]) == row["微信订单号"] for row in back)


def test_bank_statement_adds_up_to_its_footer(small: World) -> None:
    """The bank's layout: preamble, padded cells ending in a TAB, newest first, 人民币合计 equal to the rows."""
    text = _file(small, "icbc_personal_debit").decode("utf-8")
    assert text.startswith("明细查询文件下载\n\n卡号: 1234****9876,")
    rows = list(csv.reader(io.StringIO(text)))
    at = next(i for i, row in enumerate(rows) if row and row[0] == "交易日期")
    body = [row for row in rows[at + 1 :] if len(row) == 14]
    (footer,) = [row for row in rows if row and row[0] == "人民币合计"]
    assert all(cell.endswith("\t") for row in body for cell in row[:13])
    assert [row[0] for row in body] == sorted((row[0] for row in body), reverse=True)
    assert sum(_fen(row[8].strip()) for row in body) == _fen(footer[8].strip())
    assert _fen(footer[8].strip()) == small.number("SELECT SUM(amount_fen) FROM bank_line")


def test_withdrawals_csv(small: World) -> None:
    """The wallet's withdrawals as the bank should see them, positive, with their number and account."""
    header, *rows = _csv(_file(small, "practice_withdrawals", shop_id="shop_c"), "gb18030")
    assert header == ["提现单号", "商户号", "提现金额", "提现时间", "到账银行", "状态"]
    total = small.number("SELECT -SUM(amount_fen) FROM wallet_line WHERE kind = 'withdrawal' AND shop_id = 'shop_c'")
    assert sum(_fen(row[2]) for row in rows) == total > 0
