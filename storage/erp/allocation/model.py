"""The words of allocation: what is open, where it may come from, what was decided and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from storage.erp.allocation.costs import Costs
from storage.erp.catalog.sets import Member

FreeStock = Mapping[tuple[str, str], int]  # (warehouse, base code) -> free pieces


class Kept(NamedTuple):
    """Pieces of a base code that only some orders may take: those of `shops`, and those of `priority` or more.

    `warehouse` "": of all warehouses together. `because` is said to a person: whose or what they are.
    """

    code: str
    warehouse: str
    qty: int
    because: str
    shops: frozenset[tuple[str, str]] = frozenset()
    priority: int | None = None


@dataclass(frozen=True)
class Stock(Mapping[tuple[str, str], int]):
    """Free pieces by (warehouse, base code), and what of them is kept from whom."""

    free: FreeStock
    kept: tuple[Kept, ...] = ()

    def __getitem__(self, key: tuple[str, str]) -> int:
        return self.free[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.free)

    def __len__(self) -> int:
        return len(self.free)


class OrderKey(NamedTuple):
    """Which order of which shop."""

    platform: str
    shop: str
    order_no: str


class OpenLine(NamedTuple):
    """A sub-order: `qty` of `code`, which takes `needs`, (base code, pieces) in code order; it ships whole.

    With `bags` it is a set that is still to be drawn, `qty` members from each bag, and `needs` is empty until then.
    """

    sub_no: str
    code: str
    qty: int
    needs: tuple[tuple[str, int], ...]
    bags: tuple[tuple[Member, ...], ...] = ()


class OpenOrder(NamedTuple):
    """A paid order with the sub-orders still to ship. A higher `priority` is served first."""

    key: OrderKey
    priority: int
    latest_ship_at: str
    province: str
    lines: tuple[OpenLine, ...]


class Warehouse(NamedTuple):
    """A place to ship from; between equals the lower `rank`, then the name, goes first."""

    warehouse: str
    name: str
    province: str
    rank: int = 0


@dataclass(frozen=True)
class AllocationPolicy:
    """How the batch is decided.

    `ship_partial`: send the complete sub-orders of an order that cannot be completed. True by default, because the
    platforms take a waybill per sub-order and count lateness per sub-order: waiting makes everything late. A sub-order
    is never broken up.
    `max_subsets`: how many warehouse combinations are looked at per order.
    `safety_priority`: orders of this priority or more may take what is kept as safety stock, others wait.
    `carriers`: zone -> carriers in order of preference; a zone not named takes any carrier with free numbers, by name.
    `today`: the day `YYYY-MM-DD` from which deadlines are counted; "" is the day of the batch's earliest one.
    `bound_seconds`: the linear programs' time in all. It is there for a machine that is far too slow: a batch that
    meets it is true but not the same on every machine, and its certificate says so.
    """

    ship_partial: bool = True
    max_parcels: int = 4
    max_subsets: int = 10_000
    safety_priority: int = 1
    costs: Costs = field(default_factory=Costs)
    carriers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    platforms: tuple[str, ...] = ("practice",)
    today: str = ""
    bound_seconds: float = 60.0


class Parcel(NamedTuple):
    """One parcel: these sub-orders of one order from one warehouse. Costs of all parcels add up to the orders'."""

    key: OrderKey
    warehouse: str
    zone: int
    lines: tuple[OpenLine, ...]
    cost_fen: int


class ShortLine(NamedTuple):
    """A sub-order that stays open; `missing`: (base code, wanted, most that one warehouse has, all together)."""

    key: OrderKey
    line: OpenLine
    missing: tuple[tuple[str, int, int, int], ...]
    because: str


@dataclass(frozen=True)
class Batch:
    """The decision for all open orders. cost_fen = shipping_fen + shortage_fen, what the certificate speaks of."""

    parcels: tuple[Parcel, ...]
    shorts: tuple[ShortLine, ...]
    shipping_fen: int
    shortage_fen: int
    explanations: Mapping[OrderKey, Mapping[str, object]]

    @property
    def cost_fen(self) -> int:
        """What the batch costs, with what is left short counted at its price."""
        return self.shipping_fen + self.shortage_fen
