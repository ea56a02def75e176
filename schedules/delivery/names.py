"""What a document is called where people look for it: month / shop / kind / days kind shop, safe on every system. Pure.

Windows refuses some signs, names of devices, and names that end in a dot or a blank, and takes capitals for small
letters: https://learn.microsoft.com/windows/win32/fileio/naming-a-file. Linux takes 255 bytes for a name.
"""

import hashlib
import re
import unicodedata
from datetime import date, timedelta
from typing import NamedTuple

REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789")})
PART_BYTES = 90
"""Of a shop's or a kind's name at the most: three of them and two days stay below 255 bytes."""
ENDING = re.compile(r"\.[a-z0-9]{1,8}")
EVERY_SHOP = "所有店"
NO_KIND = "其他文件"


class Named(NamedTuple):
    """A place below the folder of filed documents, parted by /, without version; `ending` with its dot, or ""."""

    folder: str
    name: str
    ending: str

    @property
    def stem(self) -> str:
        """What two documents share whose names a system that ignores capitals takes for the same."""
        return f"{self.folder}/{self.name}{self.ending}".casefold()

    def version(self, number: int) -> str:
        """The path of the first, second, … document of this name."""
        more = "" if number == 1 else f" 第{number}版"
        return f"{self.folder}/{self.name}{more}{self.ending}"


def named(kind_title: str, shop: str, period: tuple[str, str], came_on: str, original: str) -> Named:
    """Where a document lies. `period`: its first and last day, "" where it does not say, then `came_on` counts."""
    first, last = period
    last = last or first or came_on
    first = first or last
    days = _days(first, last)
    whose, what = safe(shop or EVERY_SHOP), safe(kind_title or NO_KIND)
    return Named(f"{last[:7]}/{whose}/{what}", f"{days} {what} {whose}", ending_of(original))


def _days(first: str, last: str) -> str:
    if first == last:
        return first
    if first[:7] == last[:7] and first.endswith("-01") and _is_month_end(last):
        return first[:7]
    return f"{first}至{last}"


def _is_month_end(day: str) -> bool:
    try:
        return (date.fromisoformat(day) + timedelta(days=1)).day == 1
    except ValueError:
        return False


def safe(text: str) -> str:
    """The text as a part of a path that every system takes; other texts have other parts, however alike they are."""
    plain = unicodedata.normalize("NFC", text).strip()
    part = REFUSED.sub("_", plain).rstrip(". ")
    if part.split(".")[0].strip().casefold() in DEVICES:
        part = f"_{part}"
    part = part.encode()[:PART_BYTES].decode(errors="ignore").rstrip(". ")
    if part == plain and part:
        return part
    return f"{part or '_'}~{hashlib.sha256(text.encode()).hexdigest()[:4]}"


def ending_of(original: str) -> str:
    """The ending of a file's name, with its dot, in small letters; "" where it has none that says what it is."""
    found = ENDING.fullmatch("." + original.rpartition(".")[2].lower()) if "." in original else None
    return found.group() if found else ""
