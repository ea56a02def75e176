"""Quirks of 千牛, 万相台, 支付宝 and 微信: totals, derived orders, columns that come and go, days in a name."""

import dataclasses
import io
import zipfile
from collections.abc import Mapping
from decimal import Decimal

import pytest

from storage.archive import Facts
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import identify
from storage.documents.rows import DataRow
from storage.errors import FileBroken
from tests.storage.documents.formats.ali_tencent import DRESSES, alipay_footer
from tests.storage.documents.formats.dress import Dress, Truth, made, truths

NO = "2701855562034109276"
TOTALLED = [
    "alipay_fund_bill_short",
    "alipay_fund_bill_summary",
    "alipay_fund_flow_new",
    "alipay_trade_order_new",
    "wxpay_fund_bill",
]


def _known(content: bytes, name: str = "导出") -> tuple[str, Document]:
    file = SourceFile(name, content)
    kind = identify(file)
    return kind.KIND, kind.read(file, Facts(name=name, shop="shop_a"))


def _read(kind: str, *changes: Mapping[str, object]) -> list[DataRow]:
    """The rows that a file of this kind gives whose truths are changed one by one."""
    dress = DRESSES[kind]
    rows: list[Truth] = [{**row, **change} for row, change in zip(truths(dress, 5), changes, strict=False)]
    known, document = _known(made(dress, rows), dress.name)
    assert (known, document.quarantine) == (kind, [])
    return [row for row in document.rows if isinstance(row, DataRow)]


def _with_columns(dress: Dress, *, without: tuple[str, ...] = (), more: tuple[str, ...] = ()) -> Dress:
    kept = [name for name in dress.titles if name not in without]
    return dataclasses.replace(dress, header=",".join([*kept, *more]))


def _other_ends(dress: Dress, rows: list[Truth]) -> Dress:
    """The same dress whose footer and total speak of these rows, whatever is written."""
    foot, total = dress.foot(rows), dress.total(rows) if dress.total else None
    return dataclasses.replace(dress, foot=lambda _: foot, total=(lambda _: total) if total else None)


@pytest.mark.parametrize("kind", TOTALLED)
def test_a_cent_less_than_the_totals_say_does_not_tie(kind: str) -> None:
    """A file whose rows differ by a cent from the totals that it states itself is parked with both in words."""
    dress = DRESSES[kind]
    rows = truths(dress, 6)
    assert _known(made(dress, rows), dress.name)[1].control.tie is True
    ends = _other_ends(dress, rows)
    rows[3]["_amount"] += 1
    if kind == "alipay_trade_order_new":
        rows[3]["商家实收(元)"] += 1
    content = made(ends, rows)
    if kind == "alipay_fund_bill_summary":
        content = _cent_off_a_total(dress, rows)
    control = _known(content, dress.name)[1].control
    assert control.tie is False
    assert "逐行算" in control.words


def _cent_off_a_total(dress: Dress, rows: list[Truth]) -> bytes:
    """The summary with one total a cent higher than income and expense make it."""
    text = made(dress, rows).decode("gb18030").splitlines(keepends=True)
    cells = text[5].rstrip().split(",")
    cells[-1] = str(Decimal(cells[-1]) + Decimal("0.01"))
    return "".join([*text[:5], ",".join(cells) + "\r\n", *text[6:]]).encode("gb18030")


@pytest.mark.parametrize("kind", ["alipay_fund_bill_short", "alipay_fund_flow_new", "wxpay_fund_bill"])
def test_a_statement_without_its_totals_was_perhaps_cut_short(kind: str) -> None:
    """Totals that should be there and are not do not tie."""
    dress = dataclasses.replace(DRESSES[kind], foot=lambda _: (), total=None)
    control = _known(made(dress, truths(dress, 7)), dress.name)[1].control
    assert control.tie is False
    assert "可能没有下载完" in control.words


def test_rows_below_the_total_are_not_passed_over() -> None:
    """Only the last row may be the total: a file that goes on after it is parked."""
    dress = DRESSES["alipay_fund_flow_new"]
    rows = truths(dress, 7)
    longer = dataclasses.replace(dress, foot=lambda _: ["又一行"])
    assert _known(made(longer, rows), dress.name)[1].control.tie is False


ALIPAY_LINES = [
    ({"业务类型": "交易付款", "商户订单号": f"T200P{NO}"}, "order.trade", "alipay.payment"),
    (
        {"业务类型": "交易退款", "商户订单号": "", "备注": f"售后退款-T200P{NO}-3500"},
        "refund.after_sale",
        "alipay.refund",
    ),
    (
        {"业务类型": "转账", "商户订单号": "", "备注": f"淘宝客佣金代扣款[{NO}]"},
        "transfer.affiliate",
        "alipay.affiliate",
    ),
    (
        {"业务类型": "其它", "商户订单号": f"GXFZ_1_{NO}", "备注": "卖家版运费险保费收取"},
        "other.gxfz",
        "alipay.freight_insurance",
    ),
    ({"业务类型": "提现", "商户订单号": "", "备注": "-"}, "order.none_type", "alipay.withdrawal"),
]


@pytest.mark.parametrize(("line", "order_rule", "class_rule"), ALIPAY_LINES, ids=[rule for _, rule, _ in ALIPAY_LINES])
@pytest.mark.parametrize("kind", ["alipay_fund_bill_short", "alipay_fund_flow_new"])
def test_every_statement_of_alipay_derives_orders_by_the_same_rules(
    kind: str, line: dict[str, str], order_rule: str, class_rule: str
) -> None:
    """The short bill and the new workbook have the order, the fee class and the ids of the rules that found them."""
    if kind == "alipay_fund_flow_new":
        line = {**line, "账务类型": line["业务类型"], "业务基础订单号": ""}
        line["账务类型"] = line["账务类型"].replace("交易退款", "退款（交易退款）")
    (row,) = _read(kind, line)
    assert (row.order_no, row.order_rule) == ("" if order_rule == "order.none_type" else NO, order_rule)
    assert row.class_rule == class_rule


def test_the_base_order_comes_first_in_the_new_workbook() -> None:
    """业务基础订单号 is asked before everything else; a line that no rule knows stays visible."""
    (row,) = _read(
        "alipay_fund_flow_new", {"业务基础订单号": NO, "商户订单号": "T200P1", "账务类型": "其他", "备注": "x"}
    )
    assert (row.order_no, row.order_rule) == (NO, "order.base")
    assert (row.fee_type, row.class_rule) == ("unclassified", "")


def _zip(*members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number, member in enumerate(members):
            archive.writestr(f"{number}.csv", member)
    return target.getvalue()


def test_a_zip_with_the_summary_first_is_the_statement() -> None:
    """Of a zip that holds the summary and the detail the detail is read, whichever comes first."""
    summary, detail = DRESSES["alipay_fund_bill_summary"], DRESSES["alipay_fund_bill_short"]
    plain = dataclasses.replace(detail, container="csv")
    rows = truths(detail, 8)
    pieces = made(summary, truths(summary, 8)), made(plain, rows)
    for content in (_zip(*pieces), _zip(*reversed(pieces))):
        known, document = _known(content)
        assert (known, len(document.rows)) == ("alipay_fund_bill_short", len(rows))
        assert document.control.tie is True
        assert document.period == ("2026-05-01", "2026-05-31")


def test_the_account_of_the_preamble_is_the_shop() -> None:
    """A statement that nobody assigned to a shop belongs to the account that it names."""
    dress = DRESSES["alipay_fund_bill_short"]
    file = SourceFile(dress.name, made(dress, truths(dress, 8)))
    assert identify(file).read(file, Facts(name="x")).owner == "20886011230304570156"


def test_the_footer_says_when_the_statement_was_made() -> None:
    """`#导出时间` in the last line is when the source made the file, so that an older one is known as older."""
    dress = DRESSES["alipay_fund_bill_short"]
    document = _known(made(dress, truths(dress, 8)), dress.name)[1]
    assert document.exported_at == "2026-06-02T01:12:01+00:00"


@pytest.mark.parametrize(
    ("name", "made_at"),
    [
        ("ExportOrderList201903121048.csv", "2019-03-12T02:48:00+00:00"),
        ("ExportOrderList201913121048.csv", ""),
        ("ExportOrderList26242309550.csv", ""),
    ],
)
def test_the_name_of_an_order_export_says_when_it_was_made(name: str, made_at: str) -> None:
    """The minute in 淘宝's file name is when it was exported; a number that is no moment says nothing."""
    dress = DRESSES["taobao_order_list_2018"]
    assert _known(made(dress, truths(dress, 8)), name)[1].exported_at == made_at


def test_an_income_of_nothing_is_counted_as_income() -> None:
    """微信 counts a line by its direction: one of 0.00 income is among the incomes."""
    dress = DRESSES["wxpay_fund_bill"]
    rows = truths(dress, 2, 4)
    rows[0]["_amount"] = 0
    totals = dress.foot([{**rows[0], "_amount": 1}, *rows[1:]])
    counted = _into_without_a_cent(list(totals))
    control = _known(made(dataclasses.replace(dress, foot=lambda _: counted), rows), dress.name)[1].control
    assert (control.tie, control.words) == (True, "合计与逐行相加一致")


def _into_without_a_cent(totals: list[str]) -> list[str]:
    cells = totals[1].split(",")
    cells[2] = f"`{Decimal(cells[2][1:]) - Decimal('0.01')}"
    return [totals[0], ",".join(cells)]


VARIANTS = {
    "half-width": [("（", "("), ("）", ")")],
    "no brackets": [("（+元）", "+元"), ("（-元）", "-元")],
}


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_titles_of_a_short_bill_vary(variant: str) -> None:
    """Brackets of amounts are half-width in some files and missing in others."""
    dress = dataclasses.replace(DRESSES["alipay_fund_bill_short"], container="csv")
    rows = truths(dress, 9)
    text = made(dress, rows).decode("gb18030")
    for old, new in VARIANTS[variant]:
        text = text.replace(old, new)
    known, document = _known(text.encode("utf-8-sig"))
    assert (known, document.control.tie) == ("alipay_fund_bill_short", True)


def test_a_statement_kept_as_a_workbook_is_read_with_its_totals() -> None:
    """A statement whose header stands on row 2 of a workbook, its footer below, is the same statement."""
    dress = dataclasses.replace(DRESSES["alipay_fund_bill_short"], container="xlsx", lead=("#支付宝账务明细查询",))
    rows = truths(dress, 9)
    known, document = _known(made(dress, rows))
    assert (known, document.control.tie, len(document.rows)) == ("alipay_fund_bill_short", True, len(rows))


def test_a_row_that_cannot_be_taken_still_counts_in_the_totals() -> None:
    """A destroyed id puts its row aside alone: the others go on and the totals still tie."""
    dress = dataclasses.replace(DRESSES["alipay_fund_bill_short"], container="csv")
    rows = truths(dress, 9)
    rows[4]["账务流水号"] = "2.02605E+27"
    document = _known(made(dress, rows))[1]
    assert [(row.row_no > 0, row.rule) for row in document.quarantine] == [(True, "E-CELL-DESTROYED")]
    assert (len(document.rows), document.control.tie) == (len(rows) - 1, True)


def test_an_empty_column_before_the_first_moves_nothing() -> None:
    """Some files have one more, empty column on the left: footer and columns are found all the same."""
    dress = dataclasses.replace(DRESSES["alipay_fund_bill_short"], container="csv", lead=(), foot=lambda _: ())
    rows = [{**row, "商品名称": "手工皂", "备注": "无"} for row in truths(dress, 9)]
    text = made(dress, rows).decode("gb18030") + "".join(f"{line}\r\n" for line in alipay_footer(rows))
    shifted = "".join(f",{line}\r\n" for line in text.splitlines() if line)
    document = _known(shifted.replace("\n500ml", "").encode("gb18030"))[1]
    assert len(document.rows) == len(rows)
    assert document.control.tie is True


def test_a_neutral_line_of_an_old_personal_bill_moves_nothing() -> None:
    """不计收支, or an empty direction, brings nothing in and takes nothing out."""
    dress = DRESSES["alipay_personal_old"]
    rows = truths(dress, 2, 2)
    text = made(dress, [{**row, "_amount": 100} for row in rows]).decode("gb18030")
    amounts = [row.amount_fen for row in _known(text.replace("收入   ", "   ", 1).encode("gb18030"))[1].rows]
    assert sorted(amounts) == [0, 100]


@pytest.mark.parametrize(
    ("kind", "column", "rule"),
    [
        ("qianniu_fund_detail_month", "主订单id", "qianniu.main_order"),
        ("qianniu_fund_detail_range", "淘宝订单编号", "qianniu.order_no"),
    ],
)
def test_an_order_that_only_the_remark_names(kind: str, column: str, rule: str) -> None:
    """千牛's line is about the order of its own column, else the one in `订单{…}`, else none."""
    remark = f"订单{{{NO}}}退款"
    rows = _read(kind, {column: "11", "备注": remark}, {column: "", "备注": remark}, {column: "", "备注": "服务费"})
    assert [(row.order_no, row.order_rule) for row in rows] == [("11", rule), (NO, "qianniu.remark"), ("", "")]


FEES = [
    (
        "alimama_account_flow",
        "交易类型",
        ["扣款", "充值", "冻结", "付款"],
        ["ad_spend", "top_up", "transfer", "unclassified"],
    ),
    (
        "qianniu_fund_detail_month",
        "入帐类型",
        ["交易收款", "交易退款(售后)", "新费"],
        ["payment", "refund", "unclassified"],
    ),
    ("wxpay_fund_bill", "业务类型", ["交易", "退款", "扣除交易手续费"], ["payment", "refund", "payment_fee"]),
    ("wxstore_fund", "动帐类型", ["订单支付", "达人佣金", "新费"], ["payment", "affiliate", "unclassified"]),
]


@pytest.mark.parametrize(("kind", "column", "words", "fees"), FEES, ids=[kind for kind, *_ in FEES])
def test_a_word_of_the_platform_is_a_fee_class(kind: str, column: str, words: list[str], fees: list[str]) -> None:
    """A line is what the platform's word says; a word that is not known leaves it unclassified, not passed over."""
    assert [row.fee_type for row in _read(kind, *({column: word} for word in words))] == fees


OLDER = [
    ("wxstore_fund", ("关联礼物单号",), ()),
    ("taobao_order_list_2018", (), ("支付单号", "支付详情", "主订单编号")),
    ("taobao_order_list_2026", ("买家实付金额", "是否主动赔付", "主动赔付出账时间"), ("自选字段",)),
    ("qianniu_expense_day_summary", ("本月付款", "本月交易额", "支出金额合计（元）", "币种"), ()),
    ("qianniu_expense_day_summary", ("开票方向", "账单金额", "扣费金额合计 (元）"), ()),
]


@pytest.mark.parametrize(("kind", "without", "more"), OLDER)
def test_columns_come_and_go(kind: str, without: tuple[str, ...], more: tuple[str, ...]) -> None:
    """Older, newer and self-chosen column sets of a format are still that format; what is new is kept as it is."""
    dress = _with_columns(DRESSES[kind], without=without, more=more)
    rows = truths(dress, 4)
    known, document = _known(made(dress, rows), dress.name)
    assert (known, document.quarantine, len(document.rows)) == (kind, [], len(rows))
    assert all(name in document.raw[0].payload for name in more)


def test_a_report_whose_name_lost_its_day_is_refused() -> None:
    """A day that stands only in the file's name is not guessed when the file was renamed."""
    dress = dataclasses.replace(DRESSES["wxt_item_report_zip_csv"], container="csv")
    file = SourceFile("download.csv", made(dress, truths(dress, 1)))
    with pytest.raises(FileBroken, match="不知道是哪一天"):
        identify(file).read(file, Facts(name=file.name, shop="shop_a"))


def test_the_same_plan_on_two_days_is_two_rows() -> None:
    """The day of the name is part of the key: tomorrow's report does not overwrite today's."""
    dress = DRESSES["wxt_item_report_zip_csv"]
    rows = truths(dress, 1)
    other = dataclasses.replace(dress, name="商品报表_20260902_e2cbd482.zip")
    first, second = (_known(made(one, rows), one.name)[1].rows for one in (dress, other))
    assert {row.row_key for row in first}.isdisjoint(row.row_key for row in second)


def _numeric_report() -> bytes:
    """A workbook of 89 columns that holds rates, counts and ids as numbers, as spreadsheets do."""
    import xlsxwriter

    dress, target = DRESSES["wxt_item_report_xlsx"], io.BytesIO()
    (row,) = truths(dress, 1, 1)
    numbers = {**row, "点击率": 0.03331, "花费": 0.30000000000000004, "主体ID": 728391234567, "点击量": 12.0}
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for place, name in enumerate(dress.columns):
            value = numbers[name]
            sheet.write(0, place, name)
            sheet.write(1, place, value.strftime("%Y-%m-%d") if hasattr(value, "strftime") else value)
    return target.getvalue()


def test_rates_of_the_workbook_are_fractions_and_its_numbers_are_exact() -> None:
    """A rate of 0.03331 is that fraction, 0.30000000000000004 is 30 fen, an item's number is its digits."""
    known, document = _known(_numeric_report())
    (row,) = document.rows
    assert known == "wxt_item_report_xlsx"
    assert [row.data[name] for name in ("点击率", "花费", "主体ID", "点击量")] == ["0.03331", 30, "728391234567", 12]


def test_a_workbook_that_says_it_has_one_cell_is_read_to_the_end() -> None:
    """天猫's template has a wrong `<dimension>`: all its rows are there."""
    dress = DRESSES["tmall_publish_template"]
    rows = truths(dress, 3)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made(dress, rows))) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b'<dimension ref="A1:R15"/>' in content
                content = content.replace(b'<dimension ref="A1:R15"/>', b'<dimension ref="A1"/>')
            copy.writestr(name, content)
    known, document = _known(target.getvalue())
    assert (known, len(document.rows)) == ("tmall_publish_template", len(rows))


def test_separators_in_a_sku_are_what_they_stood_for() -> None:
    """`#3B` is `;`; a `#` before anything that is no separator stays as it is."""
    (row,) = _read("qianniu_income_bill", {"sku": "1|颜色#3B#FF00AA#41"})
    assert row.data["sku"] == "1|颜色;#FF00AA#41"
