"""MT940 and MT942, how banks send statements to programs: `:61:` and `:86:` between an opening and a closing balance.

Read as real files have it, see the samples: no entry date, `30 February` as a value date (then the entry date counts),
a funds letter behind the mark, reversals (RC, RD), one decimal or none, several accounts in one file, information in
`?20` fields or in free words, frames of SWIFT or of a bank around it, control characters, no line end at the end.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from storage.archive import Facts
from storage.documents.control import compare, untotalled
from storage.documents.document import Control, Document, Quarantined, RawRow
from storage.documents.file import SourceFile
from storage.documents.rows import BankRow, DataRow
from storage.errors import CellInvalid, FileBroken, FileError

KIND = "mt940"
PLATFORM = "bank"
TITLE = "银行 MT940 / MT942 对账单"
VERIFIED = "real sample"
WALLET = "bank"

BYTES_MAX = 64 << 20
_CONTROLS = "\x00\x01\x03\x04\x1a\ufeff"
_KNOWN = re.compile(r"^:25:.*?^:(60[FM]|34F|61):", re.MULTILINE | re.DOTALL)
_TAG = re.compile(r":(\d\d[A-Z]?):(.*)")
_ENTRY = re.compile(r"(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d[\d,]*)(.*)", re.DOTALL)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d[\d,]*)")
_AMOUNT = re.compile(r"(\d{1,13})(?:,(\d{0,2}))?")
_PART = re.compile(r"\?(\d\d)")
_PURPOSE = (*(f"{number}" for number in range(20, 30)), "60", "61", "62", "63")


class Field(NamedTuple):
    """A tag with its text, line ends as LF; `no`: the line on which it begins."""

    no: int
    tag: str
    text: str


@dataclass
class Statement:
    """One account over some days; money in hundredths of `currency`, None where the file states no balance."""

    account: str = ""
    number: str = ""
    currency: str = ""
    opening_fen: int | None = None
    closing_fen: int | None = None
    days: list[str] = field(default_factory=list)
    entries: list[tuple[Field, str]] = field(default_factory=list)


def identify(file: SourceFile) -> bool:
    """A text with an account and, after it, a balance or an entry."""
    return file.form == "text" and ":25:" in file.begins and bool(_KNOWN.search(file.begins))


def read(file: SourceFile, facts: Facts) -> Document:
    """Every entry, + into the account: a line of the bank's books where it is CNY, else a document row.

    The account is the file's own. Raises FileError. An entry is told by its own words and the how-manieth of its like
    it is: banks give no number that all of them fill.
    """
    with file.opened() as stream:
        if len(stream.read(BYTES_MAX + 1)) > BYTES_MAX:
            raise FileBroken(file.name, "对账单大得放不进内存")
    statements = list(_statements(file.text))
    rows: list[BankRow | DataRow] = []
    raw: list[RawRow] = []
    quarantine: list[Quarantined] = []
    seen: Counter[tuple[str, str]] = Counter()
    for statement in statements:
        for entry, information in statement.entries:
            payload = {"账号": statement.account, "币种": statement.currency, "61": entry.text, "86": information}
            raw.append(RawRow(entry.no, {name: text for name, text in payload.items() if text}))
            try:
                rows.append(_row(statement, entry, information, seen))
            except FileError as error:
                quarantine.append(Quarantined(entry.no, error.code, error.message("zh"), error.who))
    days = [day for statement in statements for day in statement.days]
    days += [row.day if isinstance(row, BankRow) else row.at for row in rows]
    owner = next((statement.account for statement in statements if statement.account), facts.shop)
    return Document(
        KIND, PLATFORM, rows, raw, _control(statements, rows), quarantine, file.covers(days), owner, wallet=WALLET
    )


def _fields(text: str) -> Iterator[Field]:
    """Tags in their order; a line that begins with `-` or `{` ends a message, what stands outside is a frame."""
    current: Field | None = None
    for no, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        bare = line.strip(_CONTROLS)
        if (found := _TAG.match(bare)) or bare.startswith(("-", "{")):
            if current:
                yield current
            current = Field(no, found[1], found[2]) if found else None
        elif current:
            current = current._replace(text=f"{current.text}\n{bare}")
    if current:
        yield current


def _statements(text: str) -> Iterator[Statement]:
    current, last = Statement(), ""
    for one in _fields(text):
        if one.tag == "20" and (current.account or current.entries):
            yield current
            current = Statement()
        _note(current, one, last)
        last = one.tag
    yield current


def _note(statement: Statement, one: Field, last: str) -> None:
    """What the field says of its statement; tags that say nothing of money are left alone."""
    head = one.text.split("\n", 1)[0].strip()
    match one.tag:
        case "25":
            statement.account = head
        case "28" | "28C":
            statement.number = head
        case "34F":
            statement.currency = statement.currency or head[:3]
        case "60F" | "60M" | "62F" | "62M":
            if found := _BALANCE.fullmatch(head):
                statement.currency = statement.currency or found[3]
                statement.days += [day] if (day := _day(found[2])) else []
                fen = _fen(found[4]) * (1 if found[1] == "C" else -1)
                if one.tag[:2] == "62":
                    statement.closing_fen = fen
                elif statement.opening_fen is None:
                    statement.opening_fen = fen
        case "61":
            statement.entries.append((one, ""))
        case "86" if last == "61":
            statement.entries[-1] = (statement.entries[-1][0], one.text)


def _row(statement: Statement, entry: Field, information: str, seen: Counter[tuple[str, str]]) -> BankRow | DataRow:
    """The entry as a row. Raises CellInvalid."""
    found = _ENTRY.fullmatch(entry.text.replace("\n", "", 1) if "," not in entry.text.split("\n")[0] else entry.text)
    if found is None:
        raise CellInvalid("61", entry.text[:60], "不是 MT940 的一笔")
    value, booked, mark, _, amount, rest = found.groups()
    amount_fen = _fen(amount) * (1 if mark in {"C", "RD"} else -1)
    day = _booked(value, booked)
    if not day:
        raise CellInvalid("61", entry.text[:60], "没有这样的日期")
    if not statement.currency:
        raise CellInvalid("60F", "", "对账单没有写币种")
    summary, counterparty = told(information)
    like = "|".join(" ".join(text.split()) for text in (entry.text, information))
    seen[statement.account, like] += 1
    n = seen[statement.account, like]
    if statement.currency == "CNY":
        return BankRow(entry.no, statement.account, f"{like}|{n}", day, summary, counterparty, amount_fen)
    data: dict[str, str | int] = {
        "摘要": summary, "对方户名": counterparty, "对账单号": statement.number, "附注": " ".join(rest.split()),
        "金额": amount_fen, "起息日": _day(value), "冲正": "是" if mark[0] == "R" else "",
    }  # fmt: skip
    return DataRow(
        entry.no, KIND, PLATFORM, statement.account, like, n, "", "", "", day, amount_fen, statement.currency,
        "", "", {name: said for name, said in data.items() if said},
    )  # fmt: skip


def told(information: str) -> tuple[str, str]:
    """(what it was for, the other party) by a `:86:`; free words say no party apart."""
    text = information.replace("\n", "")
    pieces = _PART.split(text)
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    if not parts.keys() & {"00", "20", "32"}:
        return " ".join(information.split()), ""
    purpose = (parts.get("00", ""), *(parts.get(name, "") for name in _PURPOSE))
    return " ".join(" ".join(purpose).split()), " ".join(f"{parts.get('32', '')}{parts.get('33', '')}".split())


def _booked(value: str, booked: str | None) -> str:
    """The day of the entry: the booking day, its year that of the value date or the one next to it; "" for none."""
    if not booked:
        return _day(value)
    year, month, entered = int(value[:2]), int(value[2:4]), int(booked[:2])
    year += 1 if month - entered > 6 else -1 if entered - month > 6 else 0
    return _day(f"{year % 100:02d}{booked}") or _day(value)


def _day(text: str) -> str:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6])).isoformat()
    except ValueError:
        return ""


def _fen(text: str) -> int:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise CellInvalid("金额", text[:30], "不是金额")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _control(statements: list[Statement], rows: list[BankRow | DataRow]) -> Control:
    """Opening and sum beside closing of each account and currency: one statement begins where the last one ended."""
    stated: Counter[str] = Counter()
    for one in statements:
        if one.opening_fen is not None and one.closing_fen is not None:
            stated[f"{one.account} {one.currency} 期末减期初"] += one.closing_fen - one.opening_fen
    if not stated:
        return untotalled(len(rows))
    computed: Counter[str] = Counter(dict.fromkeys(stated, 0))
    for row in rows:
        account, currency = (row.account, "CNY") if isinstance(row, BankRow) else (row.shop, row.currency)
        computed[f"{account} {currency} 期末减期初"] += row.amount_fen
    return compare(stated, computed)
