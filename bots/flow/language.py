"""The two languages a person meets, and the search for what they probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]


class Bilingual(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str

    def say(self, lang: Lang) -> str:
        """Return the wording in `lang`."""
        return self.zh if lang == "zh" else self.en


def nearest(word: str, allowed: Iterable[str], count: int = 3, cutoff: float | None = None) -> list[str]:
    """Return up to `count` of `allowed` that look like `word`, best first.

    A short Chinese word differs in one of two characters, a ratio of 0.5, so its cutoff is low; with the same cutoff
    `goto` would be offered `stop`, and `sleep` `select`.
    """
    if cutoff is None:
        cutoff = 0.5 if chinese(word) else 0.65
    return list(_nearest(word, tuple(dict.fromkeys(allowed)), count, cutoff))


@lru_cache(maxsize=4096)
def _nearest(word: str, names: tuple[str, ...], count: int, cutoff: float) -> tuple[str, ...]:
    lowered = {name.lower(): name for name in reversed(names)}
    return tuple(lowered[match] for match in get_close_matches(word.lower(), lowered, n=count, cutoff=cutoff))


def chinese(word: str) -> bool:
    """Say whether a word has a Chinese character."""
    return any("\u4e00" <= character <= "\u9fff" for character in word)


def alike(word: str, names: Iterable[str]) -> list[str]:
    """Return the names in the script that `word` is written in, all of them when there are none."""
    every = list(names)
    return [name for name in every if chinese(name) == chinese(word)] or every
