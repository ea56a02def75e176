"""Ten thousand orders over six warehouses: how far the batch is from the best possible one, and how long it takes.

Orders as in model.md section 4.3: one to five lines, Pareto demand over a thousand codes, each code in one to three
warehouses; stock is 1.3, 1.0 or 0.85 of what is asked for, or everywhere in plenty but for a few codes. The gap is to
the batch's own certificate, which no allocation whatever could beat; the seconds are of processor time, so that a busy
machine does not count.
"""

import random
import time
from collections import Counter
from typing import NamedTuple

from storage.erp.allocation.costs import CAPITALS
from storage.erp.allocation.model import AllocationPolicy, FreeStock, OpenLine, OpenOrder, OrderKey, Warehouse
from storage.erp.allocation.rules import allocate_best
from tests.bench.measure import Measured, within

ORDERS, CODES = 10_000, 1_000
GAP_PERCENT, SECONDS = 3.0, 20.0
STOCK = {"ample": 1.3, "balanced": 1.0, "scarce": 0.85, "few short": 0.0}
"""Pieces for each that is asked for; 0: every code lies everywhere in plenty but for one of fifty, short by half."""
SHORT_EVERY = 50
WAREHOUSES = tuple(
    Warehouse(name, name, province, rank)
    for rank, (name, province) in enumerate(
        [("HZ", "浙江"), ("GZ", "广东"), ("CD", "四川"), ("SJ", "河北"), ("WH", "湖北"), ("XA", "陕西")]
    )
)


class World(NamedTuple):
    """What one batch is decided from."""

    orders: list[OpenOrder]
    stock: FreeStock


async def run(rounds: int) -> list[Measured]:
    """All three kinds of stock at full size."""
    return held_against(rounds, ORDERS, CODES)


def held_against(rounds: int, orders: int, codes: int) -> list[Measured]:
    """Per kind of stock the gap in percent and the seconds, each round with orders of its own."""
    results = []
    for name, share in STOCK.items():
        gaps, seconds = [], []
        for seed in range(rounds):
            gap, spent = measured_once(world(seed, orders, codes, share))
            gaps.append(gap)
            seconds.append(spent)
        results += [
            within(f"allocate {name}", gaps, limit_s=GAP_PERCENT, what=f"{orders:,} orders, over the bound", unit="%"),
            within(f"allocate {name}, time", seconds, limit_s=SECONDS, what="processor time"),
        ]
    return results


def measured_once(found: World) -> tuple[float, float]:
    """(percent above the lower bound, seconds of processor time); raises if anything is promised twice."""
    policy = AllocationPolicy(bound_seconds=60.0)
    begun = time.process_time()
    batch, proof = allocate_best(found.orders, found.stock, WAREHOUSES, policy.costs, policy)
    spent = time.process_time() - begun
    taken: Counter[tuple[str, str]] = Counter()
    for parcel in batch.parcels:
        for line in parcel.lines:
            taken.update({(parcel.warehouse, code): qty for code, qty in line.needs})
    if any(qty > found.stock.get(key, 0) for key, qty in taken.items()):
        raise AssertionError("something was promised twice")
    return (proof.cost_fen - proof.bound_fen) * 100 / proof.bound_fen, spent


def world(seed: int, orders: int, codes: int, share: float) -> World:
    """Orders and the stock for them; the same for the same seed."""
    chance, provinces = random.Random(seed), sorted(CAPITALS)
    weights = [1 / (rank + 1) ** 0.8 for rank in range(codes)]
    drawn = [_order(chance, number, codes, weights, provinces) for number in range(orders)]
    demand: Counter[str] = Counter()
    for order in drawn:
        for line in order.lines:
            demand[line.code] += line.qty
    stock: dict[tuple[str, str], int] = {}
    for number, (code, qty) in enumerate(sorted(demand.items())):
        if not share:
            each = qty // (2 * len(WAREHOUSES)) if number % SHORT_EVERY == 0 else qty
            stock |= {(place.warehouse, code): each for place in WAREHOUSES if each}
            continue
        places = chance.sample(WAREHOUSES, chance.randint(1, 3))
        whole = max(1, round(qty * share))
        for rank, place in enumerate(places):
            stock[place.warehouse, code] = whole // len(places) + (rank < whole % len(places))
    return World(drawn, stock)


def _order(chance: random.Random, number: int, codes: int, weights: list[float], provinces: list[str]) -> OpenOrder:
    size = chance.choices([1, 2, 3, 4, 5], [45, 25, 15, 10, 5])[0]
    found = sorted(set(chance.choices(range(codes), weights, k=size)))
    lines = tuple(
        OpenLine(f"{number}-{n}", f"S{code:04d}", qty, ((f"S{code:04d}", qty),))
        for n, (code, qty) in enumerate((code, chance.choices([1, 2, 3], [80, 15, 5])[0]) for code in found)
    )
    priority = chance.choices([0, 1, 2], [80, 15, 5])[0]
    deadline = f"2026-11-{chance.randint(21, 24)} {chance.randint(0, 23):02d}:00:00"
    return OpenOrder(OrderKey("bench", "shop", f"{number:06d}"), priority, deadline, chance.choice(provinces), lines)
