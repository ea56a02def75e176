"""One place where the books contradict themselves."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection


class Finding(NamedTuple):
    """`where`: which rows, as a person would name them; `message`: what does not hold, in Chinese, with the figures."""

    where: str
    message: str


Invariant = Callable[[Connection], list[Finding]]
"""Every place where one invariant does not hold; empty when it does."""
