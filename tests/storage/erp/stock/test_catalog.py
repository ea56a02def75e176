"""What can be sold, bundles counted by their components."""

import pytest

from storage.erp.catalog import components as catalog
from storage.erp.stock.book import ReservationLine, reserve
from storage.erp.stock.errors import BundleCircular


def test_sellable_is_what_is_free(books):
    """On hand minus reserved over all warehouses; a code that a shop lists and nobody has is 0."""
    books.stock(HZ={"A": 5}, GZ={"A": 2})
    books.product("P", "A", "NEVER")
    books.write(lambda c: reserve(c, "o", [ReservationLine("HZ", "A", 3)]))
    assert books.write(catalog.sellable) == {"A": 4, "NEVER": 0}


def test_a_bundle_is_packed_in_one_warehouse(books):
    """A bundle counts where all its components are: the smallest floor per warehouse, summed."""
    books.bundle("SET", A=2, B=1)
    books.stock(HZ={"A": 5, "B": 9}, GZ={"A": 1, "B": 9}, CD={"A": 4, "B": 1})
    assert books.write(catalog.sellable)["SET"] == 2 + 0 + 1


def test_a_bundle_of_bundles_comes_down_to_base_codes(books):
    """A bundle that contains a bundle needs the product of the quantities."""
    books.bundle("SET", A=2, B=1)
    books.bundle("BOX", SET=3, A=1)
    assert books.write(catalog.components)["BOX"] == {"A": 7, "B": 3}
    books.bundle("A", BOX=1)
    with pytest.raises(BundleCircular):
        books.write(catalog.components)
