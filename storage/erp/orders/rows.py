"""Rows of the books that belong to some orders, found by their key in a few questions however many orders there are."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table

from storage.database.bulk import looked_up
from storage.erp.allocation.model import OrderKey


def rows_of(
    connection: Connection, table: Table, keys: Iterable[OrderKey], told: Sequence[str], *, lock: bool = False
) -> Iterator[tuple[Any, ...]]:
    """(order, what `told` says) of every row of the table that belongs to one of the orders, which come shop by shop.

    `lock`: hold the rows until the transaction ends; the orders must then come in the order of their keys.
    """
    for (platform, shop), mine in groupby(keys, key=itemgetter(0, 1)):
        fixed, numbers = {"platform": platform, "shop": shop}, [key.order_no for key in mine]
        for order_no, *cells in looked_up(connection, table, fixed, "order_no", numbers, told, lock=lock):
            yield OrderKey(platform, shop, order_no), *cells
