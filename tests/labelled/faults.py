"""What goes wrong between platforms, banks and books, as the design lists it (model.md 3.4, 3.5).

One function a kind; each spoils things of its own and writes down which outcomes would name it.
"""

from collections.abc import Callable, Mapping

from tests.labelled.books import BankLine, Payable
from tests.labelled.clean import RATES_BP, rounded
from tests.labelled.ground import Ground


def _shifted(kind: str, wanted: set[int], fee: str, low: int, high: int) -> Callable[[Ground], None]:
    """The order's line of that fee is off by so many fen."""

    def put(ground: Ground) -> None:
        order = ground.order(fits=lambda one: fee != "subsidy" or one.discount_fen > 0)
        line = ground.of(order.order_no, fee)
        ground.put(kind, wanted, ground.change(line, ground.rng.randrange(low, high)), books=(order.order_no,))

    return put


def _missing(kind: str, fee: str) -> Callable[[Ground], None]:
    """The statement lacks the order's line of that fee."""

    def put(ground: Ground) -> None:
        order = ground.order(fits=lambda one: fee != "subsidy" or one.discount_fen > 0)
        ground.drop(ground.of(order.order_no, fee))
        ground.put(kind, {9}, books=(order.order_no,))

    return put


def _twice(kind: str, fee: str) -> Callable[[Ground], None]:
    """The order's line of that fee comes again under another number."""

    def put(ground: Ground) -> None:
        order = ground.order()
        line = ground.of(order.order_no, fee)
        ground.put(kind, {7}, line, ground.again(line), innocent=1, books=(order.order_no,))

    return put


def commission_rate(ground: Ground) -> None:
    """Taken at another rate than agreed."""
    order = ground.order(fits=lambda one: one.paid_fen > 4_000)
    line = ground.of(order.order_no, "commission")
    line.fen = -rounded(order.paid_fen + order.discount_fen, RATES_BP[order.shop] + ground.rng.choice((50, 80, 120)))
    ground.put("commission_rate", {11}, line, books=(order.order_no,))


def commission_base(ground: Ground) -> None:
    """Taken on the list price instead of what was paid: one fifth more."""
    order = ground.order(fits=lambda one: one.paid_fen > 4_000)
    line = ground.of(order.order_no, "commission")
    line.fen = -rounded((order.paid_fen + order.discount_fen) * 6 // 5, RATES_BP[order.shop])
    ground.put("commission_base", {10, 11}, line, books=(order.order_no,))


def line_repeated(ground: Ground) -> None:
    """The file holds the same line, number and all, twice."""
    line = ground.of(ground.order().order_no, "payment")
    ground.put("line_repeated", {7}, line, ground.again(line, flow_no=line.flow_no, n=2), innocent=1)


def order_unknown(ground: Ground) -> None:
    """A payout for an order that no shop has."""
    line = ground.of(ground.order().order_no, "payment")
    no = ground.maker.number("31")
    ground.put("order_unknown", {8}, ground.again(line, order_no=no))


def wrong_shop(ground: Ground) -> None:
    """A payout of one shop's order on another shop's statement."""
    order = ground.order(fits=lambda one: one.shop == "A")
    line = ground.of(order.order_no, "payment")
    line.shop = "B"
    ground.put("wrong_shop", {15}, line, books=(order.order_no,))


def closed_order_paid(ground: Ground) -> None:
    """Money for an order that was closed and never paid."""
    order = ground.order()
    for fee in ("commission", "subsidy", "affiliate", "freight_insurance"):
        for line in [one for one in ground.books.lines if one.order_no == order.order_no and one.fee == fee]:
            ground.drop(line)
    order.status, order.paid_at, order.finished_at = "交易关闭", "", ""
    ground.put("closed_order_paid", {10}, ground.of(order.order_no, "payment"), books=(order.order_no,))


def unknown_fee(ground: Ground) -> None:
    """A charge in words that no rule knows."""
    line = ground.of(ground.order().order_no, "commission")
    ground.put("unknown_fee", {13}, ground.again(line, fee="unclassified", fen=-ground.rng.randrange(100, 900)))


def rounding(ground: Ground) -> None:
    """One fen off: tolerable, but not exact."""
    line = ground.of(ground.order().order_no, "payment")
    ground.put("rounding", {3}, ground.change(line, ground.rng.choice((-1, 1))), innocent=1)


def refund_amount(ground: Ground) -> None:
    """More went back to the buyer than was granted."""
    refund, line = ground.refund()
    ground.put("refund_amount", {10}, ground.change(line, -ground.rng.randrange(120, 900)), books=(refund.refund_no,))


def refund_missing(ground: Ground) -> None:
    """A refund is done and no money left the wallet."""
    refund, line = ground.refund()
    ground.drop(line)
    ground.put("refund_missing", {9}, books=(refund.refund_no, refund.order_no))


def refund_unknown(ground: Ground) -> None:
    """Money went back on an order that nobody asked a refund for."""
    order = ground.order()
    line = ground.of(order.order_no, "payment")
    back = ground.again(line, fee="refund", fen=-line.fen // 3, refund_no=ground.maker.number("88"))
    ground.put("refund_unknown", {8}, back)


def refund_twice(ground: Ground) -> None:
    """The same refund went out twice."""
    refund, line = ground.refund()
    ground.put("refund_twice", {7, 10}, line, ground.again(line), innocent=1, books=(refund.refund_no,))


def refund_commission_missing(ground: Ground) -> None:
    """The buyer got the money back, the shop not its commission."""
    refund, _ = ground.refund()
    ground.drop(ground.of(refund.order_no, "refund_commission"))
    ground.put("refund_commission_missing", {9}, books=(refund.refund_no, refund.order_no))


def refund_not_granted(ground: Ground) -> None:
    """Money went back though the request was refused."""
    refund, line = ground.refund()
    refund.status, refund.done_at = "退款关闭", ""
    ground.drop(ground.of(refund.order_no, "refund_commission"))
    ground.put("refund_not_granted", {10}, line, books=(refund.refund_no,))


def withdrawal_short(ground: Ground) -> None:
    """The bank shows less than was sent."""
    sent, credit = ground.withdrawal()
    credit.fen -= 500
    ground.put("withdrawal_short", {4, 10}, sent, credit)


def withdrawal_missing(ground: Ground) -> None:
    """Sent, and the bank never saw it."""
    sent, credit = ground.withdrawal()
    ground.books.bank.remove(credit)
    ground.put("withdrawal_missing", {9}, sent)


def withdrawal_ambiguous(ground: Ground) -> None:
    """Two equal sums sent, one arrived: which one nobody can tell."""
    sent, credit = ground.withdrawal()
    twin = ground.again(sent, at=sent.at[:11] + "12:00:00")
    ground.put("withdrawal_ambiguous", {9, 12}, sent, twin, credit, innocent=0)


def bank_twice(ground: Ground) -> None:
    """The bank's file holds a credit twice."""
    _, credit = ground.withdrawal()
    again = BankLine(credit.day, credit.name, credit.fen, credit.summary, repeats=credit)
    ground.books.bank.append(again)
    ground.put("bank_twice", {7, 8, 12}, again, credit, innocent=1)


def bank_unexplained(ground: Ground) -> None:
    """The wallet's name on a credit that no withdrawal explains."""
    _, credit = ground.withdrawal()
    extra = BankLine(credit.day, credit.name, ground.rng.randrange(2_000, 9_000), credit.summary)
    ground.books.bank.append(extra)
    ground.put("bank_unexplained", {8, 12, 13}, extra)


def bill_paid_twice(ground: Ground) -> None:
    """One invoice, two debits that name it."""
    owed, debit = ground.paid()
    again = BankLine(debit.day, debit.name, debit.fen, f"{debit.summary} 补付")
    ground.books.bank.append(again)
    ground.put("bill_paid_twice", {7, 8, 10, 12}, debit, again, innocent=1, books=(owed.payable_no,))


def bill_not_authorised(ground: Ground) -> None:
    """Money left the bank and nobody authorised it."""
    _, debit = ground.paid()
    extra = BankLine(debit.day, "深圳某某科技有限公司", -ground.rng.randrange(10_000, 90_000), "货款")
    ground.books.bank.append(extra)
    ground.put("bill_not_authorised", {8}, extra)


def bill_overpaid(ground: Ground) -> None:
    """More was paid than the invoice says."""
    owed, debit = ground.paid()
    debit.fen -= 1_300
    ground.put("bill_overpaid", {10}, debit, books=(owed.payable_no,))


def bill_underpaid(ground: Ground) -> None:
    """Less was paid; the rest is still owed."""
    owed, debit = ground.paid()
    debit.fen += 1_300
    ground.put("bill_underpaid", {4, 10}, debit, books=(owed.payable_no,))


def bill_not_paid(ground: Ground) -> None:
    """Due long ago, and no money left."""
    owed, debit = ground.paid()
    ground.books.bank.remove(debit)
    ground.put("bill_not_paid", {9}, books=(owed.payable_no,))


def bill_ambiguous(ground: Ground) -> None:
    """Two equal bills of one payee, one debit that names neither."""
    owed, debit = ground.paid()
    twin = Payable(ground.maker.number("YF"), owed.kind, owed.payee, owed.fen, owed.due_day)
    ground.books.payables.append(twin)
    owed.reference, debit.summary = "", "货款"
    ground.put("bill_ambiguous", {12}, debit, books=(owed.payable_no, twin.payable_no))


FAULTS: Mapping[str, Callable[[Ground], None]] = {
    "bank_twice": bank_twice,
    "bank_unexplained": bank_unexplained,
    "bill_ambiguous": bill_ambiguous,
    "bill_not_authorised": bill_not_authorised,
    "bill_not_paid": bill_not_paid,
    "bill_overpaid": bill_overpaid,
    "bill_paid_twice": bill_paid_twice,
    "bill_underpaid": bill_underpaid,
    "closed_order_paid": closed_order_paid,
    "commission_base": commission_base,
    "commission_missing": _missing("commission_missing", "commission"),
    "commission_rate": commission_rate,
    "commission_twice": _twice("commission_twice", "commission"),
    "line_repeated": line_repeated,
    "order_unknown": order_unknown,
    "payment_missing": _missing("payment_missing", "payment"),
    "payment_over": _shifted("payment_over", {10}, "payment", 150, 900),
    "payment_short": _shifted("payment_short", {10, 4}, "payment", -900, -150),
    "payment_twice": _twice("payment_twice", "payment"),
    "refund_amount": refund_amount,
    "refund_commission_missing": refund_commission_missing,
    "refund_missing": refund_missing,
    "refund_not_granted": refund_not_granted,
    "refund_twice": refund_twice,
    "refund_unknown": refund_unknown,
    "rounding": rounding,
    "subsidy_missing": _missing("subsidy_missing", "subsidy"),
    "subsidy_short": _shifted("subsidy_short", {10, 4}, "subsidy", -90, -20),
    "unknown_fee": unknown_fee,
    "withdrawal_ambiguous": withdrawal_ambiguous,
    "withdrawal_missing": withdrawal_missing,
    "withdrawal_short": withdrawal_short,
    "wrong_shop": wrong_shop,
}
