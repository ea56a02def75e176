"""A workbook as the 1990s wrote it: BIFF8 records in an OLE2 file, one sheet of text cells."""

import struct
from collections.abc import Sequence

_SECTOR = 512
_SMALL_STREAM = 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls_bytes(sheet: str, lines: Sequence[Sequence[str]]) -> bytes:
    """The file."""
    return _ole2(_workbook(sheet, lines))


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _workbook(sheet: str, lines: Sequence[Sequence[str]]) -> bytes:
    title = sheet.encode("utf-16-le")
    named = struct.pack("<HBB", 0, len(title) // 2, 1) + title
    globals_head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 6))
    begins = len(globals_head) + 4 + 4 + len(named) + 4
    cells = [
        _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)
        for row, line in enumerate(lines)
        for column, text in enumerate(cell.encode("utf-16-le") for cell in line)
        if text
    ]
    return b"".join(
        [
            globals_head,
            _record(0x0085, struct.pack("<I", begins) + named),
            _record(0x000A),
            _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 6)),
            *cells,
            _record(0x000A),
        ]
    )


def _ole2(stream: bytes) -> bytes:
    """Sector 0 on: allocation table, directory, then the stream; padded so that it is no small stream."""
    stream = stream.ljust(max(_SMALL_STREAM, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(stream) // _SECTOR
    tables = 1
    while tables * (_SECTOR // 4) < tables + 1 + sectors:
        tables += 1
    chain = [*[_FAT] * tables, _END, *range(tables + 2, tables + 1 + sectors), _END]
    chain += [_FREE] * (tables * (_SECTOR // 4) - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHHHIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, tables)
    header += struct.pack("<IIIIIII", tables, 0, _SMALL_STREAM, _END, 0, _END, 0)
    header += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, tables + 1, len(stream))
    return header + struct.pack(f"<{len(chain)}I", *chain) + directory.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, begins: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return text.ljust(64, b"\0") + struct.pack(
        "<HBBIII16sIQQIQ", len(text) + 2, kind, 1, _FREE, _FREE, child, b"", 0, 0, 0, begins, size
    )
