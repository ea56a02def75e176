"""A zip with a password becomes the same zip without one, so that the books can read it again without asking anybody.

    with unlocked(path, "246810") as readable: ...        # a file that is gone afterwards

Alipay, WeChat and banks send bills so: by the old ZipCrypto, or by WinZip's AES (method 99), which the standard library
cannot read (https://www.winzip.com/en/support/aes-encryption/). A password is used and never kept.
"""

import hashlib
import hmac
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from storage.archive import Archive, Facts
from storage.database.connection import Database
from storage.database.tables import raw_file
from storage.documents.zips import RATIO_MAX, SMALL_BYTES, UNPACKED_BYTES_MAX, member_name
from storage.errors import FileBroken, PasswordWrong

ORIGIN = "unlocked:"
AES = 99
KEY_BYTES = {1: 16, 2: 24, 3: 32}
CHECK_BYTES, SEAL_BYTES, ROUNDS = 2, 10, 1000
AES_BYTES_MAX = 256 << 20
_SAME_DAY = (1980, 1, 1, 0, 0, 0)
_EXTRA = 0x9901
_CHUNK_BYTES = 1 << 20
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, LookupError, NotImplementedError,
)  # fmt: skip


def is_locked(path: Path) -> bool:
    """Whether it is a zip of which a member needs a password; what cannot be read as a zip is not."""
    try:
        with path.open("rb") as content:
            if content.read(4) != b"PK\x03\x04":
                return False
        with zipfile.ZipFile(path) as archive:
            return any(info.flag_bits & 0x1 for info in archive.infolist())
    except _DAMAGE:
        return False


@contextmanager
def unlocked(path: Path, password: str) -> Iterator[Path]:
    """The zip without its password, for as long as it is used: the same bytes whenever it is opened.

    Raises PasswordWrong, FileBroken for damage, for a size that no export has, and for an unknown way of locking.
    """
    with tempfile.TemporaryDirectory(prefix="yeban-") as folder:
        readable = Path(folder) / path.name
        with _opened(path) as archive, zipfile.ZipFile(readable, "w") as target:
            for info in archive.infolist():
                with target.open(zipfile.ZipInfo(member_name(info), _SAME_DAY), "w", force_zip64=True) as member:
                    for chunk in _content(path, archive, info, password.encode()):
                        member.write(chunk)
        yield readable


def _opened(path: Path) -> zipfile.ZipFile:
    """The archive, refused by what it says of its size before anything is unpacked. Raises FileBroken."""
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise FileBroken(path.name, "压缩包不完整，可能没有下载完") from error
    size = sum(info.file_size for info in archive.infolist())
    if size > UNPACKED_BYTES_MAX or (size > SMALL_BYTES and size > RATIO_MAX * path.stat().st_size):
        archive.close()
        raise FileBroken(path.name, f"压缩包解开后有 {size >> 20} MB，不像导出的数据")
    return archive


def sha256_of(path: Path) -> str:
    """The sha256 of a file as it lies there."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def origin_of(file_sha: str) -> str:
    """What the books say of where an unlocked zip came from: the locked one, which is in the archive."""
    return f"{ORIGIN}{file_sha}"


def opened_before(database: Database, file_sha: str) -> list[str]:
    """What this locked zip became earlier: the sha256 of the same zip without its password, or of each file in it.

    None where it never was opened, and where something in it was refused: then it is opened anew.
    """
    with database.read() as connection:
        r = raw_file.c
        found = connection.execute(select(r.file_sha, r.state).where(r.origin == origin_of(file_sha))).all()
    return [] if any(state == "refused" for _, state in found) else sorted(sha for sha, _ in found)


def keep_locked(database: Database, archive: Archive, path: Path, facts: Facts) -> None:
    """The locked zip stays in the archive as it came; that it was refused before is noted no more."""
    sha = archive.put(path, facts).sha256
    with database.write() as connection:
        r = raw_file.c
        connection.execute(raw_file.delete().where(r.file_sha == sha, r.state == "refused"))


def _content(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: bytes) -> Iterator[bytes]:
    """A member piece by piece. Raises PasswordWrong, FileBroken."""
    try:
        if info.is_dir():  # raises for a member without a name
            return
        if info.compress_type == AES:
            yield _aes_content(path, info, password)
            return
        with archive.open(info, pwd=password) as member:
            while chunk := member.read(_CHUNK_BYTES):
                yield chunk
    except NotImplementedError as error:
        raise FileBroken(path.name, f"压缩包里的 {info.filename} 是读不了的压缩方式") from error
    except RuntimeError as error:
        raise PasswordWrong(path.name) from error
    except _DAMAGE as error:
        if info.flag_bits & 0x1 and info.compress_type != AES:  # one wrong password in 256 is found out only here
            raise PasswordWrong(path.name) from error
        raise FileBroken(path.name, f"压缩包里的 {info.filename} 已损坏") from error


def _aes_content(path: Path, info: zipfile.ZipInfo, password: bytes) -> bytes:
    """A member locked by AE-1 or AE-2: salt, two bytes that check the password, content, ten bytes that seal it."""
    if (size := max(info.compress_size, info.file_size)) > AES_BYTES_MAX:
        raise FileBroken(path.name, f"压缩包里的 {info.filename} 有 {size >> 20} MB，太大，请先解压")
    strength, method = _aes_facts(info)
    size = KEY_BYTES[strength]
    raw = _raw(path, info)
    salt, check = raw[: size // 2], raw[size // 2 : size // 2 + CHECK_BYTES]
    body, seal = raw[size // 2 + CHECK_BYTES : -SEAL_BYTES], raw[-SEAL_BYTES:]
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, ROUNDS, 2 * size + CHECK_BYTES)
    if not hmac.compare_digest(keys[2 * size :], check):
        raise PasswordWrong(path.name)
    if not hmac.compare_digest(hmac.digest(keys[size : 2 * size], body, "sha1")[:SEAL_BYTES], seal):
        raise FileBroken(path.name, f"压缩包里的 {info.filename} 已损坏")
    plain = _aes_counter(keys[:size], body)
    if method == zipfile.ZIP_STORED:
        return plain
    if method != zipfile.ZIP_DEFLATED:
        raise FileBroken(path.name, f"压缩包里的 {info.filename} 是读不了的压缩方式")
    content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(plain, info.file_size + 1)
    if len(content) != info.file_size:
        raise FileBroken(path.name, f"压缩包里的 {info.filename} 已损坏")
    return content


def _aes_facts(info: zipfile.ZipInfo) -> tuple[int, int]:
    """Strength (1 to 3) and the way of packing below the lock, from the member's extra field."""
    extra = info.extra
    while len(extra) >= 4:
        name, size = struct.unpack_from("<HH", extra)
        if name == _EXTRA and size >= 7:
            _, _, strength, method = struct.unpack_from("<H2sBH", extra, 4)
            if strength in KEY_BYTES:
                return strength, method
        extra = extra[4 + size :]
    raise FileBroken(info.filename, "压缩包的加密方式读不懂，请先解压")


def _raw(path: Path, info: zipfile.ZipInfo) -> bytes:
    """The member's bytes as they lie in the file, behind its local header."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        name_bytes, extra_bytes = struct.unpack_from("<HH", file.read(30), 26)
        file.seek(name_bytes + extra_bytes, 1)
        raw = file.read(info.compress_size)
    if len(raw) != info.compress_size:
        raise EOFError
    return raw


def _aes_counter(key: bytes, body: bytes) -> bytes:
    """AES in counter mode as WinZip counts: little-endian, from one."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    blocks = -(-len(body) // 16)
    counters = b"".join(number.to_bytes(16, "little") for number in range(1, blocks + 1))
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    stream = (encryptor.update(counters) + encryptor.finalize())[: len(body)]
    return (int.from_bytes(body, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(body), "big")
