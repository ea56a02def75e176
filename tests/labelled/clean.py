"""Weeks in which nothing went wrong: two escrow shops, one trade shop, one bank account, bills that people authorised.

What is normal is not simple: orders of several sub-orders, discounts that the platform pays, refunds before and after
the payout, withdrawals that the bank joins or splits, invoices paid in parts, several invoices paid at once.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from random import Random

from tests.labelled.books import BankLine, Books, Line, Order, Payable, Refund

FIRST, DAYS = date(2026, 10, 1), 30
RATES_BP = {"A": 500, "B": 300, "W": 0}
WALLETS = {"A": "alipay", "B": "alipay", "W": "wxpay"}
NAMES = {"alipay": "支付宝（中国）网络技术有限公司", "wxpay": "财付通支付科技有限公司"}
TRADE_FEE_BP = 60
SUPPLIERS = (
    "杭州云织服饰有限公司",
    "义乌恒发日用品厂",
    "广州白云皮具行",
    "宁波远洋货运代理有限公司",
    "上海同城快递服务部",
)


def rounded(fen: int, basis_points: int) -> int:
    """That share of an amount, half up, as platforms charge it."""
    return (fen * basis_points + 5_000) // 10_000


class Maker:
    """Clean books of a seed; numbers go up, so no two things share one."""

    def __init__(self, seed: int, orders: int) -> None:
        self.rng = Random(seed)
        last = FIRST + timedelta(days=DAYS - 1)
        self.books = Books(FIRST.isoformat(), last.isoformat(), {shop: bp for shop, bp in RATES_BP.items() if bp})
        self._serial = 0
        for number in range(orders):
            self._order("AABW"[number % 4])
        self._withdrawals()
        self._payables()
        self.books.name_bank_lines()

    def number(self, prefix: str) -> str:
        """A number nobody has yet."""
        self._serial += 1
        return f"{prefix}{self._serial * 7_919 % 10**8:08d}{self._serial:06d}"

    def line(self, shop: str, fee: str, fen: int, at: datetime, order_no: str = "", refund_no: str = "") -> Line:
        """Put a line on the statement of the shop's wallet."""
        line = Line(shop, WALLETS[shop], self.number("F"), fee, fen, str(at), order_no, refund_no)
        self.books.lines.append(line)
        return line

    def _order(self, shop: str) -> None:
        rng = self.rng
        created = datetime.combine(FIRST, datetime.min.time()) + timedelta(minutes=rng.randrange(DAYS * 1440 - 60))
        paid = created + timedelta(minutes=rng.randrange(1, 50))
        finished: datetime | None = paid + timedelta(minutes=rng.randrange(2 * 1440, 9 * 1440))
        if finished is not None and finished.date() > date.fromisoformat(self.books.last_day):
            finished = None
        paid_fen = rng.randrange(1_500, 60_000)
        discount = rng.randrange(100, 1_200) if rng.random() < 0.2 and WALLETS[shop] == "alipay" else 0
        order = Order(shop, self.number("31"), paid_fen, discount, str(created), str(paid), str(finished or ""),
                      "交易成功" if finished else "卖家已发货", rng.choice((1, 1, 1, 2, 3)))  # fmt: skip
        self.books.orders.append(order)
        refund = self._refund(order, paid, finished) if rng.random() < 0.12 else None
        if WALLETS[shop] == "wxpay":
            self._traded(order, paid, refund)
        elif finished is not None:
            self._paid_out(order, finished, refund)

    def _refund(self, order: Order, paid: datetime, finished: datetime | None) -> Refund | None:
        rng = self.rng
        if finished is None:
            return None
        after = rng.random() < 0.5
        done = (finished if after else paid) + timedelta(minutes=rng.randrange(60, 1_400))
        if done.date() > date.fromisoformat(self.books.last_day):
            return None
        fen = rng.randrange(200, order.paid_fen // 2)
        refund = Refund(order.shop, self.number("88"), order.order_no, fen, str(done), after)
        self.books.refunds.append(refund)
        return refund

    def _traded(self, order: Order, paid: datetime, refund: Refund | None) -> None:
        trade = self.line(order.shop, "payment", order.paid_fen, paid, order.order_no)
        self._fee_of(trade)
        if refund:
            back = self.line(order.shop, "refund", -refund.fen, datetime.fromisoformat(refund.done_at), order.order_no,
                             refund.refund_no)  # fmt: skip
            self._fee_of(back)

    def _fee_of(self, trade: Line) -> None:
        sign = -1 if trade.fen > 0 else 1
        fee = sign * rounded(abs(trade.fen), TRADE_FEE_BP)
        if fee:
            self.books.lines.append(
                Line(trade.shop, trade.wallet, trade.flow_no, "payment_fee", fee, trade.at, trade.order_no,
                     trade.refund_no)
            )  # fmt: skip

    def _paid_out(self, order: Order, finished: datetime, refund: Refund | None) -> None:
        rng, no, shop = self.rng, order.order_no, order.shop
        settled = order.paid_fen - (refund.fen if refund and not refund.after else 0)
        self.line(shop, "payment", settled, finished, no)
        if order.discount_fen:
            self.line(shop, "subsidy", order.discount_fen, finished, no)
        self.line(shop, "commission", -rounded(settled + order.discount_fen, RATES_BP[shop]), finished, no)
        if rng.random() < 0.2:
            self.line(shop, "freight_insurance", -rng.randrange(30, 190), finished, no)
        if rng.random() < 0.15:
            self.line(shop, "affiliate", -rng.randrange(50, 900), finished, no)
        if refund and refund.after:
            done = datetime.fromisoformat(refund.done_at)
            self.line(shop, "refund", -refund.fen, done, no, refund.refund_no)
            self.line(shop, "refund_commission", rounded(refund.fen, RATES_BP[shop]), done, no, refund.refund_no)

    def _withdrawals(self) -> None:
        """Every third day each wallet sends what came in; mostly one credit, now and then two of one or one of two."""
        came: dict[tuple[str, str], int] = defaultdict(int)
        for line in self.books.lines:
            came[line.shop, line.at[:10]] += line.fen
        for shop in WALLETS:
            held = 0
            for back in range(DAYS - 2):
                day = FIRST + timedelta(days=back)
                held += came[shop, day.isoformat()]
                if back % 3 == 2 and held > 20_000:
                    self._withdraw(shop, day, held - 7_000 - self.rng.randrange(5_000))
                    held = 0

    def _withdraw(self, shop: str, day: date, fen: int) -> None:
        at, next_day, name = datetime.combine(day, datetime.min.time()), day + timedelta(days=1), NAMES[WALLETS[shop]]
        how = self.rng.random()
        if how < 0.15:
            first = fen * self.rng.randrange(30, 70) // 100
            self.line(shop, "withdrawal", -fen, at + timedelta(hours=10))
            self._credit(next_day, name, first)
            self._credit(next_day, name, fen - first)
        elif how < 0.3:
            first = fen * self.rng.randrange(30, 70) // 100
            self.line(shop, "withdrawal", -first, at + timedelta(hours=10))
            self.line(shop, "withdrawal", first - fen, at + timedelta(hours=11))
            self._credit(next_day, name, fen)
        else:
            self.line(shop, "withdrawal", -fen, at + timedelta(hours=10))
            self._credit(next_day, name, fen)

    def _credit(self, day: date, name: str, fen: int) -> None:
        self.books.bank.append(BankLine(day.isoformat(), name, fen, "他行汇入"))

    def _payables(self) -> None:
        """Invoices and expenses: paid by number, by name and sum, in two parts, several at once, or not due yet."""
        for count in range(40):
            day = FIRST + timedelta(days=2 + count * (DAYS - 6) // 40)
            payee, how = SUPPLIERS[count % len(SUPPLIERS)], count % 8
            if how == 5:
                shares = [self._owed(payee, day, "") for _ in range(2)]
                self._pay(day, payee, sum(one.fen for one in shares), "货款")
            elif how == 6:
                whole = self._owed(payee, day, self.number("FP"))
                first = whole.fen // 3
                self._pay(day, payee, first, f"货款首付 {whole.reference}")
                self._pay(day + timedelta(days=2), payee, whole.fen - first, f"货款尾款 {whole.reference}")
            else:
                owed = self._owed(payee, day, self.number("FP") if how % 2 else "")
                self._pay(day + timedelta(days=how % 3), payee, owed.fen, f"付款 {owed.reference}".strip())

    def _owed(self, payee: str, day: date, reference: str) -> Payable:
        kind = "expense" if "快递" in payee or "货运" in payee else "invoice"
        owed = Payable(self.number("YF"), kind, payee, self.rng.randrange(20_000, 900_000), day.isoformat(), reference)
        self.books.payables.append(owed)
        return owed

    def _pay(self, day: date, payee: str, fen: int, summary: str) -> None:
        self.books.bank.append(BankLine(day.isoformat(), payee, -fen, summary))
