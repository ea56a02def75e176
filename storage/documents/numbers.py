"""Amounts, rates and moments in the spellings of many countries, exact: a value is read whole or refused."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from zoneinfo import ZoneInfo

from storage.documents import cells
from storage.documents.cells import Cell
from storage.errors import CellDestroyed, CellInvalid

_CURRENCY = re.compile(r"^([+-]?)\s*(?:US\$|HK\$|NT\$|S\$|RM|Rp|[$€£¥￥₫฿₱]|[A-Z]{3})?\s*([+-]?)\s*")
_SLASHED = re.compile(r"(\d\d?)/(\d\d?)/\d{4}")
_BRACKETED = re.compile(r"\((.+)\)")
_RATE = re.compile(r"([+-]?\d+(?:\.\d+)?)(%?)")
_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 (spreadsheets know no time zones)
_STAMP = re.compile(r"导出时间[：:]\s*\[?(\d{4})[-年/](\d\d?)[-月/](\d\d?)日?\s*(\d\d:\d\d:\d\d)")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_MINUTE = re.compile(r"(?<!\d)(20\d\d)([01]\d)([0-3]\d)([0-2]\d)([0-5]\d)(?!\d)")
_EPOCH = re.compile(r"(?<!\d)(1[5-9]\d{8})(?!\d)")


@dataclass(frozen=True)
class Style:
    """How a source writes amounts: its decimal mark; `bracketed`: whether `(1.00)` means minus.

    The mark `?` is told by each amount: `1.234,50` and `95,00` as `1,234.50`; `1.204` could be either and is refused.
    """

    decimal: str = "."
    bracketed: bool = False


CHINA = Style()
POINT = Style(bracketed=True)
COMMA = Style(decimal=",")
EITHER = Style(decimal="?", bracketed=True)


def amount(column: str, cell: Cell, style: Style = CHINA) -> int:
    """Money in fen, a hundredth of the currency. Raises CellInvalid when it is empty or not an exact amount."""
    found = money(column, cell, style)
    if found is None:
        raise CellInvalid(column, "", "金额是空的")
    return found


def money(column: str, cell: Cell, style: Style = CHINA) -> int | None:
    """Money in fen, None for every spelling of nothing. Raises CellInvalid, CellDestroyed."""
    if not isinstance(cell, str):
        return None if cell is None or cells.is_nan(cell) else cells.fen(column, cell)
    return _money(column, cell, style)


@lru_cache(maxsize=1 << 16)
def _money(column: str, text: str, style: Style) -> int | None:
    text = cells.unwrap(text)
    if cells.is_empty(text):
        return None
    sign = ""
    if style.bracketed and (inner := _BRACKETED.fullmatch(text)):
        sign, text = "-", inner[1]
    lead = _CURRENCY.match(text)
    assert lead is not None
    sign = "-" if "-" in (sign, lead[1], lead[2]) else ""
    digits = text[lead.end() :].removesuffix("元").strip()
    if (_mark(column, digits) if style.decimal == "?" else style.decimal) == ",":
        digits = digits.replace(".", "").replace(",", ".")
    return cells.fen(column, sign + digits)


def _mark(column: str, digits: str) -> str:
    """The last mark is the decimal one where there are both, or where at most two digits follow it."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0 or len(digits) - last <= 3 or ("." in digits and "," in digits):
        return digits[last] if last >= 0 else "."
    if digits.count(digits[last]) == 1:
        raise CellInvalid(column, digits, "看不出是千位还是小数")
    return "," if digits[last] == "." else "."


def rate(column: str, cell: Cell) -> str:
    """A rate as the exact text of a fraction: `5%` is "0.05"; "" for nothing. Raises CellInvalid."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and isfinite(cell):
        return str(Decimal(repr(cell)).normalize())
    text = cells.unwrap(cells.as_text(cell)).replace(",", "")
    if cells.is_empty(text):
        return ""
    match = _RATE.fullmatch(text)
    if not match:
        raise CellInvalid(column, text, "不是比率")
    value = Decimal(match[1]) / (100 if match[2] else 1)
    return f"{value.normalize():f}"


def moment(column: str, cell: Cell, formats: tuple[str, ...] = (), *, required: bool = False) -> str:
    """`YYYY-MM-DD HH:MM:SS`, "" when empty and not required. A number is days since 1899-12-30, as sheets keep them.

    A moment that Excel wrote again (`2026/9/10 8:00`) is refused unless `formats` says that the source writes so.
    """
    if isinstance(cell, float | int) and not isinstance(cell, bool) and not cells.is_nan(cell):
        return _from_serial(column, float(cell)).isoformat(" ")
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return f"{cell.isoformat()} 00:00:00"
    text = " ".join(cells.unwrap(cells.as_text(cell)).split()) if isinstance(cell, str) else ""
    for shape in formats if text else ():
        try:
            return datetime.strptime(text, shape).replace(microsecond=0, tzinfo=None).isoformat(" ")  # noqa: DTZ007
        except ValueError:
            continue
    return cells.moment(column, text or cell, required=required)


def day(column: str, cell: Cell, formats: tuple[str, ...] = (), *, required: bool = False) -> str:
    """`YYYY-MM-DD`, "" when empty and not required."""
    if isinstance(cell, float | int) and not isinstance(cell, bool) and not cells.is_nan(cell):
        return _from_serial(column, float(cell)).isoformat()[:10]
    text = cells.unwrap(cells.as_text(cell))
    if cells.is_empty(text) and not required:
        return ""
    for shape in formats:
        try:
            return datetime.strptime(text, shape).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    return cells.day(column, cell)


def day_order(column: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The strptime format of `28/09/2026` or `09/28/2026`, told by a day above the twelfth; () for other spellings.

    Raises CellInvalid where all days could be months: whole statements would be booked into wrong months.
    """
    last = ""
    for text in texts:
        match = _SLASHED.fullmatch(text)
        if not match:
            continue
        if int(match[1]) > 12:
            return ("%d/%m/%Y",)
        if int(match[2]) > 12:
            return ("%m/%d/%Y",)
        last = text if match[1] != match[2] else last
    if last:
        raise CellInvalid(column, last, "看不出哪个是日、哪个是月；请导出包含 13 日以后的一段日期")
    return ("%d/%m/%Y",)


def _from_serial(column: str, days: float) -> datetime:
    if not 20_000 <= days < 80_000:
        raise CellDestroyed(column, repr(days), "时间变成了数字")
    return _EPOCH_1900 + timedelta(seconds=round(days * 86_400))


def exported_at(name: str, lead: list[str]) -> str:
    """When the source made the file, by its preamble, or the epoch or `201903121048` in its name, ISO 8601 UTC.

    "" where none of them says, or says a moment that there is not.
    """
    if stamp := _STAMP.search("\n".join(lead)):
        return _from_shanghai(f"{stamp[1]}-{int(stamp[2]):02d}-{int(stamp[3]):02d} {stamp[4]}")
    if epoch := _EPOCH.search(name):
        return datetime.fromtimestamp(int(epoch[1]), UTC).isoformat(timespec="seconds")
    if minute := _MINUTE.search(name):
        return _from_shanghai("{}-{}-{} {}:{}:00".format(*minute.groups()))
    return ""


def _from_shanghai(text: str) -> str:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return local.replace(tzinfo=_SHANGHAI).astimezone(UTC).isoformat(timespec="seconds")
