"""When two texts are the same person, number or place; and what of them anybody may see. Pure."""

import re
import unicodedata
from collections.abc import Iterable

_NOT_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_STARS = re.compile(r"[*＊﹡●•✱]")
_TOKENS = ("##", "$$", "~")
_COUNTRY = re.compile(r"^(?:00|\+)?86(?=1\d{10}$|0\d{9,11}$)")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|[-,#_])\s*(\d{1,6})\s*$", re.IGNORECASE)
MASK = "*"


def normal(kind: str, plain: str) -> str:
    """The text as it is compared: name, phone or address; "" where nothing is left, or where it came masked.

    A virtual number's extension is part of the number: one number serves many buyers at a time.
    """
    if kind == "oaid":  # the platform's token, compared as it is
        return plain.strip()
    text = unicodedata.normalize("NFKC", plain).strip()
    if not text or is_masked(text):
        return ""
    if kind == "phone":
        return _phone(text)
    return _NOT_WORD.sub("", text).casefold()


def _phone(text: str) -> str:
    extension = ""
    if (found := _EXTENSION.search(text)) and len(_joined(text[: found.start()])) >= 11:
        text, extension = text[: found.start()], f"-{found.group(1)}"
    return _COUNTRY.sub("", _joined(text)) + extension


def _joined(text: str) -> str:
    return "".join(_DIGITS.findall(text))


def is_masked(text: str) -> bool:
    """Whether the platform has put stars in it, or a token of its own in its place (`##tKf8…`, `~Xk2…`)."""
    return bool(_STARS.search(text)) or text.startswith(_TOKENS)


def plain_fields(texts: Iterable[str]) -> int:
    """How many of these say something that no platform has masked."""
    return sum(1 for text in texts if text.strip() and not is_masked(text))


def masked(kind: str, plain: str, *, keep: str = "") -> str:
    """What anybody may see: 张*, 138****5678, and of an address only `keep` (its province, city, district).

    What came masked stays as it came.
    """
    text = plain.strip()
    if not text or is_masked(text):
        return text
    if kind == "name":
        return text[0] + MASK * min(2, max(1, len(text) - 1))
    if kind == "phone":
        if len(text) == 11 and text.isascii() and text.isdigit():
            return f"{text[:3]}****{text[-4:]}"
        digits = _COUNTRY.sub("", _joined(unicodedata.normalize("NFKC", text)))
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else MASK * 4
    return keep + MASK * 4
