"""One place where the books contradict themselves."""

from typing import NamedTuple


class Finding(NamedTuple):
    """`where`: which rows, as a person would name them; `message`: what does not hold, in Chinese, with the figures."""

    where: str
    message: str
