"""Labelled books of a seed, clean or with so many faults of every kind."""

from collections.abc import Iterable

from tests.labelled.books import Books
from tests.labelled.clean import Maker
from tests.labelled.faults import FAULTS
from tests.labelled.ground import Ground
from tests.labelled.unseen import UNSEEN


def clean(seed: int, orders: int) -> Books:
    """Weeks in which nothing went wrong."""
    return Maker(seed, orders).books


def faulty(seed: int, orders: int, kinds: Iterable[str] = (*FAULTS, *UNSEEN), each: int = 1) -> Books:
    """The same weeks with `each` faults of every kind. Raises LookupError when there are too few orders for them."""
    ground = Ground(Maker(seed, orders))
    for kind in kinds:
        for _ in range(each):
            (FAULTS.get(kind) or UNSEEN[kind])(ground)
    ground.books.name_bank_lines()
    return ground.books
