"""Orders that come in at 5,000 a second: how long each waits from the pool until its goods are reserved.

The orders lie in the pool and come up one after the other on a clock; whatever has come up by then is reviewed and
dispatched together, in durable transactions, and the next turn takes what came up meanwhile. So a turn that is slow
makes the next one larger, as on the day of a promotion. An order's wait ends with the commit that reserves its goods or
holds it for a reason. Told is the wait that 95 of 100 stay below, in a peak of one second and in a trickle of a tenth
of that pace.
"""

import gc
import tempfile
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path

from schedules.cli import NEW_OBJECTS_BEFORE_A_LOOK
from storage.archive import Archive, Facts
from storage.database.connection import Database
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.peak import Peak
from storage.erp.orders.pool import collect
from storage.ingest import ingest
from tests.bench import chain
from tests.bench.measure import Measured, within

LIMIT_S = 1.0
PEAK_PER_S, TRICKLE_PER_S = 5_000, 500
PEAK_ORDERS, TRICKLE_ORDERS = 5_000, 1_000


async def run(rounds: int) -> list[Measured]:
    """Both paces into both databases, in a process that is set up as the command line is."""
    gc.set_threshold(NEW_OBJECTS_BEFORE_A_LOOK, 20, 20)
    return [
        held_against(rounds, orders, pace, f"{name}: {pace:,} a second", opened)
        for name, opened in (("sqlite", chain.sqlite), ("postgresql", chain.postgresql))
        for orders, pace in ((TRICKLE_ORDERS, TRICKLE_PER_S), (PEAK_ORDERS, PEAK_PER_S))
    ]


def held_against(
    rounds: int, orders: int, pace: int, name: str, opened: Callable[[], AbstractContextManager[Database]]
) -> Measured:
    """The wait that 95 of 100 orders stay below, against the second that it may take."""
    p95 = []
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "orders.csv"
        chain.write_export(export, orders)
        for _ in range(rounds):
            with opened() as database:
                waits = sorted(waited(database, export, orders, pace))
                p95.append(waits[95 * len(waits) // 100])
    return within(name, p95, limit_s=LIMIT_S, what=f"wait of 95 of 100, {orders:,} orders")


def waited(database: Database, export: Path, orders: int, pace: int) -> list[float]:
    """Seconds that each order waited; raises if one was lost on the way."""
    keys = _pooled(database, export, orders)
    came_at = {key: n / pace for n, key in enumerate(keys)}
    waits, settled, taken, began = list[float](), 0, 0, 0.0

    def coming() -> Collection[OrderKey] | None:
        nonlocal taken
        if taken == orders:
            return None
        before, taken = taken, min(orders, int((time.perf_counter() - began) * pace))
        return keys[before:taken]

    with Peak(database, chain.NIGHT, _now, chain.policy(), chain.PLATFORMS) as peak:
        began = time.perf_counter()
        for turn in peak.serve(coming):
            over = time.perf_counter() - began
            waits += [over - came_at[key] for key in turn.keys]
            settled += turn.reviewed
    if settled != orders or len(waits) != orders:
        raise AssertionError(f"{settled} of {orders} orders were judged, {len(waits)} served")
    with database.read() as connection:
        chain.check(connection, orders)
    return waits


def _now() -> str:
    return chain.NOW


def _pooled(database: Database, export: Path, orders: int) -> list[OrderKey]:
    with database.write() as connection:
        chain.lay_out(connection, orders)
    with tempfile.TemporaryDirectory() as folder:
        ingest(database, Archive(Path(folder)), export, facts=Facts(name="orders.csv", shop="shop_d"))
    with database.write() as connection:
        collect(connection)
        rows = connection.exec_driver_sql("SELECT platform, shop, order_no FROM platform_order ORDER BY order_no").all()
    return [OrderKey(*row) for row in rows]
