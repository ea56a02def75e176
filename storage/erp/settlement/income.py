"""What orders brought by themselves, and what statements say of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import bill_line, refund
from storage.erp.finance.moments import moment
from storage.erp.finance.policy import tax_within
from storage.erp.finance.sales import DoneRefund, OrderPart, Recognised, refund_shares, revenue_lines
from storage.erp.reconciliation.expectations import REFUSED_WORDS
from storage.erp.reconciliation.words import percent
from storage.erp.settlement.components import Place, place_of
from storage.erp.settlement.facts import ACTUAL, UNKNOWN, Fact, Head, OrderKey, Pool, Span
from storage.erp.settlement.pool import Numbers, Only


def order_income(pool: Pool, span: Span) -> Iterator[Fact]:
    """What the orders recognised in those days sold for: list price by sub-order, discounts, freight, and apart from
    them the platform's subsidy (FMS-68).

    Without the subsidy the sum over an order is what its buyer paid. An order without sub-orders has its payment as one
    amount.
    """
    for key, head in pool.heads.items():
        if head.special or not span.has(head.recognised):
            continue
        lines = pool.lines.get(key, [])
        for line in lines:
            source = (line.file_sha, line.row_no, f"子订单 {line.sub_no}")
            yield Fact(*key, line.sub_no, "goods", line.price_fen * line.qty, head.recognised, ACTUAL, *source)
        yield from _of_order(head, sum(line.price_fen * line.qty for line in lines))


def _of_order(head: Head, goods_fen: int) -> Iterator[Fact]:
    """Discounts and freight; what they leave unexplained of the payment stands with the goods, so that it adds up."""
    parts = (
        ("seller_discount", -head.seller_discount_fen),
        ("platform_discount", -head.platform_discount_fen),
        ("buyer_freight", head.freight_fen),
    )
    rest = head.paid_fen - goods_fen - sum(fen for _, fen in parts)
    source = (head.file_sha, head.row_no, f"订单 {head.order_no}")
    for component, fen in (*parts, ("goods", rest), ("subsidy", head.platform_discount_fen)):
        if fen:
            yield Fact(*head.key, "", component, fen, head.recognised, ACTUAL, *source)


def refunds_of(connection: Connection, pool: Pool, only: Only | None = None) -> dict[OrderKey, list[DoneRefund]]:
    """The refunds that were done of recognised orders, by order; `recognised` says whether the income was there before
    the refund.
    """
    r = refund.c
    query = select(
        r.platform, r.shop, r.order_no, r.refund_no, r.sub_no, r.amount_fen, r.done_at, r.file_sha, r.row_no, r.status
    ).where(r.done_at != "", *([r.order_no.in_(only.orders)] if only else ()))
    found: dict[OrderKey, list[DoneRefund]] = defaultdict(list)
    for row in sorted(connection.execute(query).all(), key=itemgetter(0, 1, 2, 3)):
        key, at = (row[0], row[1], row[2]), moment(row.done_at)
        head = pool.heads.get(key)
        if (
            head is not None
            and head.recognised
            and not head.special
            and not any(word in row.status for word in REFUSED_WORDS)
        ):
            later = at > head.recognised_at
            found[key].append(DoneRefund(key, row[3], row[4], row[5], at, later, row.file_sha, row.row_no))
    return found


def refunds(by_order: Mapping[OrderKey, list[DoneRefund]], pool: Pool, span: Span) -> Iterator[Fact]:
    """Refunds on the day that they were done or, when that was earlier, on the day of the income."""
    for key, done in by_order.items():
        for one in done:
            day = max(one.at[:10], pool.heads[key].recognised)
            sub_no = one.sub_no if any(line.sub_no == one.sub_no for line in pool.lines.get(key, ())) else ""
            if span.has(day):
                source = (one.file_sha, one.row_no, f"退款 {one.refund_no}")
                yield Fact(*key, sub_no, "refund", -one.amount_fen, day, ACTUAL, *source)


def output_tax(by_order: Mapping[OrderKey, list[DoneRefund]], pool: Pool, span: Span, vat_bp: int) -> Iterator[Fact]:
    """The tax inside what was sold and what was refunded, line by line as the ledger reckons it."""
    for key, head in pool.heads.items():
        if head.special or not head.recognised or not vat_bp:
            continue
        done = by_order.get(key, [])
        lines = [OrderPart(line.sub_no, line.code, line.paid_share_fen) for line in pool.lines.get(key, ())]
        if span.has(head.recognised):
            gross = head.paid_fen + head.platform_discount_fen
            sale = Recognised(key, head.recognised_at, head.paid_fen, gross, head.file_sha, head.row_no)
            sold = revenue_lines(lines, sale, [one for one in done if not one.recognised])
            source = (head.file_sha, head.row_no, f"订单 {head.order_no} 税率 {percent(vat_bp)}")
            for line, part in zip(lines or [OrderPart("", "", 1)], sold, strict=True):
                tax = tax_within(part.gross_fen, vat_bp)
                if tax:
                    yield Fact(*key, line.sub_no, "output_tax", -tax, head.recognised, ACTUAL, *source)
        for one in done:
            if one.recognised and span.has(one.at[:10]):
                yield from _tax_back(one, lines or [OrderPart("", "", 1)], vat_bp)


def _tax_back(one: DoneRefund, lines: list[OrderPart], vat_bp: int) -> Iterator[Fact]:
    source = (one.file_sha, one.row_no, f"退款 {one.refund_no} 税率 {percent(vat_bp)}")
    for line, fen in zip(lines, refund_shares(lines, one.sub_no, one.amount_fen), strict=True):
        tax = tax_within(fen, vat_bp)
        if tax:
            yield Fact(*one.key, line.sub_no, "output_tax", tax, one.at[:10], ACTUAL, *source)


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


def statement_facts(connection: Connection, pool: Pool, span: Span, numbers: Numbers | None = None) -> Gathered:
    """Fees, compensation, insurance and fines as statements take and give them (FMS-15, 16, 19, AS-23, 24).

    Payments, subsidies and refunds of orders that the pool has are no profit of their own: they pay what was
    recognised. A person's own wallet is no shop's. `numbers`: only lines that name these.
    """
    b = bill_line.c
    gathered = Gathered([], defaultdict(lambda: defaultdict(int)))
    mine = [] if numbers is None else [b.order_no.in_(numbers)]
    query = (
        select(b.platform, b.shop, b.order_no, b.fee_type, b.amount_fen, b.at, b.file_sha, b.row_no, b.wallet,
               b.flow_no)
        .where(b.at.between(span.first_day, f"{span.last_day} 24"), b.wallet != "personal", *mine)
        .order_by(b.platform, b.shop, b.at, b.wallet, b.flow_no, b.fee_type, b.n)
    )  # fmt: skip
    for platform, shop, number, fee, fen, at, sha, row_no, wallet, flow_no in connection.execute(query):
        place, component = place_of(fee)
        order_no = pool.resolve(platform, shop, number) if number else ""
        known = (platform, shop, order_no) in pool.heads
        if place is Place.PROFIT or (place is Place.RECEIVABLE and order_no and not known):
            sub_no = number if order_no != number else ""
            source = (sha, row_no, f"{wallet} 流水 {flow_no}")
            basis = ACTUAL if place is Place.PROFIT else UNKNOWN
            fact = Fact(platform, shop, order_no, sub_no, component, fen, at[:10], basis, *source)
            gathered.facts.append(fact)
        else:
            gathered.apart[place][shop, fee] += fen
    return gathered
