"""Zips and workbooks are bounded before they are unpacked: a small file that claims to be huge is refused in words."""

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from storage.errors import FileBroken, FileProtected

UNPACKED_BYTES_MAX = 2 << 30
RATIO_MAX = 200
SMALL_BYTES = 64 << 20
"""What unpacks to no more than this may be packed as tightly as it likes: zeros are."""
MEMBERS_MAX = 10_000
CELLS_MAX = 1 << 25
"""Cells between the first and the last of a sheet: the engine keeps a place for each of them."""
_CHUNK_BYTES = 1 << 20
_REFERENCE = re.compile(rb"\sr=[\"']([A-Z]{0,4}\d{1,9})[\"']")
_USUAL_REFERENCE = re.compile(rb' r="([A-Z]{0,4}\d{1,9})"')
"""The same of a sheet that writes all of its attributes in the usual way: found in a third of the time."""
_LETTERS, _DIGITS = bytes(range(65, 91)), bytes(range(48, 58))
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError, KeyError)


class Packed:
    """A member of an archive, or what a gzip holds: unpacked as it is read, never more of it than it may be."""

    def __init__(self, name: str, size: int, limit: int, stream: Callable[[], IO[bytes]]) -> None:
        self.name, self.size, self._limit, self._stream = name, size, limit, stream

    def open(self) -> BinaryIO:
        """The unpacked bytes from the first one; reading raises FileBroken, FileProtected."""
        return cast(BinaryIO, io.BufferedReader(_Unpacking(self.name, self._limit, self._stream), _CHUNK_BYTES // 4))

    def begins(self, size: int) -> bytes:
        """The first bytes; damage behind them is not noticed. Raises FileBroken, FileProtected."""
        with _Unpacking(self.name, self._limit, self._stream) as raw:
            return raw.read(size) or b""

    def read(self) -> bytes:
        """All of it. Raises FileBroken, FileProtected."""
        with self.open() as stream:
            return stream.read()


class _Unpacking(io.RawIOBase):
    """Bytes of a packed stream; damage, passwords and bombs are said in words."""

    def __init__(self, name: str, limit: int, stream: Callable[[], IO[bytes]]) -> None:
        super().__init__()
        self._name, self._left = name, limit
        self._from: IO[bytes] | None = None
        self._begin = stream

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """The next bytes. Raises FileBroken, FileProtected."""
        try:
            self._from = self._from or self._begin()
            content = self._from.read(len(buffer))
        except RuntimeError as error:
            if isinstance(error, NotImplementedError):
                raise FileBroken(self._name, "压缩包里的它是读不了的压缩方式") from error
            raise FileProtected(self._name) from error
        except _DAMAGE as error:
            raise FileBroken(self._name, "压缩包里的它已损坏，可能没有下载完") from error
        self._left -= len(content)
        if self._left < 0:
            raise FileBroken(self._name, "解开后比它该有的大得多，不像导出的数据")
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Leave the packed stream."""
        if self._from is not None:
            self._from.close()
        super().close()


def opened(name: str, data: Path | bytes | Packed) -> zipfile.ZipFile:
    """The archive, with nothing unpacked. Raises FileBroken for damage and for sizes that no export has."""
    packed = data.read() if isinstance(data, Packed) else data
    try:
        archive = zipfile.ZipFile(io.BytesIO(packed) if isinstance(packed, bytes) else packed)
    except _DAMAGE as error:
        raise FileBroken(name, "压缩包不完整，可能没有下载完") from error
    size = len(packed) if isinstance(packed, bytes) else packed.stat().st_size
    unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > _limit(size) or len(archive.infolist()) > MEMBERS_MAX:
        raise FileBroken(name, f"压缩包解开后有 {unpacked >> 20} MB、{len(archive.infolist())} 个文件，不像导出的数据")
    return archive


def _limit(size: int) -> int:
    """How much so many packed bytes may be, unpacked."""
    return min(UNPACKED_BYTES_MAX, max(SMALL_BYTES, RATIO_MAX * size))


def members(name: str, archive: zipfile.ZipFile) -> list[Packed]:
    """What the archive holds, in its order, nothing unpacked yet; names without the UTF-8 flag are read as GBK.

    Raises FileProtected where one of them has a password.
    """
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if any(info.flag_bits & 0x1 for info in infos):
        raise FileProtected(name)
    return [Packed(member_name(info), info.file_size, info.file_size, partial(archive.open, info)) for info in infos]


def inflated(name: str, data: Path | bytes | Packed) -> Packed:
    """What a gzip holds; it does not say how much before it is read, so that it is bounded while it is."""
    size = len(data) if isinstance(data, bytes) else data.size if isinstance(data, Packed) else data.stat().st_size
    begin: Callable[[], IO[bytes]] = lambda: cast(IO[bytes], gzip.GzipFile(fileobj=_stream(data)))  # noqa: E731
    return Packed(name.removesuffix(".gz"), size, _limit(size), begin)


def _stream(data: Path | bytes | Packed) -> BinaryIO:
    if isinstance(data, bytes):
        return io.BytesIO(data)
    return data.open() if isinstance(data, Packed) else data.open("rb")


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name; without the UTF-8 flag it is UTF-8 all the same, or GBK, as Chinese programs write it."""
    if info.flag_bits & 0x800:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return info.filename.encode("cp437").decode(encoding)
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return info.filename


def refuse_huge_sheets(name: str, data: Path | bytes | Packed) -> None:
    """Refuse a workbook whose sheets span more cells than memory has; a stray cell in the last corner is enough."""
    archive = opened(name, data)
    for info in archive.infolist():
        if info.flag_bits & 0x1:
            raise FileProtected(name)
        rows, columns = _extent(name, archive, info) if info.filename.startswith("xl/worksheets/") else (0, 0)
        if rows * columns > CELLS_MAX:
            raise FileBroken(name, f"工作表 {info.filename} 有 {rows} 行 × {columns} 列，放不进内存")


def _extent(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, int]:
    rows, columns, rest = 0, 1, b""
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                if found := _references(rest + chunk):
                    told = b" ".join(found)
                    rows = max(rows, *map(int, set(told.translate(None, _LETTERS).split())))
                    columns = max(columns, *map(_column, set(told.translate(None, _DIGITS).split(b" "))))
                rest = chunk[-24:]
    except RuntimeError as error:
        raise FileBroken(name, f"工作簿里的 {info.filename} 读不出来") from error
    except _DAMAGE as error:
        raise FileBroken(name, f"工作簿里的 {info.filename} 已损坏") from error
    return rows, columns


def _references(chunk: bytes) -> list[bytes]:
    """Of rows and of cells: `12`, `B12`."""
    usual = chunk.count(b"r=") == chunk.count(b' r="')
    return (_USUAL_REFERENCE if usual else _REFERENCE).findall(chunk)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
