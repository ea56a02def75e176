"""At which bank account money should show: where the nearest of its like did. Pure.

A firm with several accounts has their statements at different times: what one account's statement does not have may
stand in another's that is not in yet.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from storage.erp.reconciliation.rows import BankLine


@dataclass(slots=True)
class Accounts:
    """The accounts that money of each owner (a shop, a payee) was seen at, and on which days.

    `known`: accounts at which any money of this kind was seen, whoever's it was.
    """

    known: set[str] = field(default_factory=set)
    seen: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def note(self, owners: Iterable[str], lines: Iterable[BankLine]) -> None:
        """Money of these owners was seen on these lines."""
        found = [(line.day, line.account) for line in lines]
        self.known.update(account for _, account in found)
        for owner in set(owners):
            self.seen[owner] += found

    def of(self, owner: str, day: str) -> frozenset[str]:
        """Where the owner's money of that day should show: at the account of the nearest day; else at any known one."""
        if not (seen := self.seen.get(owner)):
            return frozenset(self.known)
        near = min(abs((date.fromisoformat(at) - date.fromisoformat(day)).days) for at, _ in seen)
        days = {at for at, _ in seen if abs((date.fromisoformat(at) - date.fromisoformat(day)).days) == near}
        return frozenset(account for at, account in seen if at in days)
