"""Vouchers as sheets that 金蝶 and 用友 take in: CSV or XLSX, one row per line, in the column order of each.

用友 (U8 总账工具): date, word, number, attachments, words, account, debit, credit come first and in this order; one
voucher's lines stand together (100ksw.com, 用友U8凭证导入工具的使用方法). 金蝶 (KIS/K3 凭证引入): its own columns.
Reversals are red: negative on the side of the original.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables.ledger import jv, jv_line
from storage.erp.finance.chart import CHART, PAYABLE, RECEIVABLE
from storage.erp.finance.vouchers import REVERSAL

WORD = "记"
RED_FONT = "#C00000"
Value = str | int | Decimal


class VoucherLine(NamedTuple):
    """A voucher line with the head of its voucher; `dr`, `cr` in yuan, negative where it is a red one."""

    no: str
    number: int
    day: str
    document_day: str
    kind: str
    words: str
    author: str
    n: int
    account: str
    name: str
    dr: Decimal
    cr: Decimal
    platform: str
    shop: str
    sku: str
    party: str
    item: str
    currency: str
    foreign: Decimal


def yuan(fen: int) -> Decimal:
    """Exactly, with two decimals."""
    return Decimal(fen).scaleb(-2).quantize(Decimal("0.01"))


def voucher_lines(connection: Connection, first_day: str = "", last_day: str = "9999-12-31") -> Iterator[VoucherLine]:
    """Every line of the vouchers of these days, by number."""
    c, line = jv.c, jv_line.c
    query = (
        select(c.no, c.n, c.day, c.document_day, c.kind, c.words, c.author, line.n, line.account, line.dr_fen,
               line.cr_fen, line.platform, line.shop, line.sku, line.party, line.item, line.currency,
               line.foreign_cents)
        .join_from(jv, jv_line, line.no == c.no)
        .where(c.day.between(first_day, last_day))
        .order_by(c.no, line.n)
    )  # fmt: skip
    for row in connection.execute(query):
        dr, cr = (-row[10], -row[9]) if row.kind == REVERSAL else (row[9], row[10])
        yield VoucherLine(*row[:9], CHART[row[8]].name, yuan(dr), yuan(cr), *row[11:17], yuan(row[17]))  # type: ignore[call-arg]


def _kingdee(line: VoucherLine) -> list[Value]:
    currency = line.currency or "RMB"
    amount = abs(line.foreign) if line.currency else line.dr or line.cr
    return [
        line.day, int(line.day[:4]), int(line.day[5:7]), WORD, line.number, line.account, line.name, currency,
        line.currency or "人民币", amount, line.dr, line.cr, line.author or "自动", "", "", "", "", "", "",
        line.words, "", "", "", line.item, line.document_day, line.item, 0, line.n, "", line.kind, "", "",
        line.n, _aspects(line), 0, "" if line.author else "自动", "",
    ]  # fmt: skip


def _aspects(line: VoucherLine) -> str:
    """核算项目: `类别---代码---名称`, several separated by `;`."""
    told = (("平台", line.platform), ("店铺", line.shop), ("往来单位", line.party), ("物料", line.sku))
    return ";".join(f"{title}---{value}---{value}" for title, value in told if value)


def _yonyou(line: VoucherLine) -> list[Value]:
    customer = line.party if line.account == RECEIVABLE else ""
    supplier = line.party if line.account.startswith(PAYABLE[:4]) else ""
    return [
        line.day, WORD, line.number, 0, line.words[:60], line.account, line.dr, line.cr, "", line.foreign or "", "",
        line.author or "自动", "", line.item, line.document_day, "", "", customer, supplier, "", line.sku,
        line.platform, line.shop,
    ]  # fmt: skip


class Style(NamedTuple):
    """The columns of a program and how a line fills them."""

    title: str
    columns: tuple[str, ...]
    row: Callable[[VoucherLine], list[Value]]


KINGDEE_COLUMNS = (
    "凭证日期 会计年度 会计期间 凭证字 凭证号 科目代码 科目名称 币别代码 币别名称 原币金额 借方 贷方 制单 审核 核准 "
    "出纳 经办 结算方式 结算号 凭证摘要 数量 数量单位 单价 参考信息 业务日期 往来业务编号 附件数 序号 系统模块 "
    "业务描述 汇率类型 汇率 分录序号 核算项目 过账 机制凭证 现金流量"
)
YONYOU_COLUMNS = (
    "制单日期 凭证类别字 凭证号 附单据数 摘要 科目编码 借方金额 贷方金额 数量 外币 汇率 制单人 结算方式 票号 发生日期 "
    "部门编码 个人编码 客户编码 供应商编码 业务员 项目编码 自定义项1 自定义项2"
)
STYLES: dict[str, Style] = {
    "kingdee": Style("金蝶", tuple(KINGDEE_COLUMNS.split()), _kingdee),
    "yonyou": Style("用友", tuple(YONYOU_COLUMNS.split()), _yonyou),
}


def write_vouchers(connection: Connection, style: str, path: Path, first_day: str, last_day: str) -> int:
    """Write the vouchers of these days as `path` (.csv: UTF-8 with a mark, else a workbook); returns rows written."""
    chosen = STYLES[style]
    rows = (chosen.row(line) for line in voucher_lines(connection, first_day, last_day))
    write = _write_csv if path.suffix == ".csv" else _write_workbook
    return write(path, chosen, rows)


def _write_csv(path: Path, style: Style, rows: Iterable[list[Value]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(style.columns)
        for row in rows:
            writer.writerow([_plain(value) for value in row])
            count += 1
    return count


def _plain(value: Value) -> Value:
    """Text that a spreadsheet would compute gets an apostrophe; amounts are numbers and stay."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def _write_workbook(path: Path, style: Style, rows: Iterable[list[Value]]) -> int:
    """Constant memory; amounts are numbers with two decimals, red ones red; everything else is text as it is."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("凭证")
    head = book.add_format({"bold": True, "bottom": 1})
    money, red = (book.add_format({"num_format": "#,##0.00", **more}) for more in ({}, {"font_color": RED_FONT}))
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(style.columns):
        sheet.set_column(column, column, 42 if title in ("摘要", "凭证摘要") else max(10, 2 * len(title) + 4))
        sheet.write_string(0, column, title, head)
    count = 0
    for count, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(count, column, float(value), red if value < 0 else money)  # sheets have no other
            elif isinstance(value, int):
                sheet.write_number(count, column, value)
            elif value:
                sheet.write_string(count, column, value)
    book.close()
    return count
