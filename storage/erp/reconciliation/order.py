"""The judgement of one order: all its statement lines and all it should have brought, component by component. Pure."""

from dataclasses import dataclass, field

from storage.erp.reconciliation.amounts import Verdict, judge_amounts
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.expectations import Due, Stage, commission_back, due, is_done, is_refused, needs_line
from storage.erp.reconciliation.exports import Exports
from storage.erp.reconciliation.outcomes import COMPONENTS, DIFFERENCES, Outcome
from storage.erp.reconciliation.refunds import Pair, pair_refunds
from storage.erp.reconciliation.rows import (
    Answer,
    BookOrder,
    BookRefund,
    Coverage,
    Decision,
    Group,
    StatementLine,
    day_after,
    on_line,
)
from storage.erp.reconciliation.words import amount_words, rate_words, share, yuan

JUDGED = frozenset({"payment", "refund", "subsidy", "commission", "refund_commission", "payment_fee"})
TAKEN = "按实扣"


@dataclass(slots=True)
class OrderCase:
    """One order with its lines by fee class, and the decisions as they are made."""

    order: BookOrder
    wallet: str
    contracts: Contracts
    coverage: Coverage
    refunds: list[BookRefund] = field(default_factory=list)
    lines: dict[str, list[StatementLine]] = field(default_factory=dict)
    elsewhere: dict[str, list[int]] = field(default_factory=dict)  # amounts of its lines in other shops' statements
    decisions: list[Decision] = field(default_factory=list)
    residual_fen: int = 0

    @property
    def exports(self) -> Exports:
        """The exports at hand."""
        return Exports(self.contracts, self.coverage)

    @property
    def group_id(self) -> str:
        """One group per order: all lines of an order stand together."""
        return f"order|{self.order.platform}|{self.order.shop}|{self.order.order_no}"

    def of(self, component: str) -> list[StatementLine]:
        """The lines of a fee class, in the order of the statement."""
        return self.lines.get(component, [])

    def decide(self, line: StatementLine, outcome: Outcome, difference: str, expected_fen: int, reason: str) -> None:
        """Write the one decision on a line."""
        said = Answer(outcome, difference, expected_fen, reason)
        answer = self.exports.awaiting_refunds(line, said, refunded=bool(self.of("refund")))
        order_no, group_id = self.order.order_no, self.group_id
        self.decisions.append(on_line("orders", line, answer, order_no=order_no, group_id=group_id))
        self.residual_fen += line.amount_fen - answer.expected_fen

    def expect(self, component: str, key: str, expected_fen: int, cause_day: str, reason: str) -> None:
        """Write that an amount expected has no line: missing when the statements cover its days, else not due yet; and
        not due yet as well while a refund that is not in may have taken it.
        """
        if expected_fen == 0 or not cause_day or self._came_elsewhere(component, expected_fen):
            return
        last = day_after(cause_day, self.contracts.payout_lag_days)
        missing = self.coverage.silent((self.order.shop, self.wallet), cause_day, last)
        difference = f"{component}_missing" if missing else "pending"
        words = reason if missing else f"{reason}；最迟 {last}，账单尚未覆盖或未到期"
        lacking = self._refunds_lacking(component, cause_day) if missing else ""
        if lacking:
            missing, difference, words = False, "refunds_not_in", f"{reason}；{lacking}"
        outcome = Outcome.MISSING_IN_STATEMENT if missing else Outcome.TIMING
        self.decisions.append(
            Decision(
                "orders",
                "books",
                key,
                self.order.shop,
                self.order.order_no,
                component,
                outcome,
                difference,
                expected_fen,
                expected_fen,
                self.group_id,
                f"{component}.{difference}",
                words,
                cause_day,
            )
        )
        self.residual_fen -= expected_fen if missing else 0

    def _refunds_lacking(self, component: str, day: str) -> str:
        if component not in ("payment", "subsidy", "commission"):
            return ""
        return self.exports.refunds_lacking(self.order.platform, self.order.shop, day)

    def _came_elsewhere(self, component: str, expected_fen: int) -> bool:
        amounts = self.elsewhere.get(component, [])
        near = [amount for amount in amounts if abs(amount - expected_fen) <= self.contracts.tolerance_fen]
        if near:
            amounts.remove(near[0])
        return bool(near)

    def key(self, component: str) -> str:
        """The key of an expectation of the order itself."""
        return f"order:{self.order.shop}:{self.order.order_no}:{component}"


def judge_order(case: OrderCase) -> Group | None:
    """Decide every line of the order and every expectation without one; the group, if any line is in it."""
    pairs = pair_refunds(case.of("refund"), case.refunds)
    before = [refund for refund in case.refunds if is_done(refund) and not refund.after_settlement]
    lined = {pair.refund.refund_no for pair in pairs if pair.refund is not None}
    deducted = sum(refund.amount_fen for refund in before if refund.refund_no not in lined)
    money = due(case.order, case.wallet, sum(refund.amount_fen for refund in before), deducted, case.contracts)
    if _offset(case, pairs):
        _all_offset(case)
    else:
        _refunds(case, pairs)
        _missing_refunds(case, lined)
        _component(case, "payment", money.payment_fen, money)
        _payment_fees(case)
    _component(case, "subsidy", money.subsidy_fen, money)
    _commission(case, money)
    _commission_back(case, money)
    _as_charged(case)
    return _group(case)


def _group(case: OrderCase) -> Group | None:
    count = sum(decision.side == "statement" for decision in case.decisions)
    if count == 0:
        return None
    return Group(case.group_id, "1-1" if count == 1 else "N-1", case.residual_fen)


def _offset(case: OrderCase, pairs: list[Pair]) -> bool:
    """A payment that went back in full before the order finished nets to nothing: no money, no fees."""
    payments, refunds = case.of("payment"), case.of("refund")
    if any(refund.after_settlement for refund in case.refunds) or any(pair.refund is None for pair in pairs):
        return False
    if not payments and not refunds:
        done = sum(refund.amount_fen for refund in case.refunds if is_done(refund))
        return bool(case.refunds) and done == case.order.paid_fen
    return bool(payments) and sum(line.amount_fen for line in (*payments, *refunds)) == 0


def _all_offset(case: OrderCase) -> None:
    fees = case.of("payment_fee")
    words = f"货款与退款相抵，净额 {yuan(0)}"
    for line in (*case.of("payment"), *case.of("refund")):
        case.decide(line, Outcome.REFUND_OFFSET, "", line.amount_fen, words)
    if sum(line.amount_fen for line in fees) == 0:
        for line in fees:
            case.decide(line, Outcome.REFUND_OFFSET, "", line.amount_fen, words)
    else:
        _payment_fees(case)


def _refunds(case: OrderCase, pairs: list[Pair]) -> None:
    for line, refund, kind in pairs:
        if refund is not None:
            _refund(case, line, refund)
        elif kind == "twice":
            case.decide(
                line,
                Outcome.DUPLICATE,
                "refund_twice",
                0,
                f"退款 {line.refund_no} 已出账，再次出账 {yuan(-line.amount_fen)}",
            )
        elif kind == "ambiguous":
            words = f"退款 {yuan(-line.amount_fen)} 对应两笔以上同额退款单，需人工确认"
            case.decide(line, Outcome.AMBIGUOUS, "ambiguous", line.amount_fen, words)
        else:
            words = f"订单 {case.order.order_no} 没有退款单对应这笔退款 {yuan(-line.amount_fen)}"
            case.decide(line, Outcome.MISSING_IN_BOOKS, "refund_unknown", 0, words)


def _refund(case: OrderCase, line: StatementLine, refund: BookRefund) -> None:
    (verdict,) = judge_amounts([line], -refund.amount_fen, case.contracts.tolerance_fen)
    if is_refused(refund):
        words = f"退款 {refund.refund_no} 状态为{refund.status}，却已退出 {yuan(-line.amount_fen)}"
        case.decide(line, Outcome.AMOUNT, "refund_not_granted", 0, words)
    elif verdict.outcome is Outcome.AMOUNT:
        words = f"退款 {refund.refund_no} {amount_words('金额', -line.amount_fen, refund.amount_fen)}"
        case.decide(line, Outcome.AMOUNT, "refund_amount", -refund.amount_fen, words)
    elif not refund.done_at:
        words = f"退款 {refund.refund_no} 账单已退，售后状态仍为{refund.status or '处理中'}"
        case.decide(line, Outcome.TIMING, "refund_open", verdict.expected_fen, words)
    else:
        case.decide(line, verdict.outcome, verdict.kind, verdict.expected_fen, "与退款单一致")


def _missing_refunds(case: OrderCase, lined: set[str]) -> None:
    for refund in case.refunds:
        if refund.refund_no in lined or not is_done(refund):
            continue
        if needs_line(refund, case.wallet, case.contracts):
            words = f"退款 {refund.refund_no} 已完成 {yuan(refund.amount_fen)}，账单无退款出账"
            key = f"refund:{case.order.shop}:{refund.refund_no}"
            case.expect("refund", key, -refund.amount_fen, refund.done_at[:10], words)


def _component(case: OrderCase, component: str, expected_fen: int, money: Due) -> None:
    """Payment and subsidy: judged by amount; before the order finished, an amount that fits is only early."""
    lines, name = case.of(component), COMPONENTS[component]
    if money.stage is Stage.SETTLED and not lines:
        words = f"订单 {case.order.order_no} 应收{name} {yuan(expected_fen)}，账单无此笔"
        case.expect(component, case.key(component), expected_fen, money.cause_day, words)
    for verdict in judge_amounts(lines, expected_fen, case.contracts.tolerance_fen):
        _say_amount(case, component, verdict, money)


def _say_amount(case: OrderCase, component: str, verdict: Verdict, money: Due) -> None:
    line, name, kind = verdict.line, COMPONENTS[component], verdict.kind
    difference = f"{component}_{kind}" if kind not in ("", "rounding") else kind
    fits = verdict.outcome in (Outcome.MATCHED, Outcome.WITHIN_TOLERANCE)
    if fits and component == "payment" and line.at[:10] < case.order.paid_at[:10]:
        words = f"{name} {yuan(line.amount_fen)} 发生在 {line.at[:10]}，早于订单付款日 {case.order.paid_at[:10]}"
        case.decide(line, Outcome.WRONG_SHOP, "payment_early", verdict.expected_fen, words)
    elif fits and money.stage is Stage.OPEN:
        words = f"{name} {yuan(line.amount_fen)} 已到，订单状态仍为{case.order.platform_status or '未完成'}"
        case.decide(line, Outcome.TIMING, "order_unfinished", verdict.expected_fen, words)
    elif kind == "twice":
        case.decide(line, verdict.outcome, difference, 0, f"{name}重复：同一订单再次出现 {yuan(line.amount_fen)}")
    elif kind in ("not_due", "extra"):
        status = case.order.platform_status or "未知"
        words = f"{DIFFERENCES[difference][0]} {yuan(line.amount_fen)}：订单状态 {status}，应 {yuan(0)}"
        case.decide(line, verdict.outcome, difference, 0, words)
    elif kind:
        words = amount_words(name, line.amount_fen, verdict.expected_fen)
        case.decide(line, verdict.outcome, difference, verdict.expected_fen, words)
    else:
        case.decide(line, verdict.outcome, "", verdict.expected_fen, f"{name}与订单一致")


def _commission(case: OrderCase, money: Due) -> None:
    lines, rate = case.of("commission"), case.contracts.commission_bp.get(case.order.shop)
    if rate is None:
        for line in lines:
            case.decide(line, Outcome.FEES_EXPLAINED, "", line.amount_fen, f"佣金{TAKEN}，无合同费率")
        return
    if money.stage is Stage.SETTLED and not lines:
        words = f"订单 {case.order.order_no} 应扣佣金 {yuan(-money.commission_fen)}，账单无此笔"
        case.expect("commission", case.key("commission"), money.commission_fen, money.cause_day, words)
    for verdict in judge_amounts(lines, money.commission_fen, case.contracts.tolerance_fen):
        if verdict.kind in ("short", "over", "parts_short"):
            _say_rate(case, verdict, money, rate)
        else:
            _say_amount(case, "commission", verdict, money)


def _say_rate(case: OrderCase, verdict: Verdict, money: Due, rate: int) -> None:
    """Wrong commission: the right rate on a wrong base is an amount difference, anything else is the rate."""
    line, order = verdict.line, case.order
    gross = order.paid_fen + order.platform_discount_fen
    for base, words in ((gross, "未扣除结算前退款"), (money.base_fen - money.subsidy_fen, "未含平台补贴")):
        if base != money.base_fen and -line.amount_fen == share(base, rate):
            said = f"佣金基数错误（{words}）：{amount_words('佣金', -line.amount_fen, -verdict.expected_fen)}"
            case.decide(line, Outcome.AMOUNT, "commission_base", verdict.expected_fen, said)
            return
    words = rate_words("佣金", line.amount_fen, verdict.expected_fen, money.base_fen, rate)
    case.decide(line, Outcome.FEE_RATE, "commission_rate", verdict.expected_fen, words)


def _commission_back(case: OrderCase, money: Due) -> None:
    """Commission given back for refunds after settlement, pro rata."""
    rate = case.contracts.commission_bp.get(case.order.shop)
    lines = case.of("refund_commission")
    if rate is None:
        for line in lines:
            case.decide(line, Outcome.FEES_EXPLAINED, "", line.amount_fen, f"佣金退还{TAKEN}，无合同费率")
        return
    charged = sum(line.amount_fen for line in case.of("commission"))
    open_refunds = [refund for refund in case.refunds if is_done(refund) and refund.after_settlement]
    left = _exactly_back(case, lines, open_refunds, rate, charged, money)
    nearest = _nearest(left, open_refunds, rate)
    expected = sum(share(refund.amount_fen, rate) for refund in nearest)
    given = any(decision.component == "refund_commission" for decision in case.decisions)
    for verdict in judge_amounts(left, expected, case.contracts.tolerance_fen):
        if verdict.kind == "not_due" and given:
            words = f"佣金重复退还 {yuan(verdict.line.amount_fen)}"
            case.decide(verdict.line, Outcome.DUPLICATE, "refund_commission_twice", 0, words)
        else:
            _say_amount(case, "refund_commission", verdict, money)
    _missing_back(case, [refund for refund in open_refunds if refund not in nearest], rate)


def _nearest(lines: list[StatementLine], refunds: list[BookRefund], rate: int) -> list[BookRefund]:
    """The refunds the lines left over stand for: all of them when the sums tie, else as many as there are lines."""
    if len(lines) >= len(refunds) or sum(line.amount_fen for line in lines) == sum(
        share(refund.amount_fen, rate) for refund in refunds
    ):
        return list(refunds) if lines else []
    amounts = [line.amount_fen for line in lines]
    apart = {r.refund_no: min((abs(share(r.amount_fen, rate) - fen) for fen in amounts), default=0) for r in refunds}
    return sorted(refunds, key=lambda refund: (apart[refund.refund_no], refund.refund_no))[: len(lines)]


def _missing_back(case: OrderCase, refunds: list[BookRefund], rate: int) -> None:
    for refund in refunds:
        back = share(refund.amount_fen, rate)
        words = f"退款 {refund.refund_no} 应退还佣金 {yuan(back)}，账单无此笔"
        key = f"refund:{case.order.shop}:{refund.refund_no}:commission"
        case.expect("refund_commission", key, back, refund.done_at[:10], words)


def _exactly_back(
    case: OrderCase, lines: list[StatementLine], refunds: list[BookRefund], rate: int, charged: int, money: Due
) -> list[StatementLine]:
    """Take out the lines that fit a refund, and that refund; the lines left over."""
    left = []
    for line in lines:
        for refund in refunds:
            backs = commission_back(refund.amount_fen, rate, charged, money.base_fen)
            gap = min(abs(line.amount_fen - back) for back in backs)
            if gap <= case.contracts.tolerance_fen:
                refunds.remove(refund)
                outcome = Outcome.WITHIN_TOLERANCE if gap else Outcome.MATCHED
                expected = min(backs, key=lambda back: abs(line.amount_fen - back))
                case.decide(line, outcome, "rounding" if gap else "", expected, f"退款 {refund.refund_no} 的佣金退还")
                break
        else:
            left.append(line)
    return left


def _payment_fees(case: OrderCase) -> None:
    """The wallet's own fee: a share of each payment, given back with each refund."""
    rate = case.contracts.payment_fee_bp.get(case.wallet)
    fees = case.of("payment_fee")
    if rate is None:
        for line in fees:
            case.decide(line, Outcome.FEES_EXPLAINED, "", line.amount_fen, f"手续费{TAKEN}")
        return
    principals = [*case.of("payment"), *case.of("refund")]
    for line in fees:
        principal = _principal(line, principals)
        if principal is None:
            words = f"手续费 {yuan(-line.amount_fen)} 没有对应的收款或退款"
            case.decide(line, Outcome.AMOUNT, "payment_fee_rate", 0, words)
            continue
        principals.remove(principal)
        _payment_fee(case, line, principal, rate)
    for principal in principals:
        words = f"交易 {principal.flow_no} {yuan(principal.amount_fen)} 无手续费"
        _expect_fee(case, principal, rate, words)


def _principal(fee: StatementLine, principals: list[StatementLine]) -> StatementLine | None:
    same_flow = [line for line in principals if (line.flow_no, line.n) == (fee.flow_no, fee.n)]
    against = [line for line in principals if (line.amount_fen < 0) != (fee.amount_fen < 0)]
    return next(iter(same_flow or against), None)


def _payment_fee(case: OrderCase, fee: StatementLine, principal: StatementLine, rate: int) -> None:
    sign = -1 if principal.amount_fen > 0 else 1
    expected = sign * share(abs(principal.amount_fen), rate)
    (verdict,) = judge_amounts([fee], expected, case.contracts.tolerance_fen)
    if verdict.outcome is Outcome.AMOUNT:
        words = rate_words("手续费", fee.amount_fen, expected, abs(principal.amount_fen), rate)
        case.decide(fee, Outcome.FEE_RATE, "payment_fee_rate", expected, words)
    else:
        case.decide(fee, verdict.outcome, verdict.kind, expected, "手续费与费率一致")


def _expect_fee(case: OrderCase, principal: StatementLine, rate: int, words: str) -> None:
    sign = -1 if principal.amount_fen > 0 else 1
    key = f"fee:{principal.ref}"
    case.expect("payment_fee", key, sign * share(abs(principal.amount_fen), rate), principal.at[:10], words)


def _as_charged(case: OrderCase) -> None:
    """Fees without a contract rate are taken as charged; more equal ones than the order has lines are duplicates."""
    for component in sorted(set(case.lines) - JUDGED):
        seen: dict[int, int] = {}
        for line in case.of(component):
            seen[line.amount_fen] = seen.get(line.amount_fen, 0) + 1
            name = COMPONENTS.get(component, component)
            if seen[line.amount_fen] > max(case.order.lines, 1):
                words = f"{name}重复扣 {yuan(-line.amount_fen)}：订单只有 {case.order.lines} 个子订单"
                case.decide(line, Outcome.DUPLICATE, "fee_twice", 0, words)
            else:
                case.decide(line, Outcome.FEES_EXPLAINED, "", line.amount_fen, f"{name}{TAKEN}")
