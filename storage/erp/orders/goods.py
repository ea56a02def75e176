"""What the catalog says of one piece of each code: weight, volume, category, whether there is anything to ship."""

from sqlalchemy import Connection, select

from storage.database.tables.products import spu, variant
from storage.erp.orders.split import Goods

_MM3_PER_CM3 = 1000


def goods_of(connection: Connection) -> dict[str, Goods]:
    """Code → its goods facts, for every code of the product master."""
    v, s = variant.c, spu.c
    query = select(v.code, v.kind, v.weight_g, v.length_mm, v.width_mm, v.height_mm, s.category).outerjoin_from(
        variant, spu, s.spu == v.spu
    )
    return {
        row.code: Goods(
            row.weight_g,
            -(-row.length_mm * row.width_mm * row.height_mm // _MM3_PER_CM3),
            row.category or "",
            row.kind == "virtual",
        )
        for row in connection.execute(query)
    }
