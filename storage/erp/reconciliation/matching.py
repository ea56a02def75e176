"""Job "orders": every line of every statement gets exactly one outcome, order by order. Pure, integer fen.

The cascade of model.md 3.4: what concerns the line alone (repeated, unclassified, own transfers, period), then whose
order it is (unknown, another shop's), then the order as a whole, component by component, then lines that name no order.
The order of the rows that come in does not matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.exports import Exports
from storage.erp.reconciliation.order import OrderCase, judge_order
from storage.erp.reconciliation.outcomes import COMPONENTS, Outcome
from storage.erp.reconciliation.rows import (
    Answer,
    BookOrder,
    BookRefund,
    Coverage,
    Decision,
    Group,
    Matched,
    StatementLine,
    on_line,
)
from storage.erp.reconciliation.unnamed import match_unnamed
from storage.erp.reconciliation.words import yuan

OrderKey = tuple[str, str, str]

OWN_TRANSFERS = frozenset({"ad_top_up", "deposit", "top_up", "transfer"})
PRINCIPAL = frozenset({"payment", "refund", "subsidy"})
UNKNOWN_CLASSES = frozenset({"", "unclassified", "unknown_fee"})


def match_orders(
    lines: Iterable[StatementLine],
    orders: Sequence[BookOrder],
    refunds: Iterable[BookRefund],
    contracts: Contracts,
    coverage: Coverage,
    sub_orders: Mapping[str, str] | None = None,
    wallets: Mapping[tuple[str, str], str] | None = None,
) -> Matched:
    """One decision per statement line except withdrawals (job wallet), and one per expectation without a line.

    `sub_orders`: sub-order number -> order number, for statements that name the sub-order. `wallets`: (platform, shop)
    -> wallet of shops of which not all lines are here.
    """
    ordered = sorted(lines, key=_line_order)
    index = _Index(orders, sub_orders or {})
    decisions: list[Decision] = []
    known = {**(wallets or {}), **{(line.platform, line.shop): line.wallet for line in ordered}}
    cases = _cases(orders, refunds, known, contracts, coverage)
    unnamed: list[StatementLine] = []
    for line in _screen(ordered, decisions):
        if line.order_no:
            _place(line, index.find(line), cases, decisions, Exports(contracts, coverage))
        else:
            unnamed.append(line)
    candidates = match_unnamed(unnamed, list(cases.values()), decisions, Exports(contracts, coverage))
    return Matched(decisions, _judge_all(cases, decisions), candidates)


def _line_order(line: StatementLine) -> tuple[str, ...]:
    return (line.at, line.platform, line.shop, line.wallet, line.flow_no, line.fee_type, f"{line.n:06d}")


class _Index:
    """Whose order a number is."""

    def __init__(self, orders: Sequence[BookOrder], sub_orders: Mapping[str, str]) -> None:
        self.sub_orders = sub_orders
        self.owners: dict[tuple[str, str], list[OrderKey]] = defaultdict(list)
        for order in orders:
            self.owners[order.platform, order.order_no].append((order.platform, order.shop, order.order_no))

    def find(self, line: StatementLine) -> list[OrderKey]:
        """Keys of the orders with the line's number, the line's own shop alone if it is among them."""
        found = self.owners.get((line.platform, line.order_no), [])
        if not found and line.order_no in self.sub_orders:
            found = self.owners.get((line.platform, self.sub_orders[line.order_no]), [])
        own = [key for key in found if key[1] == line.shop]
        return own or found


def _cases(
    orders: Iterable[BookOrder],
    refunds: Iterable[BookRefund],
    wallets: Mapping[tuple[str, str], str],
    contracts: Contracts,
    coverage: Coverage,
) -> dict[OrderKey, OrderCase]:
    """A case for each order of a shop that has a wallet; orders of other shops are no business of statements."""
    cases = {}
    for order in sorted(orders, key=lambda order: (order.platform, order.shop, order.order_no)):
        wallet = wallets.get((order.platform, order.shop))
        if wallet is not None:
            key = (order.platform, order.shop, order.order_no)
            cases[key] = OrderCase(order, wallet, contracts, coverage)
    for refund in sorted(refunds, key=lambda refund: refund.refund_no):
        case = cases.get((refund.platform, refund.shop, refund.order_no))
        if case is not None:
            case.refunds.append(refund)
    return cases


def _screen(lines: Sequence[StatementLine], decisions: list[Decision]) -> Iterable[StatementLine]:
    """What can be said of a line by itself; the lines that are left."""
    first: dict[tuple[str, ...], StatementLine] = {}
    for line in lines:
        if line.fee_type == "withdrawal":
            continue
        key = (line.platform, line.shop, line.wallet, line.flow_no, line.fee_type)
        original = first.setdefault(key, line)
        said = _repeated(line, original) or _alone(line)
        if said is None:
            yield line
        else:
            decisions.append(on_line("orders", line, said))


def _repeated(line: StatementLine, original: StatementLine) -> Answer | None:
    same = (line.amount_fen, line.order_no) == (original.amount_fen, original.order_no)
    if line is original or not same:
        return None
    words = f"账单中流水号 {line.flow_no} 第 {line.n} 次出现，{yuan(line.amount_fen)} 重复"
    return Answer(Outcome.DUPLICATE, "line_repeated", 0, words)


def _alone(line: StatementLine) -> Answer | None:
    if line.wallet == "personal":
        return Answer(Outcome.IGNORED, "", line.amount_fen, "个人账单，不属店铺对账范围")
    if line.fee_type in UNKNOWN_CLASSES:
        words = f"没有规则认识这一行：{yuan(line.amount_fen)}，请归类或申诉"
        return Answer(Outcome.UNCLASSIFIED, "unclassified", 0, words)
    if line.fee_type in OWN_TRANSFERS:
        name = COMPONENTS.get(line.fee_type, line.fee_type)
        return Answer(Outcome.IGNORED, "", line.amount_fen, f"{name}：自有资金划转，不影响损益")
    day = line.at[:10]
    if line.period_from and line.period_to and not line.period_from <= day <= line.period_to:
        words = f"发生日 {day} 不在账单期间 {line.period_from} 至 {line.period_to} 内"
        return Answer(Outcome.WRONG_SHOP, "wrong_period", 0, words)
    if not line.order_no and line.fee_type not in PRINCIPAL:
        return Answer(Outcome.FEES_EXPLAINED, "", line.amount_fen, "账户级费用，按实扣")
    return None


def _place(
    line: StatementLine,
    keys: Sequence[OrderKey],
    cases: dict[OrderKey, OrderCase],
    decisions: list[Decision],
    exports: Exports,
) -> None:
    """Give the line to its order's case, or say why there is none."""
    name = COMPONENTS.get(line.fee_type, line.fee_type)
    if not keys:
        decisions.append(on_line("orders", line, exports.nobodys(line, f"订单 {line.order_no} 不在订单库中")))
    elif keys[0][1] != line.shop:
        shops = "、".join(sorted(key[1] for key in keys))
        words = f"{name} {yuan(line.amount_fen)}：订单 {line.order_no} 属于店铺 {shops}，却在 {line.shop} 的账单里"
        decisions.append(on_line("orders", line, Answer(Outcome.WRONG_SHOP, "wrong_shop", 0, words)))
        if keys[0] in cases and len(keys) == 1:
            cases[keys[0]].elsewhere.setdefault(line.fee_type, []).append(line.amount_fen)
    else:
        cases[keys[0]].lines.setdefault(line.fee_type, []).append(line)


def _judge_all(cases: Mapping[OrderKey, OrderCase], decisions: list[Decision]) -> list[Group]:
    groups = []
    for case in cases.values():
        group = judge_order(case)
        decisions.extend(case.decisions)
        if group is not None:
            groups.append(group)
    return groups
