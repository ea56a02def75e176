"""What one cell says: ids unwrapped, money exact, moments checked; what a spreadsheet program destroyed is refused.

Seen in real exports: six ways to wrap an id, twelve spellings of nothing, `¥1,234.00`, headers that differ in width.
A value is never repaired: a wrong id finds the wrong order, which costs more than a refused row.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isnan

from storage.errors import CellDestroyed, CellInvalid

Cell = str | int | float | bool | date | datetime | time | timedelta | None

WHOLE_CHARACTERS_MAX = 30
EXACT_DIGITS = 15  # what Excel keeps of a number; digits beyond are zeros
EMPTY = frozenset({"", "/", "null", "nan", "none"})

BLANKS = " \t\r\n\u3000\xa0\ufeff\u200b\u200c\u200d\u2060"
_FORMULA = re.compile(r'=\\?"(.*?)\\?"')
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_FLOATED = re.compile(r"\d{6,}\.0+")
_RESAVED = re.compile(r"\d{1,4}/\d{1,2}/\d{1,4}( \d{1,2}:\d{2}(:\d{2})?)?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONEY = re.compile(r"([+-]?)[¥￥]?([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?元?")
_WHOLE = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)")
_CENT = Decimal("0.01")


def header_name(cell: Cell) -> str:
    """A header as it is compared: width, blanks, 帐/账 and case do not matter."""
    folded = unicodedata.normalize("NFKC", unwrap(as_text(cell))).replace("帐", "账").casefold()
    return "".join(ch for ch in folded if ch not in BLANKS)


def as_text(cell: Cell) -> str:
    """The cell in words as a person sees it; whole floats without their `.0`."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**EXACT_DIGITS else repr(cell)
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)


def unwrap(text: str) -> str:
    """An id without its protection from Excel: TABs, blanks, leading `'` or backtick, `="…"`, quotes."""
    text = text.strip(BLANKS)
    if text[:1] not in ("'", "`", "=", '"', "\\"):
        return text
    if formula := _FORMULA.fullmatch(text):
        text = formula[1]
    elif text[0] in "'`":
        text = text[1:]
    elif len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text.strip(BLANKS)


def is_nan(cell: Cell) -> bool:
    """Whether a program that knows of no empty number wrote this one: it says nothing, as its name does."""
    return isinstance(cell, float) and isnan(cell)


def is_empty(text: str) -> bool:
    """Whether a stripped cell says "nothing": empty, dashes, a slash, null, nan."""
    return not text or (len(text) <= 4 and text.casefold() in EMPTY) or (text[0] == "-" and not text.strip("-"))


def plain(cell: Cell) -> str:
    """The words of a cell without blanks around them, "" for every spelling of nothing."""
    text = as_text(cell).strip(BLANKS)
    return "" if is_empty(text) else text


def identity(column: str, cell: Cell, *, required: bool = True) -> str:
    """An id as text. Raises CellDestroyed for what a program turned into a number, CellInvalid when it is missing."""
    if isinstance(cell, float) and not is_nan(cell) and not (cell.is_integer() and abs(cell) < 10**EXACT_DIGITS):
        raise CellDestroyed(column, repr(cell), "编号变成了浮点数，末尾几位已丢失")
    if isinstance(cell, date | time | timedelta):
        raise CellDestroyed(column, as_text(cell), "编号变成了日期")
    text = unwrap(as_text(cell))
    if is_empty(text):
        if required:
            raise CellInvalid(column, "", "编号是空的")
        return ""
    if "+" in text and _SCIENTIFIC.fullmatch(text):
        raise CellDestroyed(column, text, "编号变成了科学计数法")
    if "." in text and _FLOATED.fullmatch(text):
        raise CellDestroyed(column, text, "编号变成了小数")
    return text


def refuse_zero_tails(column: str, ids: Iterable[str]) -> None:
    """Refuse a whole column of long ids that all end in zeros after the 15th digit: Excel rounded them.

    One id may end in `0000` by chance; eight such digits together do so once in a hundred million files.
    """
    tails, example = "", ""
    for text in ids:
        if len(text) > EXACT_DIGITS and text.isdecimal():
            tails += text[EXACT_DIGITS:]
            example = example or text
            if tails.strip("0"):
                return
    if len(tails) >= 8:
        raise CellDestroyed(column, example, "所有编号的末尾都是 0，已被四舍五入到 15 位")


def moment(column: str, cell: Cell, *, required: bool = False) -> str:
    """`YYYY-MM-DD HH:MM:SS` as the source wrote it, "" when it is empty and may be.

    Raises CellDestroyed for `2026/9/10 8:00`, the tell-tale of a file saved again by Excel.
    """
    if isinstance(cell, datetime):
        return cell.replace(microsecond=0, tzinfo=None).isoformat(" ")
    if isinstance(cell, date):  # midnight to the second, as a workbook keeps it
        return f"{cell.isoformat()} 00:00:00"
    return _moment_text(column, as_text(cell), required)


@lru_cache(maxsize=1 << 16)
def _moment_text(column: str, cell: str, required: bool) -> str:
    """An order's moments repeat on each of its rows."""
    text = unwrap(cell)
    return "" if is_empty(text) and not required else _checked(column, text, _MOMENT)


def day(column: str, cell: Cell) -> str:
    """`YYYY-MM-DD`; a moment at that day is taken too. Raises as `moment`."""
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    text = unwrap(as_text(cell))
    return _checked(column, text, _MOMENT if _MOMENT.fullmatch(text) else _DAY)[:10]


def _checked(column: str, text: str, shape: re.Pattern[str]) -> str:
    if _RESAVED.fullmatch(text):
        raise CellDestroyed(column, text, "时间被改成了 Excel 的样子，秒已丢失")
    if not shape.fullmatch(text):
        raise CellInvalid(column, text, "不是 YYYY-MM-DD HH:MM:SS 这样的时间")
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise CellInvalid(column, text, "没有这样的日期") from error
    return text


def fen(column: str, cell: Cell, *, required: bool = True) -> int:
    """Money in integer fen. Raises CellInvalid for anything that is not an exact amount with at most two decimals.

    A number cell may carry float noise (`0.30000000000000004`): it is taken at two decimals when they say the same.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool) and not is_nan(cell):
        return _fen(column, Decimal(repr(cell)), noise=isinstance(cell, float))
    return _fen_text(column, as_text(cell), required)


@lru_cache(maxsize=1 << 16)
def _fen_text(column: str, cell: str, required: bool) -> int:
    """Amounts repeat within a file: each spelling is read once."""
    text = unwrap(cell)
    if is_empty(text):
        if required:
            raise CellInvalid(column, "", "金额是空的")
        return 0
    if _SCIENTIFIC.fullmatch(text):
        raise CellDestroyed(column, text, "金额变成了科学计数法")
    match = _MONEY.fullmatch(text)
    if not match or (match[1] and match[2]):
        raise CellInvalid(column, text, "不是金额")
    sign = "-" if "-" in (match[1], match[2]) else ""
    return _fen(column, Decimal(sign + match[3].replace(",", "") + (match[4] or "")))


def _fen(column: str, amount: Decimal, *, noise: bool = False) -> int:
    try:
        rounded = amount.quantize(_CENT)
    except InvalidOperation as error:
        raise CellInvalid(column, str(amount), "金额太大") from error
    if rounded != amount and not (noise and abs(rounded - amount) < Decimal("0.000001")):
        raise CellInvalid(column, str(amount), "金额超过两位小数")
    return int(rounded * 100)


def whole(column: str, cell: Cell, *, required: bool = True) -> int:
    """A whole number. Raises CellInvalid."""
    if isinstance(cell, int | float) and not is_nan(cell):
        if isinstance(cell, float) and not cell.is_integer():
            raise CellInvalid(column, repr(cell), "不是整数")
        if abs(cell) >= 10**EXACT_DIGITS:
            raise CellInvalid(column, repr(cell), "数字太大")
        return int(cell)
    text = unwrap(as_text(cell))
    if is_empty(text) and not required:
        return 0
    if not _WHOLE.fullmatch(text):
        raise CellInvalid(column, text, "不是整数")
    if len(text) > WHOLE_CHARACTERS_MAX:
        raise CellInvalid(column, f"{text[:20]}…", "数字太大")
    return int(text.replace(",", ""))
