"""The one file that was wanted out of a zip; names as the site wrote them, UTF-8 or GBK."""

import zipfile
from pathlib import Path, PurePosixPath

from bots.error_words import Said
from bots.errors import DocumentUnexpected, DownloadBroken

LARGEST_BYTES = 1 << 30
"""A member that claims to be larger is not unpacked: no export is, and a small zip can claim anything."""
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
NOISE = ("__MACOSX/", ".DS_Store", "Thumbs.db")
ANY = frozenset({"yes", "true", "是", "*"})
"""What a flow writes when the zip is expected to hold one file, whatever it is called."""


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a member as it was meant: Chinese Windows writes GBK without saying so."""
    if info.flag_bits & UTF8_FLAG:
        return info.filename
    raw = info.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files in a zip by their names, without folders and what operating systems leave behind."""
    named = {member_name(info): info for info in archive.infolist() if not info.is_dir()}
    return {name: info for name, info in named.items() if not any(part in name for part in NOISE)}


def unpacked(path: Path, name: str, wish: str) -> tuple[str, Path]:
    """The member that `wish` means (its name holds the words; `yes`: the only one), as a file beside the zip.

    Returns its own name and its path. Raises DocumentUnexpected when it is not exactly one, DownloadBroken for a zip
    that is cut, locked by a password, or unreasonably large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = members(archive)
            hits = [one for one in found if wish.lower() in ANY or wish in one]
            if len(hits) != 1:
                count = f"有 {len(hits)} 个" if hits else "没有"
                there = "、".join(sorted(found)) or "空的"
                raise DocumentUnexpected(
                    name,
                    Said(
                        f"压缩包里{count}要的文件（{wish}），里面是：{there}",
                        f"not exactly one file in the zip is the one wanted ({wish}); it holds: {there}",
                    ),
                )
            info = found[hits[0]]
            if info.flag_bits & ENCRYPTED_FLAG:
                raise DownloadBroken(name, Said("压缩包有密码", "the zip has a password"))
            if info.file_size > LARGEST_BYTES:
                raise DownloadBroken(
                    name,
                    Said(
                        f"压缩包里的 {hits[0]} 有 {info.file_size} 字节，太大",
                        f"{hits[0]} in the zip has {info.file_size} bytes: too large",
                    ),
                )
            target = path.with_name(f"{path.name}.member")
            target.write_bytes(archive.read(info))
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DownloadBroken(name, Said(f"压缩包打不开（{error}）", f"the zip cannot be opened ({error})")) from error
    return PurePosixPath(hits[0].replace("\\", "/")).name, target
