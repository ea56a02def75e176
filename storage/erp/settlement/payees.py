"""Who gets what of the commissions that a platform takes for others: 达人, 招商, 站外, by rule (FMS-54).

Every line is shared out whole, to nobody named ("") where no rule holds, so that the shares sum to the commission. What
comes back when an order is refunded goes to those who had it, in the proportion in which they had it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Row, delete, exists, func, select

from storage.database.bulk import Counts, insert_missing
from storage.database.tables import bill_line, order_line
from storage.database.tables.settlement import payee_rule, payee_share
from storage.erp.reconciliation.outcomes import COMPONENTS as FEES
from storage.erp.reconciliation.words import percent, yuan
from storage.erp.settlement.errors import ComponentUnknown, ReasonNeeded, SharesWrong
from storage.erp.settlement.pool import Numbers, lines_of, listed
from storage.erp.settlement.shares import split_by_key

SHARED = ("advertising", "affiliate", "affiliate_rebate", "campaign_commission", "other_share", "refund_affiliate")
BACK_OF = {"refund_affiliate": "affiliate"}
NOBODY = ""
WHOLE_BP = 10_000


class PayeeRule(NamedTuple):
    """Who gets which part of a fee class; "" as platform, shop or product_id stands for any, as `to_day` for no end."""

    rule_id: str
    fee_type: str
    platform: str
    shop: str
    product_id: str
    from_day: str
    to_day: str
    shares_bp: Mapping[str, int]
    author: str

    @property
    def scope(self) -> tuple[str, str, str, str]:
        """What it is for."""
        return self.fee_type, self.platform, self.shop, self.product_id

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The more specific rule is the greater."""
        return bool(self.product_id), bool(self.shop), bool(self.platform)

    def holds(self, fee_type: str, platform: str, shop: str, product_id: str, day: str) -> bool:
        """Whether it is meant for such a line."""
        said = (platform, shop, product_id)
        mine = (self.platform, self.shop, self.product_id)
        right = all(not one or one == other for one, other in zip(mine, said, strict=True))
        return right and self.fee_type == fee_type and self.from_day <= day <= (self.to_day or "9999")


def add_rule(connection: Connection, rule: PayeeRule) -> None:
    """Write a rule; it decides lines from then on, those that are shared out stay.

    Raises ReasonNeeded without author, ComponentUnknown for a fee class that is nobody else's, SharesWrong when the
    shares are not 100 % or another rule of the same scope holds on one of its days.
    """
    if not rule.author.strip():
        raise ReasonNeeded("分账规则", "a payee rule")
    if rule.fee_type not in SHARED:
        raise ComponentUnknown(rule.fee_type, list(SHARED))
    if sum(rule.shares_bp.values()) != WHOLE_BP or min(rule.shares_bp.values(), default=0) <= 0:
        raise SharesWrong(rule.rule_id, "各方比例必须大于零、合计 100 %", "the shares must be above 0 and sum to 100 %")
    for other in rules(connection):
        apart = rule.from_day > (other.to_day or "9999") or other.from_day > (rule.to_day or "9999")
        if other.rule_id == rule.rule_id or (other.scope == rule.scope and not apart):
            raise SharesWrong(rule.rule_id, f"与规则 {other.rule_id} 重叠", f"it overlaps rule {other.rule_id}")
    said = {name: getattr(rule, name) for name in PayeeRule._fields if name != "shares_bp"}
    rows = [{**said, "payee": payee, "share_bp": share} for payee, share in rule.shares_bp.items()]
    connection.execute(payee_rule.insert(), rows)


def rules(connection: Connection) -> list[PayeeRule]:
    """All rules, by id."""
    found: dict[str, PayeeRule] = {}
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    for row in connection.execute(select(payee_rule).order_by(payee_rule.c.rule_id, payee_rule.c.payee)):
        shares[row.rule_id][row.payee] = row.share_bp
        said = (row.fee_type, row.platform, row.shop, row.product_id, row.from_day, row.to_day)
        found[row.rule_id] = PayeeRule(row.rule_id, *said, shares[row.rule_id], row.author)
    return list(found.values())


def share_out(connection: Connection) -> Counts:
    """Share out every commission line that is not yet, and anew those of nobody; a second call creates none."""
    s, b = payee_share.c, bill_line.c
    unowned = {tuple(row) for row in connection.execute(select(*_KEY_OF_SHARE).where(s.payee == NOBODY))}
    connection.execute(delete(payee_share).where(s.payee == NOBODY))
    done = connection.execute(select(func.count()).select_from(select(*_KEY_OF_SHARE).distinct().subquery())).scalar()
    shared = exists().where(*(s[name] == b[name] for name in _KEY))
    lines = connection.execute(
        select(b.platform, b.shop, b.wallet, b.flow_no, b.fee_type, b.n, b.order_no, b.at, b.amount_fen)
        .where(b.fee_type.in_(SHARED), ~shared)
        .order_by(b.at, b.platform, b.shop, b.wallet, b.flow_no, b.fee_type, b.n)
    ).all()
    known, numbers = rules(connection), listed(connection, {line.order_no for line in lines} - {""})
    products = _products(connection, numbers) if any(rule.product_id for rule in known) else {}
    had = _had(connection, numbers)
    rows = [row for line in lines for row in _shares(line, known, products, had)]
    insert_missing(connection, payee_share, rows)
    again = [row for row in rows if row["payee"] == NOBODY and tuple(row[name] for name in _KEY) in unowned]
    return Counts(len(rows) - len(again), 0, (done or 0) + len(again))


_KEY = ("platform", "shop", "wallet", "flow_no", "fee_type", "n")
_KEY_OF_SHARE = tuple(payee_share.c[name] for name in _KEY)
OrderFee = tuple[str, str, str, str]
"""platform, shop, order_no, fee class without `refund_`."""


def _products(connection: Connection, numbers: Numbers) -> dict[tuple[str, str, str], str]:
    """(platform, shop, order or sub-order of these numbers) -> its only product, "" where it has several."""
    n = order_line.c
    of_subs = connection.execute(select(n.order_no).where(n.sub_no.in_(numbers))).scalars()
    orders = listed(connection, {*of_subs, *connection.execute(numbers).scalars()})
    names: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    of_sub: dict[tuple[str, str, str], str] = {}
    for platform, shop, order_no, sub_no, product in connection.execute(
        lines_of(orders, n.platform, n.shop, n.order_no, n.sub_no, n.product_id)
    ):
        names[platform, shop, order_no].add(product)
        of_sub[platform, shop, sub_no] = product
    return {key: min(found) if len(found) == 1 else "" for key, found in names.items()} | of_sub


def _had(connection: Connection, numbers: Numbers) -> dict[OrderFee, dict[str, int]]:
    """What payees got so far of each order of these numbers and fee class, fen as taken (positive)."""
    s = payee_share.c
    had: dict[OrderFee, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in connection.execute(
        select(s.platform, s.shop, s.order_no, s.fee_type, s.payee, s.amount_fen).where(
            s.amount_fen < 0, s.order_no.in_(numbers)
        )
    ):
        fee = BACK_OF.get(row.fee_type, row.fee_type)
        had[row.platform, row.shop, row.order_no, fee][row.payee] -= row.amount_fen
    return had


def _shares(
    line: Row[str, str, str, str, str, int, str, str, int],
    known: Iterable[PayeeRule],
    products: Mapping[tuple[str, str, str], str],
    had: dict[OrderFee, dict[str, int]],
) -> list[dict[str, object]]:
    platform, shop, wallet, flow_no, fee, n, order_no, at, fen = line
    base, day = BACK_OF.get(fee, fee), at[:10]
    before = had[platform, shop, order_no, base] if order_no else {}
    if fen > 0 and any(before.values()):
        parts, rule_id = split_by_key(fen, before), "reversal"
        why = f"{FEES[fee]} 退回 {yuan(fen)}，按订单 {order_no} 原来的分法退回"
    else:
        product = products.get((platform, shop, order_no), "")
        holding = [rule for rule in known if rule.holds(base, platform, shop, product, day)]
        best = max(holding, key=lambda rule: rule.rank, default=None)
        shares = best.shares_bp if best else {NOBODY: WHOLE_BP}
        parts, rule_id = split_by_key(fen, shares), best.rule_id if best else ""
        listed = "、".join(f"{payee} {percent(share)}" for payee, share in shares.items())
        why = f"{FEES[fee]} {yuan(fen)}，按规则 {rule_id} 分：{listed}" if best else f"{FEES[fee]} 没有适用的分账规则"
    if fen < 0 and order_no:
        for payee, part in parts.items():
            before[payee] = before.get(payee, 0) - part
    key = {"platform": platform, "shop": shop, "wallet": wallet, "flow_no": flow_no, "fee_type": fee, "n": n}
    said = {"order_no": order_no, "day": day, "rule_id": rule_id, "words": why}
    return [{**key, **said, "payee": payee, "amount_fen": part} for payee, part in parts.items()]
