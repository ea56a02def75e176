"""Weights and sizes: what is missing, and what a parcel of them weighs, measures and fills (PIM-30)."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables.products import variant
from storage.erp.audit.actors import require
from storage.erp.audit.rows import put
from storage.erp.catalog.components import Components, components, needs
from storage.erp.products.errors import CodeUnknown, ValueWrong

MEASURES = {"weight_g": "重量", "length_mm": "长", "width_mm": "宽", "height_mm": "高", "per_carton": "箱规"}
VOLUMETRIC = 6000
"""Cubic centimetres that carriers bill as one kilogram (domestic express: 6000)."""


class Parcel(NamedTuple):
    """Goods put together. `billed_g`: the greater of weight and volumetric weight; `cartons`: full ones, begun counted.

    `missing`: codes whose measures nobody took: then weight and volume are less than the truth, and it must be said.
    """

    weight_g: int
    volume_mm3: int
    billed_g: int
    cartons: int
    missing: tuple[str, ...]


def measure(connection: Connection, code: str, values: Mapping[str, int], *, who: str) -> bool:
    """Keep what was measured, any of MEASURES. Raises ValueWrong, CodeUnknown."""
    require(connection, who, "edit_products")
    for name, value in values.items():
        if name not in MEASURES or value < 0:
            raise ValueWrong(name, str(value), "不小于 0 的 " + "、".join(MEASURES))
    if connection.execute(select(variant.c.code).where(variant.c.code == code)).first() is None:
        raise CodeUnknown(code)
    return put(connection, variant, {"code": code, **values}, who=who)


def missing(connection: Connection) -> list[tuple[str, tuple[str, ...]]]:
    """Every active SKU that is no bundle and what nobody measured of it yet, in Chinese, by code."""
    made_of = components(connection)
    rows = connection.execute(select(variant).where(variant.c.state == "active").order_by(variant.c.code)).mappings()
    found = [(row["code"], tuple(zh for name, zh in MEASURES.items() if not row[name])) for row in rows]
    return [(code, names) for code, names in found if names and code not in made_of]


def parcel(connection: Connection, goods: Mapping[str, int]) -> Parcel:
    """What these goods, code → pieces, weigh and fill; bundles count as what they are made of."""
    rows = connection.execute(select(variant)).mappings()
    return parcel_of(
        goods, components(connection), {row["code"]: {name: row[name] for name in MEASURES} for row in rows}
    )


def parcel_of(goods: Mapping[str, int], made_of: Components, known: Mapping[str, Mapping[str, int]]) -> Parcel:
    """The same, pure: over what bundles are made of and the measures of each code."""
    weight = volume = cartons = 0
    lacking = set()
    for code, qty in goods.items():
        for base, pieces in needs(code, qty, made_of).items():
            one = known.get(base, {})
            if not all(one.get(name) for name in ("weight_g", "length_mm", "width_mm", "height_mm")):
                lacking.add(base)
            weight += one.get("weight_g", 0) * pieces
            volume += one.get("length_mm", 0) * one.get("width_mm", 0) * one.get("height_mm", 0) * pieces
            cartons += -(-pieces // one["per_carton"]) if one.get("per_carton") else 0
    return Parcel(weight, volume, max(weight, -(-volume // VOLUMETRIC)), cartons, tuple(sorted(lacking)))
