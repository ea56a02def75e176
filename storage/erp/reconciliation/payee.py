"""Payments that were authorised, the names and numbers by which the bank shows them, and what is still open. Pure."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

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
    day_after,
    group_kind,
    on_bank,
)
from storage.erp.reconciliation.words import amount_words, yuan

NUMBER_LEAST = 5
"""A number of fewer characters is no number: too many words of a bank hold it."""
_APART = re.compile(r"[^0-9A-Za-z\-]+")
_LEFT_OUT = re.compile(r"[\s()（）\[\]【】·.,，。\-]")


class Payable(NamedTuple):
    """One authorised payment; `amount_fen` is positive. `reference`: what the bank's words should say of it."""

    payable_no: str
    kind: str
    payee: str
    reference: str
    amount_fen: int
    due_day: str
    authorised_on: str = ""

    @property
    def number(self) -> str:
        """The number people know it by."""
        return self.reference or self.payable_no

    @property
    def ref(self) -> str:
        """The key of its item in `recon_item`, side books."""
        return f"payable:{self.kind}:{self.payable_no}"

    @property
    def group_id(self) -> str:
        """The group of the lines that pay it."""
        return f"payable|{self.payable_no}"


class Numbers(NamedTuple):
    """Which payables a word names."""

    by_word: dict[str, list[Payable]]

    def of(self, text: str) -> list[Payable]:
        """The payables that words of the text name, each once; a word that names several names none."""
        found: dict[str, Payable] = {}
        for word in _APART.split(unicodedata.normalize("NFKC", text)):
            named = self.by_word.get(word.upper(), [])
            if len(named) == 1:
                found[named[0].payable_no] = named[0]
        return list(found.values())


def numbers_in(payables: Iterable[Payable]) -> Numbers:
    """The words by which the bank may name these payables."""
    words: dict[str, list[Payable]] = defaultdict(list)
    for owed in payables:
        for number in {owed.reference.upper(), owed.payable_no.upper()}:
            if len(number) >= NUMBER_LEAST:
                words[number].append(owed)
    return Numbers(words)


def plain_name(name: str) -> str:
    """A name without what banks add, leave out or write in other widths."""
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", name)).upper()


def same_name(one: str, other: str, contracts: Contracts) -> bool:
    """Whether two names mean one payee: equal, one the beginning of the other (banks cut), or known as an alias."""
    first, second = (plain_name(contracts.payee_aliases.get(name, name)) for name in (one, other))
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=len)
    return first == second or (len(shorter) >= NUMBER_LEAST and longer.startswith(shorter))


def bank_fee(line: BankLine, contracts: Contracts) -> bool:
    """Whether the bank says that it took a fee of its own, and no more than fees are."""
    said = any(word in line.summary for word in contracts.bank_fee_words)
    return said and 0 < -line.amount_fen <= contracts.bank_fee_most_fen


def opening(owed: Payable, line: BankLine, contracts: Contracts) -> bool:
    """Whether the debit came in days in which the bill may be paid: after it was authorised, around when it is due."""
    if owed.authorised_on and line.day < owed.authorised_on:
        return False
    if not owed.due_day:
        return True
    days = contracts.payable_days
    return day_after(owed.due_day, -days) <= line.day <= day_after(owed.due_day, days)


def closing(bills: Sequence[Payable], lines: Sequence[BankLine]) -> Answer:
    """What these debits make of these bills: paid, paid in part, or paid too much."""
    owed_fen, paid_fen = sum(owed.amount_fen for owed in bills), -sum(line.amount_fen for line in lines)
    numbers = "、".join(owed.number for owed in bills)
    if owed_fen == paid_fen:
        words = f"{numbers} 已批准 {len(bills)} 笔共 {yuan(owed_fen)}，银行 {len(lines)} 笔付清"
        return Answer(Outcome.MATCHED, "", -owed_fen, words)
    words = f"{numbers} {amount_words('付款', paid_fen, owed_fen)}"
    if paid_fen < owed_fen:
        return Answer(Outcome.PARTIAL, "payable_short", -owed_fen, words)
    return Answer(Outcome.AMOUNT, "payable_over", -owed_fen, words)


@dataclass(slots=True)
class Block:
    """Bills and bank lines that are still open, and what has been decided."""

    contracts: Contracts
    coverage: Coverage
    open: list[Payable]
    lines: list[BankLine] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    accounts: Accounts = field(default_factory=Accounts)

    def join(self, bills: Sequence[Payable], lines: Sequence[BankLine], rule: str, answer: Answer) -> None:
        """Take bills and lines as one story, told the same way of each of them; they are decided."""
        group = bills[0].group_id if bills else f"payable|{lines[0].ref}"
        rest = answer.expected_fen if bills else 0
        for place, line in enumerate(lines):
            last = place == len(lines) - 1
            fits = answer.outcome is Outcome.MATCHED or not last or not bills or answer.outcome is Outcome.AMBIGUOUS
            expected = line.amount_fen if fits else rest
            rest -= line.amount_fen
            self.say(line, answer._replace(expected_fen=expected), group_id=group, rule=rule)
        for owed in bills:
            self.say_payable(owed, answer._replace(expected_fen=-owed.amount_fen), group_id=group, rule=rule)
        residual = sum(line.amount_fen for line in lines) + sum(owed.amount_fen for owed in bills)
        self.accounts.note((owed.payee for owed in bills), lines)
        self.groups.append(Group(group, group_kind(len(bills) or 1, len(lines) if bills else 1), residual))
        self.open = [owed for owed in self.open if owed not in bills]
        self.lines = [line for line in self.lines if line not in lines]

    def say(self, line: BankLine, answer: Answer, *, group_id: str = "", rule: str = "") -> None:
        """Write the one decision on a bank line."""
        component = "bank_fee" if rule == "bank.fee" else "bank"
        said = on_bank(line, answer, group_id=group_id, rule=rule)
        self.decisions.append(said._replace(job="payables", component=component))

    def say_payable(self, owed: Payable, answer: Answer, *, group_id: str = "", rule: str = "") -> None:
        """Write the one decision on an authorised payment."""
        rule_id = rule or f"payables.{answer.difference or answer.outcome.name.lower()}"
        self.decisions.append(
            Decision(
                "payables",
                "books",
                owed.ref,
                "",
                "",
                "payable",
                answer.outcome,
                answer.difference,
                -owed.amount_fen,
                answer.expected_fen,
                group_id or owed.group_id,
                rule_id,
                answer.reason,
                owed.due_day,
            )
        )

    def candidate(self, line: BankLine, owed: Payable, reason: str) -> None:
        """Keep a bill that the line may be about, for the person who decides; the first ones are the best."""
        rank = 1 + sum(known.ref == line.ref for known in self.candidates)
        self.candidates.append(
            Candidate("payables", "bank", line.ref, f"books:{owed.ref}", rank, -owed.amount_fen, reason)
        )
