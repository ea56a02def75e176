"""Who a stock move is about: the order that goods leave for or come back from, the supplier they are bought of."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, select

from storage.database.tables import order_line
from storage.database.tables.purchasing import inbound, purchase_order, receipt, rma
from storage.erp.finance.layers import MoveKey

UNNAMED_SUPPLIER = "未注明供应商"
_KEYS_AT_ONCE = 500


class Sender(NamedTuple):
    """An order, or a party; the other fields are ""."""

    platform: str = ""
    shop: str = ""
    order_no: str = ""
    party: str = ""


class Moved(Protocol):
    """What has to be known of a move."""

    @property
    def key(self) -> MoveKey: ...  # noqa: D102
    @property
    def outside(self) -> str: ...  # noqa: D102
    @property
    def incoming(self) -> bool: ...  # noqa: D102
    @property
    def platform(self) -> str: ...  # noqa: D102
    @property
    def shop(self) -> str: ...  # noqa: D102
    @property
    def order_no(self) -> str: ...  # noqa: D102


def senders_of(connection: Connection, moves: Sequence[Moved]) -> dict[MoveKey, Sender]:
    """For every move: a parcel's order, a return's order (by its authorisation, else its sub-order), a supplier."""
    back = [found for found in moves if found.outside == "customer" and not found.order_no]
    bought = [found for found in moves if found.outside == "supplier"]
    by_return = _returns(connection, {found.key.doc_id for found in back})
    by_sub = _sub_orders(connection, {found.key.doc_line for found in back})
    suppliers = _suppliers(connection, {found.key.doc_id for found in bought})
    nobody = Sender()
    senders: dict[MoveKey, Sender] = {}
    for found in moves:
        if found.order_no:
            senders[found.key] = Sender(found.platform, found.shop, found.order_no)
        elif found.outside == "supplier":
            senders[found.key] = Sender(party=suppliers.get(found.key.doc_id, UNNAMED_SUPPLIER))
        elif found.outside == "customer":
            senders[found.key] = by_return.get(found.key.doc_id) or by_sub.get(found.key.doc_line, nobody)
        else:
            senders[found.key] = nobody
    return senders


def _pieces(values: Iterable[str]) -> list[list[str]]:
    ordered = sorted(values)
    return [ordered[begin : begin + _KEYS_AT_ONCE] for begin in range(0, len(ordered), _KEYS_AT_ONCE)]


def _returns(connection: Connection, receipts: Iterable[str]) -> dict[str, Sender]:
    r, i, a = receipt.c, inbound.c, rma.c
    found: dict[str, Sender] = {}
    for piece in _pieces(receipts):
        query = (
            select(r.receipt_id, a.platform, a.shop, a.order_no)
            .select_from(receipt.join(inbound, i.inbound_id == r.inbound_id).join(rma, a.rma_id == i.source_id))
            .where(i.kind == "return", r.receipt_id.in_(piece))
        )
        found |= {row[0]: Sender(*row[1:]) for row in connection.execute(query)}
    return found


def _sub_orders(connection: Connection, sub_nos: Iterable[str]) -> dict[str, Sender]:
    line = order_line.c
    found: dict[str, Sender] = {}
    for piece in _pieces(sub_nos):
        query = select(line.sub_no, line.platform, line.shop, line.order_no).where(line.sub_no.in_(piece))
        found |= {row[0]: Sender(*row[1:]) for row in connection.execute(query)}
    return found


def _suppliers(connection: Connection, receipts: Iterable[str]) -> dict[str, str]:
    r, i, p = receipt.c, inbound.c, purchase_order.c
    found: dict[str, str] = {}
    for piece in _pieces(receipts):
        query = (
            select(r.receipt_id, p.supplier)
            .select_from(
                receipt.join(inbound, i.inbound_id == r.inbound_id).join(purchase_order, p.po_id == i.source_id)
            )
            .where(i.kind == "purchase", r.receipt_id.in_(piece), p.supplier != "")
        )
        found |= {str(row[0]): str(row[1]) for row in connection.execute(query)}
    return found
