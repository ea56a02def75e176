"""Any bytes at all: mutated files of every format give rows or a refusal in words, never a traceback."""

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from storage.archive import Facts
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS, identify
from storage.errors import FileError
from storage.reasons import english
from tests.storage.documents.formats.dress import made, truths
from tests.storage.documents.formats.dresses import DRESSES

SAMPLES = Path(__file__).parent / "samples"
FACTS = Facts(name="fuzz", shop="shop_a")
PARTS = 20
MUTANTS_PER_PART = 500
"""Together 10,000."""

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp932", "utf-7")
ODDITIES = (
    *("", "-", "--5", "NaN", "inf", "1e999", "1E+400", "9" * 5000, "0" * 5000 + "1", "." * 40, "¥", "-¥-1", "(", "()"),
    *("٣٤٥", "²", "½", "Ⅻ", "１２３", "一百", "∞", "1,2,3", "1.2.3", "1'000", "-0", "+", "0x10", "1_000", "=1+1"),
    *('=cmd|"/c calc"!A1', "9999-99-99 99:99:99", "0000-00-00", "2026/13/45", "99999999", "-1", "2958466", "1e5"),
    *("\0", "\x1a", "\r", "\n", '"', "'", "`", "\ufeff", "\u202e", "\ud7ff", "😀", "\u0000" * 9, "\t" * 99, "x" * 9000),
    *("%s%n", "{0}", "{name}", "../../etc/passwd", "总计", "合计", "#支出合计：1笔，共x元", "2026-02-30", "24:00:00"),
)


class Specimen(NamedTuple):
    """A file as it should be, and the kind that reads it."""

    kind: str
    name: str
    content: bytes


@cache
def specimens() -> list[Specimen]:
    """A short file of every format, and the real ones."""
    made_ones = [
        Specimen(kind, dress.name, made(dress, truths(dress, 5, 3))) for kind, dress in sorted(DRESSES.items())
    ]
    real = [path for path in sorted(SAMPLES.rglob("*")) if path.is_file() and path.suffix != ".md"]
    return made_ones + [Specimen("", path.name, path.read_bytes()) for path in real]


def flipped(content: bytes, dice: Random) -> bytes:
    """A few bits the other way."""
    changed = bytearray(content)
    for _ in range(dice.randrange(1, 9)):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def cut(content: bytes, dice: Random) -> bytes:
    """The beginning, or everything but a piece in the middle."""
    begin, end = sorted(dice.randrange(len(content)) for _ in range(2))
    return dice.choice((content[:end], content[begin:], content[:begin] + content[end:]))


def spliced(content: bytes, dice: Random) -> bytes:
    """A piece of another file in the middle of this one."""
    other = dice.choice(specimens()).content
    begin, end = sorted(dice.randrange(len(other)) for _ in range(2))
    place = dice.randrange(len(content))
    return content[:place] + other[begin:end] + content[dice.choice((place, min(len(content), place + end - begin))) :]


def doubled(content: bytes, dice: Random) -> bytes:
    """A piece that stands several times."""
    begin, end = sorted(dice.randrange(len(content)) for _ in range(2))
    return content[:begin] + content[begin:end] * dice.randrange(2, 5) + content[end:]


def recoded(content: bytes, dice: Random) -> bytes:
    """The text in another encoding, sometimes under a byte-order mark that is not its own."""
    text = content.decode(dice.choice(ENCODINGS[:4]), errors="ignore")
    mark = dice.choice((b"", b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"))
    return mark + text.encode(dice.choice(ENCODINGS), errors="replace")


def odd(content: bytes, dice: Random) -> bytes:
    """Cells, separators or line ends of a text replaced by what nobody expects."""
    source = SourceFile("odd", content)
    try:
        text, encoding = source.text, source.encoding
    except FileError:
        return flipped(content, dice)
    if dice.random() < 0.15:
        return text.replace(*dice.choice(((",", ";"), (",", "\t"), ("\r\n", "\r"), ("\n", "\0"), ('"', "")))).encode(
            encoding, errors="replace"
        )
    lines = text.split("\n")
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(lines))
        cells = lines[at].split(",")
        cells[dice.randrange(len(cells))] = dice.choice(ODDITIES)
        lines[at] = ",".join(cells)
    return "\n".join(lines).encode(encoding, errors="replace")


def unpacked(content: bytes, dice: Random) -> bytes:
    """A zip or workbook whose members are changed, renamed or gone under right checksums; a zip around the rest."""
    members: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError):
        members = {dice.choice(("账单.csv", "a/b.csv", "../x.csv", "", "inner.zip", "xl/workbook.xml")): content}
    for name in list(members):
        if dice.random() < 1.5 / len(members) and members[name]:
            members[name] = dice.choice((flipped, cut, spliced, doubled, odd))(members[name], dice)
        elif dice.random() < 0.03:
            members[name + "x"] = members.pop(name)
    if dice.random() < 0.2:
        members[dice.choice(("more.csv", "xl/x", "more.zip"))] = dice.choice(specimens()).content
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, member in members.items():
            archive.writestr(name or "x", member)
    return target.getvalue()


def tagged(content: bytes, dice: Random) -> bytes:
    """A page around the text: its cells as those of a table, not always closed."""
    text = content.decode("gb18030", errors="ignore")[:20_000]
    rows = ["<td>".join(("", *line.split(","))) for line in text.splitlines()]
    return ("<html><table><tr>" + dice.choice(("<tr>", "</tr><tr>", "</td></tr><tr>")).join(rows)).encode("gb18030")


MUTATIONS: Mapping[str, Callable[[bytes, Random], bytes]] = {
    "flipped": flipped,
    "cut": cut,
    "spliced": spliced,
    "doubled": doubled,
    "recoded": recoded,
    "odd": odd,
    "odder": odd,
    "oddest": odd,
    "unpacked_again": unpacked,
    "unpacked": unpacked,
    "tagged": tagged,
}


def taken(specimen: Specimen, content: bytes, *, told: bool) -> Document | FileError:
    """What became of the bytes, by their content or by the kind that somebody named."""
    file = SourceFile(specimen.name, content)
    try:
        kind = KINDS[specimen.kind] if told and specimen.kind else identify(file)
        return kind.read(file, FACTS)
    except FileError as refusal:
        return refusal


@pytest.mark.parametrize("part", range(PARTS))
def test_any_bytes_give_rows_or_a_refusal_in_words(part: int) -> None:
    """Five hundred mutants per part: each is read, row by row where it can be, or refused with what is wrong."""
    dice = Random(part)
    for number in range(MUTANTS_PER_PART):
        specimen = dice.choice(specimens())
        name, content = dice.choice(sorted(MUTATIONS)), specimen.content
        for _ in range(dice.choice((1, 1, 2))):
            content = MUTATIONS[name](content or b"\0", dice)
        try:
            became = taken(specimen, content, told=number % 2 == 0)
        except Exception as error:
            raise AssertionError(f"mutant {part}/{number}: {specimen.kind} {name}") from error
        if isinstance(became, FileError):
            assert became.message("zh").strip()
            assert became.message("en").strip()
            reason = str(became.facts.get("reason", ""))
            assert reason.isascii() or english(reason) != reason
        else:
            assert all(bad.message.strip() for bad in became.quarantine)
            assert len({raw.row_no for raw in became.raw}) == len(became.raw)
