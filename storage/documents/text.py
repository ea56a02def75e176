"""How a text is written, told by its bytes: its encoding and what stands between its cells."""

import codecs
import csv
import re
from contextlib import suppress
from typing import BinaryIO

ASKED_BYTES = 1 << 16
CHUNK_BYTES = 1 << 20
ASKED_LINES = 40
NAME_CHARACTERS_MAX = 80
DELIMITERS = (",", "\t", ";")
_SEPARATOR = re.compile(r"\s*\"?sep=([,;|\t])\"?\s*$", re.IGNORECASE)
_RARE = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_NUMBER = re.compile(r"[-+($€£¥￥]*\d")


def encoding_of(head: bytes, stream: BinaryIO) -> str:
    """A byte-order mark, else UTF-16 by its zero bytes, else UTF-8, else the national one that the bytes look like.

    GB18030 takes almost any bytes, so a western or a Japanese file is told from it by how its high bytes stand. `head`:
    the first bytes, a megabyte where there are as many; `stream`: all of them, read only as far as it takes.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return _wide(head[:ASKED_BYTES]) or ("utf-8-sig" if _begins_as_utf8(stream) else _national(head))


def undecodable(stream: BinaryIO, encoding: str) -> int:
    """Where the first bytes are that are no text, counted from 0; the end where all of them are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    place = 0
    while chunk := stream.read(CHUNK_BYTES):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return place - pending + error.start
        place += len(chunk)
    return place - len(decoder.getstate()[0])


def _wide(head: bytes) -> str:
    """UTF-16 without its mark: of each ASCII character one byte is zero, always on the same side."""
    left, right = head[::2].count(0), head[1::2].count(0)
    if not left + right or max(left, right) * 20 < len(head) or min(left, right):
        return ""
    return "utf-16-be" if left else "utf-16-le"


def _begins_as_utf8(stream: BinaryIO) -> bool:
    """Whether everything but perhaps a cut last character is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(CHUNK_BYTES):
            decoder.decode(chunk, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _national(head: bytes) -> str:
    """Chinese comes in pairs of high bytes (or as a rare four), accented letters alone, kana behind 0x82 and 0x83."""
    runs = _HIGH.findall(_RARE.sub(b"", head))
    high = b"".join(runs)
    if (high.count(b"\x82") + high.count(b"\x83")) * 5 > len(high):
        return "cp932"
    alone = sum(len(run) == 1 for run in runs)
    return "cp1252" if alone * 2 > len(runs) else "gb18030"


def delimiter_of(text: str) -> str:
    """What separates the cells: said by a first line `sep=;`, else what cuts a line into the most names.

    Names, not cells: amounts like `95,00` and ids that end in a TAB are cut by the wrong delimiter too.
    """
    if said := _SEPARATOR.match(text.partition("\n")[0].removeprefix("\ufeff")):
        return said[1]
    best = {delimiter: _names(text, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: (*best[delimiter], -DELIMITERS.index(delimiter)))


def _names(text: str, delimiter: str) -> tuple[int, int]:
    """The most cells in one of the first rows that could be names of columns: of rows of one line, and of all.

    A wrong delimiter inside quoted cells makes one row of many lines, which has more cells than any header.
    """
    most, in_line, ended = 0, 0, 0
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    with suppress(csv.Error):  # a cell too long for the reader ends the look, not the file: this only guesses
        for cells, _ in zip(reader, range(ASKED_LINES), strict=False):
            names = sum(map(_is_name, cells))
            most = max(most, names)
            in_line = max(in_line, names if reader.line_num == ended + 1 else 0)
            ended = reader.line_num
    return (in_line if in_line > 1 else 0), (most if most > 1 else 0)


def _is_name(cell: str) -> bool:
    bare = cell.strip(" \t\r\n'`\"=\ufeff")
    return 0 < len(bare) <= NAME_CHARACTERS_MAX and bare[0] not in ",;" and "\t" not in bare and not _NUMBER.match(bare)
