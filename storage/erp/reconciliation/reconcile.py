"""Reconcile the books with the statements: read, decide, write. Running it again on the same data changes nothing.

A decision that a person made is never overwritten. Items that the data no longer calls for are taken away, unless a
person decided them.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from storage.database.bulk import upsert
from storage.database.tables import bank_line, bill_line, recon_group, recon_item
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.matching import match_orders
from storage.erp.reconciliation.outcomes import is_exception
from storage.erp.reconciliation.reading import (
    bank_lines,
    book_orders,
    book_refunds,
    coverage,
    statement_lines,
    statement_totals,
    sub_orders,
)
from storage.erp.reconciliation.rows import Decision, Group, Matched
from storage.erp.reconciliation.wallet import match_wallet
from storage.erp.reconciliation.words import yuan

Key = tuple[str, str, str]


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
    found = decide_all(connection, contracts, as_of)
    removed = _remove_stale(connection, found)
    counts = upsert(connection, recon_item, _item_rows(found.decisions), keep="recon_item.decided_by <> ''")
    upsert(connection, recon_group, [group._asdict() for group in found.groups])
    return _summary(found.decisions, counts.created, counts.changed, removed)


def decide_all(connection: Connection, contracts: Contracts, as_of: date) -> Matched:
    """Both jobs' decisions on the books as they are, nothing written."""
    covered = coverage(connection, as_of)
    lines = statement_lines(connection)
    orders = match_orders(
        lines, book_orders(connection), book_refunds(connection), contracts, covered, sub_orders(connection)
    )
    wallet = match_wallet(lines, bank_lines(connection), contracts, covered)
    return Matched([*orders.decisions, *wallet.decisions], [*orders.groups, *wallet.groups])


def _item_rows(decisions: Iterable[Decision]) -> Iterable[dict[str, object]]:
    for decision in decisions:
        yield {**decision._asdict(), "outcome": int(decision.outcome)}


def _remove_stale(connection: Connection, found: Matched) -> int:
    """Take away the engine's own items and groups that the data no longer calls for; the number of items."""
    wanted = {(decision.job, decision.side, decision.ref) for decision in found.decisions}
    i = recon_item.c
    stored = connection.execute(select(i.job, i.side, i.ref).where(i.decided_by == ""))
    stale = [key for key in stored if key not in wanted]
    for job, side, ref in stale:
        connection.execute(delete(recon_item).where(i.job == job, i.side == side, i.ref == ref))
    _remove_stale_groups(connection, found.groups)
    return len(stale)


def _remove_stale_groups(connection: Connection, groups: Iterable[Group]) -> None:
    i, g = recon_item.c, recon_group.c
    kept = {group.group_id for group in groups}
    kept.update(connection.execute(select(i.group_id).where(i.decided_by != "")).scalars())
    for group_id in connection.execute(select(g.group_id)).scalars().all():
        if group_id not in kept:
            connection.execute(delete(recon_group).where(g.group_id == group_id))


def _summary(decisions: Iterable[Decision], created: int, changed: int, removed: int) -> Summary:
    decisions = list(decisions)
    outcomes = Counter(int(decision.outcome) for decision in decisions)
    exceptions = sum(count for outcome, count in outcomes.items() if is_exception(outcome))
    lines = sum(decision.side != "books" for decision in decisions)
    found = dict(sorted(outcomes.items()))
    return Summary(lines, len(decisions), exceptions, outcomes[5], found, created, changed, removed)


def outcome_findings(connection: Connection) -> list[tuple[str, str]]:
    """Invariant I-17 as (where, message) pairs; empty when it holds.

    Each bill or bank line is in exactly one outcome, and the outcomes of a shop's wallet sum to its statement.
    """
    items = _statement_items(connection)
    findings = []
    for owner, (count, total) in sorted(_line_counts(connection).items()):
        item_count, item_total = items.get(owner, (0, 0))
        where = "|".join(owner)
        if count != item_count:
            findings.append((where, f"I-17：{count} 行账单，{item_count} 行有结论"))
        if total != item_total:
            findings.append((where, f"I-17：账单合计 {yuan(total)}，结论合计 {yuan(item_total)}"))
    return findings


def _line_counts(connection: Connection) -> dict[tuple[str, str], tuple[int, int]]:
    b, k = bill_line.c, bank_line.c
    totals = statement_totals(connection)
    counts: Counter[tuple[str, str]] = Counter()
    for shop, wallet, count in connection.execute(select(b.shop, b.wallet, func.count()).group_by(b.shop, b.wallet)):
        counts[shop, wallet] = count
    for account, count in connection.execute(select(k.account, func.count()).group_by(k.account)):
        counts["bank", account] = count
    return {owner: (counts[owner], totals[owner]) for owner in counts}


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
