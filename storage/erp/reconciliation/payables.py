"""Job "payables": what left the bank against what somebody authorised, each authorised once and booked once. Pure.

The cascade of model.md 3.4 on one bank account: what concerns the line alone (repeated, the bank's own fees), money
that came back, then the number that the bank's words name, then payee and exact sum when only one explanation is left,
several for one in both directions, all for all, and last one left over on each side that differ. Two explanations are
never a match: they are kept as candidates for a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.outcomes import Outcome
from storage.erp.reconciliation.payee import Block, Payable, bank_fee, closing, numbers_in, opening, same_name
from storage.erp.reconciliation.rows import Answer, BankLine, Coverage, Matched, day_after
from storage.erp.reconciliation.subsets import unique_subset
from storage.erp.reconciliation.words import amount_words, yuan


def match_payables(
    payables: Iterable[Payable], bank: Iterable[BankLine], contracts: Contracts, coverage: Coverage
) -> Matched:
    """One decision per bank line and one per payable."""
    block = Block(contracts, coverage, sorted(payables, key=lambda owed: (owed.due_day, owed.payable_no)))
    for line in sorted(bank, key=lambda line: (line.day, line.account, line.line_key)):
        _alone(block, line)
    _came_back(block)
    _by_number(block)
    _by_sum(block)
    for payee in sorted({owed.payee for owed in block.open}):
        _several(block, payee)
    _left_over(block)
    for line in list(block.lines):
        _unexplained(block, line)
    for owed in list(block.open):
        _unpaid(block, owed)
    return Matched(block.decisions, block.groups, block.candidates)


def _alone(block: Block, line: BankLine) -> None:
    if line.occurrence > 1:
        words = f"银行流水同日同额同余额第 {line.occurrence} 次出现 {yuan(line.amount_fen)}"
        block.say(line, Answer(Outcome.DUPLICATE, "bank_twice", 0, words))
    elif bank_fee(line, block.contracts):
        words = f"银行费用 {yuan(-line.amount_fen)}（{line.summary}），按实扣"
        block.say(line, Answer(Outcome.FEES_EXPLAINED, "", line.amount_fen, words), rule="bank.fee")
    else:
        block.lines.append(line)


def _came_back(block: Block) -> None:
    """A credit of just the sum that went to the same payee shortly before: nothing was paid."""
    for credit in [line for line in block.lines if line.amount_fen > 0]:
        first = day_after(credit.day, -block.contracts.returned_days)
        sent = [
            line
            for line in block.lines
            if line.amount_fen == -credit.amount_fen
            and first <= line.day <= credit.day
            and same_name(line.counterparty, credit.counterparty, block.contracts)
        ]
        if sent:  # of several equal ones any is as good: each paid the same payee the same sum
            words = f"{credit.counterparty} 于 {credit.day} 退回 {yuan(credit.amount_fen)}，这笔付款没有付成"
            answer = Answer(Outcome.REFUND_OFFSET, "", credit.amount_fen, words)
            block.join([], [sent[-1], credit], "payables.came_back", answer)


def _by_number(block: Block) -> None:
    """The bank's words name a payable: its debits in the order of their days, then all of its sum or what is lacking.

    A word that names several payables is dropped, unless together they are what one debit paid.
    """
    known = numbers_in(block.open)
    named: dict[str, list[BankLine]] = defaultdict(list)
    for line in [line for line in block.lines if line.amount_fen < 0]:
        found = known.of(line.summary)
        if len(found) > 1 and _names(block, line, found) and sum(o.amount_fen for o in found) == -line.amount_fen:
            block.join(found, [line], "payables.numbers", closing(found, [line]))
        elif len(found) == 1:
            named[found[0].payable_no].append(line)
    for owed in list(block.open):
        if owed.payable_no in named:
            _numbered(block, owed, named[owed.payable_no])


def _names(block: Block, line: BankLine, found: Sequence[Payable]) -> bool:
    return all(same_name(line.counterparty, owed.payee, block.contracts) for owed in found)


def _numbered(block: Block, owed: Payable, lines: list[BankLine]) -> None:
    strangers = [line for line in lines if not _names(block, line, [owed])]
    for line in strangers:
        words = f"付款 {yuan(-line.amount_fen)} 写明 {owed.number}，收款人却是 {line.counterparty}，应为 {owed.payee}"
        block.say(line, Answer(Outcome.WRONG_SHOP, "payee_differs", 0, words), group_id=owed.group_id)
        block.candidate(line, owed, words)
        block.lines.remove(line)
    lines = [line for line in lines if line not in strangers]
    early = [line for line in lines if owed.authorised_on and line.day < owed.authorised_on]
    for line in early:
        words = f"付款日 {line.day} 早于 {owed.number} 的批准日 {owed.authorised_on}"
        block.say(line, Answer(Outcome.WRONG_SHOP, "payable_early", 0, words), group_id=owed.group_id)
        block.candidate(line, owed, words)
        block.lines.remove(line)
    lines = [line for line in lines if line not in early]
    if lines:
        _pay(block, owed, lines)


def _pay(block: Block, owed: Payable, lines: list[BankLine]) -> None:
    """Debits until the sum is reached pay the bill; the same sum again is a duplicate, what is over is over."""
    exact = next((line for line in lines if -line.amount_fen == owed.amount_fen), None)
    if exact is not None:
        block.join([owed], [exact], "payables.number", closing([owed], [exact]))
        _further(block, owed, [line for line in lines if line is not exact])
        return
    paid: list[BankLine] = []
    while lines and -sum(line.amount_fen for line in paid) < owed.amount_fen:
        paid.append(lines.pop(0))
    block.join([owed], paid, "payables.number", closing([owed], paid))
    _further(block, owed, lines)


def _further(block: Block, owed: Payable, lines: Iterable[BankLine]) -> None:
    for line in lines:
        same = -line.amount_fen == owed.amount_fen
        words = f"{owed.number} 已付清，又付 {yuan(-line.amount_fen)}"
        answer = Answer(Outcome.DUPLICATE if same else Outcome.AMOUNT, "payable_twice" if same else "payable_over", 0,
                        words)  # fmt: skip
        block.say(line, answer, group_id=owed.group_id)
        block.lines.remove(line)


def _by_sum(block: Block) -> None:
    """Payee and exact sum within the days: as many debits as bills are all paid; otherwise nobody can tell which."""
    by_sum: dict[tuple[str, int], list[Payable]] = defaultdict(list)
    for owed in block.open:
        by_sum[owed.payee, owed.amount_fen].append(owed)
    for (_, amount_fen), bills in sorted(by_sum.items()):
        lines = [line for line in block.lines if line.amount_fen == -amount_fen and _names(block, line, bills)]
        lines = [line for line in lines if any(opening(owed, line, block.contracts) for owed in bills)]
        if not lines:
            continue
        every = all(opening(owed, line, block.contracts) for owed in bills for line in lines)
        if every and len(lines) == len(bills):
            block.join(bills, lines, "payables.sum", closing(bills, lines))
        elif every and len(lines) > len(bills):
            _too_many(block, bills, lines)
        else:
            _ambiguous(block, bills, lines)


def _too_many(block: Block, bills: list[Payable], lines: list[BankLine]) -> None:
    """The first debits pay the bills; the same sum to the same payee again, with no bill left, is paid twice."""
    paid, again = lines[: len(bills)], lines[len(bills) :]
    owed = bills[0]
    block.join(bills, paid, "payables.sum", closing(bills, paid))
    for line in again:
        words = f"{line.counterparty} 同额付款 {yuan(-line.amount_fen)} 再次出现，{owed.number} 已付清"
        block.say(line, Answer(Outcome.DUPLICATE, "payable_twice", 0, words), group_id=owed.group_id)
        block.lines.remove(line)


def _ambiguous(block: Block, bills: Sequence[Payable], lines: Sequence[BankLine]) -> None:
    amount = yuan(bills[0].amount_fen)
    words = f"{len(bills)} 张应付与 {len(lines)} 笔付款同为 {bills[0].payee} {amount}，无法确定对应关系，需人工确认"
    for line in lines:
        for owed in bills:
            block.candidate(line, owed, f"{owed.number} 应付 {amount}，{owed.due_day} 到期")
    block.join(bills, lines, "", Answer(Outcome.AMBIGUOUS, "ambiguous", 0, words))


def _several(block: Block, payee: str) -> None:
    """Several bills of a payee in one debit, one bill in several debits, all in all: only if exact and unique."""
    for line in [line for line in block.lines if line.amount_fen < 0 and _pays(block, line, payee)]:
        bills = [owed for owed in block.open if owed.payee == payee and opening(owed, line, block.contracts)]
        found = unique_subset([owed.amount_fen for owed in bills], -line.amount_fen)
        if found is not None:
            paid = [bills[place] for place in found]
            block.join(paid, [line], "payables.subset", closing(paid, [line]))
    for owed in [owed for owed in block.open if owed.payee == payee]:
        lines = [line for line in block.lines if line.amount_fen < 0 and _pays(block, line, payee)]
        lines = [line for line in lines if opening(owed, line, block.contracts)]
        found = unique_subset([-line.amount_fen for line in lines], owed.amount_fen)
        if found is not None:
            parts = [lines[place] for place in found]
            block.join([owed], parts, "payables.subset", closing([owed], parts))
    bills = [owed for owed in block.open if owed.payee == payee]
    lines = [line for line in block.lines if line.amount_fen < 0 and _pays(block, line, payee)]
    exact = sum(owed.amount_fen for owed in bills) == -sum(line.amount_fen for line in lines)
    within = all(opening(owed, line, block.contracts) for owed in bills for line in lines)
    if len(bills) > 1 and len(lines) > 1 and exact and within:
        block.join(bills, lines, "payables.all", closing(bills, lines))


def _pays(block: Block, line: BankLine, payee: str) -> bool:
    return same_name(line.counterparty, payee, block.contracts)


def _left_over(block: Block) -> None:
    """One bill and one debit of a payee that only have each other differ in amount, unless by more than half."""
    for owed in list(block.open):
        lines = [
            line
            for line in block.lines
            if line.amount_fen < 0 and _pays(block, line, owed.payee) and opening(owed, line, block.contracts)
        ]
        if len(lines) != 1:
            continue
        (line,) = lines
        rivals = [o for o in block.open if o.payee == owed.payee and opening(o, line, block.contracts)]
        if rivals == [owed] and 2 * abs(owed.amount_fen + line.amount_fen) <= owed.amount_fen:
            block.join([owed], [line], "payables.differs", closing([owed], [line]))


def _unexplained(block: Block, line: BankLine) -> None:
    who = line.counterparty or "未知对方"
    if line.amount_fen > 0:
        words = f"{who} 汇入 {yuan(line.amount_fen)}，不是任何钱包的提现"
        block.say(line, Answer(Outcome.UNCLASSIFIED, "bank_unexplained", 0, words))
        return
    near = [owed for owed in block.open if _pays(block, line, owed.payee)]
    for owed in near:
        words = amount_words(f"{owed.number} 付款", -line.amount_fen, owed.amount_fen)
        block.candidate(line, owed, f"{words}；{owed.due_day} 到期")
    if len(near) > 1:
        words = f"付 {who} {yuan(-line.amount_fen)}：有 {len(near)} 张未付的应付，合计或单张都对不上，需人工确认"
        block.say(line, Answer(Outcome.AMBIGUOUS, "ambiguous", 0, words))
    else:
        words = f"付 {who} {yuan(-line.amount_fen)}：没有已批准的付款"
        block.say(line, Answer(Outcome.MISSING_IN_BOOKS, "payment_not_authorised", 0, words))


def _unpaid(block: Block, owed: Payable) -> None:
    last = day_after(owed.due_day, block.contracts.bank_lag_days) if owed.due_day else ""
    due = bool(last) and block.coverage.silent(("bank", "bank"), owed.due_day, last)
    lacking = block.coverage.untold(block.accounts.of(owed.payee, owed.due_day), owed.due_day, last) if due else ""
    if due and not lacking:
        words = f"{owed.number} 应付 {owed.payee} {yuan(owed.amount_fen)}，{owed.due_day} 到期，到 {last} 银行无此付款"
        answer = Answer(Outcome.MISSING_IN_STATEMENT, "payable_unpaid", -owed.amount_fen, words)
    else:
        words = f"{owed.number} 应付 {owed.payee} {yuan(owed.amount_fen)}，{owed.due_day or '未定'} 到期，银行尚未付款"
        if lacking:
            words = f"{words}；银行账号 {lacking} 这几天的流水还没有取到"
        answer = Answer(Outcome.TIMING, "pending", -owed.amount_fen, words)
    block.say_payable(owed, answer)
