"""The warehouse says what of a return has come: sound goods are stock again, at the cost they left with."""

from collections import Counter

from sqlalchemy import Connection, func, select

from storage.database.tables import move
from storage.database.tables.lots import place_rule
from storage.database.tables.purchasing import inbound, rma
from storage.erp.aftersales.errors import RmaUnknown
from storage.erp.aftersales.facts import parcels_of
from storage.erp.aftersales.refunds import publish_refunds
from storage.erp.aftersales.replacements import write_replacements
from storage.erp.aftersales.rules import RefundRule
from storage.erp.allocation.model import OrderKey
from storage.erp.purchasing.inbound import GOOD, Receipt, ReceivedLine, known_receipt, write_receipt
from storage.erp.stock.book import MoveRow, record_moves

LOST = "loss"


def receive_return(connection: Connection, came: Receipt, rule: RefundRule | None = None) -> bool:
    """Goods of a return came, all or a part; False when this receipt is in the books.

    Good ones are stock of the warehouse, bad ones go to its defect place, or are written off where it has none. When
    everything has come, the refund is asked of the bots, or the exchanged goods get their order.
    Raises InboundUnknown, LineUnknown, ReceiptTooLarge, ReceiptConflict.
    """
    if known_receipt(connection, came):
        return False
    expected, told = write_receipt(connection, came)
    key = _order_of(connection, expected.source_id)
    sub_nos = {line.line_no.partition("|")[0] for line, _ in told}
    parcels = parcels_of(connection, key, sub_nos)
    bad_place = _defect_place(connection, expected.warehouse)
    legs: Counter[tuple[str, str]] = Counter()
    moves = []
    for line, code in told:
        sub_no = line.line_no.partition("|")[0]
        document = parcels.get(sub_no, came.receipt_id)
        if not legs[document, sub_no]:
            legs[document, sub_no] = _last_leg(connection, document, sub_no)
        legs[document, sub_no] += 1
        place = expected.warehouse if line.condition == GOOD else bad_place
        cost = _cost_out(connection, document, sub_no, code)
        moves.append(_move(came, line, code, document, sub_no, legs[document, sub_no], place, cost))
    record_moves(connection, moves)
    write_replacements(connection, came.at, expected.source_id)
    publish_refunds(connection, came.at[:10], rule, expected.source_id)
    return True


def close_return(connection: Connection, rma_id: str, day: str) -> bool:
    """Nothing more will come: what came is refunded. False when the return waits for nothing. Raises RmaUnknown."""
    _order_of(connection, rma_id)
    mine = inbound.update().where(inbound.c.inbound_id == rma_id, inbound.c.state.in_(("open", "part")))
    changed = connection.execute(mine.values(state="closed")).rowcount == 1
    publish_refunds(connection, day, rma_id=rma_id)
    return changed


def _move(
    came: Receipt, line: ReceivedLine, code: str, document: str, sub_no: str, leg: int, place: str, cost_fen: int
) -> MoveRow:
    return MoveRow("return", document, sub_no, leg, code, "customer", place, line.qty, cost_fen, came.at, came.file_sha,
                   came.row_no)  # fmt: skip


def _order_of(connection: Connection, rma_id: str) -> OrderKey:
    row = connection.execute(select(rma.c.platform, rma.c.shop, rma.c.order_no).where(rma.c.rma_id == rma_id)).first()
    if row is None:
        raise RmaUnknown(rma_id)
    return OrderKey(*row)


def _last_leg(connection: Connection, document: str, sub_no: str) -> int:
    m = move.c
    query = select(func.max(m.leg)).where(m.doc_type == "return", m.doc_id == document, m.doc_line == sub_no)
    return connection.execute(query).scalar() or 0


def _cost_out(connection: Connection, document: str, sub_no: str, code: str) -> int:
    """What one piece cost when it left with that parcel, in fen; 0 when no move of ours tells."""
    m = move.c
    query = select(func.max(m.unit_cost_fen)).where(
        m.doc_type == "issue", m.doc_id == document, m.doc_line == sub_no, m.code == code
    )
    return connection.execute(query).scalar() or 0


def _defect_place(connection: Connection, warehouse: str) -> str:
    query = select(place_rule.c.defects_go_to).where(place_rule.c.warehouse == warehouse)
    return connection.execute(query).scalar() or LOST


__all__ = ["close_return", "receive_return"]
