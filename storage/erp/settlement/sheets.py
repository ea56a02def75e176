"""Settlement sheets: what is due from or to one party for one month, in versions, frozen once confirmed (FMS-51).

A draft is drawn up anew from the books as often as one likes. Confirming freezes it; when the books say more later,
the next draft is a version of its own, and `difference` says what came and what went.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from storage.database.tables import bill_line
from storage.database.tables.ledger import jv, jv_line
from storage.database.tables.settlement import payee_share, settlement_sheet, settlement_sheet_line
from storage.erp.finance.chart import ACCRUED, CHART, PAYABLE
from storage.erp.reconciliation.outcomes import COMPONENTS as FEES
from storage.erp.reconciliation.words import yuan
from storage.erp.settlement.errors import ComponentUnknown, ReasonNeeded, SheetChanged, SheetFrozen, SheetMissing
from storage.erp.settlement.express import match_express
from storage.erp.settlement.facts import Span
from storage.erp.settlement.pool import read_pool

DRAFT, CONFIRMED = "draft", "confirmed"


class Party(NamedTuple):
    """With whom: `kind` shop (`name` is `platform/shop`) | carrier | payee | supplier."""

    kind: str
    name: str


class SheetLine(NamedTuple):
    """One row; `amount_fen` + to us. `ref` is unique within a component."""

    component: str
    ref: str
    day: str
    amount_fen: int
    words: str
    file_sha: str
    row_no: int


class Sheet(NamedTuple):
    """One version. `content_hash`: of all lines, what one confirms."""

    party: Party
    month: str
    version: int
    state: str
    total_fen: int
    content_hash: str
    lines: tuple[SheetLine, ...]


def draw_up(connection: Connection, party: Party, month: str) -> Sheet:
    """The party's draft for the month (`YYYY-MM`) as the books are now; the last confirmed one when nothing changed.

    Raises ComponentUnknown for a party of another kind.
    """
    lines = sorted(_lines(connection, party, month))
    content_hash = hash_of(lines)
    last = latest(connection, party, month)
    if last is not None and last.content_hash == content_hash:
        return last
    version = 1 if last is None else last.version if last.state == DRAFT else last.version + 1
    sheet = Sheet(party, month, version, DRAFT, sum(line.amount_fen for line in lines), content_hash, tuple(lines))
    _write(connection, sheet)
    return sheet


def latest(connection: Connection, party: Party, month: str) -> Sheet | None:
    """The newest version, draft or confirmed."""
    c = settlement_sheet.c
    newest = select(func.max(c.version)).where(*_whose(settlement_sheet, party, month)).scalar_subquery()
    version = connection.execute(select(newest)).scalar()
    return None if version is None else read_sheet(connection, party, month, version)


def read_sheet(connection: Connection, party: Party, month: str, version: int) -> Sheet:
    """One version with its lines. Raises SheetMissing."""
    c, n = settlement_sheet.c, settlement_sheet_line.c
    head = connection.execute(
        select(c.state, c.total_fen, c.content_hash).where(
            *_whose(settlement_sheet, party, month), c.version == version
        )
    ).first()
    if head is None:
        raise SheetMissing(party.name, month)
    columns = [n[name] for name in SheetLine._fields]
    rows = connection.execute(
        select(*columns)
        .where(*_whose(settlement_sheet_line, party, month), n.version == version)
        .order_by(n.component, n.ref)
    )
    return Sheet(party, month, version, *head, tuple(sorted(SheetLine(*row) for row in rows)))


def confirm(connection: Connection, party: Party, month: str, seen_hash: str, who: str, note: str = "") -> Sheet:
    """Freeze the newest draft as it was seen; confirming the same one again changes nothing.

    Raises ReasonNeeded without a name, SheetMissing, SheetChanged when the draft is not the one that was seen.
    """
    if not who.strip():
        raise ReasonNeeded("确认结算单", "a settlement sheet")
    sheet = latest(connection, party, month)
    if sheet is None:
        raise SheetMissing(party.name, month)
    if sheet.content_hash != seen_hash:
        raise SheetChanged(party.name, month, seen_hash[:8], sheet.content_hash[:8])
    if sheet.state == DRAFT:
        c = settlement_sheet.c
        said = {"state": CONFIRMED, "decided_by": who, "decided_at": datetime.now(UTC).isoformat(), "note": note}
        mine = (*_whose(settlement_sheet, party, month), c.version == sheet.version)
        connection.execute(settlement_sheet.update().where(*mine).values(said))
    return sheet._replace(state=CONFIRMED)


def difference(before: Sheet, after: Sheet) -> list[tuple[str, SheetLine]]:
    """What a later version says more (`+`) and no more (`-`)."""
    gone = [("-", line) for line in before.lines if line not in set(after.lines)]
    return gone + [("+", line) for line in after.lines if line not in set(before.lines)]


def _write(connection: Connection, sheet: Sheet) -> None:
    """A draft in place of the draft of that version. Raises SheetFrozen."""
    c, n = settlement_sheet.c, settlement_sheet_line.c
    mine = (*_whose(settlement_sheet, sheet.party, sheet.month), c.version == sheet.version)
    state = connection.execute(select(c.state).where(*mine)).scalar()
    if state == CONFIRMED:
        raise SheetFrozen(sheet.party.name, sheet.month, sheet.version)
    connection.execute(delete(settlement_sheet).where(*mine))
    lines_of = (*_whose(settlement_sheet_line, sheet.party, sheet.month), n.version == sheet.version)
    connection.execute(delete(settlement_sheet_line).where(*lines_of))
    whose = {"party_kind": sheet.party.kind, "party": sheet.party.name, "month": sheet.month, "version": sheet.version}
    head = {"state": DRAFT, "total_fen": sheet.total_fen, "content_hash": sheet.content_hash}
    connection.execute(settlement_sheet.insert(), [{**whose, **head}])
    if sheet.lines:
        connection.execute(settlement_sheet_line.insert(), [{**whose, **line._asdict()} for line in sheet.lines])


def _whose(table: Table, party: Party, month: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.party_kind == party.kind, table.c.party == party.name, table.c.month == month


def hash_of(lines: Sequence[SheetLine]) -> str:
    """sha256 of all lines, sorted: what one confirms."""
    return hashlib.sha256(json.dumps([list(line) for line in lines], ensure_ascii=False).encode()).hexdigest()


def _lines(connection: Connection, party: Party, month: str) -> Iterable[SheetLine]:
    span = Span(f"{month}-01", f"{month}-31")
    if party.kind == "shop":
        return _of_shop(connection, party.name, span)
    if party.kind == "carrier":
        return _of_carrier(connection, party.name, span)
    if party.kind == "payee":
        return _of_payee(connection, party.name, span)
    if party.kind == "supplier":
        return _of_supplier(connection, party.name, span)
    raise ComponentUnknown(party.kind, ["carrier", "payee", "shop", "supplier"])


def _of_shop(connection: Connection, name: str, span: Span) -> list[SheetLine]:
    """What the platform's statements say of the shop, line by line."""
    platform, _, shop = name.partition("/")
    b = bill_line.c
    query = select(b.wallet, b.flow_no, b.fee_type, b.n, b.at, b.amount_fen, b.order_no, b.file_sha, b.row_no).where(
        b.platform == platform, b.shop == shop, b.at.between(span.first_day, f"{span.last_day} 24")
    )
    return [
        SheetLine(fee, f"{wallet}|{flow_no}|{n}", at[:10], fen,
                  f"{FEES.get(fee, fee)} {yuan(fen)}{' 订单 ' + order_no if order_no else ''}", sha, row_no)
        for wallet, flow_no, fee, n, at, fen, order_no, sha, row_no in connection.execute(query)
    ]  # fmt: skip


def _of_carrier(connection: Connection, name: str, span: Span) -> list[SheetLine]:
    """What the carrier bills, with what the books make of each row."""
    times: dict[tuple[str, str], int] = defaultdict(int)
    lines = []
    for charge in match_express(connection, read_pool(connection), span=span):
        if charge.carrier == name:
            times[charge.outcome, charge.waybill_no] += 1
            ref = f"{charge.waybill_no}|{charge.fee}|{times[charge.outcome, charge.waybill_no]}"
            lines.append(
                SheetLine(charge.outcome, ref, charge.day, -charge.amount_fen, charge.words, charge.file_sha,
                          charge.row_no)
            )  # fmt: skip
    return lines


def _of_supplier(connection: Connection, name: str, span: Span) -> list[SheetLine]:
    """What the ledger says that we owe the supplier and paid him: the lines of 应付账款 and 暂估 under his name."""
    n = jv_line.c
    query = (
        select(n.account, n.no, n.n, jv.c.day, n.dr_fen - n.cr_fen, jv.c.words, jv.c.file_sha, jv.c.row_no)
        .join_from(jv_line, jv, jv.c.no == n.no)
        .where(n.account.in_((PAYABLE, ACCRUED)), n.party == name, jv.c.day.between(*span))
    )
    return [
        SheetLine(CHART[account].name, f"{no}|{line}", day, int(fen), words, sha, row_no)
        for account, no, line, day, fen, words, sha, row_no in connection.execute(query)
    ]


def _of_payee(connection: Connection, name: str, span: Span) -> list[SheetLine]:
    """What the payee got of the commissions, and what was taken back."""
    s = payee_share.c
    query = select(s.platform, s.shop, s.wallet, s.flow_no, s.fee_type, s.n, s.day, s.amount_fen, s.words).where(
        s.payee == name, s.day.between(*span)
    )
    return [
        SheetLine(fee, f"{platform}|{shop}|{wallet}|{flow_no}|{n}", day, fen, words, "", 0)
        for platform, shop, wallet, flow_no, fee, n, day, fen, words in connection.execute(query)
    ]
