"""Sentences that stand in the books, in English: what an error of a file once said, with its hint and its reason."""

from collections.abc import Iterator, Mapping
from functools import cache

from storage.errors import BookError, FileError
from storage.reasons import PHRASES, translated


def in_english(message: str) -> str:
    """What the books say of a file or a row, in English; words that nobody here wrote stay as they are."""
    return translated(message, sentences())


@cache
def sentences() -> Mapping[str, str]:
    """Every sentence of an error about files, alone and with its hint, and every reason."""
    told = dict(PHRASES)
    for kind in _kinds(BookError):
        if "{row}" not in kind.zh and kind.zh != BookError.zh:
            told[kind.zh] = kind.en
        if issubclass(kind, FileError) and kind.zh_hint and "{" not in kind.zh_hint:
            told[f"{kind.zh} {kind.zh_hint}"] = f"{kind.en}. {kind.en_hint}"
    return told


def _kinds(kind: type[BookError]) -> Iterator[type[BookError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _kinds(one)
