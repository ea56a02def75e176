"""What the platform should have taken of each order beside what it took (FMS-16, FMS-42)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import bill_line
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.expectations import due, is_done, stage_of
from storage.erp.reconciliation.reading import book_orders, book_refunds
from storage.erp.reconciliation.rows import BookOrder, BookRefund
from storage.erp.reconciliation.words import percent, rate_bp, rate_words
from storage.erp.settlement.facts import OrderKey, Span

COMMISSION = "commission"


class OrderCommission(NamedTuple):
    """The commission of one order; amounts are what the platform takes, positive. `contract_bp` 0: no contract.

    `words` say the deviation, "" when there is none beyond the contract's tolerance or no contract to go by.
    """

    order: OrderKey
    base_fen: int
    contract_bp: int
    expected_fen: int
    actual_fen: int
    actual_bp: int
    words: str

    @property
    def gap_fen(self) -> int:
        """+ too much was taken."""
        return self.actual_fen - self.expected_fen


def commissions(connection: Connection, contracts: Contracts, span: Span) -> list[OrderCommission]:
    """Every order with commission lines in those days; their sum is the statements' (of lines that name an order).

    Expected is base times the shop's rate, half up; the base is what the seller received: paid and subsidy, less what
    was refunded before the order settled. What is given back for refunds is not part of it.
    """
    b = bill_line.c
    taken: dict[OrderKey, int] = defaultdict(int)
    wallets: dict[OrderKey, str] = {}
    query = select(b.platform, b.shop, b.order_no, b.wallet, b.amount_fen).where(
        b.fee_type == COMMISSION, b.order_no != "", b.at.between(span.first_day, f"{span.last_day} 24")
    )
    for platform, shop, order_no, wallet, fen in connection.execute(query):
        taken[platform, shop, order_no] -= fen
        wallets[platform, shop, order_no] = wallet
    orders = {(one.platform, one.shop, one.order_no): one for one in book_orders(connection)}
    refunds: dict[OrderKey, list[BookRefund]] = defaultdict(list)
    for one in book_refunds(connection):
        refunds[one.platform, one.shop, one.order_no].append(one)
    return [
        _judged(key, taken[key], orders.get(key), refunds.get(key, []), wallets[key], contracts)
        for key in sorted(taken)
    ]


def _judged(
    key: OrderKey,
    actual_fen: int,
    order: BookOrder | None,
    refunds: Iterable[BookRefund],
    wallet: str,
    contracts: Contracts,
) -> OrderCommission:
    rate = contracts.commission_bp.get(key[1], 0)
    if order is None:
        return OrderCommission(key, 0, rate, 0, actual_fen, 0, f"订单 {key[2]} 不在订单库中，佣金无从核对")
    before = sum(one.amount_fen for one in refunds if is_done(one) and not one.after_settlement)
    owed = due(order, wallet, before, 0, contracts)
    expected, actual_bp = -owed.commission_fen, rate_bp(actual_fen, owed.base_fen)
    words = ""
    if rate and abs(actual_fen - expected) > contracts.tolerance_fen:
        words = rate_words("佣金", actual_fen, expected, owed.base_fen, rate)
        if not owed.base_fen:
            words = f"{stage_of(order, wallet, contracts).name}：不应收佣金；合同 {percent(rate)}"
    return OrderCommission(key, owed.base_fen, rate, expected, actual_fen, actual_bp, words)


def deviations(found: Iterable[OrderCommission]) -> list[OrderCommission]:
    """Those that took something else than agreed, the largest first."""
    wrong = [one for one in found if one.words]
    return sorted(wrong, key=lambda one: (-abs(one.gap_fen), one.order))


class ChannelRate(NamedTuple):
    """What a shop's platform really took: commission over what it was taken of."""

    platform: str
    shop: str
    base_fen: int
    actual_fen: int
    actual_bp: int
    contract_bp: int


def channel_rates(found: Iterable[OrderCommission]) -> list[ChannelRate]:
    """The platform's fee rate by shop (FMS-46), of orders that the pool has."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in found:
        if one.base_fen:
            total = sums[one.order[:2]]
            total[0] += one.base_fen
            total[1] += one.actual_fen
            total[2] = one.contract_bp
    return [
        ChannelRate(platform, shop, base, actual, rate_bp(actual, base), contract)
        for (platform, shop), (base, actual, contract) in sorted(sums.items())
    ]
