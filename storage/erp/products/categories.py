"""The category tree, what platforms call its leaves, and sums along it (PIM-20).

A move holds from a day on: reports of earlier days keep the tree of their day, whenever they are made.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from storage.database.tables.products import category, category_place, platform_category, spu, variant
from storage.erp.audit.actors import require
from storage.erp.audit.rows import put
from storage.erp.products.errors import CategoryCircular

Tree = Mapping[str, str]  # category → parent, "" above the topmost
NONE = ""  # what has no category sums up here


def add_category(connection: Connection, name: str, title: str, parent: str, since: str, *, who: str) -> bool:
    """Make a category under a parent from a day on (YYYY-MM-DD); "" = at the top. Raises CategoryCircular."""
    require(connection, who, "edit_products")
    fresh = put(connection, category, {"category": name, "title": title}, who=who)
    return move(connection, name, parent, since, who=who) or fresh


def move(connection: Connection, name: str, parent: str, since: str, *, who: str, why: str = "") -> bool:
    """Put a category elsewhere from a day on. Raises CategoryCircular: unknown, or under itself then or later."""
    require(connection, who, "edit_products")
    known = set(connection.execute(select(category.c.category)).scalars())
    for one in (name, parent):
        if one and one not in known:
            raise CategoryCircular(name, parent, f"没有类目 {one}")
    p = category_place.c
    later = connection.execute(select(p.valid_from).where(p.valid_from > since)).scalars()
    for day in {since, *later}:
        if name in path(tree_at(connection, day), parent):
            raise CategoryCircular(name, parent, f"{day} 起会在它自己下面")
    return put(connection, category_place, {"category": name, "valid_from": since, "parent": parent}, who=who, why=why)


def map_platform(connection: Connection, platform: str, theirs: str, ours: str, *, who: str) -> bool:
    """Say which of our categories a platform's one is."""
    require(connection, who, "edit_products")
    if connection.execute(select(category.c.category).where(category.c.category == ours)).first() is None:
        raise CategoryCircular(ours, theirs, f"没有类目 {ours}")
    row = {"platform": platform, "platform_category": theirs, "category": ours}
    return put(connection, platform_category, row, who=who)


def platform_names(connection: Connection, platform: str) -> dict[str, str]:
    """Our category → the platform's (the first by name where several mean the same)."""
    c = platform_category.c
    rows = connection.execute(select(c.category, c.platform_category).where(c.platform == platform))
    found: dict[str, str] = {}
    for ours, theirs in sorted((row.category, row.platform_category) for row in rows):
        found.setdefault(ours, theirs)
    return found


def tree_at(connection: Connection, day: str) -> dict[str, str]:
    """The tree as it stood on a day."""
    p = category_place.c
    rows = connection.execute(select(p.category, p.parent).where(p.valid_from <= day).order_by(p.valid_from))
    return {row.category: row.parent for row in rows}


def path(tree: Tree, name: str) -> list[str]:
    """The category and all above it, itself first. Pure."""
    found: list[str] = []
    while name and name not in found:
        found.append(name)
        name = tree.get(name, "")
    return found


def rolled_up(connection: Connection, amounts: Mapping[str, int], day: str) -> dict[str, int]:
    """Code → amount summed along the tree of that day: each category with all below it; NONE is without a category.

    The categories at the top and NONE together are the sum of the amounts.
    """
    tree = tree_at(connection, day)
    rows = connection.execute(select(variant.c.code, spu.c.category).join(spu, spu.c.spu == variant.c.spu))
    of_code = {row.code: row.category for row in rows}
    sums: dict[str, int] = {}
    for code, amount in amounts.items():
        mine = of_code.get(code, "")
        for name in path(tree, mine) if mine in tree else [NONE]:
            sums[name] = sums.get(name, 0) + amount
    return sums


def top(connection: Connection, day: str) -> list[str]:
    """The topmost categories of a day."""
    return sorted(name for name, parent in tree_at(connection, day).items() if not parent)
