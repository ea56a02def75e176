"""What was agreed with the platforms: rates, lags and tolerances that reconciliation measures statements against."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Contracts:
    """The desk's settings as the accounting rules see them. Rates are basis points, money is fen, lags are days.

    `commission_bp`: shop -> category commission; a shop without one has no contract and is taken as charged.
    `payment_fee_bp`: what the payment wallet keeps of each trade (WeChat Pay: 0.60 %).
    `payout_lag_days`: a payout, fee or refund may reach the statement that many days after its cause.
    `bank_lag_days`: a withdrawal may reach the bank that many days after it left the wallet.
    `paid_out_at_payment`: wallets that list a trade when the buyer pays; the others pay out when the order finishes.
    `order_age_days`: how old an order or refund a statement line may be about; gaps in its exports count that far back.
    `bank_names`: wallet -> a piece of the name under which the bank shows its payouts.
    `payee_aliases`: a name as the bank shows it -> the payee it is. `payable_days`: how far from its due day a bill may
    be paid. `returned_days`: how long after a payment its money may come back. `bank_fee_words`, `bank_fee_most_fen`:
    how the bank calls its own fees, and how much one may be. `write_off_most_fen`: what a person may write off at once.
    """

    commission_bp: Mapping[str, int] = field(default_factory=dict)
    payment_fee_bp: Mapping[str, int] = field(default_factory=lambda: {"wxpay": 60})
    payout_lag_days: int = 2
    bank_lag_days: int = 2
    order_age_days: int = 45
    tolerance_fen: int = 1
    paid_out_at_payment: frozenset[str] = frozenset({"wxpay"})
    bank_names: Mapping[str, str] = field(default_factory=lambda: {"alipay": "支付宝", "wxpay": "财付通"})
    payee_aliases: Mapping[str, str] = field(default_factory=dict)
    payable_days: int = 45
    returned_days: int = 15
    bank_fee_words: tuple[str, ...] = ("手续费", "工本费", "账户管理费", "短信费", "网银年费", "汇划费")
    bank_fee_most_fen: int = 20_000
    write_off_most_fen: int = 100
