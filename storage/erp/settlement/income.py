"""What orders brought by themselves, and what statements say of them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import bill_line, refund
from storage.erp.reconciliation.expectations import REFUSED_WORDS
from storage.erp.settlement.components import Place, place_of
from storage.erp.settlement.facts import ACTUAL, Fact, Head, Pool, Span


def order_income(pool: Pool, span: Span) -> Iterator[Fact]:
    """What the orders that finished in those days sold for: list price by sub-order, discounts and freight by order.

    The sum over an order is what its buyer paid. An order without sub-orders has its payment as one amount.
    """
    for key, head in pool.heads.items():
        if not span.has(head.recognised):
            continue
        lines = pool.lines.get(key, [])
        for line in lines:
            source = (line.file_sha, line.row_no, f"子订单 {line.sub_no}")
            yield Fact(*key, line.sub_no, "goods", line.price_fen * line.qty, head.recognised, ACTUAL, *source)
        yield from _of_order(head, sum(line.price_fen * line.qty for line in lines))


def _of_order(head: Head, goods_fen: int) -> Iterator[Fact]:
    """Discounts and freight; what they leave unexplained of the payment stands with the goods, so that it adds up."""
    discounts = (
        ("seller_discount", -head.seller_discount_fen),
        ("platform_discount", -head.platform_discount_fen),
        ("buyer_freight", head.freight_fen),
    )
    rest = head.paid_fen - goods_fen - sum(fen for _, fen in discounts)
    source = (head.file_sha, head.row_no, f"订单 {head.order_no}")
    for component, fen in (*discounts, ("goods", rest)):
        if fen:
            yield Fact(*head.key, "", component, fen, head.recognised, ACTUAL, *source)


def refunds(connection: Connection, pool: Pool, span: Span) -> Iterator[Fact]:
    """Refunds that were done of recognised orders, on the day of the refund or, when it was earlier, of the income."""
    r = refund.c
    query = (
        select(r.platform, r.shop, r.order_no, r.sub_no, r.amount_fen, r.done_at, r.status, r.refund_no, r.file_sha,
               r.row_no)
        .where(r.done_at != "")
        .order_by(r.platform, r.shop, r.refund_no)
    )  # fmt: skip
    for platform, shop, order_no, sub_no, fen, done_at, status, number, sha, row_no in connection.execute(query):
        head = pool.heads.get((platform, shop, order_no))
        if head is None or not head.recognised or any(word in status for word in REFUSED_WORDS):
            continue
        day = max(done_at[:10], head.recognised)
        if span.has(day):
            source = (sha, row_no, f"退款 {number}")
            yield Fact(platform, shop, order_no, sub_no, "refund", -fen, day, ACTUAL, *source)


class Gathered(NamedTuple):
    """Every statement line of the days, once: as facts, or in `apart` by place, (shop, fee class) -> fen."""

    facts: list[Fact]
    apart: dict[Place, dict[tuple[str, str], int]]

    @property
    def total_fen(self) -> int:
        """What the statements sum to."""
        return sum(fact.amount_fen for fact in self.facts) + sum(
            sum(by_class.values()) for by_class in self.apart.values()
        )


def statement_facts(connection: Connection, pool: Pool, span: Span) -> Gathered:
    """Fees, subsidies, compensation, insurance and fines as statements take and give them (FMS-15, 16, 19, AS-23, 24).

    Payments and refunds of orders that the pool has are no profit of their own: they pay what was recognised. A
    person's own wallet is no shop's.
    """
    b = bill_line.c
    gathered = Gathered([], defaultdict(lambda: defaultdict(int)))
    query = (
        select(b.platform, b.shop, b.order_no, b.fee_type, b.amount_fen, b.at, b.file_sha, b.row_no, b.wallet,
               b.flow_no)
        .where(b.at.between(span.first_day, f"{span.last_day} 24"), b.wallet != "personal")
        .order_by(b.platform, b.shop, b.at, b.wallet, b.flow_no, b.fee_type, b.n)
    )  # fmt: skip
    for platform, shop, number, fee, fen, at, sha, row_no, wallet, flow_no in connection.execute(query):
        place, component = place_of(fee)
        order_no = pool.resolve(platform, shop, number) if number else ""
        known = (platform, shop, order_no) in pool.heads
        if place is Place.PROFIT or (place is Place.RECEIVABLE and order_no and not known):
            sub_no = number if order_no != number else ""
            source = (sha, row_no, f"{wallet} 流水 {flow_no}")
            fact = Fact(platform, shop, order_no, sub_no, component, fen, at[:10], ACTUAL, *source)
            gathered.facts.append(fact)
        else:
            gathered.apart[place][shop, fee] += fen
    return gathered
