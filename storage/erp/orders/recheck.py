"""Orders that the warehouse has already: a new wish or a shop's stop after the review calls them back."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from storage.database.tables.review import order_hold
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.cancel import pull_back
from storage.erp.orders.cases import read_cases
from storage.erp.orders.errors import GoneAlready
from storage.erp.orders.review import PLATFORMS
from storage.erp.orders.rules import RuleSet, judge
from storage.erp.orders.rulesets import active_rules
from storage.erp.orders.transition import Cause, note

RULES = frozenset({"remark", "address"})
"""Rules whose findings are worth stopping a parcel for; refunds and closed orders are given back by the allocation."""


def recheck_released(
    connection: Connection, now: str, *, platforms: Collection[str] = PLATFORMS, rules: RuleSet | None = None
) -> list[OrderKey]:
    """Pull back every order in the warehouse that the review would hold now; returns them.

    The review that follows holds it, once the warehouse has given it back. What a person has released stays released.
    A parcel that is gone already is told as an event and left.
    """
    rules = rules or active_rules(connection, now)
    chosen = RuleSet(rules.version, tuple(one for one in rules.rules if one.rule in RULES))
    forgiven = _forgiven(connection)
    called = []
    for case in read_cases(connection, now, platforms, process=("released",)):
        found = [one for one in judge(case, chosen) if (case.key, one.code, one.topic) not in forgiven]
        if not found:
            continue
        cause = Cause(now, "core", f"review@{rules.version}", "；".join(one.words for one in found))
        try:
            pull_back(connection, case.key, cause)
        except GoneAlready as gone:
            note(connection, case.key, "recheck_too_late", Cause(now, "core", cause.cause, gone.message("zh")))
            continue
        called.append(case.key)
    return called


def _forgiven(connection: Connection) -> set[tuple[OrderKey, str, str]]:
    """What named persons have released: (order, code, topic)."""
    h = order_hold.c
    query = select(h.platform, h.shop, h.order_no, h.code, h.topic).where(
        h.state == "released", h.released_by.not_like("core%"), h.released_by != ""
    )
    return {(OrderKey(row.platform, row.shop, row.order_no), row.code, row.topic) for row in connection.execute(query)}
