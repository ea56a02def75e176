"""What is plain about the orders of one shop, as SQL: which of them are, and what is said of their lines.

A shop's contract is written into its statements, so that the database asks of each line only what can be wrong with
it. Integer arithmetic only; SQLite and PostgreSQL take the same text. `:platform`, `:shop` and `:wallet` are bound.
"""

from collections.abc import Iterable
from typing import NamedTuple

from storage.erp.reconciliation.expectations import CLOSED_WORDS
from storage.erp.reconciliation.kept import KEPT
from storage.erp.reconciliation.matching import OWN_TRANSFERS, UNKNOWN_CLASSES
from storage.erp.reconciliation.order import JUDGED, TAKEN
from storage.erp.reconciliation.outcomes import COMPONENTS, Outcome

BASE = 16
DIGITS = ("payment", "commission", "subsidy", "fee", "fee_back", "refund", "refund_commission", "freight_insurance",
          "affiliate", "other", "lines")  # fmt: skip
"""What the lines of an order are counted by, each in a digit of its own of one number. The first seven are due or not,
of the next three there may be one each, the last counts all lines: sixteen of them make the number `UNFIT`."""
UNFIT = BASE ** len(DIGITS)
_MANDATORY = BASE**7 - 1
_TWICE = sum(14 * BASE**place for place in range(len(DIGITS) - 1))
COLUMNS = ("job", "side", "ref", "shop", "order_no", "component", "outcome", "difference", "amount_fen",
           "expected_fen", "group_id", "rule_id", "reason", "at")  # fmt: skip


class Shop(NamedTuple):
    """A shop with one wallet: rates in basis points, None where no contract says them."""

    platform: str
    shop: str
    wallet: str
    at_payment: bool
    rate: int | None
    fee_rate: int | None

    def names(self) -> dict[str, str]:
        """What its statements are bound to."""
        return {"platform": self.platform, "shop": self.shop, "wallet": self.wallet}


def digit(kind: str) -> int:
    """One line of that kind."""
    return int(BASE ** DIGITS.index(kind))


def says(column: str, words: Iterable[str]) -> str:
    """Whether the column holds one of the words."""
    return "(" + " OR ".join(f"{column} LIKE '%{word}%'" for word in words) + ")"


def _share(base: str, rate: int) -> str:
    """`words.share`: half up, never negative."""
    return f"((CASE WHEN {base} > 0 THEN {base} ELSE 0 END) * {int(rate) * 2} + 10000) / 20000"


class _Due(NamedTuple):
    """What is due, as `expectations.due` says it, in terms of an order's row `e`; "0" where no contract says it."""

    commission: str
    fee: str
    fee_back: str
    back: str


def _due(shop: Shop) -> _Due:
    commission = f"(-({_share('e.base_fen', shop.rate)}))" if shop.rate is not None else "0"
    back = f"({_share('e.after_fen', shop.rate)})" if shop.rate is not None else "0"
    if shop.fee_rate is None:
        return _Due(commission, "0", "0", back)
    fee, fee_back = _share("e.payment_fen", shop.fee_rate), _share("e.refund_fen", shop.fee_rate)
    return _Due(commission, f"(-({fee}))", f"({fee_back})", back)


def decide_shop(shop: Shop, *, unnamed_refunds: bool) -> str:
    """Put the shop's plain orders into `recon_sure`.

    `unnamed_refunds`: a refund line that names no order may be about a refund without a line.
    """
    known = "AND (t.refund_no = '' OR t.refund_fen > 0)" if unnamed_refunds else ""
    asked = _MANDATORY if shop.rate is not None else _MANDATORY - digit("commission")
    return f"""
WITH e AS MATERIALIZED ({_orders(shop)}),
t AS MATERIALIZED (
SELECT e.order_no, e.refund_no, e.refund_fen, {_due_digits(_due(shop))} AS due,
       (SELECT CAST(sum({_weight(shop)}) AS bigint)
          FROM bill_line b LEFT JOIN recon_span p ON p.file_sha = b.file_sha
         WHERE b.order_no = e.order_no) AS told
  FROM e)
INSERT INTO recon_sure (order_no, shop, platform, refund_no, lines)
SELECT t.order_no, :shop, :platform, t.refund_no, t.told / {digit("lines")}
  FROM t WHERE t.told < {UNFIT} AND (t.told & {asked}) = t.due AND (t.told & {_TWICE}) = 0 {known}"""


def _orders(shop: Shop) -> str:
    """Settled orders with at most one refund, and the amounts that follow from it."""
    before = "CASE WHEN k.done = 1 AND k.after_settlement = 0 THEN k.refund_fen ELSE 0 END"
    subsidy = "0" if shop.at_payment else "o.platform_discount_fen"
    closed = says("lower(o.platform_status)", CLOSED_WORDS)
    settled = "o.paid_at <> ''" if shop.at_payment else f"o.finished_at <> '' AND NOT {closed}"
    listed = "k.done = 1" if shop.at_payment else "k.done = 1 AND k.after_settlement <> 0"
    return f"""
SELECT o.order_no, substr(o.paid_at, 1, 10) AS paid_day, coalesce(k.refund_no, '') AS refund_no,
       {"o.paid_fen" if shop.at_payment else f"o.paid_fen - {before}"} AS payment_fen, {subsidy} AS subsidy_fen,
       o.paid_fen + {subsidy} - {before} AS base_fen,
       CASE WHEN {listed} THEN k.refund_fen ELSE 0 END AS refund_fen,
       CASE WHEN k.done = 1 AND k.after_settlement <> 0 THEN k.refund_fen ELSE 0 END AS after_fen
  FROM platform_order o
  LEFT JOIN recon_back k ON k.order_no = o.order_no AND k.shop = o.shop AND k.platform = o.platform
 WHERE o.platform = :platform AND o.shop = :shop AND o.order_no <> '' AND {settled}
   AND o.paid_fen > 0 AND o.platform_discount_fen >= 0
   AND (k.refunds IS NULL OR (k.refunds = 1 AND (k.done = 0 OR (k.refund_fen > 0 AND k.refund_fen < o.paid_fen))))"""


def _due_digits(due: _Due) -> str:
    """Which lines an order should have."""
    wanted = {
        "subsidy": "e.subsidy_fen",
        "commission": due.commission,
        "fee": due.fee,
        "fee_back": due.fee_back,
        "refund": "e.refund_fen",
        "refund_commission": due.back,
    }
    parts = [f"CASE WHEN {fen} <> 0 THEN {digit(kind)} ELSE 0 END" for kind, fen in wanted.items() if fen != "0"]
    return " + ".join([str(digit("payment")), *parts])


def _weight(shop: Shop) -> str:
    """What a line under the order's number adds: its digits, or `UNFIT` when it is not just what is due.

    Moments compare with days as text: one is later than the days before it, and than the beginning of its own.
    """
    due, refund = _due(shop), "b.refund_no = e.refund_no AND b.amount_fen = -e.refund_fen"
    exact, back = f"b.amount_fen = {due.commission}", f"b.amount_fen = {due.back}"
    commission = _one("commission") if shop.rate is None else _exact("commission", exact)
    return f"""CASE WHEN b.n <> 1 OR b.shop <> :shop OR b.platform <> :platform OR b.at < p.first_day
       OR b.at >= p.end_day THEN {UNFIT} ELSE {digit("lines")} + CASE b.fee_type
  WHEN 'payment' THEN CASE WHEN b.amount_fen = e.payment_fen AND b.at >= e.paid_day THEN {digit("payment")}
       ELSE {UNFIT} END
  WHEN 'commission' THEN {commission}
  WHEN 'payment_fee' THEN {_fee(shop, due)}
  WHEN 'subsidy' THEN {_exact("subsidy", "b.amount_fen = e.subsidy_fen")}
  WHEN 'freight_insurance' THEN {_one("freight_insurance")}
  WHEN 'affiliate' THEN {_one("affiliate")}
  WHEN 'refund' THEN {_exact("refund", refund)}
  WHEN 'refund_commission' THEN {_exact("refund_commission", back)}
  ELSE CASE WHEN b.fee_type NOT IN ({_UNCHARGED}) THEN {_one("other")} ELSE {UNFIT} END END END"""


def _one(kind: str) -> str:
    return str(digit(kind))


def _exact(kind: str, fits: str) -> str:
    return f"CASE WHEN {fits} AND b.amount_fen <> 0 THEN {digit(kind)} ELSE {UNFIT} END"


def _fee(shop: Shop, due: _Due) -> str:
    """A payment fee stands under the flow number of its payment, one that comes back under that of the refund."""
    if shop.fee_rate is None:
        return "0"
    return f"""CASE WHEN b.amount_fen = {due.fee} AND b.amount_fen <> 0 AND {_beside("payment")} THEN {digit("fee")}
       WHEN b.amount_fen = {due.fee_back} AND b.amount_fen <> 0 AND {_beside("refund")} THEN {digit("fee_back")}
       ELSE {UNFIT} END"""


def _beside(fee: str) -> str:
    return f"""EXISTS (SELECT 1 FROM bill_line f WHERE f.platform = b.platform AND f.shop = b.shop
       AND f.wallet = b.wallet AND f.flow_no = b.flow_no AND f.fee_type = '{fee}' AND f.order_no = b.order_no)"""


def _listed(words: Iterable[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in sorted(words))


_UNCHARGED = _listed(JUDGED | OWN_TRANSFERS | UNKNOWN_CLASSES | {"withdrawal"})


def write_shop(shop: Shop) -> str:
    """Write the items of the shop's plain orders, in the order of their keys; `:ref` and `:group_id` are prefixes."""
    outcome, rule, reason = _words(shop)
    changed = " OR ".join(f"recon_item.{name} <> excluded.{name}" for name in COLUMNS[3:])
    sets = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[3:])
    return f"""
INSERT INTO recon_item ({", ".join(COLUMNS)})
SELECT 'orders', 'statement', CAST(:ref AS text) || b.flow_no || '|' || b.fee_type || '|1',
       b.shop, b.order_no, b.fee_type, {outcome}, '', b.amount_fen, b.amount_fen,
       CAST(:group_id AS text) || b.order_no, {rule}, {reason}, b.at
  FROM bill_line b CROSS JOIN recon_sure s
 WHERE b.platform = :platform AND b.shop = :shop AND b.wallet = :wallet
   AND s.order_no = b.order_no AND s.shop = :shop AND s.platform = :platform
 ORDER BY b.flow_no, b.fee_type
ON CONFLICT (job, side, ref) DO UPDATE SET {sets} WHERE ({changed}) AND NOT ({KEPT})"""


def _words(shop: Shop) -> tuple[str, str, str]:
    """Outcome, rule and reason of a line as SQL, in the words of `order.py`; the commonest kinds come first."""
    matched, explained = int(Outcome.MATCHED), int(Outcome.FEES_EXPLAINED)
    said = {
        "payment": f"'{COMPONENTS['payment']}与订单一致'",
        "commission": f"'{COMPONENTS['commission']}与订单一致'",
        "payment_fee": "'手续费与费率一致'",
        "subsidy": f"'{COMPONENTS['subsidy']}与订单一致'",
        "refund": "'与退款单一致'",
        "refund_commission": "'退款 ' || s.refund_no || ' 的佣金退还'",
    }
    if shop.rate is None:
        said["commission"] = f"'佣金{TAKEN}，无合同费率'"
    if shop.fee_rate is None:
        said["payment_fee"] = f"'手续费{TAKEN}'"
    taken = {"commission"} if shop.rate is None else set()
    taken |= {"payment_fee"} if shop.fee_rate is None else set()
    exact = [fee for fee in said if fee not in taken]
    common = ("freight_insurance", "affiliate")
    fees = [*common, *sorted(fee for fee in COMPONENTS if fee not in JUDGED and fee not in common)]
    reasons = {**said, **{fee: f"'{COMPONENTS[fee]}{TAKEN}'" for fee in fees}}
    return (
        f"CASE {' '.join(f'''WHEN b.fee_type = '{fee}' THEN {matched}''' for fee in exact)} ELSE {explained} END",
        f"CASE b.fee_type {' '.join(f'''WHEN '{fee}' THEN '{fee}.matched' ''' for fee in exact)}"
        " ELSE b.fee_type || '.fees_explained' END",
        f"CASE b.fee_type {' '.join(f'''WHEN '{fee}' THEN {words}''' for fee, words in reasons.items())}"
        f" ELSE b.fee_type || '{TAKEN}' END",
    )
