"""Many promises about one night that took minutes to play: one test, so that no second worker plays it again."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

Night = TypeVar("Night")


def prove(subtests: pytest.Subtests, night: Night, promises: Iterable[Callable[[Night], None]], of: str = "") -> None:
    """Every promise holds of the night; each one that does not is a failure of its own, said in its own words."""
    for promise in promises:
        with subtests.test(msg=" · ".join(filter(None, (of, promise.__doc__)))):
            promise(night)
