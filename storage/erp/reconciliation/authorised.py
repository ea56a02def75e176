"""Suppliers' invoices on their way to the bank: what is owed, and a person's word that it be paid.

What is owed is the ledger's own open items of 应付账款, so a part that was paid already is off. Authorised, an item is
a `payable`: it is booked on its due day and looked for at the bank like one that was entered by hand. Freight is owed
parcel by parcel and paid by the month: it goes by the carrier's settlement sheet and a document of money.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, select

from storage.database.bulk import insert_missing
from storage.database.tables import payable
from storage.database.tables.ledger import jv, supplier_invoice
from storage.database.tables.purchasing import supplier
from storage.erp.finance.chart import PAYABLE
from storage.erp.finance.open_items import open_items
from storage.erp.reconciliation.errors import ItemMissing, ReasonNeeded

FREIGHT = "freight|"


class Owed(NamedTuple):
    """What a supplier is owed for one invoice or document; `authorised_by`: who said that it be paid, "" nobody yet."""

    number: str
    party: str
    item: str
    amount_fen: int
    since: str
    due_day: str
    authorised_by: str

    @property
    def payable_no(self) -> str:
        """The number of its payable."""
        return f"{self.party}|{self.item}"


def owed(connection: Connection, until: str = "9999-12-31") -> list[Owed]:
    """Everything owed that is due by the day `until`, the most urgent first, without freight."""
    p = payable.c
    said = {(row[0], row[1]): row[2] for row in connection.execute(select(p.payee, p.reference, p.authorised_by))}
    found = [
        Owed(_number(one.party, one.item), one.party, one.item, -one.amount_fen, one.since, one.due_day,
             said.get((one.party, one.item), ""))
        for one in open_items(connection, (PAYABLE,))
        if one.amount_fen < 0 and one.due_day <= until and not one.item.startswith(FREIGHT)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.due_day, one.party, one.item))


def _number(party: str, item: str) -> str:
    return hashlib.sha256(f"{party}|{item}".encode()).hexdigest()[:8]


def authorise(connection: Connection, numbers: Sequence[str], who: str, on: str) -> list[Owed]:
    """These are to be paid, each on its due day but not before the day `on`; again it changes nothing.

    Returns those that were not authorised before. Raises ReasonNeeded without a name, ItemMissing for what is not owed.
    """
    if not who.strip():
        raise ReasonNeeded
    known = {one.number: one for one in owed(connection)}
    missing = [number for number in numbers if number not in known]
    if missing:
        raise ItemMissing(missing[0])
    fresh = [known[number] for number in dict.fromkeys(numbers) if not known[number].authorised_by]
    sources = _sources(connection)
    insert_missing(connection, payable, [
        {
            "payable_no": one.payable_no, "kind": "invoice", "payee": one.party, "reference": one.item,
            "amount_fen": one.amount_fen, "authorised_by": who, "authorised_on": on,
            "due_day": max(one.due_day, on), **sources.get((one.party, one.item), {"file_sha": "", "row_no": 0}),
        }
        for one in fresh
    ])  # fmt: skip
    return fresh


def _sources(connection: Connection) -> dict[tuple[str, str], dict[str, object]]:
    """Where each invoice came from."""
    i = supplier_invoice.c
    rows = connection.execute(select(i.supplier, i.invoice_no, i.file_sha, i.row_no))
    return {(row[0], row[1]): {"file_sha": row[2], "row_no": row[3]} for row in rows}


def withdraw_settled(connection: Connection) -> int:
    """Payables of invoices that were settled otherwise before their own day came are taken back; how many.

    One that is booked stays: its money is under way. `reconcile` does it, so that no night pays twice.
    """
    p, i = payable.c, supplier_invoice.c
    booked = select(jv.c.source_id).where(jv.c.source_type == "payable")
    ours = select(p.payable_no, p.payee, p.reference, p.amount_fen).join(
        supplier_invoice, and_(i.supplier == p.payee, i.invoice_no == p.reference)
    )
    mine = ours.where(p.payable_no == p.payee + "|" + p.reference, p.payable_no.not_in(booked))
    waiting = connection.execute(mine).all()
    if not waiting:
        return 0
    still = {(one.party, one.item): one.amount_fen for one in owed(connection)}
    gone = [no for no, payee, item, fen in waiting if still.get((payee, item), 0) != fen]
    for no in gone:
        connection.execute(delete(payable).where(p.payable_no == no))
    return len(gone)


def supplier_names(connection: Connection) -> dict[str, str]:
    """A supplier's name, as the bank shows it -> how the books call him; a name of two is nobody's."""
    s = supplier.c
    once = select(s.name).where(s.name != "").group_by(s.name).having(func.count() == 1)
    return {row[0]: row[1] for row in connection.execute(select(s.name, s.supplier).where(s.name.in_(once)))}
