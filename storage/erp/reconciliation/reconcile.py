"""Reconcile the books with the statements: read, decide, write. Running it again on the same data changes nothing.

Three jobs: statements against orders, wallets against the bank, the bank against what was authorised to be paid. A
decision that a person made is never overwritten, and what is closed with its month stays as it is: neither is given to
anything else. Items that the data no longer calls for are taken away, unless a person decided them or they are closed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, case, delete, func, select

from storage.database.bulk import Counts, upsert
from storage.database.tables import recon_candidate, recon_group, recon_item
from storage.erp.reconciliation.arrived import Owner, lines_of, not_yet_due, remember
from storage.erp.reconciliation.authorised import supplier_names, withdraw_settled
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.kept import JOBS, KEPT, OPEN, kept_groups, kept_keys
from storage.erp.reconciliation.matching import match_orders
from storage.erp.reconciliation.months import file_late
from storage.erp.reconciliation.outcomes import Outcome, is_exception
from storage.erp.reconciliation.payables import match_payables
from storage.erp.reconciliation.plain import Plain, decide_plain, forget, plain_groups, plain_keys
from storage.erp.reconciliation.reading import (
    bank_lines,
    book_orders,
    book_refunds,
    coverage,
    file_periods,
    payables,
    statement_lines,
    statement_totals,
    sub_orders,
)
from storage.erp.reconciliation.rest import rest_lines, rest_orders, rest_refunds, rest_sub_orders
from storage.erp.reconciliation.rows import BankLine, Candidate, Coverage, Decision, Group, Matched, StatementLine
from storage.erp.reconciliation.wallet import match_wallet, wallet_of
from storage.erp.reconciliation.words import yuan

Key = tuple[str, str, str]
Tally = defaultdict[tuple[str, str], Counter[int]]


class Summary(NamedTuple):
    """What a reconciliation found. `outcomes`: number of items by outcome; `exceptions`: items that need someone."""

    lines: int
    items: int
    exceptions: int
    pending: int
    outcomes: dict[int, int]
    created: int
    changed: int
    removed: int


def reconcile(connection: Connection, contracts: Contracts, as_of: date) -> Summary:
    """Give every statement and bank line, and every expectation without one, its one outcome, inside the caller's
    write transaction. `as_of` is the business day up to which the books speak.
    """
    withdraw_settled(connection)
    covered, periods = coverage(connection, as_of), file_periods(connection)
    plain = decide_plain(connection, contracts, periods)
    lines = rest_lines(connection, periods)
    orders = match_orders(
        lines,
        rest_orders(connection),
        rest_refunds(connection),
        contracts,
        covered,
        rest_sub_orders(connection),
        plain.wallets,
    )
    found = together(orders, money_jobs(connection, lines, contracts, covered))
    counts = plain.counts.plus(write(connection, found))
    told = tally(connection)
    removed = remove_stale(connection, found, plain, told)
    forget(connection)
    file_late(connection)
    remember(connection)
    return summary(tally(connection) if removed else told, counts, removed)


def decide_all(connection: Connection, contracts: Contracts, as_of: date) -> Matched:
    """All jobs' decisions on the books as they are, nothing written."""
    covered = coverage(connection, as_of)
    lines = statement_lines(connection)
    orders = match_orders(
        lines, book_orders(connection), book_refunds(connection), contracts, covered, sub_orders(connection)
    )
    return together(orders, money_jobs(connection, lines, contracts, covered))


def money_jobs(
    connection: Connection, lines: Iterable[StatementLine], contracts: Contracts, covered: Coverage
) -> Matched:
    """The jobs about the bank: wallets' withdrawals of `lines`, and payments that were authorised.

    Books that know of no authorised payment have nothing to hold debits against: they are left alone.
    """
    kept = kept_keys(connection, jobs=("wallet", "payables"))
    sent = [line for line in lines if line.fee_type == "withdrawal" and ("wallet", "statement", line.ref) not in kept]
    bank, owed = bank_lines(connection), payables(connection)
    spent = [line for line in bank if owed and not wallet_of(line, contracts)]
    others = set(spent)
    came = [line for line in bank if line not in others]
    wallet = match_wallet(sent, _free(came, "wallet", kept), contracts, covered)
    if not owed:
        return wallet
    contracts = replace(contracts, payee_aliases={**supplier_names(connection), **contracts.payee_aliases})
    open_bills = [one for one in owed if ("payables", "books", one.ref) not in kept]
    return together(wallet, match_payables(open_bills, _free(spent, "payables", kept), contracts, covered))


def _free(lines: Iterable[BankLine], job: str, kept: frozenset[Key]) -> list[BankLine]:
    return [line for line in lines if (job, "bank", line.ref) not in kept]


def together(one: Matched, other: Matched) -> Matched:
    """The decisions of both."""
    return Matched(
        [*one.decisions, *other.decisions], [*one.groups, *other.groups], [*one.candidates, *other.candidates]
    )


def write(connection: Connection, found: Matched) -> Counts:
    """Write decisions, groups and candidates; what people decided and what is closed stays as it is."""
    counts = upsert(connection, recon_item, _item_rows(found.decisions), keep=KEPT)
    known = kept_groups(connection)
    upsert(connection, recon_group, [group._asdict() for group in found.groups if group.group_id not in known])
    upsert(connection, recon_candidate, [candidate._asdict() for candidate in found.candidates])
    return counts


def _item_rows(decisions: Iterable[Decision]) -> Iterable[dict[str, object]]:
    for decision in decisions:
        yield {**decision._asdict(), "outcome": int(decision.outcome)}


def remove_stale(connection: Connection, found: Matched, plain: Plain, told: Tally) -> int:
    """Take away the engine's own items, groups and candidates that the data no longer calls for; how many items.

    Items of statement lines are looked through only when there are more of them than lines.
    """
    i = recon_item.c
    wanted = {(decision.job, decision.side, decision.ref) for decision in found.decisions}
    of_lines = sum(side == "statement" for _, side, _ in wanted) + plain.lines
    of_lines += sum(side == "statement" for _, side, _ in kept_keys(connection, jobs=("wallet",)) - wanted)
    there = sum(told[job, "statement"].total() for job in JOBS)
    sides = ["bank", "books"] if there == of_lines else ["bank", "books", "statement"]
    if there != of_lines:
        wanted |= plain_keys(connection)
    kept = kept_keys(connection, sides)
    stored = connection.execute(select(i.job, i.side, i.ref).where(i.job.in_(JOBS), i.side.in_(sides)))
    stale = [key for row in stored if (key := tuple(row)) not in wanted and key not in kept]
    for job, side, ref in stale:
        connection.execute(delete(recon_item).where(i.job == job, i.side == side, i.ref == ref))
    _remove_stale_groups(connection, found.groups, plain)
    _remove_stale_candidates(connection, found.candidates)
    return len(stale)


def _remove_stale_groups(connection: Connection, groups: Iterable[Group], plain: Plain) -> None:
    """Groups are looked through only when there are more of them than are called for."""
    g = recon_group.c
    wanted = {group.group_id for group in groups}
    count = connection.execute(select(func.count()).select_from(recon_group)).scalar_one()
    if count == len(wanted) + plain.groups:
        return
    wanted |= kept_groups(connection) | plain_groups(connection)
    for group_id in connection.execute(select(g.group_id)).scalars().all():
        if group_id not in wanted:
            connection.execute(delete(recon_group).where(g.group_id == group_id))


def _remove_stale_candidates(connection: Connection, candidates: Iterable[Candidate]) -> None:
    wanted = {(one.job, one.side, one.ref, one.candidate) for one in candidates}
    c = recon_candidate.c
    for key in connection.execute(select(c.job, c.side, c.ref, c.candidate)).all():
        if tuple(key) not in wanted:
            here = (c.job == key.job, c.side == key.side, c.ref == key.ref, c.candidate == key.candidate)
            connection.execute(delete(recon_candidate).where(*here))


def tally(connection: Connection) -> Tally:
    """(job, side) -> how many items have which outcome.

    The two commonest are counted in the order of the table, which needs no sorting of all its rows.
    """
    i = recon_item.c
    few, owner = (Outcome.MATCHED, Outcome.FEES_EXPLAINED), (i.job, i.side)
    counted = (func.sum(case((i.outcome == int(outcome), 1), else_=0)) for outcome in few)
    told: Tally = defaultdict(Counter)
    for job, side, *counts in connection.execute(select(*owner, *counted).group_by(*owner)):
        told[job, side].update({int(outcome): int(count) for outcome, count in zip(few, counts, strict=True) if count})
    others = select(*owner, i.outcome, func.count()).where(OPEN).group_by(*owner, i.outcome)
    for job, side, outcome, count in connection.execute(others):
        told[job, side][outcome] += count
    return told


def summary(told: Tally, counts: Counts, removed: int) -> Summary:
    """What the books say after it."""
    outcomes = sum(told.values(), Counter[int]())
    lines = sum(told[job, side].total() for job in JOBS for side in ("statement", "bank"))
    exceptions = sum(count for outcome, count in outcomes.items() if is_exception(outcome))
    found = dict(sorted(outcomes.items()))
    return Summary(lines, outcomes.total(), exceptions, outcomes[5], found, counts.created, counts.changed, removed)


def outcome_findings(connection: Connection) -> list[tuple[str, str]]:
    """Invariant I-17 as (where, message) pairs; empty when it holds.

    Each bill or bank line is in exactly one outcome, and the outcomes of a shop's wallet sum to its statement. Lines of
    files that came, or were read anew, after the last reconciliation are not yet due.
    """
    items, lines, due = _statement_items(connection), _line_counts(connection), not_yet_due(connection)
    findings = []
    for owner, told in sorted(lines.items()):
        count, total = told
        item_count, item_total = items.get(owner, (0, 0))
        where = "|".join(owner)
        if later := due.get(owner):
            if item_count != later.reconciled:  # a new file may repeat lines that were there before
                findings.append((where, f"I-17：{later.reconciled} 行账单，{item_count} 行有结论"))
            count, total = count - later.lines, total - later.lines_fen
            item_count, item_total = item_count - later.items, item_total - later.items_fen
        if count != item_count:
            findings.append((where, f"I-17：{count} 行账单，{item_count} 行有结论"))
        if total != item_total:
            findings.append((where, f"I-17：账单合计 {yuan(total)}，结论合计 {yuan(item_total)}"))
    return findings


def _line_counts(connection: Connection) -> dict[Owner, tuple[int, int]]:
    totals = statement_totals(connection)
    return {owner: (count, totals[owner]) for owner, count in lines_of(connection).items()}


def _statement_items(connection: Connection) -> dict[tuple[str, str], tuple[int, int]]:
    """Items that stand for lines, by the (shop, wallet) or ("bank", account) their reference names."""
    i = recon_item.c
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for side, ref, fen in connection.execute(select(i.side, i.ref, i.amount_fen).where(i.side != "books")):
        first, second = ref.split("|", 2)[:2]
        owner = ("bank", first) if side == "bank" else (first, second)
        count, total = found.get(owner, (0, 0))
        found[owner] = (count + 1, total + fen)
    return found
