"""Goods on their way from one warehouse to another: they lie in an in-transit place until they arrive, are lost or come
back, so that what left one side and has not reached the other is always somewhere."""

from collections.abc import Mapping

from sqlalchemy import Connection, Row, func, select

from storage.database.tables import move
from storage.database.tables.lots import cell_entry, stock_transfer, stock_transfer_line
from storage.erp.stock.errors import TransferWrong
from storage.erp.stock.model import Details, Document, Identity, MoveRow, Piece
from storage.erp.stock.moves import record_moves, was_recorded
from storage.erp.stock.picking import pick, rules_of
from storage.erp.stock.places import Place, set_places

TRANSIT = "在途"
_DONE = {"arrived": "received_qty", "lost": "lost_qty", "returned": "returned_qty", "surplus": "surplus_qty"}


def send_transfer(
    connection: Connection,
    document: Document,
    origin: str,
    target: str,
    sent: Mapping[str, int],
    transit: str = TRANSIT,
) -> int:
    """Goods leave `origin` for `target`: code → pieces. Returns the moves written; the same document again writes none.

    Lots are taken in their rule's order and stay known on the way (the in-transit bin is the transfer's number).
    Raises NotEnoughStock, TransferWrong for a transfer to itself.
    """
    if origin == target or not sent:
        raise TransferWrong(document.doc_id, "两端相同，或没有货 / both ends are the same, or nothing is sent")
    known = connection.execute(select(stock_transfer).where(stock_transfer.c.transfer_id == document.doc_id)).first()
    set_places(connection, [Place(transit, "transit")])
    rows = [
        MoveRow("transfer_out", document.doc_id, code, 1, code, origin, transit, qty, 0, document.at,
                document.file_sha, document.row_no)
        for code, qty in sorted(sent.items())
    ]  # fmt: skip
    pieces = {} if known else _into_bin(connection, rows, document.doc_id)
    created = record_moves(connection, rows, Details(pieces)).created
    if known is None:
        head = {
            "transfer_id": document.doc_id,
            "from_warehouse": origin,
            "to_warehouse": target,
            "transit": transit,
            "state": "sent",
            "sent_on": document.at,
            "file_sha": document.file_sha,
            "row_no": document.row_no,
        }
        connection.execute(stock_transfer.insert(), [head])
        lines = [{"transfer_id": document.doc_id, "code": code, "sent_qty": qty} for code, qty in sorted(sent.items())]
        connection.execute(stock_transfer_line.insert(), lines)
    return created


def _into_bin(connection: Connection, rows: list[MoveRow], name: str) -> dict[Identity, tuple[Piece, ...]]:
    rules = rules_of(connection, {row.code for row in rows})
    return {
        row[:4]: tuple(
            piece._replace(to_bin=name)
            for piece in pick(connection, rules[row.code], row.from_place, row.qty, row.at[:10])
        )
        for row in rows
        if row.code in rules
    }


def settle_transfer(
    connection: Connection, transfer_id: str, document: Document, outcome: str, goods: Mapping[str, int]
) -> int:
    """What became of goods on their way, code → pieces: `arrived`, `lost`, `returned` (back at the origin).

    More arriving than was sent is `surplus`: it comes from the count, not from the transfer. Each receipt is a document
    of its own; the same one again changes nothing. When nothing is on its way any more the transfer is closed.
    Returns the moves written. Raises TransferWrong when more is told of than is on its way.
    """
    head = connection.execute(select(stock_transfer).where(stock_transfer.c.transfer_id == transfer_id)).first()
    if head is None or outcome not in _DONE:
        raise TransferWrong(transfer_id, "没有这张单，或没有这种处理 / no such transfer or outcome")
    doc_id = f"{transfer_id}/{document.doc_id}"
    if was_recorded(connection, f"transfer_{outcome}", doc_id):
        return 0
    on_its_way = in_transit(connection, transfer_id)
    for code, qty in goods.items():
        if outcome != "surplus" and qty > on_its_way.get(code, 0):
            raise TransferWrong(transfer_id, f"{code} 在途 {on_its_way.get(code, 0)} 件，要处理 {qty} 件")
    rows = [_settling(head, document, doc_id, outcome, code, qty) for code, qty in sorted(goods.items()) if qty > 0]
    created = record_moves(connection, rows, _lots_on_the_way(connection, rows, transfer_id)).created
    for code, qty in goods.items():
        _tell(connection, transfer_id, code, outcome, qty)
    if not any(in_transit(connection, transfer_id).values()):
        mine = stock_transfer.update().where(stock_transfer.c.transfer_id == transfer_id)
        connection.execute(mine.values(state="closed", closed_on=document.at))
    return created


def _settling(
    head: Row[str, str, str, str, str, str, str, str, int],
    document: Document,
    doc_id: str,
    outcome: str,
    code: str,
    qty: int,
) -> MoveRow:
    ends = {
        "arrived": (head.transit, head.to_warehouse),
        "lost": (head.transit, "loss"),
        "returned": (head.transit, head.from_warehouse),
        "surplus": ("count", head.to_warehouse),
    }
    return MoveRow(
        f"transfer_{outcome}", doc_id, code, 1, code, *ends[outcome], qty, 0, document.at, document.file_sha,
        document.row_no,
    )  # fmt: skip


def _lots_on_the_way(connection: Connection, rows: list[MoveRow], transfer_id: str) -> Details:
    """Which lots of this transfer are still in its in-transit bin, oldest number first, for each move from there."""
    e = cell_entry.c
    pieces: dict[Identity, tuple[Piece, ...]] = {}
    for row in rows:
        query = (
            select(e.lot_no, func.sum(e.qty))
            .where(e.warehouse == row.from_place, e.bin == transfer_id, e.code == row.code)
            .group_by(e.lot_no)
            .order_by(e.lot_no)
        )
        left, found = row.qty, []
        for lot_no, qty in connection.execute(query):
            taken = min(left, int(qty))
            if taken > 0:
                found.append(Piece(lot_no, taken, transfer_id, ""))
                left -= taken
        if found and left == 0:
            pieces[row[:4]] = tuple(found)
    return Details(pieces)


def _tell(connection: Connection, transfer_id: str, code: str, outcome: str, qty: int) -> None:
    """Bring the line's figures and its sentence up to date; a surplus code that was never sent gets a line."""
    t = stock_transfer_line.c
    mine = (t.transfer_id == transfer_id, t.code == code)
    row = connection.execute(select(stock_transfer_line).where(*mine)).first()
    if row is None:
        connection.execute(stock_transfer_line.insert(), [{"transfer_id": transfer_id, "code": code}])
        row = connection.execute(select(stock_transfer_line).where(*mine)).one()
    figures = {name: int(row._mapping[name]) for name in ("sent_qty", *_DONE.values())}
    figures[_DONE[outcome]] += qty
    open_qty = figures["sent_qty"] - figures["received_qty"] - figures["lost_qty"] - figures["returned_qty"]
    words = f"发 {figures['sent_qty']}，收 {figures['received_qty']}"
    for name, label in (
        ("surplus_qty", "多收"),
        ("lost_qty", "丢失"),
        ("returned_qty", "退回"),
    ):
        words += f"，{label} {figures[name]}" if figures[name] else ""
    words += f"，在途 {open_qty}" if open_qty else "，已结清"
    values = {_DONE[outcome]: figures[_DONE[outcome]], "explanation": words}
    connection.execute(stock_transfer_line.update().where(*mine).values(values))


def in_transit(connection: Connection, transfer_id: str) -> dict[str, int]:
    """What of a transfer is still on its way, by code, from its moves."""
    head = connection.execute(
        select(stock_transfer.c.transit).where(stock_transfer.c.transfer_id == transfer_id)
    ).scalar()
    m = move.c
    query = select(m.code, m.from_place, m.to_place, m.qty).where(
        ((m.doc_type == "transfer_out") & (m.doc_id == transfer_id))
        | (m.doc_type.in_(["transfer_arrived", "transfer_lost", "transfer_returned"])
           & m.doc_id.startswith(f"{transfer_id}/", autoescape=True))
    )  # fmt: skip
    left: dict[str, int] = {}
    for row in connection.execute(query):
        left[row.code] = left.get(row.code, 0) + (row.qty if row.to_place == head else -row.qty)
    return left
