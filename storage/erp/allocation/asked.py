"""A question about all orders, or about some of them: then by their numbers, instead of by a walk through all."""

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, any_, column, func, select

from storage.erp.allocation.model import OrderKey

_BETWEEN = "\x1f"


def asked(
    connection: Connection, query: Select[Any], key: Sequence[ColumnElement[str]], keys: Collection[OrderKey] | None
) -> Iterator[tuple[Any, ...]]:
    """The query's rows; with `keys` those of these orders only, by shop, those of a shop in the query's own order.

    `key`: the query's columns of platform, shop and order number.
    """
    if keys is None:
        yield from connection.execute(query).all()
        return
    platform_of, shop_of, order_of = key
    for (platform, shop), mine in groupby(sorted(keys), key=itemgetter(0, 1)):
        numbers = [one.order_no for one in mine]
        here = query.where(platform_of == platform, shop_of == shop, among(connection, order_of, numbers))
        yield from connection.execute(here).all()


def among(connection: Connection, what: ColumnElement[str], these: Sequence[str]) -> ColumnElement[bool]:
    """Whether it is one of these. One value however many they are: a mark for each took a tenth of a review's time."""
    if connection.dialect.name != "postgresql":
        return what.in_(select(column("value")).select_from(func.json_each(json.dumps(these))))
    joined = _BETWEEN.join(these)
    if joined.count(_BETWEEN) == len(these) - 1:
        return what == any_(func.string_to_array(joined, _BETWEEN))
    return what.in_(these)
