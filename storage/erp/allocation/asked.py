"""A question about all orders, or about some of them: then in a few parts, instead of by a walk through all."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select

from storage.database.bulk import LOOKED_UP_AT_ONCE
from storage.erp.allocation.model import OrderKey


def asked(
    connection: Connection, query: Select[Any], key: Sequence[ColumnElement[str]], keys: Collection[OrderKey] | None
) -> Iterator[tuple[Any, ...]]:
    """The query's rows; with `keys` those of these orders only, in the order of the keys, a part in the query's own.

    `key`: the query's columns of platform, shop and order number.
    """
    if keys is None:
        yield from connection.execute(query).all()
        return
    platform_of, shop_of, order_of = key
    for (platform, shop), mine in groupby(sorted(keys), key=itemgetter(0, 1)):
        numbers = [one.order_no for one in mine]
        here = query.where(platform_of == platform, shop_of == shop)
        for begin in range(0, len(numbers), LOOKED_UP_AT_ONCE):
            some = order_of.in_(numbers[begin : begin + LOOKED_UP_AT_ONCE])
            yield from connection.execute(here.where(some)).all()
