"""Plain rows that go into reconciliation and decisions that come out: no database, no clock, integer fen."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from storage.erp.reconciliation.outcomes import Outcome


class StatementLine(NamedTuple):
    """One classified line of a wallet's statement; `amount_fen` is signed, + to the seller."""

    platform: str
    shop: str
    wallet: str
    flow_no: str
    fee_type: str
    n: int
    order_no: str
    refund_no: str
    amount_fen: int
    at: str
    period_from: str = ""
    period_to: str = ""

    @property
    def ref(self) -> str:
        """The key of the line in `recon_item`."""
        return f"{self.shop}|{self.wallet}|{self.flow_no}|{self.fee_type}|{self.n}"


class BookOrder(NamedTuple):
    """What the books know of an order's money; `lines` is its number of sub-orders."""

    platform: str
    shop: str
    order_no: str
    paid_fen: int
    platform_discount_fen: int
    platform_status: str
    paid_at: str
    finished_at: str
    lines: int = 1


class BookRefund(NamedTuple):
    """A refund of an order; it is done when `done_at` is set."""

    platform: str
    shop: str
    refund_no: str
    order_no: str
    amount_fen: int
    done_at: str
    status: str
    after_settlement: bool


class BankLine(NamedTuple):
    """One line of the bank's statement; `occurrence` counts lines equal even in their balance, from 1."""

    account: str
    line_key: str
    day: str
    summary: str
    counterparty: str
    amount_fen: int
    occurrence: int = 1

    @property
    def ref(self) -> str:
        """The key of the line in `recon_item`."""
        return f"{self.account}|{self.line_key}"


class Decision(NamedTuple):
    """The one answer to one line (side statement or bank) or to one expectation without a line (side books)."""

    job: str
    side: str
    ref: str
    shop: str
    order_no: str
    component: str
    outcome: Outcome
    difference: str
    amount_fen: int
    expected_fen: int
    group_id: str
    rule_id: str
    reason: str
    at: str


class Answer(NamedTuple):
    """What is said of a line: outcome, named difference ("" = none), the amount it should have had, and why."""

    outcome: Outcome
    difference: str
    expected_fen: int
    reason: str


class Group(NamedTuple):
    """Lines that belong together; `residual_fen` is what they leave open, actual minus expected."""

    group_id: str
    kind: str
    residual_fen: int


class Candidate(NamedTuple):
    """What a line that nobody could be sure of might be: `candidate` is `side:ref` of the other, or `order:<no>`."""

    job: str
    side: str
    ref: str
    candidate: str
    rank: int
    amount_fen: int
    reason: str


class Matched(NamedTuple):
    """All decisions and groups of a job, and what is kept for a person where nothing was sure."""

    decisions: list[Decision]
    groups: list[Group]
    candidates: list[Candidate]


def group_kind(left: int, right: int) -> str:
    """How many stand on each side of a group: 1-1, 1-N, N-1 or N-M."""
    one = "1" if left == 1 else "N"
    return f"{one}-{'1' if right == 1 else 'N' if one == '1' else 'M'}"


class Coverage(NamedTuple):
    """Which days the files at hand speak about, as days `YYYY-MM-DD`.

    `days`: of statements, by (shop, wallet) or ("bank", "bank"). `orders`, `refunds`: of their exports, by (platform,
    shop). `withdrawals`: of what tells a wallet's withdrawals, by (shop, wallet). `unbilled`: shops with paid orders of
    which no statement ever came, so that nobody knows what they withdrew. `accounts`: of statements, by bank account.
    """

    days: Mapping[tuple[str, str], frozenset[str]]
    as_of: str
    orders: Mapping[tuple[str, str], frozenset[str]]
    refunds: Mapping[tuple[str, str], frozenset[str]]
    withdrawals: Mapping[tuple[str, str], frozenset[str]]
    unbilled: frozenset[str] = frozenset()
    accounts: Mapping[str, frozenset[str]] = MappingProxyType({})

    def silent(self, owner: tuple[str, str], from_day: str, to_day: str) -> bool:
        """Whether the statements cover every day from `from_day` to `to_day`, so that a line not in them is missing."""
        if to_day > self.as_of:
            return False
        covered = self.days.get(owner, frozenset())
        return all(day in covered for day in days_between(from_day, to_day))

    def untold(self, accounts: Iterable[str], from_day: str, to_day: str) -> str:
        """Which of these bank accounts lack one of the days, in words; "" when none does that we know the days of."""
        days = days_between(from_day, to_day)
        lacking = (one for one in sorted(accounts) if not self.accounts.get(one, frozenset(days)).issuperset(days))
        return "、".join(lacking)

    def orders_lacking(self, platform: str, shop: str, day: str, age_days: int) -> str:
        """Which orders are not in that a line of that day may be about, in words; "" when all are."""
        lacking = _lacking(self.orders.get((platform, shop), frozenset()), day, age_days)
        return f"店铺 {shop} {lacking} 的订单还没有取到，取到后再核对" if lacking else ""

    def refunds_lacking(self, platform: str, shop: str, day: str, age_days: int) -> str:
        """Which refunds are not in that a line of that day may be about, in words; "" when all are."""
        lacking = _lacking(self.refunds.get((platform, shop), frozenset()), day, age_days)
        return f"店铺 {shop} {lacking} 的售后还没有取到，取到后再核对" if lacking else ""


def _lacking(covered: frozenset[str], day: str, age_days: int) -> str:
    """Days up to `day` that no export covers, back to the first export but no more than `age_days`."""
    if not covered:
        return f"{day} 及以前"
    first = max(min(covered), day_after(day, -age_days))
    gaps = [each for each in days_between(first, day) if each not in covered]
    if not gaps:
        return "" if day >= first else day
    return gaps[0] if len(gaps) == 1 else f"{gaps[0]} 至 {gaps[-1]} 中 {len(gaps)} 天"


def days_between(from_day: str, to_day: str) -> list[str]:
    """Every day from `from_day` to `to_day`, both included, as `YYYY-MM-DD`; empty when `to_day` is earlier."""
    first, last = date.fromisoformat(from_day), date.fromisoformat(to_day)
    return [(first + timedelta(days=step)).isoformat() for step in range((last - first).days + 1)]


def day_after(day: str, days: int) -> str:
    """The day `days` after `day`, `YYYY-MM-DD`."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def on_line(
    job: str, line: StatementLine, answer: Answer, *, order_no: str = "", group_id: str = "", rule: str = ""
) -> Decision:
    """The decision on a statement line."""
    rule_id = rule or f"{line.fee_type}.{answer.difference or answer.outcome.name.lower()}"
    return Decision(
        job,
        "statement",
        line.ref,
        line.shop,
        order_no or line.order_no,
        line.fee_type,
        answer.outcome,
        answer.difference,
        line.amount_fen,
        answer.expected_fen,
        group_id,
        rule_id,
        answer.reason,
        line.at,
    )


def on_bank(line: BankLine, answer: Answer, *, group_id: str = "", rule: str = "") -> Decision:
    """The decision on a bank line."""
    rule_id = rule or f"bank.{answer.difference or answer.outcome.name.lower()}"
    return Decision(
        "wallet",
        "bank",
        line.ref,
        "",
        "",
        "bank",
        answer.outcome,
        answer.difference,
        line.amount_fen,
        answer.expected_fen,
        group_id,
        rule_id,
        answer.reason,
        line.day,
    )
