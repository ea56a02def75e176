"""The facts of an error as its sentence holds them: lists and our own reasons in the reader's language."""

from typing import NamedTuple

Facts = dict[str, object]


class Said(NamedTuple):
    """A fact that is words of our own, in both languages."""

    zh: str
    en: str


def shown(facts: Facts, lang: str) -> dict[str, str]:
    """Each fact in words. Pure."""
    said = {name: _text(value, lang) for name, value in facts.items()}
    return said | {name: _half(said[name], lang) for name in ("reason",) if name in said}


def _half(reason: str, lang: str) -> str:
    """A reason of ours stands in both languages, `中文 / English`; one of a site or a system as it is."""
    chinese, _, english = reason.partition(" / ")
    if not english or chinese.isascii() or not english.isascii():
        return reason
    return english if lang == "en" else chinese


def _text(value: object, lang: str) -> str:
    if isinstance(value, Said):
        return value.en if lang == "en" else value.zh
    if isinstance(value, list | tuple):
        parts = [_text(part, lang) for part in value]
        return (", ".join(parts) or "none") if lang == "en" else ("、".join(parts) or "无")
    return str(value)
