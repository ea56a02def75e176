"""Whether an OLE2 file (.xls) is whole, asked before a reader that would follow a damaged chain for ever.

Source: [MS-CFB], Compound File Binary File Format.
"""

import struct
from collections.abc import Sequence

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _LARGEST = 0xFFFFFFFE, 0xFFFFFFFA
_ENTRY_BYTES, _IN_HEADER = 128, 109
_STREAM, _ROOT = 2, 5
_SMALL_SECTOR_BYTES, _LOW = 64, 0xFFFFFFFF


class Damaged(Exception):
    """A chain of sectors that leaves the file, turns in a circle or does not end."""


def is_whole(content: bytes) -> bool:
    """Whether every chain of sectors stays in the file and ends; a file without a directory is not whole."""
    try:
        _check(content)
    except (Damaged, struct.error):
        return False
    return True


def _check(content: bytes) -> None:
    (shift,) = struct.unpack_from("<H", content, 30)
    tables, directory, _, small, small_begins, _, more, _ = struct.unpack_from("<8I", content, 44)
    if not content.startswith(MAGIC) or shift not in (9, 12):
        raise Damaged
    size = 1 << shift
    sectors = -(-(len(content) - size) // size)
    table = _allocation(content, size, sectors, tables, more)
    entries = b"".join(_sector(content, size, number) for number in _chain(directory, table, sectors))
    if not entries or len(entries) % _ENTRY_BYTES:
        raise Damaged
    begins = list(struct.iter_unpack("<66xB49xIQ", entries))
    little = _words(b"".join(_sector(content, size, number) for number in _chain(small_begins, table, sectors)))
    for kind, first, length in begins:
        if kind == _ROOT and length:
            small_bytes = len(_chain(first, table, sectors)) * size
            little = little[: small_bytes // _SMALL_SECTOR_BYTES]
    for kind, first, length in begins:
        if kind == _STREAM and length & _LOW:
            large = length & _LOW >= small
            _chain(first, table if large else little, sectors if large else len(little))


def _allocation(content: bytes, size: int, sectors: int, tables: int, more: int) -> list[int]:
    """Sector -> the next one, from all sectors of the table, of which the header names the first 109."""
    places = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
    for _ in range(sectors):
        if more >= _LARGEST:
            break
        words = _words(_sector(content, size, _within(more, sectors)))
        places += words[:-1]
        more = words[-1] if words else _END
    else:
        raise Damaged
    named = [place for place in places if place < _LARGEST]
    if tables > sectors or len(named) > sectors:
        raise Damaged
    return _words(b"".join(_sector(content, size, _within(place, sectors)) for place in named))


def _chain(first: int, table: Sequence[int], sectors: int) -> list[int]:
    found: list[int] = []
    while first != _END:
        if first >= len(table) or len(found) > sectors:
            raise Damaged
        found.append(_within(first, sectors))
        first = table[first]
    return found


def _within(number: int, sectors: int) -> int:
    if number >= sectors:
        raise Damaged
    return number


def _sector(content: bytes, size: int, number: int) -> bytes:
    return content[(number + 1) * size : (number + 2) * size]


def _words(content: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))
