"""Invoices to buyers: blue for what was paid and kept, red for what went back, issued by a bot's result only (FMS-52).

What is invoiced of an order never exceeds what was paid and not refunded: drafts, requested and issued ones all count.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import command
from storage.database.tables.settlement import invoice, invoice_line
from storage.erp.reconciliation.words import yuan
from storage.erp.settlement.errors import InvoiceState, InvoiceTaken, InvoiceTooMuch, ReasonNeeded
from storage.erp.settlement.outside import answered
from storage.erp.settlement.shares import split
from storage.erp.settlement.taken import DONE, paid_by_sub, refunded_by_sub

WORKLIST = "to_invoice"
BLUE, RED = "blue", "red"
DRAFT, REQUESTED, ISSUED, REFUSED, VOID = "draft", "requested", "issued", "refused", "void"
COUNTED = (DRAFT, REQUESTED, ISSUED)


class Buyer(NamedTuple):
    """To whom: title (抬头) and tax number, "" for a person."""

    title: str
    tax_no: str = ""


class Part(NamedTuple):
    """What is invoiced of a sub-order, tax included; negative on a red invoice."""

    order_no: str
    sub_no: str
    amount_fen: int
    tax_fen: int


class Invoice(NamedTuple):
    """One invoice; amounts are the sums of its parts."""

    invoice_id: str
    color: str
    reverses: str
    state: str
    platform: str
    shop: str
    title: str
    tax_no: str
    tax_rate_bp: int
    amount_fen: int
    tax_fen: int
    parts: tuple[Part, ...]


def tax_inside(gross_fen: int, rate_bp: int) -> int:
    """The tax inside an amount, half up away from zero: gross × rate ÷ (1 + rate)."""
    size, whole = abs(gross_fen) * rate_bp, 10_000 + rate_bp
    tax = (2 * size + whole) // (2 * whole)
    return tax if gross_fen >= 0 else -tax


def left_to_invoice(connection: Connection, platform: str, shop: str, order_no: str) -> dict[str, int]:
    """sub_no -> fen that was paid, not refunded and is on no invoice; below 0 where a refund came after the invoice."""
    order = (platform, shop, order_no)
    paid = paid_by_sub(connection, order)
    refunded, told = refunded_by_sub(connection, order, paid), _invoiced(connection, platform, shop, order_no)
    return {sub: fen - refunded.get(sub, 0) - told.get(sub, 0) for sub, fen in paid.items()}


def draft_blue(
    connection: Connection,
    invoice_id: str,
    shop: tuple[str, str],
    orders: Sequence[str],
    buyer: Buyer,
    rate_bp: int,
    author: str,
    amounts_fen: dict[tuple[str, str], int] | None = None,
) -> Invoice:
    """A draft for all that is left of the orders of one (platform, shop), or for the amounts said; once per id.

    `amounts_fen`: (order_no, sub_no) -> fen. Raises ReasonNeeded without author or title, InvoiceTooMuch when there is
    less left, or nothing at all, InvoiceTaken when the id is that of another invoice, or of one that was dropped.
    """
    if not author.strip() or not buyer.title.strip():
        raise ReasonNeeded("发票", "an invoice")
    known = read_invoice(connection, invoice_id)
    if known is not None:
        _refuse_another(known, shop, orders, buyer, rate_bp)
        return known
    left = {
        (order_no, sub): fen for order_no in orders for sub, fen in left_to_invoice(connection, *shop, order_no).items()
    }
    wanted = amounts_fen or {key: fen for key, fen in left.items() if fen > 0}
    for (order_no, sub_no), fen in wanted.items():
        if fen <= 0 or fen > left.get((order_no, sub_no), 0):
            raise InvoiceTooMuch(order_no, sub_no, yuan(max(left.get((order_no, sub_no), 0), 0)), yuan(fen))
    if not wanted:
        raise InvoiceTooMuch("、".join(orders), "", yuan(0), yuan(0))
    made = _made(invoice_id, BLUE, "", shop, buyer, rate_bp, wanted)
    _write(connection, made, author, f"订单 {'、'.join(orders)} 开票 {yuan(made.amount_fen)}")
    return made


def _refuse_another(known: Invoice, shop: tuple[str, str], orders: Sequence[str], buyer: Buyer, rate_bp: int) -> None:
    asked = (*shop, buyer.title, buyer.tax_no, rate_bp, set(orders))
    told = (known.platform, known.shop, known.title, known.tax_no, known.tax_rate_bp,
            {part.order_no for part in known.parts})  # fmt: skip
    if known.state in (REFUSED, VOID) or not (told[:-1] == asked[:-1] and told[-1] <= asked[-1]):
        raise InvoiceTaken(known.invoice_id, known.state, known.title, yuan(known.amount_fen))


def free_id(connection: Connection, order_no: str) -> str:
    """The number of an order's next invoice: `FP-4021`, or that of its draft; `FP-4021-2` once the first is out."""
    for n in count(1):
        name = f"FP-{order_no}" if n == 1 else f"FP-{order_no}-{n}"
        known = read_invoice(connection, name)
        if known is None or known.state == DRAFT:
            return name
    raise AssertionError


def draft_reds(connection: Connection) -> list[Invoice]:
    """A red draft for each issued blue invoice of which more is refunded now than before; a second call makes none."""
    made = []
    i = invoice.c
    blues = connection.execute(
        select(i.invoice_id).where(i.color == BLUE, i.state == ISSUED).order_by(i.invoice_id)
    ).scalars()
    for invoice_id in blues.all():
        blue = read_invoice(connection, invoice_id)
        back = _to_take_back(connection, blue) if blue is not None else {}
        if blue is not None and back:
            red = _red(connection, blue, back)
            _write(connection, red, "规则", f"发票 {invoice_id} 开具后退款 {yuan(-red.amount_fen)}，开红字冲回")
            made.append(red)
    return made


def _to_take_back(connection: Connection, blue: Invoice) -> dict[tuple[str, str], int]:
    """(order_no, sub_no) -> negative fen: what is invoiced beyond what was kept, no more than this invoice has."""
    remains = {(part.order_no, part.sub_no): part.amount_fen for part in blue.parts}
    i, n = invoice.c, invoice_line.c
    reds = connection.execute(
        select(n.order_no, n.sub_no, n.amount_fen)
        .join_from(invoice, invoice_line, i.invoice_id == n.invoice_id)
        .where(i.reverses == blue.invoice_id, i.state.in_(COUNTED))
    )
    for order_no, sub_no, fen in reds:
        remains[order_no, sub_no] += fen
    back = {}
    for (order_no, sub_no), fen in remains.items():
        over = -left_to_invoice(connection, blue.platform, blue.shop, order_no).get(sub_no, 0)
        if over > 0 and fen > 0:
            back[order_no, sub_no] = -min(over, fen)
    return back


def _red(connection: Connection, blue: Invoice, back: dict[tuple[str, str], int]) -> Invoice:
    count = len(connection.execute(select(invoice.c.invoice_id).where(invoice.c.reverses == blue.invoice_id)).all())
    shop, buyer = (blue.platform, blue.shop), Buyer(blue.title, blue.tax_no)
    return _made(f"{blue.invoice_id}/红{count + 1}", RED, blue.invoice_id, shop, buyer, blue.tax_rate_bp, back)


def ask_for(connection: Connection, invoice_id: str, night: str) -> str:
    """Publish the draft to the tax bot and return the command's id; asking again changes nothing.

    Raises InvoiceState for one that is refused, void or not there, InvoiceTooMuch for a blue draft of which something
    was refunded meanwhile.
    """
    found = read_invoice(connection, invoice_id)
    command_id = f"{WORKLIST}|{found.shop if found else ''}|{invoice_id}"
    if found is None or found.state in (REFUSED, VOID):
        raise InvoiceState(invoice_id, found.state if found else "", "开具", "issued")
    if found.state == DRAFT:
        _refuse_refunded(connection, found)
        color = {BLUE: "蓝字", RED: "红字"}[found.color]
        data = {"店铺": found.shop, "票种": color, "抬头": found.title, "税号": found.tax_no,
                "价税合计": _plain(found.amount_fen), "税额": _plain(found.tax_fen), "冲回": found.reverses,
                "订单": "、".join(dict.fromkeys(part.order_no for part in found.parts))}  # fmt: skip
        row = {"command_id": command_id, "worklist": WORKLIST, "shop": found.shop, "subject": invoice_id,
               "data": json.dumps(data, ensure_ascii=False, sort_keys=True), "night": night, "state": "published",
               "reason": f"{color}发票 {yuan(found.amount_fen)}（{found.title}）"}  # fmt: skip
        connection.execute(command.insert(), [row])
        _set(connection, invoice_id, REQUESTED, command_id)
    return command_id


def _refuse_refunded(connection: Connection, draft: Invoice) -> None:
    for part in draft.parts if draft.color == BLUE else ():
        over = -left_to_invoice(connection, draft.platform, draft.shop, part.order_no).get(part.sub_no, 0)
        if over > 0:
            left = yuan(max(part.amount_fen - over, 0))
            raise InvoiceTooMuch(part.order_no, part.sub_no, left, yuan(part.amount_fen))


def follow(connection: Connection) -> int:
    """Bring requested invoices forward by what the bots' results say; returns how many changed."""
    i = invoice.c
    waiting = connection.execute(select(i.invoice_id, i.command_id).where(i.state == REQUESTED)).all()
    said = answered(connection, [row.command_id for row in waiting])
    for invoice_id, command_id in waiting:
        if command_id in said:
            _set(connection, invoice_id, ISSUED if said[command_id] == DONE else REFUSED, command_id)
    return sum(row.command_id in said for row in waiting)


def void(connection: Connection, invoice_id: str) -> bool:
    """Drop a draft; False when it was dropped already. Raises InvoiceState for one that is out: it needs a red one."""
    found = read_invoice(connection, invoice_id)
    if found is None or found.state not in (DRAFT, REFUSED, VOID):
        raise InvoiceState(
            invoice_id, found.state if found else "", "作废，请开红字", "dropped, take it back by a red one"
        )
    if found.state != VOID:
        _set(connection, invoice_id, VOID, "")
    return found.state != VOID


def read_invoice(connection: Connection, invoice_id: str) -> Invoice | None:
    """One invoice with its parts, None if there is none."""
    i, n = invoice.c, invoice_line.c
    head = connection.execute(
        select(*(i[name] for name in Invoice._fields[:-1])).where(i.invoice_id == invoice_id)
    ).first()
    if head is None:
        return None
    parts = connection.execute(
        select(*(n[name] for name in Part._fields)).where(n.invoice_id == invoice_id).order_by(n.order_no, n.sub_no)
    )
    return Invoice(**head._mapping, parts=tuple(Part(*row) for row in parts))


def _invoiced(connection: Connection, platform: str, shop: str, order_no: str) -> dict[str, int]:
    i, n = invoice.c, invoice_line.c
    rows = connection.execute(
        select(n.sub_no, n.amount_fen)
        .join_from(invoice, invoice_line, i.invoice_id == n.invoice_id)
        .where(i.platform == platform, i.shop == shop, n.order_no == order_no, i.state.in_(COUNTED))
    )
    told: dict[str, int] = defaultdict(int)
    for sub_no, fen in rows:
        told[sub_no] += fen
    return dict(told)


def _made(
    invoice_id: str,
    color: str,
    reverses: str,
    shop: tuple[str, str],
    buyer: Buyer,
    rate_bp: int,
    amounts: dict[tuple[str, str], int],
) -> Invoice:
    """The invoice of those amounts: its tax is that of the sum, the parts share it out."""
    total = sum(amounts.values())
    tax = tax_inside(total, rate_bp)
    taxes = split(tax, [abs(fen) for fen in amounts.values()])
    parts = tuple(Part(*key, fen, part) for (key, fen), part in zip(amounts.items(), taxes, strict=True))
    return Invoice(invoice_id, color, reverses, DRAFT, *shop, buyer.title, buyer.tax_no, rate_bp, total, tax, parts)


def _write(connection: Connection, made: Invoice, author: str, reason: str) -> None:
    head = {name: getattr(made, name) for name in Invoice._fields[:-1]}
    said = {"author": author, "reason": reason, "recorded_at": datetime.now(UTC).isoformat()}
    connection.execute(invoice.insert(), [{**head, **said}])
    rows = [{"invoice_id": made.invoice_id, **part._asdict()} for part in made.parts]
    connection.execute(invoice_line.insert(), rows)


def _set(connection: Connection, invoice_id: str, state: str, command_id: str) -> None:
    mine = invoice.update().where(invoice.c.invoice_id == invoice_id)
    connection.execute(mine.values(state=state, command_id=command_id))


def _plain(fen: int) -> str:
    return yuan(fen).replace("¥", "").replace(",", "")
