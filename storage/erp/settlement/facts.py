"""What orders earned and cost, one fact per source row: amount, order, component, business day, and where it stands.

Income is recognised when the ledger's policy says so (usually when the buyer confirms); what a statement pays for an
order that the pool does not have counts when it is paid, and says so (`unknown_order`). Refunds and the cost of goods
follow their order: not before it is recognised. Fees count on the day that the statement takes them, freight when the
parcel leaves, advertising on its day. An estimate is a fact of its own, and what the bill says later is a second one,
the difference (`true_up`), so that both stay visible.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

OrderKey = tuple[str, str, str]
"""platform, shop, order_no; order_no "" is the shop itself."""
MoveKey = tuple[str, str, str, int]
"""doc_type, doc_id, doc_line, leg."""

ACTUAL, ESTIMATE, TRUE_UP, UNKNOWN, BY_HAND = "actual", "estimate", "true_up", "unknown_order", "by_hand"


class Fact(NamedTuple):
    """One amount, + raises the profit. `sub_no` "": of the order as a whole; `order_no` "": of the shop as a whole.

    `ref` names the source as a person would; `row_no` 0: it is no row of a file.
    """

    platform: str
    shop: str
    order_no: str
    sub_no: str
    component: str
    amount_fen: int
    day: str
    basis: str
    file_sha: str
    row_no: int
    ref: str

    @property
    def order(self) -> OrderKey:
        """Whose it is."""
        return self.platform, self.shop, self.order_no


class BookLine(NamedTuple):
    """A sub-order as profit needs it."""

    sub_no: str
    product_id: str
    code: str
    qty: int
    price_fen: int
    discount_share_fen: int
    paid_share_fen: int
    carrier: str
    waybill_no: str
    file_sha: str
    row_no: int


class Head(NamedTuple):
    """An order as profit needs it. `recognised_at`: the moment from which its income counts, "" while it does not.

    `special`: what it is, in Chinese, when it is no sale (a brushing or a test order): it brings nothing and gives
    nothing back, what it costs stays a cost.
    """

    platform: str
    shop: str
    order_no: str
    paid_fen: int
    seller_discount_fen: int
    platform_discount_fen: int
    freight_fen: int
    paid_day: str
    recognised_at: str
    file_sha: str
    row_no: int
    special: str = ""

    @property
    def key(self) -> OrderKey:
        """Which order it is."""
        return self.platform, self.shop, self.order_no

    @property
    def recognised(self) -> str:
        """The day from which its income counts, "" while it does not."""
        return self.recognised_at[:10]


class Pool(NamedTuple):
    """The orders that the books know, with their sub-orders."""

    heads: Mapping[OrderKey, Head]
    lines: Mapping[OrderKey, list[BookLine]]
    order_of_sub: Mapping[tuple[str, str, str], str]

    def resolve(self, platform: str, shop: str, number: str) -> str:
        """The order that a statement's number is about: itself, or the order of that sub-order."""
        if (platform, shop, number) in self.heads:
            return number
        return self.order_of_sub.get((platform, shop, number), number)


class Span(NamedTuple):
    """First and last business day, both included."""

    first_day: str
    last_day: str

    def has(self, day: str) -> bool:
        """Whether the day is one of them."""
        return self.first_day <= day <= self.last_day


def total(facts: Iterable[Fact], component: str = "") -> int:
    """The sum of all amounts, or of one component's."""
    return sum(fact.amount_fen for fact in facts if component in ("", fact.component))
