"""Real exports that nobody here wrote: rows, amounts, and totals as stated beside those of the rows."""

from pathlib import Path

import pytest

from storage.archive import Facts
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import identify
from storage.documents.rows import DataRow

SAMPLES = Path(__file__).parent / "samples"


def _read(name: str) -> Document:
    file = SourceFile(name, SAMPLES / name)
    return identify(file).read(file, Facts())


def test_alipay_personal() -> None:
    """Ten lines of the GB18030 bill with exact signed amounts; the anonymised preamble is said to differ."""
    document = _read("alipay_personal.csv")
    assert document.kind == "alipay_personal"
    assert document.quarantine == []
    assert [(row.row_no, row.fee_type, row.amount_fen) for row in document.rows] == [
        (26, "personal_expense", -4974),
        (27, "personal_expense", -2000),
        (28, "personal_neutral", 1603),
        (29, "personal_neutral", 9934),
        (30, "personal_income", 22222850),
        (31, "personal_neutral", 8200),
        (32, "personal_neutral", 5000),
        (33, "personal_expense", -5000),
        (34, "personal_expense", -990),
        (35, "personal_expense", -8200),
    ]
    assert document.rows[0].flow_no == "202302xxxxxx0011000103xxxxxx"
    assert document.period == ("2023-02-10", "2023-02-13")
    assert document.owner == "xx@gmail.com"


def test_alipay_personal_totals_are_said_and_bind_nobody() -> None:
    """The bill warns that its totals may differ: the difference is in words, and the file is not held back."""
    control = _read("alipay_personal.csv").control
    assert (control.tie, control.binding) == (False, False)
    assert control.stated["收入合计"] == 2850
    assert control.computed["收入合计"] == 22222850
    assert "收入合计：文件写 ¥28.50，逐行算 ¥222,228.50" in control.words


def test_equal_flow_numbers_are_counted_not_lost() -> None:
    """Anonymised lines share one flow number: each stays a line of its own, the n-th of its like."""
    rows = _read("alipay_personal.csv").rows
    keys = [(row.flow_no, row.fee_type, row.n) for row in rows]
    assert len(set(keys)) == len(rows)
    assert ("xxxx", "personal_expense", 2) in keys


@pytest.mark.parametrize(("name", "first_row"), [("wechat_personal.csv", 18), ("wechat_personal.xlsx", 19)])
def test_wechat_personal(name: str, first_row: int) -> None:
    """The csv and the workbook of one bill give the same 27 lines, each with the row number of its own file."""
    document = _read(name)
    assert document.kind == "wxpay_personal"
    assert len(document.rows) == 27
    assert document.quarantine == []
    assert document.rows[0].row_no == first_row
    assert [row.amount_fen for row in document.rows[:6]] == [-2816, 35, -1200, -50000, 2300, 200000]
    assert document.rows[6].remark == "服务费¥0.10"
    assert document.rows[6].flow_no == "207210715100077148235523883175"
    assert document.control.tie is False
    assert document.control.stated["支出合计"] == 2816
    assert document.owner == "测试"


def test_wechat_csv_and_workbook_say_the_same() -> None:
    """Apart from row numbers, both forms of the bill are the same rows."""
    csv, workbook = _read("wechat_personal.csv"), _read("wechat_personal.xlsx")
    assert [row[1:] for row in csv.rows] == [row[1:] for row in workbook.rows]


def test_icbc() -> None:
    """Eleven lines, signed by their column; balances are anonymised and stay text; the footer is no line."""
    document = _read("icbc_debit_v1.csv")
    assert document.kind == "icbc_personal_debit"
    assert [row.amount_fen for row in document.rows] == [
        -1340,
        -123456,
        123456,
        -123456,
        123456,
        -50000,
        34158,
        -123456,
        3000,
        -2400,
        104,
    ]
    assert document.rows[0].day == "2023-05-02"
    assert document.rows[0].counterparty == "深圳市财付通支付科技有限公司"
    assert {row.account for row in document.rows} == {"1234****9876"}
    assert document.period == ("2023-02-08", "2023-05-02")


def test_icbc_totals_do_not_tie_and_bind() -> None:
    """The anonymised footer differs from the lines: said with both figures, and binding for a bank statement."""
    control = _read("icbc_debit_v1.csv").control
    assert control.stated == {"收入合计": 123456, "支出合计": 987654}
    assert control.computed == {"收入合计": 284174, "支出合计": 424108}
    assert (control.tie, control.binding) == (False, True)


def test_ccb_old_workbook() -> None:
    """Six lines of a real .xls with padded names: spent below zero, days whole, the account from its preamble."""
    document = _read("ccb_debit.xls")
    assert document.kind == "ccb_personal_xls"
    assert document.quarantine == []
    assert [row.amount_fen for row in document.rows if isinstance(row, DataRow)] == [
        -6700, -1678, -2000, -51502, -1806, -6640,
    ]  # fmt: skip
    first = document.rows[0]
    assert isinstance(first, DataRow)
    assert (first.at, first.currency, first.data["账户余额"]) == ("2025-01-01", "CNY", 217691)
    assert first.data["对方账号"] == "20883313166*****0156"
    assert document.owner == "xxxxx*********xxxx"


def test_cmb_converted() -> None:
    """Five lines that were converted from the bank's PDF: one signed column with thousands."""
    document = _read("cmb_debit.csv")
    assert document.kind == "cmb_personal_debit"
    assert document.quarantine == []
    amounts = [row.amount_fen for row in document.rows if isinstance(row, DataRow)]
    assert amounts == [123400, -100000, -300, -100000, -1014]
    assert document.period == ("2024-01-01", "2024-01-27")
