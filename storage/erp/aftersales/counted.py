"""A person at the warehouse counts what came back: the count is a document of its own, kept like any file.

The document is archived, its lines stand in the books as rows of a file, and the receipt names them: what the stock,
the cost and the refund say is walked back to who counted what.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.archive import Archive, Facts
from storage.database.bulk import insert_missing
from storage.database.tables import raw_file, raw_row
from storage.database.tables.purchasing import inbound, receipt
from storage.erp.aftersales.errors import NothingCounted
from storage.erp.aftersales.receiving import receive_return
from storage.erp.aftersales.refunds import owed
from storage.erp.aftersales.requests import read
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.transition import Cause, note
from storage.erp.purchasing.inbound import BAD, GOOD, Receipt, ReceivedLine, read_inbound, received

KIND = "return_count"
WORDS = {GOOD: "好货", BAD: "坏货"}


class Count(NamedTuple):
    """What somebody counted of a return: line (the sub-order; of a bundle `sub-order|component`) -> pieces.

    `receipt_id`: "" gives it the number of the day and of what was counted, so that the same said twice counts once.
    """

    rma_id: str
    good: Mapping[str, int]
    bad: Mapping[str, int]
    who: str
    at: str
    receipt_id: str = ""


class Counted(NamedTuple):
    """What became of it: its number, whether it is new, and what follows, in Chinese."""

    receipt_id: str
    new: bool
    words: str


def count_return(connection: Connection, archive: Archive, count: Count) -> Counted:
    """Take the count as the warehouse's receipt: good pieces are stock again, bad ones lie apart, refunds are asked.

    Raises RmaUnknown, NothingCounted, InboundUnknown (nothing is expected yet: it was not agreed), LineUnknown,
    ReceiptTooLarge, ReceiptConflict.
    """
    head = read(connection, count.rma_id)
    lines = tuple(
        ReceivedLine(line_no, condition, qty)
        for condition, told in ((GOOD, count.good), (BAD, count.bad))
        for line_no, qty in sorted(told.items())
        if qty
    )
    if not lines:
        raise NothingCounted(count.rma_id)
    said = [{"售后单号": count.rma_id, "子订单": one.line_no, "成色": WORDS[one.condition], "件数": str(one.qty),
             "谁": count.who} for one in lines]  # fmt: skip
    digest = hashlib.sha256(repr(lines).encode()).hexdigest()[:6]
    number = count.receipt_id or f"{count.rma_id}-{count.at[:10]}-{digest}"
    at = _known_at(connection, number) or count.at
    sha = _document(connection, archive, f"{number}.jsonl", [{**one, "时间": at} for one in said])
    if not receive_return(connection, Receipt(number, count.rma_id, at, lines, sha, 1)):
        return Counted(number, new=False, words=f"{number} 早就收过了")
    words = _words(connection, count, lines)
    key = OrderKey(head.platform, head.shop, head.order_no)
    note(connection, key, "return_received", Cause(at, count.who, number, words))
    return Counted(number, new=True, words=words)


def expected_lines(connection: Connection, rma_id: str) -> dict[str, int]:
    """Line -> pieces that are still expected of a return; empty where nothing is."""
    told = read_inbound(connection, rma_id)
    came = received(connection, rma_id)
    lines = told.lines if told else ()
    return {one.line_no: one.qty - came.get(one.line_no, 0) for one in lines if one.qty > came.get(one.line_no, 0)}


def _known_at(connection: Connection, number: str) -> str:
    return connection.execute(select(receipt.c.at).where(receipt.c.receipt_id == number)).scalar() or ""


def _document(connection: Connection, archive: Archive, name: str, rows: list[dict[str, str]]) -> str:
    """Archive the count and stand its lines in the books; returns the file's sha256."""
    content = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()
    now = datetime.now(UTC).isoformat()
    kept = archive.put(content, Facts(name=name, kind=KIND, origin="by_hand", received_at=now))
    head = {"file_sha": kept.sha256, "kind": KIND, "name": name, "origin": "by_hand", "size": kept.size,
            "rows": len(rows), "rows_ok": len(rows), "state": "read", "received_at": now,
            "ingested_at": now}  # fmt: skip
    insert_missing(connection, raw_file, [head])
    insert_missing(connection, raw_row, [
        {"file_sha": kept.sha256, "row_no": n, "payload": json.dumps(row, ensure_ascii=False)}
        for n, row in enumerate(rows, start=1)
    ])  # fmt: skip
    return kept.sha256


def _words(connection: Connection, count: Count, lines: tuple[ReceivedLine, ...]) -> str:
    """What came, what is missing still, and what is owed for it."""
    state = connection.execute(select(inbound.c.state).where(inbound.c.inbound_id == count.rma_id)).scalar()
    parts = [f"{one.line_no} {WORDS[one.condition]} {one.qty} 件" for one in lines]
    left = "、".join(f"{line} 还差 {qty} 件" for line, qty in expected_lines(connection, count.rma_id).items())
    told = f"{count.who} 收到：{'，'.join(parts)}。" + (f"{left}，等齐了再退款。" if state == "part" else "到齐了。")
    due = "".join(f"{one.words}。" for one in owed(connection, rma_id=count.rma_id))
    return told + due + "好货按发出时的成本回库存，坏货进次品位（没有就报损），今晚过账。"
