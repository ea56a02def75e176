"""Warehouses, the opening count and the carrier's waybill numbers.

The count is made to the orders that wait: nearly everything is there, much of it in one warehouse only (so that
orders of several lines need splitting), scarce codes are short, and the codes to delist are nowhere.
"""

from collections import Counter
from dataclasses import dataclass
from random import Random

from bots.practice.world.catalog import Catalog
from bots.practice.world.fen import share
from bots.practice.world.orders import Order, waybill
from bots.practice.world.sizes import WorldSize

WAREHOUSES = (
    ("WH01", "杭州仓", "浙江"),
    ("WH02", "广州仓", "广东"),
    ("WH03", "成都仓", "四川"),
    ("WH04", "石家庄仓", "河北"),
)
_NOWHERE = ("delist", "empty")


@dataclass(frozen=True, slots=True)
class Count:
    """What one warehouse holds of one code."""

    warehouse: str
    code: str
    qty: int
    unit_cost_fen: int


def waiting_qty(orders: list[Order], catalog: Catalog) -> Counter[str]:
    """Pieces per warehouse code that the orders waiting for shipping need, bundles taken apart."""
    wanted: Counter[str] = Counter()
    for order in orders:
        if order.status != "等待卖家发货":
            continue
        for line in order.lines:
            if line.refund_status != "退款成功":
                for code, qty in catalog.components(line.sku.code).items():
                    wanted[code] += qty * line.qty
    return wanted


def make_stock(rng: Random, size: WorldSize, catalog: Catalog, orders: list[Order]) -> list[Count]:
    """The opening count: one row per warehouse and code, zero rows included for codes that ran out."""
    wanted = waiting_qty(orders, catalog)
    names = [warehouse for warehouse, *_ in WAREHOUSES[: size.warehouses]]
    counts: list[Count] = []
    for style in catalog.styles:
        for position, code in enumerate(style.codes):
            qty = _qty(rng, style.role, position, wanted[code], len(style.codes))
            counts += _spread(rng, names, code, qty, catalog.cost_fen[code])
    return sorted(counts, key=lambda count: (count.warehouse, count.code))


def _qty(rng: Random, role: str, position: int, wanted: int, codes: int) -> int:
    if role in _NOWHERE:
        return 0
    if role == "scarce" and position == 0:
        return wanted // 2
    if role in ("list", "ample"):
        return wanted + -(-rng.randint(320, 700) // codes)
    return wanted + rng.randint(5, 20) + wanted * rng.randint(0, 8)


def _spread(rng: Random, names: list[str], code: str, qty: int, cost_fen: int) -> list[Count]:
    places = rng.sample(names, min(len(names), rng.choices((1, 2, 3), (40, 38, 22))[0]))
    parts = share(qty, [rng.randint(2, 9) for _ in places])
    return [Count(name, code, part, cost_fen + rng.randint(-3, 3)) for name, part in zip(places, parts, strict=True)]


def set_platform_stock(rng: Random, catalog: Catalog, counts: list[Count]) -> None:
    """What each shop shows as sellable: some share of what is there; a sold-out code may still show a few."""
    on_hand: Counter[str] = Counter()
    for count in counts:
        on_hand[count.code] += count.qty
    for sku in catalog.skus:
        makes = min(on_hand[code] // qty for code, qty in catalog.components(sku.code).items())
        sku.platform_stock = makes * rng.randint(60, 100) // 100 if makes else rng.randint(0, 6)


def make_waybills(rng: Random, size: WorldSize) -> list[tuple[str, str]]:
    """(carrier, number) pairs nobody has used, all different."""
    pool: dict[str, str] = {}
    while len(pool) < size.waybills:
        carrier, number = waybill(rng, drawn_from=9)
        pool[number] = carrier
    return [(carrier, number) for number, carrier in pool.items()]
