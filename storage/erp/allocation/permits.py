"""What is kept from whom, as shelves: a permit holds as many pieces as an order that may not take them can have.

Goods lie on one shelf, but an order that may not touch the safety stock, or another shop's quota, also takes a piece
of a permit for each piece of goods. So every rule of who may have what is a limit of the same kind as the goods
themselves, for the linear program, the search and the bound alike. Quotas are kept from everybody else together: for
every set of quotas there is a permit that all orders share which may touch none of them. Pure.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from storage.erp.allocation.model import FreeStock, Kept, OpenOrder

_QUOTAS = 6  # of one code; of more than these, each alone and all together


class Permit(NamedTuple):
    """`qty` pieces of a code (in one warehouse, "" in all) for the orders that may take nothing of what is `kept`."""

    code: str
    warehouse: str
    qty: int
    kept: tuple[Kept, ...]

    def needed_by(self, order: OpenOrder) -> bool:
        """Whether an order may take nothing of what this permit keeps back."""
        return not any(_may_take(order, one) for one in self.kept)

    @property
    def because(self) -> str:
        """What is kept, in words."""
        return "、".join(f"{one.because} {one.qty} 件" for one in self.kept)


def _may_take(order: OpenOrder, kept: Kept) -> bool:
    first = kept.priority is not None and order.priority >= kept.priority
    return first or (order.key.platform, order.key.shop) in kept.shops


def permits_of(kept: Sequence[Kept], free: FreeStock) -> list[Permit]:
    """The permits that follow from what is kept, by code and warehouse."""
    total: dict[str, int] = defaultdict(int)
    for (_, code), qty in free.items():
        total[code] += max(0, qty)
    by_code: dict[str, list[Kept]] = defaultdict(list)
    found = []
    for one in sorted(kept, key=lambda each: each[:4]):
        if one.qty > 0 and one.code in total:
            by_code[one.code].append(one)
            if one.warehouse:
                left = free.get((one.warehouse, one.code), 0) - one.qty
                found.append(Permit(one.code, one.warehouse, max(0, left), (one,)))
    for code, rows in sorted(by_code.items()):
        groups = ((group, sum(one.qty for one in group)) for group in _groups(rows))
        found += [Permit(code, "", max(0, total[code] - kept_qty), group) for group, kept_qty in groups]
    return found


def _groups(rows: Sequence[Kept]) -> Iterator[tuple[Kept, ...]]:
    """Every set of quotas, each once without and once with all that is kept by warehouse."""
    quotas = [one for one in rows if not one.warehouse]
    by_place = tuple(one for one in rows if one.warehouse)
    sizes = range(1, len(quotas) + 1) if len(quotas) <= _QUOTAS else sorted({1, len(quotas)})
    for size in sizes:
        for group in combinations(quotas, size):
            yield group
            if by_place:
                yield (*group, *by_place)
