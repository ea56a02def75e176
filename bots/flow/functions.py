"""What an expression may call: dates, text, numbers, money and lists. Pure; `today` is handed in.

A function gets plain values (text, int, Decimal, date, list, mapping) and returns one; a value of the wrong sort
raises `Refused` with a sentence in both languages.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final
from unicodedata import normalize

from bots.flow.language import Bilingual
from bots.flow.patterns import extract, extract_all
from bots.flow.problem import Refused

MAX_DAYS: Final = 3_660
MAX_TEXT: Final = 1_000_000
MAX_DIGITS: Final = 40


@dataclass(frozen=True, slots=True)
class Function:
    """A callable of the language: `takes` is its argument list as shown to people, `least`..`most` its arity."""

    name: str
    zh: str
    call: Callable[..., object]
    least: int
    most: int
    title: Bilingual
    example: str
    needs_today: bool = False


def to_date(value: object) -> date:
    """Return a date from a date, a datetime or text like 2026-11-20, 2026/11/20, 20261120, 2026年11月20日."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    digits = [part for part in "".join(c if c.isdigit() else " " for c in text).split(" ") if part]
    if len(digits) == 1 and len(digits[0]) == 8:
        digits = [digits[0][:4], digits[0][4:6], digits[0][6:]]
    try:
        year, month, day = (int(part) for part in digits[:3])
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise Refused(
            "E-DATE",
            f"“{text}”不是日期；请写成 2026-11-20 这样。",
            f'"{text}" is not a date; write it like 2026-11-20.',
            found=text,
        ) from None


def to_month(value: object) -> str:
    """Return `2026-11` from a date or from text that begins with a year and a month."""
    text = str(value).strip()
    digits = [part for part in "".join(c if c.isdigit() else " " for c in text).split(" ") if part]
    if len(digits) == 1 and len(digits[0]) == 6:
        digits = [digits[0][:4], digits[0][4:]]
    if len(digits) == 2 and len(digits[0]) == 4 and 1 <= int(digits[1]) <= 12:
        return f"{digits[0]}-{int(digits[1]):02}"
    return f"{to_date(value):%Y-%m}"


def to_number(value: object) -> Decimal:
    """Return the exact number in a value: 1,234.50, ¥12, １２ and (3.00) for minus three are understood."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    text = normalize("NFKC", str(value)).strip()
    bare = text.replace(",", "").replace("¥", "").replace("￥", "").replace("元", "").replace(" ", "")
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    try:
        number = Decimal(bare)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise Refused(
            "E-NUMBER",
            f"“{value}”不是数字；请写成 1234.50 这样。",
            f'"{value}" is not a number; write it like 1234.50.',
            found=str(value),
        )
    if number and abs(number.adjusted()) > MAX_DIGITS:
        raise Refused("E-LIMIT", "这个数太大或太小。", "The number is too large or too small.", found=str(value)[:40])
    return number


def to_list(value: object) -> list[Any]:
    """Return the items of a list, or of text with its parts parted by commas, 、 or new lines."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        text = value.replace("，", ",").replace("、", ",").replace("\n", ",")
        return [part.strip() for part in text.split(",") if part.strip()]
    return [value]


def _whole(value: object) -> int:
    number = to_number(value)
    if number != number.to_integral_value():
        raise Refused("E-NUMBER", f"“{value}”不是整数。", f'"{value}" is not a whole number.', found=str(value))
    return int(number)


def _days_count(value: object) -> int:
    count = _whole(value)
    if abs(count) > MAX_DAYS:
        raise Refused(
            "E-LIMIT", f"天数 {count} 太大，最多 {MAX_DAYS} 天。", f"{count} days is too many, at most {MAX_DAYS}."
        )
    return count


def _shift(start: date, days: int) -> date:
    try:
        return start + timedelta(days=days)
    except OverflowError:
        raise Refused("E-DATE", "日期超出了范围。", "The date is out of range.") from None


def _month_end(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1) if day.year < 9999 else day.replace(day=28)
    return following - timedelta(days=1)


def _workday(day: object, count: object) -> date:
    current, left = to_date(day), _days_count(count)
    step = 1 if left >= 0 else -1
    while left:
        current = _shift(current, step)
        if current.weekday() < 5:
            left -= step
    return current


def _day_range(first: object, last: object) -> list[date]:
    start, end = to_date(first), to_date(last)
    _days_count((end - start).days)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def _month_range(first: object, last: object) -> list[str]:
    months = [to_month(first)]
    end = to_month(last)
    while months[-1] < end and len(months) <= MAX_DAYS:
        year, month = (int(part) for part in months[-1].split("-"))
        months.append(f"{year + month // 12:04}-{month % 12 + 1:02}")
    return months if months[0] <= end else []


def _round2(value: object) -> Decimal:
    return to_number(value).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _numbers(values: Iterable[object]) -> list[Any]:
    """Return the values of `sum(list)` or `sum(a, b)`, empty cells left out."""
    given = list(values)
    items = to_list(given[0]) if len(given) == 1 else given
    return [item if isinstance(item, date) else to_number(item) for item in items if item not in (None, "")]


def _extreme(choose: Callable[[list[Any]], object]) -> Callable[..., object]:
    def call(*values: object) -> object:
        numbers = _numbers(values)
        if not numbers:
            raise Refused("E-EMPTY-LIST", "列表是空的，没有最大最小值。", "The list is empty.")
        if len({isinstance(number, date) for number in numbers}) > 1:
            raise Refused("E-TYPE", "日期和数字不能比较大小。", "A date cannot be compared with a number.")
        return choose(numbers)

    return call


def _length(value: object) -> int:
    if isinstance(value, (str, list, tuple, Mapping)):
        return len(value)
    return len(str(value))


def _replace(text: object, old: object, new: object) -> str:
    source = str(text)
    if not str(old):
        raise Refused("E-TYPE", "replace 的第二个参数不能是空的。", "The second argument of replace must not be empty.")
    if source.count(str(old)) * len(str(new)) > MAX_TEXT:
        raise Refused("E-LIMIT", "替换后的文字太长。", "The text would become too long.")
    return source.replace(str(old), str(new))


def _month(day: object) -> str:
    return to_month(day)


def _contains(whole: object, piece: object) -> bool:
    if isinstance(whole, (list, tuple, Mapping)):
        return piece in whole
    return str(piece) in str(whole)


def _split(text: object, separator: object) -> list[str]:
    return str(text).split(str(separator)) if str(separator) else list(str(text))


def _join(items: object, separator: object = "、") -> str:
    return str(separator).join(str(item) for item in to_list(items))


def _sort(items: object) -> list[Any]:
    """Return the items in rising order: as numbers when every one is a number, as dates, else as text."""
    given = to_list(items)
    if given and all(isinstance(item, date) for item in given):
        return sorted(given, key=to_date)
    try:
        return sorted(given, key=to_number)
    except Refused:
        return sorted(given, key=str)


def _item(items: object, index: object) -> object:
    if isinstance(items, Mapping) or not isinstance(items, (list, tuple)) or not items:
        raise Refused("E-EMPTY-LIST", "列表里没有内容。", "The list has nothing in it.")
    return items[_whole(index)]


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("contains", "包含", _contains, 2, 2, Bilingual("有没有这段文字或这一项", "whether it is in there"),
                 'contains(备注, "加急")'),
        Function("date", "日期", to_date, 1, 1, Bilingual("把文字变成日期", "text to a date"), 'date("2026/11/20")'),
        Function("days", "每一天", _day_range, 2, 2, Bilingual("从哪天到哪天的每一天", "every day from a to b"),
                 "days(month_start(today), yesterday)"),
        Function("days_ago", "几天前", lambda today, count: _shift(today, -_days_count(count)), 1, 1,
                 Bilingual("几天以前的日期", "the date n days ago"), "days_ago(7)", needs_today=True),
        Function("extract", "提取", extract, 2, 3,
                 Bilingual("文字里符合正则表达式的部分；第三个参数是没有时用什么",
                           "the part of a text that fits a pattern; the third argument is for when nothing does"),
                 'extract(备注, "[0-9]+")'),
        Function("extract_all", "全部提取", extract_all, 2, 2,
                 Bilingual("文字里每一处符合正则表达式的部分，是列表",
                           "every part of a text that fits a pattern, a list"),
                 'extract_all(备注, "[0-9]+")'),
        Function("first", "第一个", lambda items: _item(to_list(items), 0), 1, 1,
                 Bilingual("列表的第一项", "the first item"), "first(文件)"),
        Function("int", "整数", lambda value: int(to_number(value)), 1, 1,
                 Bilingual("去掉小数", "the whole part of a number"), 'int("12.0")'),
        Function("join", "连接", _join, 1, 2, Bilingual("把列表连成文字", "a list to text"), 'join(文件, ", ")'),
        Function("last", "最后一个", lambda items: _item(to_list(items), -1), 1, 1,
                 Bilingual("列表的最后一项", "the last item"), "last(文件)"),
        Function("left", "左边", lambda text, count: str(text)[: max(_whole(count), 0)], 2, 2,
                 Bilingual("文字左边几个字", "the first n characters"), "left(订单号, 6)"),
        Function("len", "长度", _length, 1, 1, Bilingual("几个字或几项", "characters or items"), "len(订单号)"),
        Function("list", "列表", to_list, 1, 1, Bilingual("把“甲,乙”变成列表", "text parted by commas to a list"),
                 'list("甲,乙")'),
        Function("lower", "小写", lambda text: str(text).lower(), 1, 1, Bilingual("变成小写", "lower case"),
                 "lower(商家编码)"),
        Function("max", "最大", _extreme(max), 1, 50, Bilingual("最大的数", "the largest number"), "max(库存, 0)"),
        Function("min", "最小", _extreme(min), 1, 50, Bilingual("最小的数", "the smallest number"), "min(库存, 100)"),
        Function("money", "金额", to_number, 1, 1, Bilingual("把“1,234.50”变成准确的数", "text to an exact amount"),
                 'money("1,234.50")'),
        Function("month", "月份", _month, 1, 1, Bilingual("日期所在的月份", "the month of a date"), "month(yesterday)"),
        Function("month_end", "月末", lambda day: _month_end(to_date(day)), 1, 1,
                 Bilingual("那个月的最后一天", "the last day of that month"), "month_end(today)"),
        Function("month_start", "月初", lambda day: to_date(day).replace(day=1), 1, 1,
                 Bilingual("那个月的第一天", "the first day of that month"), "month_start(today)"),
        Function("months", "每个月", _month_range, 2, 2, Bilingual("从哪月到哪月的每个月", "every month from a to b"),
                 'months("2026-01", today)'),
        Function("number", "数字", to_number, 1, 1, Bilingual("把文字变成数", "text to a number"), 'number("12.5")'),
        Function("replace", "替换", _replace, 3, 3, Bilingual("把一段文字换成另一段", "replace text"),
                 'replace(标题, " ", "")'),
        Function("right", "右边", lambda text, count: str(text)[-_whole(count) :] if _whole(count) > 0 else "", 2, 2,
                 Bilingual("文字右边几个字", "the last n characters"), "right(手机号, 4)"),
        Function("round2", "两位小数", _round2, 1, 1, Bilingual("四舍五入到分", "round half up to two decimals"),
                 "round2(单价 * 0.95)"),
        Function("sort", "排序", _sort, 1, 1, Bilingual("从小到大排好的列表", "the list in rising order"),
                 'sort(list("30,4,12"))'),
        Function("split", "拆分", _split, 2, 2, Bilingual("按分隔符拆成列表", "split into a list"),
                 'split(规格, ";")'),
        Function("strip", "去空格", lambda text: str(text).strip(), 1, 1,
                 Bilingual("去掉两头的空格", "without blanks at both ends"), "strip(商品ID)"),
        Function("sum", "合计", lambda *values: sum(_numbers(values), Decimal(0)), 1, 50,
                 Bilingual("加起来", "the sum"), "sum(金额)"),
        Function("text", "文字", lambda value: as_text(value), 1, 1, Bilingual("变成文字", "a value to text"),
                 "text(today)"),
        Function("today", "今天", lambda today: today, 0, 0, Bilingual("今天的日期", "today's date"), "today()",
                 needs_today=True),
        Function("upper", "大写", lambda text: str(text).upper(), 1, 1, Bilingual("变成大写", "upper case"),
                 "upper(商家编码)"),
        Function("workday", "工作日", _workday, 2, 2,
                 Bilingual("往后（负数往前）数几个周一到周五", "n days on (back if negative), Monday to Friday"),
                 "workday(today, -1)"),
        Function("yesterday", "昨天", lambda today: _shift(today, -1), 0, 0,
                 Bilingual("昨天的日期", "yesterday's date"), "yesterday", needs_today=True),
    )
}  # fmt: skip

BY_NAME: dict[str, Function] = {
    **FUNCTIONS,
    **{function.zh: function for function in FUNCTIONS.values()},
}
"""Functions under their English and their Chinese names."""

DAY_NAMES: frozenset[str] = frozenset({"today", "今天", "yesterday", "昨天"})
"""Functions that may be written without brackets, like a name."""


def as_text(value: object) -> str:
    """Return a value the way it is typed into a page: dates as 2026-11-20, numbers without an exponent, a gap as ''."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "、".join(as_text(item) for item in value)
    return str(value)
