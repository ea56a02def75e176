"""Foreign money: what is earned and paid in another currency, in the books of both currencies at once.

Every line keeps its foreign amount (hundredths, signed) beside its fen. Per voucher both sum to zero: the fen over all
lines, the foreign amounts over the lines of that currency. A conversion has two lines on 汇兑损益: the foreign
money at what it stood for, and what was got for it; their difference is what the rate made or lost. What a brushing
or test order brought is owed like any sale and is no revenue, as in CNY (OMS-58).
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.database.tables.ledger import jv, jv_line
from storage.erp.finance.chart import CLEARING, EXCHANGE, FEE_ACCOUNTS, NO_SALE, RECEIVABLE, REVENUE, SUSPENSE, WALLET
from storage.erp.finance.ledger import post, reverse
from storage.erp.finance.vouchers import MANUAL, Draft, Line, content_hash
from storage.erp.orders.special import special_orders
from storage.erp.settlement.shares import split


class ForeignBill(NamedTuple):
    """A settlement in another currency: parts by fee class in signed hundredths, + to the seller; `rate`: CNY for one
    unit of `currency`, as the settlement states it. `sold`: (order, hundredths) of the sales, where it says them."""

    document_no: str
    day: str
    platform: str
    shop: str
    wallet: str
    currency: str
    rate: Decimal
    parts: tuple[tuple[str, int], ...]
    file_sha: str = ""
    row_no: int = 0
    sold: tuple[tuple[str, int], ...] = ()


class Conversion(NamedTuple):
    """Foreign money of a wallet exchanged: `cents` left it, `received_fen` are on their way to the bank."""

    document_no: str
    day: str
    platform: str
    shop: str
    wallet: str
    currency: str
    cents: int
    received_fen: int
    file_sha: str = ""
    row_no: int = 0


def base_fen(cents: int, rate: Decimal) -> int:
    """Hundredths of a currency in fen at a rate, half up, away from zero. Pure."""
    return int((cents * rate).quantize(Decimal(1), ROUND_HALF_UP))


def _line(account: str, fen: int, currency: str, cents: int, *where: str) -> Line:
    platform, shop, party, item = where
    return Line(account, max(fen, 0), max(-fen, 0), platform, shop, "", party, item, currency, cents)


def earn(connection: Connection, bill: ForeignBill) -> str:
    """Sales that a foreign platform reports: 应收 and 收入 in both currencies; returns the voucher's number.

    Orders that are no sales stand on 其他应收款-补单 instead. Raises VoucherConflict where it was booked before an
    order was said to be none: `mend_earned` mends it.
    """
    return post(connection, _earned(connection, bill))


def mend_earned(connection: Connection, bill: ForeignBill, day: str, author: str, reason: str) -> str:
    """Reverse the voucher of `earn` on a day of an open month and book it as the orders are marked now; returns the
    number that counts, the old one where nothing differs. Raises AuthorMissing, PeriodClosed."""
    draft, undo = _earned(connection, bill), jv.alias("undo")
    query = (
        select(jv.c.no, jv.c.content_hash)
        .select_from(jv.outerjoin(undo, undo.c.reverses == jv.c.no))
        .where(jv.c.kind == draft.kind, jv.c.source_type == draft.source_type, jv.c.source_id == draft.source_id,
               undo.c.no.is_(None))
    )  # fmt: skip
    for no, content in connection.execute(query).all():
        if content != content_hash(draft):
            reverse(connection, no, day, author, reason)
    return post(connection, draft)


def _earned(connection: Connection, bill: ForeignBill) -> Draft:
    cents = sum(amount for fee, amount in bill.parts if FEE_ACCOUNTS.get(fee) == RECEIVABLE)
    fen = base_fen(cents, bill.rate)
    where = (bill.platform, bill.shop, bill.platform, bill.document_no)
    special = special_orders(connection) if bill.sold else {}
    none = [(order_no, own) for order_no, own in bill.sold if (bill.platform, bill.shop, order_no) in special]
    apart = [
        _line(NO_SALE, -base_fen(own, bill.rate), bill.currency, -own, *where[:3], order_no) for order_no, own in none
    ]
    rest_fen = fen + sum(line.dr_fen - line.cr_fen for line in apart)
    rest_cents = cents - sum(own for _, own in none)
    lines = [_line(RECEIVABLE, fen, bill.currency, cents, *where), *apart]
    if rest_cents or rest_fen:
        lines.append(_line(REVENUE, -rest_fen, bill.currency, -rest_cents, *where))
    words = f"{bill.currency} 销售 {bill.document_no}，汇率 {bill.rate}"
    words += f"，其中 {len(none)} 单是补单或测试单，不确认收入" if none else ""
    return _draft("foreign_revenue", bill, words, tuple(lines))


def settle(connection: Connection, bill: ForeignBill) -> str:
    """The platform pays a settlement into its wallet: every part in both currencies at the settlement's rate.

    What is owed was booked at its own rate, so the receivable is taken off at that one, and the difference is 汇兑损益.
    """
    total_fen = base_fen(sum(cents for _, cents in bill.parts), bill.rate)
    sizes = [abs(cents) for _, cents in bill.parts]
    fen_of = [base_fen(cents, bill.rate) for _, cents in bill.parts]
    rest = total_fen - sum(fen_of)
    fen_of = [fen + part for fen, part in zip(fen_of, split(rest, sizes), strict=True)]
    where = (bill.platform, bill.shop)
    money = _line(WALLET, total_fen, bill.currency, sum(cents for _, cents in bill.parts), *where, bill.wallet,
                  bill.document_no)  # fmt: skip
    lines, gain_fen = [money], 0
    for (fee, cents), fen in zip(bill.parts, fen_of, strict=True):
        account = FEE_ACCOUNTS.get(fee, SUSPENSE)
        booked = _carried(connection, account, bill, cents) if account == RECEIVABLE else fen
        gain_fen += fen - booked
        lines.append(_line(account, -booked, bill.currency, -cents, *where, bill.platform, bill.document_no))
    if gain_fen:
        lines.append(_line(EXCHANGE, -gain_fen, "", 0, *where, "", bill.document_no))
    words = f"{bill.currency} 结算 {bill.document_no}，汇率 {bill.rate}"
    return post(connection, _draft("foreign_settlement", bill, words, tuple(lines)))


def _carried(connection: Connection, account: str, bill: ForeignBill, cents: int) -> int:
    """What so much of a receivable stands in the books for, in fen; at the bill's own rate where nothing was booked."""
    line = jv_line.c
    query = (
        select(func.sum(line.dr_fen - line.cr_fen), func.sum(line.foreign_cents))
        .join_from(jv_line, jv, jv.c.no == line.no)
        .where(line.account == account, line.item == bill.document_no, line.currency == bill.currency,
               jv.c.kind == "foreign_revenue")
    )  # fmt: skip
    fen, known = connection.execute(query).one()
    return _share(int(fen), int(known), cents) if known else base_fen(cents, bill.rate)


def _share(fen: int, known: int, cents: int) -> int:
    return int((Decimal(fen) * cents / known).quantize(Decimal(1), ROUND_HALF_UP))


def convert(connection: Connection, told: Conversion) -> str:
    """Foreign money of a wallet becomes CNY on its way to the bank; what the rate made or lost is 汇兑损益.

    It leaves the wallet at the average at which it stands there. Returns the voucher's number.
    """
    line = jv_line.c
    mine = (line.account == WALLET, line.currency == told.currency, line.party == told.wallet, line.shop == told.shop,
            line.item != told.document_no)  # fmt: skip
    query = select(func.sum(line.dr_fen - line.cr_fen), func.sum(line.foreign_cents)).where(*mine)
    fen, known = connection.execute(query).one()
    booked = _share(int(fen), int(known), told.cents) if known else told.received_fen
    where = (told.platform, told.shop)
    lines = (
        _line(CLEARING, told.received_fen, "", 0, *where, told.wallet, told.document_no),
        _line(EXCHANGE, -told.received_fen, "", 0, *where, "", told.document_no),
        _line(EXCHANGE, booked, told.currency, told.cents, *where, "", told.document_no),
        _line(WALLET, -booked, told.currency, -told.cents, *where, told.wallet, told.document_no),
    )
    return post(connection, _draft("conversion", told, f"{told.currency} 结汇 {told.document_no}", lines))


def _draft(kind: str, told: ForeignBill | Conversion, words: str, lines: tuple[Line, ...]) -> Draft:
    return Draft(kind, "foreign_document", told.document_no, told.day, words, lines, told.file_sha, told.row_no)


def revalue_at(connection: Connection, currency: str, rate: Decimal, day: str, author: str, reason: str) -> str:
    """期末调汇: foreign money and receivables stand at the rate of the day; the difference is 汇兑损益. Returns the
    voucher's number, "" where nothing differs."""
    line = jv_line.c
    dimensions = (line.account, line.platform, line.shop, line.party, line.item)
    adjusted = (jv.c.source_type == "exchange_rate") & (jv.c.source_id < f"{currency}|{day}")
    query = (
        select(*dimensions, func.sum(line.dr_fen - line.cr_fen), func.sum(line.foreign_cents))
        .join_from(jv_line, jv, jv.c.no == line.no)
        .where(line.account.in_((WALLET, RECEIVABLE)), jv.c.day <= day,
               (line.currency == currency) | adjusted)
        .group_by(*dimensions)
        .order_by(*dimensions)
    )  # fmt: skip
    lines = []
    for account, platform, shop, party, item, fen, cents in connection.execute(query):
        more = base_fen(int(cents), rate) - int(fen)
        if more:
            lines.append(_line(account, more, "", 0, platform, shop, party, item))
    if not lines:
        return ""
    gain = sum(one.dr_fen - one.cr_fen for one in lines)
    if gain:
        lines.append(_line(EXCHANGE, -gain, "", 0, "", "", "", ""))
    draft = Draft(MANUAL, "exchange_rate", f"{currency}|{day}", day, f"{currency} 期末调汇，汇率 {rate}", tuple(lines),
                  author=author, reason=reason)  # fmt: skip
    return post(connection, draft)


def foreign_balances(connection: Connection, currency: str) -> dict[str, int]:
    """The ledger of a currency: hundredths per account; they sum to zero."""
    line = jv_line.c
    query = select(line.account, func.sum(line.foreign_cents)).where(line.currency == currency).group_by(line.account)
    return {row[0]: int(row[1]) for row in connection.execute(query.order_by(line.account))}
