"""A warehouse's own snapshot beside the books: what differs is listed in words, and nothing is ever overwritten."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import raw_file, raw_row
from storage.erp.stock.errors import StockError
from storage.erp.stock.history import stock_as_of
from storage.row_text import row_said

PLACE = ("仓库编码", "仓库代码", "仓库")
CODE = ("商家编码", "商品编码", "货品编码", "SKU编码", "SKU")
QTY = ("在库数量", "库存数量", "实物库存", "在库")
AT = ("快照时间", "盘点时间", "库存时间")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?")


class SnapshotWrong(StockError):
    """A row of a snapshot cannot be compared; no row is, so that a wrong file does not look like a loss."""

    code = "E-SNAPSHOT"
    zh = "库存快照第 {row_no} 行：{what}"
    en = "row {row_no} of the stock snapshot: {what}"
    zh_hint = "请让仓库重新导出，或补上快照的时间和仓库再比；账面没有改动"
    en_hint = "export it again, or say the moment and the warehouse; the books are as they were"

    def __init__(self, row_no: int, what: str) -> None:
        super().__init__(row_no=row_no, what=what)


class SnapshotRow(NamedTuple):
    """So many pieces lay there as the warehouse says. `as_of`: a moment `YYYY-MM-DD HH:MM:SS`, or a day, at its end.

    Rows of one code in one warehouse (lot by lot, bin by bin) add up.
    """

    warehouse: str
    code: str
    qty: int
    as_of: str
    file_sha: str = ""
    row_no: int = 0


class SnapshotDifference(NamedTuple):
    """One code of one warehouse that is not as the books have it. `row_no` 0: the snapshot does not name the code."""

    warehouse: str
    code: str
    as_of: str
    snapshot_qty: int
    book_qty: int
    words: str
    file_sha: str
    row_no: int

    @property
    def gap_qty(self) -> int:
        """Pieces that the warehouse has more than the books."""
        return self.snapshot_qty - self.book_qty


def compare(snapshot: Iterable[SnapshotRow], books: Mapping[tuple[str, str], int]) -> list[SnapshotDifference]:
    """What the rows of one moment say otherwise than the balances of that moment, by warehouse and code. Pure.

    A snapshot is of whole warehouses: a code that the books have there and the snapshot does not name is told as none.
    Warehouses that the snapshot does not name are not compared.
    """
    told: dict[tuple[str, str], list[SnapshotRow]] = defaultdict(list)
    first_of: dict[str, SnapshotRow] = {}
    for row in snapshot:
        told[row.warehouse, row.code].append(row)
        first_of.setdefault(row.warehouse, row)
    known = {key for key, qty in books.items() if qty and key[0] in first_of}
    found = []
    for place, code in sorted(told.keys() | known):
        rows, book = told.get((place, code), []), books.get((place, code), 0)
        qty = sum(row.qty for row in rows)
        if qty != book:
            from_row = rows[0] if rows else first_of[place]._replace(row_no=0)
            words = _words(place, code, from_row.as_of, (qty, book), named=bool(rows))
            found.append(
                SnapshotDifference(place, code, from_row.as_of, qty, book, words, from_row.file_sha, from_row.row_no)
            )
    return found


def _words(place: str, code: str, as_of: str, pieces: tuple[int, int], *, named: bool) -> str:
    qty, book = pieces
    told = f"仓库快照 {qty} 件" if named else "仓库快照里没有它"
    more = f"仓库{'多' if qty > book else '少'} {abs(qty - book)} 件"
    return f"{place} {code}：{told}，截至 {as_of} 账面 {book} 件，{more}；账面没有改动，查明后做盘点单"


def snapshot_differences(connection: Connection, snapshot: Iterable[SnapshotRow]) -> list[SnapshotDifference]:
    """What the warehouses say otherwise than the moves up to each row's moment; only read, never written (RPA-03)."""
    by_moment: dict[str, list[SnapshotRow]] = defaultdict(list)
    for row in snapshot:
        by_moment[row.as_of].append(row)
    return [one for as_of in sorted(by_moment) for one in compare(by_moment[as_of], stock_as_of(connection, as_of))]


def read_snapshot(connection: Connection, file_sha: str, *, as_of: str = "", warehouse: str = "") -> list[SnapshotRow]:
    """The rows of an archived file as a snapshot, read or parked (a count after the opening is), by its columns' names.

    `as_of` and `warehouse` hold where the file does not say; without `as_of` the last day that the file covers does.
    A row without a code (a total) is none. Raises SnapshotWrong for a row without moment, warehouse or whole number.
    """
    f, r = raw_file.c, raw_row.c
    file = connection.execute(select(f.period_to, f.titles).where(f.file_sha == file_sha)).first()
    last_day, titles = file if file is not None else ("", "")
    query = select(r.row_no, r.payload).where(r.file_sha == file_sha).order_by(r.row_no)
    told = ((row_no, row_said(payload, titles)) for row_no, payload in connection.execute(query))
    return rows_of(told, file_sha, as_of=as_of or last_day, warehouse=warehouse)


def rows_of(
    told: Iterable[tuple[int, Mapping[str, str]]], file_sha: str, *, as_of: str = "", warehouse: str = ""
) -> list[SnapshotRow]:
    """The rows of a file, each with its number, as a snapshot; `as_of` and `warehouse` where a row does not say. Pure.

    Raises SnapshotWrong as `read_snapshot`.
    """
    rows = []
    for row_no, payload in told:
        said: dict[str, str] = {title: text.strip() for title, text in payload.items()}
        if code := _first(said, CODE):
            moment = _moment(row_no, _first(said, AT) or as_of)
            place = _first(said, PLACE) or warehouse
            if not place:
                raise SnapshotWrong(row_no, "没有写是哪个仓库")
            rows.append(SnapshotRow(place, code, _pieces(row_no, _first(said, QTY)), moment, file_sha, row_no))
    if not rows:
        raise SnapshotWrong(0, f"没有一行有商品编码（{'、'.join(CODE)}）")
    return rows


def _first(said: Mapping[str, str], titles: Sequence[str]) -> str:
    return next((said[title] for title in titles if said.get(title)), "")


def _moment(row_no: int, text: str) -> str:
    if not _MOMENT.fullmatch(text):
        raise SnapshotWrong(row_no, f"快照的时间「{text}」不是 年-月-日 时:分:秒")
    return text


def _pieces(row_no: int, text: str) -> int:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise SnapshotWrong(row_no, f"数量「{text}」不是数字") from error
    if not number.is_finite() or number != int(number):
        raise SnapshotWrong(row_no, f"数量「{text}」不是整数")
    return int(number)
