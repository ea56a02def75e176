"""Orders as django-oscar's dashboard writes them: UTF-8, header and dates in the dashboard's language, no lines.

Source: oscar/apps/dashboard/orders/views.py, OrderListView.CSV_COLUMNS; dates by Django's DATETIME_FORMAT
(`Aug. 3, 2026, 2:05 p.m.`, zh-hans `2026年8月3日 14:05`).
"""

import re
from datetime import datetime

from storage.archive import Facts
from storage.documents.control import untotalled
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import OrderRow
from storage.documents.table import Record, find_table, has_columns, read_records
from storage.errors import CellInvalid

KIND = "django_oscar_orders"
PLATFORM = "oscar"
TITLE = "django-oscar 订单"
VERIFIED = "real sample"

ENGLISH = ["Order number", "Order value", "Date of purchase", "Number of items", "Order status"]
CHINESE = ["订单号", "订单价值", "购买日期", "商品数", "订单状态"]
CLOSED = frozenset({"cancelled", "canceled", "已取消"})
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_ENGLISH_DATE = re.compile(r"([A-Za-z]+)\.? (\d{1,2}), (\d{4}), (?:(\d{1,2})(?::(\d\d))? ([ap])\.m\.|(noon|midnight))")
_CHINESE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日 (\d{1,2}):(\d\d)")


def identify(file: SourceFile) -> bool:
    """The dashboard's columns, in English or Chinese."""
    return has_columns(file, ENGLISH) or has_columns(file, CHINESE)


def read(file: SourceFile, facts: Facts) -> Document:
    """Every order. Raises FileError. The shop is that of the facts, else `oscar`; the file does not know payments."""
    names = ENGLISH if has_columns(file, ENGLISH) else CHINESE
    shop = facts.shop or "oscar"
    reading = read_records(find_table(file, names), lambda record: (_row(record, names, shop),))
    period = file.covers(row.created_at for row in reading.rows)
    control = untotalled(len(reading.raw))
    return Document(KIND, PLATFORM, reading.rows, reading.raw, control, reading.quarantine, period)


def _row(record: Record, names: list[str], shop: str) -> OrderRow:
    number, value, date, items, status = names
    return OrderRow(
        row_no=record.no,
        platform=PLATFORM,
        shop=shop,
        order_no=record.identity(number),
        status=record.plain(status),
        closed=record.plain(status).casefold() in CLOSED,
        paid_fen=record.fen(value),
        items=record.whole(items),
        created_at=placed_at(date, record.plain(date)),
    )


def placed_at(column: str, text: str) -> str:
    """`2026-08-03 14:05:00` for either spelling; the dashboard tells no seconds. Raises CellInvalid."""
    if match := _CHINESE_DATE.fullmatch(text):
        parts = [int(part) for part in match.groups()]
    elif match := _ENGLISH_DATE.fullmatch(text):
        parts = _english(match)
    else:
        raise CellInvalid(column, text, "不是 oscar 后台写的日期")
    try:
        return datetime(*parts).isoformat(" ")  # type: ignore[arg-type]  # noqa: DTZ001 - as the source wrote it
    except ValueError as error:
        raise CellInvalid(column, text, "没有这样的日期") from error


def _english(match: re.Match[str]) -> list[int]:
    month = MONTHS.index(match[1][:3].casefold()) + 1 if match[1][:3].casefold() in MONTHS else 0
    if match[7]:
        return [int(match[3]), month, int(match[2]), 12 if match[7] == "noon" else 0, 0]
    hour = int(match[4]) % 12 + (12 if match[6] == "p" else 0)
    return [int(match[3]), month, int(match[2]), hour, int(match[5] or 0)]
