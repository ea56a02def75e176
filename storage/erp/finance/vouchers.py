"""What a voucher is before it has a number: lines that balance, and the hashes that keep it as it was. Pure."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from storage.erp.finance.chart import CHART, control_accounts
from storage.erp.finance.errors import AccountUnknown, AuthorMissing, PartyMissing, Unbalanced

MANUAL, REVERSAL, CLOSING = "manual", "reversal", "closing"
BY_HAND = frozenset({MANUAL, REVERSAL})
CHAIN_START = "0" * 64
_CONTROL = control_accounts()
_BETWEEN = "\x1f"


class Line(NamedTuple):
    """One line: fen on one side, and its dimensions. `item`: the open item (order, invoice, receipt).

    `foreign_cents`: signed hundredths of `currency`, + debit; "" and 0 where the amount is CNY.
    """

    account: str
    dr_fen: int = 0
    cr_fen: int = 0
    platform: str = ""
    shop: str = ""
    sku: str = ""
    party: str = ""
    item: str = ""
    currency: str = ""
    foreign_cents: int = 0


class Draft(NamedTuple):
    """A voucher to be posted. (source_type, source_id, kind) is its identity; `day` is YYYY-MM-DD, Asia/Shanghai.

    `file_sha`, `row_no`: the row of the archived file that tells of the document. `author` and `reason`: who, where no
    document says so.
    """

    kind: str
    source_type: str
    source_id: str
    day: str
    words: str
    lines: tuple[Line, ...]
    file_sha: str = ""
    row_no: int = 0
    author: str = ""
    reason: str = ""

    @property
    def source(self) -> str:
        """How messages name it."""
        return f"{self.kind}/{self.source_type}/{self.source_id}"


def debit(
    account: str, amount_fen: int, platform: str = "", shop: str = "", sku: str = "", party: str = "", item: str = ""
) -> Line:
    """A line of `amount_fen` on the debit side; a negative amount stands on the credit side."""
    if amount_fen < 0:
        return Line(account, 0, -amount_fen, platform, shop, sku, party, item)
    return Line(account, amount_fen, 0, platform, shop, sku, party, item)


def credit(
    account: str, amount_fen: int, platform: str = "", shop: str = "", sku: str = "", party: str = "", item: str = ""
) -> Line:
    """A line of `amount_fen` on the credit side; a negative amount stands on the debit side."""
    return debit(account, -amount_fen, platform, shop, sku, party, item)


def check(draft: Draft) -> None:
    """Raises what keeps this draft out of the ledger: unbalanced, unknown account, nobody named."""
    dr_fen = cr_fen = 0
    for line in draft.lines:
        if line.account not in CHART:
            raise AccountUnknown(line.account)
        if line.account in _CONTROL and not (line.party and line.item):
            raise PartyMissing(draft.source, line.account)
        if line.dr_fen < 0 or line.cr_fen < 0 or (line.dr_fen and line.cr_fen):
            raise Unbalanced(draft.source, line.dr_fen, line.cr_fen, f"科目 {line.account} 的一行不在一边")
        dr_fen += line.dr_fen
        cr_fen += line.cr_fen
    if dr_fen != cr_fen or not dr_fen:
        raise Unbalanced(draft.source, dr_fen, cr_fen, "借贷不等" if dr_fen != cr_fen else "没有金额")
    if draft.kind in BY_HAND and not (draft.author.strip() and draft.reason.strip()):
        raise AuthorMissing


def content_hash(draft: Draft) -> str:
    """sha256 of what the voucher says of its document; not of its number, nor of the period it falls into."""
    told = repr((draft.kind, draft.source_type, draft.source_id, draft.day, tuple(map(tuple, draft.lines))))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def chain_hash(previous: str, parts: Sequence[object]) -> str:
    """sha256 of the hash before and of everything that stands in the row of this voucher."""
    told = _BETWEEN.join((previous, *map(str, parts)))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
