"""What the personal bills of 支付宝, 微信支付 and 京东 share: their preamble, and the three directions of a line.

A neutral line (不计收支, 中性交易) moves one's own money: its amount stays unsigned, as the bill has it. The preamble's
totals are anonymised in the samples and, as the bill itself says, may differ: they are said, and bind nobody.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from storage.archive import Facts
from storage.documents.cells import fen
from storage.documents.control import compare, missing
from storage.documents.document import Control, Document
from storage.documents.file import SourceFile
from storage.documents.rows import BillRow
from storage.documents.table import Record, Table, read_records
from storage.errors import CellInvalid

DIRECTIONS = {"收入": "income", "支出": "expense", "不计收支": "neutral", "": "neutral"}  # 微信 writes / for neutral

_SPAN = re.compile(r"起始时间：\[?(\d{4}-\d\d-\d\d)[^\]\t终]*\]?\s*终止时间：\[?(\d{4}-\d\d-\d\d)")
_COUNT = re.compile(r"共：?(\d+)笔记录")
_TOTAL = re.compile(r"(收入|支出|不计收支|中性交易)：(\d+)笔[\s，]*(-?[\d,.]+)元")
_NAMES = {"收入": "income", "支出": "expense", "不计收支": "neutral", "中性交易": "neutral"}
_WORDS = {"income": "收入", "expense": "支出", "neutral": "不计收支"}


Line = Callable[[Record, str, Counter[tuple[str, str]]], BillRow]
"""Reads one record; takes the shop and how often each (flow number, fee) came so far, and counts itself."""


def bill(file: SourceFile, table: Table, facts: Facts, what: tuple[str, str], owner: re.Pattern[str],
         line: Line) -> Document:  # fmt: skip
    """The document of `what` kind and platform; its shop is that of the facts, else the `owner` of the preamble."""
    lead = table.lead()
    named = owner.search("\n".join(lead))
    shop = facts.shop or (named[1] if named else "")
    seen: Counter[tuple[str, str]] = Counter()
    reading = read_records(table, lambda record: (line(record, shop, seen),))
    period = span(lead) or file.covers(row.at for row in reading.rows)
    stated = control(lead, reading.rows, len(reading.raw))
    return Document(*what, reading.rows, reading.raw, stated, reading.quarantine, period, shop)


def direction(text: str) -> str:
    """income | expense | neutral. Raises CellInvalid."""
    if text not in DIRECTIONS:
        raise CellInvalid("收/支", text, "应为 收入、支出 或 不计收支")
    return DIRECTIONS[text]


def signed(kind: str, amount_fen: int) -> int:
    """Expense negative; income and neutral as the bill has them."""
    return -amount_fen if kind == "expense" else amount_fen


def span(lead: Sequence[str]) -> tuple[str, str] | None:
    """The days that the bill was asked for, if it says so."""
    match = _SPAN.search("\n".join(lead))
    return (match[1], match[2]) if match else None


def control(lead: Sequence[str], rows: Iterable[BillRow], counted: int) -> Control:
    """Stated and computed counts and sums; `counted` are all rows, quarantined ones too."""
    computed = {"总笔数": counted}
    for word in _WORDS.values():
        computed |= {f"{word}笔数": 0, f"{word}合计": 0}
    for row in rows:
        word = _WORDS[row.fee_type.removeprefix("personal_")]
        computed[f"{word}笔数"] += 1
        computed[f"{word}合计"] += abs(row.amount_fen)
    stated = _stated("\n".join(lead))
    if not stated:
        return missing(computed, "合计")._replace(binding=False)
    return compare(stated, computed, binding=False)


def _stated(lead: str) -> dict[str, int]:
    count = _COUNT.search(lead)
    stated = {"总笔数": int(count[1])} if count else {}
    for match in _TOTAL.finditer(lead):
        word = _WORDS[_NAMES[match[1]]]
        stated |= {f"{word}笔数": int(match[2]), f"{word}合计": fen(word, match[3])}
    return stated
