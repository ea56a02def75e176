"""Zips and workbooks are bounded before they are unpacked: a small file that claims to be huge is refused in words."""

import io
import re
import struct
import zipfile
import zlib

from storage.errors import FileBroken, FileProtected

UNPACKED_BYTES_MAX = 2 << 30
RATIO_MAX = 200
SMALL_BYTES = 64 << 20
"""What unpacks to no more than this may be packed as tightly as it likes: zeros are."""
MEMBERS_MAX = 10_000
CELLS_MAX = 1 << 25
"""Cells between the first and the last of a sheet: the engine keeps a place for each of them."""
_CHUNK_BYTES = 1 << 20
_REFERENCE = re.compile(rb"\sr=[\"']([A-Z]{0,4})(\d{1,9})[\"']")
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError, KeyError)


def opened(name: str, content: bytes) -> zipfile.ZipFile:
    """The archive, with nothing unpacked. Raises FileBroken for damage and for sizes that no export has."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGE as error:
        raise FileBroken(name, "压缩包不完整，可能没有下载完") from error
    unpacked = sum(info.file_size for info in archive.infolist())
    too_tight = unpacked > SMALL_BYTES and unpacked > RATIO_MAX * len(content)
    if too_tight or unpacked > UNPACKED_BYTES_MAX or len(archive.infolist()) > MEMBERS_MAX:
        raise FileBroken(name, f"压缩包解开后有 {unpacked >> 20} MB、{len(archive.infolist())} 个文件，不像导出的数据")
    return archive


def unpacked(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A member, never more of it than it declares. Raises FileBroken, FileProtected."""
    if info.flag_bits & 0x1:
        raise FileProtected(name)
    try:
        return archive.read(info)
    except RuntimeError as error:
        if isinstance(error, NotImplementedError):
            raise FileBroken(name, f"压缩包里的 {info.filename} 是读不了的压缩方式") from error
        raise FileProtected(name) from error
    except _DAMAGE as error:
        raise FileBroken(name, f"压缩包里的 {info.filename} 已损坏") from error


def refuse_huge_sheets(name: str, content: bytes) -> None:
    """Refuse a workbook whose sheets span more cells than memory has; a stray cell in the last corner is enough."""
    archive = opened(name, content)
    for info in archive.infolist():
        if info.flag_bits & 0x1:
            raise FileProtected(name)
        rows, columns = _extent(name, archive, info) if info.filename.startswith("xl/worksheets/") else (0, 0)
        if rows * columns > CELLS_MAX:
            raise FileBroken(name, f"工作表 {info.filename} 有 {rows} 行 × {columns} 列，放不进内存")


def _extent(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, int]:
    rows, letters, rest = 0, {b"A"}, b""
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                found = _REFERENCE.findall(rest + chunk)
                rows = max(rows, *(int(row) for _, row in found)) if found else rows
                letters.update(column for column, _ in found)
                rest = chunk[-24:]
    except RuntimeError as error:
        raise FileBroken(name, f"工作簿里的 {info.filename} 读不出来") from error
    except _DAMAGE as error:
        raise FileBroken(name, f"工作簿里的 {info.filename} 已损坏") from error
    return rows, max(_column(column) for column in letters)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
