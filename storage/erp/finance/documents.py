"""Documents that finance enters: suppliers' invoices, money in and out, and a later difference in what goods cost.

Each is written once (the same again changes nothing, other content is refused) and booked in the same transaction.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, select

from storage.database.tables import move, payable
from storage.database.tables.ledger import (
    cash_document,
    cost_layer,
    cost_move,
    jv,
    layer_use,
    supplier_invoice,
    supplier_invoice_line,
)
from storage.erp.finance.chart import CLEARING, COST_OF_SALES, DEPOSIT, PAYABLE, PREPAID, SHIPPED, STOCK, account
from storage.erp.finance.errors import AuthorMissing, DocumentConflict, IssueUnknown
from storage.erp.finance.layers import LayerUse, MoveKey, spread
from storage.erp.finance.ledger import post
from storage.erp.finance.rules import RULES, InvoiceDocument
from storage.erp.finance.vouchers import MANUAL, Draft, Line, credit, debit
from storage.erp.settlement.shares import split


class InvoiceLine(NamedTuple):
    """What an invoice says of some pieces of a receipt, without tax."""

    receipt: MoveKey
    qty: int
    net_fen: int


class Invoice(NamedTuple):
    """A supplier's invoice. `due_day` "" is the day itself."""

    supplier: str
    invoice_no: str
    day: str
    lines: tuple[InvoiceLine, ...]
    tax_fen: int = 0
    due_day: str = ""
    author: str = ""
    file_sha: str = ""
    row_no: int = 0

    @property
    def net_fen(self) -> int:
        """Without tax."""
        return sum(line.net_fen for line in self.lines)


class Cash(NamedTuple):
    """Money in, out or across, entered by a person. `account`: the bank account or wallet; `contra`: of the chart."""

    document_no: str
    kind: str
    day: str
    account: str
    amount_fen: int
    author: str
    reason: str
    contra: str = ""
    platform: str = ""
    shop: str = ""
    party: str = ""
    item: str = ""


class CashKind(NamedTuple):
    """What a document of money is called, which way it goes (+ in), what stands against it unless said, and as what
    reconciliation looks for it at the bank ("": not there)."""

    title: str
    sign: int
    contra: str
    payable: str = ""


CASH_KINDS: dict[str, CashKind] = {
    "income": CashKind("收入", 1, "6051"),
    "expense": CashKind("支出", -1, "6602", "expense"),
    "payment": CashKind("付供应商货款", -1, PAYABLE, "invoice"),
    "prepayment": CashKind("预付款", -1, PREPAID, "other"),
    "deposit": CashKind("付保证金", -1, DEPOSIT, "other"),
    "deposit_back": CashKind("收回保证金", 1, DEPOSIT),
    "transfer": CashKind("资金划转", -1, CLEARING),
}


def _enter(connection: Connection, table: Table, name: str, row: Mapping[str, object]) -> bool:
    """Write a document's row; False if it is there already with the same content. Raises DocumentConflict."""
    keys = [column.name for column in table.primary_key]
    query = select(table).where(*(table.c[key] == row[key] for key in keys))
    known = connection.execute(query).first()
    if known is None:
        connection.execute(table.insert().values(**row))
        return True
    if any(known._mapping[column] != value for column, value in row.items()):
        raise DocumentConflict(name)
    return False


# --- suppliers' invoices ---------------------------------------------------------------------------------------------


def enter_invoice(connection: Connection, invoice: Invoice) -> str:
    """Book a supplier's invoice against what its receipts accrued; returns the voucher's number.

    What the price differs by goes to the goods that are left and to the cost of those that were sent (`revalue`).
    Raises DocumentConflict for the same number with other content, IssueUnknown for a receipt that is not booked or
    more pieces than it brought.
    """
    name = f"{invoice.supplier}|{invoice.invoice_no}"
    head = {
        "supplier": invoice.supplier, "invoice_no": invoice.invoice_no, "day": invoice.day,
        "due_day": invoice.due_day or invoice.day, "net_fen": invoice.net_fen, "tax_fen": invoice.tax_fen,
        "author": invoice.author, "file_sha": invoice.file_sha, "row_no": invoice.row_no,
    }  # fmt: skip
    fresh = _enter(connection, supplier_invoice, name, head)
    accrued: dict[tuple[str, str], int] = defaultdict(int)
    differences: list[Line] = []
    for n, line in enumerate(invoice.lines, start=1):
        row = {"supplier": invoice.supplier, "invoice_no": invoice.invoice_no, "n": n, **line.receipt._asdict(),
               "qty": line.qty, "net_fen": line.net_fen}  # fmt: skip
        if fresh:
            receipt, own_fen = _accrued(connection, line)
            differences += revalue(connection, line.receipt, line.net_fen - own_fen)
            accrued[receipt] += own_fen
        _enter(connection, supplier_invoice_line, name, row)
    if not fresh:
        return _number(connection, name)
    told = InvoiceDocument(
        name, invoice.invoice_no, invoice.supplier, invoice.day, tuple(sorted(accrued.items())), tuple(differences),
        invoice.net_fen, invoice.tax_fen, invoice.file_sha, invoice.row_no,
    )  # fmt: skip
    return post(connection, RULES["supplier_invoice"].draft(told))


def _number(connection: Connection, name: str) -> str:
    query = select(jv.c.no).where(jv.c.source_type == "supplier_invoice", jv.c.source_id == name)
    return str(connection.execute(query).scalar_one())


def _accrued(connection: Connection, line: InvoiceLine) -> tuple[tuple[str, str], int]:
    """((party, receipt), what its pieces on this invoice were accrued at); all invoices together: the receipt."""
    m, told = move.c, supplier_invoice_line.c
    where = [m[name] == value for name, value in line.receipt._asdict().items()]
    query = select(m.qty, m.unit_cost_fen, cost_move.c.party).join_from(
        move, cost_move, (m.doc_type == cost_move.c.doc_type) & (m.doc_id == cost_move.c.doc_id)
        & (m.doc_line == cost_move.c.doc_line) & (m.leg == cost_move.c.leg)
    )  # fmt: skip
    row = connection.execute(query.where(*where)).first()
    mine = [told[name] == value for name, value in line.receipt._asdict().items()]
    invoiced = sum(connection.execute(select(told.qty).where(*mine)).scalars())
    if row is None or invoiced + line.qty > row.qty:
        raise IssueUnknown(line.receipt.doc_line, str(line.receipt), line.qty, (row.qty if row else 0) - invoiced)
    return (row.party, line.receipt.doc_id), row.unit_cost_fen * line.qty


# --- a later difference in cost --------------------------------------------------------------------------------------


def revalue(connection: Connection, receipt: MoveKey, difference_fen: int) -> list[Line]:
    """Goods of a receipt turn out to have cost more (+) or less; returns the debit lines for it, to the fen.

    What is left of them is worth that much more; of what was sent, 发出商品 or the cost of sales takes its part.
    Layers, uses and moves are brought in step here; the caller posts the lines. No voucher is changed.
    """
    if not difference_fen:
        return []
    layer = connection.execute(select(cost_layer).where(cost_layer.c.layer_id == str(receipt))).first()
    if layer is None:
        return _revalue_average(connection, receipt, difference_fen)
    uses = _uses(connection, layer.layer_id)
    left_fen, used_fen = spread(difference_fen, layer.qty_left, [use for use, _ in uses])
    if layer.value_left_fen + left_fen < 0:
        left_fen, used_fen = _no_less_than_nothing(layer.value_left_fen, difference_fen, [use for use, _ in uses])
    lines = [debit(STOCK, left_fen, sku=layer.code)] if left_fen else []
    _add_to_layer(connection, layer.layer_id, difference_fen, left_fen)
    _add_to_move(connection, receipt, difference_fen)
    for (use, sent), part in zip(uses, used_fen, strict=True):
        if part:
            lines.append(_sent_line(connection, use, sent, part, layer.code))
    return lines


def revalue_by_hand(
    connection: Connection,
    document_no: str,
    receipt: MoveKey,
    difference_fen: int,
    day: str,
    *,
    contra: str,
    party: str,
    author: str,
    reason: str,
) -> str:
    """Freight, duty or a discount that a receipt's goods turn out to have cost; returns the voucher's number.

    `contra`: what stands against it (a payable, the bank). The same document again changes nothing.
    """
    known = select(jv.c.no).where(jv.c.source_type == "revaluation", jv.c.source_id == document_no)
    if found := connection.execute(known).scalar():
        return str(found)
    lines = revalue(connection, receipt, difference_fen)
    against = credit(contra, difference_fen, party=party, item=document_no)
    draft = Draft(
        MANUAL,
        "revaluation",
        document_no,
        day,
        f"成本调整 {receipt}：{reason}",
        (*lines, against),
        author=author,
        reason=reason,
    )
    return post(connection, draft)  # fmt: skip


def _no_less_than_nothing(left_fen: int, difference_fen: int, uses: Sequence[LayerUse]) -> tuple[int, list[int]]:
    """A layer is worth at least nothing; the rest of a discount was in what has been sent."""
    rest = difference_fen + left_fen
    if not uses:
        raise IssueUnknown("", "", 0, 0)
    return -left_fen, split(rest, [use.qty for use in uses])


def _uses(connection: Connection, layer_id: str) -> list[tuple[LayerUse, Mapping[str, Any]]]:
    u, c = layer_use.c, cost_move.c
    names = MoveKey._fields
    query = (
        select(*(u[name] for name in names), u.layer_id, u.qty, u.value_fen, c.platform, c.shop, c.order_no, c.carry_no,
               (-c.qty - c.back_qty).label("out_qty"))
        .join_from(layer_use, cost_move, (u.doc_type == c.doc_type) & (u.doc_id == c.doc_id)
                   & (u.doc_line == c.doc_line) & (u.leg == c.leg))
        .where(u.layer_id == layer_id)
        .order_by(*(u[name] for name in names))
    )  # fmt: skip
    return [(LayerUse(MoveKey(*row[:4]), *row[4:7]), dict(row._mapping)) for row in connection.execute(query)]


def _sent_line(connection: Connection, use: LayerUse, sent: Mapping[str, Any], fen: int, code: str) -> Line:
    """The part of what was sent: 发出商品 until its cost is carried (or all of it has come back), then 主营业务成本."""
    u = layer_use.c
    mine = [u[name] == value for name, value in use.move._asdict().items()]
    connection.execute(layer_use.update().where(*mine, u.layer_id == use.layer_id).values(value_fen=u.value_fen + fen))
    _add_to_move(connection, use.move, -fen)
    number = COST_OF_SALES if sent["carry_no"] or not sent["out_qty"] else SHIPPED
    if number == COST_OF_SALES and not sent["carry_no"]:
        _give_back(connection, use.move, fen)
    return debit(number, fen, sent["platform"], sent["shop"], code, item=sent["order_no"])


def _add_to_layer(connection: Connection, layer_id: str, in_fen: int, left_fen: int) -> None:
    c = cost_layer.c
    connection.execute(
        cost_layer.update()
        .where(c.layer_id == layer_id)
        .values(value_in_fen=c.value_in_fen + in_fen, value_left_fen=c.value_left_fen + left_fen)
    )


def _add_to_move(connection: Connection, key: MoveKey, fen: int) -> None:
    _change_move(connection, key, "value_fen", fen)


def _give_back(connection: Connection, key: MoveKey, fen: int) -> None:
    """All of an issue has come back, so nothing of it may be carried later: it is in the cost of sales now."""
    _change_move(connection, key, "back_value_fen", fen)


def _change_move(connection: Connection, key: MoveKey, column: str, fen: int) -> None:
    c = cost_move.c
    change = cost_move.update().where(*(c[name] == bindparam(f"k_{name}") for name in MoveKey._fields))
    named = {f"k_{name}": value for name, value in key._asdict().items()}
    connection.execute(change.values({column: c[column] + fen}), named)


def _revalue_average(connection: Connection, receipt: MoveKey, difference_fen: int) -> list[Line]:
    """With one average per code: the pieces that can still be of this receipt take their part, the rest is sold."""
    c = cost_move.c
    mine = connection.execute(select(cost_move).where(*(c[name] == value for name, value in receipt._asdict().items())))
    row = mine.one()
    layer = connection.execute(select(cost_layer).where(cost_layer.c.layer_id == f"average|{row.code}")).one()
    left_qty = min(layer.qty_left, row.qty)
    left_fen = max(split(difference_fen, [left_qty, row.qty - left_qty])[0], -layer.value_left_fen)
    _add_to_layer(connection, layer.layer_id, left_fen, left_fen)
    _add_to_move(connection, receipt, left_fen)
    sold_fen = difference_fen - left_fen
    lines = [debit(STOCK, left_fen, sku=row.code)] if left_fen else []
    return lines + ([debit(COST_OF_SALES, sold_fen, sku=row.code)] if sold_fen else [])


# --- money -----------------------------------------------------------------------------------------------------------


def enter_cash(connection: Connection, cash: Cash) -> str:
    """Book money that a person says came, went or was moved; returns the voucher's number.

    It stands on 在途资金 until the bank's statement shows it: what is paid is a `payable` too, authorised by its
    author, so that reconciliation finds its line. Raises AuthorMissing, AccountUnknown, DocumentConflict.
    """
    if not (cash.author.strip() and cash.reason.strip()):
        raise AuthorMissing
    kind = CASH_KINDS[cash.kind]
    contra = cash.contra or kind.contra
    account(contra)
    _enter(connection, cash_document, cash.document_no, {**cash._asdict(), "contra": contra})
    if kind.payable:
        _enter(connection, payable, cash.document_no, {
            "payable_no": cash.document_no, "kind": kind.payable, "payee": cash.party, "reference": cash.item,
            "amount_fen": cash.amount_fen, "authorised_by": cash.author, "authorised_on": cash.day, "due_day": cash.day,
        })  # fmt: skip
    where = (cash.platform, cash.shop, "", cash.party, cash.item or cash.document_no)
    fen = kind.sign * cash.amount_fen
    money = debit(CLEARING, fen, cash.platform, cash.shop, party=cash.account, item=cash.document_no)
    lines = (money, credit(contra, fen, *where)) if fen > 0 else (debit(contra, -fen, *where), money)
    draft = Draft("cash", "cash_document", cash.document_no, cash.day, f"{kind.title}：{cash.reason}", lines,
                  author=cash.author, reason=cash.reason)  # fmt: skip
    return post(connection, draft)
