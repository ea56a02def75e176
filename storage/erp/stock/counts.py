"""Counting: what a count finds is compared with the books, and the difference becomes moves of the count's document."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.tables import quant
from storage.database.tables.lots import cell, stock_count_line
from storage.erp.stock.model import Details, Document, Identity, MoveRow, Piece
from storage.erp.stock.moves import free_qty, record_moves
from storage.erp.stock.picking import rules_of
from storage.erp.stock.reservations import give_up


class Counted(NamedTuple):
    """So many pieces were found; of a followed code, of this lot in this bin."""

    warehouse: str
    code: str
    qty: int
    lot_no: str = ""
    bin: str = ""


@dataclass(frozen=True)
class CountResult:
    """Lines that differed, pieces more and less, and the orders whose goods were not there."""

    differences: int
    gained: int
    lost: int
    given_up: tuple[str, ...]


def post_count(
    connection: Connection, document: Document, counted: Iterable[Counted], *, release: bool = False
) -> CountResult:
    """Bring the books to what was counted; a count that is in the books changes nothing, whatever is there by now.

    Goods that are missing although orders hold them: with `release` the youngest of these orders lose theirs
    (`given_up`), without it NotEnoughStock is raised and nothing is written.
    """
    c = stock_count_line.c
    if connection.execute(select(c.code).where(c.count_id == document.doc_id).limit(1)).first():
        return CountResult(0, 0, 0, ())
    rules = rules_of(connection)
    lines, moves = [], []
    pieces: dict[Identity, tuple[Piece, ...]] = {}
    given_up: list[str] = []
    for one in sorted(counted):
        book = _book_qty(connection, one, one.code in rules)
        words = f"账面 {book}，实盘 {one.qty}" + (f"，差 {one.qty - book:+d}" if one.qty != book else "，相符")
        lines.append({**_key(document, one), "book_qty": book, "counted_qty": one.qty, "explanation": words,
                      "at": document.at})  # fmt: skip
        if one.qty == book:
            continue
        row = _difference(document, one, book)
        if one.code in rules:
            pieces[row[:4]] = (Piece(one.lot_no, row.qty, one.bin),)
        lacking = book - one.qty - free_qty(connection, one.warehouse, one.code)
        if release and lacking > 0:
            given_up += give_up(connection, one.warehouse, one.code, lacking)
        moves.append(row)
    record_moves(connection, moves, Details(pieces))
    if lines:
        connection.execute(stock_count_line.insert(), lines)
    gained = sum(row.qty for row in moves if row.from_place == "count")
    lost = sum(row.qty for row in moves if row.to_place == "count")
    return CountResult(len(moves), gained, lost, tuple(given_up))


def _book_qty(connection: Connection, one: Counted, followed: bool) -> int:
    if followed:
        t = cell.c
        query = select(func.sum(t.on_hand)).where(
            t.warehouse == one.warehouse, t.code == one.code, t.lot_no == one.lot_no, t.bin == one.bin
        )
    else:
        query = select(quant.c.on_hand).where(quant.c.warehouse == one.warehouse, quant.c.code == one.code)
    return int(connection.execute(query).scalar() or 0)


def _key(document: Document, one: Counted) -> dict[str, object]:
    return {"count_id": document.doc_id, "warehouse": one.warehouse, "code": one.code, "lot_no": one.lot_no,
            "bin": one.bin}  # fmt: skip


def _difference(document: Document, one: Counted, book: int) -> MoveRow:
    line = "/".join(part for part in (one.warehouse, one.code, one.lot_no, one.bin) if part)
    ends = ("count", one.warehouse) if one.qty > book else (one.warehouse, "count")
    return MoveRow(
        "count", document.doc_id, line, 1, one.code, *ends, abs(one.qty - book), 0, document.at, document.file_sha,
        document.row_no,
    )  # fmt: skip


def set_aside_defects(connection: Connection, document: Document, place: str, defects: str, code: str, qty: int) -> int:
    """Goods found bad leave `place` for the defect place, where nothing is sold. Returns the moves written.

    The same document again writes none. Raises NotEnoughStock.
    """
    row = MoveRow(
        "condition", document.doc_id, f"{place}/{code}", 1, code, place, defects, qty, 0, document.at,
        document.file_sha, document.row_no,
    )  # fmt: skip
    return record_moves(connection, [row]).created
