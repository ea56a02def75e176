"""招商银行 信用卡: what was spent is plus, days are MM/DD of the month that the title says (converted PDF)."""

import re
from collections.abc import Sequence
from datetime import date

from storage.documents.amounts import Spent
from storage.documents.layout import Layout
from storage.errors import CellInvalid

_MONTH = re.compile(r"(20\d\d)年(\d\d?)月")
_DAY = re.compile(r"(\d\d?)/(\d\d?)")


def _dated(lead: Sequence[str], column: str, text: str) -> str:
    """A day after the statement's month is one of the year before."""
    day, month = _DAY.fullmatch(text), _MONTH.search("\n".join(lead))
    if not text:
        return ""
    if not day or not month:
        raise CellInvalid(column, text, "不是 MM/DD，或者标题里没有账单的年月")
    year = int(month[1]) - (int(day[1]) > int(month[2]))
    try:
        return date(year, int(day[1]), int(day[2])).isoformat()
    except ValueError as error:
        raise CellInvalid(column, text, "没有这样的日期") from error


LAYOUT = Layout(
    "cmb_personal_credit",
    platform="bank",
    title="招商银行 信用卡账单",
    verified="described",
    header="交易日,记账日,交易摘要,人民币金额,卡号末四位,交易地金额",
    key=("交易日", "记账日", "交易摘要", "人民币金额", "卡号末四位"),
    blanks=("交易日", "卡号末四位"),
    needed=("交易日", "记账日", "交易摘要", "人民币金额", "卡号末四位"),
    ids=("卡号末四位",),
    days=("交易日", "记账日"),
    dated=_dated,
    money=("人民币金额",),
    at="记账日",
    amount=Spent("人民币金额"),
)
