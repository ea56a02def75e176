"""Codes that are sold but not stored as such: bundles, pick-one sets and lucky bags, and how many can be packed.

One rule covers all three. A set has bags; one piece is drawn from each bag; a bag holds members that stand for one
another. A bundle has one member in each bag, a pick-one set has one bag, a lucky bag has several bags of several. So
what can be packed is the smallest bag, a bag being the sum of its members; where bags share members, no group of bags
may promise more than its members together hold (Hall's condition), which is exact when each draw takes one piece.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.bulk import upsert
from storage.database.tables.lots import stock_set, stock_set_member

KINDS = ("bundle", "lucky_bag", "pick_one")
BAGS_MAX = 10


class Member(NamedTuple):
    """`qty` pieces of `code` make one draw."""

    code: str
    qty: int = 1


class StockSet(NamedTuple):
    """A code and its bags."""

    code: str
    kind: str
    bags: tuple[tuple[Member, ...], ...]


Sets = Mapping[str, StockSet]


def bundle_of(code: str, parts: Mapping[str, int]) -> StockSet:
    """A bundle as a set: each part is a bag of one."""
    return StockSet(code, "bundle", tuple((Member(part, qty),) for part, qty in sorted(parts.items())))


def write_sets(connection: Connection, sets: Iterable[StockSet]) -> None:
    """Write these sets in place of what was known under their codes. Raises ValueError for a set that cannot be."""
    for one in sets:
        draws = {(member.code, member.qty) for bag in one.bags for member in bag}
        if one.kind not in KINDS or not one.bags or not all(one.bags) or len(one.bags) > BAGS_MAX:
            raise ValueError(f"{one.code}: a set has 1 to {BAGS_MAX} bags with members, and is one of {KINDS}")
        if any(qty < 1 for _, qty in draws) or len({code for code, _ in draws}) != len(draws):
            raise ValueError(f"{one.code}: a code has one number of pieces, at least 1, in all bags that hold it")
        upsert(connection, stock_set, [{"code": one.code, "kind": one.kind}])
        connection.execute(stock_set_member.delete().where(stock_set_member.c.code == one.code))
        rows = [
            {"code": one.code, "bag": f"{number:02d}", "member": member.code, "qty": member.qty}
            for number, bag in enumerate(one.bags, start=1)
            for member in bag
        ]
        connection.execute(stock_set_member.insert(), rows)


def read_sets(connection: Connection) -> dict[str, StockSet]:
    """Every set by its code."""
    kinds = {row.code: row.kind for row in connection.execute(select(stock_set))}
    t = stock_set_member.c
    bags: dict[str, dict[str, list[Member]]] = {code: {} for code in kinds}
    for row in connection.execute(select(stock_set_member).order_by(t.code, t.bag, t.member)):
        bags[row.code].setdefault(row.bag, []).append(Member(row.member, row.qty))
    return {code: StockSet(code, kind, tuple(map(tuple, bags[code].values()))) for code, kind in kinds.items()}


def available(one: StockSet, free: Mapping[str, int]) -> int:
    """How many of a set can be packed from `free` (code → pieces); never negative. Pure.

    A code that stands in several bags counts once, by its largest draw: never more than there is.
    """
    largest: dict[str, int] = {}
    for member in (member for bag in one.bags for member in bag):
        largest[member.code] = max(largest.get(member.code, 0), member.qty)
    draws = {code: max(0, free.get(code, 0)) // qty for code, qty in largest.items()}
    shared = len(largest) != sum(map(len, one.bags))
    sizes = range(1, len(one.bags) + 1) if shared else (1,)
    groups = (group for size in sizes for group in combinations(one.bags, size))
    return min(sum(draws[code] for code in {m.code for bag in group for m in bag}) // len(group) for group in groups)
