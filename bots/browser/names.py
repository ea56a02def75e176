"""Names that cross the border: a site's file name on our disk, a page's address under the site's base."""

from __future__ import annotations

import re
from pathlib import Path

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
LONGEST_BYTES = 180


def safe_name(name: str) -> str:
    """`name` as a file name that is safe on Linux, macOS and Windows; never empty, never a path, at most 180 bytes."""
    plain = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    if not plain or _RESERVED.match(plain):
        plain = f"_{plain}" if plain else "download"
    stem, dot, suffix = plain.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, dot, suffix = plain, "", ""
    room = LONGEST_BYTES - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + suffix


def free_path(folder: Path, name: str) -> Path:
    """A path in `folder` for `name` that no file has yet: `a.xlsx`, then `a (2).xlsx`, …"""
    first = folder / safe_name(name)
    path, number = first, 2
    while path.exists():
        path = first.with_stem(f"{first.stem} ({number})")
        number += 1
    return path


def join_url(base: str, url: str) -> str:
    """`url` below `base`, path prefix kept: `http://h/seller` + `/orders` is `http://h/seller/orders`."""
    if _SCHEME.match(url) or not base:
        return url
    return f"{base.rstrip('/')}/{url.lstrip('/')}" if url else base
