"""Job "wallet": what left the wallets against what reached the bank. Pure, integer fen.

Block first (the wallet's name at the bank), then what the bank or the wallet itself says came back; then the smallest
explanation that is unique: one withdrawal for one credit within the bank's days; several withdrawals of one day in one
credit or the other way round; a bounded subset; then one left over on each side that differ in amount. Two explanations
are never a match. Source: model.md 3.4, stages 4, 5, 7.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from storage.erp.reconciliation.bank_accounts import Accounts
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.outcomes import Outcome
from storage.erp.reconciliation.rows import (
    Answer,
    BankLine,
    Candidate,
    Coverage,
    Decision,
    Group,
    Matched,
    StatementLine,
    day_after,
    days_between,
    group_kind,
    on_bank,
    on_line,
)
from storage.erp.reconciliation.subsets import unique_subset
from storage.erp.reconciliation.words import amount_words, yuan

CANDIDATES_MOST = 5


@dataclass(slots=True)
class _Block:
    """One payer's withdrawals and bank credits that are still open, and what has been decided."""

    wallet: str
    contracts: Contracts
    coverage: Coverage
    out: list[StatementLine]
    into: list[BankLine]
    decisions: list[Decision] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    accounts: Accounts = field(default_factory=Accounts)

    def __post_init__(self) -> None:
        self.accounts.note((), self.into)

    def fits(self, line: StatementLine, credit: BankLine) -> bool:
        """Whether the credit came within the bank's days after the withdrawal."""
        day = line.at[:10]
        return day <= credit.day <= day_after(day, self.contracts.bank_lag_days)

    def join(self, lines: Sequence[StatementLine], credits: Sequence[BankLine], rule: str) -> None:
        """Take the lines and credits as one and the same money."""
        group = f"wallet|{lines[0].ref}"
        kind = group_kind(len(lines), len(credits))
        words = f"提现 {len(lines)} 笔与银行到账 {len(credits)} 笔一致"
        for line in lines:
            self.say(line, Answer(Outcome.MATCHED, "", line.amount_fen, words), group, rule)
        for credit in credits:
            self.say_bank(credit, Answer(Outcome.MATCHED, "", credit.amount_fen, words), group, rule)
        self.groups.append(Group(group, kind, 0))
        self.accounts.note((line.shop for line in lines), credits)
        self.drop(lines, credits)

    def drop(self, lines: Iterable[StatementLine], credits: Iterable[BankLine]) -> None:
        """These are decided."""
        gone, came = set(lines), set(credits)
        self.out = [line for line in self.out if line not in gone]
        self.into = [credit for credit in self.into if credit not in came]

    def say(self, line: StatementLine, answer: Answer, group_id: str = "", rule: str = "") -> None:
        """Write the one decision on a withdrawal."""
        self.decisions.append(on_line("wallet", line, answer, group_id=group_id, rule=rule))

    def say_bank(self, credit: BankLine, answer: Answer, group_id: str = "", rule: str = "") -> None:
        """Write the one decision on a bank line."""
        self.decisions.append(on_bank(credit, answer, group_id=group_id, rule=rule))

    def keep(self, lines: Sequence[StatementLine], credits: Sequence[BankLine]) -> None:
        """Keep each side as candidates of the other, nearest sum first, for the person who decides."""
        for line in lines:
            ranked = sorted(credits, key=lambda credit: (abs(credit.amount_fen + line.amount_fen), credit.day))
            for rank, credit in enumerate(ranked[:CANDIDATES_MOST], 1):
                self.candidates.append(_candidate("statement", line.ref, "bank", credit.ref, rank, credit.amount_fen,
                                                  f"{credit.day} {credit.counterparty} 到账"))  # fmt: skip
        for credit in credits:
            sent = sorted(lines, key=lambda line: (abs(credit.amount_fen + line.amount_fen), line.at))
            for rank, line in enumerate(sent[:CANDIDATES_MOST], 1):
                self.candidates.append(_candidate("bank", credit.ref, "statement", line.ref, rank, line.amount_fen,
                                                  f"{line.at[:10]} {line.shop} 提现"))  # fmt: skip


def _candidate(side: str, ref: str, other_side: str, other: str, rank: int, amount_fen: int, what: str) -> Candidate:
    return Candidate("wallet", side, ref, f"{other_side}:{other}", rank, amount_fen, f"{what} {yuan(abs(amount_fen))}")


def match_wallet(
    lines: Iterable[StatementLine], bank: Iterable[BankLine], contracts: Contracts, coverage: Coverage
) -> Matched:
    """One decision per withdrawal line and per bank line."""
    decisions: list[Decision] = []
    groups: list[Group] = []
    candidates: list[Candidate] = []
    withdrawals, repeated = _withdrawals(lines)
    decisions.extend(repeated)
    credits, others = _credits(bank, contracts)
    decisions.extend(others)
    for wallet in sorted({*withdrawals, *credits}):
        block = _Block(wallet, contracts, coverage, withdrawals.get(wallet, []), credits.get(wallet, []))
        _match_block(block)
        decisions.extend(block.decisions)
        groups.extend(block.groups)
        candidates.extend(block.candidates)
    return Matched(decisions, groups, candidates)


def _withdrawals(lines: Iterable[StatementLine]) -> tuple[dict[str, list[StatementLine]], list[Decision]]:
    """Withdrawals by wallet, and the decisions on those that the source repeats."""
    open_lines: dict[str, list[StatementLine]] = defaultdict(list)
    repeated: list[Decision] = []
    seen: set[tuple[str, str, str, str, int]] = set()
    for line in sorted(lines, key=lambda line: (line.at, line.platform, line.shop, line.wallet, line.flow_no, line.n)):
        if line.fee_type != "withdrawal":
            continue
        key = (line.platform, line.shop, line.wallet, line.flow_no, line.amount_fen)  # a return may bear its number
        if key in seen:
            words = f"账单中提现流水号 {line.flow_no} 第 {line.n} 次出现，{yuan(-line.amount_fen)} 重复"
            repeated.append(on_line("wallet", line, Answer(Outcome.DUPLICATE, "line_repeated", 0, words)))
        else:
            seen.add(key)
            open_lines[line.wallet].append(line)
    return open_lines, repeated


def _credits(bank: Iterable[BankLine], contracts: Contracts) -> tuple[dict[str, list[BankLine]], list[Decision]]:
    """Credits of known payers by wallet, and the decisions on all other bank lines."""
    known: dict[str, list[BankLine]] = defaultdict(list)
    others: list[Decision] = []
    for line in sorted(bank, key=lambda line: (line.day, line.account, line.line_key)):
        wallet = wallet_of(line, contracts)
        said = _bank_alone(line, wallet)
        if said is None:
            known[wallet].append(line)
        else:
            others.append(on_bank(line, said))
    return known, others


def wallet_of(line: BankLine, contracts: Contracts) -> str:
    """The wallet whose name the bank shows on the line, "" for anybody else."""
    return next((wallet for wallet, name in sorted(contracts.bank_names.items()) if name in line.counterparty), "")


def _bank_alone(line: BankLine, wallet: str) -> Answer | None:
    if line.occurrence > 1:
        words = f"银行流水同日同额同余额第 {line.occurrence} 次出现 {yuan(line.amount_fen)}"
        return Answer(Outcome.DUPLICATE, "bank_twice", 0, words)
    if line.amount_fen <= 0 and not wallet:
        return Answer(Outcome.IGNORED, "", line.amount_fen, "银行支出，不属平台提现核对")
    if not wallet:
        words = f"{line.counterparty or '未知付款方'} 汇入 {yuan(line.amount_fen)}，不是任何钱包的提现"
        return Answer(Outcome.UNCLASSIFIED, "bank_unexplained", 0, words)
    return None


def _match_block(block: _Block) -> None:
    _sent_back(block)
    _returned(block)
    _one_to_one(block)
    _batches(block)
    _subsets(block)
    _left_over(block)


def _sent_back(block: _Block) -> None:
    """A debit of just the sum that the same payer's wallet brought shortly before: nothing arrived. Other debits to a
    wallet's name are no payout.
    """
    for debit in [line for line in block.into if line.amount_fen <= 0]:
        came = [credit for credit in block.into if _undone_by(credit, debit, block.contracts)][-1:]
        if came:
            _undo(block, came[0], debit)
        else:
            words = "银行支出，不属平台提现核对"
            block.say_bank(debit, Answer(Outcome.IGNORED, "", debit.amount_fen, words))
        block.drop([], [debit, *came])


def _undone_by(credit: BankLine, debit: BankLine, contracts: Contracts) -> bool:
    first = day_after(debit.day, -contracts.returned_days)
    return 0 < credit.amount_fen == -debit.amount_fen and first <= credit.day <= debit.day


def _undo(block: _Block, credit: BankLine, debit: BankLine) -> None:
    group = f"wallet|{debit.ref}"
    words = f"{debit.day} 银行退回 {yuan(credit.amount_fen)}，这笔提现没有到账"
    for line in (credit, debit):
        block.say_bank(line, Answer(Outcome.REFUND_OFFSET, "", line.amount_fen, words), group, "wallet.back")
    block.groups.append(Group(group, "1-1", 0))


def _returned(block: _Block) -> None:
    """What came back into the wallet (提现退票) takes the withdrawal of just that sum with it: none of it is due at the
    bank. One whose withdrawal nobody knows is no withdrawal either.
    """
    for back in [line for line in block.out if line.amount_fen > 0]:
        gone = _gone(block, back)
        if gone is None:
            _back_alone(block, back)
            block.drop([back], [])
            continue
        group = f"wallet|{gone.ref}"
        words = f"{back.at[:10]} 提现退回钱包 {yuan(back.amount_fen)}，这笔提现没有到账"
        for line in (gone, back):
            block.say(line, Answer(Outcome.REFUND_OFFSET, "", line.amount_fen, words), group, "wallet.returned")
        block.groups.append(Group(group, "1-1", 0))
        block.drop([gone, back], [])


def _gone(block: _Block, back: StatementLine) -> StatementLine | None:
    """The withdrawal that came back: the one that bears its number, else the latest that no credit needs."""
    first = day_after(back.at[:10], -block.contracts.returned_days)
    owner = (back.platform, back.shop, -back.amount_fen)
    mine = [line for line in block.out if (line.platform, line.shop, line.amount_fen) == owner]
    mine = [line for line in mine if first <= line.at[:10] and line.at <= back.at]
    named = [line for line in mine if line.flow_no == back.flow_no]
    return next(reversed(named or [line for line in mine if not _arrived(block, line)]), None)


def _arrived(block: _Block, line: StatementLine) -> bool:
    """Whether a credit of the bank has no withdrawal of its sum but this one."""
    alike = [other for other in block.out if other is not line and other.amount_fen == line.amount_fen]
    credits = [one for one in block.into if one.amount_fen == -line.amount_fen and block.fits(line, one)]
    return any(not any(block.fits(other, credit) for other in alike) for credit in credits)


def _back_alone(block: _Block, back: StatementLine) -> None:
    if block.wallet not in block.contracts.bank_names:  # nothing of this wallet can be told to have arrived
        _not_arrived(block, back)
        return
    day, days = back.at[:10], block.contracts.returned_days
    words = f"{day} 提现退回钱包 {yuan(back.amount_fen)}，之前 {days} 天里没有这个数的提现没到账"
    answer = Answer(Outcome.UNCLASSIFIED, "withdrawal_back", 0, words)
    told = block.coverage.withdrawals.get((back.shop, back.wallet), frozenset())
    if any(each not in told for each in days_between(day_after(day, -days), day)):
        words = f"{day} 提现退回钱包 {yuan(back.amount_fen)}，之前 {days} 天的提现还没有取全，取到后再核对"
        answer = Answer(Outcome.TIMING, "pending", back.amount_fen, words)
    block.say(back, answer)


def _one_to_one(block: _Block) -> None:
    """Equal amounts within the days: forced pairs first, then equal counts in order of time; the rest is ambiguous."""
    by_amount: dict[int, tuple[list[StatementLine], list[BankLine]]] = defaultdict(lambda: ([], []))
    for line in block.out:
        by_amount[-line.amount_fen][0].append(line)
    for credit in block.into:
        by_amount[credit.amount_fen][1].append(credit)
    for amount_fen in sorted(by_amount):
        lines, credits = by_amount[amount_fen]
        if lines and credits:
            _equal_amounts(block, lines, credits)


def _equal_amounts(block: _Block, lines: list[StatementLine], credits: list[BankLine]) -> None:
    forced = _forced(block, lines, credits)
    while forced is not None:
        line, credit = forced
        block.join([line], [credit], "wallet.exact")
        lines.remove(line)
        credits.remove(credit)
        forced = _forced(block, lines, credits)
    near = [line for line in lines if any(block.fits(line, credit) for credit in credits)]
    if len(near) == len(credits) and all(block.fits(*pair) for pair in zip(near, credits, strict=True)):
        for line, credit in zip(near, credits, strict=True):
            block.join([line], [credit], "wallet.exact_in_order")
    elif near and credits:
        _ambiguous(block, near, [credit for credit in credits if any(block.fits(line, credit) for line in near)])


def _forced(
    block: _Block, lines: Sequence[StatementLine], credits: Sequence[BankLine]
) -> tuple[StatementLine, BankLine] | None:
    """A credit that only one withdrawal can explain, when no other credit has just that one too."""
    choices = {credit: [line for line in lines if block.fits(line, credit)] for credit in credits}
    for credit, fits in choices.items():
        rivals = [other for other, others in choices.items() if other is not credit and others == fits]
        if len(fits) == 1 and not rivals:
            return fits[0], credit
    return None


def _ambiguous(block: _Block, lines: Sequence[StatementLine], credits: Sequence[BankLine]) -> None:
    amount = yuan(credits[0].amount_fen)
    words = f"{len(lines)} 笔提现与 {len(credits)} 笔到账同为 {amount}，无法确定对应关系，需人工确认"
    group = f"wallet|{lines[0].ref}"
    for line in lines:
        block.say(line, Answer(Outcome.AMBIGUOUS, "ambiguous", line.amount_fen, words), group)
    for credit in credits:
        block.say_bank(credit, Answer(Outcome.AMBIGUOUS, "ambiguous", credit.amount_fen, words), group)
    block.keep(lines, credits)
    residual = sum(credit.amount_fen for credit in credits) + sum(line.amount_fen for line in lines)
    block.groups.append(Group(group, group_kind(len(lines), len(credits)), residual))
    block.drop(lines, credits)


def _batches(block: _Block) -> None:
    """All open withdrawals of a day in one credit, or all open credits of a day for one withdrawal."""
    for day in sorted({line.at[:10] for line in block.out}):
        lines = [line for line in block.out if line.at[:10] == day]
        total = -sum(line.amount_fen for line in lines)
        credits = [credit for credit in block.into if credit.amount_fen == total and block.fits(lines[0], credit)]
        if len(lines) > 1 and len(credits) == 1:
            block.join(lines, credits, "wallet.batch")
    for day in sorted({credit.day for credit in block.into}):
        credits = [credit for credit in block.into if credit.day == day]
        total = sum(credit.amount_fen for credit in credits)
        lines = [line for line in block.out if -line.amount_fen == total and block.fits(line, credits[0])]
        if len(credits) > 1 and len(lines) == 1:
            block.join(lines, credits, "wallet.split")
    for shop, day in sorted({(line.shop, line.at[:10]) for line in block.out}):
        lines = [line for line in block.out if (line.shop, line.at[:10]) == (shop, day)]
        _all_for_all(block, lines)


def _all_for_all(block: _Block, lines: Sequence[StatementLine]) -> None:
    """All open withdrawals of a shop and day are all open credits of one later day, to the fen: many for many."""
    fits = []
    for day in sorted({credit.day for credit in block.into if block.fits(lines[0], credit)}):
        credits = [credit for credit in block.into if credit.day == day]
        if sum(credit.amount_fen for credit in credits) == -sum(line.amount_fen for line in lines):
            fits.append(credits)
    if len(lines) > 1 and len(fits) == 1 and len(fits[0]) > 1:
        block.join(lines, fits[0], "wallet.many")


def _subsets(block: _Block) -> None:
    """A credit that exactly one set of open withdrawals makes up, or a withdrawal that one set of credits makes up."""
    for credit in list(block.into):
        lines = [line for line in block.out if block.fits(line, credit)]
        found = unique_subset([-line.amount_fen for line in lines], credit.amount_fen)
        if found is not None:
            block.join([lines[i] for i in found], [credit], "wallet.subset")
    for line in list(block.out):
        credits = [credit for credit in block.into if block.fits(line, credit)]
        found = unique_subset([credit.amount_fen for credit in credits], -line.amount_fen)
        if found is not None:
            block.join([line], [credits[i] for i in found], "wallet.subset")


def _left_over(block: _Block) -> None:
    """One withdrawal and one credit that only have each other differ in amount, unless by more than half: then they
    are two stories. Everything else stands alone.
    """
    for line in list(block.out):
        credits = [credit for credit in block.into if block.fits(line, credit)]
        alone = len(credits) == 1 and [other for other in block.out if block.fits(other, credits[0])] == [line]
        if alone and 2 * abs(credits[0].amount_fen + line.amount_fen) <= abs(line.amount_fen):
            _differ(block, line, credits[0])
    block.keep([line for line in block.out if any(block.fits(line, credit) for credit in block.into)],
               [credit for credit in block.into if any(block.fits(line, credit) for line in block.out)])  # fmt: skip
    for line in list(block.out):
        _not_arrived(block, line)
    for credit in list(block.into):
        _unexplained(block, credit)


def _differ(block: _Block, line: StatementLine, credit: BankLine) -> None:
    group = f"wallet|{line.ref}"
    gap = credit.amount_fen + line.amount_fen
    outcome, difference = Outcome.AMOUNT, "bank_over"
    if abs(gap) <= block.contracts.tolerance_fen:
        outcome, difference = Outcome.WITHIN_TOLERANCE, "rounding"
    elif gap < 0:
        outcome, difference = Outcome.PARTIAL, "bank_short"
    words = amount_words("银行到账", credit.amount_fen, -line.amount_fen)
    rule = f"wallet.{difference}"
    block.say(line, Answer(outcome, difference, -credit.amount_fen, words), group, rule)
    block.say_bank(credit, Answer(outcome, difference, -line.amount_fen, words), group, rule)
    block.groups.append(Group(group, "1-1", gap))
    block.drop([line], [credit])


def _not_arrived(block: _Block, line: StatementLine) -> None:
    day = line.at[:10]
    if block.wallet not in block.contracts.bank_names:
        words = f"{day} 提现 {yuan(-line.amount_fen)}：还不知道银行流水里怎么称呼 {block.wallet} 钱包，无法核对到账"
        block.say(line, Answer(Outcome.UNCLASSIFIED, "payer_unknown", 0, words))
        return
    last = day_after(day, block.contracts.bank_lag_days)
    due = block.coverage.silent(("bank", "bank"), day, last)
    lacking = block.coverage.untold(block.accounts.of(line.shop, day), day, last) if due else ""
    if due and not lacking:
        words = f"{day} 提现 {yuan(-line.amount_fen)}，到 {last} 银行仍未到账"
        block.say(line, Answer(Outcome.MISSING_IN_STATEMENT, "withdrawal_missing", 0, words))
        return
    words = f"{day} 提现 {yuan(-line.amount_fen)} 在途，最迟 {last}"
    if lacking:
        words = f"{words}；银行账号 {lacking} 这几天的流水还没有取到"
    block.say(line, Answer(Outcome.TIMING, "pending", line.amount_fen, words))


def _unexplained(block: _Block, credit: BankLine) -> None:
    lacking = _lacking(block, credit.day)
    if lacking:
        words = f"{credit.counterparty} 汇入 {yuan(credit.amount_fen)}，{lacking}对应期间的提现还没有取到"
        block.say_bank(credit, Answer(Outcome.TIMING, "pending", credit.amount_fen, words))
    else:
        words = f"{credit.counterparty} 汇入 {yuan(credit.amount_fen)}，没有对应的提现"
        block.say_bank(credit, Answer(Outcome.UNCLASSIFIED, "bank_unexplained", 0, words))


def _lacking(block: _Block, day: str) -> str:
    """Whose withdrawals up to that day are not in, in words; "" when all are that could explain the credit."""
    told = block.coverage.withdrawals
    first = day_after(day, -block.contracts.bank_lag_days)
    billed = {owner for owner in (*told, *block.coverage.days) if owner[1] == block.wallet}
    silent = {shop for shop, _ in billed if not _knows(block.coverage, (shop, block.wallet), first, day)}
    shops = sorted(silent | block.coverage.unbilled)
    if shops:
        return f"店铺 {'、'.join(shops)} "
    return "" if billed else "没有任何店铺的账单，"


def _knows(coverage: Coverage, owner: tuple[str, str], first: str, last: str) -> bool:
    """Whether the wallet's withdrawals of those days are told, leaving out days before the first that are."""
    covered = coverage.withdrawals.get(owner, frozenset())
    if not covered or last > coverage.as_of:
        return False
    return all(day in covered for day in days_between(max(first, min(covered)), last))
