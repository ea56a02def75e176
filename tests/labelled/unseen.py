"""How platforms, banks and people really err beyond the design's list: kinds that nobody told the matcher's author of.

All that is asked is that no line of them is confirmed; how many are named as a difference is reported.
"""

from collections.abc import Callable, Mapping

from tests.labelled.books import BankLine
from tests.labelled.ground import Ground

ANY = {4, 7, 8, 9, 10, 11, 12, 13, 15}
OFFSET = ANY | {6}
"""Money that came and went: to say that it cancels out is right too."""


def sign_turned(ground: Ground) -> None:
    """The commission is credited instead of taken."""
    line = ground.of(ground.order().order_no, "commission")
    line.fen = -line.fen
    ground.put("sign_turned", ANY, line, unseen=True)


def hundredfold(ground: Ground) -> None:
    """Fen taken for yuan on the way: a hundred times the amount."""
    line = ground.of(ground.order().order_no, "payment")
    line.fen *= 100
    ground.put("hundredfold", ANY, line, unseen=True)


def digits_turned(ground: Ground) -> None:
    """Two digits of the amount changed places when somebody typed it."""
    order = ground.order(fits=lambda one: (one.paid_fen // 10) % 10 != (one.paid_fen // 100) % 10)
    line = ground.of(order.order_no, "payment")
    tens, hundreds = line.fen // 10 % 10, line.fen // 100 % 10
    line.fen += (tens - hundreds) * 100 + (hundreds - tens) * 10
    ground.put("digits_turned", ANY, line, unseen=True)


def orders_swapped(ground: Ground) -> None:
    """Each of two orders got the other's money: the day's sum is right."""
    one, other = (ground.of(order.order_no, "payment") for order in ground.pair())
    one.fen, other.fen = other.fen, one.fen
    ground.put("orders_swapped", ANY, one, other, unseen=True)


def errors_offset(ground: Ground) -> None:
    """Paid too little and charged too little by the same sum: the order's net is right."""
    order = ground.order(fits=lambda one: one.paid_fen > 20_000)
    payment, commission = ground.of(order.order_no, "payment"), ground.of(order.order_no, "commission")
    payment.fen, commission.fen = payment.fen - 300, commission.fen + 300
    ground.put("errors_offset", ANY, payment, commission, unseen=True)


def refund_on_other_order(ground: Ground) -> None:
    """A refund's money is booked on another order of the shop."""
    refund, line = ground.refund()
    line.order_no = ground.order(fits=lambda one: one.shop == refund.shop).order_no
    ground.put("refund_on_other_order", ANY, line, books=(refund.refund_no,), unseen=True)


def number_mangled(ground: Ground) -> None:
    """A spreadsheet wrote the order number as a power of ten."""
    order = ground.order()
    line = ground.of(order.order_no, "payment")
    line.order_no = f"{float(order.order_no):.5E}"
    ground.put("number_mangled", ANY, line, books=(order.order_no,), unseen=True)


def paid_in_both_wallets(ground: Ground) -> None:
    """The same order is paid out by a second wallet of the shop too."""
    line = ground.of(ground.order().order_no, "payment")
    again = ground.again(line, wallet="wxpay")
    ground.put("paid_in_both_wallets", ANY, line, again, innocent=1, unseen=True)


def before_its_order(ground: Ground) -> None:
    """A payout dated before the order finished, days too early."""
    order = ground.order(fits=lambda one: one.created_at[:10] >= "2026-10-06")
    line = ground.of(order.order_no, "payment")
    line.at = "2026-10-02 08:00:00"
    ground.put("before_its_order", ANY, line, unseen=True)


def fees_of_two_joined(ground: Ground) -> None:
    """The commission of two orders on one line, under the number of the first."""
    one, other = (ground.of(order.order_no, "commission") for order in ground.pair())
    one.fen += other.fen
    ground.drop(other)
    ground.put("fees_of_two_joined", ANY, one, books=(other.order_no,), unseen=True)


def paid_and_taken_back(ground: Ground) -> None:
    """A payout is reversed under the word for a payout: the order was never paid in the end."""
    line = ground.of(ground.order().order_no, "payment")
    ground.put("paid_and_taken_back", OFFSET, line, ground.again(line, fen=-line.fen), unseen=True)


def refund_of_another_shop(ground: Ground) -> None:
    """A refund's line carries the number of another shop's refund of another sum."""
    refund, line = ground.refund()
    other, _ = ground.refund("wxpay")
    line.refund_no = other.refund_no
    ground.put("refund_of_another_shop", ANY, line, books=(refund.refund_no,), unseen=True)


def bank_sent_back(ground: Ground) -> None:
    """The credit arrives and the bank takes it back the same day: the withdrawal never came."""
    sent, credit = ground.withdrawal()
    back = BankLine(credit.day, credit.name, -credit.fen, "退汇")
    ground.books.bank.append(back)
    ground.put("bank_sent_back", OFFSET, sent, credit, back, unseen=True)


def bank_digits_turned(ground: Ground) -> None:
    """Two digits of the credit changed places."""
    sent, credit = ground.withdrawal()
    tens, hundreds = credit.fen // 10 % 10, credit.fen // 100 % 10
    credit.fen += (tens - hundreds) * 100 + (hundreds - tens) * 10 or 900
    ground.put("bank_digits_turned", ANY, sent, credit, unseen=True)


def fee_inside_bill(ground: Ground) -> None:
    """The bank's own fee is inside the debit of a bill."""
    owed, debit = ground.paid()
    debit.fen -= 55
    ground.put("fee_inside_bill", ANY, debit, books=(owed.payable_no,), unseen=True)


def bill_to_a_stranger(ground: Ground) -> None:
    """The right sum with the right number, to an account of another name."""
    owed, debit = ground.paid()
    debit.name = "张三"
    ground.put("bill_to_a_stranger", ANY, debit, books=(owed.payable_no,), unseen=True)


def bill_came_back(ground: Ground) -> None:
    """The payee's bank sent the money of a bill back: it is still owed."""
    owed, debit = ground.paid()
    back = BankLine(debit.day, debit.name, -debit.fen, "退汇 账号户名不符")
    ground.books.bank.append(back)
    ground.put("bill_came_back", OFFSET, debit, back, books=(owed.payable_no,), unseen=True)


def payouts_joined(ground: Ground) -> None:
    """The payouts of two orders in one line, under the number of the first."""
    one, other = (ground.of(order.order_no, "payment") for order in ground.pair())
    one.fen += other.fen
    ground.drop(other)
    ground.put("payouts_joined", ANY, one, books=(other.order_no,), unseen=True)


def under_another_wallets_name(ground: Ground) -> None:
    """A withdrawal arrives under the name of a wallet that did not send it."""
    sent, credit = ground.withdrawal()
    names = {"alipay": "财付通支付科技有限公司", "wxpay": "支付宝（中国）网络技术有限公司"}
    credit.name = names[sent.wallet]
    ground.put("under_another_wallets_name", ANY, sent, credit, unseen=True)


def refund_of_two_joined(ground: Ground) -> None:
    """Two refunds of different orders went back in one line, under the number of the first."""
    (_, one), (second, other) = ground.refund(), ground.refund()
    one.fen += other.fen
    ground.drop(other)
    ground.put("refund_of_two_joined", ANY, one, books=(second.refund_no,), unseen=True)


def bill_of_a_namesake(ground: Ground) -> None:
    """The right sum to a company whose name only begins like the payee's, with no number."""
    owed, debit = ground.paid()
    debit.name, debit.summary = f"{owed.payee[:4]}贸易商行", "货款"
    ground.put("bill_of_a_namesake", ANY, debit, books=(owed.payable_no,), unseen=True)


UNSEEN: Mapping[str, Callable[[Ground], None]] = {
    "bank_digits_turned": bank_digits_turned,
    "bank_sent_back": bank_sent_back,
    "before_its_order": before_its_order,
    "bill_came_back": bill_came_back,
    "bill_of_a_namesake": bill_of_a_namesake,
    "bill_to_a_stranger": bill_to_a_stranger,
    "digits_turned": digits_turned,
    "errors_offset": errors_offset,
    "fee_inside_bill": fee_inside_bill,
    "fees_of_two_joined": fees_of_two_joined,
    "hundredfold": hundredfold,
    "number_mangled": number_mangled,
    "orders_swapped": orders_swapped,
    "paid_and_taken_back": paid_and_taken_back,
    "paid_in_both_wallets": paid_in_both_wallets,
    "payouts_joined": payouts_joined,
    "refund_of_another_shop": refund_of_another_shop,
    "refund_of_two_joined": refund_of_two_joined,
    "refund_on_other_order": refund_on_other_order,
    "sign_turned": sign_turned,
    "under_another_wallets_name": under_another_wallets_name,
}
