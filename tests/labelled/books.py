"""Plain books in memory: what shops, wallets, the bank and people who authorise payments say, and what is wrong.

Names and signs are those of the tables (`amount_fen` is + to the seller); nothing here knows how lines are matched.
"""

from dataclasses import dataclass, field

ACCOUNT = "9876"
PLATFORM = "practice"


@dataclass(eq=False)
class Line:
    """One line of a wallet's statement."""

    shop: str
    wallet: str
    flow_no: str
    fee: str
    fen: int
    at: str
    order_no: str = ""
    refund_no: str = ""
    n: int = 1

    @property
    def ref(self) -> tuple[str, str]:
        """Its name among the answers."""
        return "statement", f"{self.shop}|{self.wallet}|{self.flow_no}|{self.fee}|{self.n}"


@dataclass(eq=False)
class Order:
    """One order; `finished_at` is empty while it is under way."""

    shop: str
    order_no: str
    paid_fen: int
    discount_fen: int
    created_at: str
    paid_at: str
    finished_at: str
    status: str = "交易成功"
    subs: int = 1


@dataclass(eq=False)
class Refund:
    """One refund that was asked for; `done_at` is empty while it is open."""

    shop: str
    refund_no: str
    order_no: str
    fen: int
    done_at: str
    after: bool
    status: str = "退款成功"


@dataclass(eq=False)
class BankLine:
    """One line of the bank account."""

    day: str
    name: str
    fen: int
    summary: str
    repeats: "BankLine | None" = None
    key: str = ""
    n: int = 1

    @property
    def ref(self) -> tuple[str, str]:
        """Its name among the answers."""
        return "bank", f"{ACCOUNT}|{self.key}|{self.n}"


@dataclass(eq=False)
class Payable:
    """One payment that somebody authorised: a supplier's invoice, an expense, a payroll share."""

    payable_no: str
    kind: str
    payee: str
    fen: int
    due_day: str
    reference: str = ""


@dataclass
class Fault:
    """One thing that is wrong. `wanted`: outcomes (model.md 3.4) any of which names it.

    `guilty`: lines of which at most `innocent` may be confirmed. `books`: numbers of orders, refunds and payables
    about which an answer without a line may be. `unseen`: the matcher's author was told of no such kind.
    """

    kind: str
    wanted: frozenset[int]
    guilty: list[Line | BankLine] = field(default_factory=list)
    innocent: int = 0
    books: list[str] = field(default_factory=list)
    unseen: bool = False


@dataclass
class Books:
    """Everything of some weeks. `first_day` and `last_day` are the days that statements and exports speak about."""

    first_day: str
    last_day: str
    commission_bp: dict[str, int]
    orders: list[Order] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    bank: list[BankLine] = field(default_factory=list)
    payables: list[Payable] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def of_order(self, order: Order, fee: str) -> Line:
        """The order's line of that fee. Raises StopIteration where there is none."""
        return next(line for line in self.lines if line.order_no == order.order_no and line.fee == fee)

    def name_bank_lines(self) -> None:
        """Give bank lines the key that a reader gives: day, amount, name, balance; a line of the file that is there
        again, balance and all, counts on.
        """
        balance = 0
        for line in sorted(self.bank, key=lambda line: (line.repeats is not None, line.day, line.name, line.fen)):
            if line.repeats is not None:
                line.key, line.n = line.repeats.key, line.repeats.n + 1
                continue
            balance += line.fen
            line.key, line.n = f"{line.day}|{line.fen}|{line.name}|{balance}", 1
