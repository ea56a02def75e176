"""What must hold of settlement, each a function that returns what breaks it; empty when all is well."""

from collections import defaultdict

from sqlalchemy import Connection, and_, func, select

from storage.database.tables import bill_line
from storage.database.tables.settlement import (
    express_bill_line,
    invoice,
    invoice_line,
    payee_share,
    price_refund,
    settlement_sheet,
    settlement_sheet_line,
)
from storage.erp.invariants.findings import Finding, Invariant
from storage.erp.reconciliation.words import yuan
from storage.erp.settlement.invoices import COUNTED
from storage.erp.settlement.payees import SHARED
from storage.erp.settlement.sheets import CONFIRMED, SheetLine, hash_of
from storage.erp.settlement.taken import DONE, REQUESTED, paid_by_sub


def shares_are_the_commission(connection: Connection) -> list[Finding]:
    """S-1: what payees got of a statement line sums to the line; a line that was shared out is still there."""
    b, s = bill_line.c, payee_share.c
    key = ("platform", "shop", "wallet", "flow_no", "fee_type", "n")
    same = and_(*(b[name] == s[name] for name in key))
    query = (
        select(s.shop, s.wallet, s.flow_no, s.fee_type, func.sum(s.amount_fen), func.min(b.amount_fen))
        .select_from(payee_share.outerjoin(bill_line, same))
        .group_by(*(s[name] for name in key))
    )
    return [
        Finding(f"{shop}/{wallet}/{flow_no}/{fee}", f"分账合计 {yuan(int(shared))}，账单 {yuan(int(billed or 0))}")
        for shop, wallet, flow_no, fee, shared, billed in connection.execute(query)
        if billed is None or int(shared) != int(billed) or fee not in SHARED
    ]


def invoices_within_paid(connection: Connection) -> list[Finding]:
    """S-2: no sub-order is invoiced beyond what was paid for it, and every invoice is the sum of its parts.

    That more was refunded after an invoice was issued is no fault: a red draft follows the next night.
    """
    i, n = invoice.c, invoice_line.c
    query = (
        select(i.invoice_id, i.amount_fen, i.tax_fen, func.sum(n.amount_fen), func.sum(n.tax_fen))
        .join_from(invoice, invoice_line, i.invoice_id == n.invoice_id)
        .group_by(i.invoice_id, i.amount_fen, i.tax_fen)
    )
    findings = [
        Finding(name, f"发票 {yuan(fen)} 税 {yuan(tax)}，明细合计 {yuan(int(parts))} 税 {yuan(int(taxes))}")
        for name, fen, tax, parts, taxes in connection.execute(query)
        if (fen, tax) != (int(parts), int(taxes))
    ]
    orders = (
        select(i.platform, i.shop, n.order_no)
        .join_from(invoice, invoice_line, i.invoice_id == n.invoice_id)
        .where(i.state.in_(COUNTED))
        .distinct()
    )
    for platform, shop, order_no in connection.execute(orders).all():
        paid = paid_by_sub(connection, (platform, shop, order_no))
        told = _invoiced(connection, (platform, shop, order_no))
        findings += [
            Finding(f"{shop}/{order_no}/{sub}", f"实付 {yuan(paid.get(sub, 0))}，已开票 {yuan(fen)}")
            for sub, fen in told.items()
            if fen > paid.get(sub, 0) or fen < 0
        ]
    return findings


def _invoiced(connection: Connection, order: tuple[str, str, str]) -> dict[str, int]:
    i, n = invoice.c, invoice_line.c
    query = (
        select(n.sub_no, func.sum(n.amount_fen))
        .join_from(invoice, invoice_line, i.invoice_id == n.invoice_id)
        .where(i.platform == order[0], i.shop == order[1], n.order_no == order[2], i.state.in_(COUNTED))
        .group_by(n.sub_no)
    )
    return {sub: int(fen) for sub, fen in connection.execute(query)}


def confirmed_sheets_stay(connection: Connection) -> list[Finding]:
    """S-3: a confirmed settlement sheet says what was confirmed: its lines have the hash and the sum of that moment."""
    c, n = settlement_sheet.c, settlement_sheet_line.c
    lines: dict[tuple[str, str, str, int], list[SheetLine]] = defaultdict(list)
    columns = [n[name] for name in SheetLine._fields]
    for *key, component, ref, day, fen, words, sha, row_no in connection.execute(
        select(n.party_kind, n.party, n.month, n.version, *columns)
    ):
        lines[key[0], key[1], key[2], key[3]].append(SheetLine(component, ref, day, fen, words, sha, row_no))
    query = select(c.party_kind, c.party, c.month, c.version, c.content_hash, c.total_fen).where(c.state == CONFIRMED)
    findings = []
    for kind, party, month, version, content_hash, total in connection.execute(query):
        mine = sorted(lines[kind, party, month, version])
        if hash_of(mine) != content_hash or sum(line.amount_fen for line in mine) != total:
            findings.append(Finding(f"{kind}/{party}/{month}/{version}", "已确认的结算单被改动过"))
    return findings


def price_refunds_within_paid(connection: Connection) -> list[Finding]:
    """S-4: what price differences give back of a sub-order is no more than was paid for it."""
    p = price_refund.c
    query = (
        select(p.platform, p.shop, p.order_no, p.sub_no, func.sum(p.amount_fen))
        .where(p.state.in_((REQUESTED, DONE)))
        .group_by(p.platform, p.shop, p.order_no, p.sub_no)
    )
    findings = []
    for platform, shop, order_no, sub_no, fen in connection.execute(query).all():
        paid = paid_by_sub(connection, (platform, shop, order_no)).get(sub_no, 0)
        if int(fen) > paid:
            findings.append(Finding(f"{shop}/{order_no}/{sub_no}", f"实付 {yuan(paid)}，退差价 {yuan(int(fen))}"))
    return findings


def express_rows_have_a_file(connection: Connection) -> list[Finding]:
    """S-5: every row of an express bill names the row of the file that it came from."""
    e = express_bill_line.c
    query = select(e.carrier, e.waybill_no).where((e.file_sha == "") | (e.row_no == 0))
    return [Finding(f"{carrier}/{number}", "快递账单行没有来源文件") for carrier, number in connection.execute(query)]


CHECKS: dict[str, Invariant] = {
    "S-1": shares_are_the_commission,
    "S-2": invoices_within_paid,
    "S-3": confirmed_sheets_stay,
    "S-4": price_refunds_within_paid,
    "S-5": express_rows_have_a_file,
}
