"""What moved on wallets, at the bank and in the accounts of advertisements, into the ledger."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import Connection, Text, and_, cast, func, literal, select

from storage.database.tables import ad_day, bank_line, bill_line, payable, recon_item
from storage.database.tables.ledger import cash_document, jv, jv_line
from storage.erp.finance.ledger import post_new
from storage.erp.finance.moments import moment
from storage.erp.finance.rules import (
    ADS_EXPENSE,
    RULES,
    AdsDocument,
    BankDocument,
    PayableDocument,
    StatementDocument,
)
from storage.erp.finance.vouchers import Draft
from storage.erp.reconciliation.outcomes import Outcome

BAR = literal("|")
EXPLAINED = (Outcome.MATCHED, Outcome.FEES_EXPLAINED, Outcome.WITHIN_TOLERANCE, Outcome.REFUND_OFFSET)
BANK_FEE = "bank.fee"  # reconciliation's rule for what the bank takes itself


def book_money(connection: Connection, until: str) -> int:
    """Statement lines, bank lines and advertising up to the day `until`; returns how many vouchers were written."""
    return (
        _book_statements(connection, until)
        + _book_payables(connection, until)
        + _book_bank(connection, until)
        + _book_explained(connection, until)
        + _book_ads(connection, until)
    )


def _book_statements(connection: Connection, until: str) -> int:
    """One voucher per line of a statement, whatever fees it is made of."""
    return len(post_new(connection, statement_drafts(connection, until, booked=False)))


def statement_drafts(connection: Connection, until: str, *, booked: bool) -> Iterator[Draft]:
    """The drafts of the statement lines that have (or have no) voucher, as the books tell of them now."""
    b = bill_line.c
    source_id = b.platform + BAR + b.shop + BAR + b.wallet + BAR + b.flow_no + BAR + cast(b.n, Text)
    same = and_(jv.c.source_type == "bill_line", jv.c.source_id == source_id, jv.c.kind == "statement",
                jv.c.version == 1)  # fmt: skip
    query = (
        select(source_id, b.at, b.platform, b.shop, b.wallet, b.flow_no, b.order_no, b.fee_type, b.amount_fen,
               b.file_sha, b.row_no)
        .select_from(bill_line.outerjoin(jv, same))
        .where(jv.c.no.is_not(None) if booked else jv.c.no.is_(None), b.amount_fen != 0)
        .order_by(b.at, source_id, b.fee_type)
    )  # fmt: skip
    rows = connection.execute(query).all()  # read to the end before anything is written
    for name, grouped in groupby(rows, key=lambda row: str(row[0])):
        parts = list(grouped)
        first = parts[0]
        day = moment(first[1])[:10]
        if day <= until:
            fees = tuple((row[7], row[8]) for row in parts)
            platform, shop, wallet, flow_no, order_no = first[2:7]
            told = StatementDocument(name, day, platform, shop, wallet, flow_no, order_no, fees, first[9], first[10])
            yield RULES["statement"].draft(told)


def _book_payables(connection: Connection, until: str) -> int:
    """Payments that somebody authorised and that are due; those that a person entered as documents are booked."""
    p = payable.c
    booked = and_(jv.c.source_type == "payable", jv.c.source_id == p.payable_no, jv.c.kind == "payable")
    query = (
        select(p.payable_no, p.kind, p.due_day, p.payee, p.reference, p.amount_fen, p.file_sha, p.row_no)
        .select_from(payable.outerjoin(jv, booked))
        .where(jv.c.no.is_(None), p.authorised_by != "", p.due_day <= until, p.amount_fen != 0,
               p.payable_no.not_in(select(cash_document.c.document_no)))
        .order_by(p.due_day, p.payable_no)
    )  # fmt: skip
    return len(
        post_new(connection, [RULES["payable"].draft(PayableDocument(*row)) for row in connection.execute(query)])
    )


def _bank_documents(connection: Connection, until: str, kind: str) -> list[BankDocument]:
    """The bank lines without a voucher of this kind."""
    k, i = bank_line.c, recon_item.c
    source_id = k.account + BAR + k.line_key
    booked = and_(jv.c.source_type == "bank_line", jv.c.source_id == source_id, jv.c.kind == kind)
    said = (
        select(i.ref, func.max(i.rule_id).label("rule_id"))
        .where(i.side == "bank", i.outcome.in_(EXPLAINED))
        .group_by(i.ref)
        .subquery()
    )
    query = (
        select(source_id, k.day, k.account, k.counterparty, k.summary, k.amount_fen, said.c.rule_id, k.file_sha,
               k.row_no)
        .select_from(bank_line.outerjoin(jv, booked).outerjoin(said, said.c.ref == source_id))
        .where(jv.c.no.is_(None), k.amount_fen != 0, k.day <= until)
        .order_by(k.day, source_id)
    )  # fmt: skip
    return [BankDocument(*row[:6], _known_as(row[6]), *row[7:]) for row in connection.execute(query)]


def _known_as(rule_id: str | None) -> str:
    if rule_id is None:
        return ""
    return "fee" if rule_id == BANK_FEE else "transit"


def _book_bank(connection: Connection, until: str) -> int:
    told = _bank_documents(connection, until, "bank")
    return len(post_new(connection, [RULES["bank"].draft(one) for one in told]))


def _book_explained(connection: Connection, until: str) -> int:
    """Lines that were booked as 待查款项 and that reconciliation has explained since."""
    told = {one.source_id: one for one in _bank_documents(connection, until, "bank_explained") if one.known_as}
    if not told:
        return 0
    query = (
        select(jv.c.source_id)
        .join_from(jv, jv_line, jv_line.c.no == jv.c.no)
        .where(jv.c.source_type == "bank_line", jv.c.kind == "bank", jv_line.c.account == "122199")
    )
    waiting = [told[name] for name in connection.execute(query).scalars() if name in told]
    return len(post_new(connection, [RULES["bank_explained"].draft(one) for one in waiting]))


def _book_ads(connection: Connection, until: str) -> int:
    """What each day took; where a later export revises a day, only the difference."""
    a = ad_day.c
    query = (
        select(a.platform, a.shop, a.day, func.sum(a.spend_fen), func.min(a.file_sha))
        .where(a.day <= until)
        .group_by(a.platform, a.shop, a.day)
        .order_by(a.day, a.platform, a.shop)
    )
    booked = _booked_ads(connection)
    drafts: list[Draft] = []
    for platform, shop, day, spend_fen, file_sha in connection.execute(query):
        known_fen, vouchers = booked.get((platform, shop, day), (0, 0))
        difference = int(spend_fen) - known_fen
        if difference:
            row_no = _row_no(connection, platform, shop, day, file_sha)
            name = f"{platform}|{shop}|{day}" + (f"#{vouchers + 1}" if vouchers else "")
            told = AdsDocument(name, day, platform, shop, difference, file_sha, row_no)
            drafts.append(RULES["ads"].draft(told))
    return len(post_new(connection, drafts))


def _row_no(connection: Connection, platform: str, shop: str, day: str, file_sha: str) -> int:
    a = ad_day.c
    mine = (a.platform == platform, a.shop == shop, a.day == day, a.file_sha == file_sha)
    return int(connection.execute(select(func.min(a.row_no)).where(*mine)).scalar_one())


def _booked_ads(connection: Connection) -> dict[tuple[str, str, str], tuple[int, int]]:
    line = jv_line.c
    query = (
        select(line.platform, line.shop, jv.c.document_day, func.sum(line.dr_fen - line.cr_fen), func.count())
        .join_from(jv, jv_line, line.no == jv.c.no)
        .where(jv.c.kind == "ads", line.account == ADS_EXPENSE)
        .group_by(line.platform, line.shop, jv.c.document_day)
    )
    found: dict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for platform, shop, day, fen, count in connection.execute(query):
        found[platform, shop, day] = (int(fen), int(count))
    return found
