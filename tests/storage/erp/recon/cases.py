"""Small books by hand: one shop on an escrow wallet (5.00 %), one on a trade wallet, and a month of statements."""

from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.matching import match_orders
from storage.erp.reconciliation.rows import (
    BankLine,
    BookOrder,
    BookRefund,
    Coverage,
    Decision,
    StatementLine,
    days_between,
)
from storage.erp.reconciliation.wallet import match_wallet

CONTRACTS = Contracts(commission_bp={"A": 500, "B": 500})
JUNE = frozenset(days_between("2026-06-01", "2026-06-30"))
STATEMENTS = {("A", "alipay"): JUNE, ("B", "alipay"): JUNE, ("W", "wxpay"): JUNE}
EXPORTS = {("practice", shop): JUNE for shop in "ABW"}
COVERAGE = Coverage({**STATEMENTS, ("bank", "bank"): JUNE}, "2026-06-30", EXPORTS, EXPORTS, STATEMENTS)
DONE_DAY = "2026-06-10"


def order(no: str, paid: int, *, shop: str = "A", discount: int = 0, status: str = "交易成功", lines: int = 1,
          finished: str = DONE_DAY, paid_day: str = "2026-06-05") -> BookOrder:  # fmt: skip
    """An order; finished on 10 June unless said otherwise."""
    finished_at = f"{finished} 12:00:00" if finished else ""
    paid_at = f"{paid_day} 12:00:00" if paid_day else ""
    return BookOrder("practice", shop, no, paid, discount, status, paid_at, finished_at, lines)


def refund(no: str, order_no: str, fen: int, *, shop: str = "A", after: bool = True, done: str = "2026-06-12",
           status: str = "退款成功") -> BookRefund:  # fmt: skip
    """A refund, done on 12 June unless said otherwise."""
    return BookRefund("practice", shop, no, order_no, fen, f"{done} 09:00:00" if done else "", status, after)


def line(flow: str, fee: str, fen: int, order_no: str = "", *, shop: str = "A", day: str = DONE_DAY, n: int = 1,
         refund_no: str = "") -> StatementLine:  # fmt: skip
    """A statement line of 10 June unless said otherwise."""
    wallet = "wxpay" if shop == "W" else "alipay"
    return StatementLine(
        "practice", shop, wallet, flow, fee, n, order_no, refund_no, fen, f"{day} 12:30:00", "2026-06-01", "2026-06-30"
    )


def credit(
    fen: int, day: str, *, name: str = "支付宝（中国）网络技术有限公司", key: str = "", occurrence: int = 1
) -> BankLine:
    """A bank line."""
    return BankLine("9876", key or f"{day}|{fen}", day, "他行汇入", name, fen, occurrence)


def withdrawal(flow: str, fen: int, day: str, *, shop: str = "A", n: int = 1) -> StatementLine:
    """A withdrawal of that many fen."""
    return line(flow, "withdrawal", -fen, shop=shop, day=day, n=n)


def settle(
    lines: list[StatementLine],
    orders: list[BookOrder],
    refunds: list[BookRefund] | None = None,
    covered: Coverage = COVERAGE,
) -> dict[str, Decision]:
    """Decisions of job orders by flow number, and by key on side books."""
    found = match_orders(lines, orders, refunds or [], CONTRACTS, covered)
    return {_name(decision): decision for decision in found.decisions}


def bank(lines: list[StatementLine], credits: list[BankLine], covered: Coverage = COVERAGE) -> dict[str, Decision]:
    """Decisions of job wallet by flow number or bank line key."""
    found = match_wallet(lines, credits, CONTRACTS, covered)
    return {_name(decision): decision for decision in found.decisions}


def _name(decision: Decision) -> str:
    parts = decision.ref.split("|")
    if decision.side == "books":
        return decision.ref
    if decision.side == "bank":
        return decision.ref.split("|", 1)[1]
    return parts[2] if parts[4] == "1" else f"{parts[2]}#{parts[4]}"


def said(decision: Decision) -> tuple[int, str]:
    """Outcome and difference."""
    return int(decision.outcome), decision.difference
