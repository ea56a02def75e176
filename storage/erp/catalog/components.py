"""What a code is made of, and how much of it can be sold.

A bundle is packed in one warehouse from components that other codes use too. So it is counted per warehouse as the
smallest floor(free / needed) over its components and then summed; and what several lines need together is always asked
of the components jointly, never line by line (I-18).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from storage.database.tables import bundle, channel_sku, quant
from storage.erp.catalog.sets import StockSet, available, read_sets
from storage.erp.stock.errors import BundleCircular
from storage.erp.stock.places import place_kinds, sells

Components = Mapping[str, Mapping[str, int]]


def components(connection: Connection) -> dict[str, dict[str, int]]:
    """For every bundle code, its base codes and how many of each; codes that are no bundle are not in it.

    Bundles of bundles are resolved to base codes. Raises BundleCircular.
    """
    direct: dict[str, dict[str, int]] = defaultdict(dict)
    for row in connection.execute(select(bundle).order_by(bundle.c.code, bundle.c.component)):
        direct[row.code][row.component] = row.qty
    return {code: _resolve(code, direct, ()) for code in direct}


def _resolve(code: str, direct: Components, above: tuple[str, ...]) -> dict[str, int]:
    if code in above:
        raise BundleCircular(code)
    total: Counter[str] = Counter()
    for component, qty in direct[code].items():
        parts = _resolve(component, direct, (*above, code)) if component in direct else {component: 1}
        for base, count in parts.items():
            total[base] += qty * count
    return {base: total[base] for base in sorted(total)}


def needs(code: str, qty: int, made_of: Components) -> dict[str, int]:
    """How many of each base code `qty` pieces of `code` take."""
    return {base: count * qty for base, count in made_of.get(code, {code: 1}).items()}


def packable(code: str, made_of: Components, free: Mapping[str, int]) -> int:
    """How many of `code` can be packed from `free`, base code → pieces; never negative."""
    parts = made_of.get(code, {code: 1})
    return max(0, min(free.get(base, 0) // count for base, count in parts.items()))


def stock_by_warehouse(
    connection: Connection, *, held: bool = False, named: Iterable[str] = ()
) -> dict[str, dict[str, int]]:
    """Free pieces per warehouse and base code, in the places that sell; `named`: those that sell only when named.

    With `held=True` everything that exists for customers: reserved, frozen and in transit too, defects not.
    """
    kinds, named = place_kinds(connection), frozenset(named)
    result: dict[str, dict[str, int]] = defaultdict(dict)
    q = quant.c
    rows = select(q.warehouse, q.code, q.on_hand, q.reserved).order_by(q.warehouse, q.code)
    for warehouse, code, on_hand, reserved in connection.execute(rows).all():
        if kinds.get(warehouse) != "defect" if held else sells(warehouse, kinds, named):
            result[warehouse][code] = on_hand - (0 if held else reserved)
    return dict(result)


def sellable(connection: Connection) -> dict[str, int]:
    """How many of each code can still be promised: on hand minus reserved, bundles packed whole in one warehouse.

    Codes: everything the stock book, the bundles, the sets or a shop's catalog knows; a code that was never in stock
    is 0.
    """
    made_of, stock, sets = components(connection), stock_by_warehouse(connection), read_sets(connection)
    listed = connection.execute(select(channel_sku.c.code).distinct()).scalars()
    codes = (
        {code for code in listed if code}
        | set(made_of)
        | set(sets)
        | {code for free in stock.values() for code in free}
    )
    return sellable_of(codes, made_of, stock, sets)


def sellable_of(
    codes: Iterable[str],
    made_of: Components,
    stock: Mapping[str, Mapping[str, int]],
    sets: Mapping[str, StockSet] | None = None,
) -> dict[str, int]:
    """The same, pure: over the given codes and stock per warehouse."""
    known = sets or {}
    return {
        code: sum(
            available(known[code], free) if code in known else packable(code, made_of, free) for free in stock.values()
        )
        for code in sorted(codes)
    }


def exists_anywhere(
    code: str,
    made_of: Components,
    on_hand: Mapping[str, Mapping[str, int]],
    sets: Mapping[str, StockSet] | None = None,
) -> bool:
    """Whether one piece of `code` exists if all warehouses are put together, reserved or not."""
    total: Counter[str] = Counter()
    for by_code in on_hand.values():
        total.update(by_code)
    one = (sets or {}).get(code)
    return (available(one, total) if one else packable(code, made_of, total)) > 0
