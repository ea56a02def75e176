"""Goods that are expected, and what came: announced once, received in as many parts as it takes, never more.

One way in for suppliers' deliveries and buyers' returns. A receipt is a fact of the warehouse, told by a file; the
moves it makes name that file.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.bulk import insert_missing
from storage.database.tables.purchasing import inbound, inbound_line, receipt, receipt_line
from storage.erp.purchasing.errors import (
    InboundConflict,
    InboundUnknown,
    LineUnknown,
    ReceiptConflict,
    ReceiptTooLarge,
)

GOOD, BAD = "good", "bad"
CONDITIONS = (GOOD, BAD)


class ExpectedLine(NamedTuple):
    """`qty` (> 0) pieces of a base code under a line number."""

    line_no: str
    code: str
    qty: int


class Inbound(NamedTuple):
    """What is expected: for a purchase order or a return, in which warehouse, when, and what."""

    inbound_id: str
    kind: str
    source_id: str
    warehouse: str
    expected_on: str
    lines: tuple[ExpectedLine, ...]


class ReceivedLine(NamedTuple):
    """`qty` (> 0) pieces of a line came in that condition (good | bad); what one cost in fen, 0 if not stated."""

    line_no: str
    condition: str
    qty: int
    unit_cost_fen: int = 0


class Receipt(NamedTuple):
    """What the warehouse says has come, `at` Shanghai time, and the file and row that say so."""

    receipt_id: str
    inbound_id: str
    at: str
    lines: tuple[ReceivedLine, ...]
    file_sha: str
    row_no: int = 0


def announce(connection: Connection, expected: Inbound) -> bool:
    """Expect these goods; False when they were announced before. Raises InboundConflict if that was something else."""
    known = read_inbound(connection, expected.inbound_id)
    if known is not None:
        if known._replace(expected_on=expected.expected_on) != expected._replace(lines=tuple(sorted(expected.lines))):
            raise InboundConflict(expected.inbound_id)
        if known.expected_on != expected.expected_on:
            mine = inbound.c.inbound_id == expected.inbound_id
            connection.execute(inbound.update().where(mine).values(expected_on=expected.expected_on))
        return False
    head = {name: getattr(expected, name) for name in Inbound._fields[:5]}
    insert_missing(connection, inbound, [{**head, "state": "open"}])
    rows = [{"inbound_id": expected.inbound_id, **line._asdict()} for line in expected.lines]
    insert_missing(connection, inbound_line, rows)
    return True


def read_inbound(connection: Connection, inbound_id: str) -> Inbound | None:
    """What is expected under that number; None if nothing is."""
    head = connection.execute(select(inbound).where(inbound.c.inbound_id == inbound_id)).first()
    if head is None:
        return None
    c = inbound_line.c
    rows = connection.execute(select(c.line_no, c.code, c.qty).where(c.inbound_id == inbound_id).order_by(c.line_no))
    lines = tuple(ExpectedLine(*row) for row in rows)
    return Inbound(head.inbound_id, head.kind, head.source_id, head.warehouse, head.expected_on, lines)


def known_receipt(connection: Connection, came: Receipt) -> bool:
    """Whether this receipt is in the books already. Raises ReceiptConflict when it said something else."""
    head = connection.execute(select(receipt).where(receipt.c.receipt_id == came.receipt_id)).first()
    if head is None:
        return False
    c = receipt_line.c
    rows = connection.execute(select(c.line_no, c.condition, c.qty).where(c.receipt_id == came.receipt_id))
    said = {(line.line_no, line.condition, line.qty) for line in _merged(came.lines)}
    if (head.inbound_id, head.at) != (came.inbound_id, came.at) or {tuple(row) for row in rows} != said:
        raise ReceiptConflict(came.receipt_id)
    return True


def write_receipt(
    connection: Connection, came: Receipt, counted: Sequence[str] = CONDITIONS
) -> tuple[Inbound, list[tuple[ReceivedLine, str]]]:
    """Write a receipt that is not in the books yet, and the state of what it belongs to; one writer at a time.

    `counted`: the conditions that count against what is expected (what is refused at the gate does not). Returns what
    was expected and every received line with its code. Raises InboundUnknown, LineUnknown, ReceiptTooLarge.
    """
    connection.execute(select(inbound.c.state).where(inbound.c.inbound_id == came.inbound_id).with_for_update())
    expected = read_inbound(connection, came.inbound_id)
    if expected is None:
        raise InboundUnknown(came.inbound_id)
    lines = _merged(came.lines)
    before = received(connection, came.inbound_id, counted)
    codes = {line.line_no: line for line in expected.lines}
    for line_no, qty in _counted(lines, counted).items():
        if line_no not in codes:
            raise LineUnknown(came.inbound_id, line_no)
        left = codes[line_no].qty - before.get(line_no, 0)
        if qty > left:
            raise ReceiptTooLarge(came.inbound_id, line_no, left, qty)
    head = {"receipt_id": came.receipt_id, "inbound_id": came.inbound_id, "at": came.at, "file_sha": came.file_sha,
            "row_no": came.row_no}  # fmt: skip
    insert_missing(connection, receipt, [head])
    told = [(line, codes[line.line_no].code) for line in lines]
    rows = [{"receipt_id": came.receipt_id, "code": code, **line._asdict()} for line, code in told]
    insert_missing(connection, receipt_line, rows)
    _settle(connection, expected, counted)
    return expected, told


def received(
    connection: Connection, inbound_id: str, conditions: Sequence[str] = CONDITIONS
) -> dict[str, int]:  # fmt: skip
    """Pieces that came so far, by line."""
    r, line = receipt.c, receipt_line.c
    query = (
        select(line.line_no, func.sum(line.qty))
        .join_from(receipt, receipt_line, r.receipt_id == line.receipt_id)
        .where(r.inbound_id == inbound_id, line.condition.in_(tuple(conditions)))
        .group_by(line.line_no)
    )
    return {line_no: int(qty) for line_no, qty in connection.execute(query)}


def _settle(connection: Connection, expected: Inbound, counted: Sequence[str]) -> None:
    came = received(connection, expected.inbound_id, counted)
    whole = all(came.get(line.line_no, 0) >= line.qty for line in expected.lines)
    state = "received" if whole else "part" if came else "open"
    mine = (inbound.c.inbound_id == expected.inbound_id, (inbound.c.state != "closed") | (state == "received"))
    connection.execute(inbound.update().where(*mine).values(state=state))


def _counted(lines: Iterable[ReceivedLine], counted: Sequence[str]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for line in lines:
        total[line.line_no] += line.qty if line.condition in counted else 0
    return total


def _merged(lines: Iterable[ReceivedLine]) -> list[ReceivedLine]:
    """One row per line and condition, in order."""
    total: Counter[tuple[str, str]] = Counter()
    costs: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.qty <= 0 or line.condition not in CONDITIONS:
            raise ValueError(f"a received line needs a quantity above 0 and a condition, got {line}")
        total[line.line_no, line.condition] += line.qty
        costs[line.line_no, line.condition] = line.unit_cost_fen
    return [ReceivedLine(*key, total[key], costs[key]) for key in sorted(total)]
