"""微信支付 资金账单: backticks before all values, unsigned amounts beside a direction, totals in the last two lines."""

from storage.documents import fees
from storage.documents.amounts import Directed
from storage.documents.cells import Cell, as_text, fen, plain, unwrap, whole
from storage.documents.control import compare, missing
from storage.documents.document import Control
from storage.documents.layout import Layout
from storage.documents.rows import DataRow
from storage.documents.statements import Wallet
from storage.documents.table import Reading, Record, Table

_TOTALS = ("资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额")
_FEES = {"交易": "payment", "退款": "refund", "扣除交易手续费": "payment_fee"}


def _words(_column: str, cell: Cell) -> str:
    return plain(unwrap(as_text(cell)))


def _refund(row: DataRow) -> str:
    """The voucher of a refund is the refund's number."""
    return str(row.data.get("业务凭证号") or "") if row.data.get("业务类型") == "退款" else ""


def _is_totals(record: Record) -> bool:
    return unwrap(as_text(record.cells[0])) == _TOTALS[0]


def _control(_table: Table, reading: Reading[DataRow]) -> Control:
    into = [row.amount_fen for row in reading.rows if row.data["收支类型"] == "收入"]
    out = [row.amount_fen for row in reading.rows if row.data["收支类型"] == "支出"]
    into += [row.amount_fen for row in reading.quarantine if row.amount_fen > 0]
    out += [row.amount_fen for row in reading.quarantine if row.amount_fen < 0]
    counts = {"资金流水总笔数": len(reading.raw), "收入笔数": len(into), "支出笔数": len(out)}
    computed = {**counts, "收入金额": sum(into), "支出金额": -sum(out)}
    if len(reading.footer) < 2:
        return missing(computed, "最后两行合计")
    names = [unwrap(as_text(cell)) for cell in reading.footer[0].cells]
    values = dict(zip(names, (unwrap(as_text(cell)) for cell in reading.footer[1].cells), strict=False))
    if not set(_TOTALS) <= values.keys():
        return missing(computed, "、".join(sorted(set(_TOTALS) - values.keys())))
    stated = {name: whole(name, values[name]) if name.endswith("笔数") else fen(name, values[name]) for name in _TOTALS}
    return compare(stated, computed)


LAYOUT = Layout(
    "wxpay_fund_bill",
    platform="wxpay",
    title="微信支付 资金账单",
    verified="described",
    header="记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号",
    key=("资金流水单号",),
    needed=("记账时间", "微信支付业务单号", "资金流水单号", "业务类型", "收支类型", "收支金额(元)", "业务凭证号"),
    ids=("微信支付业务单号", "资金流水单号", "业务凭证号"),
    moments=("记账时间",),
    money=("收支金额(元)", "账户结余(元)"),
    order=("业务凭证号", "wxpay.voucher_no"),
    at="记账时间",
    amount=Directed("收支金额(元)", "收支类型", plus="收入", minus="支出"),
    reads=dict.fromkeys(("业务名称", "业务类型", "收支类型", "资金变更提交申请人", "备注"), _words),
    classify=fees.by_word("业务类型", "wxpay", _FEES),
    ends=_is_totals,
    control=_control,
    books=Wallet("wxpay", "practice", business="业务类型", refund_of=_refund),
)
