"""What a step of the core has done: a sentence in both languages, and the same as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Worded(Protocol):
    """What a function of the core returns: it says itself in either language."""

    def words(self, lang: str = "zh") -> str:
        """One sentence."""


@dataclass(frozen=True)
class Done:
    """One step's end. `counts`: how many of each thing, by the names of the core."""

    zh: str
    en: str
    counts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, worded: Worded) -> "Done":
        """The core's own summary, its whole numbers as counts."""
        as_dict = getattr(worded, "_asdict", None)
        facts = as_dict() if as_dict else vars(worded)
        counts = {name: value for name, value in facts.items() if type(value) is int}
        return cls(worded.words("zh"), worded.words("en"), counts)

    @classmethod
    def counted(cls, what: Mapping[str, tuple[int, str, str]]) -> "Done":
        """Counts as a sentence: name → (how many, zh with `{}`, en with `{}`); nothing at all is said as that."""
        some = [one for one in what.values() if one[0]]
        counts = {name: one[0] for name, one in what.items()}
        if not some:
            return cls("没有新的", "nothing new", counts)
        zh = "，".join(words.format(count) for count, words, _ in some)
        return cls(zh, ", ".join(words.format(count) for count, _, words in some), counts)
