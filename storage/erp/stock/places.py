"""What kind of place a warehouse is: it decides whether its goods may be promised, to whom, and whether it may owe."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.database.bulk import upsert
from storage.database.tables import warehouse
from storage.database.tables.lots import place_rule
from storage.erp.stock.model import UNSELLABLE_KINDS

KINDS = {
    "own": "自营仓",
    "third_party": "三方仓",
    "store": "门店",
    "dropship": "供应商代发",
    "bonded": "保税仓",
    "defect": "次品仓",
    "transit": "在途",
}
NAMED_ONLY_KINDS = frozenset({"bonded"})
"""Places that sell only where a channel's rule names them: bonded goods may not go into a domestic order."""


@dataclass(frozen=True)
class Place:
    """A warehouse's rule; without one it is `own` and may not owe. `defects_go_to`: where its bad goods lie."""

    warehouse: str
    kind: str = "own"
    allows_negative: bool = False
    defects_go_to: str = ""


def set_places(connection: Connection, places: Iterable[Place]) -> int:
    """Write these rules; places that nobody knows yet become warehouses of the last rank. Returns the changes.

    Raises ValueError for a kind that does not exist.
    """
    found = list(places)
    unknown = sorted({place.kind for place in found} - KINDS.keys())
    if unknown:
        raise ValueError(f"a place is one of {sorted(KINDS)}, not {unknown}")
    known = set(connection.execute(select(warehouse.c.warehouse)).scalars())
    fresh = [{"warehouse": p.warehouse, "name": KINDS[p.kind], "province": "", "rank": 999} for p in found]
    fresh = [row for row in fresh if row["warehouse"] not in known]
    if fresh:
        connection.execute(warehouse.insert(), fresh)
    rows = [
        {"warehouse": p.warehouse, "kind": p.kind, "allows_negative": int(p.allows_negative),
         "defects_go_to": p.defects_go_to}
        for p in found
    ]  # fmt: skip
    counts = upsert(connection, place_rule, rows)
    return counts.created + counts.changed


def place_kinds(connection: Connection) -> dict[str, str]:
    """The kind of every place that has a rule."""
    p = place_rule.c
    return {row[0]: row[1] for row in connection.execute(select(p.warehouse, p.kind))}


def sells(place: str, kinds: Mapping[str, str], named: Iterable[str] = ()) -> bool:
    """Whether goods in `place` may be promised; `named`: the places that a channel's rule names. Pure."""
    kind = kinds.get(place, "own")
    return kind not in UNSELLABLE_KINDS and (kind not in NAMED_ONLY_KINDS or place in set(named))


def defect_place(connection: Connection, place: str) -> str:
    """Where the defects of a warehouse lie, "" if nobody has said."""
    found: str | None = connection.execute(
        select(place_rule.c.defects_go_to).where(place_rule.c.warehouse == place)
    ).scalar()
    return found or ""
